/* SPDX-License-Identifier: MIT */
/* Whether there is a PC BIOS to return to, and how to restore what was overwritten. */
#ifndef RJ_FIRMWARE_H
#define RJ_FIRMWARE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/bda.h"
#include "hardware/io.h"

enum firmware {
	FIRMWARE_ALIVE,         /* the vectors and the size of base memory may be a BIOS's */
	FIRMWARE_LOST,          /* they may not, but the ROM has a BIOS's entry points */
	FIRMWARE_NONE           /* neither: the machine was booted by UEFI */
};

enum firmware firmware_state(void);

/*
 * Points the vectors to the entry points that every IBM-compatible ROM has at the same
 * addresses, and sets the fields of the BDA that the BIOS's calls require. The video ROM
 * sets INT 10h. The vectors of the second 8259 cannot be known, so that chip stays masked.
 */
void firmware_rebuild(void);

/*
 * The address of the INT 13h handler if it is in base memory, where some other program has
 * put it; otherwise 0.
 */
uint32_t int13_in_base_memory(void);

/* According to the BDA: the physical address of the EBDA, or 0; the bytes of base memory. */
uint32_t bda_ebda(void);
uint32_t bda_base_memory(void);

/* Sets the BDA's keyboard buffer up, without a key. */
static inline void bda_empty_keys(void)
{
	write16(BDA_KEYS_START, KEYS_START);
	write16(BDA_KEYS_END, KEYS_END);
	write16(BDA_KEYS_HEAD, KEYS_START);
	write16(BDA_KEYS_TAIL, KEYS_START);
}

#define VIDEO_ROM        0xC0000u
#define VIDEO_ROM_MARK   0x1Eu          /* "IBM", in every VGA adapter's ROM since the first */

/* Without a VGA, another device's ROM may have this address, such as a network card's. */
static inline bool has_video_rom(void)
{
	return read16(VIDEO_ROM + VIDEO_ROM_MARK) == ('B' << 8 | 'I')
		&& read8(VIDEO_ROM + VIDEO_ROM_MARK + 2) == 'M';
}

#endif
