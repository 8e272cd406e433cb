/* The office: its plan, its people, its servers, and what reached them. */
#include "office.h"

#include "disk.h"
#include "memory.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "deciding/decision.h"

#define SAID_MAX 1000
#define NOTICES_MAX 60
#define MINUTE INT64_C(60000)
#define OCLOCK " giờ " /* and the minute, which is a later one where something had to be tried again */

/* What somebody does; tried again a minute later where the store could not take it in. */
struct act {
        const char *at, *verb, *item, *agency, *day;
};

static const struct act acts[] = {
        {"2024-03-04 10:00", "snooze", "bao-cao", "b", "2024-03-07"},
        {"2024-03-06 10:00", "done", "bao-cao", "c", NULL},
        {"2024-03-12 10:00", "set-date", "hop", NULL, "2024-03-20"},
        {"2024-03-14 10:00", "edit", NULL, NULL, NULL},
        {"2024-03-18 10:00", "test", NULL, "b", NULL},
        {"2024-03-20 10:00", "restart", NULL, NULL, NULL},
        {"2024-03-21 10:00", "waive", "ho-so", "b", NULL},
        {"2024-03-25 10:00", "reopen", "bao-cao", "c", NULL},
};

struct flight {
        transfer_done done;
        void *userdata;
        char id[DELIVERY_ID_SIZE];
        struct flight *next;
};

struct said {
        uint64_t what, all; /* the notice and the address; with the words */
        char id[DELIVERY_ID_SIZE];
};

struct office {
        struct faults *faults;
        struct office_options options;
        struct settings *settings;
        struct manager *manager;
        struct flight *flights;
        bool edited, started;
        int64_t now, end, next_act;
        size_t act;
        struct said said[SAID_MAX];
        size_t n_said;
        long messages;
};

/* ---- files ---- */

static void write_file(const struct office *office, const char *name, const char *text)
{
        char path[160];

        (void)snprintf(path, sizeof(path), "%s/%s", office->faults->folder, name);
        FILE *CLEANUP_FCLOSE file = fopen(path, "we");
        if (!file || fputs(text, file) < 0)
                faults_fail(office->faults, "%s can't be written", path);
}

static void write_plan(const struct office *office)
{
        char text[2000];

        (void)snprintf(text, sizeof(text),
                       "plan = { id = \"p\"; year = 2024; title = \"Kế hoạch\"; basis = \"KH số 1\"; since = "
                       "\"2000-01-01\"; head = \"a\";"
                       " deputy = \"b\"; members = [\"a\", \"b\", \"c\"]; items = (\n"
                       "{ id = \"bao-cao\"; title = \"Báo cáo\"; due = \"2024-03-08\"; for = [\"members\"]; },\n"
                       "{ id = \"ho-so\"; title = \"Hồ sơ\"; window = [\"2024-03-11\", \"%s\"]; for = [\"b\"]; },\n"
                       "{ id = \"hop\"; title = \"Họp khối\"; when = \"khi có giấy mời\"; for = [\"members\"]; },\n"
                       "{ id = \"so-lieu\"; title = \"Số liệu\"; repeat = \"FREQ=WEEKLY;BYDAY=FR;UNTIL=20240401\";"
                       " for = [\"c\"]; } ); };\n",
                       office->edited ? "2024-03-22" : "2024-03-15");
        write_file(office, "plans.d/p.conf", text);
}

