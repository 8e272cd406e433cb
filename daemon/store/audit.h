/* The audit log: who decided what, and who was refused. */
#pragma once

#include "core/reference.h"
#include "store/store.h"

struct audit_record {
        int64_t id;
        int64_t at_ms;
        char *who;   /* user name of the caller, or "reminderd" */
        int64_t uid; /* -1: the program itself */
        char *verb;  /* "snooze", "snooze refused", "done", … */
        char plan[ID_SIZE], item[ID_SIZE];
        char key[KEY_SIZE];
        char agency[ID_SIZE];
        char *detail; /* a sentence: until when, why */
};
void audit_record_clear(struct audit_record *record);
int store_add_audit(struct store *store, const struct audit_record *record);
struct audit_filter {
        const char *plan, *item, *key, *agency; /* NULL: any */
        int64_t since_ms;
        size_t limit, offset;
};
typedef int (*audit_visitor)(void *userdata, const struct audit_record *record);
/* In time order. */
int store_each_audit(struct store *store, const struct audit_filter *filter, audit_visitor visit, void *userdata);
