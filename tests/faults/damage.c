/* Damage: bits, pages, indexes and values of a database that an office left. Whatever it is, the program refuses to
 * start and leaves the files as they are, or mends it and says so, or goes on as if nothing had been; never silently
 * otherwise. */
#include "faults.h"
#include "office.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../sim/witness.h"

#define TIMES 150 /* that the database of one seed is damaged */
#define TIMES_BRIEF 12
#define STEPS_FIRST 30 /* of the office before that: from the first messages on, to the middle of its weeks */
#define STEPS_LAST 160
#define PATIENCE 120 /* seconds: what takes longer hangs */
#define PAGE 4096
#define FILES 3

static const char *const names[FILES] = {STORE_FILE, STORE_FILE "-wal", STORE_FILE "-shm"};

struct bytes {
        unsigned char *at; /* NULL: no such file */
        size_t n;
};

/* How one damaged database went on. */
enum verdict { WHOLE, MENDED, TOLD, REFUSED, SILENT, TOUCHED };

struct outcome {
        enum verdict verdict;
        long messages;
};

struct damage {
        struct faults *faults;
        struct office *office; /* which was stopped */
        struct bytes sound;
        uint64_t expected; /* what it says from there on, undamaged */
        char what[500];
};

/* ---- files ---- */

static void path_of(const struct damage *damage, const char *name, char ret[static 120])
{
        (void)snprintf(ret, 120, "%s/state/%s", damage->faults->folder, name);
}

static struct bytes read_file(const struct damage *damage, const char *name)
{
        char path[120];
        struct stat status;
        struct bytes bytes = {0};

        path_of(damage, name, path);
        FILE *CLEANUP_FCLOSE file = fopen(path, "re");
        if (!file || fstat(fileno(file), &status) < 0)
                return bytes;
        bytes.n = (size_t)status.st_size;
        bytes.at = malloc(bytes.n + 1);
        if (!bytes.at || fread(bytes.at, 1, bytes.n, file) != bytes.n)
                faults_fail(damage->faults, "%s can't be read", path);
        return bytes;
}

static void write_file(const struct damage *damage, const struct bytes *bytes)
{
        char path[120];

        path_of(damage, STORE_FILE, path);
        FILE *CLEANUP_FCLOSE file = fopen(path, "we");
        if (!file || fwrite(bytes->at, 1, bytes->n, file) != bytes->n)
                faults_fail(damage->faults, "%s can't be written", path);
}

static sqlite3 *open_file(const struct damage *damage)
{
        sqlite3 *db = NULL;
        char path[120];

        path_of(damage, STORE_FILE, path);
        if (sqlite3_open(path, &db) != SQLITE_OK)
                faults_fail(damage->faults, "%s can't be opened", path);
        return db;
}

/* ---- kinds of damage ---- */

__attribute__((format(printf, 2, 3))) static void note(struct damage *damage, const char *format, ...)
{
        va_list arguments;

        va_start(arguments, format);
        (void)vsnprintf(damage->what, sizeof(damage->what), format, arguments);
        va_end(arguments);
}

/* One of the bytes of a stretch, and three times in four one that says something. */
static size_t pick(struct chance *chance, const unsigned char *at, size_t from, size_t n)
{
        bool any = chance_percent(chance, 25);

        for (int tries = 0;; tries++) {
                size_t place = from + (size_t)chance_between(chance, 0, (int)n - 1);
                if (any || at[place] != 0 || tries > 1000)
                        return place;
        }
}

static void flip(struct damage *damage, struct bytes *bytes, size_t from, size_t n, const char *where)
{
        struct chance *chance = &damage->faults->chance;
        size_t place = pick(chance, bytes->at, from, n);
        int bit = chance_between(chance, 0, 7);

        bytes->at[place] ^= (unsigned char)(1 << bit);
        note(damage, "bit %d of byte %zu%s", bit, place, where);
}

static void harm_bits(struct damage *damage, struct bytes *bytes)
{
        flip(damage, bytes, 0, bytes->n, "");
}

