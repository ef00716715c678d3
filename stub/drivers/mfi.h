/* SPDX-License-Identifier: MIT */
/*
 * The MegaRAID Firmware Interface: what all generations of MegaRAID SAS have in common. LSI has
 * published no specification; states, frames and commands are cited by their names in Linux,
 * drivers/scsi/megaraid/megaraid_sas.h.
 *
 * Only one frame is active at a time. Its status is polled, so nothing has to be posted to the
 * reply queue.
 *
 * mfi.c is linked with a file for one kind of card, which has the functions card_*; the two are a
 * driver.
 */
#ifndef RJ_MFI_H
#define RJ_MFI_H

#include "drivers/scsi.h"

#define MFI_REGISTERS 0x100u            /* bytes, in the first memory BAR */

/* The state, MFI_STATE_*; in the same register the number of frames that it takes. */
#define MFI_STATE(word)  ((word) >> 28)
#define MFI_STATE_FAULT  0xFu           /* the firmware has failed */
#define MFI_FRAMES(word) ((word) & 0xFFFF)

/* What is written to the inbound doorbell, MFI_INIT_*. */
enum {
	MFI_INIT_ABORT = 0x01,
	MFI_INIT_READY = 0x02,
	MFI_INIT_MFI_MODE = 0x04,
	MFI_INIT_CLEAR_HANDSHAKE = 0x08,
	MFI_INIT_HOTPLUG = 0x10,
};
#define MFI_INIT_RESET (MFI_INIT_ABORT | MFI_INIT_READY | MFI_INIT_MFI_MODE)

/* enum MFI_CMD_OP. */
enum { MFI_INIT = 0, MFI_LD_SCSI_IO = 3, MFI_PD_SCSI_IO = 4, MFI_DCMD = 5 };

/* MFI_FRAME_*: flags. */
enum {
	MFI_DONT_POST = 0x01,
	MFI_SGL64 = 0x02,
	MFI_SENSE64 = 0x04,
	MFI_TO_DEVICE = 0x08,
	MFI_TO_HOST = 0x10,
	MFI_IEEE_SGL = 0x20,
};

/* enum MFI_STAT. */
enum {
	MFI_OK = 0x00,
	MFI_NO_DEVICE = 0x0C,
	MFI_SCSI_ERROR = 0x2D,
	MFI_PENDING = 0xFF,             /* MFI_STAT_INVALID_STATUS */
};

/* struct megasas_sge64, and struct megasas_sge_skinny with the IEEE flag: the same with one row. */
struct mfi_segment {
	uint64_t address;
	uint32_t bytes, flag;
} __attribute__((packed));

struct mfi_frame {
	uint8_t command, sense_size;
	volatile uint8_t status;
	uint8_t scsi_status;
	uint8_t target, lun, cdb_size, segments;
	uint32_t context, zero;
	uint16_t flags, timeout;
	uint32_t bytes;
	union {
		struct {                /* struct megasas_init_frame */
			uint64_t queues;
		} init;
		struct {                /* struct megasas_pthru_frame */
			uint64_t sense;
			uint8_t cdb[SCSI_CDB];
			struct mfi_segment segment;
		} scsi;
		struct {                /* struct megasas_dcmd_frame */
			uint32_t opcode;
			uint8_t mailbox[12];
			struct mfi_segment segment;
		} dcmd;
	};
} __attribute__((packed));
_Static_assert(offsetof(struct mfi_frame, flags) == 0x10, "megasas_header");
_Static_assert(offsetof(struct mfi_frame, scsi.cdb) == 0x20, "megasas_pthru_frame");
_Static_assert(offsetof(struct mfi_frame, scsi.segment) == 0x30, "megasas_pthru_frame");
_Static_assert(offsetof(struct mfi_frame, dcmd.segment) == 0x28, "megasas_dcmd_frame");
_Static_assert(sizeof(struct mfi_frame) == 64, "MEGAMFI_FRAME_SIZE");

/* Aligned to a frame. The driver of a card fills in what is not said to be mfi.c's. */
struct mfi {
	struct mfi_frame frame;         /* the active one */
	uint32_t registers;
	uint32_t states;                /* mfi.c: that were passed last, one in each nibble */
	uint16_t io_flags;              /* MFI_IEEE_SGL, if frames for disks have it */
	uint16_t disk_flags;            /* RJ_DISK_READONLY, or 0 */
	uint8_t data[SCSI_DATA];        /* mfi.c; the card reaches what is aligned to dwords */
	uint8_t sense[SCSI_SENSE];      /* mfi.c */
	bool is_gone;                   /* mfi.c: it could not be reset */
};
_Static_assert(offsetof(struct mfi, data) % 4 == 0, "data");
_Static_assert(offsetof(struct mfi, sense) % 4 == 0, "sense");

/* The card: its driver's name, for messages of INIT functions. */
extern const char card_name[];
/* The card: its register with the state and the number of frames; pci: as in pci.h. */
uint32_t card_word(uint32_t pci, uint32_t registers);
/* The card: makes a struct mfi with its registers. NULL: no memory. */
struct mfi *card_new(uint32_t pci, uint32_t registers, const struct rj_host *host);
/* The card, in state READY, in which it says how many frames it takes: makes its queues, and sets
   io_flags and disk_flags. An INIT function. Returns false if there is no memory. */
bool card_queues(struct mfi *m, const struct rj_host *host);
/* The card: as card_word. */
uint32_t card_state(const struct mfi *m);
/* The card: writes to its doorbell. */
void card_ring(const struct mfi *m, uint32_t bits);
/* The card: resets it from state FAULT, which takes seconds, at most 4 minutes. An INIT function.
   Returns false if it cannot be reset. */
bool card_reset(const struct mfi *m, const struct rj_host *host);
/* The card: gives it m->frame, whose status is MFI_PENDING. */
void card_post(struct mfi *m);
/* The card: in state READY, sets up its queues. Returns false if it does not answer. */
bool card_start(struct mfi *m);

/* Posts m->frame, and waits. Returns its status; MFI_PENDING: the card does not answer. */
uint8_t mfi_run(struct mfi *m);

#endif
