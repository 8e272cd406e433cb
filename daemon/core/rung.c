/* A rung: one moment of a ladder, and the key by which its notice is known for ever. */
#include "core/rung.h"

#include <stdio.h>
#include <string.h>

/* What the keys of a class begin with. Those of RUNG_BEFORE begin with their offset, which no other does. */
static const char *const names[RUNG_CLASSES] = {
        [RUNG_START] = "start", [RUNG_BEFORE] = "",  [RUNG_OVERDUE] = "overdue-",     [RUNG_SNOOZE_END] = "snooze-end",
        [RUNG_URGED] = "urged", [RUNG_FIX] = "fix-", [RUNG_ESCALATION] = "escalate-",
};

void rung_write_key(struct rung *rung, const char *which, civil_day day)
{
        char date[CIVIL_DATE_SIZE];

        (void)snprintf(rung->key, sizeof(rung->key), "%s%s@%s", names[rung->class], which, civil_format(day, date));
}

enum rung_class rung_key_class(const char *key)
{
        for (enum rung_class class = 0; class < RUNG_CLASSES; class ++)
                if (class != RUNG_BEFORE && strncmp(key, names[class], strlen(names[class])) == 0)
                        return class;
        return RUNG_BEFORE;
}

civil_day rung_key_day(const char *key)
{
        const char *at = strrchr(key, '@');
        civil_day day;

        return at && civil_parse(at + 1, &day) == 0 ? day : CIVIL_NONE;
}

void rung_old_key(const struct rung *rung, char ret[static RUNG_KEY_SIZE])
{
        (void)snprintf(ret, RUNG_KEY_SIZE, "%s%d%s", names[rung->class], rung->index, strchrnul(rung->key, '@'));
}