static void harm_pages(struct damage *damage, struct bytes *bytes)
{
        struct chance *chance = &damage->faults->chance;
        size_t pages = bytes->n / PAGE;
        size_t one = PAGE * (size_t)chance_between(chance, 0, (int)pages - 1);
        size_t other = PAGE * (size_t)chance_between(chance, 0, (int)pages - 1);
        size_t sector = 512 * (size_t)chance_between(chance, 0, PAGE / 512 - 1);
        unsigned char kept[PAGE];

        switch (chance_between(chance, 0, 5)) {
        case 0:
                memset(bytes->at + one, 0, PAGE);
                note(damage, "the page at %zu is empty", one);
                return;
        case 1:
                memcpy(bytes->at + one, bytes->at + other, PAGE);
                note(damage, "the page at %zu stands at %zu too", other, one);
                return;
        case 2:
                memcpy(kept, bytes->at + one, PAGE);
                memcpy(bytes->at + one, bytes->at + other, PAGE);
                memcpy(bytes->at + other, kept, PAGE);
                note(damage, "the pages at %zu and %zu are exchanged", one, other);
                return;
        case 3:
                memset(bytes->at + one + sector, 0, 512);
                note(damage, "the sector at %zu is empty", one + sector);
                return;
        case 4:
                for (size_t i = 0; i < 512; i++)
                        bytes->at[one + sector + i] = (unsigned char)chance_bits(chance);
                note(damage, "the sector at %zu is garbage", one + sector);
                return;
        default:
                bytes->n = one + (chance_percent(chance, 50) ? sector : 0);
                note(damage, "the file ends at %zu", bytes->n);
        }
}

/* A bit in an index' first page, which of most holds all. */
static void harm_indexes(struct damage *damage, struct bytes *bytes)
{
        sqlite3_stmt *rows = NULL;
        sqlite3 *db = open_file(damage);
        size_t from = 0;
        char where[80] = "";

        if (sqlite3_prepare_v2(db,
                               "SELECT name, rootpage FROM sqlite_schema WHERE type = 'index'"
                               " ORDER BY rootpage * ? % 1009 LIMIT 1",
                               -1, &rows, NULL) == SQLITE_OK) {
                sqlite3_bind_int(rows, 1, chance_between(&damage->faults->chance, 1, 1008));
                if (sqlite3_step(rows) == SQLITE_ROW) {
                        (void)snprintf(where, sizeof(where), " in index %s", sqlite3_column_text(rows, 0));
                        from = PAGE * (size_t)(sqlite3_column_int64(rows, 1) - 1);
                }
        }
        sqlite3_finalize(rows);
        sqlite3_close(db);
        flip(damage, bytes, from, PAGE, where);
}

/* A value that no program wrote, in a file that is sound otherwise. Of references and ids too. */
static void harm_values(struct damage *damage, struct bytes *bytes)
{
        static const char columns[] =
                "SELECT m.name, c.name, c.type, m.sql LIKE '%WITHOUT ROWID%',"
                " c.name IN ('handled', 'next_fire', 'rung_at') FROM sqlite_schema AS m"
                " JOIN pragma_table_info(m.name) AS c WHERE m.type = 'table' AND m.name NOT IN ('audit', 'failure')"
                " ORDER BY (m.rootpage * 31 + c.cid) * ? % 1009 LIMIT 1";
        static const char *const numbers[] = {
                "9223372036854775807", "-9223372036854775807 - 1", "-2147483648", "4294967296", "-4294967297",
                "2147483647", /* no day; but a second of 2038 */
        };
        static const char *const texts[] = {"CAST(x'ff' AS TEXT)", "CAST(x'61620063' AS TEXT)", "CAST(x'c3' AS TEXT)"};
        struct chance *chance = &damage->faults->chance;
        sqlite3 *db = open_file(damage);
        sqlite3_stmt *rows = NULL;
        char sql[400] = "";

        if (sqlite3_prepare_v2(db, columns, -1, &rows, NULL) == SQLITE_OK) {
                sqlite3_bind_int(rows, 1, chance_between(chance, 1, 1008));
                if (sqlite3_step(rows) == SQLITE_ROW) {
                        const char *table = (const char *)sqlite3_column_text(rows, 0);
                        bool number = strcmp((const char *)sqlite3_column_text(rows, 2), "INTEGER") == 0;
                        int last = (int)ELEMENTS(numbers) - 1 - sqlite3_column_int(rows, 4);
                        const char *value = number ? numbers[chance_between(chance, 0, last)]
                                                   : texts[chance_between(chance, 0, ELEMENTS(texts) - 1)];
                        (void)snprintf(sql, sizeof(sql),
                                       "UPDATE OR IGNORE %s SET %s = %s WHERE %s = (SELECT %s FROM %s ORDER BY 1"
                                       " LIMIT 1 OFFSET %d %% (SELECT count(*) FROM %s))",
                                       table, (const char *)sqlite3_column_text(rows, 1), value,
                                       sqlite3_column_int(rows, 3) ? sqlite3_column_name(rows, 1) : "rowid",
                                       sqlite3_column_int(rows, 3) ? sqlite3_column_name(rows, 1) : "rowid", table,
                                       chance_between(chance, 0, 1000), table);
                        if (sqlite3_column_int(rows, 3)) /* any row */
                                (void)snprintf(sql, sizeof(sql), "UPDATE OR IGNORE %s SET %s = %s", table,
                                               (const char *)sqlite3_column_text(rows, 1), value);
                }
        }
        sqlite3_finalize(rows);
        (void)sqlite3_exec(db, sql, NULL, NULL, NULL);
        sqlite3_close(db);
        free(bytes->at);
        *bytes = read_file(damage, STORE_FILE);
        note(damage, "%s", sql);
}

