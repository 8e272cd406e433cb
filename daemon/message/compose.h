/* Compose: a letter in words: subject, text, HTML, calendar and header fields of an e-mail, or a webhook's JSON. */
#pragma once

#include "base/report.h"
#include "message/letter.h"

struct composer; /* compiled templates of one folder */

struct composed_mail {
        char **headers; /* whole lines, folded; NULL ends */
        char *subject;  /* UTF-8, one line */
        char *text, *html;
        char **calendars; /* iCalendar objects; NULL ends; NULL: none */
        bool cancels;     /* they take back what stands in calendars */
};

/* Compiles every template of a folder; each missing or broken one is reported with file and line.
 * 0; -EINVAL: findings in the report; -ENOMEM. */
int composer_new(const char *folder, struct report *report, struct composer **ret);
struct composer *composer_free(struct composer *composer);
/* Whether every message that may hold a digest has a place for it. */
bool composer_shows_digest(const struct composer *composer);

/* 0; -ENOMEM; -E2BIG, -ELOOP: the template renders without end. */
int compose_mail(const struct composer *composer, const struct letter_sender *sender, const struct letter *letter,
                 struct composed_mail *ret);
/* Why a message can't be composed or sent as it is, and what to do; NULL: the error says nothing of the message. */
const char *compose_refusal(int error);
void composed_mail_clear(struct composed_mail *mail);
/* The webhook's body, daemon/doc/formats.md section 6; `text` in it is the mail's text, *ret_subject the mail's
 * subject, by which people know the message. Both are allocated. */
int compose_payload(const struct composer *composer, const struct letter_sender *sender, const struct letter *letter,
                    char **ret_subject, char **ret_body);
