/* The items of a plan. */
#include <errno.h>
#include <string.h>

#include "config/loader.h"
#include "core/wording.h"

const char *const item_keys[] = {
        "id",     "title",     "wording", "note",          "place",      "basis",       "link",      "due",
        "window", "half",      "quarter", "month",         "tentative",  "fix_by",      "limit",     "dates",
        "when",   "repeat",    "period",  "period_offset", "observance", "event",       "time",      "since",
        "for",    "report_to", "with",    "policy",        "after",      "before_item", POLICY_KEYS, NULL};

/* A word for a role that this plan gives to nobody. */
static bool is_vacant(const struct plan_reading *reading, enum target_role role)
{
        return (role == TARGET_HEAD && reading->no_head) || (role == TARGET_DEPUTY && reading->no_deputy);
}

static void check_targets(const struct plan_reading *reading, const struct section *section,
                          const config_setting_t *value, const struct targets *targets)
{
        for (size_t i = 0; value && i < targets->n; i++)
                if (is_vacant(reading, targets->words[i].role))
                        setting_error(section, value, "%s: \"%s\" is nobody, since the plan has no %s",
                                      setting_name(value), target_roles[targets->words[i].role],
                                      target_roles[targets->words[i].role]);
}

/* An escalation may be inherited from a policy that serves other plans well: a warning, and one for a plan. */
static void check_escalations(struct plan_reading *reading, const struct section *section, const struct policy *policy)
{
        for (size_t i = 0; i < policy->n_escalations; i++) {
                const struct targets *to = &policy->escalations[i].to;

                for (size_t k = 0; k < to->n; k++) {
                        enum target_role role = to->words[k].role;

                        if (!is_vacant(reading, role) || reading->vacancy_told[role])
                                continue;
                        reading->vacancy_told[role] = true;
                        setting_warning(section, NULL, "escalates to \"%s\", but the plan has no %s",
                                        target_roles[role], target_roles[role]);
                }
        }
}

static int read_policy(struct plan_reading *reading, const struct section *section, struct item *item)
{
        struct loader *loader = reading->loader;
        const config_setting_t *value = setting_get(section, "policy");
        size_t index = loader->default_policy;
        const char *id;
        int r;

        if (value_text(section, value, &id)) {
                size_t named = policy_lookup(loader, section, value, id);

                if (named != POLICY_NONE)
                        index = named;
        }
        r = policy_copy(&loader->config->policies[index], &item->policy);
        if (r == 0)
                r = policy_apply(loader, section, &item->policy);
        if (r < 0)
                return r;
        check_escalations(reading, section, &item->policy);
        if (item->form == DATE_OBSERVANCE && (setting_get(section, "overdue") || setting_get(section, "escalate")))
                setting_warning(section, NULL, "an observance is never overdue: overdue and escalate have no effect");
        return 0;
}

static int read_people(struct plan_reading *reading, const struct section *section, struct item *item)
{
        const config_setting_t *owes = setting_get(section, "for"), *report_to = setting_get(section, "report_to");
        int r = 0;

        if (owes) {
                r = targets_read(reading->loader, section, owes, &item->for_);
        } else {
                item->for_.words = calloc(1, sizeof(*item->for_.words));
                if (!item->for_.words)
                        return -ENOMEM;
                item->for_.words[0].role = TARGET_MEMBERS;
                item->for_.n = 1;
        }
        if (r == 0 && report_to)
                r = targets_read(reading->loader, section, report_to, &item->report_to);
        check_targets(reading, section, owes, &item->for_);
        check_targets(reading, section, report_to, &item->report_to);
        return r;
}

/* Who owes it is told of it anyway. */
static int check_helpers(const struct plan_reading *reading, const struct section *section,
                         const config_setting_t *value, const struct item *item)
{
        const struct roster *roster = &reading->loader->config->roster;
        CLEANUP_FREE size_t *debtors = NULL, *helpers = NULL;
        size_t n_debtors = 0, n_helpers = 0;
        int r = plan_resolve(reading->plan, roster, &item->for_, &debtors, &n_debtors);

        if (r == 0)
                r = plan_resolve(reading->plan, roster, &item->with, &helpers, &n_helpers);
        for (size_t i = 0; r == 0 && i < n_helpers; i++)
                if (agency_is_among(helpers[i], debtors, n_debtors))
                        setting_error(section, value,
                                      "with: \"%s\" has to do this itself; name it in `for` or here, not in both",
                                      roster->agencies[helpers[i]].id);
        for (size_t i = 0; i < item->with.n; i++)
                for (size_t k = 0; k < i; k++)
                        if (item->with.words[i].role == item->with.words[k].role &&
                            item->with.words[i].index == item->with.words[k].index)
                                setting_warning(section, value, "with: \"%s\" is named twice",
                                                setting_string(config_setting_get_elem(value, (unsigned)i)));
        return r;
}

/* Who helps is told; there is nothing to help with in an anniversary. */
static int read_helpers(struct plan_reading *reading, const struct section *section, struct item *item)
{
        const config_setting_t *value = setting_get(section, "with");
        int r = value ? targets_read(reading->loader, section, value, &item->with) : 0;

        if (!value || r < 0)
                return r;
        check_targets(reading, section, value, &item->with);
        if (item->form == DATE_OBSERVANCE)
                setting_error(section, value,
                              "with names who helps with what has to be done; an observance is only announced");
        return check_helpers(reading, section, value, item);
}

