/* Heard: what comes back by mail, as the program that reads the mailbox tells of it, and what becomes of that. A mail
 * is not to be trusted: what it says is judged here, and recorded by nobody else. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/delivery.h"

enum heard_class {
        HEARD_BOUNCE,  /* a mail server says that a message was not delivered */
        HEARD_DELAYED, /* or not yet */
        HEARD_ANSWER,  /* a person wrote it */
        HEARD_MACHINE, /* an automatic reply, a newsletter */
        HEARD_CLASSES
};
/* 0, or -EINVAL. */
int heard_class_parse(const char *name, enum heard_class *ret);

/* Stored as numbers: a new one stands before HEARD_KNOWN, which is never stored. */
enum heard_outcome {
        HEARD_RECORDED, /* it changed something */
        HEARD_NOTED,    /* of a bounce: it changed nothing, and is shown */
        HEARD_IGNORED,
        HEARD_REVIEW, /* a person has to read it */
        HEARD_KNOWN,  /* it was heard before */
        HEARD_OUTCOMES
};
const char *heard_outcome_name(enum heard_outcome outcome);

#define HEARD_REFERENCES_MAX 64 /* a thread of a year has fewer; the nearest stand first */

/* The facts of one mail; NULL: not known. */
struct heard {
        const char *origin; /* the same whenever it is seen, and of no other */
        enum heard_class class;
        const char *references[HEARD_REFERENCES_MAX]; /* Message-IDs without brackets, the nearest first */
        size_t n_references;
        const char *token;                           /* of core/mail-token, as it was written */
        const char *recipient, *status, *diagnostic; /* of a bounce: for whom it was, "5.1.1", and the server's words */
        const char *from;                            /* an address */
        bool authenticated;                          /* and it is really from there */
        const char *subject, *text;
        int64_t date_ms; /* when it was written, by its own word; 0: not known */
};

/* The id of the delivery that a Message-ID was given to, if it may be one of ours. The domain is not looked at: mail
 * goes on being answered after the office has moved to another one. */
bool heard_delivery_id(const char *reference, char ret[static DELIVERY_ID_SIZE]);

/* A bounce or what is delayed, that names so many deliveries; of the one, its state. HEARD_RECORDED: it has bounced.
 * What a server gave up for a reason that may pass (4.x.x) says nothing against the address. */
enum heard_outcome heard_judge_bounce(const struct heard *heard, size_t n_named, enum delivery_state state);
/* What is shown of it, in place of the answer of the server that took the message: "5.1.1 550 No such user"; for
 * another mailbox than `address`, to which that one leads, it stands before it. The caller frees it; NULL: no memory.
 */
char *heard_words(const struct heard *heard, const char *address);
#define HEARD_DELAYED_WORDS "delayed: " /* with which they begin, of what has not bounced */

/* What there is to an answer of a person, besides its words. */
struct heard_answer {
        size_t n_named;       /* deliveries that it is about */
        bool is_theirs;       /* it is from a mailbox of the agency that the nearest one went to */
        size_t n_obligations; /* of that agency, that the nearest one was about */
        bool of_more;         /* that one said something else, too: a digest */
        bool of_another;      /* its token names another delivery than its references do */
};
/* HEARD_RECORDED: what it says, if that can be told for certain, is the agency's word on the one obligation. Any other
 * is for a person to read, also what only seems to be from the agency. */
enum heard_outcome heard_judge_answer(const struct heard *heard, const struct heard_answer *answer);
/* The day of what was written then, as its writer's clock says (CIVIL_NONE: it says nothing): not before what it
 * answers was sent, and not later than today. */
civil_day heard_day(civil_day written, civil_day sent, civil_day today);
