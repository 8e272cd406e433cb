/* The block: a small random one, and the configuration files that say the same. */
#include "block.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "core/lunar.h"

static const char *const shift_names[] = {[SHIFT_NEXT] = "next", [SHIFT_PREVIOUS] = "previous", [SHIFT_NONE] = "none"};

const char *const block_plan_ids[PLANS] = {"p", "q"};
const char *const block_hook_ids[HOOKS] = {"all", "some"};

static int year_of(const struct block *block, const struct block_item *item)
{
        return block->year + item->plan;
}

static civil_day some_day(int year, struct chance *chance)
{
        return civil_from(year, 1, 5) + chance_between(chance, 0, 350);
}

static struct offset some_offset(struct chance *chance, int most)
{
        int n = chance_between(chance, 1, most);

        if (chance_percent(chance, 50))
                return (struct offset){.days = n};
        return (struct offset){.workdays = n};
}

void block_random_policy(struct block_policy *policy, struct chance *chance)
{
        static const int32_t at[] = {8 * 3600, 8 * 3600, 9 * 3600 + 1800, 7 * 3600, 18 * 3600};
        static const int32_t days[] = {0, 1, 2, 3, 5, 7, 14, 30};

        *policy = (struct block_policy){.at = at[chance_between(chance, 0, 4)]};
        for (size_t i = 0; i < ELEMENTS(days) && policy->n_before < BEFORE_MAX; i++) {
                if (!chance_percent(chance, 45))
                        continue;
                if (days[i] > 0 && chance_percent(chance, 30))
                        policy->before[policy->n_before++] = (struct offset){.workdays = days[i]};
                else
                        policy->before[policy->n_before++] = (struct offset){.days = days[i]};
        }
        if (policy->n_before == 0)
                policy->before[policy->n_before++] = (struct offset){.days = 3};
        policy->every = some_offset(chance, 4);
        policy->limit = chance_between(chance, 0, 5);
        policy->n_levels = chance_between(chance, 0, LEVELS_MAX);
        for (int i = 0; i < policy->n_levels; i++) {
                policy->levels[i].after = some_offset(chance, 6);
                policy->levels[i].reader = chance_percent(chance, 60) ? HEAD : COUNCIL;
        }
}

void block_move_item(const struct block *block, struct block_item *item, struct chance *chance)
{
        int year = year_of(block, item);
        struct lunar_date lunar = {.year = year};

        item->fix_by = item->limit = CIVIL_NONE;
        item->from = CIVIL_NONE;
        item->due = some_day(year, chance);
        item->own_due = some_day(year, chance);
        switch (item->form) {
        case DATE_HALF:
                item->part = chance_between(chance, 1, 2);
                item->from = civil_from(year, item->part == 1 ? 1 : 7, 1);
                item->due = item->part == 1 ? civil_from(year, 6, 30) : civil_from(year, 12, 31);
                break;
        case DATE_QUARTER:
                item->part = chance_between(chance, 1, 4);
                item->from = civil_from(year, item->part * 3 - 2, 1);
                item->due = civil_from(year, item->part * 3, item->part == 1 || item->part == 4 ? 31 : 30);
                break;
        case DATE_MONTH:
                item->part = chance_between(chance, 1, 12);
                item->from = civil_from(year, item->part, 1);
                item->due = (item->part == 12 ? civil_from(year + 1, 1, 1) : civil_from(year, item->part + 1, 1)) - 1;
                break;
        case DATE_WINDOW:
                item->from = item->due;
                item->due += chance_between(chance, 5, 40);
                if (item->due > civil_from(year, 12, 31))
                        item->due = civil_from(year, 12, 31);
                if (item->tentative && chance_percent(chance, 70) && item->from - 30 > civil_from(year, 1, 1))
                        item->fix_by = item->from - chance_between(chance, 1, 25);
                break;
        case DATE_REPEAT:
        case DATE_DAYS:
                item->month_day = chance_between(chance, 1, 28);
                item->months = item->form == DATE_REPEAT
                                       ? 0xfff
                                       : 1U << chance_between(chance, 0, 11) | 1U << chance_between(chance, 0, 11);
                break;
        case DATE_UNDATED:
                item->due = CIVIL_NONE;
                if (chance_percent(chance, 50))
                        item->fix_by = some_day(year, chance);
                break;
        case DATE_OBSERVANCE:
                if (item->lunar_month == 0)
                        break;
                /* Up to the tenth month a lunar year lies within the Gregorian one. */
                item->lunar_month = lunar.month = chance_between(chance, 1, 10);
                item->lunar_day = lunar.day = chance_between(chance, 1, 29);
                (void)lunar_to_civil(&lunar, &item->due);
                break;
        case DATE_DUE:
                if (item->tentative)
                        item->from = item->due;
                break;
        case DATE_AFTER:
        case DATE_BEFORE_ITEM:
                break; /* not played */
        }
        if (item->form == DATE_OBSERVANCE && item->lunar_month == 0 && civil_split(item->due).month == 2 &&
            civil_split(item->due).day == 29)
                item->due--;
        if (item->form != DATE_REPEAT && item->form != DATE_DAYS && item->form != DATE_OBSERVANCE &&
            chance_percent(chance, 30))
                item->limit = (item->due > item->own_due ? item->due : item->own_due) + chance_between(chance, 0, 60);
}

