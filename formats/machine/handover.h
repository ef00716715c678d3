/* SPDX-License-Identifier: MIT */
/*
 * What kexec_load(2) hands to an image besides its bytes: boot_params, the command line, and the
 * instructions that enter the stub. Linux jumps to a segment in 64-bit mode with all registers 0;
 * the stub's 64-bit entry takes RSI = boot_params (rjpack-image(5), THE LOADER'S CONTRACT).
 */
#ifndef RJ_HANDOVER_H
#define RJ_HANDOVER_H

#include "abi/efi_map.h"
#include "machine/machine.h"

/* SDM 2B, 4.3 "MOV"; 2A, 3.3 "JMP": two loads of 64 bits, and a jump. */
struct rj_handover_code {
	uint8_t mov_rsi[2];
	uint64_t params;
	uint8_t mov_rax[2];
	uint64_t entry;
	uint8_t jmp_rax[2];
} __attribute__((packed));

#define RJ_HANDOVER_MORE 300            /* ranges of memory after boot_params' own */
#define RJ_HANDOVER_ROWS (BOOT_PARAMS_E820_MAX + RJ_HANDOVER_MORE)

/* Little-endian, at a multiple of PAGE. */
struct rj_handover {
	struct boot_params params;
	char command_line[COMMAND_LINE_SIZE];
	struct rj_handover_code code;
	uint8_t unused[10];
	struct rj_efi efi;
	struct {
		struct setup_data head;
		struct rj_memory rows[RJ_HANDOVER_MORE];
	} more;
} __attribute__((packed));
_Static_assert(sizeof(struct rj_handover_code) == 22, "code");
_Static_assert(offsetof(struct rj_handover, command_line) == 0x1000, "command line");
_Static_assert(offsetof(struct rj_handover, code) == 0x1800, "code");
_Static_assert(offsetof(struct rj_handover, efi) % 8 == 0, "efi");
_Static_assert(offsetof(struct rj_handover, more) % 8 == 0, "more");

/* Physical addresses: of the handover, the stub's 64-bit entry and the initrd (size 0: none). */
struct rj_handover_places {
	uint64_t handover, entry, initrd, initrd_size;
};

/*
 * Fills in the handover for this machine, of which firmware and memory have been read; the command
 * line is at most COMMAND_LINE_SIZE - 1 bytes. The memory map is the firmware's, without what Linux
 * has taken from it; the screen, EFI's tables and its runtime services are those that Linux was
 * started with.
 */
void rj_handover_make(struct rj_handover *handover, const struct rj_machine *machine,
		      const struct rj_handover_places *places, const char *command_line);

#endif
