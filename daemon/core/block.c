/* The names of blocks, and theirs on the bus. */
#include "core/block.h"

#include <stdio.h>
#include <string.h>

#include "core/interface.h"

bool block_is_valid(const char *block)
{
        return strlen(block) < ID_SIZE && id_valid(block);
}

char *block_config_path(const char *block)
{
        char *path = NULL;

        return asprintf(&path, SYSCONFDIR "%s%s/reminderd.conf", *block ? BLOCK_FOLDER "/" : "/reminderd", block) < 0
                       ? NULL
                       : path;
}

static bool begins_with_digit(const char *block)
{
        return *block >= '0' && *block <= '9';
}

const char *block_bus_name(const char *block, char ret[static BLOCK_BUS_NAME_SIZE])
{
        if (!*block)
                snprintf(ret, BLOCK_BUS_NAME_SIZE, "%s", BUS_NAME);
        else
                snprintf(ret, BLOCK_BUS_NAME_SIZE, BLOCK_BUS_PREFIX "%s%s", begins_with_digit(block) ? "_" : "", block);
        return ret;
}

const char *block_of_bus_name(const char *name)
{
        const char *block = name + strlen(BLOCK_BUS_PREFIX);

        if (strcmp(name, BUS_NAME) == 0)
                return "";
        if (strncmp(name, BLOCK_BUS_PREFIX, strlen(BLOCK_BUS_PREFIX)) != 0)
                return NULL;
        if (*block == '_' && begins_with_digit(block + 1))
                block++;
        return block_is_valid(block) ? block : NULL;
}
