/* What the decisions share: one step for each obligation, audit, confirmation. */
#pragma once

#include "deciding/decision.h"
#include "store/obligations.h"

struct change {
        struct engine *engine;
        const struct decider *decider;
        int64_t now_ms;
        wall_time now;
        civil_day today;
        /* arguments of the one decision that is being made */
        civil_day day;
        const char *text;          /* reason or note, or NULL */
        const char *asked_by;      /* at whose request, in words for a letter, or NULL */
        const struct claim *claim; /* what an agency said, or what it asked for and gets; or NULL */
        bool force;
        bool quiet; /* nobody is sent a confirmation */
};

/* A further outcome of a step, apart from enum decision_outcome. */
enum step_outcome {
        STEP_SKIPPED = 20 /* it does not apply to this one of several: a snooze of what is done */
};

/* Changes one obligation inside the transaction. `several`: it is one of many, and what does not apply is skipped;
 * alone it is refused with words. */
typedef int (*decision_step)(const struct change *change, struct obligation_record *record, bool several,
                             struct decision_result *result);

/* Sets result->text and returns the outcome. */
__attribute__((format(printf, 3, 4))) int decision_says(struct decision_result *result, enum decision_outcome outcome,
                                                        const char *format, ...);
/* The same of a reason or note that is missing or not valid. */
int decision_no_text(struct decision_result *result, const char *what);
/* What was changed is rolled back: only the words are left. */
void decision_forget(struct decision_result *result);
/* Notes the moment at which it is decided. */
void decision_begin(struct change *change);
/* Chooses what one scope means and runs the step for each, within a transaction. */
int decision_apply(const struct change *change, const struct decision_scope *scope, const char *verb, bool one_only,
                   decision_step step, struct decision_result *result);
/* Tells the observers of what was changed, once it is committed. */
void decision_tell(const struct change *change, const struct decision_result *result);
/* All of it: one transaction for the scope and those along with it, journal, observers. */
int decision_run(struct change *change, const struct decision_scope *scope, const char *verb, bool one_only,
                 decision_step step, struct decision_result *result);
int decision_audit(const struct change *change, const struct obligation_record *record, const char *verb,
                   const char *detail);
/* A confirmation by mail, where configured. */
int decision_confirm(const struct change *change, const struct obligation_record *record, enum notice_kind kind,
                     const char *note);
/* Re-arms and writes the obligation, and has its occurrence judged anew. */
int decision_store(const struct change *change, struct obligation_record *record);
/* The steps of `done` and `set-date`. */
int decide_done_one(const struct change *change, struct obligation_record *record, bool several,
                    struct decision_result *result);
int decide_set_date_one(const struct change *change, struct obligation_record *record, bool several,
                        struct decision_result *result);
/* An agency's word on one of its obligations, change->claim. */
int decide_claim_one(const struct change *change, struct obligation_record *record, bool several,
                     struct decision_result *result);
/* 0, or says why not. */
int decision_refuse(const struct change *change, const struct obligation_record *record, enum refusal refusal,
                    bool several, struct decision_result *result);
/* The year of the plan of an obligation, and where a date of it may lie. */
int32_t decision_year(const struct change *change, const struct obligation_record *record);
struct date_bounds decision_bounds(const struct change *change, const struct obligation_record *record);
/* Nobody is reminded of it for now: what is queued of that sort is cancelled. */
int decision_silence(const struct change *change, const struct obligation_record *record, const char *reason);
/* Not empty, not too long, no control characters. */
bool decision_text_valid(const char *text);
