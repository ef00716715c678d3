/* SPDX-License-Identifier: MIT */
/*
 * A model of a MegaRAID SAS card on PCI, behind fake_io.h: its registers and states, MFI frames,
 * and the messages of MPI 2.0 that carry them on the Fusion generations. There is no specification:
 * what it demands is what Linux's megaraid_sas and FreeBSD's mfi(4) and mrsas(4) have in common. It
 * fails the test if the driver does anything else, or waits beyond a limit.
 */
#ifndef RJ_MFI_MODEL_H
#define RJ_MFI_MODEL_H

#include "driver_host.h"

#define CARD_PCI   0x0001A000u          /* as PCI_ADDRESS */

/* MFI_STATE_*. */
enum card_state_number {
	CARD_UNDEFINED = 0x0, CARD_BB_INIT = 0x1, CARD_FW_INIT = 0x4, CARD_WAIT_HANDSHAKE = 0x6,
	CARD_FW_INIT_2 = 0x7, CARD_DEVICE_SCAN = 0x8, CARD_BOOT_MESSAGE = 0x9, CARD_FLUSH_CACHE = 0xA,
	CARD_READY = 0xB, CARD_OPERATIONAL = 0xC, CARD_FAULT = 0xF,
};

enum card_kind { CARD_1064, CARD_1078, CARD_2008, CARD_FUSION };

/* What goes wrong with the next frame for a disk. */
struct card_fault {
	uint8_t status;                 /* MFI_STAT_*; 0: nothing */
	uint8_t scsi_status, key, asc;
	bool is_silent;                 /* no answer until it is reset */
};

#define CARD_SECTORS 64u                /* that a disk keeps, from its first one on */
struct card_disk {
	uint16_t target;                /* of a logical drive, or the device id of a physical one */
	bool is_physical;
	uint8_t state;                  /* of a logical drive: MR_LD_STATE */
	uint8_t type;                   /* SCSI device type */
	uint64_t sectors;
	uint32_t sector_size;           /* 0: 512 */
	bool protected, no_flush, removable;
	unsigned attentions;
	struct card_fault fault;
	unsigned faults;                /* frames that it concerns */
	unsigned reads, writes, flushes;
	uint8_t store[CARD_SECTORS * 512];
};

#define CARD_DISKS 16u
struct card_config {
	uint16_t device;                /* PCI device id; 0: one of this kind */
	enum card_kind kind;
	bool ports_first;               /* BAR 0 is ports, BAR 1 memory */
	bool memory_off, bus_master, no_bar;
	bool gone;                      /* all registers read as 1 */
	bool reads_zero;                /* Aero: a register reads as 0 now and then */
	uint8_t state;                  /* as found */
	bool busy;                      /* OPERATIONAL, with another system's frames active */
	uint8_t stuck;                  /* CARD_STAYS(a state that it does not leave); 0: none */
#define CARD_STAYS(state) (0x10 | (state))
	unsigned step_ms;               /* a state lasts */
	unsigned doorbell_ms;           /* Fusion: the doorbell is busy after a reset */
	uint16_t frames;                /* that it takes; 0: 1008 */
	uint8_t init_status;            /* of MFI INIT and IOC INIT */
	bool no_answers;                /* to any frame */
	bool no_physical_list;          /* PD LIST QUERY succeeds, and leaves the list as it was */
	uint8_t list_status, physical_status;   /* of the lists' commands */
	bool posts;                     /* Fusion: a reply for each message */
	/* Fusion in state FAULT: its diagnostic reset, which lasts reset_ms. */
	bool can_reset, stays_locked;
	unsigned reset_ms;
	unsigned flushes;               /* CACHE FLUSH: counted */
	unsigned allocations;           /* that succeed; 0: all */
	struct card_disk *disks;
	unsigned disk_count;
};

/* Starts anew: with this card, and no memory allocated. The model reads and counts in it. */
void card_power_on(struct card_config *config);

/* A disk with this target, and contents. */
struct card_disk card_disk(bool is_physical, uint16_t target);
/* Attaches the driver, within this time; returns how long it took. */
uint32_t card_attach(struct card_config *config, uint32_t limit_ms);
/* Sends a request to a disk, within this time. */
enum rj_status card_request(const struct rj_disk *disk, enum rj_operation operation, uint64_t lba,
			    uint32_t count, void *buffer, uint32_t limit_ms);
/* That the disk returns its contents, up to the last of its sectors that the model keeps. */
void card_check_read(const struct rj_disk *disk, const struct card_disk *model);
/* That there is one disk, with this number, and that it can be read. */
void card_check_one(uint32_t unit, const struct card_disk *model);

uint32_t card_now_ms(void);
/* Fails the test if time goes on beyond this. */
void card_limit_ms(uint32_t ms);

void card_set_state(uint8_t state);
uint8_t card_current_state(void);
unsigned card_resets(void);              /* from OPERATIONAL to READY */
unsigned card_diagnostic_resets(void);
uint16_t card_command(void);
unsigned card_writes(void);              /* to registers and configuration space */
extern uint8_t card_hard_disks;          /* in the BIOS data area */

#endif
