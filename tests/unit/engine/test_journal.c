/* What reaches systemd's journal: each event with its level and id, its fields, and how deliveries are told of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <systemd/sd-journal.h>

#include "base/cleanup.h"
#include "base/flood.h"
#include "play.h"

/* ---- in place of the journal ---- */

#define LINES_MAX 64

/* The fields of each line, "NAME=value\n" in the order in which they came. */
static char *lines[LINES_MAX];
static size_t n_lines;

#undef sd_journal_sendv
int sd_journal_sendv(const struct iovec *fields, int n)
{
        size_t size;
        FILE *out = open_memstream(&lines[n_lines], &size);

        assert_true(out && n_lines + 1 < LINES_MAX);
        for (int i = 0; i < n; i++)
                fprintf(out, "%.*s\n", (int)fields[i].iov_len, (const char *)fields[i].iov_base);
        fclose(out);
        n_lines++;
        return 0;
}

static void forget_lines(void)
{
        while (n_lines > 0)
                free(lines[--n_lines]);
}

/* Whether a line has a field of that value. */
static bool has(const char *line, const char *name, const char *value)
{
        char *CLEANUP_FREE field = NULL;
        const char *found;

        assert_true(asprintf(&field, "%s=%s\n", name, value) > 0);
        found = strstr(line, field);
        return found && (found == line || found[-1] == '\n');
}

static void need(const char *line, const char *name, const char *value)
{
        if (!has(line, name, value))
                fail_msg("no %s=%s in\n%s", name, value, line);
}

/* ---- the table ---- */

/* As an administrator's filters know them: an id never changes, and what is told at which level is a promise. */
static const struct {
        const char *id;
        int level;
} expected[] = {
        [EVENT_STARTED] = {"f95c49194e3f4e3d9449b29d1db59e46", LOG_INFO},
        [EVENT_STOPPING] = {"53f4058cfb7343bb93374271f06edf78", LOG_INFO},
        [EVENT_RELOADED] = {"985cdad39bd4453da08b6816c78d0c50", LOG_INFO},
        [EVENT_RELOAD_REFUSED] = {"2dbb2f37345d4561a5bdedf11b650db9", LOG_ERR},
        [EVENT_CONFIG_FINDING] = {"4f18cbac521e4f06addcba1fa1561634", LOG_WARNING},
        [EVENT_SYNCED] = {"64bf082f12c2407e97f881583ccb8662", LOG_INFO},
        [EVENT_UNCLEAR] = {"df629fb85b444643a966a4b5c8916c2a", LOG_NOTICE},
        [EVENT_PLAN_CLOSED] = {"3f0f3c1a5b0d4c0e9a6f2d7be8c41d95", LOG_NOTICE},
        [EVENT_DATE_CHANGED] = {"6d8a725fcae14d919540a9471f606d35", LOG_NOTICE},
        [EVENT_DELIVERY_SENT] = {"ca5432a83a0c45469e41066a75510e09", LOG_INFO},
        [EVENT_DELIVERY_RETRY] = {"f24557abf3934147be17255f08c75011", LOG_WARNING},
        [EVENT_DELIVERY_FAILED] = {"1d8f4596c5164d3ebc4d036f190abc2b", LOG_ERR},
        [EVENT_DELIVERY_CANCELLED] = {"05ffcac6b8734285ae68ba74308245f3", LOG_INFO},
        [EVENT_DELIVERY_BOUNCED] = {"628e06c844c34a23b289aea48881d6dc", LOG_WARNING},
        [EVENT_TOO_LATE] = {"e1644a2091c549a38194e7b9eb9b4582", LOG_WARNING},
        [EVENT_RECOVERED] = {"5488aee1b8ae4ad785ce9aaccb71b9f5", LOG_NOTICE},
        [EVENT_CLOCK_CHANGED] = {"dafaabe1d71c42ba9e5345f77bf245a2", LOG_NOTICE},
        [EVENT_CLOCK_BEHIND] = {"f32a404e46f34e89b5726785d525efdb", LOG_WARNING},
        [EVENT_MENDED] = {"5c593763740a4d088b347bdcf487dafb", LOG_ERR},
        [EVENT_LOG_HELD] = {"585fd083668440208b05f501ad03783a", LOG_WARNING},
        [EVENT_STORE_TROUBLE] = {"3c0c4e95f37b4dd1a2458ccc02441635", LOG_ERR},
        [EVENT_SERVER_TROUBLE] = {"03eeefb8c1be4868b3e0a3e9f9c8486c", LOG_ERR},
        [EVENT_SERVER_REFUSES] = {"d53b9afed9a24d37b30bb1e3be8f4ec0", LOG_ERR},
        [EVENT_LATE] = {"2fbdd9bdc70f45cb966263fb18d2ad70", LOG_ERR},
        [EVENT_TROUBLE_OVER] = {"4ced55f261bf46758759bb72fbd644f5", LOG_NOTICE},
        [EVENT_HOLD] = {"5ac3d4b0f1a94be58f6a41a7f2a3c1de", LOG_NOTICE},
        [EVENT_DECISION] = {"c09137db73704a579a5de1f017702db9", LOG_NOTICE},
        [EVENT_REFUSED] = {"80ff446a54e24c90b6f33e6fcc22083f", LOG_NOTICE},
        [EVENT_BACKUP] = {"a203ec8b1148473ab18dc29649cfc51d", LOG_NOTICE},
        [EVENT_BACKUP_FAILED] = {"69435dcf6571487185a0abb5c3a97a3b", LOG_ERR},
        [EVENT_STANDBY] = {"7d1f5a0c9b8e4f63a2c4d6e8f0a1b3c5", LOG_WARNING},
        [EVENT_BUS] = {"1176ab9dbecd49b0be3947eb973fd86c", LOG_NOTICE},
        [EVENT_MORE] = {"12ecb389f6124ebfacd5413ac29fc9fd", LOG_WARNING},
        [EVENT_FATAL] = {"bf6bc4d758eb465ebbb23fd57c22c56f", LOG_CRIT},
};
_Static_assert(ELEMENTS(expected) == EVENT_COUNT, "a new event has its row here");

