/* Writes a feed: gathers what stands in it, in the order of the days. */
#include "content/feed.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "content/facts-private.h"
#include "core/feed.h"
#include "message/calendar-part.h"
#include "store/obligation-list.h"
#include "store/revisions.h"

/* What becomes one event: an obligation, or those of several agencies that are alike. */
struct event {
        struct letter_entry entry;
        int64_t occurrence;
        enum feed_standing standing;
        const char *agency; /* the first one's id */
        const char *whose;  /* and its name */
        size_t n;
        struct revision revision; /* the latest of them; its moment as in stamp_of() */
};

struct feed {
        struct facts *facts;
        bool of_all;
        struct event *events;
        size_t n, room;
};

/* When it became what it is, UTC milliseconds. What has never changed is as old as the program's knowing of it. */
static int64_t stamp_of(const struct engine *engine, const struct obligation_record *record,
                        const struct revision *revision)
{
        wall_time known = record->obligation.known;

        if (revision->at_ms > 0)
                return revision->at_ms;
        if (revision->number > 0) /* nobody has seen it yet: the next tick writes the moment */
                return clock_now(&engine->clock);
        return clock_instant(known != WALL_NONE ? known : engine->watched_since);
}

static bool is_alike(const struct event *event, const struct event *other)
{
        const struct obligation_dates *a = &event->entry.dates, *b = &other->entry.dates;

        return event->occurrence == other->occurrence && a->from == b->from && a->due == b->due &&
               a->effective == b->effective && a->tentative == b->tentative &&
               (event->standing == FEED_CANCELLED) == (other->standing == FEED_CANCELLED);
}

/* Those of one occurrence and day stand together in the list. */
static struct event *find_alike(const struct feed *feed, const struct event *event)
{
        for (size_t i = feed->n; feed->of_all && i-- > 0 && feed->events[i].occurrence == event->occurrence;)
                if (is_alike(&feed->events[i], event))
                        return &feed->events[i];
        return NULL;
}

static void join(struct event *event, const struct event *other)
{
        event->n++;
        if (event->standing == FEED_DONE) /* it is when all are */
                event->standing = other->standing;
        if (other->revision.number > event->revision.number)
                event->revision.number = other->revision.number;
        if (other->revision.at_ms > event->revision.at_ms)
                event->revision.at_ms = other->revision.at_ms;
}

static int add(struct feed *feed, const struct obligation_record *record, struct event *event)
{
        struct facts *facts = feed->facts;
        const struct roster *roster = &facts->config->roster;
        size_t agency = roster_find(roster, record->agency);
        struct event *alike;
        int r = entry_of_obligation(facts, record, &event->entry);

        if (r < 0)
                return r;
        event->entry.kind = record->obligation.observance ? KIND_OBSERVANCE : KIND_ADVANCE;
        event->occurrence = record->occurrence_id;
        event->n = 1;
        event->revision.at_ms = stamp_of(facts->engine, record, &event->revision);
        event->agency = facts_keep_copy(facts, record->agency);
        event->whose = agency != ROSTER_NONE ? roster->agencies[agency].short_name : event->agency;
        alike = find_alike(feed, event);
        if (alike) {
                join(alike, event);
                return 0;
        }
        r = ARRAY_GROW(feed->events, feed->n, feed->room);
        if (r == 0)
                feed->events[feed->n++] = *event;
        return r;
}

static int visit(void *userdata, const struct obligation_record *record)
{
        struct feed *feed = userdata;
        struct engine *engine = feed->facts->engine;
        struct event event = {.occurrence = 0};
        const struct plan *plan;
        const struct item *item;
        bool planned = settings_find_item(engine->settings, record->plan, record->item, &plan, &item);
        int r = store_get_revision(engine->store, record->id, &event.revision);

        if (r < 0)
                return r;
        event.standing = feed_standing(&record->obligation, feed->facts->config->calendar, planned,
                                       event.revision.number > 0
                                               ? wall_day(clock_wall(stamp_of(engine, record, &event.revision)))
                                               : CIVIL_NONE,
                                       feed->facts->today);
        return event.standing == FEED_NOT ? 0 : add(feed, record, &event);
}

static const char *summary_of(const struct feed *feed, const struct event *event)
{
        const char *mark = event->standing == FEED_DONE ? "✓ " : "";
        const char *doubt = event->standing == FEED_TENTATIVE ? " (dự kiến)" : "";
        char *text = NULL;
        int r;

        if (!feed->of_all)
                r = asprintf(&text, "%s%s%s", mark, event->entry.title, doubt);
        else if (event->n == 1)
                r = asprintf(&text, "%s%s%s – %s", mark, event->entry.title, doubt, event->whose);
        else
                r = asprintf(&text, "%s%s%s – %zu đơn vị", mark, event->entry.title, doubt, event->n);
        return r < 0 ? NULL : facts_keep(feed->facts, text);
}

static int say(const struct feed *feed, const struct event *event, struct ics_event *ret)
{
        const struct letter_sender *sender = settings_sender(feed->facts->engine->settings);
        const struct letter_entry *entry = &event->entry;
        bool window = event->standing == FEED_TENTATIVE;

        *ret = (struct ics_event){
                .uid = facts_keep(feed->facts, calendar_uid(sender, entry, event->agency)),
                .summary = summary_of(feed, event),
                .description = entry->wording ? entry->wording : entry->plan_title,
                .location = entry->place,
                .organizer = sender->from_address,
                .at = window ? 0 : entry->instant,
                .sequence = event->revision.number,
                .stamp = event->revision.at_ms / 1000,
                .status = event->standing == FEED_CANCELLED ? ICS_CANCELLED
                          : window                          ? ICS_TENTATIVE
                                                            : ICS_CONFIRMED,
        };
        calendar_days(entry, &ret->first, &ret->last);
        if (window) {
                ret->first = entry->dates.from != CIVIL_NONE ? entry->dates.from : entry->dates.due;
                ret->last = entry->dates.due;
        }
        return ret->uid && ret->summary ? 0 : -ENOMEM;
}

static int write_events(const struct feed *feed, size_t agency, char **ret)
{
        const struct config *config = feed->facts->config;
        struct ics_event *CLEANUP_FREE events = calloc(feed->n + 1, sizeof(*events));
        char *CLEANUP_FREE name = NULL;
        int r = events ? 0 : -ENOMEM;

        for (size_t i = 0; r == 0 && i < feed->n; i++)
                r = say(feed, &feed->events[i], &events[i]);
        if (r < 0 || facts_verdict(feed->facts, 0) < 0)
                return -ENOMEM;
        if (asprintf(&name, "%s – %s", config->block_short,
                     feed->of_all ? "tất cả đơn vị" : config->roster.agencies[agency].short_name) < 0) {
                name = NULL;
                return -ENOMEM;
        }
        *ret = ics_feed(name, events, feed->n);
        return *ret ? 0 : -ENOMEM;
}

int feed_write(struct engine *engine, size_t agency, char **ret)
{
        struct facts CLEANUP(facts_end) facts = {0};
        struct feed feed = {.facts = &facts, .of_all = agency == ROSTER_NONE};
        struct obligation_filter filter = {0};
        int r = facts_begin(engine, clock_now(&engine->clock), &facts);

        if (r < 0)
                return r;
        if (!feed.of_all)
                filter.agency = facts.config->roster.agencies[agency].id;
        r = store_each_obligation(engine->store, &filter, visit, &feed);
        if (r == 0)
                r = write_events(&feed, agency, ret);
        free(feed.events);
        return r;
}