/* A value that may well be, and is another than the one that follows from the plans or from other rows. */
static void harm_derived(struct damage *damage, struct bytes *bytes)
{
        static const struct {
                const char *table, *column;
        } derived[] = {
                {"occurrence", "title"},      {"occurrence", "from_day"},   {"occurrence", "due_day"},
                {"occurrence", "tentative"},  {"occurrence", "observance"}, {"occurrence", "shift"},
                {"occurrence", "fix_by"},     {"occurrence", "withdrawn"},  {"occurrence", "next_fire"},
                {"obligation", "from_day"},   {"obligation", "due_day"},    {"obligation", "tentative"},
                {"obligation", "observance"}, {"obligation", "shift"},      {"obligation", "due"},
                {"obligation", "effective"},  {"obligation", "next_fire"},  {"obligation_tally", "day"},
                {"obligation_tally", "n"},    {"delivery_tally", "n"},      {"delivery_tally", "last_ms"},
        };
        /* Of the value x, and the least and the greatest that the column has. */
        static const char *const wrong[] = {"NULL",    "0",           "1",     "2",       "x + 1",
                                            "x - 300", "x + 8640000", "least", "greatest"};
        struct chance *chance = &damage->faults->chance;
        int which = chance_between(chance, 0, ELEMENTS(derived) - 1);
        const char *table = derived[which].table, *column = derived[which].column;
        char sql[500];
        sqlite3 *db = open_file(damage);

        (void)snprintf(sql, sizeof(sql),
                       "UPDATE OR IGNORE %s SET %s = (SELECT %s FROM (SELECT %s AS x,"
                       " (SELECT min(%s) FROM %s) AS least, (SELECT max(%s) FROM %s) AS greatest)) WHERE rowid ="
                       " (SELECT rowid FROM %s ORDER BY 1 LIMIT 1 OFFSET %d %% (SELECT count(*) FROM %s))",
                       table, column, wrong[chance_between(chance, 0, ELEMENTS(wrong) - 1)], column, column, table,
                       column, table, table, chance_between(chance, 0, 1000), table);
        /* With what the triggers do, as a shell would; or without, as a disk. */
        (void)sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, chance_percent(chance, 50), NULL);
        (void)sqlite3_exec(db, sql, NULL, NULL, NULL);
        sqlite3_close(db);
        free(bytes->at);
        *bytes = read_file(damage, STORE_FILE);
        note(damage, "%s", sql);
}

/* ---- going on ---- */

static void after(void *self, const char *step, int r, int64_t now_ms)
{
        int *start = self;

        (void)now_ms;
        if (*start > 0 && strcmp(step, "start") == 0)
                *start = r;
}

static bool is_told(void)
{
        static const enum journal_event events[] = {EVENT_MENDED, EVENT_STORE_TROUBLE, EVENT_LATE, EVENT_CLOCK_BEHIND};
        bool told = false;

        for (size_t i = 0; i < ELEMENTS(events); i++)
                told = told || witness_told(events[i]) > 0;
        return told;
}

static bool are_same(const struct bytes *a, const struct bytes *b)
{
        return !a->at == !b->at && a->n == b->n && (!a->at || memcmp(a->at, b->at, a->n) == 0);
}

static enum verdict refuse(const struct damage *damage, const struct bytes before[static FILES])
{
        enum verdict verdict = REFUSED;

        for (size_t i = 0; i < FILES; i++) {
                struct bytes now = read_file(damage, names[i]);
                if (!are_same(&before[i], &now))
                        verdict = TOUCHED;
                free(now.at);
        }
        return verdict;
}

/* In a process of its own, which may crash or hang. */
static struct outcome go_on(struct damage *damage)
{
        int start = 1; /* not yet */
        struct bytes before[FILES];
        struct outcome outcome = {.messages = office_messages(damage->office)};

