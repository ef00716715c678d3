/* SPDX-License-Identifier: MIT */
/*
 * The header of the Linux/x86 boot protocol 2.15, at SETUP_HEADER in the file;
 * the names are the protocol's. See Documentation/arch/x86/boot.rst in Linux.
 */
#ifndef RJ_SETUP_HEADER_H
#define RJ_SETUP_HEADER_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/layout.h"
#include "base/input.h"

struct setup_header {
	uint8_t setup_sects;
	uint16_t root_flags;
	uint32_t syssize;
	uint16_t ram_size;
	uint16_t vid_mode;
	uint16_t root_dev;
	uint16_t boot_flag;
	uint8_t jump[2];
	uint32_t header;
	uint16_t version;
	uint32_t realmode_swtch;
	uint16_t start_sys_seg;
	uint16_t kernel_version;
	uint8_t type_of_loader;
	uint8_t loadflags;
	uint16_t setup_move_size;
	uint32_t code32_start;
	uint32_t ramdisk_image;
	uint32_t ramdisk_size;
	uint32_t bootsect_kludge;
	uint16_t heap_end_ptr;
	uint8_t ext_loader_ver;
	uint8_t ext_loader_type;
	uint32_t cmd_line_ptr;
	uint32_t initrd_addr_max;
	uint32_t kernel_alignment;
	uint8_t relocatable_kernel;
	uint8_t min_alignment;
	uint16_t xloadflags;
	uint32_t cmdline_size;
	uint32_t hardware_subarch;
	uint64_t hardware_subarch_data;
	uint32_t payload_offset;
	uint32_t payload_length;
	uint64_t setup_data;
	uint64_t pref_address;
	uint32_t init_size;
	uint32_t handover_offset;
	uint32_t kernel_info_offset;
} __attribute__((packed));
static_assert(SETUP_HEADER + offsetof(struct setup_header, boot_flag) == 0x1FE, "boot flag");
static_assert(SETUP_HEADER + offsetof(struct setup_header, jump) == SETUP_ENTRY, "jump");
static_assert(SETUP_HEADER + offsetof(struct setup_header, cmd_line_ptr) == CMD_LINE_PTR, "command line");
static_assert(SETUP_HEADER + offsetof(struct setup_header, init_size) == 0x260, "init size");
static_assert(SETUP_HEADER + sizeof(struct setup_header) == SETUP_CODE, "setup header");

#define SETUP_SECTOR        512
#define SETUP_SECTS_OLD     4u          /* what setup_sects 0 means */
#define SETUP_BOOT_FLAG     0xAA55u
#define HDRS_MAGIC         0x53726448u /* "HdrS" */
#define SETUP_VERSION       0x020Fu
#define SETUP_VERSION_MIN   0x0200u     /* the first with this header */
#define SETUP_SHORT_JUMP    0xEBu
#define SETUP_SYS_UNIT      16u         /* syssize counts these */

#define LOADED_HIGH                 0x01u
#define CAN_USE_HEAP                0x80u
#define XLF_KERNEL_64               0x01u
#define XLF_CAN_BE_LOADED_ABOVE_4G  0x02u
#define XLF_5LEVEL                  0x20u
#define XLF_5LEVEL_ENABLED          0x40u
#define SETUP_XLOADFLAGS    (XLF_KERNEL_64 | XLF_CAN_BE_LOADED_ABOVE_4G | \
			     XLF_5LEVEL | XLF_5LEVEL_ENABLED)

/* Before protocol 2.02: the magic; the next word is the offset of the command line. */
#define OLD_CMD_LINE        0x20
#define OLD_CMD_LINE_MAGIC  0xA33Fu
#define OLD_INITRD_ADDR_MAX 0x37FFFFFFu /* before 2.03 */
#define OLD_INITRD_FLOOR    0x1000000u  /* before 2.10: the lowest address for an initrd */
#define INITRD_ALIGN        4u          /* of each cpio archive in an initramfs */

#define SETUP_INITRD_MAX    0x7FFFFFFFu
#define SETUP_CMDLINE_MAX   (COMMAND_LINE_SIZE - 1)

/* kexec and GRUB place the image at a multiple of this. */
#define SETUP_ALIGN_SHIFT   12u
#define SETUP_ALIGN         (1u << SETUP_ALIGN_SHIFT)

/* The CRC-32 of the whole file, as zlib computes it, if the image checksum is right. */
#define SETUP_FILE_CRC      0xFFFFFFFFu
#define SETUP_CRC_SIZE      4u          /* the file's last bytes */

/* Whether the file has a header with this magic, of any protocol version. */
bool setup_header_is_in(const struct rj_input *input);

#endif
