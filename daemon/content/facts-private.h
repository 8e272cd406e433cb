/* What facts.c and its parts share: a message that is being gathered, in the event loop. */
#pragma once

#include "base/cleanup.h"
#include "content/facts.h"
#include "core/truth.h"
#include "store/deliveries.h"
#include "store/obligations.h"

struct facts {
        struct engine *engine;
        const struct config *config;
        struct message *message;
        struct letter *letter; /* the message's */
        civil_day today;
        const struct obligation_record *preview; /* what a preview is of: it need not be true; else NULL */
        struct letter_entry *entries;
        size_t n_entries;
        struct gathered *gathered; /* where what is dropped goes; NULL: nothing is */
        bool threads;              /* only mail does; and only mail has calendar entries */
        bool starved;              /* something could not be kept: the whole fails in the end */
};

/* Frees the pointer with the message. Returns it, NULL where there is no memory (it is freed then). */
void *facts_keep(struct facts *facts, void *pointer);
char *facts_keep_copy(struct facts *facts, const char *text); /* NULL gives NULL without being a failure */

/* A message as it reads at that moment, UTC milliseconds. 0 or -ENOMEM. facts_end() releases it. */
int facts_begin(struct engine *engine, int64_t now, struct facts *ret);
void facts_end(struct facts *facts);
/* What gathering came to; a letter that lacks what there was no memory for is no letter. */
int facts_verdict(const struct facts *facts, int r);
/* To whom a delivery goes. 0 or -ENOMEM. */
int facts_address(struct facts *facts, const struct delivery_record *delivery);
/* Makes a letter of the entries, the most urgent first; and one of all that a delivery carries. GATHER_DONE,
 * GATHER_NOTHING or an error. */
int facts_settle(struct facts *facts);
int facts_of_delivery(struct facts *facts, const struct delivery_record *delivery);

/* Its time on a day, UTC seconds; 0 without one. */
int64_t entry_instant(const struct letter_entry *entry, civil_day day);
/* As they are said: all that is said of an event is of the day on which it begins. */
struct obligation_dates entry_dates(struct obligation_dates dates, bool event);
/* Everything about an obligation that does not depend on the notice. 0 or -ENOMEM. */
int entry_of_obligation(struct facts *facts, const struct obligation_record *record, struct letter_entry *ret);
/* The entry of a notice, where it still holds what it says; what became of it is in *ret_truth. 0 or an error. */
int entry_of_notice(struct facts *facts, const struct notice_record *notice, struct letter_entry *ret,
                    struct truth *ret_truth);
/* Where a mail ends an obligation, whether its address has it in the calendar. 0 or an error. */
int facts_find_entry(const struct facts *facts, const struct notice_record *notice, struct letter_entry *entry);
/* All that a debtor's line says. */
int debtor_of(struct facts *facts, const struct obligation_record *record, struct letter_debtor *ret);
/* Fills in the five lists and, for the head of a plan, its matrix. GATHER_DONE, GATHER_NOTHING or an error. */
int digest_letter(struct facts *facts, size_t agency, civil_day nominal);
