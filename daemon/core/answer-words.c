/* The lists of words by which answers are read. */
#include <errno.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "core/answer-private.h"

struct phrase {
        size_t first, n_words; /* in the words of all */
        size_t gap;            /* before which word others may stand; 0: before none */
};

struct phrases {
        struct phrase *phrases;
        size_t n, room;
};

struct answer_words {
        struct phrases lists[ANSWER_LISTS];
        struct syllable *words;
        size_t n_words, words_room;
};

struct answer_words *answer_words_new(void)
{
        return calloc(1, sizeof(struct answer_words));
}

struct answer_words *answer_words_free(struct answer_words *words)
{
        if (words) {
                for (enum answer_list list = 0; list < ANSWER_LISTS; list++)
                        free(words->lists[list].phrases);
                free(words->words);
        }
        free(words);
        return NULL;
}

static const char *skip_blanks(const char *text)
{
        return text + strspn(text, " ");
}

struct parsed {
        struct syllable words[ANSWER_PHRASE_MAX];
        size_t n, gap;
};

/* 0, -EINVAL or -E2BIG. */
static int parse(const char *text, struct parsed *ret)
{
        static const char ellipsis[] = "…";

        *ret = (struct parsed){.n = 0};
        for (text = skip_blanks(text); *text; text = skip_blanks(text)) {
                if (strncmp(text, ellipsis, strlen(ellipsis)) == 0) {
                        if (ret->gap || !ret->n)
                                return -EINVAL;
                        ret->gap = ret->n;
                        text += strlen(ellipsis);
                        continue;
                }
                if (ret->n == ANSWER_PHRASE_MAX)
                        return -E2BIG;
                if (!syllable_read(&text, &ret->words[ret->n]))
                        return -EINVAL;
                ret->n++;
        }
        return ret->n == 0 || ret->gap == ret->n ? -EINVAL : 0;
}

int answer_words_add(struct answer_words *words, enum answer_list list, const char *text)
{
        struct phrase phrase = {.first = words->n_words};
        struct phrases *phrases = &words->lists[list];
        struct parsed parsed;
        int r = parse(text, &parsed);

        if (r < 0)
                return r;
        phrase.n_words = parsed.n;
        phrase.gap = parsed.gap;
        for (size_t i = 0; i < parsed.n; i++) {
                if (ARRAY_GROW(words->words, words->n_words, words->words_room) < 0)
                        return -ENOMEM;
                words->words[words->n_words++] = parsed.words[i];
        }
        if (ARRAY_GROW(phrases->phrases, phrases->n, phrases->room) < 0)
                return -ENOMEM;
        phrases->phrases[phrases->n++] = phrase;
        return 0;
}

static bool is_phrase(const struct answer_words *words, const struct phrase *phrase, const struct parsed *parsed)
{
        if (phrase->n_words != parsed->n || phrase->gap != parsed->gap)
                return false;
        for (size_t i = 0; i < parsed->n; i++)
                if (!syllable_same(&words->words[phrase->first + i], &parsed->words[i]))
                        return false;
        return true;
}

enum answer_list answer_words_list(const struct answer_words *words, const char *text)
{
        struct parsed parsed;

        if (parse(text, &parsed) < 0)
                return ANSWER_LISTS;
        for (enum answer_list list = 0; list < ANSWER_LISTS; list++)
                for (size_t i = 0; i < words->lists[list].n; i++)
                        if (is_phrase(words, &words->lists[list].phrases[i], &parsed))
                                return list;
        return ANSWER_LISTS;
}

/* Whether what somebody wrote is the word; `bare`: it counts without marks, too. */
static bool is_word(const struct token *token, const struct syllable *word, bool bare)
{
        return token->kind == TOKEN_WORD &&
               (syllable_same(&token->syllable, word) ||
                (bare && !token->syllable.marked && syllable_alike(&token->syllable, word)));
}

/* Whether so many words stand at a token, in one clause. */
static bool stand_at(const struct syllable *words, size_t n, const struct passage *passage, size_t at, bool bare)
{
        if (at + n > passage->n_tokens)
                return false;
        for (size_t i = 0; i < n; i++)
                if (passage->tokens[at + i].clause != passage->tokens[at].clause ||
                    !is_word(&passage->tokens[at + i], &words[i], bare))
                        return false;
        return true;
}

/* How many tokens a phrase, whose words are given, takes at one; 0: it is not there. *ret_skip: so many for "…". */
static size_t match(const struct phrase *phrase, const struct syllable *words, const struct passage *passage, size_t at,
                    bool bare, size_t *ret_skip)
{
        size_t first = phrase->gap ? phrase->gap : phrase->n_words, rest = phrase->n_words - first;

        if (!stand_at(words, first, passage, at, bare))
                return 0;
        for (size_t skip = 0; skip <= (rest ? ANSWER_GAP_MAX : 0); skip++) {
                size_t next = at + first + skip;

                if (rest && (next >= passage->n_tokens || passage->tokens[next].clause != passage->tokens[at].clause))
                        return 0;
                if (!stand_at(words + first, rest, passage, next, bare))
                        continue;
                *ret_skip = skip;
                return skip + phrase->n_words;
        }
        return 0;
}

size_t answer_words_mark(const struct answer_words *words, enum answer_list list, const struct passage *passage,
                         size_t at, bool marks[static ANSWER_WORDS_MAX])
{
        /* Who leaves marks out here and there may mean a doubt, and must not be taken for certain. */
        bool bare = !passage->marked || list == ANSWER_DOUBT;
        const struct phrases *phrases = &words->lists[list];
        size_t longest = 0;

        for (size_t i = 0; i < phrases->n; i++) {
                const struct phrase *phrase = &phrases->phrases[i];
                size_t skip = 0, n = match(phrase, words->words + phrase->first, passage, at, bare, &skip);

                for (size_t j = 0; j < n; j++)
                        if (!phrase->gap || j < phrase->gap || j >= phrase->gap + skip)
                                marks[at + j] = true;
                longest = n > longest ? n : longest;
        }
        return longest;
}

size_t answer_words_match(const struct answer_words *words, enum answer_list list, const struct passage *passage,
                          size_t at)
{
        bool marks[ANSWER_WORDS_MAX];

        return answer_words_mark(words, list, passage, at, marks);
}
