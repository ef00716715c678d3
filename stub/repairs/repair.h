/* SPDX-License-Identifier: MIT */
/*
 * One function for each row of RJ_REPAIRS, one file for each device. Each restores the
 * device to its state after a cold boot (the arrival contract). None fails, and every
 * wait is limited.
 */
#ifndef RJ_REPAIR_H
#define RJ_REPAIR_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/layout.h"
#include "abi/repairs.h"

#define RJ_REPAIR_FUNCTION(name, bit, what) void repair_##name(void);
RJ_REPAIRS(RJ_REPAIR_FUNCTION)
#undef RJ_REPAIR_FUNCTION

/* ARRIVE_*: what remains to be done in real mode. */
extern uint32_t arrive_flags;

/* LOADER_*: who entered the stub. An operating system does so in 64-bit mode. */
extern uint32_t entered_by;

static inline bool entered_from_64bit(void)
{
	return entered_by == LOADER_LINUX64 || entered_by == LOADER_LONG_MODE;
}

/* Whether this is the CPU that the firmware started. INIT resets the machine on that one. */
bool on_boot_cpu(void);

/* The address of the HPET's registers, or 0 if there is none below 4 GiB. */
uint32_t hpet_registers(void);

/* Turns Bus Master on for a disk controller that the firmware's INT 13h will use. */
void pci_firmware_disk_on(uint32_t address);

/* Bus, device and function of the VGA adapter, as a video ROM takes them in AX; or 0. */
uint16_t pci_video_adapter(void);

/* Tests whether addresses wrap around at 1 MiB. */
bool a20_is_open(void);

/* Ticks of the time stamp counter in a millisecond; a wait of ms milliseconds. */
uint32_t ticks_per_ms(void);
void delay_ms(uint32_t ms);

#endif
