/* SPDX-License-Identifier: MIT */
/*
 * multiboot: Multiboot specification 0.6.96, 3.3 "Boot information format".
 * PVH: Xen, xen/include/public/arch-x86/hvm/start_info.h.
 * multiboot2: Multiboot2 specification 2.0, 3.6.3 "Boot command line", 3.6.12 "Framebuffer info".
 */
#include "entry/loader_info.h"

#include <stddef.h>

#include "abi/boot_params.h"
#include "abi/layout.h"
#include "hardware/io.h"

#define MULTIBOOT_HAS_CMDLINE 0x4u   /* flags, the first dword */

#define TAGS           8u
#define TAG_END        0u
#define TAG_COMMAND_LINE 1u
#define TAG_HEADER     8u       /* type and size */
#define TAG_STRING     8u       /* after them */

static bool usable(struct framebuffer *fb, uint32_t bits, uint32_t high)
{
	fb->bytes = (bits + 7) / 8;
	return !high && fb->address >= HIGH_MEMORY && fb->bytes >= 2 && fb->bytes <= 4
		&& fb->pitch >= fb->width * fb->bytes;
}

static bool linux_framebuffer(uint32_t info, struct framebuffer *fb)
{
	uint8_t type = read8(info + offsetof(struct screen_info, type));

	if (type != SCREEN_VESA && type != SCREEN_EFI)
		return false;
	fb->address = read32(info + offsetof(struct screen_info, base));
	fb->pitch = read16(info + offsetof(struct screen_info, pitch));
	fb->width = read16(info + offsetof(struct screen_info, width));
	fb->height = read16(info + offsetof(struct screen_info, height));
	return usable(fb, read16(info + offsetof(struct screen_info, depth)),
		      read32(info + offsetof(struct screen_info, base_high)));
}

uint32_t multiboot2_tag(uint32_t info, uint32_t type)
{
	uint32_t total = read32(info), size;

	if (total > LOADER_INFO)
		total = LOADER_INFO;
	for (uint32_t at = TAGS; at + TAG_HEADER <= total; at += (size + 7) & ~7u) {
		size = read32(info + at + 4);
		if (read32(info + at) == TAG_END || size < TAG_HEADER || size > total - at)
			return 0;
		if (read32(info + at) == type)
			return info + at;
	}
	return 0;
}

static bool multiboot2_framebuffer(uint32_t info, struct framebuffer *fb)
{
	uint32_t tag = multiboot2_tag(info, TAG_FRAMEBUFFER);

	if (!tag || read8(tag + TAG(kind)) != DIRECT_COLOUR)
		return false;
	fb->address = read32(tag + TAG(address));
	fb->pitch = read32(tag + TAG(pitch));
	fb->width = read32(tag + TAG(width));
	fb->height = read32(tag + TAG(height));
	return usable(fb, read8(tag + TAG(depth)), read32(tag + TAG(address_high)));
}

bool loader_framebuffer(uint32_t loader, uint32_t info, struct framebuffer *fb)
{
	switch (loader) {
	case LOADER_LINUX32:
	case LOADER_LINUX64:
		return linux_framebuffer(info, fb);
	case LOADER_MULTIBOOT2:
		return multiboot2_framebuffer(info, fb);
	default:
		return false;
	}
}

const char *loader_command_line(uint32_t loader, uint32_t info)
{
	switch (loader) {
	case LOADER_LINUX16:
	case LOADER_LINUX32:
	case LOADER_LINUX64:
		if (!(read32(info + offsetof(struct boot_params, header.cmd_line_ptr))
		      | read32(info + offsetof(struct boot_params, command_line_high))))
			return NULL;
		return (const char *)(info + COMMAND_LINE);
	case LOADER_MULTIBOOT:
		return read32(info) & MULTIBOOT_HAS_CMDLINE ? (const char *)(info + COMMAND_LINE)
							    : NULL;
	case LOADER_PVH:
		return read32(info + PVH_CMDLINE) ? (const char *)(info + COMMAND_LINE) : NULL;
	case LOADER_MULTIBOOT2:
		info = multiboot2_tag(info, TAG_COMMAND_LINE);
		return info ? (const char *)(info + TAG_STRING) : NULL;
	default:
		return NULL;
	}
}
