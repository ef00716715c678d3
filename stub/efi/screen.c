/* SPDX-License-Identifier: MIT */
/* UEFI 2.10, 12.9 "Graphics Output Protocol". */
#include "efi/efi.h"

#define COLOUR_BITS 8u                  /* of the two formats without masks */

static const struct efi_guid graphics_guid = EFI_GRAPHICS_OUTPUT_GUID;
static const struct efi_guid console_guid = EFI_CONSOLE_OUT_DEVICE_GUID;

static struct colour_field field_of(uint32_t mask)
{
	struct colour_field field = { 0, 0 };

	for (; mask && !(mask & 1); mask >>= 1)
		field.position++;
	for (; mask & 1; mask >>= 1)
		field.size++;
	return field;
}

static void set_colours(struct screen_info *screen, const struct efi_graphics_mode_info *info)
{
	uint8_t bits = 0;

	if (info->format == EFI_PIXEL_MASKS) {
		screen->red = field_of(info->red);
		screen->green = field_of(info->green);
		screen->blue = field_of(info->blue);
		screen->reserved = field_of(info->reserved);
		for (uint32_t all = info->red | info->green | info->blue | info->reserved; all; all >>= 1)
			bits++;
		screen->depth = bits;
		return;
	}
	screen->red = screen->green = screen->blue = screen->reserved =
		(struct colour_field){ COLOUR_BITS, 0 };
	screen->green.position = COLOUR_BITS;
	screen->reserved.position = 3 * COLOUR_BITS;
	if (info->format == EFI_PIXEL_RGB)
		screen->blue.position = 2 * COLOUR_BITS;
	else
		screen->red.position = 2 * COLOUR_BITS;
	screen->depth = 4 * COLOUR_BITS;
}

static void describe(struct screen_info *screen, const struct efi_graphics_mode *mode)
{
	const struct efi_graphics_mode_info *info = mode->info;

	screen->type = SCREEN_EFI;
	screen->width = (uint16_t)info->width;
	screen->height = (uint16_t)info->height;
	screen->base = (uint32_t)mode->base;
	screen->base_high = (uint32_t)(mode->base >> 32);
	screen->capabilities = screen->base_high ? SCREEN_64BIT : 0;
	set_colours(screen, info);
	screen->pitch = (uint16_t)(info->line * ((screen->depth + 7u) / 8));
	screen->size = (uint32_t)screen->pitch * screen->height;
}

/* The mode of a handle's screen, or NULL if that has no framebuffer. */
static const struct efi_graphics_mode *mode_of(struct efi_boot_services *boot, efi_handle handle)
{
	struct efi_graphics_output *graphics;

	if (boot->handle_protocol(handle, &graphics_guid, (void **)&graphics) != EFI_SUCCESS
	    || !graphics->mode->base || graphics->mode->info->format >= EFI_PIXEL_BLT_ONLY)
		return NULL;
	return graphics->mode;
}

/* The firmware's own handle for all screens together may have none; the console's comes first. */
void efi_screen(struct efi_boot_services *boot, struct screen_info *screen)
{
	uint64_t count = 0;
	efi_handle *handles;
	void *console;

	if (boot->locate_handle_buffer(EFI_BY_PROTOCOL, &graphics_guid, NULL, &count, &handles)
	    != EFI_SUCCESS)
		return;
	for (uint64_t i = 0; i < count; i++) {
		const struct efi_graphics_mode *mode = mode_of(boot, handles[i]);
		bool is_console = boot->handle_protocol(handles[i], &console_guid, &console)
			== EFI_SUCCESS;

		if (mode && (is_console || !screen->type))
			describe(screen, mode);
		if (mode && is_console)
			break;
	}
	boot->free_pool(handles);
}
