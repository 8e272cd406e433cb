/* A file that is written under another name and put in its place when it is whole. */
#include "ctl/part.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/language.h"

void part_clear(const struct part *part)
{
        if (part->fd >= 0)
                close(part->fd);
        if (*part->path)
                (void)unlink(part->path);
}

int part_cannot_write(const struct cli *cli, const char *path)
{
        return cli_fail(cli, EXIT_REFUSED, _("%s cannot be written: %s"), path, strerror(errno));
}

int part_refuse_kind(const struct cli *cli, const char *path, mode_t mode)
{
        if (S_ISDIR(mode))
                return cli_fail(cli, EXIT_USAGE, _("%s is a folder; name a file in it"), path);
        if (S_ISLNK(mode))
                return cli_fail(cli, EXIT_REFUSED, _("%s is a symbolic link; name the file that it leads to"), path);
        return cli_fail(cli, EXIT_REFUSED, _("%s is a device, a pipe or a socket and is not replaced; name a file"),
                        path);
}

int part_open(const struct cli *cli, const char *path, struct part *part)
{
        if (snprintf(part->path, sizeof(part->path), "%s.XXXXXX", path) >= (int)sizeof(part->path)) {
                *part->path = '\0';
                errno = ENAMETOOLONG;
                return part_cannot_write(cli, path);
        }
        part->fd = mkostemp(part->path, O_CLOEXEC);
        if (part->fd >= 0)
                return EXIT_DONE;
        *part->path = '\0';
        return part_cannot_write(cli, path);
}
