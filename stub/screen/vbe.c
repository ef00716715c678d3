/* SPDX-License-Identifier: MIT */
#include "screen/vbe.h"

#include "common/mem.h"
#include "common/units.h"
#include "screen/font.h"

#define VERSION         0x0300u
#define FIRST_MODE      0x0140u         /* beyond those that VESA has defined */
#define TEXT_MODE       0x0003u
#define MODE_NUMBER     0x3FFFu
#define MEMORY_UNIT     (64 * KIB)

/* Supported, optional information, colour, graphics; no VGA registers, no banks; linear. */
#define ATTRIBUTES      0x00FBu
#define DIRECT_COLOUR   6u

/* The windows' sizes; 0: the framebuffer's. */
static const uint16_t sizes[RJ_VBE_MODES][2] = {
	{ 0, 0 }, { 640, 480 }, { 800, 600 }, { 1024, 768 }, { 1280, 1024 },
};
static const char name[] = "rjpack";

static uint16_t mode_now = TEXT_MODE;

static uint32_t width_of(const struct screen_info *s, uint32_t mode)
{
	return sizes[mode][0] ? sizes[mode][0] : s->width;
}

static uint32_t height_of(const struct screen_info *s, uint32_t mode)
{
	return sizes[mode][1] ? sizes[mode][1] : s->height;
}

/* Whether there is a mode, 0 to RJ_VBE_MODES - 1. A window is smaller than the framebuffer. */
static bool has_mode(const struct screen_info *s, uint32_t mode)
{
	uint32_t width, height;

	if (mode >= RJ_VBE_MODES)
		return false;
	width = width_of(s, mode);
	height = height_of(s, mode);
	return width <= s->width && height <= s->height
		&& (!mode || width < s->width || height < s->height);
}

static uint32_t bytes_per_pixel(const struct screen_info *s)
{
	return (s->depth + 7u) / 8;
}

/* The window's first byte, from the framebuffer's. */
static uint32_t offset_of(const struct screen_info *s, uint32_t mode)
{
	return (s->height - height_of(s, mode)) / 2 * s->pitch
		+ (s->width - width_of(s, mode)) / 2 * bytes_per_pixel(s);
}

static uint32_t copy_block(struct rj_vbe *call, const void *from, uint32_t bytes, uint32_t of)
{
	memset(call->block, 0, of);
	memcpy(call->block, from, bytes);
	call->bytes = (uint16_t)of;
	return VBE_OK;
}

static uint32_t get_info(const struct screen_info *s, struct rj_vbe *call)
{
	uint32_t block = (uint32_t)call->es << 16 | (uint16_t)call->di;
	struct vbe_info info = {
		.signature = VBE_SIGNATURE, .version = VERSION,
		.oem = block + offsetof(struct vbe_info, name),
		.modes = block + offsetof(struct vbe_info, mode_list),
		.memory = (uint16_t)(((uint32_t)s->height * s->pitch + MEMORY_UNIT - 1) / MEMORY_UNIT),
		.vendor = block + offsetof(struct vbe_info, name),
		.product = block + offsetof(struct vbe_info, name),
		.revision = block + offsetof(struct vbe_info, name) + sizeof(name) - 1,
	};
	uint32_t count = 0;

	for (uint32_t mode = 0; mode < RJ_VBE_MODES; mode++)
		if (has_mode(s, mode))
			info.mode_list[count++] = (uint16_t)(FIRST_MODE + mode);
	info.mode_list[count] = 0xFFFF;
	memcpy(info.name, name, sizeof(name));
	return copy_block(call, &info, sizeof(info), call->has_vbe2 ? 512 : 256);
}

static uint32_t get_mode_info(const struct screen_info *s, struct rj_vbe *call)
{
	uint32_t mode = (call->cx & MODE_NUMBER) - FIRST_MODE;
	struct vbe_mode_info info = {
		.attributes = ATTRIBUTES, .pitch = s->pitch,
		.character_width = RJ_FONT_WIDTH, .character_height = RJ_FONT_HEIGHT,
		.planes = 1, .bits = (uint8_t)s->depth, .banks = 1, .model = DIRECT_COLOUR, .one = 1,
		.red = s->red, .green = s->green, .blue = s->blue, .reserved = s->reserved,
		.linear_pitch = s->pitch,
		.linear_red = s->red, .linear_green = s->green, .linear_blue = s->blue,
		.linear_reserved = s->reserved,
	};

	if (!has_mode(s, mode))
		return VBE_FAILED;
	info.width = (uint16_t)width_of(s, mode);
	info.height = (uint16_t)height_of(s, mode);
	info.base = s->base + offset_of(s, mode);
	return copy_block(call, &info, sizeof(info), 256);
}

static uint32_t set_mode(const struct screen_info *s, struct rj_vbe *call)
{
	uint16_t number = call->bx & MODE_NUMBER;

	if (number == TEXT_MODE) {
		call->sets_text = 1;
		return VBE_OK;
	}
	if (!has_mode(s, number - FIRST_MODE) || !(call->bx & VBE_LINEAR))
		return VBE_FAILED;
	mode_now = number | VBE_LINEAR;
	call->clears = !(call->bx & VBE_KEEP);
	return VBE_OK;
}

/* 4F06h: every length that fits gives the one there is. */
static uint32_t line_length(const struct screen_info *s, struct rj_vbe *call)
{
	uint8_t function = (uint8_t)call->bx;
	uint32_t wanted = call->cx * (function == 0 ? bytes_per_pixel(s) : 1);

	if (mode_now == TEXT_MODE || function > 3 || (!(function & 1) && wanted > s->pitch))
		return VBE_FAILED;
	call->bx = s->pitch;
	call->cx = (uint16_t)(s->pitch / bytes_per_pixel(s));
	call->dx = (uint16_t)height_of(s, (mode_now & MODE_NUMBER) - FIRST_MODE);
	return VBE_OK;
}

/* 4F07h: the display starts at the first pixel, always. */
static uint32_t display_start(struct rj_vbe *call)
{
	uint8_t function = call->bx & 0x7F;

	if (mode_now == TEXT_MODE || function > 1 || (!function && (call->cx || call->dx)))
		return VBE_FAILED;
	if (function)
		call->bx = call->cx = call->dx = 0;
	return VBE_OK;
}

static uint32_t get_panel(const struct screen_info *s, struct rj_vbe *call)
{
	struct vbe_panel panel = {
		.width = s->width, .height = s->height,
		.colour_bits = { s->red.size, s->green.size, s->blue.size, s->reserved.size },
	};

	return (uint8_t)call->bx == 1 ? copy_block(call, &panel, sizeof(panel), sizeof(panel))
				      : VBE_FAILED;
}

static uint32_t serve(const struct screen_info *s, struct rj_vbe *call)
{
	switch ((uint8_t)call->ax) {
	case 0x00:
		return get_info(s, call);
	case 0x01:
		return get_mode_info(s, call);
	case 0x02:
		return set_mode(s, call);
	case 0x03:
		call->bx = mode_now;
		return VBE_OK;
	case 0x06:
		return line_length(s, call);
	case 0x07:
		return display_start(call);
	case 0x11:
		return get_panel(s, call);
	default:
		return VBE_FAILED;
	}
}

bool vbe_is_graphics(void)
{
	return mode_now != TEXT_MODE;
}

void vbe_serve(const struct screen_info *s, struct rj_vbe *call)
{
	call->bytes = call->sets_text = call->clears = 0;
	if (!call->leaves) {
		call->ax = (uint16_t)serve(s, call);
		return;
	}
	call->clears = vbe_is_graphics();
	mode_now = TEXT_MODE;
}
