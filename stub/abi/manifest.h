/* SPDX-License-Identifier: MIT */
/*
 * The manifest: the plan in binary form. The host writes it after the stub,
 * which reads nothing else. All numbers are little-endian; the order of the
 * fields leaves no padding. Sizes and offsets are asserted below.
 *
 * An image, as a loader puts it into memory in one block:
 *
 *   stub | manifest header | piece table | (the container's) | pieces, by address
 *
 * A payload file has only the manifest and the pieces: its offsets count from the manifest's
 * first byte, and its stub_crc is 0.
 *
 * The order of the pieces lets the stub place them without any other memory: see mover.c.
 */
#ifndef RJ_MANIFEST_H
#define RJ_MANIFEST_H

#include <stddef.h>
#include <stdint.h>

#include "abi/layout.h"

#define RJ_STUB_MAGIC       "RJPACK\r\n"    /* 8 bytes, without the NUL */
#define RJ_MANIFEST_MAGIC   0x4B504A52u     /* "RJPK" */
#define RJ_MANIFEST_VERSION 3
#define RJ_MAX_PIECES       64
#define RJ_NAME_SIZE        12

/* rj_manifest.flags */
#define RJ_UNREAL           0x0001u         /* DS, ES, FS, GS keep 4 GiB limits */
#define RJ_VERBOSE          0x0002u         /* the stub prints each step */
#define RJ_HALT_ON_ERROR    0x0004u         /* instead of rebooting */
#define RJ_CONSOLE_VGA      0x0008u
#define RJ_CONSOLE_SERIAL   0x0010u
#define RJ_OWN_BIOS         0x0020u         /* the services may serve as the BIOS, */
#define RJ_OWN_BIOS_ALWAYS  0x0040u         /* even if the machine's is alive */

/* The values of --bios and rj.bios, and what they are in rj_manifest.flags. */
#define RJ_BIOS_MODES(row) \
	row(auto, RJ_OWN_BIOS, "the machine's, or rjpack's own where there is none or it is lost") \
	row(machine, 0, "the machine's, always") \
	row(own, RJ_OWN_BIOS | RJ_OWN_BIOS_ALWAYS, "rjpack's own, always")
#define RJ_BIOS_FLAGS       (RJ_OWN_BIOS | RJ_OWN_BIOS_ALWAYS)

/* rj_piece.flags */
#define RJ_PIECE_FIRMWARE   0x0001u         /* the firmware's own memory, from a snapshot */
#define RJ_PIECE_SERVICES   0x0002u         /* called when all pieces are placed: services.h */
#define RJ_PIECE_RUNTIME    0x0004u         /* called before that, and not placed: runtime.h */
#define RJ_PIECE_MAKER      0x0008u         /* called by the installer: maker.h */
#define RJ_PIECE_DISK       0x0010u         /* the services move or unpack it, and check the result */
#define RJ_PIECE_OWN        (RJ_PIECE_SERVICES | RJ_PIECE_RUNTIME | RJ_PIECE_MAKER)

/* At STUB_HEADER in the stub; the linker fills in the size. */
struct rj_stub_header {
	char magic[8];
	uint32_t stub_size;     /* bytes; the manifest follows */
	uint32_t home;          /* offset in the stub of the packed code for STUB_HOME */
};
_Static_assert(sizeof(struct rj_stub_header) == 16, "stub header");

/*
 * Registers on arrival, in the order in which start.asm loads them:
 * POP GS, FS, ES, DS, POPAD, POPFD, then far pointers for LSS and JMP.
 */
struct rj_regs {
	uint16_t gs, fs, es, ds;
	uint32_t edi, esi, ebp, popad_skips, ebx, edx, ecx, eax;
	uint32_t eflags;
	uint32_t esp;
	uint16_t ss;
	uint16_t ip, cs;
	uint16_t zero;
};
_Static_assert(offsetof(struct rj_regs, eflags) == 40, "POPFD");
_Static_assert(sizeof(struct rj_regs) == 56, "registers");
_Static_assert(ARRIVAL_REGS + sizeof(struct rj_regs) <= STUB_HOME_SIZE, "no room");

struct rj_manifest {
	uint32_t magic;
	uint16_t version;
	uint16_t piece_count;
	uint32_t size;          /* bytes of this header and the piece table */
	uint32_t crc;           /* CRC-32 of these bytes with this field as 0 */
	uint32_t image_size;    /* bytes: stub, manifest, padding, pieces */
	uint32_t stub_crc;      /* CRC-32 of the stub, then of the container's bytes */
	uint32_t flags;
	uint16_t serial_port;   /* I/O address of a 16550 */
	uint16_t serial_divisor;/* UART_BAUD / baud */
	uint32_t repairs;       /* bits of RJ_REPAIRS */
	uint32_t linux_setup;   /* physical address of the setup part of a kernel that can also be
				   entered by the 32-bit Linux boot protocol; or 0 */
	struct rj_regs regs;
};
_Static_assert(offsetof(struct rj_manifest, crc) == 12, "manifest CRC");
_Static_assert(offsetof(struct rj_manifest, image_size) == 16, "size");
_Static_assert(offsetof(struct rj_manifest, regs) == 40, "manifest registers");
_Static_assert(sizeof(struct rj_manifest) == 96, "manifest header");

/* The piece table: ascending in address and in offset, no two overlap. */
struct rj_piece {
	char name[RJ_NAME_SIZE];/* NUL-terminated; also the section's name */
	uint32_t flags;         /* RJ_PIECE_* */
	uint32_t address;       /* physical, on arrival */
	uint32_t offset;        /* from the stub's first byte */
	uint32_t size;          /* bytes, at least 1 */
	uint32_t crc;           /* CRC-32 of its bytes */
};
_Static_assert(sizeof(struct rj_piece) == 32, "piece");

/*
 * Returns the first piece that has one of these flags, or NULL. The piece table follows the header,
 * and is in the host's byte order.
 */
static inline struct rj_piece *rj_piece_with(struct rj_manifest *manifest, uint32_t flags)
{
	struct rj_piece *p = (struct rj_piece *)(manifest + 1);

	for (uint32_t i = 0; i < manifest->piece_count; i++, p++)
		if (p->flags & flags)
			return p;
	return NULL;
}

#endif
