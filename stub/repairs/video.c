/* SPDX-License-Identifier: MIT */
/*
 * Only the video BIOS knows its adapter, whatever mode a driver has left: INT 10h
 * AH=00h, which real mode calls (arrive in start.asm).
 */
#include "repairs/repair.h"

#include "abi/layout.h"

void repair_video(void)
{
	arrive_flags |= ARRIVE_VIDEO;
}
