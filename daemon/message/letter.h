/* A letter: all the facts that one message is made of, as they stand at the moment it is composed. */
#pragma once

#include "core/contact.h"
#include "core/digest.h"
#include "core/kind.h"
#include "core/obligation.h"
#include "core/venue.h"

/* One agency's line in an escalation or in the matrix of a digest. */
struct letter_debtor {
        const char *agency; /* name */
        const char *agency_short;
        enum obligation_state state;
        civil_day effective;
        int32_t days_late;       /* working days */
        int32_t reminders;       /* sent so far */
        civil_day last_reminder; /* CIVIL_NONE: never reminded */
        civil_day snoozed_until; /* CIVIL_NONE: not snoozed */
        const char *snoozed_by, *snooze_reason;
        civil_day done_on; /* CIVIL_NONE: not done */
        /* Its word that it has finished, or until when it asks for time (CIVIL_NONE: it does not). */
        bool claimed;
        civil_day claimed_on, requested;
};

/* One notice: an obligation, or an occurrence, and why it is spoken of. */
struct letter_entry {
        enum notice_kind kind;
        int64_t obligation_id;                 /* the store's; 0: it is of none */
        const char *agency, *agency_name;      /* whose it is; NULL: whose the letter is */
        const char *plan, *item, *occurrence;  /* ids; occurrence "" unless the item has several */
        const char *plan_title, *basis, *link; /* where the basis can be read, or NULL */
        const struct contact *contact;         /* its plan's own, or NULL */
        const char *head;                      /* name of the plan's head, "" if none */
        const char *report_to;                 /* names of those who get the result, joined */
        const char *with;                      /* of those who help, joined; "" for nobody */
        const char *title;
        const char *wording, *note, *when, *place; /* or NULL */
        struct obligation_dates dates;
        bool event;      /* it is attended on its day, and nothing is handed in */
        int32_t time;    /* on its last day, seconds since midnight; 0: the whole day */
        int64_t instant; /* of that time on the day that stands in a calendar, UTC seconds; 0: none */
        enum obligation_state state;
        int32_t days_left;           /* working days in (today, effective]; 0 on the day */
        int32_t days_late;           /* working days past the effective date */
        int32_t ordinal;             /* overdue: this is reminder number … */
        civil_day fix_by;            /* fix_date */
        civil_day limit;             /* the last day that the document allows at all, or CIVIL_NONE */
        struct obligation_dates old; /* date_set: what held before; old.due CIVIL_NONE: nothing did */
        /* date_set: the day stayed, and before it had this hour (0: none) and place (NULL: none) */
        bool rearranged;
        struct venue old_venue;
        const char *decided_by, *reason; /* snoozed, completed, date_set: who and why or note; or NULL. Who decided is a
                                          * login name: programs are told it, and no letter says it */
        const char *asked_by;            /* snoozed: at whose request; or NULL */
        /* claimed, request_answered, and whatever says how things stand: as of a debtor */
        bool claimed;
        civil_day claimed_on, requested;
        const char *claimant;   /* claimed: the name of that agency, whose words are the reason */
        const char *claimed_by; /* claimed: the address that wrote it, or the person who noted it */
        int64_t claim;          /* claimed: its number */
        bool granted;           /* request_answered */
        civil_day snoozed_until;
        wall_time done_at; /* completed; WALL_NONE */
        civil_day done_on;
        bool corrects;     /* completed: another day or note was told before */
        civil_day told_on; /* which day, or CIVIL_NONE */
        /* escalation, fix_date, assist: all agencies that owe it, unfinished first */
        const struct letter_debtor *debtors;
        size_t n_debtors;
        size_t n_finished;
        /* failure, bounced: which delivery to whom (of what came too late before one was made: "--all", and the
         * agency), and the server's words */
        const char *delivery, *answer, *failed_address;
        const char *failed_agency; /* whose address it is; NULL: the address says it */
        int32_t sequence;          /* of its entry in a calendar */
        bool cancels;              /* takes back what stands in the calendar of the address */
        civil_day cancelled_day;   /* and on which day */
        bool too_late;             /* the entry is of a reminder, and its day is over */
};

/* The matrix of a digest, for the head of a plan. */
struct letter_row {
        const char *plan, *item, *occurrence, *title;
        struct obligation_dates dates;
        bool dates_differ;                 /* from agency to agency: those above are of one of them */
        const struct letter_debtor *cells; /* one for each column; state STATE_COUNT: does not owe it */
};

struct letter_matrix {
        const char *plan_title;
        const struct contact *contact;       /* the plan's own, or NULL */
        const struct letter_debtor *columns; /* agency, agency_short only */
        size_t n_columns;
        const struct letter_row *rows;
        size_t n_rows;
};

/* To whom nothing is sent for a while. */
struct letter_hold {
        const char *agency, *agency_name; /* both NULL: to nobody */
        civil_day since, until;           /* the last day; CIVIL_NONE: until somebody releases it */
        const char *reason;
};

struct letter {
        enum notice_kind kind;            /* the most urgent of the entries; KIND_DIGEST, KIND_TEST … */
        const char *id;                   /* of the delivery */
        int64_t number;                   /* of it; 0: there is none, it is shown before it is made */
        const char *agency, *agency_name; /* to whom; "" and the contact's name for a failure or bounce */
        bool of_several;                  /* agencies that share the mailbox: their names are joined */
        const char *address;              /* mailbox or webhook id */
        wall_time now;
        int64_t now_epoch;                  /* UTC seconds */
        int32_t utc_offset;                 /* seconds east */
        const struct letter_entry *entries; /* most urgent first */
        size_t n_entries;
        const char *const *thread; /* delivery ids that head the threads of its obligations; NULL ends; may be empty */
        /* a digest: by itself (KIND_DIGEST), or within the reminder of its morning */
        bool has_digest;
        civil_day week_from, week_to;
        const struct letter_entry *sections[DIGEST_SECTIONS];
        size_t n_sections[DIGEST_SECTIONS];
        const struct letter_matrix *matrices;
        size_t n_matrices;
        const struct letter_hold *holds; /* beside the matrices */
        size_t n_holds;
};

/* What is alike in every letter of one configuration. */
struct letter_sender {
        const char *block_name, *block_short;
        const struct contact *contact; /* the block's */
        const char *from_name, *from_address, *reply_to;
        const char *redirect; /* a trial: where all mail goes; or NULL */
        bool hears;           /* answers are read: by core/mail-token each names what it answers */
};
