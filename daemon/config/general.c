/* The plain settings of reminderd.conf: the block, paths, hours, digest, retries. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "config/address.h"
#include "config/loader.h"

#define ZONE_FOLDER "/usr/share/zoneinfo/"
#define ZONE_MAGIC "TZif" /* RFC 8536 section 3.1 */
#define ZONE_DEFAULT "Asia/Ho_Chi_Minh"
#define TEMPLATES_DEFAULT "templates/vi"
#define STATE_DEFAULT "/var/lib/reminderd"
#define CONFIRM_AFTER_DEFAULT (INT64_C(15) * 60) /* a wrong tick is noticed, a pile of receipts entered */
#define CATCH_UP_DEFAULT (7 * (int64_t)DAY_SECONDS)
#define SPAN_MAX (366 * (int64_t)DAY_SECONDS) /* a plan is for a year: no catching up or retrying beyond it */
#define RETRY_STEP_MAX (30 * (int64_t)DAY_SECONDS)

static const char *const main_keys[] = {"timezone",      "block",         "agencies",       "plans",   "calendars",
                                        "templates",     "state_dir",     "hours",          "digest",  "catch_up",
                                        "confirmations", "confirm_after", "mail",           "mailbox", "webhooks",
                                        "retry",         "policies",      "default_policy", "answers", NULL};
static const char *const block_keys[] = {"name", "short", "contact", NULL};
static const char *const contact_keys[] = {"name", "title", "phone", "email", NULL};
static const char *const hours_keys[] = {"open", "close", NULL};
static const char *const digest_keys[] = {"weekday", "at", "when", NULL};
static const char *const retry_keys[] = {"first", "max", "give_up", NULL};
static const char *const digest_whens[] = {[DIGEST_WHEN_CHANGED] = "changed", [DIGEST_WHEN_ALWAYS] = "always", NULL};
static const char *const weekdays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL};

/* A name of the time zone database and nothing else: no path out of its folder, no file that is no zone. */
static bool zone_exists(const char *name)
{
        char path[sizeof(ZONE_FOLDER) + 64], magic[sizeof(ZONE_MAGIC)] = "";
        CLEANUP_FCLOSE FILE *file = NULL;

        if (name[0] == '/' || strstr(name, "..") || strlen(name) > 64)
                return false;
        (void)snprintf(path, sizeof(path), "%s%s", ZONE_FOLDER, name);
        file = fopen(path, "re");
        return file && fread(magic, 1, strlen(ZONE_MAGIC), file) == strlen(ZONE_MAGIC) &&
               strcmp(magic, ZONE_MAGIC) == 0;
}

static int read_timezone(struct loader *loader)
{
        const config_setting_t *value = setting_get(&loader->main, "timezone");
        char buffer[EXCERPT_SIZE];
        const char *name;

        if (value_text(&loader->main, value, &name) && !zone_exists(name))
                setting_error(&loader->main, value,
                              "timezone \"%s\" is not in the time zone database; expected a name such as \"%s\"",
                              excerpt(name, buffer), ZONE_DEFAULT);
        return setting_keep(&loader->main, "timezone", ZONE_DEFAULT, &loader->config->timezone);
}

/* A contact's particulars may be left empty. */
static int keep_optional(const struct section *section, const char *key, char **ret)
{
        const char *text = setting_string(setting_get(section, key));

        if (text && *text)
                return setting_keep(section, key, "", ret);
        if (!text)
                (void)value_text(section, setting_get(section, key), &text);
        *ret = strdup("");
        return *ret ? 0 : -ENOMEM;
}

int contact_read(const struct section *holder, struct contact *contact)
{
        struct section section = {.group = NULL};
        const char *email;
        int r;

        if (section_member(holder, "contact", &section))
                (void)section_known(&section, contact_keys);
        r = keep_optional(&section, "name", &contact->name);
        if (r == 0)
                r = keep_optional(&section, "title", &contact->title);
        if (r == 0)
                r = keep_optional(&section, "phone", &contact->phone);
        if (r == 0)
                r = keep_optional(&section, "email", &contact->email);
        email = setting_string(setting_get(&section, "email"));
        if (r == 0 && email && *email)
                r = address_read(&section, setting_get(&section, "email"), &contact->email);
        return r;
}

static int read_block(struct loader *loader)
{
        struct config *config = loader->config;
        struct section section = {.group = NULL};
        int r;

        (void)setting_require(&loader->main, "block", "{ name = \"…\"; short = \"…\"; }");
        if (section_member(&loader->main, "block", &section))
                (void)section_known(&section, block_keys);
        (void)setting_require(&section, "name", "\"…\"");
        r = setting_keep(&section, "name", "", &config->block_name);
        if (r == 0)
                r = setting_keep(&section, "short", config->block_name, &config->block_short);
        if (r == 0)
                r = contact_read(&section, &config->contact);
        return r;
}

static int read_templates(struct loader *loader)
{
        CLEANUP_FREE char *shown = NULL;
        const char *path = TEMPLATES_DEFAULT;
        struct place named;
        struct stat st;
        int r = loader_locate(loader, "templates", TEMPLATES_DEFAULT, &shown, &named);

        if (r < 0 || !shown)
                return r;
        if (stat(shown, &st) < 0)
                files_report(loader, "templates", shown, &named, -errno);
        else if (!S_ISDIR(st.st_mode))
                files_report(loader, "templates", shown, &named, -ENOTDIR);
        (void)value_text(&loader->main, setting_get(&loader->main, "templates"), &path);
        loader->config->templates = loader_absolute(loader, path);
        return loader->config->templates ? 0 : -ENOMEM;
}

