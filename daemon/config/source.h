/* One file of the configuration, read and parsed. */
#pragma once

#include <stdbool.h>

#include <libconfig.h>
#include <openssl/evp.h>

#include "base/cleanup.h"
#include "base/report.h"

/* A place in a file that a finding can name. */
struct place {
        const char *file;
        unsigned line; /* 0: the file as a whole */
};

struct source {
        char *name;    /* as the user can open it */
        config_t tree; /* strings in it are borrowed by all who read */
        bool parsed;   /* false: the report says why, and the tree is empty */
};

/* Reads a file, adds its bytes to the digest, checks that it is text in UTF-8 within the limits, and parses it. A
 * file that cannot be opened is a mistake of the place that named it (NULL: of the file itself).
 * 0 (see parsed) or -ENOMEM. */
int source_read(const char *name, const struct place *named, EVP_MD_CTX *digest, struct report *report,
                struct source **ret);
/* The same of a text that is part of the program; findings name it as given. */
int source_of_text(const char *name, const char *text, size_t size, struct report *report, struct source **ret);
struct source *source_free(struct source *source);

DEFINE_CLEANUP(struct source *, source_free, source_free)
