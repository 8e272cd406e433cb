/* A file that is written under another name and put in its place when it is whole. */
#pragma once

#include <limits.h>
#include <sys/types.h>

#include "ctl/cli.h"

struct part {
        char path[PATH_MAX]; /* "" once it is in its place */
        int fd;              /* -1: none */
};
/* What is not in its place is removed. */
void part_clear(const struct part *part);

/* All return an enum exit_code and have said what was wrong. */

/* Only a regular file is ever replaced: run by root, this would otherwise remove a device. `mode`: of what is there. */
int part_refuse_kind(const struct cli *cli, const char *path, mode_t mode);
/* Says it by errno. */
int part_cannot_write(const struct cli *cli, const char *path);
/* Beside `path`, readable by its owner alone. */
int part_open(const struct cli *cli, const char *path, struct part *part);
