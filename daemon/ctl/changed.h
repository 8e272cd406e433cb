/* What a decision changed: plan, item, agency, day and title. */
#pragma once

#include "ctl/cli.h"

/* Prints it as JSON or for people; `rows` are obligations as List has them. An exit code. */
int changed_report(const struct cli *cli, json_t *rows);
/* A line for each obligation; one for all of an item and a day where they are many. */
void changed_print(const struct cli *cli, const json_t *rows);