static void need_level(const char *line, enum journal_event event)
{
        char level[12];

        snprintf(level, sizeof(level), "%d", expected[event].level);
        need(line, "MESSAGE_ID", expected[event].id);
        need(line, "PRIORITY", level);
}

static void each_event_has_its_level_and_its_fields(void **state)
{
        const struct journal journal = {.target = JOURNAL_SYSTEMD};
        const struct journal_fields all = {
                .plan = "p",
                .item = "i",
                .agency = "a",
                .delivery = "d",
                .kind = "due",
                .channel = "mail",
                .attempt = 3,
                .cause = "not written",
        };
        static const char *const names[][2] = {
                {"REMINDERD_PLAN", "p"},     {"REMINDERD_ITEM", "i"},   {"REMINDERD_AGENCY", "a"},
                {"REMINDERD_DELIVERY", "d"}, {"REMINDERD_KIND", "due"}, {"REMINDERD_CHANNEL", "mail"},
                {"REMINDERD_ATTEMPT", "3"},
        };

        (void)state;
        for (int event = 0; event < EVENT_COUNT; event++) {
                assert_non_null(expected[event].id);
                assert_string_equal(journal_message_id((enum journal_event)event), expected[event].id);
                journal_say(&journal, (enum journal_event)event, &all, "event %d", event);
                journal_say(&journal, (enum journal_event)event, NULL, "bare");
                assert_int_equal(n_lines, 2);
                for (size_t i = 0; i < 2; i++) {
                        need_level(lines[i], (enum journal_event)event);
                        need(lines[i], "SYSLOG_IDENTIFIER", "reminderd");
                }
                for (size_t i = 0; i < ELEMENTS(names); i++)
                        need(lines[0], names[i][0], names[i][1]);
                need(lines[1], "MESSAGE", "bare");
                assert_null(strstr(lines[0], "not written"));
                assert_null(strstr(lines[1], "REMINDERD_"));
                forget_lines();
        }
}

