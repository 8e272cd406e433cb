/* A backup asked for over the bus, written to the descriptor that came with the call. */
#pragma once

#include "control/control.h"

/* The connection is lost: the backup is cancelled without waiting, since its answer could not be delivered. */
void backup_request_forget_caller(struct control *control);
/* Cancels it and waits until it has ended. */
void backup_request_end(struct control *control);
