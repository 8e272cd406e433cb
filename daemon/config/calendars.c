/* Calendar files: the days off and the days worked in exchange of a year. */
#include <errno.h>
#include <string.h>

#include "config/loader.h"

static const char *const file_keys[] = {"year", "days", NULL};
static const char *const day_keys[] = {"date", "off", "work", "name", NULL};

/* One file's days. */
struct calendar_file {
        int32_t year; /* 0: not known */
        struct calendar_day *days;
        unsigned *lines;
        size_t n;
};

static void calendar_file_clear(struct calendar_file *file)
{
        for (size_t i = 0; i < file->n; i++)
                free(file->days[i].name);
        free(file->days);
        free(file->lines);
}

/* Days that the file need not name: most often a slip in the date. */
static void check_use(const struct section *section, const struct calendar_day *day)
{
        bool weekend = civil_weekday(day->day) >= SATURDAY;
        char date[CIVIL_DATE_SIZE];

        if (day->off && weekend)
                setting_warning(section, NULL, "day off %s is a %s, which is off anyway", civil_format(day->day, date),
                                civil_weekday(day->day) == SATURDAY ? "Saturday" : "Sunday");
        else if (!day->off && !weekend)
                setting_warning(section, NULL, "work day %s is a working day anyway", civil_format(day->day, date));
}

static void check_repetition(const struct section *section, const struct calendar_file *file, civil_day day)
{
        char date[CIVIL_DATE_SIZE];

        for (size_t i = 0; i < file->n; i++)
                if (file->days[i].day == day) {
                        setting_error(section, NULL, "date %s is given twice; the first is on line %u",
                                      civil_format(day, date), file->lines[i]);
                        return;
                }
}

static int read_day(const struct section *section, struct calendar_file *file)
{
        const config_setting_t *date = setting_require(section, "date", "\"YYYY-MM-DD\"");
        const config_setting_t *off = setting_get(section, "off"), *work = setting_get(section, "work");
        bool is_off = false, is_work = false, off_good, work_good, flags_good;
        const char *name = "";
        struct calendar_day day;

        (void)section_known(section, day_keys);
        off_good = !off || value_bool(section, off, &is_off);
        work_good = !work || value_bool(section, work, &is_work);
        flags_good = off_good && work_good;
        if (flags_good && is_off == is_work)
                setting_error(section, NULL, "expected either off = true or work = true, found %s",
                              is_off ? "both" : "neither");
        (void)value_text(section, setting_get(section, "name"), &name);
        if (!value_date(section, date, &day.day))
                return 0;
        if (file->year != 0 && civil_split(day.day).year != file->year) {
                setting_error(section, date, "date \"%s\" is not in the year %d of this file", setting_string(date),
                              file->year);
                return 0;
        }
        day.off = is_off;
        check_repetition(section, file, day.day);
        if (flags_good && is_off != is_work)
                check_use(section, &day);
        day.name = strdup(name);
        if (!day.name)
                return -ENOMEM;
        file->lines[file->n] = setting_line(section, NULL);
        file->days[file->n++] = day;
        return 0;
}

static int read_days(const struct section *root, struct calendar_file *file)
{
        const config_setting_t *list = setting_require(root, "days", "( { date = \"…\"; off = true; }, … )");
        unsigned n = list_length(list);
        int r = 0;

        if (!value_list(root, list))
                return 0;
        if (n == 0)
                setting_warning(root, list, "days: is empty; every weekday of that year is a working day");
        file->days = calloc(n + 1, sizeof(*file->days));
        file->lines = calloc(n + 1, sizeof(*file->lines));
        if (!file->days || !file->lines)
                return -ENOMEM;
        for (unsigned i = 0; i < n && r == 0; i++) {
                const config_setting_t *element = config_setting_get_elem(list, i);
                struct section section;

                if (!section_element(root, element, "day", &section))
                        continue;
                r = read_day(&section, file);
        }
        return r;
}

static int read_file(struct loader *loader, const char *path, char **year_files)
{
        CLEANUP(source_free_p) struct source *source = NULL;
        CLEANUP(calendar_file_clear) struct calendar_file file = {.year = 0};
        const config_setting_t *year;
        struct section root;
        char **earlier;
        int r = source_read(path, NULL, loader->digest, loader->report, &source);

        if (r < 0)
                return r;
        if (!source->parsed) {
                loader->calendars_known = false;
                return 0;
        }
        root = section_of(loader->report, source->name, config_root_setting(&source->tree));
        (void)section_known(&root, file_keys);
        year = setting_require(&root, "year", "2025");
        if (!value_integer(&root, year, CIVIL_FIRST_YEAR, CIVIL_LAST_YEAR, &file.year))
                loader->calendars_known = false;
        r = read_days(&root, &file);
        if (r < 0 || file.year == 0)
                return r;
        earlier = &year_files[file.year - CIVIL_FIRST_YEAR];
        if (*earlier) {
                setting_error(&root, year, "the year %d already has a calendar in %s", file.year, *earlier);
                return 0;
        }
        *earlier = strdup(path);
        if (!*earlier)
                return -ENOMEM;
        return calendar_set_year(loader->config->calendar, file.year, file.days, file.n);
}

int calendars_read(struct loader *loader)
{
        char *year_files[CIVIL_LAST_YEAR - CIVIL_FIRST_YEAR + 1] = {NULL};
        CLEANUP_FREE char *folder = NULL;
        struct place named;
        char **files;
        size_t n;
        int r = calendar_new(&loader->config->calendar);

        if (r == 0)
                r = loader_locate(loader, "calendars", "calendar.d", &folder, &named);
        if (r < 0 || !folder)
                return r;
        loader->calendars_known = true;
        files_warn(loader, "calendars", folder, &named);
        r = files_list(folder, &files, &n);
        if (r == -ENOMEM)
                return r;
        /* Without a word about calendars in reminderd.conf there need be none: the law's fallback holds. */
        if (r == -ENOENT && loader->main.group && !setting_get(&loader->main, "calendars"))
                return 0;
        if (r < 0) {
                loader->calendars_known = false;
                files_report(loader, "calendars", folder, &named, r);
                return 0;
        }
        for (size_t i = 0; i < n && r == 0; i++)
                r = read_file(loader, files[i], year_files);
        for (size_t i = 0; i < ELEMENTS(year_files); i++)
                free(year_files[i]);
        files_free(files, n);
        return r;
}
