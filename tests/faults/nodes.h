/* What a file system has on the disk, and what only in its cache: files, folders and their names. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "../sim/chance.h"

#define NODES_MAX 64
#define PATH_SIZE 160

struct change;

/* A file or folder. */
struct node {
        bool used, folder;
        int opens;   /* descriptors that are open on it */
        char *bytes; /* durable */
        size_t size;
        struct change *first, **end; /* what is written and not durable */
        char now[PATH_SIZE];         /* its name as the program sees it; "": none */
        char kept[PATH_SIZE];        /* its durable name; "": none */
};
extern struct node nodes[NODES_MAX];

/* The harness has no way to go on after these. */
_Noreturn void disk_give_up(const char *what);

void path_copy(char *to, const char *from);
void path_parent(const char *path, char *ret);

/* NULL: none has that name now. */
struct node *node_at(const char *path);
/* With that name now and no durable one. */
struct node *node_new(const char *path, bool folder);
void node_clear(struct node *node);
/* The durable bytes, filled up with zeros. */
void node_grow(struct node *node, size_t size);
/* Bytes were written at a place, or (NULL) its length was set to `at`. */
void node_note(struct node *node, const void *bytes, size_t at, size_t n);
/* It gets the name `to` ("": none) in that folder in place of its own. */
void node_move(struct node *node, const char *to, const char *folder);

/* All that was written to it becomes durable. */
void node_settle(struct node *node);
/* All names that were made, changed and taken away in that folder become durable. */
void names_settle(const char *folder);
/* What names were changed and not durable: never mind. */
void names_forget(void);

/* How much of what was not synced survives: at one end nothing, at the other all. */
struct mood {
        int survives; /* percent of sectors */
        int garbage;  /* percent of those that do not */
        size_t sector;
        bool length; /* a file grows to its length even where its bytes are lost */
};
/* The power goes: some of what was not durable becomes so, the rest is as if it had never been. */
void nodes_lose(const struct mood *mood, const char *root, struct chance *chance);
