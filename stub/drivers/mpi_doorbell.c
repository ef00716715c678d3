/* SPDX-License-Identifier: MIT */
#include "drivers/mpi.h"

#include "hardware/io.h"
#include "hardware/pci.h"

#define READS       30u                 /* of a register that may wrongly read as 0 */

/* MPI2_HIS_*. */
#define DOORBELL_INTERRUPT 0x00000001u  /* the card has written the doorbell, */
#define DOORBELL_BUSY      0x80000000u  /* and it has not read it yet */

enum { UNIT_RESET = 0x40, HANDSHAKE = 0x42 };   /* MPI2_FUNCTION_* */

#define RESET_MS    15000u
#define STATUS_MS   30000u              /* as Linux waits for the answer to IOC INIT, the longest */

uint32_t mpi_read(uint32_t registers, uint32_t offset)
{
	uint32_t value = 0;

	for (uint32_t i = 0; i < READS && !value; i++)
		value = read32(registers + offset);
	return value;
}

bool mpi_wait(uint32_t registers, uint32_t offset, uint32_t mask, uint32_t value, uint32_t ms)
{
	uint64_t deadline = deadline_in(ms);

	while ((mpi_read(registers, offset) & mask) != value) {
		if (expired(&deadline))
			return false;
		relax();
	}
	return true;
}

/* MPI2_HOST_INTERRUPT_STATUS: any value acknowledges the interrupt. */
static void acknowledge(uint32_t registers)
{
	write32(registers + MPI_INTERRUPT_STATUS, 0);
}

static bool wait_for_status(uint32_t registers, uint32_t mask, uint32_t value)
{
	return mpi_wait(registers, MPI_INTERRUPT_STATUS, mask, value, STATUS_MS);
}

/* Takes what the card has written to the doorbell, once there is the interrupt. */
static bool take_interrupt(uint32_t registers, uint16_t *half)
{
	if (!wait_for_status(registers, DOORBELL_INTERRUPT, DOORBELL_INTERRUPT))
		return false;
	*half = (uint16_t)mpi_read(registers, MPI_DOORBELL);
	acknowledge(registers);
	return true;
}

static bool ring(uint32_t registers, uint32_t word)
{
	write32(registers + MPI_DOORBELL, word);
	return wait_for_status(registers, DOORBELL_BUSY, 0);
}

bool mpi_unit_reset(uint32_t registers)
{
	if (!ring(registers, (uint32_t)UNIT_RESET << 24)
	    || !mpi_wait(registers, MPI_DOORBELL, MPI_STATE_MASK, (uint32_t)MPI_READY << 28, RESET_MS))
		return false;
	acknowledge(registers);
	return true;
}

/* MPI2_DOORBELL_ADD_DWORDS: the message's words; the card is ready for them after an interrupt. */
static bool send(uint32_t registers, const uint32_t *words, uint32_t count)
{
	uint16_t nothing;

	acknowledge(registers);
	write32(registers + MPI_DOORBELL, (uint32_t)HANDSHAKE << 24 | count << 16);
	if (!take_interrupt(registers, &nothing) || !wait_for_status(registers, DOORBELL_BUSY, 0))
		return false;
	for (uint32_t i = 0; i < count; i++)
		if (!ring(registers, words[i]))
			return false;
	return true;
}

/* MPI2_DEFAULT_REPLY: the length, in words, is in the low byte of the second half. */
static bool receive(uint32_t registers, uint16_t *answer, uint32_t room)
{
	uint32_t halves = 2;

	for (uint32_t i = 0; i < halves; i++) {
		uint16_t half;

		if (!take_interrupt(registers, &half))
			return false;
		if (i == 1)
			halves = (half & 0xFFu) * 2;
		if (i < room)
			answer[i] = half;
	}
	return true;
}

/* The last interrupt says that the doorbell is free. If it does not come, the next step fails. */
bool mpi_handshake(uint32_t registers, const void *message, uint32_t words, uint16_t *answer,
		   uint32_t halves)
{
	uint16_t nothing;

	if (!send(registers, message, words) || !receive(registers, answer, halves))
		return false;
	take_interrupt(registers, &nothing);
	return mpi_wait(registers, MPI_DOORBELL, MPI_DOORBELL_USED, 0, STATUS_MS);
}

INIT bool mpi_is_firmwares(uint32_t pci, uint32_t size, const struct rj_host *host)
{
	uint32_t registers = pci_map(pci, size, host), doorbell;
	uint32_t needed = PCI_MEMORY | PCI_BUS_MASTER;

	if (!registers || (pci_read16(pci, PCI_COMMAND) & needed) != needed)
		return false;
	doorbell = mpi_read(registers, MPI_DOORBELL);
	return MPI_STATE(doorbell) == MPI_OPERATIONAL
		&& (MPI_WHO_INIT(doorbell) == MPI_SYSTEM_BIOS || MPI_WHO_INIT(doorbell) == MPI_ROM_BIOS);
}
