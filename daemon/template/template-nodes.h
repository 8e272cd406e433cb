/* What a compiled template is made of. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define NAME_SHOWN_MAX 40 /* bytes of a wrong name that a finding repeats */

enum node_kind { NODE_TEXT, NODE_VALUE, NODE_RAW, NODE_SECTION, NODE_INVERTED, NODE_PARTIAL };

struct node {
        enum node_kind kind;
        bool line_start;  /* first of its line in the source: a partial's indentation goes before it */
        bool standalone;  /* partial: alone on its line */
        bool known;       /* for folder_check(): some scope around has the name */
        unsigned line;    /* of the file */
        const char *text; /* text: at most one line; else the name */
        size_t size;      /* of it */
        const char *indent;
        size_t indent_size;
        size_t first, parts; /* the numbers of a dotted name; no parts: the context itself, {{.}} */
        size_t end;          /* section: index of the first node behind it; else 0 */
};

struct template
{
        char *source; /* a copy, in which a NUL ends each partial's name */
        bool html;
        struct node *nodes;
        size_t n_nodes, nodes_room;
        unsigned *numbers; /* of names, as template_number gives them */
        size_t n_numbers, numbers_room;
};
