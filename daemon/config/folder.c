/* A folder of configuration files: which are in it, in which order. */
#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "config/file.h"
#include "config/loader.h"

DEFINE_CLEANUP(DIR *, closedir, closedir)

static int compare_names(const void *a, const void *b)
{
        return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Office programs keep a file of that name beside one that is open. */
#define OPEN_MARK "~$"

/* What the shell's *.conf means: names that begin with a dot are not among it. */
static bool is_conf(const char *name)
{
        size_t size = strlen(name), suffix = strlen(".conf");

        return name[0] != '.' && strncmp(name, OPEN_MARK, strlen(OPEN_MARK)) != 0 && size > suffix &&
               strcmp(name + size - suffix, ".conf") == 0;
}

static bool ends_in_any_case(const char *name, const char *suffix)
{
        size_t size = strlen(name), length = strlen(suffix);

        return size > length && strcasecmp(name + size - length, suffix) == 0;
}

/* What a clerk may have meant to be read: "KH3.CONF", "kh.conf.txt", "~$kh.conf". Copies that editors and packages
 * keep, "kh.conf~" or "kh.conf.orig", are nobody's plan. */
static bool is_passed_over(const char *name)
{
        return name[0] != '.' && !is_conf(name) && (ends_in_any_case(name, ".conf") || ends_in_any_case(name, ".txt"));
}

void files_free(char **files, size_t n)
{
        for (size_t i = 0; i < n; i++)
                free(files[i]);
        free(files);
}

static int collect(DIR *stream, const char *folder, bool (*is_wanted)(const char *name), char **files, size_t *n)
{
        const struct dirent *entry;

        for (;;) {
                errno = 0;
                entry = readdir(stream);
                if (!entry)
                        return -errno;
                if (!is_wanted(entry->d_name))
                        continue;
                if (*n == FOLDER_FILES_MAX)
                        return -E2BIG;
                if (asprintf(&files[*n], "%s/%s", folder, entry->d_name) < 0)
                        return -ENOMEM;
                ++*n;
        }
}

static int list(const char *folder, bool (*is_wanted)(const char *name), char ***ret, size_t *ret_n)
{
        CLEANUP(closedir_p) DIR *stream = opendir(folder);
        char **files;
        size_t n = 0;
        int r;

        if (!stream)
                return -errno;
        files = calloc(FOLDER_FILES_MAX, sizeof(*files));
        if (!files)
                return -ENOMEM;
        r = collect(stream, folder, is_wanted, files, &n);
        if (r < 0) {
                files_free(files, n);
                return r;
        }
        qsort(files, n, sizeof(*files), compare_names);
        *ret = files;
        *ret_n = n;
        return 0;
}

int files_list(const char *folder, char ***ret, size_t *ret_n)
{
        return list(folder, is_conf, ret, ret_n);
}

void files_warn(const struct loader *loader, const char *key, const char *folder, const struct place *named)
{
        char **files = NULL;
        size_t n = 0;

        if (list(folder, is_passed_over, &files, &n) < 0)
                return;
        for (size_t i = 0; i < n; i++)
                report_warning(loader->report, named->file, named->line,
                               "%s: %s is not read; only names that end in .conf, in small letters, and do not begin "
                               "with ~$ are",
                               key, files[i]);
        files_free(files, n);
}

void files_report(const struct loader *loader, const char *key, const char *folder, const struct place *named,
                  int error)
{
        if (error == -E2BIG)
                report_error(loader->report, named->file, named->line, "%s: %s has more than %d files", key, folder,
                             FOLDER_FILES_MAX);
        else if (error == -ENOTDIR)
                report_error(loader->report, named->file, named->line, "%s: %s is not a folder", key, folder);
        else
                report_error(loader->report, named->file, named->line, "%s: %s %s", key, folder, file_error(error));
}