bool block_add_item(struct block *block, int plan, struct chance *chance)
{
        static const enum date_form forms[] = {DATE_DUE,        DATE_DUE,     DATE_DUE,     DATE_WINDOW, DATE_WINDOW,
                                               DATE_WINDOW,     DATE_HALF,    DATE_QUARTER, DATE_MONTH,  DATE_REPEAT,
                                               DATE_OBSERVANCE, DATE_UNDATED, DATE_DAYS};
        struct block_item *item = &block->items[block->n_items];

        if (block->n_items == ITEMS_MAX)
                return false;
        *item = (struct block_item){
                .present = true,
                .plan = plan,
                .lunar_month = chance_between(chance, 0, 1),
                .form = forms[chance_between(chance, 0, (int)ELEMENTS(forms) - 1)],
                .tentative = chance_percent(chance, 50),
                .shift = (enum shift)chance_between(chance, 0, 2),
                .own_agency = chance_between(chance, 0, AGENCIES_MAX - 1),
                .helper = chance_between(chance, 0, AGENCIES_MAX - 1),
                .owner = chance_percent(chance, 55) ? OWNER_MEMBERS : chance_between(chance, HEAD, FIRST_PLAIN),
                .policy = chance_between(chance, 0, POLICIES - 1),
        };
        if (item->form == DATE_REPEAT)
                item->owner = HEAD; /* twelve of it are enough */
        if (item->form > DATE_MONTH || item->form == DATE_QUARTER)
                item->tentative = false;
        snprintf(item->id, sizeof(item->id), "i%d", block->n_items++);
        block_move_item(block, item, chance);
        return true;
}

bool block_add_agency(struct block *block, struct chance *chance)
{
        struct block_agency *agency = &block->agencies[block->n_agencies];

        if (block->n_agencies == AGENCIES_MAX)
                return false;
        *agency = (struct block_agency){.present = true, .mailboxes = chance_between(chance, 1, 2)};
        snprintf(agency->id, sizeof(agency->id), "a%d", block->n_agencies++);
        return true;
}

void block_random_acceptance(struct block *block, struct chance *chance)
{
        bool workdays = chance_percent(chance, 50);
        int days = chance_between(chance, 1, 5);

        block->accept = (enum accept)chance_between(chance, ACCEPT_NEVER, ACCEPT_DAYS);
        block->accept_hours = chance_between(chance, 1, 100);
        block->accept_days = (struct offset){.days = workdays ? 0 : days, .workdays = workdays ? days : 0};
}

