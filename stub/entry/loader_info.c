/* SPDX-License-Identifier: MIT */
/*
 * Linux: include/uapi/linux/screen_info.h, at offset 0 of boot_params.
 * multiboot: Multiboot specification 0.6.96, 3.3 "Boot information format".
 * PVH: Xen, xen/include/public/arch-x86/hvm/start_info.h.
 * multiboot2: Multiboot2 specification 2.0, 3.6.3 "Boot command line", 3.6.12 "Framebuffer info".
 */
#include "entry/loader_info.h"

#include <stddef.h>

#include "abi/layout.h"
#include "hardware/io.h"

#define SCREEN_WIDTH   0x12     /* 16 bits each */
#define SCREEN_HEIGHT  0x14
#define SCREEN_DEPTH   0x16
#define SCREEN_BASE    0x18     /* 32 bits */
#define SCREEN_PITCH   0x24
#define SCREEN_IS_VGA  0x0F     /* 8 bits: orig_video_isVGA, the type of mode */
#define SCREEN_BASE_HIGH 0x3A   /* 32 bits */
#define MODE_VESA      0x23
#define MODE_EFI       0x70

#define MULTIBOOT_HAS_CMDLINE 0x4u   /* flags, the first dword */

#define TAGS           8u
#define TAG_END        0u
#define TAG_COMMAND_LINE 1u
#define TAG_HEADER     8u       /* type and size */
#define TAG_STRING     8u       /* after them */
#define TAG_FRAMEBUFFER 8u
#define TAG_RGB        1u       /* framebuffer_type: direct colour */

static bool usable(struct framebuffer *fb, uint32_t bits, uint32_t high)
{
	fb->bytes = (bits + 7) / 8;
	return !high && fb->address >= HIGH_MEMORY && fb->bytes >= 2 && fb->bytes <= 4
		&& fb->pitch >= fb->width * fb->bytes;
}

static bool linux_framebuffer(uint32_t info, struct framebuffer *fb)
{
	uint8_t mode = read8(info + SCREEN_IS_VGA);

	if (mode != MODE_VESA && mode != MODE_EFI)
		return false;
	fb->address = read32(info + SCREEN_BASE);
	fb->pitch = read16(info + SCREEN_PITCH);
	fb->width = read16(info + SCREEN_WIDTH);
	fb->height = read16(info + SCREEN_HEIGHT);
	return usable(fb, read16(info + SCREEN_DEPTH), read32(info + SCREEN_BASE_HIGH));
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

	if (!tag || read8(tag + 29) != TAG_RGB)
		return false;
	fb->address = read32(tag + 8);
	fb->pitch = read32(tag + 16);
	fb->width = read32(tag + 20);
	fb->height = read32(tag + 24);
	return usable(fb, read8(tag + 28), read32(tag + 12));
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
		if (!(read32(info + CMD_LINE_PTR) | read32(info + EXT_CMD_LINE_PTR)))
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
