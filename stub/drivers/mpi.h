/* SPDX-License-Identifier: MIT */
/*
 * Fusion-MPT's message passing interface: what its versions 1.5 and 2.0 to 2.6 have in common. LSI
 * has published no specification; registers and values are cited by their names in Linux,
 * drivers/scsi/mpt3sas/mpi/mpi2.h. registers: where a driver reaches those of a card.
 */
#ifndef RJ_MPI_H
#define RJ_MPI_H

#include "drivers/driver.h"

/* struct MPI2_SYSTEM_INTERFACE_REGS. */
#define MPI_DOORBELL         0x00u
#define MPI_WRITE_SEQUENCE   0x04u
#define MPI_HOST_DIAGNOSTIC  0x08u
#define MPI_INTERRUPT_STATUS 0x30u
#define MPI_INTERRUPT_MASK   0x34u

/* MPI2_DOORBELL_* and MPI2_IOC_STATE_*. */
#define MPI_STATE(doorbell)    ((doorbell) >> 28)
#define MPI_WHO_INIT(doorbell) ((doorbell) >> 24 & 0x7)
#define MPI_STATE_MASK         0xF0000000u
#define MPI_DOORBELL_USED      0x08000000u      /* a handshake has not ended */
enum { MPI_RESET = 0, MPI_READY = 1, MPI_OPERATIONAL = 2 };
/* MPI2_WHOINIT_*. */
enum { MPI_SYSTEM_BIOS = 1, MPI_ROM_BIOS = 2, MPI_HOST_DRIVER = 4 };

/* MPI2_HIM_*. */
#define MPI_MASK_REPLIES  0x00000008u
#define MPI_MASK_DOORBELL 0x00000001u

/* MPI2_WRSEQ_* and MPI2_DIAG_*. */
#define MPI_LOCK            0x0u                /* forgets keys that came before */
#define MPI_DIAGNOSTIC_HOLD 0x02u
#define MPI_DIAGNOSTIC_RESET 0x04u
#define MPI_DIAGNOSTIC_WRITABLE 0x80u

/* MPI2_FUNCTION_*. */
enum {
	MPI_SCSI_IO = 0x00,
	MPI_IOC_INIT = 0x02,
	MPI_IOC_FACTS = 0x03,
	MPI_CONFIG = 0x04,
	MPI_PORT_ENABLE = 0x06,
};

/* MPI2_IOC_INIT_REQUEST, of 2.0 to 2.6. */
struct mpi2_ioc_init {
	uint8_t who, zero, chain, function;
	uint8_t zeros[8];
	uint16_t version, header_version;
	uint8_t more_zeros[6], page_shift, vectors;
	uint16_t reserved, request_dwords;
	uint16_t replies, free_replies;
	uint32_t sense_high, reply_high;
	uint64_t requests, reply_queue, free_queue, time;
};
_Static_assert(offsetof(struct mpi2_ioc_init, request_dwords) == 0x1A, "MPI2_IOC_INIT_REQUEST");
_Static_assert(offsetof(struct mpi2_ioc_init, free_queue) == 0x38, "MPI2_IOC_INIT_REQUEST");
_Static_assert(sizeof(struct mpi2_ioc_init) == 0x48, "MPI2_IOC_INIT_REQUEST");
#define MPI2_PAGE_SHIFT 12u             /* MPT3SAS_HOST_PAGE_SIZE_4K, MR_DEFAULT_NVME_PAGE_SHIFT */

/* MPI2_IOCSTATUS_*. */
enum {
	MPI_OK = 0x00,
	MPI_BUSY = 0x02,
	MPI_NO_RESOURCES = 0x06,
	MPI_RECOVERED = 0x40,
	MPI_BAD_BUS = 0x41,             /* 1.5 */
	MPI_BAD_TARGET = 0x42,          /* since 2.0: a device handle */
	MPI_NO_DEVICE = 0x43,
	MPI_OVERRUN = 0x44,
	MPI_UNDERRUN = 0x45,
	MPI_TASK_TERMINATED = 0x48,
	MPI_TERMINATED = 0x4B,
	MPI_DEVICE_TERMINATED = 0x4C,
};
#define MPI_STATUS_MASK 0x7FFFu

/* MPI2_SCSIIO_CONTROL_READ and _WRITE. */
#define MPI_CONTROL(write) (0x02000000u >> (write))
/* MPI2_SGE_FLAGS_*: the only one, simple, with a 64-bit address, and its direction. */
#define MPI_SEGMENT(write) (0xD3000000u | (uint32_t)(write) << 26)

/* Aero's registers read as 0 now and then (_base_readl_aero), so this reads a 0 again. */
uint32_t mpi_read(uint32_t registers, uint32_t offset);
/* Waits until the register's bits in mask have a value; returns false on a timeout. */
bool mpi_wait(uint32_t registers, uint32_t offset, uint32_t mask, uint32_t value, uint32_t ms);
/*
 * A message unit reset ends what is active: from every state but FAULT to READY, in 30 s at most.
 * Returns false if the card does not get there.
 */
bool mpi_unit_reset(uint32_t registers);
/*
 * Sends a message through the doorbell, before there are queues. words: of the message, 32 bits
 * each. answer takes as many halves of a word as it has room for; the rest of the answer is
 * dropped. Returns false on a timeout.
 */
bool mpi_handshake(uint32_t registers, const void *message, uint32_t words, uint16_t *answer,
		   uint32_t halves);

/*
 * INIT, in mpi_diagnostic.c: resets the card's processor through HostDiagnostic, which stays
 * writable. quiet_ms: in which no register is touched; end_ms: in which the reset has to end.
 * Returns false if it does not, or cannot be started.
 */
bool mpi_diagnostic_reset(uint32_t registers, uint32_t quiet_ms, uint32_t end_ms);

/*
 * INIT: as in struct rj_driver. The doorbell says who has initialised the card. size: bytes of
 * registers.
 */
bool mpi_is_firmwares(uint32_t pci, uint32_t size, const struct rj_host *host);

#endif
