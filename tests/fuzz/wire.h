/* A connection of libcurl to a server that has said everything beforehand: once it is made, the whole answer lies in
 * the socket and then nothing more comes. So a real transfer needs no second thread, no port and no waiting. */
#pragma once

#include <curl/curl.h>
#include <stddef.h>

/* Lets a prepared handle talk to a server that says these bytes; returns how that ended. */
CURLcode wire_perform(CURL *easy, const char *bytes, size_t size);
