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

/* What the shell's *.conf means: names that begin with a dot are not among it. */
static bool is_conf(const char *name)
{
        size_t size = strlen(name), suffix = strlen(".conf");

        return name[0] != '.' && size > suffix && strcmp(name + size - suffix, ".conf") == 0;
}

void files_free(char **files, size_t n)
{
        for (size_t i = 0; i < n; i++)
                free(files[i]);
        free(files);
}

static int collect(DIR *stream, const char *folder, char **files, size_t *n)
{
        const struct dirent *entry;

        for (;;) {
                errno = 0;
                entry = readdir(stream);
                if (!entry)
                        return -errno;
                if (!is_conf(entry->d_name))
                        continue;
                if (*n == FOLDER_FILES_MAX)
                        return -E2BIG;
                if (asprintf(&files[*n], "%s/%s", folder, entry->d_name) < 0)
                        return -ENOMEM;
                ++*n;
        }
}

int files_list(const char *folder, char ***ret, size_t *ret_n)
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
        r = collect(stream, folder, files, &n);
        if (r < 0) {
                files_free(files, n);
                return r;
        }
        qsort(files, n, sizeof(*files), compare_names);
        *ret = files;
        *ret_n = n;
        return 0;
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
