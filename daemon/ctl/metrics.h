/* The metrics of several blocks as one text. */
#pragma once

#include "ctl/cli.h"

/* Rows as run_metrics() keeps them of every block: `openmetrics` and `block`. Each sample gets a label block, but for a
 * block without a name. Prints, or writes the file that the command names. An enum exit_code. */
int metrics_print_blocks(struct cli *cli, const json_t *rows);