void block_random(struct block *block, struct chance *chance)
{
        int agencies = chance_between(chance, 3, 5), items = chance_between(chance, 2, 6);

        *block = (struct block){
                .year = chance_between(chance, 2023, 2026),
                .zone = block_random_zone(chance),
                .plans = {true},
                .digest = chance_percent(chance, 20),
                .digest_always = chance_percent(chance, 30),
                .confirmations = chance_percent(chance, 50),
                .confirm_after = chance_percent(chance, 50) ? chance_between(chance, 1, 180) : 0,
                .watched = {chance_percent(chance, 50), chance_percent(chance, 50)},
        };
        for (int i = 0; i < PLANS; i++) {
                block->closed[i] = CIVIL_NONE;
                block->closes[i] = chance_percent(chance, 50)
                                           ? civil_from(block->year + i + 1, 3, 31)
                                           : civil_from(block->year + i, 1, 1) + chance_between(chance, 30, 400);
        }
        block_random_hours(block, chance);
        block_random_servers(block, chance);
        block_random_acceptance(block, chance);
        for (int i = 0; i < POLICIES; i++)
                block_random_policy(&block->policies[i], chance);
        while (block->n_agencies < agencies)
                block_add_agency(block, chance);
        while (block->n_items < items)
                block_add_item(block, 0, chance);
}

/* Half of them where the clock changes twice a year, one by half an hour. */
const char *block_random_zone(struct chance *chance)
{
        static const char *const zones[] = {"Europe/Berlin",   "America/New_York", "Australia/Lord_Howe",
                                            "Asia/Kathmandu",  "Pacific/Chatham",  "America/Santiago",
                                            "Asia/Ho_Chi_Minh"};

        return zones[chance_percent(chance, 50) ? ELEMENTS(zones) - 1 : (size_t)chance_between(chance, 0, 6)];
}

void block_random_hours(struct block *block, struct chance *chance)
{
        static const int32_t hours[][2] = {
                {7 * 3600 + 1800, 17 * 3600}, {8 * 3600, 16 * 3600}, {9 * 3600, 11 * 3600}, {0, 0}};
        int kind = chance_between(chance, 0, 3);

        block->open = hours[kind][0];
        block->close = hours[kind][1];
        block->catch_up = (int64_t)chance_between(chance, 1, 10) * DAY_SECONDS;
}

void block_random_servers(struct block *block, struct chance *chance)
{
        static const int64_t retries[][3] = {
                {60, INT64_C(4) * 3600, INT64_C(5) * 86400}, {600, 3600, INT64_C(2) * 86400}, {3600, 86400, 864000}};
        int kind = chance_percent(chance, 60) ? 0 : chance_between(chance, 0, 2);

        block->retry_first = retries[kind][0];
        block->retry_max = retries[kind][1];
        block->give_up = retries[kind][2];
        for (int i = 0; i < HOOKS; i++)
                block->hooks[i] = chance_percent(chance, 30);
        block->per_minute = chance_percent(chance, 70) ? 0 : chance_between(chance, 1, 5);
        block->connections = chance_between(chance, 1, 4);
}

/* The second takes what is urgent, of the head and the deputy. */
bool block_hook_wants(int hook, int agency, enum notice_kind kind)
{
        return hook == 0 || ((agency == HEAD || agency == DEPUTY) && (kind == KIND_DUE || kind == KIND_OVERDUE));
}

void block_mailbox(const struct block_agency *agency, int mailbox, size_t size, char *address)
{
        if (agency->corrected[mailbox] > 0)
                snprintf(address, size, "%s.%d@%s.example", agency->id, agency->corrected[mailbox],
                         mailbox == 0 ? "x" : "y");
        else
                snprintf(address, size, "%s@%s.example", agency->id, mailbox == 0 ? "x" : "y");
}

bool block_has_days(const struct block_item *item)
{
        return item->form == DATE_REPEAT || item->form == DATE_DAYS;
}

bool block_owes(const struct block *block, const struct block_item *item, int agency)
{
        int owner = block_owner(block, item);

        return block->agencies[agency].present && (owner == OWNER_MEMBERS || owner == agency);
}

bool block_helps(const struct block *block, const struct block_item *item, int agency)
{
        return agency == item->helper && agency < block->n_agencies && block->agencies[agency].present &&
               !block_owes(block, item, agency) && item->form != DATE_OBSERVANCE;
}

static bool has_own_date(const struct block *block, const struct block_item *item)
{
        return item->own_agency < block->n_agencies && block_owes(block, item, item->own_agency) &&
               !block_has_days(item) && item->form != DATE_OBSERVANCE;
}

struct block_dates block_dates(const struct block *block, const struct block_item *item, civil_day day, int agency)
{
        if (agency == item->own_agency && has_own_date(block, item))
                return (struct block_dates){.from = CIVIL_NONE, .due = item->own_due};
        return (struct block_dates){.from = item->from, .due = day, .tentative = item->tentative};
}

