/* JSON as the values of a template, for tests: every name of it is a single character. */
#pragma once

#include <jansson.h>

#include "template/fill.h"

/* A template_number. */
unsigned json_values_number(const char *name, size_t size);
/* Sets *ret, which is FILL_NONE; the JSON is borrowed. */
bool json_values_fill(const json_t *json, struct fill *ret);
