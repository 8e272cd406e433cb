/* Who may do what: which right each method needs, and who has it. */
#pragma once

#include <stdbool.h>

enum party {
        PARTY_OUTSIDER,
        PARTY_READER, /* the user of the program that reads the mailbox */
        PARTY_MEMBER, /* of the group whose members the office lets in */
        PARTY_ROOT,   /* and the user that the daemon runs as */
        PARTIES
};

enum right {
        RIGHT_SEE,     /* plans, obligations, addresses, the log */
        RIGHT_DECIDE,  /* on obligations */
        RIGHT_HEAR,    /* say what came back by mail */
        RIGHT_OPERATE, /* deliveries, the configuration, backups, a rehearsal's clock */
        RIGHTS
};

/* The right that a method of the bus needs. One that is not listed needs RIGHT_OPERATE. */
enum right permission_needed(const char *method);
bool permission_has(enum party party, enum right right);
