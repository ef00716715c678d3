/* SPDX-License-Identifier: MIT */
/* Files with the header of the Linux/x86 boot protocol (Documentation/arch/x86/boot.rst). */
#ifndef RJ_SETUP_HEADER_H
#define RJ_SETUP_HEADER_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/boot_params.h"
#include "abi/layout.h"
#include "base/input.h"

#define SETUP_SECTOR        512
#define SETUP_SECTS_OLD     4u          /* what setup_sects 0 means */
#define SETUP_BOOT_FLAG     0xAA55u
#define SETUP_VERSION       0x020Fu
#define SETUP_VERSION_MIN   0x0200u     /* the first with this header */
#define SETUP_SHORT_JUMP    0xEBu
#define SETUP_SYS_UNIT      16u         /* syssize counts these */

#define XLF_KERNEL_64               0x01u
#define XLF_CAN_BE_LOADED_ABOVE_4G  0x02u
#define XLF_EFI_KEXEC               0x10u   /* kexec passes on where EFI's tables are */
#define XLF_5LEVEL                  0x20u
#define XLF_5LEVEL_ENABLED          0x40u
#define SETUP_XLOADFLAGS    (XLF_KERNEL_64 | XLF_CAN_BE_LOADED_ABOVE_4G | \
			     XLF_EFI_KEXEC | XLF_5LEVEL | XLF_5LEVEL_ENABLED)

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
