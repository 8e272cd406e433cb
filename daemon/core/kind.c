/* The kinds of notices: their names, and what is true of each. */
#include "core/kind.h"

#include <errno.h>
#include <string.h>

enum trait {
        REMINDS = 1 << 0,
        CONFIRMS = 1 << 1,
        TELLS_DATE = 1 << 2,
        TAKES_BACK = 1 << 3,
        ENDS_DEBT = 1 << 4,
        ENDS_ENTRY = 1 << 5,
        NAMES_DAY = 1 << 6,
        ON_LADDER = 1 << 7,
        REPORTS = 1 << 8,
        TELLS_FAILURE = 1 << 9,
};

static const struct {
        const char *name;
        unsigned traits;
} kinds[KIND_COUNT] = {
        [KIND_ESCALATION] = {"escalation", REPORTS},
        [KIND_OVERDUE] = {"overdue", ON_LADDER | REMINDS | NAMES_DAY},
        [KIND_DUE] = {"due", ON_LADDER | REMINDS | NAMES_DAY},
        [KIND_FIX_DATE] = {"fix_date", REPORTS},
        [KIND_DATE_SET] = {"date_set", TELLS_DATE | NAMES_DAY},
        [KIND_ADVANCE] = {"advance", ON_LADDER | REMINDS | NAMES_DAY},
        [KIND_OBSERVANCE] = {"observance", ON_LADDER | NAMES_DAY},
        [KIND_SNOOZED] = {"snoozed", CONFIRMS},
        [KIND_COMPLETED] = {"completed", CONFIRMS | ENDS_DEBT | ENDS_ENTRY},
        [KIND_DIGEST] = {"digest", 0},
        [KIND_FAILURE] = {"failure", TELLS_FAILURE},
        [KIND_TEST] = {"test", 0},
        [KIND_DATE_CLEARED] = {"date_cleared", TELLS_DATE | TAKES_BACK | ENDS_ENTRY},
        [KIND_WAIVED] = {"waived", TAKES_BACK | ENDS_DEBT | ENDS_ENTRY},
        [KIND_WITHDRAWN] = {"withdrawn", TAKES_BACK | ENDS_DEBT | ENDS_ENTRY},
        [KIND_REOPENED] = {"reopened", TAKES_BACK | NAMES_DAY},
        [KIND_CLAIMED] = {"claimed", REPORTS},
        [KIND_REQUEST_ANSWERED] = {"request_answered", TELLS_DATE | NAMES_DAY},
        [KIND_ASSIST] = {"assist", 0},
        [KIND_BOUNCED] = {"bounced", TELLS_FAILURE},
};

static bool has_any(enum notice_kind kind, unsigned traits)
{
        return kinds[kind].traits & traits;
}

bool kind_reminds(enum notice_kind kind)
{
        return has_any(kind, REMINDS);
}

bool kind_is_on_ladder(enum notice_kind kind)
{
        return has_any(kind, ON_LADDER);
}

bool kind_confirms(enum notice_kind kind)
{
        return has_any(kind, CONFIRMS);
}

bool kind_tells_date(enum notice_kind kind)
{
        return has_any(kind, TELLS_DATE);
}

bool kind_takes_back(enum notice_kind kind)
{
        return has_any(kind, TAKES_BACK);
}

bool kind_tells_decision(enum notice_kind kind)
{
        return has_any(kind, CONFIRMS | TELLS_DATE | TAKES_BACK);
}

bool kind_reports(enum notice_kind kind)
{
        return has_any(kind, REPORTS);
}

bool kind_tells_event(enum notice_kind kind)
{
        return kind_tells_decision(kind) || kind == KIND_CLAIMED || kind == KIND_ASSIST;
}

bool kind_tells_failure(enum notice_kind kind)
{
        return has_any(kind, TELLS_FAILURE);
}

bool kind_ends_debt(enum notice_kind kind)
{
        return has_any(kind, ENDS_DEBT);
}

bool kind_ends_entry(enum notice_kind kind)
{
        return has_any(kind, ENDS_ENTRY);
}

bool kind_names_day(enum notice_kind kind)
{
        return has_any(kind, NAMES_DAY);
}

int urgency_compare(const struct urgency *a, const struct urgency *b)
{
        if (a->kind != b->kind)
                return a->kind < b->kind ? -1 : 1;
        return (a->day > b->day) - (a->day < b->day);
}

const char *kind_name(enum notice_kind kind)
{
        return kinds[kind].name;
}

int kind_parse(const char *name, enum notice_kind *ret)
{
        for (int kind = 0; kind < KIND_COUNT; kind++)
                if (strcmp(kinds[kind].name, name) == 0) {
                        *ret = (enum notice_kind)kind;
                        return 0;
                }
        return -EINVAL;
}
