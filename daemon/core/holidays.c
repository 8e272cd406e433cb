/* Public holidays by the Labour Code 2019 (Bộ luật Lao động, 45/2019/QH14), art. 111.3 and 112. */
#include "core/holidays.h"

#include "core/lunar.h"

#define CULTURE_DAY_SINCE 2026

struct list {
        struct calendar_day *days;
        const char *made_up_names[HOLIDAYS_MAX]; /* what the day that makes up for it is called */
        size_t n;
};

/* A name, and the name of the day off in its place. */
#define HOLIDAY(name) name, name " (nghỉ bù)"

static bool is_listed(const struct list *list, civil_day day)
{
        for (size_t i = 0; i < list->n; i++)
                if (list->days[i].day == day)
                        return true;
        return false;
}

static void add(struct list *list, civil_day day, const char *name, const char *made_up_name)
{
        if (is_listed(list, day))
                return;
        /* No one writes to the name: the calendar copies it. */
        list->days[list->n] = (struct calendar_day){.day = day, .off = true, .name = (char *)name};
        list->made_up_names[list->n++] = made_up_name;
}

static void add_lunar(struct list *list, const struct lunar_date *date, int32_t from, int32_t to, const char *name,
                      const char *made_up_name)
{
        civil_day day;

        if (lunar_to_civil(date, &day) < 0)
                return;
        for (int32_t i = from; i <= to; i++)
                add(list, day + i, name, made_up_name);
}

/* Art. 112.1, in the order of the year: what falls on one weekend is made up in that order. */
static void add_holidays(struct list *list, int32_t year)
{
        const struct lunar_date tet = {.year = year, .month = 1, .day = 1};
        const struct lunar_date hung_kings = {.year = year, .month = 3, .day = 10};

        add(list, civil_from(year, 1, 1), HOLIDAY("Tết Dương lịch"));
        /* Five days, which ones the Prime Minister says each year (112.3): here the last of the old year and the
         * first four of the new. */
        add_lunar(list, &tet, -1, 3, HOLIDAY("Tết Âm lịch"));
        add_lunar(list, &hung_kings, 0, 0, HOLIDAY("Giỗ Tổ Hùng Vương"));
        add(list, civil_from(year, 4, 30), HOLIDAY("Ngày Chiến thắng"));
        add(list, civil_from(year, 5, 1), HOLIDAY("Ngày Quốc tế lao động"));
        /* "2 September and one day next to it", again his choice (112.3): most often it was the day before. */
        add(list, civil_from(year, 9, 1), HOLIDAY("Quốc khánh"));
        add(list, civil_from(year, 9, 2), HOLIDAY("Quốc khánh"));
}

/* Art. 111.3: a holiday on the weekly rest is made up on the next working day; one already off cannot serve. */
static void add_made_up_days(struct list *list)
{
        size_t n = list->n;

        for (size_t i = 0; i < n; i++) {
                civil_day day = list->days[i].day;

                if (civil_weekday(day) <= FRIDAY)
                        continue;
                while (civil_weekday(day) > FRIDAY || is_listed(list, day))
                        day++;
                add(list, day, list->made_up_names[i], NULL);
        }
}

size_t holidays_of_year(int32_t year, struct calendar_day days[static HOLIDAYS_MAX])
{
        struct list list = {.days = days};

        add_holidays(&list, year);
        add_made_up_days(&list);
        /* Resolution 80-NQ/TW of 7 January 2026. It is not in art. 112.1, to which 111.3 is confined: not made up. */
        if (year >= CULTURE_DAY_SINCE)
                add(&list, civil_from(year, 11, 24), HOLIDAY("Ngày Văn hóa Việt Nam"));
        return list.n;
}
