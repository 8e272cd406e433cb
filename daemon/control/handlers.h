/* The methods of org.reminderd1.Manager, one function each. */
#pragma once

#include "control/control.h"

/* The interface: methods, properties, signals. */
extern const sd_bus_vtable object_vtable[];
extern const sd_bus_vtable rehearsal_vtable[];

typedef int method(sd_bus_message *call, void *userdata, sd_bus_error *error);

/* decisions.c */
method handle_snooze, handle_unsnooze, handle_done, handle_reopen, handle_waive, handle_urge;
method handle_set_date, handle_clear_date, handle_decide, handle_close;
/* claims.c */
method handle_confirm, handle_reject, handle_grant;
/* heard.c */
method handle_heard;
/* holds.c */
method handle_hold, handle_release;
/* record.c */
method handle_record;
/* operations.c */
method handle_take_over, handle_retry, handle_retry_all, handle_drop, handle_acknowledge, handle_acknowledge_all;
method handle_test, handle_test_to;
/* reload.c */
method handle_reload, handle_adopt;
/* backup.c */
method handle_backup;
/* view-status.c, view-list.c, view-show.c */
method handle_status, handle_list, handle_show;
/* view-records.c */
method handle_deliveries, handle_log, handle_claims;
/* view-plan.c */
method handle_agencies, handle_items, handle_calendar;
/* feed.c */
method handle_calendar_file;
/* view-report.c */
method handle_plans, handle_report;
/* metrics.c */
method handle_metrics;
/* view-preview.c, forecast.c */
method handle_preview, handle_forecast;