/* Most who copy "trước ngày 15/6" write the 15th. */
static void check_wording(const struct section *section, const struct item *item)
{
        bool several = item->form == DATE_DAYS;
        const struct last_days last = {
                .days = several ? item->days : &item->to,
                .n = several ? item->n_days : item->to != CIVIL_NONE,
                .of_part = item->form == DATE_HALF || item->form == DATE_QUARTER || item->form == DATE_MONTH,
        };
        struct named_day named;
        char says[CIVIL_DATE_SIZE], is[CIVIL_DATE_SIZE];

        if (!item->wording || last.n == 0 || !wording_contradicts(item->wording, &last, &named))
                return;
        if (several)
                setting_warning(section, setting_get(section, "wording"),
                                "wording says \"%.*s\", whose last day is %s, which is none of the item's",
                                (int)named.size, item->wording + named.start, civil_format(named.last, says));
        else
                setting_warning(section, setting_get(section, "wording"),
                                "wording says \"%.*s\", whose last day is %s, but the item's is %s", (int)named.size,
                                item->wording + named.start, civil_format(named.last, says),
                                civil_format(item->to, is));
}

/* What stands for something, where it stands for nothing and goes out as it is. */
static void check_marks(const struct section *section, const struct item *item)
{
        static const char *const filled[] = {"title", "wording", "note"};
        const config_setting_t *title = setting_get(section, "title");

        if (item->form == DATE_OBSERVANCE && item->observance.since == 0 && strstr(item->title, "{n}"))
                setting_error(section, title,
                              "title has {n}, the year of the anniversary, but observance has no since");
        if (item->form != DATE_OBSERVANCE && strstr(item->title, "{n}"))
                setting_warning(section, title,
                                "title has {n}, which stands for the year of an anniversary and goes out as it is; "
                                "write the number, or give an observance with since");
        for (size_t i = 0; !setting_get(section, "period") && i < ELEMENTS(filled); i++) {
                const char *words = setting_string(setting_get(section, filled[i]));

                if (words && strstr(words, "{period}"))
                        setting_error(section, setting_get(section, filled[i]),
                                      "%s has {period}, but the item has no period; beside repeat write period = "
                                      "\"quarter\" or the like, else write what is meant",
                                      filled[i]);
        }
}

/* It has its own rules, whatever the policy is, and hands nothing in. */
static void read_event(const struct section *section, struct item *item)
{
        static const char *const idle[] = {"overdue", "escalate", "shift", "report_to", NULL};
        const config_setting_t *value = setting_get(section, "event");

        if (!value_bool(section, value, &item->event) || !item->event)
                return;
        if (item->form == DATE_OBSERVANCE)
                setting_error(section, value, "event is what has to be attended; an observance is only announced");
        for (const char *const *key = idle; *key; key++)
                if (setting_get(section, *key))
                        setting_warning(section, setting_get(section, *key),
                                        "an event is attended on its day: %s has no effect", *key);
        policy_attend(&item->policy);
}

/* What is said on the last day leaves at the policy's hour. */
static void check_time(const struct section *section, const struct item *item)
{
        const struct policy *policy = &item->policy;
        char time[CIVIL_CLOCK_SIZE], at[CIVIL_CLOCK_SIZE];

        for (size_t i = 0; item->time > 0 && i < policy->n_before; i++)
                if (policy->before[i].days == 0 && policy->before[i].workdays == 0 && policy->at >= item->time) {
                        setting_warning(section, setting_get(section, "time"),
                                        "time %s is over when the reminder of that day leaves at %s; give the item an "
                                        "earlier at, or a before that ends with \"1d\"",
                                        civil_format_clock(item->time, time), civil_format_clock(policy->at, at));
                        return;
                }
}

int item_read(struct plan_reading *reading, const struct section *section, struct item *item)
{
        const char *id;
        int r;

        item->since = reading->plan->since;
        (void)value_date(section, setting_get(section, "since"), &item->since);
        (void)section_known_beside(section, item_keys, &(struct elsewhere){plan_keys, "plan"});
        (void)value_id(section, setting_require(section, "id", "\"bao-cao-quy-1\""), &id);
        (void)setting_require(section, "title", "\"…\"");
        r = setting_keep(section, "id", "", &item->id);
        if (r == 0)
                r = setting_keep(section, "title", "", &item->title);
        if (r == 0)
                r = setting_keep_prose(section, "wording", &item->wording);
        if (r == 0)
                r = setting_keep_prose(section, "note", &item->note);
        if (r == 0)
                r = setting_keep(section, "place", NULL, &item->place);
        if (r == 0)
                r = setting_keep(section, "basis", NULL, &item->basis);
        if (r == 0)
                r = link_read(section, &item->link);
        if (r == 0)
                r = dates_read(section, reading->plan, item);
        if (r == 0)
                r = read_people(reading, section, item);
        if (r == 0)
                r = read_helpers(reading, section, item);
        if (r == 0)
                r = own_dates_read(reading, section, item);
        if (r == 0)
                r = read_policy(reading, section, item);
        if (r == 0)
                r = repeat_check_before(section, reading->plan, item);
        if (r < 0)
                return r;
        limit_read(section, reading->plan, item);
        read_event(section, item);
        check_time(section, item);
        check_wording(section, item);
        check_marks(section, item);
        return 0;
}
