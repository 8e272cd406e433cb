/* Folder: the compiled templates of one folder. */
#include "message/folder.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "base/utf8.h"
#include "message/folder-parts.h"

#define SUBJECT "Subject: "
#define TEXT_LINE 3 /* of a .txt: the subject and an empty line stand before */
#define SHIPPED SYSCONFDIR "/reminderd/templates/vi"

static const char *const extensions[FORMS] = {".txt", ".html"};

static const char *message_name(size_t kind)
{
        return kind == TEMPLATE_GROUP ? "group" : kind_name((enum notice_kind)kind);
}

/* ---- reading ---- */

/* Without a byte order mark and carriage returns: editors of other systems leave them. */
static void normalize(char *text, size_t *size)
{
        size_t from = *size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0, to = 0;
        for (; from < *size; from++)
                if (text[from] != '\r')
                        text[to++] = text[from];
        text[to] = '\0';
        *size = to;
}

static int check_bytes(const char *path, const char *text, size_t size, struct report *report)
{
        unsigned line = 1;
        for (size_t i = 0; i < size;) {
                char32_t code;
                size_t length = utf8_decode(text + i, size - i, &code);
                if (!length) {
                        report_error(report, path, line, "not UTF-8");
                        return -EINVAL;
                }
                line += code == '\n';
                i += length;
        }
        return 0;
}

/* -EINVAL: reported; -ENOMEM, which is no fault of the file. */
static int cannot_read(const char *path, int error, struct report *report)
{
        if (error == ENOMEM)
                return -ENOMEM;
        report_error(report, path, 0, "cannot be read: %s", strerror(error));
        return -EINVAL;
}

/* Reads a file into a buffer of TEMPLATE_FILE_MAX + 1 bytes. 0; -EINVAL: reported; -ENOMEM. */
static int fill_buffer(const char *path, struct report *report, char *buffer, size_t *ret_size)
{
        struct stat st;
        if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) { /* a pipe would be waited for */
                report_error(report, path, 0, "is not a file");
                return -EINVAL;
        }
        FILE *file = fopen(path, "re");
        if (!file)
                return cannot_read(path, errno, report);
        size_t size = fread(buffer, 1, TEMPLATE_FILE_MAX + 1, file);
        int error = ferror(file) ? errno : 0;
        fclose(file);
        if (error)
                return cannot_read(path, error, report);
        if (size > TEMPLATE_FILE_MAX) {
                report_error(report, path, 0, "larger than %d bytes", TEMPLATE_FILE_MAX);
                return -EINVAL;
        }
        normalize(buffer, &size);
        *ret_size = size;
        return check_bytes(path, buffer, size, report);
}

/* 0; -EINVAL: reported; -ENOMEM. */
static int read_file(const char *path, struct report *report, char **ret, size_t *ret_size)
{
        char *text = malloc(TEMPLATE_FILE_MAX + 1);
        if (!text)
                return -ENOMEM;
        int r = fill_buffer(path, report, text, ret_size);
        if (r < 0)
                free(text);
        else
                *ret = text;
        return r;
}

/* Compiles what begins with that line of the file. */
static int compile(const char *path, unsigned line, const char *text, size_t size, enum form form,
                   struct report *report, struct template **ret)
{
        const struct template_source source = {.text = text, .size = size, .line = line, .html = form == FORM_HTML};
        CLEANUP_FREE char *error = NULL;
        int r = template_compile(&source, values_number, ret, &line, &error);
        if (r == -EINVAL) {
                CLEANUP_FREE char *words = text_line(error); /* they repeat names */
                report_error(report, path, line, "%s", words ? words : error);
        }
        return r;
}

/* Whoever empties one to do without it sends mails that many programs show as nothing. */
static void check_shows(const char *path, const char *text, struct report *report)
{
        if (!text_shows(text))
                report_warning(report, path, 0, "has no text: those who see this part see an empty message");
}

