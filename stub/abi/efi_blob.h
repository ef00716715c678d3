/* SPDX-License-Identifier: MIT */
/*
 * The code that UEFI firmware starts, as stub/efi/ builds it. The container efi puts it after the
 * image, into the same section, so that the distance between the two is the same in memory.
 */
#ifndef RJ_EFI_BLOB_H
#define RJ_EFI_BLOB_H

#include <stddef.h>
#include <stdint.h>

/* Its first bytes, which the container fills in; the entry follows them. */
struct rj_efi_header {
	uint32_t distance;      /* bytes from the stub's first one to this header */
	uint32_t crc;           /* CRC-32 of these, then of the blob after this header */
	uint8_t unused[8];
};
_Static_assert(sizeof(struct rj_efi_header) == 16, "header of the EFI code");

extern const unsigned char rj_efi_blob[];
extern const size_t rj_efi_blob_size;

#endif
