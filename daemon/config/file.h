/* A regular file read whole. */
#pragma once

#include <stddef.h>
#include <sys/stat.h>

/* Reads at most `max` bytes; *ret is allocated and has a NUL after its *ret_size bytes. Links are followed. Never
 * waits, not even on a pipe: what is no regular file is refused.
 * 0, -ENOMEM, -EISDIR, -ENOTSUP (a device, pipe or socket), -EFBIG, or what open(2) and read(2) say. */
int file_read(const char *path, size_t max, struct stat *ret_stat, char **ret, size_t *ret_size);
/* One of these errors in words that follow the name of the file: "does not exist". Static. */
const char *file_error(int error);