static void write_all(const struct office *office)
{
        char text[3000], path[160];

        (void)snprintf(path, sizeof(path), "%s/plans.d", office->faults->folder);
        (void)mkdir(path, 0700);
        (void)snprintf(
                text, sizeof(text),
                "block = { name = \"Khối thi đua\"; short = \"Khối\"; contact = { name = \"N\"; title = \"T\"; "
                "phone = \"1\"; email = \"contact@khoi.example\"; }; };\n"
                "agencies = \"agencies.conf\"; plans = \"plans.d\"; calendars = \"%s/conf/calendar.d\";\n"
                "templates = \"%s/conf/templates/vi\"; state_dir = \"state\"; confirmations = true;\n"
                "mail = { url = \"smtp://127.0.0.1:1\"; tls = \"required\"; from = \"from@khoi.example\"; };\n"
                "webhooks = ( { id = \"hook\"; url = \"http://127.0.0.1:1/\"; allow_http = true; agencies = [\"c\"]; "
                "kinds = [\"*\"]; } );\n"
                "digest = { weekday = \"mon\"; at = \"08:00\"; };\n"
                "policies = { report = { before = [\"7d\", \"1d\", \"0d\"]; at = \"08:00\";\n"
                "    overdue = { every = \"2wd\"; limit = 3; }; escalate = ( { after = \"3wd\"; to = \"head\"; } ); "
                "}; };\n"
                "default_policy = \"report\";\n",
                SOURCE_DIR, SOURCE_DIR);
        write_file(office, "reminderd.conf", text);
        write_file(office, "agencies.conf",
                   "agencies = ( { id = \"a\"; name = \"Cơ quan A\"; emails = [\"a@khoi.example\"]; },\n"
                   "{ id = \"b\"; name = \"Cơ quan B\"; emails = [\"b@khoi.example\", \"b2@khoi.example\"]; },\n"
                   "{ id = \"c\"; name = \"Cơ quan C\"; emails = [\"c@khoi.example\"]; } );\n");
        write_plan(office);
}

/* 0 or -ENOMEM. */
static int load(struct office *office, struct settings **ret)
{
        struct report CLEANUP(report_clear) report = {0};
        char path[160];

        (void)snprintf(path, sizeof(path), "%s/reminderd.conf", office->faults->folder);
        int r = settings_load(path, SECRETS_READ, &report, ret);
        if (r == 0 || r == -ENOMEM)
                return r;
        for (size_t i = 0; i < report.n; i++)
                printf("%s\n", report.findings[i].text);
        faults_fail(office->faults, "a good configuration is refused: %d", r);
}

/* ---- what reaches whom ---- */

static int64_t instant_of(const char *moment)
{
        char day[11];
        int32_t clock = 0;
        civil_day date = 0;

        memcpy(day, moment, 10);
        day[10] = '\0';
        if (civil_parse(day, &date) != 0 || (moment[10] && civil_parse_clock(moment + 11, &clock) != 0))
                abort();
        return clock_instant(wall_at(date, clock));
}

/* The random part of some rungs, and ids in them, differ from run to run. */
static uint64_t number_of(const struct notice_record *notice, const char *address, const char *words)
{
        char text[300];
        uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */

        while (*words) {
                hash = (hash ^ (unsigned char)*words) * UINT64_C(1099511628211);
                words += strncmp(words, OCLOCK, strlen(OCLOCK)) == 0 ? strlen(OCLOCK "00") : 1;
        }

        (void)snprintf(text, sizeof(text), "%lld/%lld/%s/%.*s/%s/%s", (long long)notice->occurrence_id,
                       (long long)notice->obligation_id, notice->agency, (int)strcspn(notice->rung, "/"), notice->rung,
                       address, kind_name(notice->kind));
        for (const char *c = text; *c; c++)
                hash = (hash ^ (unsigned char)*c) * UINT64_C(1099511628211);
        return hash;
}

static void hear(struct office *office, const struct notice_record *notice, const char *address, const char *id,
                 const char *words)
{
        uint64_t what = number_of(notice, address, ""), all = number_of(notice, address, words);

        if (notice->kind == KIND_FAILURE) {
                struct delivery_record failed = {0};
                (void)store_get_delivery(manager_engine(office->manager)->store, notice->detail, &failed);
                faults_fail(office->faults,
                            "somebody is told that %s to %s failed (%s), and no server refused anything",
                            kind_name(failed.kind), failed.address, failed.answer);
        }
        for (size_t i = 0; i < office->n_said; i++)
                if (office->said[i].what == what)
                        faults_fail(office->faults, "notice %s to %s reached %s twice, as %s and as %s", notice->rung,
                                    notice->agency, address, office->said[i].id, id);
        if (office->n_said == SAID_MAX)
                faults_fail(office->faults, "too much is said");
        struct said *said = &office->said[office->n_said++];
        said->what = what;
        said->all = all;
        memcpy(said->id, id, sizeof(said->id));
}

