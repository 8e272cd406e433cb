/* A year's plan: copies, occurrences and whom targets mean. */
#include "core/plan.h"

#include "base/cleanup.h"
#include "core/lunar.h"
#include "core/repeat.h"

#include <errno.h>
#include <string.h>

static void clear_escalations(struct policy *policy)
{
        for (size_t i = 0; i < policy->n_escalations; i++)
                free(policy->escalations[i].to.words);
        free(policy->escalations);
        policy->escalations = NULL;
        policy->n_escalations = 0;
}

void policy_clear(struct policy *policy)
{
        free(policy->id);
        free(policy->before);
        clear_escalations(policy);
        *policy = (struct policy){0};
}

/* A copy of n elements; never NULL on success, so that NULL is always want of memory. */
static void *copy_array(const void *array, size_t n, size_t size)
{
        void *copy = calloc(n + 1, size);

        if (copy && n > 0)
                memcpy(copy, array, n * size);
        return copy;
}

static int copy_escalations(const struct policy *policy, struct policy *copy)
{
        copy->escalations = calloc(policy->n_escalations + 1, sizeof(*copy->escalations));
        if (!copy->escalations)
                return -ENOMEM;
        for (size_t i = 0; i < policy->n_escalations; i++) {
                const struct targets *to = &policy->escalations[i].to;
                struct target *words = copy_array(to->words, to->n, sizeof(*words));

                if (!words)
                        return -ENOMEM;
                copy->escalations[i] =
                        (struct escalation){.after = policy->escalations[i].after, .to = {.words = words, .n = to->n}};
                copy->n_escalations++;
        }
        return 0;
}

bool policy_urges(const struct policy *policy)
{
        return policy->overdue_limit > 0 || policy->n_escalations > 0;
}

void policy_attend(struct policy *policy)
{
        clear_escalations(policy);
        policy->overdue_limit = 0;
        policy->shift = SHIFT_NONE;
}

int policy_copy(const struct policy *policy, struct policy *ret)
{
        CLEANUP(policy_clear) struct policy copy = *policy;
        int r;

        copy.id = NULL;
        copy.before = NULL;
        copy.escalations = NULL;
        copy.n_escalations = 0;

        copy.before = copy_array(policy->before, policy->n_before, sizeof(*copy.before));
        if (!copy.before)
                return -ENOMEM;
        if (policy->id) {
                copy.id = strdup(policy->id);
                if (!copy.id)
                        return -ENOMEM;
        }
        r = copy_escalations(policy, &copy);
        if (r < 0)
                return r;
        *ret = copy;
        copy = (struct policy){0};
        return 0;
}

void item_clear(struct item *item)
{
        free(item->id);
        free(item->title);
        free(item->wording);
        free(item->note);
        free(item->place);
        free(item->basis);
        free(item->link);
        free(item->when);
        free(item->anchor);
        free(item->repeat);
        free(item->days);
        free(item->own_dates);
        free(item->for_.words);
        free(item->report_to.words);
        free(item->with.words);
        policy_clear(&item->policy);
        *item = (struct item){0};
}

/* Nothing later than March belongs to the plan of the year before. */
static civil_day first_quarter_after(int32_t year)
{
        return civil_from(year + 1, 3, 31);
}

civil_day plan_last_day(const struct plan *plan)
{
        return plan->ends != CIVIL_NONE ? plan->ends : civil_from(plan->year, 12, 31);
}

civil_day plan_last_date(const struct plan *plan)
{
        return plan->ends != CIVIL_NONE ? plan->ends : first_quarter_after(plan->year);
}

civil_day plan_closes_by_itself(civil_day ends)
{
        return first_quarter_after(civil_split(ends).year);
}

civil_day plan_first_closing(int32_t year)
{
        return civil_from(year, 1, 1);
}

civil_day plan_last_closing(civil_day ends)
{
        return civil_from(civil_split(ends).year + 1, 12, 31);
}

bool plan_may_close_on(int32_t year, civil_day ends, civil_day day)
{
        return day >= plan_first_closing(year) && day <= plan_last_closing(ends);
}

civil_day plan_closing(const struct plan_term *term)
{
        civil_day closing = term->moved != CIVIL_NONE ? term->moved : term->closes;

        return term->put_away && term->ends + 1 < closing ? term->ends + 1 : closing;
}

void plan_clear(struct plan *plan)
{
        free(plan->id);
        free(plan->title);
        free(plan->basis);
        free(plan->link);
        if (plan->contact)
                contact_clear(plan->contact);
        free(plan->contact);
        free(plan->deputies);
        free(plan->members);
        for (size_t i = 0; i < plan->n_items; i++)
                item_clear(&plan->items[i]);
        free(plan->items);
        *plan = (struct plan){0};
}

const char *item_basis(const struct plan *plan, const struct item *item)
{
        return item->basis ? item->basis : plan->basis;
}

const char *item_link(const struct plan *plan, const struct item *item)
{
        return item->basis || item->link ? item->link : plan->link;
}

