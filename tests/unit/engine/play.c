/* A block played in virtual time. */
#include "play.h"

#include <assert.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"

#define LINES_MAX 4000

struct answer {
        char address[64];
        enum transfer_outcome outcome;
        int64_t retry_after;
        enum fault fault;
};

/* What a server will say when the loop comes round. */
struct pending {
        transfer_done done;
        void *userdata;
        struct answer answer;
        struct pending *next;
};

struct play {
        char folder[64];
        char *main;
        const char *c, *contact; /* what stands in c's entry; the contact's mailbox */
        struct manager *manager;
        char *lines[LINES_MAX];
        size_t n_lines;
        char *shown;
        struct answer answers[8];
        size_t n_answers;
        struct pending *pending;
};

const struct decider clerk = {"clerk", 1000};

civil_day day_of(const char *text)
{
        civil_day day = CIVIL_NONE;
        int r = civil_parse(text, &day);

        assert(r == 0);
        (void)r;
        return day;
}

static int64_t instant_of(const char *moment)
{
        char day[11];
        int32_t clock = 0;

        memcpy(day, moment, 10);
        day[10] = '\0';
        if (moment[10])
                assert(civil_parse_clock(moment + 11, &clock) == 0);
        return clock_instant(wall_at(day_of(day), clock));
}

static void write_file(const struct play *play, const char *name, const char *text)
{
        char path[160];
        FILE *file;

        snprintf(path, sizeof(path), "%s/%s", play->folder, name);
        file = fopen(path, "we");
        assert(file);
        fputs(text, file);
        fclose(file);
}

static void write_plan(const struct play *play, const char *plan)
{
        char *CLEANUP_FREE text = NULL;

        assert(asprintf(&text,
                        "plan = { id = \"p\"; year = 2024; title = \"Kế hoạch\"; basis = \"Kế hoạch số 1\"; since = "
                        "\"2000-01-01\";\n"
                        "head = \"a\"; deputy = \"b\"; members = [\"a\", \"b\", \"c\"];\nitems = (%s); };\n",
                        plan) > 0);
        write_file(play, "plans.d/p.conf", text);
}

static void write_agencies(const struct play *play)
{
        char *CLEANUP_FREE text = NULL;

        assert(asprintf(&text,
                        "agencies = ( { id = \"a\"; name = \"Cơ quan A\"; emails = [\"a@x.example\"]; },\n"
                        "{ id = \"b\"; name = \"Cơ quan B\"; emails = [\"b@x.example\"]; },\n"
                        "{ id = \"c\"; name = \"Cơ quan C\"; %s },\n"
                        "{ id = \"d\"; name = \"Hội đồng\"; emails = [\"d@x.example\"]; } );\n"
                        "groups = { council = [\"d\"]; };\n",
                        play->c) > 0);
        write_file(play, "agencies.conf", text);
}

static void write_main(const struct play *play)
{
        char *CLEANUP_FREE text = NULL;

        assert(asprintf(&text,
                        "block = { name = \"Khối thi đua\"; short = \"Khối\"; contact = { name = \"N\"; title = \"T\"; "
                        "phone = \"1\"; email = \"%s\"; }; };\n"
                        "agencies = \"agencies.conf\"; plans = \"plans.d\"; calendars = \"%s/conf/calendar.d\";\n"
                        "templates = \"%s/conf/templates/vi\"; state_dir = \"state\";\n"
                        "mail = { url = \"smtp://127.0.0.1:1\"; tls = \"required\"; from = \"from@x.example\"; };\n"
                        "policies = {\n"
                        "  report = { before = [\"7d\", \"1d\", \"0d\"]; at = \"08:00\";\n"
                        "    overdue = { every = \"2wd\"; limit = 3; };\n"
                        "    escalate = ( { after = \"3wd\"; to = \"head\"; }, { after = \"5wd\"; to = \"council\"; } "
                        "); };\n"
                        "  inspection = { before = [\"3d\", \"1d\"]; at = \"08:00\"; }; };\n"
                        "default_policy = \"report\";\n%s%s\n",
                        play->contact, SOURCE_DIR, SOURCE_DIR,
                        strstr(play->main, "confirm_after") ? "" : "confirm_after = \"0\"; ", play->main) > 0);
        write_file(play, "reminderd.conf", text);
}

static void write_all(const struct play *play, const char *plan)
{
        char path[160];

        snprintf(path, sizeof(path), "%s/plans.d", play->folder);
        mkdir(path, 0700);
        snprintf(path, sizeof(path), "%s/state", play->folder);
        mkdir(path, 0700);
        write_main(play);
        write_agencies(play);
        write_plan(play, plan);
}

