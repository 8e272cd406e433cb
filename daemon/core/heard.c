/* Heard: what comes back by mail, and what becomes of it. */
#include "core/heard.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"

int heard_class_parse(const char *name, enum heard_class *ret)
{
        static const char *const names[HEARD_CLASSES] = {
                [HEARD_BOUNCE] = "bounce",
                [HEARD_DELAYED] = "delayed",
                [HEARD_ANSWER] = "answer",
                [HEARD_MACHINE] = "machine",
        };

        for (int class = 0; class < HEARD_CLASSES; class ++)
                if (strcmp(names[class], name) == 0) {
                        *ret = (enum heard_class) class;
                        return 0;
                }
        return -EINVAL;
}

const char *heard_outcome_name(enum heard_outcome outcome)
{
        static const char *const names[HEARD_OUTCOMES] = {
                [HEARD_RECORDED] = "recorded", [HEARD_NOTED] = "noted", [HEARD_IGNORED] = "ignored",
                [HEARD_REVIEW] = "review",     [HEARD_KNOWN] = "known",
        };

        return names[outcome];
}

bool heard_delivery_id(const char *reference, char ret[static DELIVERY_ID_SIZE])
{
        size_t length = strcspn(reference, "@");

        if (length != DELIVERY_ID_SIZE - 1 || strspn(reference, "0123456789abcdef") != length || !reference[length])
                return false;
        memcpy(ret, reference, length);
        ret[length] = '\0';
        return true;
}

static bool is_for_good(const struct heard *heard)
{
        return heard->class == HEARD_BOUNCE && !(heard->status && *heard->status == '4');
}

enum heard_outcome heard_judge_bounce(const struct heard *heard, size_t n_named, enum delivery_state state)
{
        if (n_named != 1)
                return HEARD_REVIEW;
        return is_for_good(heard) && delivery_may(state, STEP_BOUNCE) ? HEARD_RECORDED : HEARD_NOTED;
}

char *heard_words(const struct heard *heard, const char *address)
{
        const char *status = heard->status ? heard->status : "", *said = heard->diagnostic ? heard->diagnostic : "";
        bool elsewhere = heard->recipient && strcasecmp(heard->recipient, address) != 0;
        char *words = NULL;

        if (strstr(said, status))
                status = "";
        if (asprintf(&words, "%s%s%s%s%s%s", is_for_good(heard) ? "" : HEARD_DELAYED_WORDS,
                     elsewhere ? heard->recipient : "", elsewhere ? ": " : "", status, *status && *said ? " " : "",
                     said) < 0)
                return NULL;
        return words;
}

enum heard_outcome heard_judge_answer(const struct heard *heard, const struct heard_answer *answer)
{
        bool is_surely_theirs = answer->n_named > 0 && answer->is_theirs && heard->authenticated;

        return is_surely_theirs && answer->n_obligations == 1 && !answer->of_more && !answer->of_another
                       ? HEARD_RECORDED
                       : HEARD_REVIEW;
}

civil_day heard_day(civil_day written, civil_day sent, civil_day today)
{
        if (written == CIVIL_NONE || written > today)
                return today;
        return written < sent ? sent : written;
}
