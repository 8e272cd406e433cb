/* Announcements: what was decided, or taken back, is told to the agency that it concerns. */
#pragma once

#include "core/venue.h"
#include "runtime/engine.h"
#include "store/obligations.h"

/* What a notice's detail holds for the kinds below: who decided, at whose request, why, and the dates before. */
struct notice_detail {
        char *by, *asked_by, *note;
        civil_day on; /* KIND_COMPLETED: the day of completion; KIND_REQUEST_ANSWERED: of what is answered */
        civil_day from, due;
        bool tentative;
        civil_day until; /* KIND_REQUEST_ANSWERED: until when more time was asked for, CIVIL_NONE: it was a claim */
        bool granted;
        /* KIND_DATE_SET: the day stayed, and the hour or the place became another one than these */
        bool rearranged;
        struct venue venue;
};
/* JSON, one object; the caller frees it; NULL: no memory. */
char *notice_detail_write(const struct notice_detail *detail);
/* Missing members are NULL and CIVIL_NONE; what an older version wrote is no failure. 0 or -ENOMEM. */
int notice_detail_read(const char *text, struct notice_detail *ret);
void notice_detail_clear(struct notice_detail *detail);

/* `by`, `asked_by` and `note` may be NULL in all of them. */

/* Something was decided on an obligation: snoozed, completed. */
int announce_decision(struct engine *engine, const struct obligation_record *record, enum notice_kind kind,
                      const char *by, const char *asked_by, const char *note);
/* Something was finished, or what was said of it is put right: told unless that is what they were told last. */
int announce_completion(struct engine *engine, const struct obligation_record *record, const char *by,
                        const char *note);
enum announce_outcome {
        ANNOUNCE_DONE = 0,  /* what there is to tell is queued */
        ANNOUNCE_KNOWN,     /* they heard of it before */
        ANNOUNCE_NEVER_TOLD /* they heard nothing, or it was taken back since */
};
/* What the agency was last told of its completion, by a notice other than `but`. ANNOUNCE_KNOWN, ANNOUNCE_NEVER_TOLD or
 * an error. */
int announced_completion(const struct engine *engine, const struct obligation_record *record, int64_t but,
                         struct notice_detail *ret);
/* An agency's word, told to the head of its plan. */
int announce_claim(struct engine *engine, const struct obligation_record *record);
/* That word was not accepted. */
int announce_rejection(struct engine *engine, const struct obligation_record *record, const struct claim *claim,
                       const char *by, const char *note);
/* A date was set, changed or cleared, as `granted` asked (NULL: nobody did): cancels what is queued about the old one
 * and writes the notice; that a day is gone is told to those who were told anything. ANNOUNCE_DONE; ANNOUNCE_KNOWN: it
 * is the date that they last heard of, there is nothing to tell, and what was cancelled when it moved away is to be
 * judged anew; or an error. */
int announce_date(struct engine *engine, const struct obligation_record *record, const struct obligation *before,
                  const struct claim *granted, const char *by, const char *note);
/* The day of what is open stayed, and the item has another hour or place than before: told to those who were told
 * anything of a day that is still to come. What has not left yet says how things stand when it leaves. */
int announce_venue(struct engine *engine, const struct obligation_record *record, const struct venue *before,
                   const struct venue *now);
/* Nothing is owed any more (KIND_WAIVED, KIND_WITHDRAWN): told to those who were told that something is. */
int announce_end(struct engine *engine, const struct obligation_record *record, enum notice_kind kind, const char *by,
                 const char *note);
/* It is owed again: told to those who were told that it is not. */
int announce_reopening(struct engine *engine, const struct obligation_record *record, const char *by, const char *note);
