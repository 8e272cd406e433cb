/* JSON in the shape that the contract names (daemon/doc/formats.md section 3). All return 0 or -ENOMEM. */
#pragma once

#include <jansson.h>

/* Gives an object exactly these keys, in this order, null where it has none. */
int shape_object(json_t **object, const char *const *keys, size_t n);
/* The same for every object of an array. */
int shape_rows(json_t *rows, const char *const *keys, size_t n);
/* The same for obligations, with the members that `list` has. */
int shape_obligations(json_t *rows);
/* Adds null for each of these keys that is missing. */
int shape_fill(json_t *object, const char *const *keys, size_t n);
