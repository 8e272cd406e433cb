/* A digest's gist: what it would tell, and whether that was told before. All agencies' are judged in one pass over what
 * is owed, and no letter is made of it. What goes into a letter, and the gist must follow, says facts-digest.c. */
#include <errno.h>

#include "content/facts-private.h"
#include "core/digest.h"
#include "core/hold.h"
#include "core/rung.h"
#include "store/holds.h"
#include "store/notices.h"
#include "store/outlines.h"

/* What is said of an obligation; it is the same for all agencies for which the obligation is. */
struct judged {
        struct obligation obligation;
        struct obligation_dates dates;
        enum digest_section section;
        enum obligation_state state;
};

/* The matrix of a plan, by the roster's indexes. */
struct matrix {
        size_t head;  /* ROSTER_NONE: it has no reader */
        bool *column; /* of whom it has one */
        struct gist gist;
        bool anything_open;
};

struct cell {
        bool owes;
        enum obligation_state state;
        civil_day snoozed_until;
        bool claimed;
};

struct pass {
        struct engine *engine;
        const struct config *config;
        civil_day nominal, today;
        size_t only; /* whose gist is asked for; ROSTER_NONE: everybody's */
        struct digest_gist *gists;
        struct matrix *matrices; /* of each plan */
        struct cell *cells;      /* of one row */
};

static void pass_clear(struct pass *pass)
{
        for (size_t i = 0; pass->matrices && i < pass->config->n_plans; i++)
                free(pass->matrices[i].column);
        free(pass->matrices);
        free(pass->cells);
        free(pass->gists);
}

static int prepare_matrices(struct pass *pass)
{
        const struct config *config = pass->config;

        for (size_t p = 0; p < config->n_plans; p++) {
                const struct plan *plan = &config->plans[p];
                struct matrix *matrix = &pass->matrices[p];
                size_t head = plan_head(plan, &config->roster, pass->today);

                matrix->head = pass->only == ROSTER_NONE || pass->only == head ? head : ROSTER_NONE;
                matrix->column = calloc(config->roster.n_agencies + 1, sizeof(*matrix->column));
                if (!matrix->column)
                        return -ENOMEM;
                for (size_t i = 0; i < plan->n_members; i++)
                        matrix->column[plan->members[i]] = true;
        }
        return 0;
}

static int pass_begin(struct engine *engine, size_t only, civil_day nominal, int64_t then_ms, struct pass *ret)
{
        const struct config *config = engine_config(engine);

        *ret = (struct pass){
                .engine = engine,
                .config = config,
                .nominal = nominal,
                .today = wall_day(clock_wall(then_ms)),
                .only = only,
                .gists = calloc(config->roster.n_agencies + 1, sizeof(*ret->gists)),
                .matrices = calloc(config->n_plans + 1, sizeof(*ret->matrices)),
                .cells = calloc(config->roster.n_agencies + 1, sizeof(*ret->cells)),
        };
        return ret->gists && ret->matrices && ret->cells ? prepare_matrices(ret) : -ENOMEM;
}

static void judge(const struct pass *pass, const struct obligation *obligation, struct judged *ret)
{
        const struct calendar *calendar = pass->config->calendar;

        *ret = (struct judged){
                .obligation = *obligation,
                .dates = obligation_dates(obligation, calendar),
                .section = digest_section_of(obligation, calendar, pass->nominal, pass->today),
                .state = obligation_state(obligation, calendar, pass->today),
        };
}

/* ---- the lists ---- */

static void list(struct pass *pass, const struct occurrence_name *name, const struct item *item, size_t agency,
                 const struct judged *judged)
{
        struct digest_gist *gist = &pass->gists[agency];

        if (judged->section == DIGEST_SECTIONS)
                return;
        gist->says_anything = true;
        gist_add(&gist->gist, &(struct gist_line){
                                      .section = judged->section,
                                      .plan = name->plan,
                                      .item = name->item,
                                      .key = name->key,
                                      .agency = "",
                                      .dates = entry_dates(judged->dates, item && item->event),
                                      .state = judged->state,
                                      .snoozed_until = judged->obligation.snoozed_until,
                                      .claimed = judged->obligation.claimed,
                              });
}

