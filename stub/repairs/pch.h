/* SPDX-License-Identifier: MIT */
#ifndef RJ_PCH_H
#define RJ_PCH_H

/* Starts the 8254's clock, which Intel's chipsets since the 100 Series can stop. */
void ungate_pit_clock(void);

#endif
