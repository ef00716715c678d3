/* SPDX-License-Identifier: MIT */
/* Assigns drive numbers. */
#ifndef RJ_SETUP_DRIVES_H
#define RJ_SETUP_DRIVES_H

#include "int13/int13.h"

/* Fills in units, map and counts, and the BIOS data area's counts. Prints a line for each disk
   that does not get its number. */
void drives_number(const struct rj_setup *setup);

/* Prints a line for each drive. */
void drives_print(const struct rj_setup *setup);

#endif
