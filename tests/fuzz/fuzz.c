/* What the fuzz targets share. */
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <jansson.h>
#include <sys/stat.h>

void fuzz_fail(const char *file, int line, const char *condition, const char *text)
{
        (void)dprintf(STDERR_FILENO, "%s:%d: does not hold: %s%s%s\n", file, line, condition, text ? ", of: " : "",
                      text ? text : "");
        abort();
}

/* ---- inputs ---- */

uint8_t input_byte(struct input *input)
{
        if (input->left == 0)
                return 0;
        input->left--;
        return *input->at++;
}

int64_t input_number(struct input *input, int64_t least, int64_t most)
{
        uint64_t range = (uint64_t)most - (uint64_t)least, number = 0;

        for (uint64_t rest = range; rest > 0; rest >>= 8)
                number = number << 8 | input_byte(input);
        return (int64_t)((uint64_t)least + (range == UINT64_MAX ? number : number % (range + 1)));
}

static char *take(struct input *input, size_t size, size_t *ret_size)
{
        char *text = malloc(size + 1);

        REQUIRE(text);
        if (size > 0)
                memcpy(text, input->at, size);
        text[size] = '\0';
        input->at += size;
        input->left -= size;
        if (ret_size)
                *ret_size = size;
        return text;
}

char *input_text(struct input *input, size_t *ret_size)
{
        return take(input, input->left, ret_size);
}

char *input_part(struct input *input, size_t *ret_size)
{
        static const char mark[] = "@@\n";
        const uint8_t *from = input->at, *end = from + input->left;

        for (const uint8_t *line = from; line && (size_t)(end - line) >= strlen(mark);) {
                if (memcmp(line, mark, strlen(mark)) == 0) {
                        char *part = take(input, (size_t)(line - from), ret_size);

                        input->at += strlen(mark);
                        input->left -= strlen(mark);
                        return part;
                }
                line = memchr(line, '\n', (size_t)(end - line));
                line = line ? line + 1 : NULL;
        }
        return input_text(input, ret_size);
}

/* ---- judgements ---- */

bool is_utf8(const char *text, size_t size)
{
        json_t *string = json_stringn(text, size);

        json_decref(string);
        return string;
}

bool is_plain_line(const char *text)
{
        for (const char *at = text; *at; at++)
                if ((unsigned char)*at < ' ' || *at == 0x7f)
                        return false;
        return is_utf8(text, strlen(text));
}

/* ---- the folder ---- */

static char folder[128];

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
        (void)status, (void)type, (void)ftw;
        return remove(path);
}

static void remove_folder(void)
{
        (void)nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

const char *fuzz_folder(void)
{
        const char *base = getenv("TMPDIR");

        if (*folder)
                return folder;
        if (!base)
                base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
        REQUIRE(snprintf(folder, sizeof(folder), "%s/reminderd-fuzz.XXXXXX", base) < (int)sizeof(folder));
        REQUIRE(mkdtemp(folder));
        REQUIRE(atexit(remove_folder) == 0);
        return folder;
}

static char *path_of(const char *name)
{
        char *path;

        REQUIRE(asprintf(&path, "%s/%s", fuzz_folder(), name) > 0);
        return path;
}

void fuzz_write(const char *name, const void *bytes, size_t size)
{
        CLEANUP_FREE char *path = path_of(name);
        CLEANUP_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

        REQUIRE(fd >= 0);
        REQUIRE(write(fd, bytes, size) == (ssize_t)size);
}

void fuzz_mkdir(const char *name)
{
        CLEANUP_FREE char *path = path_of(name);

        REQUIRE(mkdir(path, 0700) == 0 || errno == EEXIST);
}

void fuzz_link(const char *target, const char *name)
{
        CLEANUP_FREE char *path = path_of(name);

        REQUIRE(symlink(target, path) == 0 || errno == EEXIST);
}