int block_days(const struct block *block, const struct block_item *item, civil_day days[static 12])
{
        int n = 0;

        if (!block_has_days(item)) {
                days[0] = item->due;
                return 1;
        }
        for (int month = 1; month <= 12; month++)
                if (item->months >> (month - 1) & 1)
                        days[n++] = civil_from(year_of(block, item), month, item->month_day);
        return n;
}

/* ---- as files ---- */

static FILE *open_file(const char *folder, const char *name)
{
        char path[200];
        FILE *file;

        snprintf(path, sizeof(path), "%s/%s", folder, name);
        file = fopen(path, "we");
        assert(file);
        return file;
}

static void put_offset(FILE *out, const struct offset *offset)
{
        fprintf(out, "\"%d%s\"", offset->workdays ? offset->workdays : offset->days, offset->workdays ? "wd" : "d");
}

static void put_clock(FILE *out, int32_t clock)
{
        fprintf(out, "\"%02d:%02d\"", clock / 3600, clock / 60 % 60);
}

static void write_policy(FILE *out, const struct block_policy *policy, int index)
{
        fprintf(out, "  p%d = { before = [", index);
        for (int i = 0; i < policy->n_before; i++) {
                fputs(i > 0 ? ", " : "", out);
                put_offset(out, &policy->before[i]);
        }
        fputs("]; at = ", out);
        put_clock(out, policy->at);
        if (policy->limit > 0) {
                fputs("; overdue = { every = ", out);
                put_offset(out, &policy->every);
                fprintf(out, "; limit = %d; }", policy->limit);
        }
        fputs("; escalate = (", out);
        for (int i = 0; i < policy->n_levels; i++) {
                fputs(i > 0 ? ", { after = " : " { after = ", out);
                put_offset(out, &policy->levels[i].after);
                fprintf(out, "; to = \"%s\"; }", policy->levels[i].reader == HEAD ? "head" : "council");
        }
        fputs(" ); };\n", out);
}

static void write_hooks(FILE *out, const struct block *block)
{
        const char *comma = "";

        fputs("webhooks = (", out);
        for (int i = 0; i < HOOKS; i++) {
                if (!block->hooks[i])
                        continue;
                fprintf(out, "%s { id = \"%s\"; url = \"http://127.0.0.1:1/\"; allow_http = true; ", comma,
                        block_hook_ids[i]);
                if (i == 0)
                        fputs("agencies = [\"*\"]; kinds = [\"*\"]; }", out);
                else
                        fprintf(out, "agencies = [\"%s\", \"%s\"]; kinds = [\"due\", \"overdue\"]; }",
                                block->agencies[HEAD].id, block->agencies[DEPUTY].id);
                comma = ",";
        }
        fputs(" );\n", out);
}

static void write_acceptance(FILE *out, const struct block *block)
{
        static const char *const words[] = {[ACCEPT_NEVER] = "\"never\"", [ACCEPT_AT_ONCE] = "\"at-once\""};

        fputs("answers = { accept = ", out);
        if (block->accept == ACCEPT_HOURS)
                fprintf(out, "\"%dh\"", block->accept_hours);
        else if (block->accept == ACCEPT_DAYS)
                put_offset(out, &block->accept_days);
        else
                fputs(words[block->accept], out);
        fputs("; };\n", out);
}

