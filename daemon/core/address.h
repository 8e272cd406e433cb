/* Addresses: where the notices of an agency go, and which of them share a message. */
#pragma once

#include "core/channel.h"
#include "core/kind.h"

/* Notices in one message: more than a person reads, less than a mail server refuses. */
#define MESSAGE_NOTICES_MAX 100

/* What a webhook is to be told. */
struct subscription {
        const char *id;    /* the webhook's */
        bool all_agencies; /* "*", or neither a list of its own nor an agency that names it */
        size_t *agencies;  /* roster indexes, with those that name it as their own */
        size_t n_agencies;
        bool kinds[KIND_COUNT];
        const struct subscription *next;
};
bool subscription_wants(const struct subscription *subscription, size_t agency, enum notice_kind kind);

/* All addresses of the configuration in force, from which it is borrowed. */
struct address_book {
        const struct roster *roster;
        const char *contact; /* the mailbox of the block's contact; "": none */
        bool has_mail;       /* otherwise no mailbox counts */
        bool digest_joins;   /* the reminder of the same morning, where a mail is of one agency */
        const struct subscription *webhooks;
};

/* Below, an agency is an index of the roster; ROSTER_NONE is the contact. */
struct address {
        enum channel_kind kind;
        const char *name; /* mailbox, or the webhook's id */
        const struct subscription *webhook;
        size_t mailbox; /* counts those of the agency */
};
struct channel address_channel(const struct address *address);
/* The next address of an agency, after a zeroed one the first: its mailboxes, then all webhooks, whether or not they
 * want anything of the agency. False: no more. */
bool address_next(const struct address_book *book, size_t agency, struct address *address);
/* Whether an address that address_next() gave for the agency gets its notices of that kind. */
bool address_takes(const struct address *address, size_t agency, enum notice_kind kind);
/* Whether a delivery to that address is still one to that agency. A webhook is the contact's for as long as there is
 * one: it is being tested. */
bool address_is_of(const struct address_book *book, size_t agency, const struct channel *channel, const char *name);

/* Whether notices of two kinds may stand in one message. digest_joins: a digest stands with reminders. */
bool address_shares_message(enum notice_kind a, enum notice_kind b, bool digest_joins);

/* Whether an agency's digest stands in the mail that reminds it on the same morning. */
bool address_joins_digest(const struct address_book *book, size_t agency);

/* The household with which an agency's notices leave together, since it shares a mailbox: its first agency in the
 * roster. ROSTER_NONE: they leave by themselves. */
size_t address_household(const struct address_book *book, size_t agency);
bool address_in_household(const struct address_book *book, size_t household, size_t agency);

/* A notice, as far as it decides where it goes. */
struct addressed {
        size_t agency;
        enum notice_kind kind;
};
/* A message to one address, about the notices with these numbers; address NULL: they have nobody to go to. A return
 * other than 0 ends the visit and is returned. */
typedef int (*message_visitor)(void *userdata, const struct address *address, const size_t *notices, size_t n);
/* Visits the messages that notices become, at most MESSAGE_NOTICES_MAX: all of one agency, of the contact, or of one
 * household. Agencies that share a mailbox are told in one message to it. */
int address_messages(const struct address_book *book, const struct addressed *notices, size_t n, message_visitor visit,
                     void *userdata);
