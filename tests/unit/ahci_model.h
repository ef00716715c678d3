/* SPDX-License-Identifier: MIT */
/*
 * A model of an AHCI HBA (AHCI 1.3.1) on PCI with disks, CD drives and port multipliers (Serial ATA
 * 3.x), behind fake_io.h. It fails the test if the driver breaks a rule of the specification that a
 * real one may rely on. Section numbers in its messages are AHCI's.
 */
#ifndef RJ_AHCI_MODEL_H
#define RJ_AHCI_MODEL_H

#include "driver_host.h"

#define AHCI_PCI   0x0000FA00u          /* as PCI_ADDRESS */
#define AHCI_PORTS 6u

enum ahci_device_kind {
	AHCI_EMPTY,
	AHCI_DISK,
	AHCI_CD,                /* with a medium */
	AHCI_CD_EMPTY,
	AHCI_OTHER,             /* an enclosure: signature C33C0101h */
	AHCI_MULTIPLIER,        /* with a disk at its first port, which it shows until it is asked */
	AHCI_MULTIPLIER_EMPTY,  /* with none there, so that it sends no signature */
};

struct ahci_port_config {
	enum ahci_device_kind kind;
	bool not_implemented;   /* its bit of PI is 0 */
	bool running;           /* as found: ST, FRE, in memory of another system */
	bool active;            /* and a command of that system is not done */
	bool multiplier_on;     /* as found: PMA, which that system has set */
	bool stuck;             /* CR stays 1 until the HBA is reset */
	bool silent;            /* BSY stays 1 after a COMRESET: no signature */
	bool no_link;           /* DET stays 1 */
	unsigned present_ms;    /* after COMRESET; 0: at once */
	unsigned ready_ms;      /* after that */
	uint32_t list, received;        /* as found, if running */
};

struct ahci_config {
	struct ahci_port_config ports[AHCI_PORTS];
	uint16_t vendor;                /* 0: Intel */
	bool is_64bit, no_multipliers;  /* CAP.S64A; not CAP.SPM */
	bool legacy;                    /* GHC.AE is 0 as found */
	bool reset_hangs, no_bar;
	unsigned reset_ms;
	bool firmware_owns;             /* BOHC.BOS; the firmware lets go of it after this time, */
	unsigned handoff_ms;            /* and sets BB until then; 0: never, without BB */
	bool bus_master;                /* as found */
	uint32_t vscap, remap;          /* of Intel's; what each one is: */
	uint32_t remapped[3];
};

/* Starts anew: with this HBA, and no memory allocated. */
void ahci_power_on(const struct ahci_config *config);
/* The same, then attaches the driver, within this time; returns how long it took. */
uint32_t ahci_attach_hba(const struct ahci_config *config, uint32_t limit_ms);

/* What goes wrong with a port's next command, once. */
enum ahci_fault { AHCI_GOOD, AHCI_MEDIUM_ERROR, AHCI_INTERFACE_ERROR, AHCI_NO_ANSWER };
void ahci_fail_next(unsigned port, enum ahci_fault fault);
/* From now on the port does not stop, until the HBA is reset. */
void ahci_stick(unsigned port);

#define AHCI_SECTORS 64u                /* that a disk keeps */
uint8_t *ahci_sector(unsigned port, uint32_t lba);

void ahci_limit_ms(uint32_t ms);         /* fails the test if time goes on beyond this */
uint16_t ahci_command(void);             /* PCI */
unsigned ahci_writes(void);              /* to registers and configuration space */
unsigned ahci_resets(void);              /* of the HBA */
unsigned ahci_comresets(unsigned port);

#endif
