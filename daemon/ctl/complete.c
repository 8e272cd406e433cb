/* Completion: what may follow the words of an unfinished command line.
 * Depends on command, client.
 * Called by the completion scripts of bash and zsh as "reminderctl complete WORD...", the last word being the one
 * under the cursor. */
#include <string.h>

#include "ctl/verbs.h"

static const char *const dates[] = {"today", "tomorrow", "+1d", "+3wd", "+1w", NULL};
static const char *const states[] = {"open", "pending", "overdue", "snoozed",   "tentative", "undated",
                                     "done", "late",    "waived",  "withdrawn", NULL};
static const char *const delivery_states[] = {"queued", "sending", "sent", "failed", "cancelled", NULL};
static const char *const kinds[] = {"advance",  "due",        "overdue", "escalation", "fix_date",
                                    "date_set", "observance", "snoozed", "completed",  "digest",
                                    "failure",  "test",       NULL};
static const char *const buses[] = {"system", "session", NULL};

static void print_words(const char *const *words)
{
        for (; *words; words++)
                puts(*words);
}

static void print_members(const json_t *rows, const char *key)
{
        for (size_t i = 0; i < json_array_size(rows); i++)
                puts(json_text(json_array_get(rows, i), key));
}

static void print_agencies(struct client *client)
{
        json_t *CLEANUP_JSON reply = NULL;

        if (client_call(client, &reply, "Agencies", "") == EXIT_DONE)
                print_members(json_array_get(reply, 0), "agency");
}

static void print_items(struct client *client, const char *key)
{
        json_t *CLEANUP_JSON rows = NULL;

        if (client_pages(client, "Items", NULL, NULL, NULL, &rows) == EXIT_DONE)
                print_members(rows, key);
}

static int append_failed(sd_bus_message *message, const void *userdata)
{
        (void)userdata;
        return sd_bus_message_append(message, "a{sv}", 1, "state", "s", "failed");
}

static int append_queued(sd_bus_message *message, const void *userdata)
{
        (void)userdata;
        return sd_bus_message_append(message, "a{sv}", 1, "state", "s", "queued");
}

static void print_deliveries(struct client *client, append_arguments *append)
{
        json_t *CLEANUP_JSON rows = NULL;

        if (client_pages(client, "Deliveries", append, NULL, NULL, &rows) == EXIT_DONE)
                print_members(rows, "id");
}

static void print_verbs(void)
{
        for (const struct verb *verb = verbs; verb->name; verb++)
                puts(verb->name);
        puts("--bus\n--help\n--version");
}

static void print_candidates(struct client *client, enum word word)
{
        switch (word) {
        case WORD_ITEM:
                print_items(client, "item");
                break;
        case WORD_PLAN:
                print_items(client, "plan");
                break;
        case WORD_AGENCY:
                print_agencies(client);
                break;
        case WORD_DELIVERY:
                print_deliveries(client, append_failed);
                print_deliveries(client, append_queued);
                break;
        case WORD_DATE:
                print_words(dates);
                break;
        case WORD_STATE:
                print_words(states);
                break;
        case WORD_DELIVERY_STATE:
                print_words(delivery_states);
                break;
        case WORD_KIND:
                print_words(kinds);
                break;
        case WORD_BUS:
                print_words(buses);
                break;
        case WORD_VERB:
                print_verbs();
                break;
        case WORD_FILE:
                puts(":files"); /* the shell knows them best */
                break;
        case WORD_NONE:
                break;
        }
}

static const struct option_info *find_option(const char *word)
{
        for (int o = 0; o < OPTION_COUNT; o++)
                if (strncmp(word, "--", 2) == 0 && strcmp(word + 2, option_infos[o].name) == 0)
                        return &option_infos[o];
        return NULL;
}

static void print_options(const struct verb *verb)
{
        for (int o = 0; o < OPTION_COUNT; o++)
                if ((verb->options | OPTIONS_COMMON) & BIT(o))
                        printf("--%s\n", option_infos[o].name);
}

int complete(int n, char **words)
{
        struct command command = {0};
        struct client CLEANUP(client_clear) client = {.command = &command, .quiet = true};
        const struct verb *verb = NULL;
        const struct option_info *before = NULL;
        int arguments = 0;

        for (int i = 0; i < n - 1; i++) {
                const struct option_info *option = before ? NULL : find_option(words[i]);

                if (before == &option_infos[OPTION_BUS])
                        command.values[OPTION_BUS] = words[i];
                else if (!before && !option && !verb)
                        verb = verb_find(words[i]);
                else if (!before && !option)
                        arguments++;
                before = option && option->placeholder ? option : NULL;
        }
        if (before && before == &option_infos[OPTION_STATE] && verb && strcmp(verb->name, "deliveries") == 0)
                print_candidates(&client, WORD_DELIVERY_STATE);
        else if (before)
                print_candidates(&client, before->word);
        else if (!verb)
                print_verbs();
        else if (n > 0 && words[n - 1][0] == '-')
                print_options(verb);
        else if (arguments == 0 || verb->most > 2)
                print_candidates(&client, verb->most > 0 ? verb->argument : WORD_NONE);
        else if (arguments == 1 && verb->most == 2)
                print_candidates(&client, WORD_DATE);
        return EXIT_DONE;
}
