/* One file of libconfig text, from its bytes to its settings.
 * Input: the file.
 * Holds: the parser accepts whatever the scanner lets pass; each finding is one plain line at a line that the file has,
 * and so is each setting's line; what was accepted prints and reads again as the same settings. */
#include "fuzz.h"

#include "config/source.h"

#define FILE_NAME "source.conf"
#define PRINTED "printed.conf"

static char *path_of(const char *name)
{
        char *path;

        REQUIRE(asprintf(&path, "%s/%s", fuzz_folder(), name) > 0);
        return path;
}

static struct source *read_source(const char *path, struct report *report)
{
        EVP_MD_CTX *digest = EVP_MD_CTX_new();
        struct source *source = NULL;

        REQUIRE(digest && EVP_DigestInit_ex(digest, EVP_sha256(), NULL));
        REQUIRE(source_read(path, NULL, digest, report, &source) == 0 && source);
        EVP_MD_CTX_free(digest);
        return source;
}

static void check_findings(const struct report *report, const char *path, unsigned lines)
{
        for (size_t i = 0; i < report->n; i++) {
                const struct finding *finding = &report->findings[i];

                REQUIRE(strcmp(finding->file, path) == 0 && finding->line >= 1);
                REQUIRE_OF(finding->line <= lines, finding->text);
                REQUIRE_OF(is_plain_line(finding->text) && *finding->text, finding->text);
                /* The parser's own words: it met what the scanner should have found. */
                REQUIRE_OF(strcmp(finding->text, "syntax error: syntax error") != 0, finding->text);
        }
}

static void check_lines(const config_setting_t *setting, unsigned lines)
{
        unsigned line = config_setting_source_line(setting);

        REQUIRE(line <= lines && (line > 0 || config_setting_is_root(setting)));
        if (config_setting_is_aggregate(setting))
                for (int i = 0; i < config_setting_length(setting); i++)
                        check_lines(config_setting_get_elem(setting, (unsigned)i), lines);
}

/* An escape may make a byte that is no text (whoever reads the setting says so), and 1e999 is printed as "inf". */
static bool is_printable(const config_setting_t *setting)
{
        const char *text = config_setting_get_string(setting);

        if ((text && !is_utf8(text, strlen(text))) || config_setting_type(setting) == CONFIG_TYPE_FLOAT)
                return false;
        if (config_setting_is_aggregate(setting))
                for (int i = 0; i < config_setting_length(setting); i++)
                        if (!is_printable(config_setting_get_elem(setting, (unsigned)i)))
                                return false;
        return true;
}

static void check_same(const config_setting_t *a, const config_setting_t *b)
{
        const char *name = config_setting_name(a), *text, *other;

        REQUIRE(config_setting_type(a) == config_setting_type(b));
        REQUIRE(!name == !config_setting_name(b) && (!name || strcmp(name, config_setting_name(b)) == 0));
        switch (config_setting_type(a)) {
        case CONFIG_TYPE_STRING:
                text = config_setting_get_string(a);
                other = config_setting_get_string(b);
                REQUIRE(strcmp(text ? text : "", other ? other : "") == 0);
                break;
        case CONFIG_TYPE_INT:
        case CONFIG_TYPE_INT64:
                REQUIRE(config_setting_get_int64(a) == config_setting_get_int64(b));
                break;
        case CONFIG_TYPE_BOOL:
                REQUIRE(config_setting_get_bool(a) == config_setting_get_bool(b));
                break;
        default:
                break;
        }
        if (!config_setting_is_aggregate(a))
                return;
        REQUIRE(config_setting_length(a) == config_setting_length(b));
        for (unsigned i = 0; i < (unsigned)config_setting_length(a); i++)
                check_same(config_setting_get_elem(a, i), config_setting_get_elem(b, i));
}

static void check_printed(struct source *source)
{
        CLEANUP(report_clear) struct report report = {0};
        CLEANUP_FREE char *path = path_of(PRINTED);
        CLEANUP(source_free_p) struct source *printed = NULL;

        REQUIRE(config_write_file(&source->tree, path));
        printed = read_source(path, &report);
        REQUIRE_OF(printed->parsed && report.n == 0, report.n > 0 ? report.findings[0].text : "");
        check_same(config_root_setting(&source->tree), config_root_setting(&printed->tree));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        CLEANUP(report_clear) struct report report = {0};
        CLEANUP_FREE char *path = path_of(FILE_NAME);
        CLEANUP(source_free_p) struct source *source = NULL;
        unsigned lines = 1;

        for (size_t i = 0; i < size; i++)
                lines += data[i] == '\n';
        fuzz_write(FILE_NAME, data, size);
        source = read_source(path, &report);
        REQUIRE(source->parsed || report.n_errors > 0);
        check_findings(&report, path, lines);
        if (!source->parsed)
                return 0;
        check_lines(config_root_setting(&source->tree), lines);
        if (report.n == 0 && is_printable(config_root_setting(&source->tree)))
                check_printed(source);
        return 0;
}
