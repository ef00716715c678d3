/* SPDX-License-Identifier: MIT */
/* Where base memory ends, below which the resident modules are placed. All addresses are physical. */
#ifndef RJ_BASE_MEMORY_H
#define RJ_BASE_MEMORY_H

#include <stdint.h>

#include "abi/install.h"

/* The end as the BDA tells it: of INT 12h, or the EBDA if that begins below. */
uint32_t base_memory_top(void);

/* The bytes that resident modules may need in addition: for the memory map, and the drives. */
uint32_t base_memory_for_tables(void);

/*
 * The end of what the machine's BIOS leaves to the services. Earlier programs, such as iPXE, may
 * have lowered it and be gone. If the rest is not enough, this takes back what is free in the
 * memory map, unless a vector points into it.
 */
uint32_t base_memory_end(const struct rj_stub *stub, const struct rj_services *services);

/*
 * Prints the holes in base memory: INT 12h cannot tell of them, and few programs ask for the map
 * of base memory.
 */
void base_memory_tell_of_holes(const struct rj_stub *stub);

/*
 * Makes the EBDA of our own BIOS, at the end of base memory: where a payload that finds no RSDP in
 * a BIOS's ROM looks for it (ACPI 6.4, 5.2.5.1). Returns its address.
 */
uint32_t base_memory_make_ebda(const struct rj_stub *stub);

#endif
