/* A folder of templates: the shipped one with some files replaced.
 * Input: parts: advance.txt, advance.html, _footer.txt; one that is left out or empty is the shipped one.
 * Holds: it is loaded, or refused with findings at lines that the files have; what was loaded renders a letter, or says
 * why not, and its subject is one line. */
#include "fuzz.h"

#include <dirent.h>
#include <errno.h>

#include "message/compose.h"
#include "message/folder.h"

#include "../unit/message/letters.h"

#define SHIPPED SOURCE_DIR "/conf/templates/vi"

static const char *const replaced[] = {"advance.txt", "advance.html", "_footer.txt"};
static char *shipped[ELEMENTS(replaced)];
static size_t shipped_sizes[ELEMENTS(replaced)];

static bool is_replaced(const char *name)
{
        for (size_t i = 0; i < ELEMENTS(replaced); i++)
                if (strcmp(name, replaced[i]) == 0)
                        return true;
        return false;
}

static void read_shipped(size_t i)
{
        CLEANUP_FREE char *path = NULL;
        size_t room = 65536;

        REQUIRE(asprintf(&path, SHIPPED "/%s", replaced[i]) > 0);
        CLEANUP_FCLOSE FILE *file = fopen(path, "re");
        REQUIRE(file);
        shipped[i] = malloc(room);
        REQUIRE(shipped[i]);
        shipped_sizes[i] = fread(shipped[i], 1, room, file);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
        DIR *dir = opendir(SHIPPED);

        (void)argc, (void)argv;
        REQUIRE(dir);
        for (struct dirent *entry; (entry = readdir(dir));) {
                CLEANUP_FREE char *path = NULL;

                if (entry->d_name[0] == '.' || is_replaced(entry->d_name))
                        continue;
                REQUIRE(asprintf(&path, SHIPPED "/%s", entry->d_name) > 0);
                fuzz_link(path, entry->d_name);
        }
        closedir(dir);
        for (size_t i = 0; i < ELEMENTS(replaced); i++)
                read_shipped(i);
        return 0;
}

static void check_findings(const struct report *report, const unsigned lines[static ELEMENTS(replaced)])
{
        for (size_t i = 0; i < report->n; i++) {
                const struct finding *finding = &report->findings[i];
                const char *name = strrchr(finding->file, '/') + 1;

                REQUIRE_OF(is_plain_line(finding->text) && *finding->text, finding->text);
                for (size_t k = 0; k < ELEMENTS(replaced); k++)
                        if (strcmp(name, replaced[k]) == 0)
                                /* What is missing at the end is missed in the line behind it. */
                                REQUIRE_OF(finding->line <= lines[k] + 1, finding->text);
        }
}

static void check_mail(const struct composer *composer)
{
        const struct letter_entry entry = entry_of(KIND_ADVANCE, "bao-cao", "Báo cáo <năm>", on(1210));
        const struct letter letter = letter_of(&entry, 1, 1203);
        struct composed_mail mail = {0};
        int r = compose_mail(composer, &test_sender, &letter, &mail);

        REQUIRE(r == 0 || r == -E2BIG || r == -ELOOP);
        if (r < 0)
                return;
        REQUIRE_OF(is_plain_line(mail.subject), mail.subject);
        REQUIRE(is_utf8(mail.text, strlen(mail.text)) && is_utf8(mail.html, strlen(mail.html)));
        composed_mail_clear(&mail);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        CLEANUP(report_clear) struct report report = {0};
        struct input input = {data, size};
        struct composer *composer = NULL;
        unsigned lines[ELEMENTS(replaced)];
        int r;

        for (size_t i = 0; i < ELEMENTS(replaced); i++) {
                size_t n;
                CLEANUP_FREE char *text = input_part(&input, &n);
                const char *bytes = n > 0 ? text : shipped[i];

                n = n > 0 ? n : shipped_sizes[i];
                lines[i] = 1;
                for (size_t k = 0; k < n; k++)
                        lines[i] += bytes[k] == '\n';
                fuzz_write(replaced[i], bytes, n);
        }
        r = composer_new(fuzz_folder(), &report, &composer);
        REQUIRE(r == 0 ? composer && report.n_errors == 0 : r == -EINVAL && !composer && report.n_errors > 0);
        check_findings(&report, lines);
        if (r == 0)
                check_mail(composer);
        composer_free(composer);
        return 0;
}
