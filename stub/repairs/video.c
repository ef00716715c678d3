/* SPDX-License-Identifier: MIT */
/*
 * Only the video BIOS can reset its adapter from any mode that a driver has left. arrive, in
 * start.asm, calls INT 10h AH=00h from real mode.
 */
#include "repairs/repair.h"

#include "abi/layout.h"

void repair_video(void)
{
	arrive_flags |= ARRIVE_VIDEO;
}
