/* A delivery: one message to one address, with the notices that it carries. */
#pragma once

/* Stored as numbers: a new one stands at the end. */
enum delivery_state {
        DELIVERY_QUEUED,
        DELIVERY_SENDING, /* claimed, perhaps on the wire */
        DELIVERY_SENT,
        DELIVERY_FAILED,
        DELIVERY_CANCELLED, /* nothing left to say, no longer an address, or dropped by hand */
        DELIVERY_STATES
};

const char *delivery_state_name(enum delivery_state state);
/* 0, or -EINVAL. */
int delivery_state_parse(const char *name, enum delivery_state *ret);