static void write_main(const struct block *block, const char *folder)
{
        FILE *CLEANUP_FCLOSE out = open_file(folder, "reminderd.conf");

        fprintf(out,
                "block = { name = \"Khối\"; short = \"K\"; contact = { name = \"N\"; title = \"T\"; phone = \"1\"; "
                "email = \"" BLOCK_CONTACT "\"; }; };\n"
                "agencies = \"agencies.conf\"; plans = \"plans.d\"; calendars = \"%s/conf/calendar.d\";\n"
                "templates = \"%s\"; state_dir = \"state\"; timezone = \"%s\";\n"
                "mail = { url = \"smtp://127.0.0.1:1\"; tls = \"required\"; from = \"from@x.example\"; "
                "connections = %d; per_minute = %d; };\n"
                "retry = { first = \"%llds\"; max = \"%llds\"; give_up = \"%llds\"; };\n",
                SOURCE_DIR, block->templates, block->zone, block->connections, block->per_minute,
                (long long)block->retry_first, (long long)block->retry_max, (long long)block->give_up);
        fputs("hours = { open = ", out);
        put_clock(out, block->open);
        fputs("; close = ", out);
        put_clock(out, block->close);
        fprintf(out, "; };\ncatch_up = \"%dd\";\nconfirmations = %s;\nconfirm_after = \"%dmin\";\n",
                (int)(block->catch_up / DAY_SECONDS), block->confirmations ? "true" : "false", block->confirm_after);
        write_acceptance(out, block);
        if (block->digest)
                fprintf(out, "digest = { weekday = \"mon\"; at = \"08:00\"; when = \"%s\"; };\n",
                        block->digest_always ? "always" : "changed");
        write_hooks(out, block);
        fputs("policies = {\n", out);
        for (int i = 0; i < POLICIES; i++)
                write_policy(out, &block->policies[i], i);
        fputs("};\ndefault_policy = \"p0\";\n", out);
}

int block_owner(const struct block *block, const struct block_item *item)
{
        return item->owner == OWNER_MEMBERS || block->agencies[item->owner].present ? item->owner : COUNCIL;
}

static bool is_merged(const struct block *block, int agency)
{
        return block->agencies[agency].merged && block->agencies[block->agencies[agency].successor].present;
}

int block_heir(const struct block *block, int agency)
{
        while (is_merged(block, agency))
                agency = block->agencies[agency].successor;
        return agency;
}

static void write_agencies(const struct block *block, const char *folder)
{
        FILE *CLEANUP_FCLOSE out = open_file(folder, "agencies.conf");
        const char *comma = "";

        fputs("agencies = (\n", out);
        for (int i = 0; i < block->n_agencies; i++) {
                const struct block_agency *agency = &block->agencies[i];

                if (!agency->present)
                        continue;
                fprintf(out, "%s{ id = \"%s\"; name = \"Cơ quan %d\"; emails = [", comma, agency->id, i);
                for (int m = 0; m < agency->mailboxes; m++) {
                        char address[40];

                        block_mailbox(agency, m, sizeof(address), address);
                        fprintf(out, "%s\"%s\"", m > 0 ? ", " : "", address);
                }
                fputs("]; ", out);
                /* Long ago, whatever the clock is set to. */
                if (is_merged(block, i))
                        fprintf(out, "successor = \"%s\"; from = \"%d-01-01\"; ", block->agencies[agency->successor].id,
                                block->year - 1);
                fputs("}", out);
                comma = ",\n";
        }
        fprintf(out, " );\ngroups = { council = [\"%s\"]; };\n", block->agencies[COUNCIL].id);
}

static void write_days(FILE *out, const struct block *block, const struct block_item *item)
{
        civil_day days[12];
        int n = block_days(block, item, days);
        char day[CIVIL_DATE_SIZE];

        fputs("due = [", out);
        for (int i = 0; i < n; i++)
                fprintf(out, "%s\"%s\"", i > 0 ? ", " : "", civil_format(days[i], day));
        fputs("]; ", out);
}

