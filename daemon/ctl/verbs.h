/* The verbs, one function each; every one returns an enum exit_code. */
#pragma once

#include "ctl/cli.h"

typedef int run_verb(struct cli *cli);

run_verb run_status, run_list, run_show, run_forecast, run_calendar, run_preview, run_deliveries, run_log;
run_verb run_report, run_metrics;
run_verb run_snooze, run_unsnooze, run_done, run_reopen, run_waive, run_urge, run_close, run_set_date, run_clear_date;
run_verb run_claim, run_claims, run_confirm, run_reject, run_grant;
run_verb run_hold, run_release, run_record;
run_verb run_take_over, run_retry, run_drop, run_acknowledge, run_test, run_reload, run_backup, run_help;

/* What may follow the words of an unfinished command line, one a line: for the completion of the shells. */
int complete(int n, char **words);

/* "so-tu-phap: nothing is sent until 2026-12-05 (the storm)", from the members of an object that have these names. */
void print_hold(const char *who, const json_t *object, const char *until, const char *reason);

/* Asks on the terminal before something that is hard to take back; elsewhere --yes must say it. EXIT_DONE: go on. */
int confirm(const struct cli *cli, const char *what);

/* blocks.c: whether a command asks every block; its verb, asked of each. */
bool blocks_are_meant(const struct command *command);
int blocks_run(struct cli *cli);