/* ---- a row of the matrix ---- */

static void fill_cell(const struct pass *pass, struct matrix *matrix, size_t agency, const struct judged *judged)
{
        matrix->anything_open |= obligation_is_open(&judged->obligation) && judged->state != STATE_PASSED;
        pass->cells[agency] = (struct cell){
                .owes = true,
                .state = judged->state,
                .snoozed_until = judged->obligation.snoozed_until,
                .claimed = judged->obligation.claimed,
        };
}

/* Ends a row, and empties its cells for the next one. */
static void add_row(const struct pass *pass, struct matrix *matrix, const struct occurrence_name *name,
                    const struct obligation_dates *dates)
{
        const struct roster *roster = &pass->config->roster;

        for (size_t i = 0; i < roster->n_agencies; i++) {
                struct cell *cell = &pass->cells[i];

                if (matrix->column[i])
                        gist_add(&matrix->gist, &(struct gist_line){
                                                        .section = DIGEST_SECTIONS,
                                                        .plan = name->plan,
                                                        .item = name->item,
                                                        .key = name->key,
                                                        .agency = roster->agencies[i].name,
                                                        .dates = *dates,
                                                        .state = cell->owes ? cell->state : STATE_COUNT,
                                                        .snoozed_until = cell->snoozed_until,
                                                        .claimed = cell->claimed,
                                                });
                *cell = (struct cell){.owes = false};
        }
}

/* Whether what the one is of stands before the other in a list by date, where what has none stands last. */
static bool is_before(const struct obligation_dates *a, const struct obligation_dates *b)
{
        return a->due != CIVIL_NONE && (b->due == CIVIL_NONE || a->due < b->due);
}

/* ---- the pass ---- */

static void take(struct pass *pass, const struct occurrence_name *name, const struct item *item, struct matrix *matrix,
                 const struct outline *outlines, size_t n)
{
        const struct obligation_dates *first = NULL; /* what the row shows as its dates */
        struct obligation_dates dates;
        struct judged judged = {0};
        bool anyone_owes = false;

        for (size_t i = 0; i < n; i++) {
                const struct outline *outline = &outlines[i];
                size_t agency = roster_find(&pass->config->roster, outline->agency);

                if (i == 0 || !obligation_same(&judged.obligation, &outline->obligation))
                        judge(pass, &outline->obligation, &judged);
                if (agency != ROSTER_NONE && !name->closed && (pass->only == ROSTER_NONE || pass->only == agency))
                        list(pass, name, item, agency, &judged);
                if (!matrix || judged.obligation.observance)
                        continue;
                if (!first || is_before(&judged.dates, first)) {
                        dates = judged.dates;
                        first = &dates;
                }
                if (agency == ROSTER_NONE || !matrix->column[agency])
                        continue;
                fill_cell(pass, matrix, agency, &judged);
                anyone_owes = true;
        }
        if (anyone_owes)
                add_row(pass, matrix, name, first);
}

static int take_occurrence(struct pass *pass, const struct occurrence_name *name)
{
        const struct config *config = pass->config;
        const struct plan *plan = config_find_plan(config, name->plan);
        const struct item *item = plan ? plan_find_item(plan, name->item) : NULL;
        struct matrix *matrix = plan ? &pass->matrices[plan - config->plans] : NULL;
        const char *only = pass->only != ROSTER_NONE ? config->roster.agencies[pass->only].id : NULL;
        struct outline *CLEANUP_FREE outlines = NULL;
        size_t n = 0;
        int r;

        if (matrix && (matrix->head == ROSTER_NONE || !matrix->column))
                matrix = NULL;
        if (name->closed && !matrix)
                return 0;
        r = store_outline(pass->engine->store, name->id, matrix ? NULL : only, &outlines, &n);
        if (r == 0)
                take(pass, name, item, matrix, outlines, n);
        return r;
}

