/* What callers ask over the bus: the methods of org.reminderd1.Manager, on a real engine with a store in memory.
 * Input: calls, one a line: a letter for the method, then its arguments, each behind a tab; of a filter (a{sv}) pairs
 * "key=value", up to an empty one.
 * Holds: each call is answered: by what the interface declares, which reminderctl can read, with no more entries than
 * asked for; or by an error of the contract (daemon/doc/formats.md section 4) in one plain line, and then nothing has
 * changed. The counts of obligations always agree with a count of the list. */
#include "fuzz.h"

#include <errno.h>
#include <sys/socket.h>

#include "control/handlers.h"
#include "store/counts.h"
#include "store/obligation-list.h"

/* Of client/received.h, which belongs to another program than handlers.h: the two headers do not go together. */
json_t *received_values(sd_bus_message *message);

#define CALLER ":1.7"
#define CALLS_MAX 12
#define ARGUMENTS_MAX 24

/* What the interface takes and gives; Forecast and Reload answer later and are left out. */
static const struct {
        const char *name, *takes, *gives;
} methods[] = {
        {"List", "fn", "aa{sv}t"},
        {"Show", "ssn", "a{sv}aa{sv}t"},
        {"Deliveries", "fn", "aa{sv}t"},
        {"Log", "fn", "aa{sv}t"},
        {"Items", "n", "aa{sv}t"},
        {"Agencies", "", "aa{sv}"},
        {"Plans", "", "aa{sv}"},
        {"Report", "sn", "a{sv}aa{sv}t"},
        {"Status", "", "a{sv}"},
        {"Calendar", "u", "a{sv}"},
        {"Preview", "sss", "a{sv}"},
        {"Snooze", "ssssb", "u"},
        {"Unsnooze", "ss", "u"},
        {"Done", "ssssb", "u"},
        {"Reopen", "sssb", "u"},
        {"Waive", "sssb", "u"},
        {"SetDate", "ssss", "u"},
        {"ClearDate", "ss", "u"},
        {"Decide", "sllf", "aa{sv}"},
        {"Record", "rf", "aa{sv}aa{sv}"},
        {"Retry", "s", "u"},
        {"RetryAll", "", "u"},
        {"Acknowledge", "s", "u"},
        {"AcknowledgeAll", "", "u"},
        {"Drop", "s", "u"},
        {"Test", "ss", "u"},
};

static struct settings *settings;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
        static const char agencies[] =
                "agencies = ( { id = \"a\"; name = \"Cơ quan A\"; emails = [\"a@x.example\"]; },\n"
                "{ id = \"b\"; name = \"Cơ quan B\"; emails = [\"b@x.example\"]; },\n"
                "{ id = \"c\"; name = \"Cơ quan C\"; webhook = \"gw\"; } );\n";
        static const char plan[] =
                "plan = { id = \"p\"; year = 2024; title = \"Kế hoạch\"; head = \"a\"; deputy = \"b\";\n"
                "items = ( { id = \"bao-cao\"; title = \"Báo cáo\"; due = \"2024-05-10\"; },\n"
                "{ id = \"qua-han\"; title = \"Đã qua\"; due = \"2024-04-10\"; },\n"
                "{ id = \"kiem-tra\"; title = \"Kiểm tra\"; window = [\"2024-10-01\", \"2024-10-31\"]; tentative = "
                "true; },\n"
                "{ id = \"tap-huan\"; title = \"Tập huấn\"; when = \"khi có\"; },\n"
                "{ id = \"thang\"; title = \"Tháng\"; repeat = \"FREQ=MONTHLY;BYMONTHDAY=25\"; for = [\"head\"]; },\n"
                "{ id = \"le\"; title = \"Lễ {n}\"; observance = { date = \"05-19\"; since = 1890; }; } ); };\n";
        CLEANUP(report_clear) struct report report = {0};
        CLEANUP_FREE char *main = NULL;
        CLEANUP_FREE char *path = NULL;

        (void)argc, (void)argv;
        REQUIRE(asprintf(&main,
                         "block = { name = \"Khối\"; short = \"K\"; contact = { name = \"N\"; email = \"n@x.example\"; "
                         "}; };\n"
                         "agencies = \"agencies.conf\"; plans = \"plans.d\"; calendars = \"%s/conf/calendar.d\";\n"
                         "templates = \"%s/conf/templates/vi\"; state_dir = \"s\"; confirmations = true;\n"
                         "mail = { url = \"smtp://127.0.0.1:1\"; tls = \"required\"; from = \"k@x.example\"; };\n"
                         "webhooks = ( { id = \"gw\"; url = \"https://x.example/\"; } );\n"
                         "policies = { report = { before = [\"7d\", \"0d\"]; at = \"08:00\";\n"
                         "  overdue = { every = \"2wd\"; limit = 3; }; }; };\ndefault_policy = \"report\";\n",
                         SOURCE_DIR, SOURCE_DIR) > 0);
        REQUIRE(asprintf(&path, "%s/reminderd.conf", fuzz_folder()) > 0);
        fuzz_mkdir("plans.d");
        fuzz_write("reminderd.conf", main, strlen(main));
        fuzz_write("agencies.conf", agencies, strlen(agencies));
        fuzz_write("plans.d/p.conf", plan, strlen(plan));
        REQUIRE_OF(settings_load(path, SECRETS_READ, &report, &settings) == 0,
                   report.n > 0 ? report.findings[0].text : "");
        return 0;
}

