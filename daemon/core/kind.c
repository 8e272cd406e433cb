/* The names of the kinds of notices. */
#include "core/kind.h"

#include <errno.h>
#include <string.h>

static const char *const names[] = {
        [KIND_ESCALATION] = "escalation",
        [KIND_OVERDUE] = "overdue",
        [KIND_DUE] = "due",
        [KIND_FIX_DATE] = "fix_date",
        [KIND_DATE_SET] = "date_set",
        [KIND_ADVANCE] = "advance",
        [KIND_OBSERVANCE] = "observance",
        [KIND_SNOOZED] = "snoozed",
        [KIND_COMPLETED] = "completed",
        [KIND_DIGEST] = "digest",
        [KIND_FAILURE] = "failure",
        [KIND_TEST] = "test",
        [KIND_DATE_CLEARED] = "date_cleared",
        [KIND_WAIVED] = "waived",
        [KIND_WITHDRAWN] = "withdrawn",
        [KIND_REOPENED] = "reopened",
};

const char *kind_name(enum notice_kind kind)
{
        return names[kind];
}

int kind_parse(const char *name, enum notice_kind *ret)
{
        for (int kind = 0; kind < KIND_COUNT; kind++)
                if (strcmp(names[kind], name) == 0) {
                        *ret = (enum notice_kind)kind;
                        return 0;
                }
        return -EINVAL;
}
