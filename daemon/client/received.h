/* Answers of the bus as JSON. */
#pragma once

#include <stdbool.h>

#include <jansson.h>
#include <systemd/sd-bus.h>

#include "base/cleanup.h"

DEFINE_CLEANUP(json_t *, json_decref, json_decref)
DEFINE_CLEANUP(sd_bus_message *, sd_bus_message_unref, sd_bus_message_unref)
#define CLEANUP_JSON CLEANUP(json_decref_p)
#define CLEANUP_MESSAGE CLEANUP(sd_bus_message_unref_p)

/* The values of a message, one array: strings, truths, numbers, lists, dictionaries, variants as what is in them. NULL:
 * there is one of another kind, or no memory. */
json_t *received_values(sd_bus_message *message);

/* A member of a dictionary as a string, "" where there is none; as a number, 0; as a truth, false. */
const char *received_text(const json_t *object, const char *key);
json_int_t received_number(const json_t *object, const char *key);
bool received_truth(const json_t *object, const char *key);
