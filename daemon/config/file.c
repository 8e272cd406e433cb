/* A regular file read whole. */
#include "config/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/cleanup.h"

#define FILE_CHUNK 4096 /* room at first where the size is not known, as below /proc */

static int read_all(int fd, size_t expected, size_t max, char **ret, size_t *ret_size)
{
        size_t room = (expected ? expected : FILE_CHUNK) + 1, size = 0;
        CLEANUP_FREE char *text = malloc(room + 1);

        if (!text)
                return -ENOMEM;
        for (;;) {
                ssize_t n = read(fd, text + size, room - size);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                if (n == 0)
                        break;
                size += (size_t)n;
                if (size > max)
                        return -EFBIG;
                if (size == room) {
                        char *more = realloc(text, room * 2 + 1);

                        if (!more)
                                return -ENOMEM;
                        text = more;
                        room *= 2;
                }
        }
        text[size] = '\0';
        *ret = TAKE_PTR(text);
        *ret_size = size;
        return 0;
}

int file_read(const char *path, size_t max, struct stat *ret_stat, char **ret, size_t *ret_size)
{
        CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        struct stat st;
        int r;

        if (fd < 0)
                return errno == ENXIO ? -ENOTSUP : -errno; /* ENXIO: a socket */
        if (fstat(fd, &st) < 0)
                return -errno;
        if (S_ISDIR(st.st_mode))
                return -EISDIR;
        if (!S_ISREG(st.st_mode))
                return -ENOTSUP;
        if ((size_t)st.st_size > max)
                return -EFBIG;
        r = read_all(fd, (size_t)st.st_size, max, ret, ret_size);
        if (r == 0)
                *ret_stat = st;
        return r;
}

const char *file_error(int error)
{
        switch (error) {
        case -ENOENT:
                return "does not exist";
        case -EACCES:
        case -EPERM:
                return "may not be read: permission denied";
        case -EISDIR:
                return "is a folder, not a file";
        case -ENOTDIR:
                return "cannot be reached: a part of its path is no folder";
        case -ENOTSUP:
                return "is not a regular file";
        case -ELOOP:
                return "is a symbolic link that leads in a circle";
        case -EFBIG:
                return "is too large";
        default:
                return strerror(-error);
        }
}
