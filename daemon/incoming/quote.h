/* A person's own words in an answer: what stands above the quoted letter. */
#pragma once

/* The text, in UTF-8 with LF, up to our own line ("Trả lời phía trên dòng này"), the first quoted line, the line that
 * introduces a quotation, the header block that Outlook, Zimbra and others put above one, or the signature, in English
 * and Vietnamese; without blank lines at its ends, and without "Đã gửi từ iPhone của tôi". Allocated. */
char *quote_cut(const char *text);
