/* A letter with one of everything, to learn which names there are in which place. */
#include "message/values.h"

#define AGENCY(in_state) [in_state] = {.agency_short = "A", .state = (in_state)}
static const struct letter_debtor agencies[] = {
        AGENCY(STATE_PENDING), AGENCY(STATE_OVERDUE),
        AGENCY(STATE_SNOOZED), AGENCY(STATE_TENTATIVE),
        AGENCY(STATE_UNDATED), AGENCY(STATE_DONE),
        AGENCY(STATE_LATE),    AGENCY(STATE_WAIVED),
        AGENCY(STATE_PASSED),  AGENCY(STATE_WITHDRAWN),
        AGENCY(STATE_UNCLEAR), AGENCY(STATE_UNFINISHED),
        AGENCY(STATE_COUNT),   {.agency_short = "A", .state = STATE_PENDING, .claimed = true},
};
#undef AGENCY

/* Of those kinds of which one message may hold several. */
#define ENTRY(of_kind) ((struct letter_entry){.kind = (of_kind), .debtors = &agencies[STATE_PENDING], .n_debtors = 1})
static const struct letter_entry entries[] = {
        ENTRY(KIND_ESCALATION),   ENTRY(KIND_OVERDUE),  ENTRY(KIND_DUE),
        ENTRY(KIND_FIX_DATE),     ENTRY(KIND_DATE_SET), ENTRY(KIND_ADVANCE),
        ENTRY(KIND_OBSERVANCE),   ENTRY(KIND_SNOOZED),  ENTRY(KIND_COMPLETED),
        ENTRY(KIND_DATE_CLEARED), ENTRY(KIND_WAIVED),   ENTRY(KIND_WITHDRAWN),
        ENTRY(KIND_REOPENED),     ENTRY(KIND_CLAIMED),  ENTRY(KIND_REQUEST_ANSWERED),
        ENTRY(KIND_ASSIST),
};
#undef ENTRY

static const struct letter_row row = {.cells = agencies};
static const struct letter_matrix matrix = {
        .plan_title = "",
        .columns = agencies,
        .n_columns = ELEMENTS(agencies),
        .rows = &row,
        .n_rows = 1,
};

static const struct letter_hold hold = {.agency = "", .agency_name = "", .reason = ""};

struct letter values_sample(enum notice_kind kind, bool grouped)
{
        struct letter letter = {
                .kind = kind,
                .entries = entries,
                .n_entries = grouped ? ELEMENTS(entries) : kind != KIND_TEST,
                .has_digest = true,
                .matrices = &matrix,
                .n_matrices = 1,
                .holds = &hold,
                .n_holds = 1,
        };
        for (size_t section = 0; section < DIGEST_SECTIONS; section++) {
                letter.sections[section] = entries;
                letter.n_sections[section] = 1;
        }
        return letter;
}