static void write_item(FILE *out, const struct block *block, const struct block_item *item)
{
        char from[CIVIL_DATE_SIZE], due[CIVIL_DATE_SIZE], fix[CIVIL_DATE_SIZE], own[CIVIL_DATE_SIZE],
                limit[CIVIL_DATE_SIZE];

        civil_format(item->from, from);
        civil_format(item->due, due);
        fprintf(out, "{ id = \"%s\"; title = \"Việc %s\"; ", item->id, item->id);
        switch (item->form) {
        case DATE_DUE:
                fprintf(out, "due = \"%s\"; ", due);
                break;
        case DATE_WINDOW:
                fprintf(out, "window = [\"%s\", \"%s\"]; ", from, due);
                break;
        case DATE_HALF:
                fprintf(out, "half = %d; ", item->part);
                break;
        case DATE_QUARTER:
                fprintf(out, "quarter = %d; ", item->part);
                break;
        case DATE_MONTH:
                fprintf(out, "month = %d; ", item->part);
                break;
        case DATE_UNDATED:
                fputs("when = \"khi có văn bản\"; ", out);
                break;
        case DATE_REPEAT:
                fprintf(out, "repeat = \"FREQ=MONTHLY;BYMONTHDAY=%d\"; ", item->month_day);
                break;
        case DATE_DAYS:
                write_days(out, block, item);
                break;
        case DATE_OBSERVANCE:
                if (item->lunar_month > 0)
                        fprintf(out, "observance = { date = \"lunar:%02d-%02d\"; }; ", item->lunar_month,
                                item->lunar_day);
                else
                        fprintf(out, "observance = { date = \"%s\"; }; ", due + 5);
                break;
        case DATE_AFTER:
        case DATE_BEFORE_ITEM:
                break; /* not played */
        }
        if (has_own_date(block, item))
                fprintf(out, "dates = ( { agency = \"%s\"; due = \"%s\"; } ); ", block->agencies[item->own_agency].id,
                        civil_format(item->own_due, own));
        if (item->tentative)
                fputs("tentative = true; ", out);
        if (item->fix_by != CIVIL_NONE)
                fprintf(out, "fix_by = \"%s\"; ", civil_format(item->fix_by, fix));
        if (item->limit != CIVIL_NONE)
                fprintf(out, "limit = \"%s\"; ", civil_format(item->limit, limit));
        if (block_helps(block, item, item->helper))
                fprintf(out, "with = [\"%s\"]; ", block->agencies[item->helper].id);
        fprintf(out, "shift = \"%s\"; policy = \"p%d\"; for = [\"%s\"]; }", shift_names[item->shift], item->policy,
                item->owner == OWNER_MEMBERS ? "members" : block->agencies[block_owner(block, item)].id);
}

static void remove_plan(const char *folder, const char *plan)
{
        char path[200];

        snprintf(path, sizeof(path), "%s/plans.d/%s.conf", folder, plan);
        (void)remove(path);
}

static void write_plan(const struct block *block, int plan, const char *folder)
{
        const char *comma = "";
        char name[32], closes[CIVIL_DATE_SIZE];
        FILE *CLEANUP_FCLOSE out = NULL;

        if (!block->plans[plan]) {
                remove_plan(folder, block_plan_ids[plan]);
                return;
        }
        snprintf(name, sizeof(name), "plans.d/%s.conf", block_plan_ids[plan]);
        out = open_file(folder, name);
        (void)civil_format(block->closes[plan], closes);
        /* The head changes with the year. */
        fprintf(out,
                "plan = { id = \"%s\"; year = %d; title = \"Kế hoạch\"; basis = \"KH\"; closes = \"%s\"; %shead = "
                "\"%s\"; deputy = "
                "\"%s\"; items = (\n",
                block_plan_ids[plan], block->year + plan, closes,
                block->watched[plan] ? "since = \"2000-01-01\"; " : "", block->agencies[plan == 0 ? HEAD : DEPUTY].id,
                block->agencies[plan == 0 ? DEPUTY : HEAD].id);
        for (int i = 0; i < block->n_items; i++) {
                if (!block->items[i].present || block->items[i].plan != plan)
                        continue;
                fputs(comma, out);
                write_item(out, block, &block->items[i]);
                comma = ",\n";
        }
        fputs(" ); };\n", out);
}

void block_write_templates(const char *folder)
{
        for (size_t kind = 0; kind <= KIND_COUNT; kind++) {
                const char *name = kind == KIND_COUNT ? "group" : kind_name((enum notice_kind)kind);
                char file[40];

                for (int html = 0; html < 2; html++) {
                        snprintf(file, sizeof(file), "%s.%s", name, html ? "html" : "txt");

                        FILE *CLEANUP_FCLOSE out = open_file(folder, file);

                        fprintf(out,
                                html ? "<p>%s{{#digest}}{{week}}{{/digest}}</p>\n"
                                     : "Subject: %s\n\nlời nhắc\n{{#digest}}{{week}}{{/digest}}\n",
                                name);
                }
        }
}

void block_write(const struct block *block, const char *folder)
{
        char path[200];

        snprintf(path, sizeof(path), "%s/plans.d", folder);
        (void)mkdir(path, 0700);
        write_main(block, folder);
        write_agencies(block, folder);
        for (int i = 0; i < PLANS; i++)
                write_plan(block, i, folder);
}
