/* Login: AUTH at a mail server, one way after the other. */
#pragma once

#include "transport/session.h"

/* Tries the mechanisms of `server` that this one offers, from *mechanism on, until one is accepted. Where others were
 * refused before, *mechanism is then that one; or the one to begin with in another session, where the server hung up.
 * Does nothing where there is no user name, or nothing to log in to. 0; -ENOMEM, -ECANCELED; -EIO: see *ret_why. */
int login(struct session *session, const struct smtp_server *server, size_t *mechanism, struct setback *ret_why);