const struct item *plan_find_item(const struct plan *plan, const char *id)
{
        for (size_t i = 0; i < plan->n_items; i++)
                if (strcmp(plan->items[i].id, id) == 0)
                        return &plan->items[i];
        return NULL;
}

/* The day of an observance in a Gregorian year. The end of a lunar year lies in the next Gregorian one: the lunar
 * year of the same number is tried first, then the one before. */
static int observance_day(const struct observance *observance, int32_t year, civil_day *ret)
{
        if (!observance->lunar) {
                if (!civil_valid(year, observance->month, observance->day))
                        return -ENODATA;
                *ret = civil_from(year, observance->month, observance->day);
                return 0;
        }
        for (int32_t lunar_year = year; lunar_year >= year - 1; lunar_year--) {
                struct lunar_date date = {.year = lunar_year, .month = observance->month, .day = observance->day};
                civil_day day;

                if (lunar_to_civil(&date, &day) == 0 && civil_split(day).year == year) {
                        *ret = day;
                        return 0;
                }
        }
        return -ENODATA;
}

/* One occurrence for each of several days, named by it. */
static int name_occurrences(const civil_day *days, size_t n, struct occurrence **ret, size_t *ret_n)
{
        struct occurrence *occurrences = calloc(n, sizeof(*occurrences));

        if (!occurrences)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++) {
                char text[CIVIL_DATE_SIZE];

                occurrences[i] = (struct occurrence){.from = CIVIL_NONE, .due = days[i]};
                memcpy(occurrences[i].key, civil_format(days[i], text), sizeof(occurrences[i].key));
                occurrences[i].key[sizeof(occurrences[i].key) - 1] = '\0';
        }
        *ret = occurrences;
        *ret_n = n;
        return 0;
}

/* The days of a rule that are about periods of the plan. Those of the last ones may lie after its time, and the first
 * days may be about the year before, for which the plan of that year asks. COUNT counts what this one asks for. */
static int period_days(const struct plan *plan, const struct period *period, const struct rule *rule, civil_day **ret,
                       size_t *ret_n)
{
        civil_day first = civil_from(plan->year, 1, 1), last = plan_last_day(plan);
        size_t n = 0, kept = 0, most = rule->count > 0 ? (size_t)rule->count : SIZE_MAX;
        CLEANUP_FREE civil_day *days = NULL;
        struct rule uncounted = *rule;
        int r;

        uncounted.count = 0;
        r = repeat_days(&uncounted, first, plan_closes_by_itself(last), &days, &n);
        if (r < 0)
                return r;
        for (size_t i = 0; i < n && kept < most; i++)
                if (period_begins_between(period, days[i], first, last))
                        days[kept++] = days[i];
        if (kept == 0)
                return -ENODATA;
        *ret = TAKE_PTR(days);
        *ret_n = kept;
        return 0;
}

static int repeat_occurrences(const struct plan *plan, const struct item *item, struct occurrence **ret, size_t *ret_n)
{
        CLEANUP_FREE civil_day *days = NULL;
        char reason[RULE_REASON_SIZE];
        struct rule rule;
        size_t n;
        int r;

        r = rule_parse(item->repeat, &rule, reason);
        if (r < 0)
                return r;
        if (item->period.unit != PERIOD_NONE)
                r = period_days(plan, &item->period, &rule, &days, &n);
        else
                r = repeat_days(&rule, civil_from(plan->year, 1, 1), plan_last_day(plan), &days, &n);
        return r < 0 ? r : name_occurrences(days, n, ret, ret_n);
}

/* One in each year that has it. */
static int observance_occurrences(const struct plan *plan, const struct item *item, struct occurrence **ret,
                                  size_t *ret_n)
{
        int32_t last_year = civil_split(plan_last_day(plan)).year;
        CLEANUP_FREE civil_day *days = calloc((size_t)(last_year - plan->year) + 1, sizeof(*days));
        size_t n = 0;
        int r;

        if (!days)
                return -ENOMEM;
        for (int32_t year = plan->year; year <= last_year; year++)
                if (observance_day(&item->observance, year, &days[n]) == 0 && days[n] <= plan_last_day(plan))
                        n++;
        if (n == 0)
                return -ENODATA;
        r = name_occurrences(days, n, ret, ret_n);
        if (r == 0 && n == 1)
                (*ret)[0].key[0] = '\0';
        return r;
}

int item_occurrences(const struct plan *plan, const struct item *item, struct occurrence **ret, size_t *ret_n)
{
        struct occurrence one = {.from = CIVIL_NONE, .due = CIVIL_NONE};

        switch (item->form) {
        case DATE_REPEAT:
                return repeat_occurrences(plan, item, ret, ret_n);
        case DATE_DAYS:
                return name_occurrences(item->days, item->n_days, ret, ret_n);
        case DATE_OBSERVANCE:
                return observance_occurrences(plan, item, ret, ret_n);
        case DATE_DUE:
                one.due = item->to;
                /* A day that is not certain is a window of one day. */
                one.from = item->tentative ? item->to : CIVIL_NONE;
                one.tentative = item->tentative;
                break;
        case DATE_WINDOW:
        case DATE_HALF:
        case DATE_QUARTER:
        case DATE_MONTH:
                one.from = item->from;
                one.due = item->to;
                one.tentative = item->tentative;
                break;
        case DATE_UNDATED:
        case DATE_AFTER:
        case DATE_BEFORE_ITEM:
                break;
        }

        *ret = copy_array(&one, 1, sizeof(one));
        if (!*ret)
                return -ENOMEM;
        *ret_n = 1;
        return 0;
}

