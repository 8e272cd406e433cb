/* The text of an answer that was written as HTML alone. */
#pragma once

/* What it says, up to where the program has put the letter it answers. A line for each paragraph. Allocated. */
char *html_text(const char *html);
