/* The backup that somebody asked for over the bus, written to the descriptor that came with the call. */
#pragma once

#include "control/control.h"

/* The connection goes: nobody waits for the answer any more, and the backup is given up without a wait. */
void backup_forget_caller(struct control *control);
/* Ends it, and waits for that. */
void backup_end(struct control *control);