static int load(const struct play *play, struct settings **ret)
{
        struct report CLEANUP(report_clear) report = {0};
        char path[160];
        int r;

        snprintf(path, sizeof(path), "%s/reminderd.conf", play->folder);
        r = settings_load(path, SECRETS_READ, &report, ret);
        for (size_t i = 0; r < 0 && i < report.n; i++) {
                char *CLEANUP_FREE line = finding_format(&report.findings[i]);

                fprintf(stderr, "%s\n", line);
        }
        return r;
}

static void add_line(struct play *play, char *line)
{
        assert(play->n_lines < LINES_MAX);
        play->lines[play->n_lines++] = line;
}

static void put_entries(FILE *out, const struct letter_entry *entries, size_t n)
{
        char name[REFERENCE_TEXT_SIZE];

        for (size_t i = 0; i < n; i++)
                fprintf(out, "%s%s", i > 0 ? "," : "",
                        reference_format("", entries[i].item, entries[i].occurrence, name));
}

static void put_digest(FILE *out, const struct letter *letter)
{
        static const char *const names[DIGEST_SECTIONS] = {"overdue", "week", "month", "finished", "waiting"};
        char from[CIVIL_DATE_SIZE], to[CIVIL_DATE_SIZE];

        fprintf(out, "%s..%s", civil_format(letter->week_from, from), civil_format(letter->week_to, to));
        for (size_t i = 0; i < DIGEST_SECTIONS; i++)
                if (letter->n_sections[i] > 0) {
                        fprintf(out, " %s:", names[i]);
                        put_entries(out, letter->sections[i], letter->n_sections[i]);
                }
}

static void on_leaving(void *self, const struct delivery_record *delivery, const struct letter *letter,
                       const char *subject)
{
        struct civil_date date = civil_split(wall_day(letter->now));
        char *line = NULL;
        size_t size;
        FILE *out = open_memstream(&line, &size);

        (void)subject;
        assert(out);
        fprintf(out, "%02d-%02d %02d:%02d %s %s ", date.month, date.day, wall_clock(letter->now) / 3600,
                wall_clock(letter->now) / 60 % 60, kind_name(letter->kind),
                *delivery->agency ? delivery->agency : "contact");
        put_entries(out, letter->entries, letter->n_entries);
        if (letter->has_digest) {
                fputs(letter->n_entries > 0 ? " " : "", out);
                put_digest(out, letter);
        }
        fputc('\n', out);
        fclose(out);
        add_line(self, line);
}

static struct answer answer_for(const struct play *play, const char *address)
{
        for (size_t i = play->n_answers; i-- > 0;)
                if (!*play->answers[i].address || strcmp(play->answers[i].address, address) == 0)
                        return play->answers[i];
        return (struct answer){.outcome = TRANSFER_SENT};
}

static int take(struct play *play, const char *address, transfer_done done, void *userdata, struct transfer **ret)
{
        struct pending *pending = calloc(1, sizeof(*pending));

        assert(pending);
        *pending = (struct pending){done, userdata, answer_for(play, address), play->pending};
        play->pending = pending;
        *ret = (struct transfer *)pending;
        return 0;
}

static int take_mail(void *self, const struct mail_config *config, const char *to, struct message *message,
                     transfer_done done, void *userdata, struct transfer **ret)
{
        (void)config, (void)message;
        return take(self, to, done, userdata, ret);
}

static int take_post(void *self, const struct webhook *webhook, const char *id, struct message *message,
                     transfer_done done, void *userdata, struct transfer **ret)
{
        (void)id, (void)message;
        return take(self, webhook->id, done, userdata, ret);
}

static void cancel(void *self, struct transfer *transfer)
{
        struct play *play = self;

        for (struct pending **at = &play->pending; *at; at = &(*at)->next)
                if ((struct transfer *)*at == transfer) {
                        struct pending *gone = *at;

                        *at = gone->next;
                        free(gone);
                        return;
                }
}

static void open_manager(struct play *play, int64_t now, bool catch_up)
{
        struct settings *CLEANUP(settings_unref_p) settings = NULL;
        char *CLEANUP_FREE error = NULL;
        char state[160];
        int r;

        r = load(play, &settings);
        assert(r == 0);
        snprintf(state, sizeof(state), "%s/state", play->folder);
        r = manager_new(
                &(struct manager_options){
                        .transport = {.mail = take_mail, .post = take_post, .cancel = cancel, .self = play},
                        .settings = settings,
                        .state_dir = state,
                        .journal = {.target = JOURNAL_QUIET},
                        .observer = {.leaving = on_leaving, .self = play},
                        .is_virtual = true,
                        .virtual_ms = now,
                        .seed = (uint64_t)now,
                },
                &play->manager, &error);
        if (r < 0)
                fprintf(stderr, "%s\n", error);
        assert(r == 0);
        if (catch_up)
                manager_engine(play->manager)->watched_since = WALL_NONE;
        r = manager_start(play->manager);
        assert(r == 0);
}