/* "Subject: …", an empty line, the text. */
static int compile_mail_text(const char *path, const char *text, size_t size, struct report *report,
                             struct message_templates *ret)
{
        const char *end = memchr(text, '\n', size);
        size_t opening = sizeof(SUBJECT) - 1, first = end ? (size_t)(end - text) : size;
        if (first <= opening || strncmp(text, SUBJECT, opening) != 0) {
                report_error(report, path, 1, "the first line must be \"Subject: …\"");
                return -EINVAL;
        }
        if (!end || end[1] != '\n') {
                report_error(report, path, 2, "an empty line must follow the subject");
                return -EINVAL;
        }
        check_shows(path, text + first + 2, report);
        int r = compile(path, 1, text + opening, first - opening, FORM_TEXT, report, &ret->subject);
        int body = compile(path, TEXT_LINE, text + first + 2, size - first - 2, FORM_TEXT, report, &ret->text);
        return r < 0 ? r : body;
}

/* Who keeps templates of their own lacks the kinds that an upgrade brings, with the parts that those take in. */
static bool is_missing(const char *folder, const char *path)
{
        return strcmp(folder, SHIPPED) != 0 && access(path, F_OK) < 0 && errno == ENOENT;
}

static void report_missing(const char *folder, const char *path, struct report *report)
{
        report_error(
                report, path, 0,
                "is missing; a later version may have new kinds of messages: \"cp -n %s/* %s/\" copies what is not "
                "there yet",
                SHIPPED, folder);
}

static int load_message(struct folder *folder, size_t kind, enum form form, struct report *report)
{
        CLEANUP_FREE char *text = NULL;
        size_t size;
        const char *path = folder->paths[kind][form];
        struct message_templates *message = &folder->messages[kind];
        int r = read_file(path, report, &text, &size);
        if (r < 0)
                return r;
        if (form == FORM_TEXT)
                return compile_mail_text(path, text, size, report, message);
        check_shows(path, text, report);
        return compile(path, 1, text, size, form, report, &message->html);
}

/* ---- the folder's list ---- */

static bool has_extension(const char *name, enum form form, size_t *ret_stem)
{
        size_t size = strlen(name), extension = strlen(extensions[form]);
        if (size <= extension || strcmp(name + size - extension, extensions[form]) != 0)
                return false;
        *ret_stem = size - extension;
        return true;
}

static int add_partial(struct folder *folder, const char *path, const char *name, size_t stem, enum form form,
                       struct report *report)
{
        struct partials *partials = &folder->partials[form];
        struct partial *sorted = reallocarray(partials->sorted, partials->n + 1, sizeof(*sorted));
        if (!sorted)
                return -ENOMEM;
        partials->sorted = sorted;
        struct partial *partial = &sorted[partials->n++];
        *partial = (struct partial){.name = strndup(name, stem)};
        if (!partial->name || asprintf(&partial->path, "%s/%s", path, name) < 0) {
                partial->path = NULL;
                return -ENOMEM;
        }
        CLEANUP_FREE char *text = NULL;
        size_t size;
        int r = read_file(partial->path, report, &text, &size);
        return r < 0 ? r : compile(partial->path, 1, text, size, form, report, &partial->template);
}

/* A misspelt file would be missed without a word if it were only passed over. */
static int check_name(const char *path, const char *name, size_t stem, struct report *report)
{
        for (size_t kind = 0; kind <= KIND_COUNT; kind++)
                if (strlen(message_name(kind)) == stem && strncmp(message_name(kind), name, stem) == 0)
                        return 0;
        CLEANUP_FREE char *file = NULL;
        if (asprintf(&file, "%s/%s", path, name) < 0) {
                file = NULL;
                return -ENOMEM;
        }
        report_warning(report, file, 0, "no message is called so; a part of messages begins with _");
        return 0;
}

/* Compiles the partials; every file is gone through even after an error. */
static int load_partials(struct folder *folder, DIR *dir, const char *path, struct report *report)
{
        int result = 0;
        for (struct dirent *entry; (entry = readdir(dir));) {
                for (enum form form = 0; form < FORMS; form++) {
                        size_t stem;
                        if (entry->d_name[0] == '.' || !has_extension(entry->d_name, form, &stem))
                                continue;
                        int r = entry->d_name[0] == '_' ? add_partial(folder, path, entry->d_name, stem, form, report)
                                                        : check_name(path, entry->d_name, stem, report);
                        if (r == -ENOMEM)
                                return r;
                        if (r < 0)
                                result = r;
                }
        }
        return result;
}

