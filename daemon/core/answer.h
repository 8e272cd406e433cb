/* What an agency's answer says, by its words: that it has finished, that it asks for time, or something that only a
 * person can tell. A wrong claim would silence reminders of what is still owed, so a text is taken for one only if all
 * of it is understood; whatever else it says goes to a person. */
#pragma once

#include "core/civil.h"

/* Lists of phrases. Case, the form in which marks are encoded and the place of a tone do not matter; in a text without
 * any mark the phrases count without theirs. "…" in a phrase stands for up to ANSWER_GAP_MAX words between two commas.
 */
enum answer_list {
        ANSWER_DONE,      /* "đã nộp" */
        ANSWER_MORE_TIME, /* "xin … gia hạn" */
        ANSWER_UNTIL,     /* what stands before the day that is asked for: "đến"; beside a claim it is plain */
        ANSWER_ASKING,    /* what changes nothing in the sentence of a request: "cho phép", "thời gian" */
        ANSWER_REASON,    /* what a reason for it begins with, of which all may be said but a doubt: "do", "để" */
        ANSWER_DOUBT,     /* "chưa", "sẽ": with one of these it is for a person, whatever else it says */
        ANSWER_READER,    /* who is spoken to: "Khối đã gửi" is not about the writer */
        ANSWER_NAME, /* names of offices and what stands around signatures; not behind a claim: "đã báo cáo Sở" */
        ANSWER_PLAIN,    /* what changes nothing in the sentence of a claim or a request: "báo cáo", "hôm qua" */
        ANSWER_GREETING, /* nor anywhere else: "trân trọng" */
        ANSWER_LISTS
};

#define ANSWER_GAP_MAX 8     /* words: "xin Thường trực Khối thi đua xem xét cho gia hạn" */
#define ANSWER_WORDS_MAX 240 /* of a text: who writes more has more to say than this can judge */
#define ANSWER_TEXT_MAX 3000 /* bytes, enough for those; letters are cut off behind more */

struct answer_words;

struct answer_words *answer_words_new(void); /* NULL: no memory */
/* 0; -ENOMEM; -EINVAL (no word in it, or something else than words); -E2BIG (more than ANSWER_PHRASE_MAX words). A
 * phrase that stands in a list already is added all the same. */
int answer_words_add(struct answer_words *words, enum answer_list list, const char *phrase);
/* The first list in which a phrase stands; ANSWER_LISTS: in none. */
enum answer_list answer_words_list(const struct answer_words *words, const char *phrase);
struct answer_words *answer_words_free(struct answer_words *words);
#define ANSWER_PHRASE_MAX 8

enum answer_verdict {
        ANSWER_PERSON, /* unclear: a person has to read it */
        ANSWER_CLAIM,
        ANSWER_REQUEST,
        ANSWER_VERDICTS
};

extern const char *const answer_verdicts[]; /* "person", "claim", "request"; NULL ends */

#define ANSWER_FOUND_SIZE 160

struct answer_meaning {
        enum answer_verdict verdict;
        civil_day until;               /* a request: the day it asks for; CIVIL_NONE: it names none */
        char found[ANSWER_FOUND_SIZE]; /* the words that decided, as they stand in the list or the text; or "" */
};

/* Reads a person's own words, in UTF-8, what is quoted cut off; `due` is the day the obligation is due, or CIVIL_NONE.
 * A day without a year is the next such day; one that is not after today and the due date, or not to be told for
 * certain, makes the request a person's, and so does another day than it asks for, or a number of days that is not how
 * far off that one is. */
void answer_read(const char *text, const struct answer_words *words, civil_day today, civil_day due,
                 struct answer_meaning *ret);
