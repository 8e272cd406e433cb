/* Completion: what may follow the words of an unfinished command line. */
#include <string.h>

#include "ctl/verbs.h"

static const char *const dates[] = {"today", "tomorrow", "+1d", "+3wd", "+1w", NULL};
static const char *const states[] = {"open", "pending", "overdue",   "snoozed", "tentative", "undated",    "done",
                                     "late", "waived",  "withdrawn", "passed",  "unclear",   "unfinished", NULL};
static const char *const delivery_states[] = {"queued", "sending", "sent", "failed", "cancelled", "bounced", NULL};
static const char *const claim_states[] = {"open", "confirmed", "rejected", "granted", "overtaken", NULL};
/* Of those that are about an item: what can be previewed at any time. */
static const char *const kinds[] = {"advance",  "due",        "overdue",  "escalation",       "fix_date",
                                    "date_set", "observance", "snoozed",  "completed",        "date_cleared",
                                    "waived",   "withdrawn",  "reopened", "request_answered", "digest",
                                    "test",     NULL};
static const char *const buses[] = {"system", "session", NULL};

struct completion {
        struct cli cli;
        const char *option; /* "--plan=" where the word goes on behind it, or "" */
        int option_length;
};

static void offer(const struct completion *completion, const char *word)
{
        printf("%.*s%s\n", completion->option_length, completion->option, word);
}

static void offer_words(const struct completion *completion, const char *const *words)
{
        for (; *words; words++)
                offer(completion, *words);
}

static bool has_before(const json_t *rows, size_t end, const char *key, const char *word)
{
        for (size_t i = 0; i < end; i++)
                if (strcmp(received_text(json_array_get(rows, i), key), word) == 0)
                        return true;
        return false;
}

/* Each once: several plans may have an item. */
static void offer_members(const struct completion *completion, const json_t *rows, const char *key)
{
        for (size_t i = 0; i < json_array_size(rows); i++) {
                const char *word = received_text(json_array_get(rows, i), key);

                if (!has_before(rows, i, key, word))
                        offer(completion, word);
        }
}

/* And all of them, where they may be meant. */
static void offer_blocks(struct completion *completion)
{
        json_t *CLEANUP_JSON blocks = NULL;

        if (cli_blocks(&completion->cli, &blocks) != EXIT_DONE)
                return;
        for (size_t i = 0; i < json_array_size(blocks); i++)
                if (*json_string_value(json_array_get(blocks, i)))
                        offer(completion, json_string_value(json_array_get(blocks, i)));
}

static void offer_agencies(struct completion *completion)
{
        json_t *CLEANUP_JSON reply = NULL;

        if (cli_call(&completion->cli, &reply, "Agencies", "") == EXIT_DONE)
                offer_members(completion, json_array_get(reply, 0), "agency");
}

static void offer_plans(struct completion *completion)
{
        json_t *CLEANUP_JSON reply = NULL;

        if (cli_call(&completion->cli, &reply, "Plans", "") == EXIT_DONE)
                offer_members(completion, json_array_get(reply, 0), "plan");
}

static void offer_items(struct completion *completion)
{
        json_t *CLEANUP_JSON rows = NULL;

        if (cli_pages(&completion->cli, "Items", NULL, NULL, NULL, &rows) == EXIT_DONE)
                offer_members(completion, rows, "item");
}

static int append_state(sd_bus_message *message, const void *state)
{
        return sd_bus_message_append(message, "a{sv}", 1, "state", "s", state);
}

static void offer_deliveries(struct completion *completion, const char *state)
{
        json_t *CLEANUP_JSON rows = NULL;

        if (cli_pages(&completion->cli, "Deliveries", append_state, state, NULL, &rows) == EXIT_DONE)
                offer_members(completion, rows, "id");
}

static void offer_claims(struct completion *completion)
{
        json_t *CLEANUP_JSON rows = NULL;
        char number[24];

        if (cli_pages(&completion->cli, "Claims", append_state, "open", NULL, &rows) != EXIT_DONE)
                return;
        for (size_t i = 0; i < json_array_size(rows); i++) {
                snprintf(number, sizeof(number), "%lld", (long long)received_number(json_array_get(rows, i), "id"));
                offer(completion, number);
        }
}

static void offer_verbs(const struct completion *completion)
{
        for (const struct verb *verb = verbs; verb->name; verb++)
                offer(completion, verb->name);
}