static int by_name(const void *left, const void *right)
{
        const struct partial *a = left, *b = right;
        return strcmp(a->name, b->name);
}

struct partial *folder_partial(const struct partials *partials, const char *name)
{
        struct partial key = {.name = (char *)name};
        return partials->n ? bsearch(&key, partials->sorted, partials->n, sizeof(key), by_name) : NULL;
}

/* ---- the whole ---- */

static int load_messages(struct folder *folder, const char *path, struct report *report)
{
        int result = 0;
        for (size_t kind = 0; kind <= KIND_COUNT; kind++)
                for (enum form form = 0; form < FORMS; form++) {
                        char **file = &folder->paths[kind][form];
                        if (asprintf(file, "%s/%s%s", path, message_name(kind), extensions[form]) < 0) {
                                *file = NULL;
                                return -ENOMEM;
                        }
                        if (is_missing(path, *file)) {
                                report_missing(path, *file, report);
                                result = -EINVAL;
                                continue;
                        }
                        int r = load_message(folder, kind, form, report);
                        if (r == -ENOMEM)
                                return r;
                        if (r < 0)
                                result = r;
                }
        return result;
}

static void closedir_p(DIR **dir)
{
        if (*dir)
                closedir(*dir);
}

static int load_all(struct folder *folder, const char *path, struct report *report)
{
        CLEANUP(closedir_p) DIR *dir = opendir(path);
        if (!dir)
                return cannot_read(path, errno, report);
        int partials = load_partials(folder, dir, path, report);
        if (partials == -ENOMEM)
                return partials;
        for (size_t form = 0; form < FORMS; form++)
                if (folder->partials[form].n)
                        qsort(folder->partials[form].sorted, folder->partials[form].n, sizeof(struct partial), by_name);
        int messages = load_messages(folder, path, report);
        if (messages == -ENOMEM)
                return messages;
        int uses = folder_check(folder, report);
        return partials < 0 || messages < 0 || uses < 0 ? -EINVAL : 0;
}

int folder_load(const char *path, struct report *report, struct folder **ret)
{
        struct folder *folder = calloc(1, sizeof(*folder));
        if (!folder)
                return -ENOMEM;
        int r = load_all(folder, path, report);
        if (r < 0)
                folder_free(folder);
        else
                *ret = folder;
        return r;
}

struct folder *folder_free(struct folder *folder)
{
        if (!folder)
                return NULL;
        for (size_t kind = 0; kind <= KIND_COUNT; kind++) {
                template_free(folder->messages[kind].subject);
                template_free(folder->messages[kind].text);
                template_free(folder->messages[kind].html);
                for (size_t form = 0; form < FORMS; form++)
                        free(folder->paths[kind][form]);
        }
        for (size_t form = 0; form < FORMS; form++) {
                struct partials *partials = &folder->partials[form];
                for (size_t i = 0; i < partials->n; i++) {
                        free(partials->sorted[i].name);
                        free(partials->sorted[i].path);
                        template_free(partials->sorted[i].template);
                }
                free(partials->sorted);
        }
        free(folder);
        return NULL;
}

bool folder_shows_digest(const struct folder *folder)
{
        return folder->shows_digest;
}

const struct message_templates *folder_find(const struct folder *folder, size_t kind)
{
        return &folder->messages[kind];
}

static const struct template *partial_named(void *userdata, const char *name)
{
        const struct partial *partial = folder_partial(userdata, name);
        return partial ? partial->template : NULL;
}

int folder_render(const struct folder *folder, const struct template *template, bool html, const struct values *values,
                  char **ret)
{
        struct fill root;
        const struct partials *partials = &folder->partials[html ? FORM_HTML : FORM_TEXT];
        values_root(values, &root);
        return template_render(template, &root, partial_named, (void *)partials, ret);
}