/* ---- an engine, and a bus of two: the object on one end, the caller on the other ---- */

struct stage {
        struct control control;
        sd_bus *caller;
};

static sd_bus *open_end(int fd, bool server)
{
        sd_bus *bus = NULL;
        sd_id128_t id = SD_ID128_MAKE(00, 11, 22, 33, 44, 55, 66, 77, 88, 99, aa, bb, cc, dd, ee, ff);

        REQUIRE(sd_bus_new(&bus) >= 0 && sd_bus_set_fd(bus, fd, fd) >= 0);
        if (server)
                REQUIRE(sd_bus_set_server(bus, true, id) >= 0 && sd_bus_set_anonymous(bus, true) >= 0);
        else
                REQUIRE(sd_bus_set_sender(bus, CALLER) >= 0);
        REQUIRE(sd_bus_start(bus) >= 0);
        return bus;
}

static void settle(const struct stage *stage)
{
        int r;

        do {
                r = sd_bus_process(stage->control.bus, NULL);
                REQUIRE(r >= 0);
                r += sd_bus_process(stage->caller, NULL);
                REQUIRE(r >= 0);
        } while (r > 0);
}

static void stage_open(struct stage *stage)
{
        CLEANUP_FREE char *error = NULL;
        struct manager *manager = NULL;
        int fds[2];

        REQUIRE(manager_new(&(struct manager_options){.transport = transport_nowhere(),
                                                      .settings = settings,
                                                      .journal = {.target = JOURNAL_QUIET},
                                                      .is_virtual = true,
                                                      .virtual_ms =
                                                              clock_instant(wall_at(civil_from(2024, 4, 25), 9 * 3600)),
                                                      .seed = 1},
                            &manager, &error) == 0);
        REQUIRE(manager_start(manager) == 0);
        REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) == 0);
        *stage = (struct stage){.control = {.manager = manager, .kind = BUS_SESSION}};
        stage->control.callers.known[0] =
                (struct caller){.sender = CALLER, .name = "clerk", .uid = 1000, .party = PARTY_MEMBER};
        stage->control.bus = open_end(fds[0], true);
        stage->caller = open_end(fds[1], false);
        REQUIRE(sd_bus_add_object_vtable(stage->control.bus, NULL, BUS_PATH, BUS_INTERFACE, object_vtable,
                                         &stage->control) >= 0);
        settle(stage);
}

static void stage_clear(struct stage *stage)
{
        sd_bus_close_unref(stage->caller);
        sd_bus_close_unref(stage->control.bus);
        manager_free(stage->control.manager);
}

/* ---- calls ---- */

struct words {
        char *list[ARGUMENTS_MAX];
        size_t n, next;
};

static const char *next_word(struct words *words)
{
        return words->next < words->n ? words->list[words->next++] : "";
}

static int append_filter_pairs(sd_bus_message *call, struct words *words)
{
        int r = sd_bus_message_open_container(call, 'a', "{sv}");

        for (const char *word; r >= 0 && *(word = next_word(words));) {
                char *equals = strchr(word, '=');

                if (equals) {
                        *equals = '\0';
                        r = sd_bus_message_append(call, "{sv}", word, "s", equals + 1);
                } else
                        r = sd_bus_message_append(call, "{sv}", word, "u", 7);
        }
        return r < 0 ? r : sd_bus_message_close_container(call);
}

/* Up to an empty word. */
static int append_list(sd_bus_message *call, struct words *words)
{
        int r = sd_bus_message_open_container(call, 'a', "s");

        for (const char *word; r >= 0 && *(word = next_word(words));)
                r = sd_bus_message_append(call, "s", word);
        return r < 0 ? r : sd_bus_message_close_container(call);
}

/* Of four words each, up to an empty one. */
static int append_rows(sd_bus_message *call, struct words *words)
{
        int r = sd_bus_message_open_container(call, 'a', "(ssss)");

        for (const char *word; r >= 0 && *(word = next_word(words));) {
                const char *agency = next_word(words), *date = next_word(words);

                r = sd_bus_message_append(call, "(ssss)", word, agency, date, next_word(words));
        }
        return r < 0 ? r : sd_bus_message_close_container(call);
}

