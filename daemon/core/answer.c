/* What an agency's answer says, by its words. */
#include <stdio.h>

#include "base/cleanup.h"
#include "core/answer-private.h"

const char *const answer_verdicts[] = {"person", "claim", "request", NULL};

/* A place in the passage: from which token on, how many. */
struct place {
        size_t at, n;
};

static bool find(const struct passage *passage, const struct answer_words *words, enum answer_list list,
                 struct place *ret)
{
        for (size_t at = 0; at < passage->n_tokens; at++) {
                size_t n = answer_words_match(words, list, passage, at);

                if (n > 0) {
                        *ret = (struct place){at, n};
                        return true;
                }
        }
        return false;
}

static void tell(const struct passage *passage, const struct place *place, struct answer_meaning *answer)
{
        const struct token *first = &passage->tokens[place->at], *last = &passage->tokens[place->at + place->n - 1];
        size_t size = (size_t)(last->at + last->size - first->at);

        size = utf8_fit(first->at, size, sizeof(answer->found) - 1);
        (void)snprintf(answer->found, sizeof(answer->found), "%.*s", (int)size, first->at);
}

/* How the words of a text count that claims something, or asks for time: each is known, or is the name of somebody. */
struct judged {
        const struct passage *passage;
        const struct answer_words *words;
        bool known[ANSWER_WORDS_MAX];     /* wherever it stands */
        bool plain[ANSWER_WORDS_MAX];     /* known beside a claim or a request */
        bool asking[ANSWER_WORDS_MAX];    /* known beside a request */
        bool asks[ANSWER_WORDS_MAX];      /* of a phrase of ANSWER_MORE_TIME */
        bool asks_from[ANSWER_WORDS_MAX]; /* and one begins there */
        bool reason[ANSWER_WORDS_MAX];    /* a reason begins there */
        bool name[ANSWER_WORDS_MAX];      /* of the list of names */
        bool done[ANSWER_WORDS_MAX];      /* a phrase of ANSWER_DONE begins there */
        bool capitals; /* they make names: the claim is not written in them, as all else then may be */
};

static size_t mark(struct judged *judged, enum answer_list list, size_t at, bool marks[static ANSWER_WORDS_MAX])
{
        return answer_words_mark(judged->words, list, judged->passage, at, marks);
}

static void mark_all(struct judged *judged)
{
        judged->capitals = true;
        for (size_t at = 0; at < judged->passage->n_tokens; at++) {
                size_t done = mark(judged, ANSWER_DONE, at, judged->known);

                judged->done[at] = done > 0;
                if (done && judged->passage->tokens[at + done - 1].syllable.capital)
                        judged->capitals = false;
                (void)mark(judged, ANSWER_READER, at, judged->known);
                (void)mark(judged, ANSWER_GREETING, at, judged->known);
                judged->asks_from[at] = mark(judged, ANSWER_MORE_TIME, at, judged->asks) > 0;
                judged->reason[at] = answer_words_match(judged->words, ANSWER_REASON, judged->passage, at) > 0;
                (void)mark(judged, ANSWER_ASKING, at, judged->asking);
                if (!judged->asks[at]) /* "gửi chậm nhất đến 20/6" is not "gửi chậm" */
                        (void)mark(judged, ANSWER_UNTIL, at, judged->plain);
                (void)mark(judged, ANSWER_PLAIN, at, judged->plain);
                (void)mark(judged, ANSWER_NAME, at, judged->name);
        }
}

static bool same_sentence(const struct passage *passage, size_t a, size_t b)
{
        return b < passage->n_tokens && passage->tokens[a].sentence == passage->tokens[b].sentence;
}

/* Whether something begins in the sentence of a token: anywhere, or before it. */
static bool begins(const struct judged *judged, const bool marks[static ANSWER_WORDS_MAX], size_t at, bool before)
{
        const struct token *tokens = judged->passage->tokens;

        for (size_t i = 0; i < (before ? at : judged->passage->n_tokens); i++)
                if (marks[i] && tokens[i].sentence == tokens[at].sentence)
                        return true;
        return false;
}

static bool has_claim(const struct judged *judged, size_t at, bool before)
{
        return begins(judged, judged->done, at, before);
}

/* Whether it can be a name by its capital alone. */
static bool is_capital(const struct judged *judged, size_t at)
{
        const struct token *token = &judged->passage->tokens[at];

        return token->kind == TOKEN_WORD && token->syllable.capital && judged->capitals && !judged->known[at] &&
               !judged->plain[at] && !judged->name[at];
}

/* Whether it is a name. A capital makes one; but of the first word of a sentence only if the next is one like that,
 * too. */
static bool is_name(const struct judged *judged, size_t at)
{
        if (judged->name[at])
                return true;
        return is_capital(judged, at) && ((at > 0 && same_sentence(judged->passage, at, at - 1)) ||
                                          (same_sentence(judged->passage, at, at + 1) && is_capital(judged, at + 1)));
}

/* Whether the reader of the answer stands before a claim or a request in its clause: "Khối đã gửi kế hoạch", and not
 * "anh cho em xin lùi". */
static bool is_readers(const struct judged *judged, size_t at)
{
        const struct passage *passage = judged->passage;

        for (size_t i = at; i > 0 && passage->tokens[i - 1].clause == passage->tokens[at].clause; i--) {
                size_t reader = answer_words_match(judged->words, ANSWER_READER, passage, i - 1);

                if (reader > answer_words_match(judged->words, ANSWER_ASKING, passage, i - 1))
                        return true;
        }
        return false;
}

