/* The names on the bus (daemon/doc/formats.md section 4), for the daemon and its clients. */
#pragma once

enum bus_kind { BUS_SYSTEM, BUS_SESSION, BUS_NONE };

#define BUS_NAME "org.reminderd1"
#define BUS_PATH "/org/reminderd1"
#define BUS_INTERFACE "org.reminderd1.Manager"
#define REHEARSAL_INTERFACE "org.reminderd1.Rehearsal"

#define ERROR_NOT_FOUND "org.reminderd1.Error.NotFound"
#define ERROR_INVALID "org.reminderd1.Error.Invalid"
#define ERROR_REFUSED "org.reminderd1.Error.Refused"
#define ERROR_DAY_OFF "org.reminderd1.Error.DayOff" /* refused unless it is said that it is meant */
#define ERROR_NOT_PERMITTED "org.reminderd1.Error.NotPermitted"
