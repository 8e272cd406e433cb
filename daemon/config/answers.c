/* The words by which answers are read: answers.conf, or as it is shipped where there is none. */
#include <errno.h>
#include <string.h>

#include "config/loader.h"

#define WORDS_DEFAULT "answers.conf"
#define ACCEPT_MAX (366 * (int64_t)DAY_SECONDS) /* a plan is for a year */

static const char *const answers_keys[] = {"accept", "words", NULL};
/* In the order of enum answer_list; then the examples. */
static const char *const file_keys[] = {
        [ANSWER_DONE] = "done",         [ANSWER_MORE_TIME] = "more_time", [ANSWER_UNTIL] = "until",
        [ANSWER_ASKING] = "asking",     [ANSWER_REASON] = "reason",       [ANSWER_DOUBT] = "doubt",
        [ANSWER_READER] = "reader",     [ANSWER_NAME] = "name",           [ANSWER_PLAIN] = "plain",
        [ANSWER_GREETING] = "greeting", [ANSWER_LISTS] = "examples",      [ANSWER_LISTS + 1] = NULL,
};
static const char *const examples_keys[] = {"today", "due", "answers", NULL};
static const char *const example_keys[] = {"text", "means", "until", NULL};

/* conf/answers.conf, as it was when this was compiled. */
__asm__(".pushsection .rodata\n"
        "answers_shipped:\n"
        ".incbin \"conf/answers.conf\"\n"
        ".byte 0\n"
        ".popsection\n");
extern const char answers_shipped[];

static int add_phrase(const struct section *section, const config_setting_t *value, enum answer_list list,
                      struct answer_words *words)
{
        enum answer_list other;
        char buffer[EXCERPT_SIZE];
        const char *phrase;
        int r;

        if (!value_text(section, value, &phrase))
                return 0;
        other = answer_words_list(words, phrase);
        if (other == list)
                setting_warning(section, value, "%s: \"%s\" is given twice", file_keys[list], excerpt(phrase, buffer));
        else if (other != ANSWER_LISTS)
                setting_error(section, value, "%s: \"%s\" stands in %s, too; it can mean only one of the two",
                              file_keys[list], excerpt(phrase, buffer), file_keys[other]);
        r = answer_words_add(words, list, phrase);
        if (r == -E2BIG)
                setting_error(section, value, "%s: \"%s\" has more than %u words", file_keys[list],
                              excerpt(phrase, buffer), ANSWER_PHRASE_MAX);
        else if (r == -EINVAL)
                setting_error(section, value,
                              "%s: \"%s\": expected words, and between two of them at most one … for others",
                              file_keys[list], excerpt(phrase, buffer));
        return r == -ENOMEM ? r : 0;
}

static int read_list(const struct section *file, enum answer_list list, struct answer_words *words)
{
        const config_setting_t *value = setting_require(file, file_keys[list], "[ \"…\", … ]");
        int r = 0;

        if (!value_list(file, value))
                return 0;
        for (unsigned i = 0; i < list_length(value) && r == 0; i++)
                r = add_phrase(file, config_setting_get_elem(value, i), list, words);
        return r;
}

/* A phrase that never does what it is listed for, as a part of it stands in another list. */
static int check_phrase(const struct section *file, const config_setting_t *value, enum answer_list list,
                        const struct answer_words *words)
{
        static const enum answer_verdict alone[ANSWER_LISTS] = {
                [ANSWER_DONE] = ANSWER_CLAIM, [ANSWER_MORE_TIME] = ANSWER_REQUEST, /* all others: ANSWER_PERSON */
        };
        const char *phrase = setting_string(value);
        CLEANUP_FREE char *text = strdup(phrase);
        char buffer[EXCERPT_SIZE];
        struct answer_meaning answer;
        char *gap;

        if (!text)
                return -ENOMEM;
        gap = strstr(text, "…");
        if (gap)
                memset(gap, ' ', strlen("…"));
        answer_read(text, words, 0, CIVIL_NONE, &answer);
        if (answer.verdict != alone[list] || (alone[list] == ANSWER_PERSON && *answer.found))
                setting_error(file, value, "%s: \"%s\" never counts, since \"%s\" in it stands in another list",
                              file_keys[list], excerpt(phrase, buffer), answer.found);
        return 0;
}

static int check_phrases(const struct section *file, const struct answer_words *words)
{
        for (enum answer_list list = 0; list < ANSWER_LISTS; list++) {
                const config_setting_t *value = setting_get(file, file_keys[list]);

                for (unsigned i = 0; i < list_length(value) && list != ANSWER_DOUBT; i++)
                        if (check_phrase(file, config_setting_get_elem(value, i), list, words) < 0)
                                return -ENOMEM;
        }
        return 0;
}