static void offer_candidates(struct completion *completion, enum word word)
{
        switch (word) {
        case WORD_BLOCK:
                offer_blocks(completion);
                break;
        case WORD_ITEM:
                offer_items(completion);
                break;
        case WORD_PLAN:
                offer_plans(completion);
                break;
        case WORD_AGENCY:
                offer_agencies(completion);
                break;
        case WORD_DELIVERY:
                offer_deliveries(completion, "failed");
                offer_deliveries(completion, "bounced");
                offer_deliveries(completion, "queued");
                break;
        case WORD_QUEUED_DELIVERY:
                offer_deliveries(completion, "queued");
                break;
        case WORD_FAILED_DELIVERY:
                offer_deliveries(completion, "failed");
                offer_deliveries(completion, "bounced");
                break;
        case WORD_DATE:
                offer_words(completion, dates);
                break;
        case WORD_STATE:
                offer_words(completion, states);
                break;
        case WORD_DELIVERY_STATE:
                offer_words(completion, delivery_states);
                break;
        case WORD_CLAIM_STATE:
                offer_words(completion, claim_states);
                break;
        case WORD_CLAIM:
                offer_claims(completion);
                break;
        case WORD_KIND:
                offer_words(completion, kinds);
                break;
        case WORD_BUS:
                offer_words(completion, buses);
                break;
        case WORD_VERB:
                offer_verbs(completion);
                break;
        case WORD_FILE:
                puts(":files"); /* the shell knows them best */
                break;
        case WORD_NONE:
                break;
        }
}

/* "--plan", or "--plan=" with whatever follows, which *ret_value is then. */
static const struct option_info *find_option(const char *word, const char **ret_value)
{
        size_t length = strcspn(word, "=");

        *ret_value = word[length] ? word + length + 1 : NULL;
        for (int o = 0; o < OPTION_COUNT; o++)
                if (strncmp(word, "--", 2) == 0 && strlen(option_infos[o].name) + 2 == length &&
                    strncmp(word + 2, option_infos[o].name, length - 2) == 0)
                        return &option_infos[o];
        return NULL;
}

static void offer_options(const struct completion *completion, const struct verb *verb)
{
        uint64_t options = verb ? verb->options | OPTIONS_COMMON : OPTIONS_COMMON | BIT(OPTION_VERSION);

        for (int o = 0; o < OPTION_COUNT; o++)
                if (options & BIT(o)) {
                        char name[32];

                        snprintf(name, sizeof(name), "--%s", option_infos[o].name);
                        offer(completion, name);
                }
}

static enum word word_of(const struct option_info *option, const struct verb *verb)
{
        if (option == &option_infos[OPTION_STATE] && verb && strcmp(verb->name, "deliveries") == 0)
                return WORD_DELIVERY_STATE;
        if (option == &option_infos[OPTION_STATE] && verb && strcmp(verb->name, "claims") == 0)
                return WORD_CLAIM_STATE;
        return option->word;
}

/* The words before the one under the cursor. */
struct context {
        const struct verb *verb;
        const struct option_info *before; /* the last word was this option, which wants a value */
        bool has_verb;                    /* a known one or another */
        int arguments;
};

/* Whom to ask for what fits. */
static void choose(struct command *command, const struct option_info *option, const char *value)
{
        if (option == &option_infos[OPTION_BUS])
                command->values[OPTION_BUS] = value;
        if (option == &option_infos[OPTION_BLOCK] && strcmp(value, EVERY_BLOCK) != 0)
                command->values[OPTION_BLOCK] = value;
}

static void read_word(struct context *context, struct command *command, const char *word)
{
        const struct option_info *option = NULL;
        const char *value = NULL;

        if (context->before && strcmp(word, "=") == 0) /* bash makes three words of --plan=P */
                return;
        if (context->before) {
                choose(command, context->before, word);
                context->before = NULL;
                return;
        }
        option = find_option(word, &value);
        if (option && value)
                choose(command, option, value);
        if (option)
                context->before = option->placeholder && !value ? option : NULL;
        else if (*word == '-')
                return;
        else if (context->has_verb)
                context->arguments++;
        else {
                context->verb = verb_find(word);
                context->has_verb = true;
        }
}

static void offer_arguments(struct completion *completion, const struct context *context)
{
        const struct verb *verb = context->verb;

        if (!verb)
                return;
        if (context->arguments < verb->most)
                offer_candidates(completion, verb->argument);
        if (context->arguments > 0)
                offer_candidates(completion, verb->last);
}

int complete(int n, char **words)
{
        struct command command = {0};
        struct completion completion = {.cli = {.command = &command, .quiet = true}, .option = ""};
        struct context context = {0};
        const char *last = n > 0 ? words[n - 1] : "", *value = NULL;
        const struct option_info *option = find_option(last, &value);

        for (int i = 0; i < n - 1; i++)
                read_word(&context, &command, words[i]);
        if (!context.before && option && option->placeholder && value) {
                completion.option = last;
                completion.option_length = (int)(value - last);
                context.before = option;
        }
        if (context.before)
                offer_candidates(&completion, word_of(context.before, context.verb));
        else if (*last == '-' && (context.verb || !context.has_verb))
                offer_options(&completion, context.verb);
        else if (!context.has_verb) {
                offer_verbs(&completion);
                offer_options(&completion, NULL);
        } else
                offer_arguments(&completion, &context);
        cli_clear(&completion.cli);
        return EXIT_DONE;
}