/* The service makes it: it need not be there for a check. */
static int read_state_dir(struct loader *loader)
{
        const char *path = STATE_DEFAULT;

        (void)value_text(&loader->main, setting_get(&loader->main, "state_dir"), &path);
        loader->config->state_dir = loader_absolute(loader, path);
        return loader->config->state_dir ? 0 : -ENOMEM;
}

void daytime_check(const struct loader *loader, const struct section *section, const config_setting_t *value,
                   int32_t at)
{
        const struct hours *hours = &loader->config->hours;
        char open[CIVIL_CLOCK_SIZE], close[CIVIL_CLOCK_SIZE], text[CIVIL_CLOCK_SIZE];
        bool always = hours->open == 0 && hours->close == 0;

        if (!always && (at < hours->open || at >= hours->close))
                setting_warning(section, value, "at \"%s\" is outside the hours %s to %s; it moves to the next opening",
                                civil_format_clock(at, text), civil_format_clock(hours->open, open),
                                civil_format_clock(hours->close, close));
}

static void read_hours(struct loader *loader)
{
        struct hours *hours = &loader->config->hours;
        struct section section;
        char open[CIVIL_CLOCK_SIZE], close[CIVIL_CLOCK_SIZE];

        *hours = HOURS_DEFAULT;
        if (!section_member(&loader->main, "hours", &section))
                return;
        (void)section_known(&section, hours_keys);
        (void)value_clock(&section, setting_require(&section, "open", "\"07:30\""), &hours->open);
        (void)value_clock(&section, setting_require(&section, "close", "\"17:00\""), &hours->close);
        if (hours->close > hours->open || (hours->open == 0 && hours->close == 0))
                return;
        setting_error(&section, setting_get(&section, "close"),
                      "close %s is not after open %s; write the earlier time as open (both \"00:00\": always)",
                      civil_format_clock(hours->close, close), civil_format_clock(hours->open, open));
        *hours = (struct hours){.open = 0}; /* one mistake: no time of day is outside of these */
}

static void read_digest(struct loader *loader)
{
        struct digest_config *digest = &loader->config->digest;
        struct section section;
        size_t weekday = 0, when = DIGEST_WHEN_CHANGED;

        *digest = (struct digest_config){.weekday = MONDAY, .at = 8 * 3600};
        if (!section_member(&loader->main, "digest", &section))
                return;
        (void)section_known(&section, digest_keys);
        digest->enabled = true;
        if (value_word(&section, setting_require(&section, "weekday", "\"mon\""), weekdays, &weekday))
                digest->weekday = (enum weekday)(MONDAY + weekday);
        if (value_clock(&section, setting_require(&section, "at", "\"08:00\""), &digest->at))
                daytime_check(loader, &section, setting_get(&section, "at"), digest->at);
        (void)value_word(&section, setting_get(&section, "when"), digest_whens, &when);
        digest->when = (enum digest_when)when;
}

static void read_retry(struct loader *loader)
{
        struct retry *retry = &loader->config->retry;
        struct section section;
        bool has_max, has_give_up;

        *retry = RETRY_DEFAULT;
        if (!section_member(&loader->main, "retry", &section))
                return;
        (void)section_known(&section, retry_keys);
        (void)value_duration(&section, setting_get(&section, "first"), 1, RETRY_STEP_MAX, &retry->first);
        has_max = value_duration(&section, setting_get(&section, "max"), 1, RETRY_STEP_MAX, &retry->max);
        has_give_up = value_duration(&section, setting_get(&section, "give_up"), 1, SPAN_MAX, &retry->give_up);
        if (retry->max < retry->first && has_max)
                setting_error(&section, setting_get(&section, "max"), "max is shorter than first");
        else if (retry->max < retry->first)
                retry->max = retry->first;
        if (retry->give_up < retry->first)
                setting_error(&section, setting_get(&section, has_give_up ? "give_up" : "first"),
                              "give_up is shorter than first: nothing would ever be tried again");
}

int general_read(struct loader *loader)
{
        struct config *config = loader->config;
        int r;

        (void)section_known(&loader->main, main_keys);
        config->catch_up = CATCH_UP_DEFAULT;
        (void)value_duration(&loader->main, setting_get(&loader->main, "catch_up"), 0, SPAN_MAX, &config->catch_up);
        (void)value_bool(&loader->main, setting_get(&loader->main, "confirmations"), &config->confirmations);
        config->confirm_after = CONFIRM_AFTER_DEFAULT;
        (void)value_duration(&loader->main, setting_get(&loader->main, "confirm_after"), 0, DAY_SECONDS,
                             &config->confirm_after);
        read_hours(loader);
        read_digest(loader);
        read_retry(loader);
        r = read_timezone(loader);
        if (r == 0)
                r = read_block(loader);
        if (r == 0)
                r = read_templates(loader);
        if (r == 0)
                r = read_state_dir(loader);
        return r;
}