static int leave(struct office *office, const char *id, const char *address, const char *words, transfer_done done,
                 void *userdata, struct transfer **ret)
{
        struct notice_record notices[NOTICES_MAX] = {0};
        struct flight *flight;

        disk_pause();
        memory_pause();
        struct store *store = manager_engine(office->manager)->store;
        struct delivery_record CLEANUP(delivery_record_clear) delivery = {0};
        int n = store_get_delivery(store, id, &delivery);
        if (n == 0)
                n = store_delivery_notices(store, delivery.number, notices, NOTICES_MAX);
        if (n < 0)
                faults_fail(office->faults, "%s leaves, and the store can't say what it is", id);
        for (int i = 0; i < n; i++) {
                hear(office, &notices[i], address, id, words);
                notice_record_clear(&notices[i]);
        }
        flight = calloc(1, sizeof(*flight));
        if (!flight)
                abort();
        *flight = (struct flight){.done = done, .userdata = userdata, .next = office->flights};
        memcpy(flight->id, id, sizeof(flight->id));
        office->flights = flight;
        office->messages++;
        *ret = (struct transfer *)flight;
        memory_resume();
        disk_resume();
        return 0;
}

static int take_mail(void *self, const struct mail_config *config, const char *to, struct message *message,
                     transfer_done done, void *userdata, struct transfer **ret)
{
        char id[DELIVERY_ID_SIZE] = "";
        const struct composed_mail *mail;
        int r = message_mail(message, &mail);

        (void)config;
        if (r < 0)
                return r;
        for (char **header = mail->headers; *header; header++)
                if (strncmp(*header, "Message-ID: <", 13) == 0)
                        memcpy(id, *header + 13, DELIVERY_ID_SIZE - 1);
        return leave(self, id, to, mail->text, done, userdata, ret);
}

static int take_post(void *self, const struct webhook *webhook, const char *id, struct message *message,
                     transfer_done done, void *userdata, struct transfer **ret)
{
        const char *body;
        int r = message_payload(message, &body);

        if (r < 0)
                return r;

        const char *words = strstr(body, "\"entries\""); /* before it stand the id and the moment */

        return leave(self, id, webhook->id, words ? words : "", done, userdata, ret);
}

static void cancel(void *self, struct transfer *transfer)
{
        struct office *office = self;

        for (struct flight **at = &office->flights; *at; at = &(*at)->next)
                if ((struct transfer *)*at == transfer) {
                        struct flight *gone = *at;
                        *at = gone->next;
                        free(gone);
                        return;
                }
}

static void answer_all(struct office *office)
{
        while (office->flights) {
                struct flight *flight = office->flights;

                office->flights = flight->next;
                flight->done(flight->userdata,
                             &(struct transfer_result){.outcome = TRANSFER_SENT, .answer = "250 OK", .reached = true});
                free(flight);
        }
}

/* ---- steps ---- */

static int open_manager(struct office *office)
{
        CLEANUP_FREE char *error = NULL;
        int r = manager_new(
                &(struct manager_options){
                        .transport = {.mail = take_mail, .post = take_post, .cancel = cancel, .self = office},
                        .settings = office->settings,
                        .state_dir = office->options.state,
                        .journal = {.target = JOURNAL_QUIET},
                        .is_virtual = true,
                        .virtual_ms = office->now,
                        .seed = (uint64_t)office->now,
                },
                &office->manager, &error);
        if (r < 0)
                return r;
        manager_engine(office->manager)->watched_since = clock_wall(instant_of("2024-02-26 00:00"));
        r = manager_start(office->manager);
        office->started = r == 0;
        if (r < 0)
                office->manager = manager_free(office->manager);
        return r;
}

static int decide(struct office *office, const struct act *act)
{
        static const struct decider clerk = {"clerk", 1000};
        struct engine *engine = manager_engine(office->manager);
        struct decision_scope scope = {.item.plan = "p", .agency = act->agency, .all = true};
        struct decision_result result = {0};
        civil_day day = wall_day(clock_wall(office->now));
        int r;

        if (act->item)
                snprintf(scope.item.item, sizeof(scope.item.item), "%s", act->item);
        if (act->day)
                (void)civil_parse(act->day, &day);
        if (strcmp(act->verb, "snooze") == 0)
                r = decide_snooze(engine, &clerk, &scope, day, "chờ số liệu", NULL, false, &result);
        else if (strcmp(act->verb, "done") == 0)
                r = decide_done(engine, &clerk, &scope, day, "xong", false, &result);
        else if (strcmp(act->verb, "set-date") == 0)
                r = decide_set_date(engine, &clerk, &scope, day, "giấy mời số 2", true, &result);
        else if (strcmp(act->verb, "waive") == 0)
                r = decide_waive(engine, &clerk, &scope, "không phải làm", &result);
        else if (strcmp(act->verb, "reopen") == 0)
                r = decide_reopen(engine, &clerk, &scope, "còn thiếu", &result);
        else
                r = decide_test(engine, &clerk, act->agency, NULL, &result);
        decision_result_clear(&result);
        return r < 0 ? r : 0; /* refused: it was decided already, and the answer was lost */
}

