/* The lists of words by which answers are read. */
#include <errno.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "core/answer-private.h"

struct phrase {
        enum answer_list list;
        size_t n_words;
        size_t gap; /* before which word others may stand; 0: before none */
        struct syllable words[ANSWER_PHRASE_MAX];
};

struct answer_words {
        struct phrase *phrases;
        size_t n, room;
};

struct answer_words *answer_words_new(void)
{
        return calloc(1, sizeof(struct answer_words));
}

struct answer_words *answer_words_free(struct answer_words *words)
{
        if (words)
                free(words->phrases);
        free(words);
        return NULL;
}

static const char *skip_blanks(const char *text)
{
        return text + strspn(text, " ");
}

int answer_words_add(struct answer_words *words, enum answer_list list, const char *text)
{
        static const char ellipsis[] = "…";
        struct phrase phrase = {.list = list};

        for (text = skip_blanks(text); *text; text = skip_blanks(text)) {
                if (strncmp(text, ellipsis, strlen(ellipsis)) == 0) {
                        if (phrase.gap || !phrase.n_words)
                                return -EINVAL;
                        phrase.gap = phrase.n_words;
                        text += strlen(ellipsis);
                        continue;
                }
                if (phrase.n_words == ANSWER_PHRASE_MAX)
                        return -E2BIG;
                if (!syllable_read(&text, &phrase.words[phrase.n_words]))
                        return -EINVAL;
                phrase.n_words++;
        }
        if (phrase.n_words == 0 || phrase.gap == phrase.n_words)
                return -EINVAL;
        if (ARRAY_GROW(words->phrases, words->n, words->room) < 0)
                return -ENOMEM;
        words->phrases[words->n++] = phrase;
        return 0;
}

/* Whether what somebody wrote is the word; `bare`: it counts without marks, too. */
static bool is_word(const struct token *token, const struct syllable *word, bool bare)
{
        return token->kind == TOKEN_WORD &&
               (syllable_same(&token->syllable, word) ||
                (bare && !token->syllable.marked && syllable_alike(&token->syllable, word)));
}

/* Whether the words from `first` to `last` stand at a token, in one clause. */
static bool stands_at(const struct phrase *phrase, size_t first, size_t last, const struct passage *passage, size_t at,
                      bool bare)
{
        if (at + (last - first) > passage->n_tokens)
                return false;
        for (size_t i = 0; i < last - first; i++)
                if (passage->tokens[at + i].clause != passage->tokens[at].clause ||
                    !is_word(&passage->tokens[at + i], &phrase->words[first + i], bare))
                        return false;
        return true;
}

/* How many tokens a phrase takes at one; 0: it is not there. */
static size_t match(const struct phrase *phrase, const struct passage *passage, size_t at, bool bare)
{
        size_t first = phrase->gap ? phrase->gap : phrase->n_words;

        if (!stands_at(phrase, 0, first, passage, at, bare))
                return 0;
        if (!phrase->gap)
                return first;
        for (size_t skip = 0; skip <= ANSWER_GAP_MAX; skip++) {
                size_t next = at + first + skip;

                if (next >= passage->n_tokens || passage->tokens[next].sentence != passage->tokens[at].sentence)
                        return 0;
                if (stands_at(phrase, first, phrase->n_words, passage, next, bare))
                        return skip + phrase->n_words;
        }
        return 0;
}

size_t answer_words_match(const struct answer_words *words, enum answer_list list, const struct passage *passage,
                          size_t at)
{
        /* Who leaves marks out here and there may mean a doubt, and must not be taken for certain. */
        bool bare = !passage->marked || list == ANSWER_DOUBT || list == ANSWER_READER;
        size_t longest = 0;

        for (size_t i = 0; i < words->n; i++)
                if (words->phrases[i].list == list) {
                        size_t n = match(&words->phrases[i], passage, at, bare);

                        longest = n > longest ? n : longest;
                }
        return longest;
}
