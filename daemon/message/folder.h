/* Folder: the compiled templates of one folder: for each kind of message a subject, a text and an HTML, and the
 * partials that they share. */
#pragma once

#include "base/report.h"
#include "core/kind.h"
#include "message/values.h"
#include "template/template.h"

#define TEMPLATE_FILE_MAX 1048576 /* bytes: a hundred times the largest that is shipped */
#define TEMPLATE_GROUP KIND_COUNT /* beside the kinds: several notices in one message */

/* One kind of message. */
struct message_templates {
        struct template *subject, *text, *html;
};

struct folder;

/* Compiles every template; each missing or broken one is reported with file and line, and what will write nothing is
 * warned of. 0; -EINVAL: errors in the report; -ENOMEM. Blocks on the file system only. */
int folder_load(const char *path, struct report *report, struct folder **ret);
struct folder *folder_free(struct folder *folder);
DEFINE_CLEANUP(struct folder *, folder_free, folder_free)
/* kind is an enum notice_kind or TEMPLATE_GROUP. */
const struct message_templates *folder_find(const struct folder *folder, size_t kind);
/* Whether every message that may hold a digest has a place for it. */
bool folder_shows_digest(const struct folder *folder);
/* Renders one of its templates, with the partials of text or HTML. Errors of template_render(). */
int folder_render(const struct folder *folder, const struct template *template, bool html, const struct values *values,
                  char **ret);
