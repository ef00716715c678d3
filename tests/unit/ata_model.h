/* SPDX-License-Identifier: MIT */
/*
 * A model of a PCI IDE controller with devices at its first channel (ATA/ATAPI-7, volume 2), behind
 * fake_io.h. It fails the test if the driver breaks a rule that a real device may rely on: when a
 * register may be read or written, the length of a reset, what is ready for data.
 */
#ifndef RJ_ATA_MODEL_H
#define RJ_ATA_MODEL_H

#include "driver_host.h"

#define ATA_PCI       0x00000900u       /* as PCI_ADDRESS */
#define MODEL_SECTORS 64u               /* that are stored: of sector n at n modulo this */

enum ata_kind { ATA_NONE, ATA_DISK, ATA_CD };

struct ata_config {
	enum ata_kind devices[2];
	uint8_t nobody;                 /* what a channel without devices reads: 7Fh, FFh; QEMU's: 0 */
	bool native;                    /* ports in BARs */
	bool keeps_selection;           /* over a reset, as QEMU's */
	unsigned selected;              /* as found, */
	uint8_t status;                 /* as is this, of both devices: BSY until a reset, or DRQ */
	uint32_t reset_ms, command_ms;  /* that BSY is 1 */
	bool resets_for_ever;
};

void model_power_on(const struct ata_config *config);

/* Other code has the CPU for ms before this reading of the time stamp counter from now on; 0: never. */
void model_take_cpu(unsigned reading, uint32_t ms);

void model_fail_next(void);             /* the next command with data has an error, */
void model_hang_next(void);             /* or is busy with it until a reset */
uint8_t *model_sector(enum ata_kind of, uint32_t number);
uint32_t model_now_ms(void);
unsigned model_readings(void);          /* of the time stamp counter */
bool model_interrupts(void);            /* nIEN is 0, and none is pending */

#endif
