/* The settings of a file, by group and key, and the findings about them with file and line. */
#pragma once

#include <stdbool.h>

#include <libconfig.h>

#include "base/nearest.h"
#include "base/report.h"

#define SECTION_LABEL_SIZE 192

/* A group { } of settings, being read. Everything is borrowed. */
struct section {
        struct report *report;
        const char *file;
        const config_setting_t *group;  /* NULL: not known; everything is missing and no one is told */
        char label[SECTION_LABEL_SIZE]; /* stands before each finding: `item "kiem-tra": ` */
};

struct section section_of(struct report *report, const char *file, const config_setting_t *group);
__attribute__((format(printf, 2, 3))) void section_label(struct section *section, const char *format, ...);
/* The labelled group of an element of a list, named by its `id`, else by its place: `agency "vp": `, `agency 3: `.
 * False (reported): it is no group. */
bool section_element(const struct section *section, const config_setting_t *element, const char *noun,
                     struct section *ret);
/* A group by its key, labelled `mail: `. False: missing, or no group (reported). */
bool section_member(const struct section *section, const char *key, struct section *ret);
/* Reports each key that is not in the list, which NULL ends, with the nearest one that is, or all where none is near.
 * True: all are known. */
bool section_known(const struct section *section, const char *const *known);
/* The same, where a key that is not known here may belong elsewhere. */
struct elsewhere {
        const char *const *known;
        const char *where; /* the key of that group */
};
bool section_known_beside(const struct section *section, const char *const *known, const struct elsewhere *elsewhere);

unsigned setting_line(const struct section *section, const config_setting_t *at);
/* A mistake at a setting; NULL: of the group. */
__attribute__((format(printf, 3, 4))) void setting_error(const struct section *section, const config_setting_t *at,
                                                         const char *format, ...);
__attribute__((format(printf, 3, 4))) void setting_warning(const struct section *section, const config_setting_t *at,
                                                           const char *format, ...);
const config_setting_t *setting_get(const struct section *section, const char *key);
/* The same, and a finding where it is missing: `url is missing; write url = "smtp://…"`. */
const config_setting_t *setting_require(const struct section *section, const char *key, const char *example);
/* The key of a setting; of an element the key of its list. */
const char *setting_name(const config_setting_t *value);
/* "a string", "an integer", … */
const char *setting_type_name(const config_setting_t *value);
/* The string that it is, NULL for another type. */
const char *setting_string(const config_setting_t *value);
/* A second setting of one name, already reported by the scanner: to be passed over. */
bool setting_is_repeated(const config_setting_t *value);
/* Elements of a list, 0 for NULL. */
unsigned list_length(const config_setting_t *list);

#define HINT_SIZE 256
/* Writes what to do about an unknown name: `the nearest known one is "x"`, else `WHERE names them`. Returns buffer. */
const char *nearest_hint(const struct nearest *nearest, const char *where, char buffer[static HINT_SIZE]);
#define WORD_LIST_SIZE 400 /* the keys of reminderd.conf, the longest list, take half of it */
/* Writes "mon, tue, wed": words, which NULL ends, as a finding names them. Returns buffer. */
const char *word_list(const char *const *words, char buffer[static WORD_LIST_SIZE]);

#define EXCERPT_SIZE 80
/* At most so much of a text as a finding should quote, cut between characters. Returns buffer. */
const char *excerpt(const char *text, char buffer[static EXCERPT_SIZE]);
