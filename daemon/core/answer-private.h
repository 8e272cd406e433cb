/* The parts of core/answer: a text as tokens, phrases found in it, days named in it. */
#pragma once

#include "base/syllable.h"
#include "base/utf8.h"
#include "core/answer.h"

enum token_kind {
        TOKEN_WORD,
        TOKEN_NUMBERS,   /* one, or two or three with the same sign between them: 14, 15/6, 15-06-2026 */
        TOKEN_CLOCK,     /* 17h30, 9:00 */
        TOKEN_REFERENCE, /* the number of a document, an address, a telephone */
        TOKEN_UNREAD,
};

struct token {
        enum token_kind kind;
        struct syllable syllable;
        int32_t numbers[3];
        unsigned n_numbers;
        unsigned sentence, clause; /* counted from the beginning; a sentence has several clauses */
        const char *at;            /* in the text of the passage */
        size_t size;
};

struct passage {
        char text[ANSWER_TEXT_MAX + 1]; /* in the form in which keyboards of today give it */
        struct token tokens[ANSWER_WORDS_MAX];
        size_t n_tokens;
        bool marked;   /* some word has marks, so that one without is another word */
        bool question; /* somebody is asked something */
};

/* False: it is too long. */
bool passage_read(const char *text, struct passage *ret);

/* How many tokens the longest phrase of a list takes at a token; 0: none is there. */
size_t answer_words_match(const struct answer_words *words, enum answer_list list, const struct passage *passage,
                          size_t at);

/* Marks the words of all phrases of a list that stand at a token, not those for which "…" stands. Returns as the one
 * above. */
size_t answer_words_mark(const struct answer_words *words, enum answer_list list, const struct passage *passage,
                         size_t at, bool marks[static ANSWER_WORDS_MAX]);

enum named_day {
        NAMED_NO_DAY,
        NAMED_DAY,
        NAMED_UNCLEAR, /* it cannot be told which */
};

/* The day that a request asks for: what stands behind the words for "until", from a token on. */
enum named_day passage_asked_day(const struct passage *passage, const struct answer_words *words, size_t from,
                                 civil_day today, civil_day due, civil_day *ret);
/* Whether numbers that name a day, or the period of a report, can stand beside a claim: the day is one of the last
 * months, the period that of the due date or the one before. False also for what is neither: "đã nộp 3/5". */
bool passage_fits_claim(const struct passage *passage, size_t at, civil_day today, civil_day due);
/* Whether a word is one of those by which days and hours are named: "hết", "thứ sáu", "giờ". */
bool passage_names_time(const struct passage *passage, size_t at);
/* Whether numbers can stand beside a request of that day (CIVIL_NONE: it names none): the day itself, the due date, the
 * period of either, how far off the day is, or the number and date of a document. */
bool passage_fits_request(const struct passage *passage, size_t at, civil_day until, civil_day today, civil_day due);
