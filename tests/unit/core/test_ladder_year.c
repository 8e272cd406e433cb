/* Tests of ladder over every due date of three years: properties that no date may break, and the whole history of an
 * obligation compared with a slow restatement of the rules, written day by day and without rungs. */
#include "ladder_fixture.h"

#include "core/span.h"

#define FIRST "2023-01-01"
#define LAST "2025-12-31"

struct shape {
        const char *name;
        const struct policy *policy;
        int32_t window; /* days of a window that ends on the due date, 0: none */
        bool tentative, observance;
        enum shift shift;
        int32_t snooze; /* silent until so many days before the due date, 0: not snoozed */
};

static const struct shape shapes[] = {
        {.name = "due", .policy = &policy_report},
        {.name = "due, previous", .policy = &policy_report, .shift = SHIFT_PREVIOUS},
        {.name = "due, none", .policy = &policy_mixed, .shift = SHIFT_NONE},
        {.name = "mixed offsets", .policy = &policy_mixed},
        {.name = "daily", .policy = &policy_daily},
        {.name = "month", .policy = &policy_inspection, .window = 31},
        {.name = "weekend", .policy = &policy_daily, .window = 2, .shift = SHIFT_PREVIOUS},
        {.name = "tentative", .policy = &policy_report, .window = 31, .tentative = true},
        {.name = "observance", .policy = &policy_mixed, .observance = true},
        {.name = "snoozed", .policy = &policy_report, .snooze = 2},
        {.name = "snoozed over the term", .policy = &policy_mixed, .snooze = -4},
};

static struct obligation make_shape(const struct shape *shape, civil_day due)
{
        return (struct obligation){
                .from = shape->window ? due - shape->window + 1 : CIVIL_NONE,
                .due = due,
                .tentative = shape->tentative,
                .observance = shape->observance,
                .shift = shape->shift,
                .fixed = CIVIL_NONE,
                .done_on = CIVIL_NONE,
                .snoozed_until = shape->snooze ? due - shape->snooze : CIVIL_NONE,
        };
}

typedef void (*case_check)(const struct ladder_rules *rules, const struct shape *shape,
                           const struct obligation *obligation, const struct rung *rungs, size_t n);

/* Runs a check for every shape and due date. */
static void each_case(const struct calendar *calendar, case_check check)
{
        for (size_t i = 0; i < ELEMENTS(shapes); i++)
                for (civil_day due = day_of(FIRST); due <= day_of(LAST); due++) {
                        const struct ladder_rules rules = {.policy = shapes[i].policy,
                                                           .calendar = calendar,
                                                           .hours = &office,
                                                           .catch_up = 7 * (int64_t)DAY_SECONDS};
                        const struct obligation obligation = make_shape(&shapes[i], due);
                        struct rung rungs[LADDER_MAX];
                        size_t n = ladder_of_obligation(&rules, &obligation, WALL_NONE, rungs);

                        check(&rules, &shapes[i], &obligation, rungs, n);
                }
}

/* No rung on a day off or outside the hours, times ascend, keys are unique, overdue ones are counted without a gap
 * but for those whose place the end of a snooze takes. */
static void check_rungs(const struct ladder_rules *rules, const struct shape *shape,
                        const struct obligation *obligation, const struct rung *rungs, size_t n)
{
        int32_t overdue = 0;

        (void)obligation;
        for (size_t i = 0; i < n; i++) {
                assert_true(calendar_is_working(rules->calendar, wall_day(rungs[i].at)));
                assert_int_equal(wall_clock(rungs[i].at), rules->policy->at);
                assert_true(i == 0 || rungs[i - 1].at < rungs[i].at);
                for (size_t j = 0; j < i; j++)
                        assert_string_not_equal(rungs[i].key, rungs[j].key);
                if (rungs[i].class == RUNG_OVERDUE) {
                        assert_in_range(rungs[i].index, overdue + 1, overdue + 1 + (shape->snooze != 0));
                        overdue = rungs[i].index;
                }
        }
        assert_true(overdue <= rules->policy->overdue_limit);
        if (shape->tentative || shape->observance)
                assert_int_equal(overdue, 0);
}

static void test_rungs(void **state)
{
        each_case(*state, check_rungs);
}

/* ---- the slow restatement: is something sent on this day, and what? ---- */

static bool is_off(const struct ladder_rules *rules, civil_day day)
{
        return !calendar_is_working(rules->calendar, day);
}

