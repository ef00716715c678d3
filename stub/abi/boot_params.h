/* SPDX-License-Identifier: MIT */
/*
 * Linux's boot_params: Documentation/arch/x86/zero-page.rst, boot.rst;
 * include/uapi/linux/screen_info.h.
 */
#ifndef RJ_BOOT_PARAMS_H
#define RJ_BOOT_PARAMS_H

#include <stddef.h>
#include <stdint.h>

#include "abi/layout.h"
#include "abi/memory.h"

struct screen_info {
	uint8_t column, row;
	uint8_t unused1[4];
	uint8_t mode, columns;
	uint8_t unused2[6];
	uint8_t rows;
	uint8_t type;                   /* SCREEN_* */
	uint16_t points;
	uint16_t width, height, depth;
	uint32_t base;
	uint32_t size;                  /* in 64 KiB for SCREEN_VESA, in bytes for SCREEN_EFI */
	uint8_t unused3[4];
	uint16_t pitch;
	struct colour_field {
		uint8_t size, position;
	} red, green, blue, reserved;
	uint8_t unused4[8];
	uint32_t capabilities;
	uint32_t base_high;             /* with SCREEN_64BIT */
	uint8_t unused5[2];
} __attribute__((packed));
#define SCREEN_VGA   0x01
#define SCREEN_VESA  0x23
#define SCREEN_EFI   0x70
#define SCREEN_64BIT 0x02u              /* capabilities */

/* arch/x86/include/uapi/asm/bootparam.h */
struct efi_info {
	uint32_t signature;             /* EFI_LOADER_* */
	uint32_t system_table;
	uint32_t row_size, row_version; /* of the memory map, UEFI 2.10, 7.2.3 */
	uint32_t map, map_size;         /* bytes */
	uint32_t system_table_high, map_high;
} __attribute__((packed));
_Static_assert(sizeof(struct efi_info) == 32, "efi_info");
#define EFI_LOADER_32 0x32334C45u       /* EL32 */
#define EFI_LOADER_64 0x34364C45u       /* EL64 */

/* Protocol 2.15; the names are the protocol's. */
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
#define HDRS_MAGIC   0x53726448u        /* "HdrS" */
#define LOADED_HIGH  0x01u              /* loadflags */
#define CAN_USE_HEAP 0x80u
#define XLOADFLAGS_VERSION 0x20Cu       /* from which on there are xloadflags: */
#define XLF_EFI_KEXEC 0x10u             /* takes EFI's runtime services from kexec */

#define BOOT_PARAMS_E820_MAX 128

struct boot_params {
	struct screen_info screen;
	uint8_t unused1[0x30];
	uint64_t rsdp;
	uint8_t unused2[0x48];
	uint32_t initrd_high, initrd_size_high, command_line_high;
	uint8_t unused3[0xF4];
	struct efi_info efi;
	uint8_t unused4[4];
	uint32_t scratch;
	uint8_t e820_count;
	uint8_t unused5[8];
	struct setup_header header;
	uint8_t unused6[0x64];
	struct rj_memory e820[BOOT_PARAMS_E820_MAX];
	uint8_t unused7[0x330];
} __attribute__((packed));
_Static_assert(sizeof(struct screen_info) == 0x40, "screen_info");
_Static_assert(offsetof(struct screen_info, type) == 0x0F, "type of screen");
_Static_assert(offsetof(struct screen_info, pitch) == 0x24, "pitch");
_Static_assert(offsetof(struct screen_info, capabilities) == 0x36, "capabilities");
_Static_assert(offsetof(struct boot_params, rsdp) == 0x70, "RSDP");
_Static_assert(offsetof(struct boot_params, initrd_high) == 0xC0, "initrd above 4 GiB");
_Static_assert(offsetof(struct boot_params, efi) == 0x1C0, "efi_info");
_Static_assert(offsetof(struct boot_params, e820_count) == 0x1E8, "E820 count");
_Static_assert(offsetof(struct boot_params, header) == SETUP_HEADER, "setup header");
_Static_assert(offsetof(struct boot_params, header.boot_flag) == 0x1FE, "boot flag");
_Static_assert(offsetof(struct boot_params, header.jump) == SETUP_ENTRY, "jump");
_Static_assert(offsetof(struct boot_params, header.code32_start) == 0x214, "code32_start");
_Static_assert(offsetof(struct boot_params, header.cmd_line_ptr) == 0x228, "command line");
_Static_assert(offsetof(struct boot_params, header.init_size) == 0x260, "init size");
_Static_assert(SETUP_HEADER + sizeof(struct setup_header) == SETUP_CODE, "setup header");
_Static_assert(offsetof(struct boot_params, e820) == 0x2D0, "E820 table");
_Static_assert(sizeof(struct boot_params) == 0x1000, "boot_params");

/* The header of each element of the list at setup_data. */
struct setup_data {
	uint64_t next;
	uint32_t type;                  /* SETUP_* */
	uint32_t length;                /* bytes that follow */
};
_Static_assert(sizeof(struct setup_data) == 16, "setup_data");
#define SETUP_E820_EXT 1u               /* more rows of the memory map */
#define SETUP_EFI      4u               /* struct efi_setup_data */

/*
 * arch/x86/include/asm/efi.h: the physical addresses of what the system table names by virtual ones,
 * since the EFI memory map has those, which can be set only once (UEFI 2.10, 8.4).
 */
struct efi_setup_data {
	uint64_t vendor;
	uint64_t runtime;               /* until Linux 5.6 */
	uint64_t tables;                /* the configuration tables */
	uint64_t smbios;
	uint64_t reserved[8];
};
_Static_assert(offsetof(struct efi_setup_data, tables) == 16, "tables");
_Static_assert(sizeof(struct efi_setup_data) == 96, "efi_setup_data");

#endif
