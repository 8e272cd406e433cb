/* What the fuzz targets share: an input taken apart, what must hold, and a private folder. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/cleanup.h"

DEFINE_CLEANUP(json_t *, json_decref, json_decref)
#define CLEANUP_JSON CLEANUP(json_decref_p)

/* What libFuzzer calls. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* Ends the process with the place and what did not hold: libFuzzer keeps the input. */
#define REQUIRE(condition) ((condition) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #condition, NULL))
/* The same, and shows the text that it is about. */
#define REQUIRE_OF(condition, text) ((condition) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #condition, text))
_Noreturn void fuzz_fail(const char *file, int line, const char *condition, const char *text);

/* An input, taken from its front. */
struct input {
        const uint8_t *at;
        size_t left;
};
/* 0 behind the end. */
uint8_t input_byte(struct input *input);
/* A number made of as many bytes as its range needs. */
int64_t input_number(struct input *input, int64_t least, int64_t most);
/* All up to the next line that is "@@", or the end, which input_text() takes at once. In a buffer of just that size,
 * so that reading beyond it is noticed; NUL ends a string early. *ret_size may be NULL. The caller frees it. */
char *input_part(struct input *input, size_t *ret_size);
char *input_text(struct input *input, size_t *ret_size);

/* Well-formed UTF-8, by jansson's judgement and not by ours. */
bool is_utf8(const char *text, size_t size);
/* The same without control characters: what may stand in a line of a journal or table. */
bool is_plain_line(const char *text);

/* A folder of this process, in memory where there is such, removed when the process ends by itself (tests/fuzz/run
 * removes what a crash leaves). */
const char *fuzz_folder(void);
/* Writes a file in it, in place of an older one. */
void fuzz_write(const char *name, const void *bytes, size_t size);
/* Makes a folder or a symbolic link in it. */
void fuzz_mkdir(const char *name);
void fuzz_link(const char *target, const char *name);
