/* Colours, for terminals only and never with NO_COLOR (no-color.org). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum look { LOOK_PLAIN, LOOK_HEAD, LOOK_FAINT, LOOK_GOOD, LOOK_WARN, LOOK_BAD, LOOK_SOON, LOOK_TODAY };

struct style {
        bool coloured;
        size_t columns; /* of the terminal; 0: no terminal, nothing is cut */
};

/* Of standard output. */
struct style style_of_output(void);
void style_begin(const struct style *style, enum look look);
void style_end(const struct style *style, enum look look);
/* How the state of an obligation or a delivery looks. */
enum look look_of_state(const char *state);
