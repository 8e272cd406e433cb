/* Blocks on one machine: each has a daemon of its own, with a name of its own on the bus. */
#pragma once

#include <stdbool.h>

#include "core/roster.h"

/* The environment variable with the name of the block that a program is of; unset or "": the machine has one block, and
 * it has no name. */
#define BLOCK_VARIABLE "REMINDERD_BLOCK"
/* Where the configurations of blocks are, each in a folder of its name. */
#define BLOCK_FOLDER "/reminderd/blocks"
#define BLOCK_BUS_PREFIX "org.reminderd1.block."
#define BLOCK_BUS_NAME_SIZE (sizeof(BLOCK_BUS_PREFIX "_") + ID_SIZE)

/* A block is called as an agency is: it is a folder, the instance of a unit, and part of a name on the bus. */
bool block_is_valid(const char *block);
/* The file with the configuration of a block, "" of the one block. Allocated; NULL: no memory. */
char *block_config_path(const char *block);
/* Its name on the bus; "": that of the one block of a machine. No part of a name there may begin with a digit (D-Bus
 * Specification, "Bus names"): one that does has a "_" before it, which no block's own name has. Returns `ret`. */
const char *block_bus_name(const char *block, char ret[static BLOCK_BUS_NAME_SIZE]);
/* The block whose name that is, "" for the one block; NULL: it is nobody's. Points into `name`. */
const char *block_of_bus_name(const char *name);
