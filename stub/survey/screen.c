/* SPDX-License-Identifier: MIT */
/* Multiboot2 specification 2.0, 3.6.12 "Framebuffer info". */
#include "survey/screen.h"

#include <stddef.h>

#include "abi/layout.h"
#include "common/units.h"
#include "entry/loader_info.h"
#include "hardware/io.h"

#define VESA_UNIT       (64 * KIB)

static struct screen_info of_multiboot2(uint32_t tag)
{
	uint32_t pitch = read32(tag + TAG(pitch)), height = read32(tag + TAG(height));

	return (struct screen_info){
		.type = SCREEN_VESA,
		.width = (uint16_t)read32(tag + TAG(width)), .height = (uint16_t)height,
		.depth = read8(tag + TAG(depth)), .pitch = (uint16_t)pitch,
		.base = read32(tag + TAG(address)),
		.base_high = read32(tag + TAG(address_high)),
		.capabilities = read32(tag + TAG(address_high)) ? SCREEN_64BIT : 0,
		.size = (pitch * height + VESA_UNIT - 1) / VESA_UNIT,
		.red = { read8(tag + TAG(colours) + 1), read8(tag + TAG(colours)) },
		.green = { read8(tag + TAG(colours) + 3), read8(tag + TAG(colours) + 2) },
		.blue = { read8(tag + TAG(colours) + 5), read8(tag + TAG(colours) + 4) },
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

	if (tag && read8(tag + TAG(kind)) == DIRECT_COLOUR)
		return of_multiboot2(tag);
	if (loader == LOADER_LINUX32 || loader == LOADER_LINUX64)
		return of_linux(info);
	return (struct screen_info){ .type = 0 };
}

/* A number up to the character `end`, after which *at continues. */
static bool take_number(const char **at, char end, uint64_t *number)
{
	uint32_t base = 10, digits = 0;

	if ((*at)[0] == '0' && (*at)[1] == 'x') {
		base = 16;
		*at += 2;
	}
	for (*number = 0; **at && **at != end; ++*at, digits++) {
		uint32_t c = (uint8_t)**at, digit = c - '0';

		if (digit > 9)
			digit = (c | 0x20) - 'a' + 10;
		if (digit >= base || digits == 16)
			return false;
		*number = *number * base + digit;
	}
	return digits && *(*at)++ == end;
}

static bool set_colours(struct screen_info *screen)
{
	uint8_t bits = screen->depth >= 24 ? 8 : 5, green = screen->depth == 16 ? 6 : bits;

	screen->blue = (struct colour_field){ bits, 0 };
	screen->green = (struct colour_field){ green, bits };
	screen->red = (struct colour_field){ bits, (uint8_t)(bits + green) };
	return screen->depth == 15 || screen->depth == 16 || screen->depth == 24 || screen->depth == 32;
}

bool screen_parse(const char *text, struct screen_info *screen)
{
	static const char ends[] = ",xx,";      /* and the NUL */
	uint64_t numbers[sizeof(ends)];

	for (uint32_t i = 0; i < sizeof(ends); i++)
		if (!take_number(&text, ends[i], &numbers[i]) || (i && numbers[i] >> 16))
			return false;
	*screen = (struct screen_info){
		.type = SCREEN_EFI, .base = (uint32_t)numbers[0],
		.base_high = (uint32_t)(numbers[0] >> 32),
		.capabilities = numbers[0] >> 32 ? SCREEN_64BIT : 0,
		.width = (uint16_t)numbers[1], .height = (uint16_t)numbers[2],
		.depth = (uint16_t)numbers[3], .pitch = (uint16_t)numbers[4],
		.size = (uint32_t)numbers[2] * (uint32_t)numbers[4],
	};
	return screen->base && set_colours(screen);
}
