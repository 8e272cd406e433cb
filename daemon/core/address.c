/* Addresses: where the notices of an agency go, and which of them share a message. */
#include "core/address.h"

#include <string.h>

bool subscription_wants(const struct subscription *subscription, size_t agency, enum notice_kind kind)
{
        if (!subscription->kinds[kind] || agency == ROSTER_NONE)
                return false;
        if (subscription->all_agencies)
                return true;
        for (size_t i = 0; i < subscription->n_agencies; i++)
                if (subscription->agencies[i] == agency)
                        return true;
        return false;
}

/* ---- the addresses of an agency ---- */

struct channel address_channel(const struct address *address)
{
        return address->kind == CHANNEL_MAIL ? channel_mail : channel_webhook(address->name);
}

/* NULL: it has no more. */
static const char *mailbox_of(const struct address_book *book, size_t agency, size_t i)
{
        const struct agency *it;

        if (!book->has_mail)
                return NULL;
        if (agency == ROSTER_NONE)
                return i == 0 && *book->contact ? book->contact : NULL;
        it = &book->roster->agencies[agency];
        return i < it->n_emails ? it->emails[i] : NULL;
}

bool address_next(const struct address_book *book, size_t agency, struct address *address)
{
        const char *mailbox = address->webhook ? NULL : mailbox_of(book, agency, address->mailbox);

        if (mailbox) {
                address->kind = CHANNEL_MAIL;
                address->name = mailbox;
                address->mailbox++;
                return true;
        }
        address->webhook = address->webhook ? address->webhook->next : book->webhooks;
        if (!address->webhook)
                return false;
        address->kind = CHANNEL_WEBHOOK;
        address->name = address->webhook->id;
        return true;
}

bool address_takes(const struct address *address, size_t agency, enum notice_kind kind)
{
        return !address->webhook || subscription_wants(address->webhook, agency, kind);
}

static bool takes_anything(const struct address *address, size_t agency)
{
        for (enum notice_kind kind = 0; kind < KIND_COUNT; kind++)
                if (address_takes(address, agency, kind))
                        return true;
        return agency == ROSTER_NONE;
}

bool address_is_of(const struct address_book *book, size_t agency, const struct channel *channel, const char *name)
{
        for (struct address address = {0}; address_next(book, agency, &address);)
                if (address.kind == channel->kind &&
                    (address.kind == CHANNEL_MAIL ? mailbox_same(address.name, name) : strcmp(address.name, name) == 0))
                        return takes_anything(&address, agency);
        return false;
}

size_t address_household(const struct address_book *book, size_t agency)
{
        const struct agency *it = agency == ROSTER_NONE ? NULL : &book->roster->agencies[agency];

        return it && book->has_mail && it->shares ? it->household : ROSTER_NONE;
}

bool address_in_household(const struct address_book *book, size_t household, size_t agency)
{
        return book->roster->agencies[agency].household == household;
}

/* ---- messages ---- */

/* With what else a notice may stand in one message. */
enum company { WITH_REMINDERS, WITH_CONFIRMATIONS, WITH_FAILURES, WITH_BOUNCES, WITH_WHAT_IS_TAKEN_BACK, ALONE };

static enum company company_of(enum notice_kind kind, bool digest_joins)
{
        if (kind_takes_back(kind))
                return WITH_WHAT_IS_TAKEN_BACK;
        if (kind_tells_failure(kind))
                return kind == KIND_BOUNCED ? WITH_BOUNCES : WITH_FAILURES;
        if (kind_confirms(kind))
                return WITH_CONFIRMATIONS;
        return kind == KIND_DIGEST && !digest_joins ? ALONE : WITH_REMINDERS;
}

bool address_shares_message(enum notice_kind a, enum notice_kind b, bool digest_joins)
{
        enum company company = company_of(a, digest_joins);

        return company != ALONE && company == company_of(b, digest_joins);
}

struct routing {
        const struct address_book *book;
        const struct addressed *notices;
        size_t n;
        bool digest_joins;                 /* a mail of theirs: they are of one agency */
        bool reached[MESSAGE_NOTICES_MAX]; /* by notice: it goes somewhere */
        message_visitor visit;
        void *userdata;
};

/* Whether an address of `agency` gets a notice: a mailbox also those of the others that have it. */
static bool gets(const struct routing *routing, const struct address *address, size_t agency, size_t notice)
{
        const struct addressed *it = &routing->notices[notice];

        if (it->agency == agency)
                return address_takes(address, agency, it->kind);
        return address->kind == CHANNEL_MAIL &&
               agency_has_mailbox(&routing->book->roster->agencies[it->agency], address->name);
}

/* Splits what an address gets into messages. */
static int route_to(struct routing *routing, const struct address *address, size_t agency)
{
        bool digest_joins = routing->digest_joins && address->kind == CHANNEL_MAIL;
        bool done[MESSAGE_NOTICES_MAX] = {false};
        int r = 0;

        for (size_t i = 0; r == 0 && i < routing->n; i++) {
                size_t message[MESSAGE_NOTICES_MAX], n = 0;

                if (done[i] || !gets(routing, address, agency, i))
                        continue;
                for (size_t j = i; j < routing->n; j++)
                        if (j == i || (!done[j] && gets(routing, address, agency, j) &&
                                       address_shares_message(routing->notices[i].kind, routing->notices[j].kind,
                                                              digest_joins))) {
                                message[n++] = j;
                                done[j] = routing->reached[j] = true;
                        }
                r = routing->visit(routing->userdata, address, message, n);
        }
        return r;
}

static bool has_been_told(const struct routing *routing, size_t agency, const struct address *address)
{
        const struct agency *agencies = routing->book->roster->agencies;
        size_t household = address_household(routing->book, agency);

        if (address->kind != CHANNEL_MAIL || household == ROSTER_NONE)
                return false;
        for (size_t i = household; i < agency; i++)
                if (agencies[i].household == household && agency_has_mailbox(&agencies[i], address->name))
                        return true;
        return false;
}

static int route_agency(struct routing *routing, size_t agency)
{
        int r = 0;

        for (struct address address = {0}; r == 0 && address_next(routing->book, agency, &address);)
                if (!has_been_told(routing, agency, &address))
                        r = route_to(routing, &address, agency);
        return r;
}

bool address_joins_digest(const struct address_book *book, size_t agency)
{
        return book->digest_joins && address_household(book, agency) == ROSTER_NONE;
}

int address_messages(const struct address_book *book, const struct addressed *notices, size_t n, message_visitor visit,
                     void *userdata)
{
        struct routing routing = {.book = book, .notices = notices, .n = n, .visit = visit, .userdata = userdata};
        size_t household = address_household(book, notices[0].agency);
        int r = 0;

        routing.digest_joins = address_joins_digest(book, notices[0].agency);
        if (household == ROSTER_NONE)
                r = route_agency(&routing, notices[0].agency);
        for (size_t i = household; r == 0 && household != ROSTER_NONE && i < book->roster->n_agencies; i++)
                if (address_in_household(book, household, i))
                        r = route_agency(&routing, i);
        for (size_t i = 0; r == 0 && i < n; i++)
                if (!routing.reached[i])
                        r = visit(userdata, NULL, &i, 1);
        return r;
}