/* -EINVAL: a word is no UTF-8, which no bus would carry. */
static int append_arguments_of(sd_bus_message *call, const char *takes, struct words *words, uint32_t *ret_limit)
{
        int r = 0;

        for (; *takes && r >= 0; takes++)
                switch (*takes) {
                case 'f':
                        r = append_filter_pairs(call, words);
                        break;
                case 'r':
                        r = append_rows(call, words);
                        break;
                case 'l':
                        r = append_list(call, words);
                        break;
                case 'n':
                        r = sd_bus_message_append(call, "t", (uint64_t)strtoull(next_word(words), NULL, 10));
                        *ret_limit = (uint32_t)strtoul(next_word(words), NULL, 10);
                        r = r < 0 ? r : sd_bus_message_append(call, "u", *ret_limit);
                        break;
                case 'u':
                        r = sd_bus_message_append(call, "u", (uint32_t)strtoul(next_word(words), NULL, 10));
                        break;
                case 'b':
                        r = sd_bus_message_append(call, "b", *next_word(words) != '\0');
                        break;
                default:
                        r = sd_bus_message_append(call, "s", next_word(words));
                }
        return r;
}

static struct store_counts counts_of(const struct stage *stage)
{
        struct store_counts counts;

        REQUIRE(store_count(control_engine(&stage->control)->store, control_today(&stage->control), &counts) == 0);
        return counts;
}

static int count_open(void *userdata, const struct obligation_record *record)
{
        int64_t *n = userdata;

        *n += record->obligation.status == OBLIGATION_OPEN && !record->obligation.observance;
        return 0;
}

static void check_counts(const struct stage *stage)
{
        struct store_counts counts = counts_of(stage);
        int64_t n = 0;

        REQUIRE(store_each_obligation(control_engine(&stage->control)->store, &(struct obligation_filter){0},
                                      count_open, &n) == 0);
        REQUIRE(counts.obligations_open == n && counts.overdue <= n);
        REQUIRE(counts.failed >= 0 && counts.queued >= 0);
}

static void check_error(const sd_bus_error *error)
{
        static const char *const names[] = {ERROR_NOT_FOUND, ERROR_INVALID, ERROR_REFUSED};
        bool known = false;

        for (size_t i = 0; i < ELEMENTS(names); i++)
                known |= sd_bus_error_has_name(error, names[i]);
        REQUIRE_OF(known, error->name);
        REQUIRE_OF(is_plain_line(error->message) && *error->message, error->message);
}

static void check_answer(sd_bus_message *reply, const char *gives, uint32_t limit)
{
        json_t *CLEANUP_JSON values = NULL;
        const json_t *last;

        REQUIRE_OF(sd_bus_message_has_signature(reply, gives), sd_bus_message_get_signature(reply, true));
        values = received_values(reply);
        REQUIRE(values && json_array_size(values) > 0);
        last = json_array_get(values, json_array_size(values) - 1);
        if (strcmp(gives, "u") == 0)
                REQUIRE(json_integer_value(last) < 1000);
        if (strstr(gives, "aa{sv}t"))
                REQUIRE(json_array_size(json_array_get(values, json_array_size(values) - 2)) <=
                        (limit == 0 || limit > PAGE_MAX ? PAGE_MAX : limit));
}

static int on_reply(sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        (void)error;
        *(sd_bus_message **)userdata = sd_bus_message_ref(reply);
        return 0;
}

static void call_method(const struct stage *stage, size_t method, struct words *words)
{
        sd_bus_message *CLEANUP(sd_bus_message_unref_p) call = NULL, *CLEANUP(sd_bus_message_unref_p) reply = NULL;
        struct store_counts before = counts_of(stage), after;
        uint32_t limit = 0;
        int r;

        REQUIRE(sd_bus_message_new_method_call(stage->caller, &call, NULL, BUS_PATH, BUS_INTERFACE,
                                               methods[method].name) >= 0);
        r = append_arguments_of(call, methods[method].takes, words, &limit);
        if (r < 0) {
                REQUIRE(r == -EINVAL);
                return;
        }
        REQUIRE(sd_bus_call_async(stage->caller, NULL, call, on_reply, &reply, 0) >= 0);
        settle(stage);
        REQUIRE(reply);
        if (!sd_bus_message_is_method_error(reply, NULL)) {
                check_answer(reply, methods[method].gives, limit);
                return;
        }
        check_error(sd_bus_message_get_error(reply));
        after = counts_of(stage);
        REQUIRE(memcmp(&before, &after, sizeof(before)) == 0);
}

/* Cuts the next line into words; -1: there is none. */
static int next_call(char **text, struct words *words)
{
        char *line = strsep(text, "\n");

        if (!line || !*line)
                return -1;
        *words = (struct words){.n = 0};
        for (char *word = line; word && words->n < ARGUMENTS_MAX;)
                words->list[words->n++] = strsep(&word, "\t");
        words->next = 1;
        return (unsigned char)(*words->list[0] - 'a') % (int)ELEMENTS(methods);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct input input = {data, size};
        CLEANUP_FREE char *text = input_text(&input, NULL);
        CLEANUP(stage_clear) struct stage stage;
        struct words words;
        char *rest = text;

        stage_open(&stage);
        for (int n = 0, method; n < CALLS_MAX && (method = next_call(&rest, &words)) >= 0; n++)
                call_method(&stage, (size_t)method, &words);
        check_counts(&stage);
        return 0;
}
