/* A forecast: the engine itself, over an excerpt of the store, in virtual time and in small slices. */
#pragma once

#include "control/control.h"

/* Gives all of them up, without replies. */
void forecast_end_all(struct control *control);