/* Whether it stands in a clause behind that of a claim: "Đã hoàn thành, 17h báo cáo" speaks of what is to come. */
static bool is_afterthought(const struct judged *judged, size_t at)
{
        const struct token *tokens = judged->passage->tokens;

        for (size_t i = 0; i < judged->passage->n_tokens; i++)
                if (judged->done[i] && tokens[i].clause == tokens[at].clause)
                        return false;
        return has_claim(judged, at, true);
}

static bool is_understood(const struct judged *judged, size_t at, civil_day today, civil_day due)
{
        switch (judged->passage->tokens[at].kind) {
        case TOKEN_WORD:
                /* A name behind a claim may say to whom something went that is not the head. */
                return (judged->known[at] || (judged->plain[at] && has_claim(judged, at, false)) ||
                        (is_name(judged, at) && !has_claim(judged, at, true))) &&
                       !(judged->done[at] && is_readers(judged, at));
        case TOKEN_NUMBERS:
                return passage_fits_claim(judged->passage, at, today, due);
        case TOKEN_CLOCK:
                return !is_afterthought(judged, at);
        case TOKEN_REFERENCE:
                return true;
        case TOKEN_UNREAD:
                break;
        }
        return false;
}

static void judge_claim(const struct passage *passage, const struct answer_words *words, civil_day today, civil_day due,
                        struct answer_meaning *answer)
{
        struct judged judged = {.passage = passage, .words = words};

        mark_all(&judged);
        for (size_t at = 0; at < passage->n_tokens; at++)
                if (!is_understood(&judged, at, today, due)) {
                        tell(passage, &(struct place){at, 1}, answer);
                        return;
                }
        answer->verdict = ANSWER_CLAIM;
}

/* Whether it stands in a reason: behind the word that begins one, to the end of the sentence, or to the clause in which
 * something is asked for: "Do thiếu người, Sở xin gia hạn." */
static bool is_reason(const struct judged *judged, size_t at)
{
        const struct token *tokens = judged->passage->tokens;
        bool asked = false;

        for (size_t i = 0; i < judged->passage->n_tokens && tokens[i].clause <= tokens[at].clause; i++)
                asked |= judged->asks_from[i] && tokens[i].clause == tokens[at].clause && i > at;
        for (size_t i = at + 1; i > 0 && tokens[i - 1].sentence == tokens[at].sentence; i--) {
                if (judged->reason[i - 1])
                        return !asked;
                if (judged->asks[i - 1])
                        return false;
        }
        return false;
}

/* Whether the first request of a clause begins there: another one may follow the reader, "đề nghị Khối cho phép …". */
static bool is_first(const struct judged *judged, size_t at)
{
        const struct token *tokens = judged->passage->tokens;

        for (size_t i = at; i > 0 && tokens[i - 1].clause == tokens[at].clause; i--)
                if (judged->asks_from[i - 1])
                        return false;
        return judged->asks_from[at];
}

static bool is_asked(const struct judged *judged, size_t at, const struct answer_meaning *answer, civil_day today,
                     civil_day due)
{
        if (is_first(judged, at) && is_readers(judged, at))
                return false;
        if (is_reason(judged, at))
                return true;
        switch (judged->passage->tokens[at].kind) {
        case TOKEN_WORD:
                return judged->known[at] || judged->asks[at] || is_name(judged, at) ||
                       ((judged->plain[at] || judged->asking[at] || passage_names_time(judged->passage, at)) &&
                        begins(judged, judged->asks_from, at, false));
        case TOKEN_NUMBERS:
                return passage_fits_request(judged->passage, at, answer->until, today, due);
        case TOKEN_CLOCK:
        case TOKEN_REFERENCE:
                return true;
        case TOKEN_UNREAD:
                break;
        }
        return false;
}

static void judge_request(const struct passage *passage, const struct answer_words *words, size_t at, civil_day today,
                          civil_day due, struct answer_meaning *answer)
{
        struct judged judged = {.passage = passage, .words = words};

        if (passage_asked_day(passage, words, at, today, due, &answer->until) == NAMED_UNCLEAR)
                return;
        mark_all(&judged);
        for (size_t i = 0; i < passage->n_tokens; i++)
                if (!is_asked(&judged, i, answer, today, due)) {
                        tell(passage, &(struct place){i, 1}, answer);
                        answer->until = CIVIL_NONE;
                        return;
                }
        answer->verdict = ANSWER_REQUEST;
}

void answer_read(const char *text, const struct answer_words *words, civil_day today, civil_day due,
                 struct answer_meaning *ret)
{
        struct place doubt, done, more_time;
        struct passage passage;
        bool is_done, is_more_time;

        *ret = (struct answer_meaning){.verdict = ANSWER_PERSON, .until = CIVIL_NONE};
        if (!passage_read(text, &passage) || passage.question)
                return;
        if (find(&passage, words, ANSWER_DOUBT, &doubt)) {
                tell(&passage, &doubt, ret);
                return;
        }
        is_done = find(&passage, words, ANSWER_DONE, &done);
        is_more_time = find(&passage, words, ANSWER_MORE_TIME, &more_time);
        if (is_done == is_more_time)
                return;
        tell(&passage, is_done ? &done : &more_time, ret);
        if (is_done)
                judge_claim(&passage, words, today, due, ret);
        else
                judge_request(&passage, words, more_time.at, today, due, ret);
}