        for (size_t i = 0; i < FILES; i++)
                before[i] = read_file(damage, names[i]);
        witness_forget();
        office_watch(damage->office, after, &start);
        while (start >= 0 && office_step(damage->office))
                ;
        outcome.messages = office_messages(damage->office) - outcome.messages;
        if (start < 0)
                outcome.verdict = refuse(damage, before);
        else if (office_said(damage->office, true) == damage->expected)
                outcome.verdict = witness_told(EVENT_MENDED) > 0 ? MENDED : WHOLE;
        else
                outcome.verdict = is_told() ? TOLD : SILENT;
        for (size_t i = 0; i < FILES; i++)
                free(before[i].at);
        return outcome;
}

static struct outcome go_on_apart(struct damage *damage)
{
        struct outcome outcome;
        int ends[2], status = 0;

        fflush(stdout);
        if (pipe(ends) < 0)
                abort();
        pid_t child = fork();
        if (child == 0) {
                alarm(PATIENCE);
                outcome = go_on(damage);
                _exit(write(ends[1], &outcome, sizeof(outcome)) == sizeof(outcome) ? 0 : 2);
        }
        (void)close(ends[1]);
        ssize_t n = read(ends[0], &outcome, sizeof(outcome));
        (void)close(ends[0]);
        if (waitpid(child, &status, 0) != child || status != 0 || n != sizeof(outcome))
                faults_fail(damage->faults, "%s: it ends with status %x", damage->what, (unsigned)status);
        return outcome;
}

static void count(const struct damage *damage, const struct outcome *outcome)
{
        struct counted *counted = &damage->faults->counted;

        counted->damaged++;
        counted->leaving += outcome->messages;
        switch (outcome->verdict) {
        case WHOLE:
                counted->whole++;
                break;
        case MENDED:
                counted->mended++;
                break;
        case TOLD:
                counted->told++;
                break;
        case REFUSED:
                counted->untouched++;
                break;
        case SILENT:
                faults_fail(damage->faults, "%s: something else is said than without, and nobody is told",
                            damage->what);
        case TOUCHED:
                faults_fail(damage->faults, "%s: it is refused, and the files were touched", damage->what);
        }
}

/* The weeks that follow, once without damage. */
static uint64_t look_ahead(struct damage *damage)
{
        uint64_t expected;
        int ends[2], status = 0;

        if (pipe(ends) < 0)
                abort();
        pid_t child = fork();
        if (child == 0) {
                while (office_step(damage->office))
                        ;
                expected = office_said(damage->office, true);
                _exit(write(ends[1], &expected, sizeof(expected)) == sizeof(expected) ? 0 : 2);
        }
        (void)close(ends[1]);
        if (read(ends[0], &expected, sizeof(expected)) != sizeof(expected) || waitpid(child, &status, 0) != child)
                faults_fail(damage->faults, "the office can't go on without damage");
        (void)close(ends[0]);
        return expected;
}

static void clean_up(const struct damage *damage)
{
        char path[120];

        for (size_t i = 0; i < FILES; i++) {
                path_of(damage, names[i], path);
                (void)unlink(path);
        }
        write_file(damage, &damage->sound);
}

static void harm(struct faults *faults, void (*kind)(struct damage *damage, struct bytes *bytes))
{
        struct damage damage = {.faults = faults};
        char state[100];

        (void)snprintf(state, sizeof(state), "%s/state", faults->folder);
        damage.office = office_new(faults, &(struct office_options){.state = state});
        for (int i = chance_between(&faults->chance, STEPS_FIRST, STEPS_LAST); i > 0; i--)
                if (!office_step(damage.office))
                        break;
        office_stop(damage.office);
        damage.sound = read_file(&damage, STORE_FILE);
        damage.expected = look_ahead(&damage);
        for (int i = faults->brief ? TIMES_BRIEF : TIMES; i > 0; i--) {
                clean_up(&damage);
                struct bytes bytes = read_file(&damage, STORE_FILE);
                kind(&damage, &bytes);
                write_file(&damage, &bytes);
                free(bytes.at);
                struct outcome outcome = go_on_apart(&damage);
                if (getenv("FAULTS_TRACE"))
                        printf("%d %s\n", outcome.verdict, damage.what);
                count(&damage, &outcome);
        }
        free(damage.sound.at);
        office_free(damage.office);
}

void damage_bits(struct faults *faults)
{
        harm(faults, harm_bits);
}

void damage_pages(struct faults *faults)
{
        harm(faults, harm_pages);
}

void damage_indexes(struct faults *faults)
{
        harm(faults, harm_indexes);
}

void damage_values(struct faults *faults)
{
        harm(faults, harm_values);
}

void damage_derived(struct faults *faults)
{
        harm(faults, harm_derived);
}