static void add_holds(const struct pass *pass, const struct hold_record *records, size_t n, struct gist *gist)
{
        const struct roster *roster = &pass->config->roster;

        for (size_t i = 0; i < n; i++) {
                size_t agency = roster_find(roster, records[i].agency);

                if (!hold_is_over(records[i].until, pass->today))
                        gist_add_hold(gist, agency != ROSTER_NONE ? roster->agencies[agency].id : NULL,
                                      records[i].until, records[i].reason);
        }
}

/* The head's digest tells everybody's holds once, however many matrices it has. */
static int add_matrices(struct pass *pass)
{
        struct hold_record *holds = NULL;
        size_t n = 0;
        int r = store_list_holds(pass->engine->store, &holds, &n);

        for (size_t p = 0; r == 0 && p < pass->config->n_plans; p++) {
                const struct matrix *matrix = &pass->matrices[p];
                struct digest_gist *gist;

                if (matrix->head == ROSTER_NONE || !matrix->anything_open)
                        continue;
                gist = &pass->gists[matrix->head];
                if (!gist->has_matrix)
                        add_holds(pass, holds, n, &gist->gist);
                gist->says_anything = gist->has_matrix = true;
                gist_add_all(&gist->gist, &matrix->gist);
        }
        for (size_t i = 0; i < n; i++)
                hold_record_clear(&holds[i]);
        free(holds);
        return r;
}

int facts_digest_gists(struct engine *engine, size_t only, civil_day nominal, int64_t then_ms, struct digest_gist **ret)
{
        struct pass CLEANUP(pass_clear) pass = {0};
        struct occurrence_name *CLEANUP_FREE names = NULL;
        size_t n = 0;
        int r = pass_begin(engine, only, nominal, then_ms, &pass);

        if (r == 0)
                r = store_name_occurrences(engine->store, &names, &n);
        for (size_t i = 0; r == 0 && i < n; i++)
                r = take_occurrence(&pass, &names[i]);
        if (r == 0)
                r = add_matrices(&pass);
        if (r == 0)
                *ret = TAKE_PTR(pass.gists);
        return r;
}

/* ---- what was told before ---- */

/* What goes out is remembered by its notice: where none arrived it is as if there had been none. */
static int last_sent(struct engine *engine, const char *agency, civil_day nominal, struct digest_past *ret)
{
        struct notice_record CLEANUP(notice_record_clear) notice = {0};
        char first[RUNG_KEY_SIZE], end[RUNG_KEY_SIZE];
        int r;

        digest_write_key(digest_oldest(nominal), first);
        digest_write_key(nominal, end);
        r = store_last_said(engine->store, agency, first, end, &notice);
        *ret = (struct digest_past){
                .nominal = r == 0 ? rung_key_day(notice.rung) : CIVIL_NONE,
                .print = r == 0 && notice.detail ? digest_read_print(notice.detail) : 0,
        };
        return r < 0 ? r : 0;
}

int facts_digest_is_worth_it(struct engine *engine, size_t agency, civil_day nominal, struct digest_gist *gist,
                             bool *ret)
{
        const struct config *config = engine_config(engine);
        struct digest_past past;
        int r;

        *ret = gist->says_anything;
        if (!*ret || config->digest.when == DIGEST_WHEN_ALWAYS)
                return 0;
        for (struct address address = {0}; address_next(&config->addresses, agency, &address);)
                if (address_takes(&address, agency, KIND_DIGEST))
                        gist_add_address(&gist->gist, address.name);
        r = last_sent(engine, config->roster.agencies[agency].id, nominal, &past);
        *ret = r == 0 && digest_is_worth_it(&gist->gist, &past, nominal);
        return r;
}
