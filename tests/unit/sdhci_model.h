/* SPDX-License-Identifier: MIT */
/*
 * A model of an SD host controller on PCI (SDHC 4.20) with two slots, and of a card in one of them (SD
 * 9.10, JESD84-B51), behind fake_io.h. It fails the test if the driver breaks a rule that a real
 * one may rely on: the order of commands, their responses and arguments, clocks, resets, alignments.
 */
#ifndef RJ_SDHCI_MODEL_H
#define RJ_SDHCI_MODEL_H

#include "driver_host.h"

#define SDHCI_PCI     0x00001800u       /* as PCI_ADDRESS */
#define MODEL_SECTORS 64u               /* that are stored: of sector n at n modulo this */

enum card_kind { CARD_NONE, CARD_SDSC_V1, CARD_SDSC, CARD_SDHC, CARD_SDUC, CARD_MMC3, CARD_EMMC };

/* What goes wrong at the next transfer of data, once. */
enum card_fault {
	FAULT_NONE,
	FAULT_ECC,              /* the card stops, and says so when asked */
	FAULT_CRC,              /* on the data lines */
	FAULT_COMMAND_CRC,      /* of the response */
	FAULT_PROTECTED,        /* the card refuses to write */
	FAULT_PROGRAM,          /* writing fails after all data are there */
	FAULT_RANGE,            /* the card's sectors end before */
	FAULT_SILENT,           /* it neither answers nor ends, until it is reset */
	FAULT_ADMA,             /* an error of the controller's */
	FAULT_LATE_TIMEOUT,     /* none: Transfer Complete and Data Timeout Error together */
};

struct sdhci_config {
	enum card_kind kind;
	unsigned slot;                  /* that the card is in: 0 or 1 */
	bool two_slots;
	bool embedded;                  /* slot type */
	bool no_adma, no_3v3, no_base_clock;
	unsigned version;               /* 0: 1.00, 1: 2.00, 2: 3.00 */
	bool one_line;                  /* only DAT0 is connected */
	bool switch_protects, csd_protects;
	bool as_found_running;          /* a transfer of another system is active; interrupts are on */
	bool as_firmware;               /* clocked and powered, no interrupts */
	bool at_1v8;                    /* the card answers only after it was without power */
	unsigned power_up_ms;           /* until ACMD41 or CMD1 say ready */
	bool reset_hangs, clock_hangs, never_ready, stays_inhibited;
	unsigned settle_ms;             /* after power, before which a card is not seen (2.2.9) */
	unsigned busy_ms;               /* of programming, after a write */
};

void model_power_on(const struct sdhci_config *config);

void model_fail_next(enum card_fault fault);
void model_remove(void);
void model_insert(enum card_kind kind, uint32_t serial);
uint8_t *model_sector(uint32_t number);
uint32_t model_now_ms(void);
unsigned model_lines(void);             /* data lines in use: 1 or 4 */
unsigned model_starts(void);            /* how often a card was selected */
unsigned model_transfers(void);
uint16_t model_command(void);           /* PCI */

#endif