/* A day that was meant falls on a working day, or on days off that touch it. */
static bool moved_back_to(const struct ladder_rules *rules, civil_day meant, civil_day day)
{
        if (meant < day)
                return false;
        for (civil_day between = day + 1; between <= meant; between++)
                if (!is_off(rules, between))
                        return false;
        return true;
}

static bool moved_on_to(const struct ladder_rules *rules, civil_day meant, civil_day day)
{
        if (meant > day)
                return false;
        for (civil_day between = meant; between < day; between++)
                if (!is_off(rules, between))
                        return false;
        return true;
}

/* The day that lies an offset before, counted one day at a time. */
static civil_day count_back(const struct ladder_rules *rules, const struct offset *offset, civil_day day)
{
        for (int32_t left = offset->days; left > 0; left--)
                day--;
        for (int32_t left = offset->workdays; left > 0; left--)
                do
                        day--;
                while (is_off(rules, day));
        return day;
}

static civil_day count_on(const struct ladder_rules *rules, const struct offset *offset, civil_day day)
{
        for (int32_t left = offset->days; left > 0; left--)
                day++;
        for (int32_t left = offset->workdays; left > 0; left--)
                do
                        day++;
                while (is_off(rules, day));
        return day;
}

static civil_day term_of(const struct ladder_rules *rules, const struct obligation *obligation)
{
        civil_day day = obligation->due;

        if (!obligation->tentative && !obligation->observance && obligation->shift != SHIFT_NONE)
                while (is_off(rules, day))
                        day += obligation->shift == SHIFT_NEXT ? 1 : -1;
        return day;
}

static bool is_overdue_day(const struct ladder_rules *rules, civil_day term, civil_day day)
{
        civil_day meant = term, seen = CIVIL_NONE;
        int32_t count = 0;

        while (meant < day && count < rules->policy->overdue_limit) {
                civil_day sent;

                meant = count_on(rules, &rules->policy->overdue_every, meant);
                for (sent = meant; is_off(rules, sent); sent++)
                        ;
                if (sent == seen)
                        continue;
                seen = sent;
                count++;
                if (sent == day)
                        return true;
        }
        return false;
}

/* What an obligation that nobody looks after is reminded of on a working day: KIND_COUNT means nothing. */
static enum notice_kind restate(const struct ladder_rules *rules, const struct obligation *obligation, civil_day day)
{
        civil_day term = term_of(rules, obligation);
        civil_day earlier = term < obligation->due ? term : obligation->due;
        civil_day counted = obligation->tentative ? obligation->from : earlier;
        civil_day until = obligation->snoozed_until;
        bool plain = !obligation->tentative && !obligation->observance;
        bool wanted = false;

        if (until != CIVIL_NONE && day <= until)
                return KIND_COUNT;
        if (until != CIVIL_NONE && moved_on_to(rules, until + 1, day))
                return day > term ? KIND_OVERDUE : day + 1 >= term ? KIND_DUE : KIND_ADVANCE;
        if (plain && is_overdue_day(rules, term, day))
                return KIND_OVERDUE;
        for (size_t i = 0; i < rules->policy->n_before; i++) {
                const struct offset *offset = &rules->policy->before[i];
                bool itself = plain && offset->days == 0 && offset->workdays == 0;

                wanted |= moved_back_to(rules, itself ? term : count_back(rules, offset, counted), day);
        }
        if (obligation->from != CIVIL_NONE)
                wanted |= moved_on_to(rules, obligation->from, day);
        if (!wanted || day > term)
                return KIND_COUNT;
        if (obligation->observance)
                return KIND_OBSERVANCE;
        return plain && day + 1 >= term ? KIND_DUE : KIND_ADVANCE;
}

/* Goes through the days from 40 before to 40 after with one tick each, at the policy's hour: what is sent, and as
 * what, is what the restatement says. */
static void check_day_by_day(const struct ladder_rules *rules, const struct shape *shape,
                             const struct obligation *obligation, const struct rung *rungs, size_t n)
{
        bool sent[LADDER_MAX] = {false};
        wall_time handled = wall_at(obligation->due - 75, 0);

        for (civil_day day = obligation->due - 74; day < obligation->due + 40; day++) {
                wall_time now = wall_at(day, rules->policy->at);
                enum notice_kind expected;
                struct ladder_step step;

                if (is_off(rules, day))
                        continue;
                expected = restate(rules, obligation, day);
                ladder_step(rules, obligation, rungs, n, handled, now, &step);
                if ((step.send == LADDER_MAX) != (expected == KIND_COUNT) ||
                    (step.send != LADDER_MAX && step.kind != expected)) {
                        char due[CIVIL_DATE_SIZE], today[CIVIL_DATE_SIZE];

                        fail_msg("%s, due %s: on %s expected %s, sends %s as %s", shape->name,
                                 civil_format(obligation->due, due), civil_format(day, today),
                                 expected == KIND_COUNT ? "nothing" : kind_name(expected),
                                 step.send == LADDER_MAX ? "nothing" : rungs[step.send].key, kind_name(step.kind));
                }
                if (step.send != LADDER_MAX) {
                        assert_false(sent[step.send]);
                        sent[step.send] = true;
                }
                handled = now;
        }
}

