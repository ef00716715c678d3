/* SPDX-License-Identifier: MIT */
/* Whether there is a PC BIOS to go back to, and what can be put back of it. */
#ifndef RJ_FIRMWARE_H
#define RJ_FIRMWARE_H

#include <stdbool.h>
#include <stdint.h>

enum firmware {
	FIRMWARE_ALIVE,         /* the vectors can be ones, base memory can be its */
	FIRMWARE_LOST,          /* they cannot, but the ROM has its entry points */
	FIRMWARE_NONE           /* nor that: the machine was booted by UEFI */
};

enum firmware firmware_state(void);

/*
 * Points the vectors at the entry points that every IBM-compatible ROM has at
 * the same places, and gives the BDA what the BIOS's own calls cannot do
 * without. INT 10h is the video ROM's to set. The second 8259's vectors cannot
 * be known, so that chip stays masked.
 */
void firmware_rebuild(void);

/*
 * The address of INT 13h's handler if it is in base memory, where some other program has
 * put it; else 0.
 */
uint32_t int13_in_base_memory(void);

/* Physical address of the EBDA, or 0; bytes of base memory. As the BDA says. */
uint32_t bda_ebda(void);
uint32_t bda_base_memory(void);

/* Whether the ROM of a VGA adapter stands at C0000h. */
bool has_video_rom(void);

#endif