static void check_example(const struct section *section, civil_day today, civil_day due,
                          const struct answer_words *words)
{
        const config_setting_t *text = setting_require(section, "text", "\"…\"");
        const config_setting_t *means = setting_require(section, "means", "\"claim\", \"request\" or \"person\"");
        char meant[CIVIL_DATE_SIZE], read[CIVIL_DATE_SIZE];
        civil_day until = CIVIL_NONE;
        const char *written;
        struct answer_meaning answer;
        size_t verdict;

        (void)section_known(section, example_keys);
        (void)value_date(section, setting_get(section, "until"), &until);
        if (!value_prose(section, text, &written) || !value_word(section, means, answer_verdicts, &verdict))
                return;
        answer_read(written, words, today, due, &answer);
        if ((size_t)answer.verdict != verdict)
                setting_error(section, text, "is read as %s, not as %s%s%s", answer_verdicts[answer.verdict],
                              answer_verdicts[verdict], *answer.found ? ", by: " : "", answer.found);
        else if (answer.until != until)
                setting_error(section, text, "is read as asking for %s, not for %s",
                              answer.until == CIVIL_NONE ? "no day" : civil_format(answer.until, read),
                              until == CIVIL_NONE ? "no day" : civil_format(until, meant));
}

static void check_examples(const struct section *file, const struct answer_words *words)
{
        const config_setting_t *list;
        civil_day today, due;
        struct section examples, example;

        if (!section_member(file, "examples", &examples))
                return;
        (void)section_known(&examples, examples_keys);
        list = setting_require(&examples, "answers", "( { text = \"…\"; means = \"claim\"; }, … )");
        if (!value_date(&examples, setting_require(&examples, "today", "\"YYYY-MM-DD\""), &today) ||
            !value_date(&examples, setting_require(&examples, "due", "\"YYYY-MM-DD\""), &due) ||
            !value_list(&examples, list))
                return;
        for (unsigned i = 0; i < list_length(list); i++)
                if (section_element(&examples, config_setting_get_elem(list, i), "answer", &example))
                        check_example(&example, today, due, words);
}

/* All of a file; what is wrong in its lists is told before they are tried. */
static int read_file(struct report *report, const struct source *source, struct answer_words *words)
{
        struct section file =
                section_of(report, source->name, source->parsed ? config_root_setting(&source->tree) : NULL);
        size_t errors = report->n_errors;
        int r = 0;

        (void)section_known(&file, file_keys);
        for (enum answer_list list = 0; list < ANSWER_LISTS && r == 0; list++)
                r = read_list(&file, list, words);
        if (r < 0 || report->n_errors > errors)
                return r;
        r = check_phrases(&file, words);
        if (r == 0)
                check_examples(&file, words);
        return r;
}

/* The file that is named; one of the usual name, if it is there; else the one that was shipped. */
static int open_file(struct loader *loader, const struct section *section, struct source **ret)
{
        const config_setting_t *value = setting_get(section, "words");
        struct place named = {section->file, setting_line(section, value)};
        CLEANUP_FREE char *path = NULL;
        const char *name = WORDS_DEFAULT;

        if (value && !value_text(section, value, &name))
                return 0;
        path = loader_path(loader, name);
        if (!path)
                return -ENOMEM;
        if (value || access(path, F_OK) == 0)
                return source_read(path, &named, loader->digest, loader->report, ret);
        return source_of_text(WORDS_DEFAULT, answers_shipped, strlen(answers_shipped), loader->report, ret);
}

static int read_words(struct loader *loader, const struct section *section)
{
        CLEANUP(source_free_p) struct source *source = NULL;
        int r = open_file(loader, section, &source);

        if (r < 0)
                return r;
        loader->config->answer_words = answer_words_new();
        if (!loader->config->answer_words)
                return -ENOMEM;
        return source ? read_file(loader->report, source, loader->config->answer_words) : 0;
}

/* "never", "at-once" or a span. */
static void read_accept(const struct section *section, struct claim_acceptance *accept)
{
        const config_setting_t *value = setting_get(section, "accept");
        const char *text;

        if (!value_text(section, value, &text) || strcmp(text, "never") == 0)
                return;
        accept->enabled = true;
        if (strcmp(text, "at-once") == 0 || offset_parse(text, &accept->days) == 0)
                return;
        if (duration_parse(text, &accept->seconds) < 0 || accept->seconds > ACCEPT_MAX)
                setting_error(section, value,
                              "accept is \"never\", \"at-once\" or a span such as \"3wd\" or \"48h\", of a year at "
                              "most");
}

int answers_read(struct loader *loader)
{
        struct section section = section_of(loader->report, loader->main.file, NULL);

        if (section_member(&loader->main, "answers", &section))
                (void)section_known(&section, answers_keys);
        read_accept(&section, &loader->config->accept);
        return read_words(loader, &section);
}
