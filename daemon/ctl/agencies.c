/* The agencies that rows are about, in the order of agencies.conf; those that it no longer has come last. */
#include "ctl/agencies.h"

#include <errno.h>

void agency_list_clear(struct agency_list *list)
{
        free(list->agencies);
        json_decref(list->index);
        *list = (struct agency_list){0};
}

size_t agency_list_place(const struct agency_list *list, const json_t *row)
{
        return (size_t)json_integer_value(json_object_get(list->index, received_text(row, "agency")));
}

static int add(struct agency_list *list, const struct listed_agency *agency)
{
        if (json_object_get(list->index, agency->id))
                return 0;
        list->agencies[list->n] = *agency;
        return json_object_set_new(list->index, agency->id, json_integer((json_int_t)list->n++));
}

/* The set of the agencies of the rows; NULL: no memory. */
static json_t *gather_ids(const json_t *rows, bool (*counts)(const json_t *row))
{
        json_t *CLEANUP_JSON ids = json_object();

        for (size_t i = 0; ids && i < json_array_size(rows); i++) {
                const json_t *row = json_array_get(rows, i);

                if ((!counts || counts(row)) && json_object_set_new(ids, received_text(row, "agency"), json_true()) < 0)
                        return NULL;
        }
        return TAKE_PTR(ids);
}

int agency_list_gather(const json_t *agencies, const json_t *rows, bool (*counts)(const json_t *row),
                       struct agency_list *ret)
{
        json_t *CLEANUP_JSON ids = gather_ids(rows, counts);
        struct agency_list CLEANUP(agency_list_clear) list = {.index = json_object()};
        int r = 0;

        list.agencies = calloc(json_object_size(ids) + 1, sizeof(*list.agencies));
        if (!ids || !list.index || !list.agencies)
                return -ENOMEM;
        for (size_t i = 0; r == 0 && i < json_array_size(agencies); i++) {
                const json_t *entry = json_array_get(agencies, i);
                const struct listed_agency agency = {
                        .id = received_text(entry, "agency"),
                        .name = received_text(entry, "name"),
                        .short_name = received_text(entry, "short"),
                };

                if (json_object_get(ids, agency.id))
                        r = add(&list, &agency);
        }
        for (size_t i = 0; r == 0 && i < json_array_size(rows); i++) {
                const char *id = received_text(json_array_get(rows, i), "agency");

                if (json_object_get(ids, id))
                        r = add(&list, &(struct listed_agency){.id = id, .name = id, .short_name = id});
        }
        if (r < 0)
                return -ENOMEM;
        *ret = list;
        list = (struct agency_list){0};
        return 0;
}
