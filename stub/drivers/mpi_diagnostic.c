/* SPDX-License-Identifier: MIT */
#include "drivers/mpi.h"

#include "hardware/io.h"

#define UNLOCK_MS 10000u                /* as in megasas_adp_reset_fusion */

/* The keys MPI2_WRSEQ_*. */
static INIT bool unlock(uint32_t registers)
{
	const uint8_t keys[] = { MPI_LOCK, 0xF, 0x4, 0xB, 0x2, 0x7, 0xD };

	for (uint32_t i = 0; i < sizeof(keys); i++)
		write32(registers + MPI_WRITE_SEQUENCE, keys[i]);
	return mpi_wait(registers, MPI_HOST_DIAGNOSTIC, MPI_DIAGNOSTIC_WRITABLE,
			MPI_DIAGNOSTIC_WRITABLE, UNLOCK_MS);
}

INIT bool mpi_diagnostic_reset(uint32_t registers, uint32_t quiet_ms, uint32_t end_ms)
{
	if (!unlock(registers))
		return false;
	write32(registers + MPI_HOST_DIAGNOSTIC,
		mpi_read(registers, MPI_HOST_DIAGNOSTIC) | MPI_DIAGNOSTIC_RESET);
	delay_ms(quiet_ms);
	return mpi_wait(registers, MPI_HOST_DIAGNOSTIC, MPI_DIAGNOSTIC_RESET, 0, end_ms);
}
