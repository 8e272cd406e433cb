/* Arguments of the methods: items, agencies, dates, pages and filters, checked, with errors that say what to do. */
#pragma once

#include "control/control.h"
#include "core/date.h"
#include "core/reference.h"

/* All below return 0, or a negative errno with `error` set. No argument is repeated in an error before its length and
 * its characters are known to be harmless. */

/* Whether an obligation is in a state for which there is the decision: obligation_may_reopen() and its like; of what is
 * only looked at, obligation_may_waive(), which asks that it is not settled. */
typedef enum refusal item_fits(const struct obligation *obligation);

/* Finds the item that is meant; a typo is answered with the nearest one. Items that left the plans are found too. What
 * is returned names its plan: without one, that where `fits` says so of what the agency owes ("": any agency). */
int argument_item(const struct control *control, const char *text, const char *agency, item_fits *fits,
                  struct reference *ret, sd_bus_error *error);
/* The same for what lists the item of every plan: one that is given without its plan is returned without. */
int argument_item_of_any_plan(const struct control *control, const char *text, struct reference *ret,
                              sd_bus_error *error);
/* Whether there is such an agency, now or in the records. */
int argument_agency(const struct control *control, const char *id, sd_bus_error *error);
int argument_plan(const struct control *control, const char *id, sd_bus_error *error);
int argument_date(const struct control *control, const char *text, enum date_sense sense, civil_day *ret,
                  sd_bus_error *error);

struct page {
        uint64_t offset;
        size_t limit; /* 1 to `most` */
};
enum page_outcome { PAGE_FULL = 1 }; /* of a visitor of the store that fills one */
/* Reads "tu": a limit of 0 means `most`, more is cut down to it. */
int argument_page(sd_bus_message *call, size_t most, struct page *ret, sd_bus_error *error);

/* One key that a filter a{sv} may have; its value is a string, borrowed from the call. */
struct filter_key {
        const char *name;
        const char **value; /* left alone where the caller does not give it, or gives "" */
};
int argument_filter(sd_bus_message *call, const struct filter_key *keys, size_t n, sd_bus_error *error);

/* One key of a{sv} whose value is a boolean. */
struct truth_key {
        const char *name;
        int *value; /* left alone where the caller does not give it */
};
/* The same with keys of both sorts. */
int argument_details(sd_bus_message *call, const struct filter_key *keys, size_t n, const struct truth_key *truths,
                     size_t n_truths, sd_bus_error *error);