/* What is told of a flood has the level of what it is a flood of. */
static void a_flood_has_the_level_of_its_lines(void **state)
{
        struct journal journal = {.target = JOURNAL_SYSTEMD};
        sd_event *event = NULL;

        (void)state;
        assert_true(sd_event_new(&event) >= 0);
        assert_int_equal(journal_hold_floods(&journal, event), 0);
        for (int i = 0; i < FLOOD_FIRST + 7; i++)
                journal_say(&journal, EVENT_STORE_TROUBLE, &(struct journal_fields){.channel = "mail"}, "the same");
        assert_int_equal(n_lines, FLOOD_FIRST);
        journal_end(&journal);
        assert_int_equal(n_lines, FLOOD_FIRST + 1);
        need(lines[FLOOD_FIRST], "MESSAGE_ID", expected[EVENT_MORE].id);
        need(lines[FLOOD_FIRST], "PRIORITY", "3");
        need(lines[FLOOD_FIRST], "REMINDERD_COUNT", "7");
        need(lines[FLOOD_FIRST], "REMINDERD_COUNTED", expected[EVENT_STORE_TROUBLE].id);
        need(lines[FLOOD_FIRST], "REMINDERD_CHANNEL", "mail");
        forget_lines();
        sd_event_unref(event);
}

/* ---- what becomes of a delivery ---- */

#define REPORT "{ id = \"bao-cao\"; title = \"Báo cáo\"; due = \"2024-06-14\"; for = [\"c\"]; before = [\"0d\"]; }"

static struct play *listen_to(const char *main)
{
        struct play *play = play_new("2024-06-10", REPORT, main, false);

        play_engine(play)->journal.target = JOURNAL_SYSTEMD;
        return play;
}

/* The only line of an event. */
static const char *the_line(enum journal_event event)
{
        const char *found = NULL;

        for (size_t i = 0; i < n_lines; i++)
                if (has(lines[i], "MESSAGE_ID", expected[event].id)) {
                        assert_null(found);
                        found = lines[i];
                }
        assert_non_null(found);
        need_level(found, event);
        return found;
}

static void each_end_of_a_delivery_has_its_level(void **state)
{
        static const struct {
                enum transfer_outcome outcome;
                const char *main;
                enum journal_event event;
                const char *attempt;
        } rows[] = {
                {TRANSFER_SENT, "", EVENT_DELIVERY_SENT, "1"},
                {TRANSFER_PERMANENT, "", EVENT_DELIVERY_FAILED, "1"},
                {TRANSFER_TEMPORARY, "retry = { first = \"1h\"; max = \"1h\"; give_up = \"24h\"; };",
                 EVENT_DELIVERY_RETRY, "1"},
                /* Given up for the time it took, and not for an answer. */
                {TRANSFER_TEMPORARY, "retry = { first = \"1s\"; max = \"1s\"; give_up = \"1s\"; };",
                 EVENT_DELIVERY_FAILED, "2"},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct play *play = listen_to(rows[i].main);
                const char *line;

                play_answer(play, "c@x.example", rows[i].outcome, -1);
                play_until(play, "2024-06-14 08:30");
                line = the_line(rows[i].event);
                need(line, "REMINDERD_AGENCY", "c");
                need(line, "REMINDERD_KIND", "due");
                need(line, "REMINDERD_CHANNEL", "mail");
                need(line, "REMINDERD_ATTEMPT", rows[i].attempt);
                assert_non_null(strstr(line, "REMINDERD_DELIVERY="));
                play_free(play);
                forget_lines();
        }
}

/* ---- the clock that is set ---- */

static int64_t boot_shift;

/* The daemon knows that the time was set by how far it stands from this one. */
int clock_gettime(clockid_t id, struct timespec *ret)
{
        long r = syscall(SYS_clock_gettime, id, ret);

        if (id == CLOCK_BOOTTIME)
                ret->tv_sec += boot_shift;
        return (int)r;
}

static void a_clock_that_was_set(void **state)
{
        struct play *play = listen_to("");

        (void)state;
        boot_shift = -7200;
        assert_int_equal(manager_clock_changed(play_manager(play)), 0);
        boot_shift = 0;
        assert_non_null(strstr(the_line(EVENT_CLOCK_CHANGED), "+7200.0 s"));
        play_free(play);
        forget_lines();
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_event_has_its_level_and_its_fields),
                cmocka_unit_test(a_flood_has_the_level_of_its_lines),
                cmocka_unit_test(each_end_of_a_delivery_has_its_level),
                cmocka_unit_test(a_clock_that_was_set),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
