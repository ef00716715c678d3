/* SPDX-License-Identifier: MIT */
/* Multiboot2 specification 2.0, 3.6.12 "Framebuffer info". */
#include "survey/screen.h"

#include "abi/layout.h"
#include "common/units.h"
#include "entry/loader_info.h"
#include "hardware/io.h"

#define TAG_FRAMEBUFFER 8u
#define ADDRESS         8u              /* offsets in the tag */
#define PITCH           16u
#define WIDTH           20u
#define HEIGHT          24u
#define DEPTH           28u
#define TYPE            29u
#define RED             32u             /* position and size, then of green and blue */
#define DIRECT_COLOUR   1u              /* the type */
#define VESA_UNIT       (64 * KIB)

static struct screen_info of_multiboot2(uint32_t tag)
{
	uint32_t pitch = read32(tag + PITCH), height = read32(tag + HEIGHT);

	return (struct screen_info){
		.type = SCREEN_VESA,
		.width = (uint16_t)read32(tag + WIDTH), .height = (uint16_t)height,
		.depth = read8(tag + DEPTH), .pitch = (uint16_t)pitch,
		.base = read32(tag + ADDRESS), .base_high = read32(tag + ADDRESS + 4),
		.capabilities = read32(tag + ADDRESS + 4) ? SCREEN_64BIT : 0,
		.size = (pitch * height + VESA_UNIT - 1) / VESA_UNIT,
		.red = { read8(tag + RED + 1), read8(tag + RED) },
		.green = { read8(tag + RED + 3), read8(tag + RED + 2) },
		.blue = { read8(tag + RED + 5), read8(tag + RED + 4) },
	};
}

static struct screen_info of_linux(uint32_t info)
{
	struct screen_info screen = { .type = 0 };

	for (uint32_t i = 0; i < sizeof(screen); i++)
		((uint8_t *)&screen)[i] = read8(info + i);
	if (screen.type != SCREEN_VESA && screen.type != SCREEN_EFI)
		screen = (struct screen_info){ .type = 0 };
	return screen;
}

struct screen_info loader_screen(uint32_t loader, uint32_t info)
{
	uint32_t tag = loader == LOADER_MULTIBOOT2 ? multiboot2_tag(info, TAG_FRAMEBUFFER) : 0;

	if (tag && read8(tag + TYPE) == DIRECT_COLOUR)
		return of_multiboot2(tag);
	if (loader == LOADER_LINUX32 || loader == LOADER_LINUX64)
		return of_linux(info);
	return (struct screen_info){ .type = 0 };
}
