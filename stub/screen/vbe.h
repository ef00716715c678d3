/* SPDX-License-Identifier: MIT */
/*
 * VESA BIOS Extension core functions 3.0; VBE/FP (flat panel), function 4F11h. The modes are the
 * framebuffer as it is, and smaller windows in its middle, all linear and with direct colour.
 */
#ifndef RJ_VBE_H
#define RJ_VBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/boot_params.h"
#include "screen/vbe_call.h"

#define VBE_OK          0x004Fu         /* AX */
#define VBE_FAILED      0x014Fu
#define VBE_SIGNATURE   0x41534556u     /* "VESA" */
#define VBE_LINEAR      0x4000u         /* with a mode's number */
#define VBE_KEEP        0x8000u         /* do not clear */

/* 4F00h: VbeInfoBlock. */
struct vbe_info {
	uint32_t signature;
	uint16_t version;
	uint32_t oem;                   /* far pointers, as segment << 16 | offset */
	uint32_t capabilities;
	uint32_t modes;
	uint16_t memory;                /* in 64 KiB */
	uint16_t oem_version;
	uint32_t vendor, product, revision;
	uint16_t mode_list[RJ_VBE_MODES + 1];
	char name[8];
} __attribute__((packed));
_Static_assert(offsetof(struct vbe_info, mode_list) == 34, "VbeInfoBlock");
_Static_assert(sizeof(struct vbe_info) <= 256, "VbeInfoBlock");

/* 4F01h: ModeInfoBlock. */
struct vbe_mode_info {
	uint16_t attributes;
	uint8_t window_attributes[2];
	uint16_t granularity, window_size, window_segments[2];
	uint32_t window_function;
	uint16_t pitch;
	uint16_t width, height;
	uint8_t character_width, character_height, planes, bits, banks, model, bank_size, pages;
	uint8_t one;                    /* reserved, always 1 */
	struct colour_field red, green, blue, reserved;
	uint8_t colour_info;
	uint32_t base;
	uint32_t unused1;
	uint16_t unused2;
	uint16_t linear_pitch;          /* VBE 3.0, from here on */
	uint8_t banked_pages, linear_pages;
	struct colour_field linear_red, linear_green, linear_blue, linear_reserved;
	uint32_t max_clock;
} __attribute__((packed));
_Static_assert(offsetof(struct vbe_mode_info, red) == 31, "ModeInfoBlock");
_Static_assert(offsetof(struct vbe_mode_info, base) == 40, "ModeInfoBlock");
_Static_assert(sizeof(struct vbe_mode_info) == 66, "ModeInfoBlock");

/* 4F11h, BL = 01h. */
struct vbe_panel {
	uint16_t width, height;
	uint16_t type;
	uint8_t colour_bits[4];
	uint32_t memory_size, memory_base;
	uint8_t unused[14];
} __attribute__((packed));
_Static_assert(sizeof(struct vbe_panel) == 32, "panel");

/* Whether a graphics mode is set. */
bool vbe_is_graphics(void);

/* Serves a VBE call on this framebuffer, as vbe in struct rj_screen; the caller clears it. */
void vbe_serve(const struct screen_info *screen, struct rj_vbe *call);

#endif
