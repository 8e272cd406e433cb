/* The three standard descriptors, which a caller may have left closed. */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* Occupies what is closed of 0, 1 and 2. Otherwise a socket or the store would get that number, and with it what is
 * meant for standard error. Read-only, so that writing to a closed standard output stays an error. 0 or -errno. */
static inline int standard_fds_hold(void)
{
        int fd;

        do
                fd = open("/dev/null", O_RDONLY);
        while (fd >= 0 && fd <= STDERR_FILENO);
        if (fd < 0)
                return -errno;
        close(fd);
        return 0;
}
