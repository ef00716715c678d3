/* SPDX-License-Identifier: MIT */
/* What the models of LSI's cards have in common: their registers' place, and the lock of one. */
#ifndef RJ_LSI_CARD_H
#define RJ_LSI_CARD_H

#include "pci_model.h"
#include "unit.h"

#define LSI_VENDOR 0x1000u
#define WINDOW     0xE1000000u          /* the registers */
#define REGISTERS  0x100u               /* bytes */

/* Sets the BARs. ports_first: BAR 0 is ports, BAR 1 memory. */
static inline void lsi_card_set_bars(struct pci_function *f, bool ports_first)
{
	f->space[PCI_BAR0 / 4] = ports_first ? 0xC001 : WINDOW;
	f->space[PCI_BAR0 / 4 + 1] = ports_first ? WINDOW | 4 : 0;
}

/* As rj_host.map. */
static inline uint32_t lsi_card_map(uint64_t physical, uint32_t size)
{
	if (physical < WINDOW || physical + size > WINDOW + REGISTERS)
		fail_msg("map of %llx, %x bytes", (unsigned long long)physical, size);
	return (uint32_t)physical;
}

/* MPI 2.0: HostDiagnostic takes writes after the keys have been written to WriteSequence. */
#define LSI_CARD_KEYS 6u

/* How many keys have come in order, after another write to WriteSequence. */
static inline unsigned lsi_card_key(unsigned count, uint32_t value)
{
	static const uint8_t keys[LSI_CARD_KEYS] = { 0xF, 0x4, 0xB, 0x2, 0x7, 0xD };

	return count < LSI_CARD_KEYS && value == keys[count] ? count + 1 : 0;
}

#endif