static int edit(struct office *office)
{
        struct settings *settings = NULL;
        int r;

        disk_pause();
        memory_pause();
        office->edited = true;
        write_plan(office);
        memory_resume();
        disk_resume();
        r = load(office, &settings);
        if (r == 0)
                r = manager_adopt(office->manager, settings, NULL);
        if (r == 0) {
                settings_unref(office->settings);
                office->settings = settings;
        } else
                settings_unref(settings);
        return r;
}

void office_stop(struct office *office)
{
        if (!office->manager)
                return;
        manager_stop(office->manager);
        answer_all(office);
        (void)manager_tick(office->manager);
        office->manager = manager_free(office->manager);
}

void office_watch(struct office *office, void (*after)(void *self, const char *step, int r, int64_t now_ms), void *self)
{
        office->options.after = after;
        office->options.self = self;
}

static int restart(struct office *office)
{
        office_stop(office);
        return open_manager(office);
}

static int do_act(struct office *office)
{
        const struct act *act = &acts[office->act];
        int r;

        if (strcmp(act->verb, "edit") == 0)
                r = edit(office);
        else if (strcmp(act->verb, "restart") == 0)
                r = office->options.state ? restart(office) : 0;
        else
                r = decide(office, act);
        if (r == 0) {
                office->act++;
                office->next_act = office->act < ELEMENTS(acts) ? instant_of(acts[office->act].at) : INT64_MAX;
        } else
                office->next_act = office->now + MINUTE;
        return r;
}

static void before(struct office *office, const char *step)
{
        if (office->options.before)
                office->options.before(office->options.self, step, office->now);
}

static void after(struct office *office, const char *step, int r)
{
        if (office->options.after)
                office->options.after(office->options.self, step, r, office->now);
}

bool office_step(struct office *office)
{
        int r;

        if (!office->manager) { /* as systemd starts it again */
                before(office, "start");
                r = open_manager(office);
                after(office, "start", r);
                office->now += r < 0 ? MINUTE : 0;
                return true;
        }
        if (office->flights) {
                before(office, "answer");
                answer_all(office);
                r = manager_tick(office->manager);
                after(office, "answer", r);
                return true;
        }
        if (office->next_act <= office->now) {
                const char *verb = acts[office->act].verb;
                before(office, verb);
                r = do_act(office);
                after(office, verb, r);
                if (office->manager)
                        (void)manager_tick(office->manager);
                return true;
        }
        if (manager_wake(office->manager) <= office->now) {
                before(office, "tick");
                r = manager_tick(office->manager);
                after(office, "tick", r);
                if (manager_wake(office->manager) <= office->now && r == 0 && !office->flights)
                        office->now += 1;
                return true;
        }
        if (office->now >= office->end)
                return false;
        office->now = manager_wake(office->manager);
        if (office->next_act < office->now)
                office->now = office->next_act;
        if (office->end < office->now)
                office->now = office->end;
        clock_advance(&manager_engine(office->manager)->clock, office->now);
        return true;
}

struct office *office_new(struct faults *faults, const struct office_options *options)
{
        struct office *office = calloc(1, sizeof(*office));

        if (!office)
                abort();
        office->faults = faults;
        office->options = *options;
        clock_set_zone("Asia/Ho_Chi_Minh");
        office->now = instant_of("2024-02-26 00:00");
        office->end = instant_of("2024-04-05 00:00");
        office->next_act = instant_of(acts[0].at);
        write_all(office);
        if (load(office, &office->settings) < 0)
                abort();
        return office;
}

uint64_t office_said(const struct office *office, bool words)
{
        uint64_t sum = office->n_said;

        for (size_t i = 0; i < office->n_said; i++)
                sum += words ? office->said[i].all : office->said[i].what;
        return sum;
}

long office_messages(const struct office *office)
{
        return office->messages;
}

struct office *office_free(struct office *office)
{
        manager_free(office->manager);
        settings_unref(office->settings);
        free(office);
        return NULL;
}