struct occurrence item_occurrence_of(const struct item *item, const struct occurrence *occurrence, size_t agency)
{
        struct occurrence own = *occurrence;

        for (size_t i = 0; i < item->n_own_dates; i++)
                if (item->own_dates[i].agency == agency) {
                        own.from = CIVIL_NONE;
                        own.due = item->own_dates[i].due;
                        own.tentative = false;
                }
        return own;
}

/* Sets the flag of every agency that one word means. */
static void mark_target(const struct plan *plan, const struct roster *roster, const struct target *target, bool *marked)
{
        const struct group *group;

        switch (target->role) {
        case TARGET_HEAD:
                if (plan->head != ROSTER_NONE)
                        marked[plan->head] = true;
                break;
        case TARGET_DEPUTY:
                for (size_t i = 0; i < plan->n_deputies; i++)
                        marked[plan->deputies[i]] = true;
                break;
        case TARGET_MEMBERS:
                for (size_t i = 0; i < plan->n_members; i++)
                        marked[plan->members[i]] = true;
                break;
        case TARGET_ALL:
                memset(marked, true, roster->n_agencies);
                break;
        case TARGET_GROUP:
                group = &roster->groups[target->index];
                for (size_t i = 0; i < group->n_agencies; i++)
                        marked[group->agencies[i]] = true;
                break;
        case TARGET_AGENCY:
                marked[target->index] = true;
                break;
        }
}

int plan_resolve(const struct plan *plan, const struct roster *roster, const struct targets *targets, size_t **ret,
                 size_t *ret_n)
{
        CLEANUP_FREE bool *marked = calloc(roster->n_agencies + 1, sizeof(*marked));
        CLEANUP_FREE size_t *agencies = calloc(roster->n_agencies + 1, sizeof(*agencies));
        size_t n = 0;

        if (!marked || !agencies)
                return -ENOMEM;
        for (size_t i = 0; i < targets->n; i++)
                mark_target(plan, roster, &targets->words[i], marked);
        for (size_t i = 0; i < roster->n_agencies; i++)
                if (marked[i])
                        agencies[n++] = i;
        *ret = TAKE_PTR(agencies);
        *ret_n = n;
        return 0;
}

int plan_resolve_heirs(const struct plan *plan, const struct roster *roster, const struct targets *targets,
                       civil_day today, size_t **ret, size_t *ret_n)
{
        CLEANUP_FREE size_t *agencies = NULL;
        size_t n = 0, kept = 0;
        int r = plan_resolve(plan, roster, targets, &agencies, &n);

        if (r < 0)
                return r;
        for (size_t i = 0; i < n; i++) {
                size_t heir = roster_heir(roster, agencies[i], today), k = 0;

                while (k < kept && agencies[k] != heir)
                        k++;
                if (k == kept)
                        agencies[kept++] = heir;
        }
        *ret = TAKE_PTR(agencies);
        *ret_n = kept;
        return 0;
}

size_t plan_head(const struct plan *plan, const struct roster *roster, civil_day today)
{
        return plan->head == ROSTER_NONE ? ROSTER_NONE : roster_heir(roster, plan->head, today);
}

/* The mark that may stand in its words, and what for; NULL: none. */
static const char *find_mark(const struct plan *plan, const struct item *item, civil_day day,
                             char value[static PERIOD_NAME_SIZE])
{
        if (item->form == DATE_OBSERVANCE && item->observance.since > 0) {
                int32_t year = day != CIVIL_NONE ? civil_split(day).year : plan->year;

                (void)snprintf(value, PERIOD_NAME_SIZE, "%d", year - item->observance.since);
                return "{n}";
        }
        if (item->period.unit == PERIOD_NONE)
                return NULL;
        (void)period_name(&item->period, day, value);
        return "{period}";
}

char *item_words(const struct plan *plan, const struct item *item, const char *words, civil_day day)
{
        char value[PERIOD_NAME_SIZE];
        const char *mark = find_mark(plan, item, day, value);
        CLEANUP_FREE char *filled = NULL;
        size_t size;
        CLEANUP_FCLOSE FILE *out = NULL;

        if (!mark)
                return strdup(words);
        out = open_memstream(&filled, &size);
        if (!out)
                return NULL;
        for (const char *rest = words;;) {
                const char *found = strstr(rest, mark);

                if (!found) {
                        (void)fputs(rest, out);
                        break;
                }
                (void)fprintf(out, "%.*s%s", (int)(found - rest), rest, value);
                rest = found + strlen(mark);
        }
        if (ferror(out) || fclose(TAKE_PTR(out)) != 0)
                return NULL;
        return TAKE_PTR(filled);
}