static void test_day_by_day(void **state)
{
        each_case(*state, check_day_by_day);
}

/* Waking only at `next`, as the daemon does, sends the same as looking every day. */
static void check_wakes(const struct ladder_rules *rules, const struct shape *shape,
                        const struct obligation *obligation, const struct rung *rungs, size_t n)
{
        wall_time handled = wall_at(obligation->due - 75, 0);
        wall_time end = wall_at(obligation->due + 40, 0);
        civil_day looked = obligation->due - 75;
        struct ladder_step step;

        (void)shape;
        ladder_step(rules, obligation, rungs, n, handled, handled, &step);
        while (step.next < end) {
                wall_time now = step.next;

                assert_true(now > handled);
                for (civil_day day = looked + 1; day < wall_day(now); day++)
                        assert_true(is_off(rules, day) || restate(rules, obligation, day) == KIND_COUNT);
                looked = wall_day(now);
                ladder_step(rules, obligation, rungs, n, handled, now, &step);
                if (step.send == LADDER_MAX)
                        assert_int_equal(restate(rules, obligation, looked), KIND_COUNT);
                else
                        assert_int_equal(step.kind, restate(rules, obligation, looked));
                handled = now;
        }
}

static void test_wakes(void **state)
{
        each_case(*state, check_wakes);
}

/* A linear congruence of Knuth's: the same downtimes on every run. */
static uint64_t draw(uint64_t *seed)
{
        *seed = *seed * 6364136223846793005U + 1442695040888963407U;
        return *seed >> 33;
}

/* Ticks at any hours and with any gaps: never two rungs in one tick, never one twice, none of the advance kind after
 * the term or older than allowed; every overdue one is sent or has a newer one sent in its place; and what was
 * settled stays so. */
static void check_downtime(const struct ladder_rules *rules, const struct shape *shape,
                           const struct obligation *obligation, const struct rung *rungs, size_t n)
{
        bool settled[LADDER_MAX] = {false};
        uint64_t seed = (uint64_t)obligation->due * ELEMENTS(shapes) + (uint64_t)(shape - shapes);
        wall_time handled = wall_at(obligation->due - 75, 0), now = handled;
        civil_day term = term_of(rules, obligation);

        while (now < wall_at(obligation->due + 60, 0)) {
                struct ladder_step step;
                size_t sends = 0;

                now += (wall_time)(draw(&seed) % (12 * DAY_SECONDS));
                ladder_step(rules, obligation, rungs, n, handled, now, &step);
                for (size_t i = 0; i < n; i++) {
                        civil_day leaves = wall_day(hours_next(rules->hours, rules->calendar, now));
                        bool advance = rungs[i].class == RUNG_START || rungs[i].class == RUNG_BEFORE;

                        if (rungs[i].at <= handled || rungs[i].at > now) {
                                assert_true(step.verdicts[i] == VERDICT_HANDLED || step.verdicts[i] == VERDICT_LATER);
                                continue;
                        }
                        assert_false(settled[i]);
                        settled[i] = true;
                        if (step.verdicts[i] == VERDICT_SEND) {
                                sends++;
                                assert_int_equal(step.send, i);
                                assert_false(advance && leaves > term);
                                assert_false(advance && now - rungs[i].at > rules->catch_up);
                        } else if (step.verdicts[i] == VERDICT_SUPERSEDED) {
                                assert_true(i + 1 < n && rungs[i + 1].at <= now);
                        } else {
                                assert_true(rungs[i].class != RUNG_OVERDUE || step.verdicts[i] == VERDICT_SNOOZED);
                        }
                }
                assert_int_equal(sends, step.send != LADDER_MAX);
                assert_true(step.next > now);
                handled = now;
        }
}

static void test_downtime(void **state)
{
        each_case(*state, check_downtime);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_rungs),
                cmocka_unit_test(test_day_by_day),
                cmocka_unit_test(test_wakes),
                cmocka_unit_test(test_downtime),
        };

        return cmocka_run_group_tests(tests, set_up, tear_down);
}
