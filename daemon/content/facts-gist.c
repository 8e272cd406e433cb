/* A digest's gist: what it would tell, and whether that was told before. */
#include "content/facts-private.h"
#include "core/digest.h"
#include "core/rung.h"
#include "store/notices.h"

static void add_entries(struct gist *gist, enum digest_section section, const struct letter_entry *entries, size_t n)
{
        for (size_t i = 0; i < n; i++)
                gist_add(gist, &(struct gist_line){
                                       .section = section,
                                       .plan = entries[i].plan,
                                       .item = entries[i].item,
                                       .key = entries[i].occurrence,
                                       .agency = "",
                                       .dates = entries[i].dates,
                                       .state = entries[i].state,
                                       .snoozed_until = entries[i].snoozed_until,
                                       .claimed = entries[i].claimed,
                               });
}

static void add_cells(struct gist *gist, const struct letter_matrix *matrix, const struct letter_row *row)
{
        for (size_t i = 0; i < matrix->n_columns; i++)
                gist_add(gist, &(struct gist_line){
                                       .section = DIGEST_SECTIONS,
                                       .plan = row->plan,
                                       .item = row->item,
                                       .key = row->occurrence,
                                       .agency = matrix->columns[i].agency,
                                       .dates = row->dates,
                                       .state = row->cells[i].state,
                                       .snoozed_until = row->cells[i].snoozed_until,
                                       .claimed = row->cells[i].claimed,
                               });
}

static struct gist gist_of(const struct letter *letter)
{
        struct gist gist = {0};

        for (int s = 0; s < DIGEST_SECTIONS; s++)
                add_entries(&gist, (enum digest_section)s, letter->sections[s], letter->n_sections[s]);
        for (size_t m = 0; m < letter->n_matrices; m++)
                for (size_t i = 0; i < letter->matrices[m].n_rows; i++)
                        add_cells(&gist, &letter->matrices[m], &letter->matrices[m].rows[i]);
        for (size_t i = 0; i < letter->n_holds; i++)
                gist_add_hold(&gist, letter->holds[i].agency, letter->holds[i].until, letter->holds[i].reason);
        return gist;
}

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

int facts_digest_is_worth_it(struct engine *engine, size_t agency, civil_day nominal, int64_t then_ms,
                             struct gist *ret_gist, bool *ret)
{
        const struct config *config = engine_config(engine);
        struct facts CLEANUP(facts_end) facts = {0};
        struct digest_past past;
        int r = facts_begin(engine, then_ms, &facts);

        if (r == 0)
                r = facts_verdict(&facts, digest_letter(&facts, agency, nominal));
        if (r < 0)
                return r;
        *ret_gist = gist_of(facts.letter);
        *ret = r == GATHER_DONE;
        if (!*ret || config->digest.when == DIGEST_WHEN_ALWAYS)
                return 0;
        for (struct address address = {0}; address_next(&config->addresses, agency, &address);)
                if (address_takes(&address, agency, KIND_DIGEST))
                        gist_add_address(ret_gist, address.name);
        r = last_sent(engine, config->roster.agencies[agency].id, nominal, &past);
        *ret = r == 0 && digest_is_worth_it(ret_gist, &past, nominal);
        return r;
}
