#include "nodes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHANGES_MAX 256 /* of names that are not durable yet */

/* One change of a file that is not durable: bytes at a place, or (bytes NULL) a length. */
struct change {
        char *bytes;
        size_t at, n;
        struct change *next;
};

/* A change of names that is not durable: a node gets the name `to` ("": none) in place of the one it has. */
struct move {
        struct node *node;
        char to[PATH_SIZE];
        char folder[PATH_SIZE];
};

struct node nodes[NODES_MAX];
static struct move moves[CHANGES_MAX];
static size_t n_moves;

void disk_give_up(const char *what)
{
        (void)fprintf(stderr, "disk: %s\n", what);
        abort();
}

void path_copy(char *to, const char *from)
{
        if (snprintf(to, PATH_SIZE, "%s", from) >= PATH_SIZE)
                disk_give_up("a path is too long");
}

void path_parent(const char *path, char *ret)
{
        path_copy(ret, path);
        char *slash = strrchr(ret, '/');
        if (slash)
                *slash = '\0';
}

struct node *node_at(const char *path)
{
        for (size_t i = 0; i < NODES_MAX; i++)
                if (nodes[i].used && strcmp(nodes[i].now, path) == 0)
                        return &nodes[i];
        return NULL;
}

static void drop_changes(struct node *node)
{
        for (struct change *change = node->first, *next; change; change = next) {
                next = change->next;
                free(change->bytes);
                free(change);
        }
        node->first = NULL;
        node->end = &node->first;
}

void node_clear(struct node *node)
{
        drop_changes(node);
        free(node->bytes);
        *node = (struct node){0};
}

/* Without a name, on the disk or to come, and not open. */
static bool is_gone(const struct node *node)
{
        bool gone = !*node->now && !*node->kept && node->opens == 0;
        for (size_t i = 0; gone && i < n_moves; i++)
                gone = moves[i].node != node;
        return gone;
}

struct node *node_new(const char *path, bool folder)
{
        for (size_t i = 0; i < NODES_MAX; i++) {
                struct node *node = &nodes[i];
                if (node->used && is_gone(node))
                        node_clear(node);
                if (node->used)
                        continue;
                *node = (struct node){.used = true, .folder = folder};
                node->end = &node->first;
                path_copy(node->now, path);
                return node;
        }
        disk_give_up("too many files");
}

void node_grow(struct node *node, size_t size)
{
        if (size <= node->size)
                return;
        char *bytes = realloc(node->bytes, size);
        if (!bytes)
                disk_give_up("no memory");
        memset(bytes + node->size, 0, size - node->size);
        node->bytes = bytes;
        node->size = size;
}

static void put(struct node *node, size_t at, const char *bytes, size_t n)
{
        node_grow(node, at + n);
        memcpy(node->bytes + at, bytes, n);
}

static void set_length(struct node *node, size_t size)
{
        if (size < node->size)
                node->size = size; /* the room stays: realloc() knows its true size */
        else
                node_grow(node, size);
}

void node_settle(struct node *node)
{
        for (struct change *change = node->first; change; change = change->next)
                if (change->bytes)
                        put(node, change->at, change->bytes, change->n);
                else
                        set_length(node, change->at);
        drop_changes(node);
}

void node_note(struct node *node, const void *bytes, size_t at, size_t n)
{
        struct change *change = calloc(1, sizeof(*change));
        if (!change)
                disk_give_up("no memory");
        change->at = at;
        change->n = n;
        if (bytes) {
                change->bytes = malloc(n + 1);
                if (!change->bytes)
                        disk_give_up("no memory");
                memcpy(change->bytes, bytes, n);
        }
        *node->end = change;
        node->end = &change->next;
}

void node_move(struct node *node, const char *to, const char *folder)
{
        if (n_moves == CHANGES_MAX)
                disk_give_up("too many names");
        struct move *move = &moves[n_moves++];
        move->node = node;
        path_copy(move->to, to);
        path_copy(move->folder, folder);
        path_copy(node->now, to);
}

static void settle_move(const struct move *move)
{
        for (size_t i = 0; i < NODES_MAX && *move->to; i++)
                if (nodes[i].used && &nodes[i] != move->node && strcmp(nodes[i].kept, move->to) == 0)
                        *nodes[i].kept = '\0'; /* renamed over */
        memcpy(move->node->kept, move->to, PATH_SIZE);
}

void names_forget(void)
{
        n_moves = 0;
}

void names_settle(const char *folder)
{
        size_t kept = 0;
        for (size_t i = 0; i < n_moves; i++)
                if (strcmp(moves[i].folder, folder) == 0)
                        settle_move(&moves[i]);
                else
                        moves[kept++] = moves[i];
        n_moves = kept;
}

static void garble(struct node *node, size_t at, size_t n, struct chance *chance)
{
        node_grow(node, at + n);
        for (size_t i = 0; i < n; i++)
                node->bytes[at + i] = (char)chance_bits(chance);
}

static void lose_bytes(struct node *node, const struct mood *mood, struct chance *chance)
{
        for (struct change *change = node->first; change; change = change->next) {
                if (!change->bytes) {
                        if (chance_percent(chance, mood->survives))
                                set_length(node, change->at);
                        continue;
                }
                for (size_t at = change->at, end = change->at + change->n, next; at < end; at = next) {
                        next = (at / mood->sector + 1) * mood->sector;
                        if (next > end)
                                next = end;
                        if (chance_percent(chance, mood->survives))
                                put(node, at, change->bytes + (at - change->at), next - at);
                        else if (chance_percent(chance, mood->garbage))
                                garble(node, at, next - at, chance);
                        else if (mood->length)
                                node_grow(node, next);
                }
        }
        drop_changes(node);
}

static bool is_kept(const char *folder, const char *root)
{
        if (strcmp(folder, root) == 0)
                return true;
        for (size_t i = 0; i < NODES_MAX; i++)
                if (nodes[i].used && nodes[i].folder && strcmp(nodes[i].kept, folder) == 0)
                        return true;
        return false;
}

/* What lies in a folder whose own name is lost is lost with it. */
static void lose_orphans(const char *root)
{
        for (size_t i = 0; i < NODES_MAX; i++) {
                char folder[PATH_SIZE];
                if (!nodes[i].used || !*nodes[i].kept)
                        continue;
                path_parent(nodes[i].kept, folder);
                if (!is_kept(folder, root))
                        *nodes[i].kept = '\0';
        }
}

void nodes_lose(const struct mood *mood, const char *root, struct chance *chance)
{
        for (size_t i = 0; i < n_moves; i++)
                if (chance_percent(chance, mood->survives))
                        settle_move(&moves[i]);
        n_moves = 0;
        for (size_t i = 0; i < NODES_MAX; i++)
                if (nodes[i].used)
                        lose_bytes(&nodes[i], mood, chance);
        lose_orphans(root);
}
