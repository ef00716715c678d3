/* SPDX-License-Identifier: MIT */
/*
 * A model of a SAS HBA with MPI 2.0, 2.5 or 2.6 on PCI, behind fake_io.h: its registers and states,
 * the doorbell's handshake, queues, messages and configuration pages. There is no specification:
 * what it demands is what Linux's mpt3sas and OpenBSD's mpii(4) have in common. It fails the test
 * if the driver does anything else, or waits beyond a limit.
 */
#ifndef RJ_MPT3_MODEL_H
#define RJ_MPT3_MODEL_H

#include "driver_host.h"

#define HBA_PCI   0x0001A000u           /* as PCI_ADDRESS */

/* MPI2_IOC_STATE_*. */
enum hba_state { HBA_RESET = 0, HBA_READY = 1, HBA_OPERATIONAL = 2, HBA_FAULT = 4, HBA_COREDUMP = 5 };

/* What goes wrong with the next command for a disk. */
struct hba_fault {
	uint16_t status;                /* MPI2_IOCSTATUS_* */
	uint8_t scsi_status, scsi_state, key, asc;
	bool is_silent;                 /* no answer until it is reset */
};

enum hba_kind { HBA_SAS, HBA_SATA, HBA_EXPANDER, HBA_SMP, HBA_VOLUME };

#define HBA_SECTORS 64u                 /* that a disk keeps, from its first one on */
struct hba_disk {
	enum hba_kind kind;
	uint64_t name;                  /* SAS address, or a volume's WWID */
	uint16_t enclosure, slot;
	bool is_member;                 /* of a volume */
	bool is_absent;                 /* listed, but not there any more */
	uint8_t access;                 /* MPI2_SAS_DEVICE0_ASTATUS_* */
	uint8_t type;                   /* SCSI device type */
	bool is_removable;
	bool is_short;                  /* answers with fewer bytes than asked for */
	uint64_t sectors;
	uint32_t sector_size;           /* 0: 512 */
	unsigned attentions;
	struct hba_fault fault;
	unsigned faults;                /* commands that it concerns */
	uint8_t store[HBA_SECTORS * 512];
};

#define HBA_DISKS 24u
struct hba_config {
	uint16_t device;                /* PCI device id; 0: 0097h, SAS3008 */
	uint16_t version;               /* MPI's; 0: 0205h */
	uint16_t request_dwords, reply_dwords;  /* 0: 32 */
	bool has_raid;
	bool ports_first;               /* BAR 0 is ports, BAR 1 memory */
	bool memory_off, bus_master, no_bar;
	bool gone;                      /* all registers read as 1 */
	bool reads_zero;                /* Aero: a register reads as 0 now and then */
	bool long_facts;                /* of newer firmware */
	uint8_t state, who;             /* as found */
	bool busy;                      /* OPERATIONAL, with another system's requests active */
	bool used;                      /* with a handshake that has not ended */
	bool no_unit_reset;             /* which is not obeyed */
	bool no_handshake, no_answers;  /* to anything */
	bool no_pages;                  /* requests for them have no answer */
	bool stays_locked, stays_reset; /* HostDiagnostic; in state RESET */
	unsigned unit_ms, reset_ms, start_ms, port_ms;
	uint16_t init_status, port_status;      /* MPI2_IOCSTATUS_* */
	bool moves;                     /* each start gives devices other handles */
	bool events;                    /* are reported, though nobody has asked for them */
	bool frames;                    /* success has a reply frame, too */
	unsigned allocations;           /* that succeed; 0: all */
	struct hba_disk *disks;
	unsigned disk_count;
};

/* A disk with this position, and contents. */
struct hba_disk hba_disk(enum hba_kind kind, uint16_t enclosure, uint16_t slot);
/* Starts anew: with this HBA, and no memory allocated. */
void hba_power_on(struct hba_config *config);
/* Attaches the driver, within this time. */
void hba_attach(struct hba_config *config, uint32_t limit_ms);
/* Sends a request to a disk, within this time. */
enum rj_status hba_request(const struct rj_disk *disk, enum rj_operation operation, uint64_t lba,
			   uint32_t count, void *buffer, uint32_t limit_ms);
/* That the disk returns its contents, up to the last of its sectors that the model keeps. */
void hba_check_read(const struct rj_disk *disk, const struct hba_disk *model);

uint8_t hba_state(void);
void hba_set_state(uint8_t state);
unsigned hba_unit_resets(void);
unsigned hba_diagnostic_resets(void);
bool hba_is_locked(void);               /* HostDiagnostic */
unsigned hba_starts(void);              /* IOC INIT that succeeded */
uint16_t hba_command(void);
unsigned hba_writes(void);              /* to registers and configuration space */
uint8_t hba_last_cdb(unsigned at);      /* of the last command */

#endif
