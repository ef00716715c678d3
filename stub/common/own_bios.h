/* SPDX-License-Identifier: MIT */
/*
 * The EBDA of our own BIOS, and in it what the next stub needs: how much memory the services
 * hold, which the machine's memory map no longer shows as free.
 */
#ifndef RJ_OWN_BIOS_H
#define RJ_OWN_BIOS_H

#include <stddef.h>
#include <stdint.h>

#include "abi/install.h"

#define RJ_EBDA_SIZE  1024u
#define RJ_RSDT_SIZE  (0x100u - RSDP_SIZE)
#define RJ_HELD_MAGIC 0x42484A52u       /* "RJHB" */
#define RJ_HELD_MAX   32

struct rj_held_range {
	uint32_t base, size;
};

/* The memory that the services hold. */
struct rj_held {
	uint32_t magic;
	uint32_t crc;           /* CRC-32 of the rest */
	uint32_t base_memory;   /* bytes, as INT 12h reports it while the services are there */
	uint32_t count;
	struct rj_held_range rows[RJ_HELD_MAX];
};
_Static_assert(sizeof(struct rj_held) == 272, "held memory");

struct rj_ebda {
	uint8_t kib;
	uint8_t zero[0xFF];     /* a mouse's data would be at 22h to 2Fh */
	uint8_t rsdp[RSDP_SIZE];        /* at a multiple of 16 (ACPI 6.4, 5.2.5.1) */
	uint8_t rsdt[RJ_RSDT_SIZE];     /* if the firmware has only an XSDT */
	struct rj_held held;
	uint8_t rest[RJ_EBDA_SIZE - 0x200 - sizeof(struct rj_held)];
};
_Static_assert(offsetof(struct rj_ebda, rsdp) == 0x100, "RSDP");
_Static_assert(offsetof(struct rj_ebda, held) == 0x200, "held memory");
_Static_assert(sizeof(struct rj_ebda) == RJ_EBDA_SIZE, "EBDA");

#endif