struct play *play_new(const char *start, const char *plan, const char *main, bool catch_up)
{
        struct play *play = calloc(1, sizeof(*play));

        assert(play);
        const char *parent = getenv("TMPDIR");
        snprintf(play->folder, sizeof(play->folder), "%.40s/reminderd-play-XXXXXX", parent ? parent : "/tmp");
        assert(mkdtemp(play->folder));
        play->main = strdup(main);
        play->c = "emails = [\"c@x.example\"];";
        play->contact = "contact@x.example";
        write_all(play, plan);
        clock_set_zone("Asia/Ho_Chi_Minh");
        open_manager(play, instant_of(start), catch_up);
        return play;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
        (void)st, (void)type, (void)ftw;
        return remove(path);
}

struct play *play_free(struct play *play)
{
        manager_free(play->manager);
        nftw(play->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
        for (size_t i = 0; i < play->n_lines; i++)
                free(play->lines[i]);
        free(play->shown);
        free(play->main);
        free(play);
        return NULL;
}

static void answer_all(struct play *play)
{
        while (play->pending) {
                struct pending *pending = play->pending;
                struct transfer_result result = {
                        .outcome = pending->answer.outcome,
                        .answer = pending->answer.outcome == TRANSFER_SENT ? "250 OK" : "the server's words",
                        .retry_after = pending->answer.retry_after,
                        .fault = pending->answer.fault,
                        .reached = true,
                };

                play->pending = pending->next;
                pending->done(pending->userdata, &result);
                free(pending);
        }
}

static void settle(struct play *play)
{
        assert(manager_tick(play->manager) == 0);
        while (manager_under_way(play->manager) > 0) {
                answer_all(play);
                assert(manager_tick(play->manager) == 0);
        }
}

void play_until(struct play *play, const char *moment)
{
        int64_t end = instant_of(moment);
        struct engine *engine = play_engine(play);

        settle(play);
        while (manager_wake(play->manager) <= end) {
                clock_advance(&engine->clock, manager_wake(play->manager));
                settle(play);
        }
        clock_advance(&engine->clock, end);
}

static int compare_lines(const void *a, const void *b)
{
        return strcmp(*(char *const *)a, *(char *const *)b);
}

const char *play_sent(struct play *play)
{
        size_t size;
        FILE *out;

        free(play->shown);
        play->shown = NULL;
        out = open_memstream(&play->shown, &size);
        assert(out);
        qsort(play->lines, play->n_lines, sizeof(char *), compare_lines);
        for (size_t i = 0; i < play->n_lines; i++) {
                fputs(play->lines[i], out);
                free(play->lines[i]);
        }
        play->n_lines = 0;
        fclose(out);
        return play->shown;
}

static int reload(struct play *play)
{
        struct settings *CLEANUP(settings_unref_p) settings = NULL;
        int r = load(play, &settings);

        return r < 0 ? r : manager_adopt(play->manager, settings, NULL);
}

int play_edit(struct play *play, const char *plan)
{
        write_plan(play, plan);
        return reload(play);
}

void play_write_addresses(struct play *play, const char *c, const char *contact)
{
        play->c = c;
        play->contact = contact;
        write_main(play);
        write_agencies(play);
}

int play_move(struct play *play, const char *c)
{
        play_write_addresses(play, c, play->contact);
        return reload(play);
}

void play_restart(struct play *play, const char *moment)
{
        play->manager = manager_free(play->manager);
        open_manager(play, instant_of(moment), false);
}

void play_answer(struct play *play, const char *address, enum transfer_outcome outcome, int64_t retry_after)
{
        struct answer *answer = &play->answers[play->n_answers++];

        assert(play->n_answers <= ELEMENTS(play->answers));
        snprintf(answer->address, sizeof(answer->address), "%s", address);
        answer->outcome = outcome;
        answer->retry_after = retry_after;
        answer->fault = FAULT_NONE;
}

void play_refuse(struct play *play, const char *address, enum fault fault)
{
        play_answer(play, address, TRANSFER_TEMPORARY, 0);
        play->answers[play->n_answers - 1].fault = fault;
}

const char *play_folder(const struct play *play)
{
        return play->folder;
}

struct manager *play_manager(struct play *play)
{
        return play->manager;
}

struct engine *play_engine(struct play *play)
{
        return manager_engine(play->manager);
}
