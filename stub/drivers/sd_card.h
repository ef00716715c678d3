/* SPDX-License-Identifier: MIT */
/*
 * SD cards and MMC devices (eMMC), and the slot of an SD host controller that each is in. sdhci.c
 * knows the controller, sd_card.c the cards. "SDHC" is the SD Host Controller Simplified
 * Specification 4.20, "SD" the Physical Layer Simplified Specification 9.10.
 */
#ifndef RJ_SD_CARD_H
#define RJ_SD_CARD_H

#include "drivers/driver.h"

#define SD_SECTOR       512u
#define SD_SECTOR_SHIFT 9u

/* Aligned to 8 bytes. All but ready and known is of the card that was identified last. */
struct sd_card {
	uint32_t descriptor[2];         /* of ADMA2 */
	uint8_t ext_csd[SD_SECTOR];     /* of MMC from version 4 on */
	uint32_t csd[4];                /* bits 127:8, as the controller has them */
	uint32_t cid[4];
	uint32_t registers;             /* of the slot */
	uint32_t voltages;              /* what it supplies, as in the card's OCR */
	uint32_t rca;                   /* relative card address, in bits 31:16 */
	uint8_t slot;
	bool dma;                       /* the controller has ADMA2 */
	bool is_mmc;
	bool by_sector;                 /* it counts in sectors, not bytes */
	bool ready;                     /* identified, and no failure since */
	bool known;                     /* cid is the disk's: other cards are refused */
};

/* Command Register (SDHC 2.2.6). */
#define SDHCI_COMMAND(index, response) ((index) << 8 | (response))
#define SDHCI_NONE 0x00u                /* no response */
#define SDHCI_R1   0x1Au                /* 48 bits, with CRC and index; R6 and R7, too */
#define SDHCI_R1B  0x1Bu                /* and the card may be busy afterwards */
#define SDHCI_R2   0x09u                /* 136 bits, with CRC */
#define SDHCI_R3   0x02u                /* 48 bits, neither */
#define SDHCI_DATA 0x20u
#define SDHCI_STOP 0xC0u                /* abort command */

/* Transfer Mode Register (SDHC 2.2.5). */
#define SDHCI_READ     0x10u
#define SDHCI_MULTIPLE 0x26u            /* many blocks, counted, and CMD12 after the last one */
#define SDHCI_SINGLE   0x00u

struct sdhci_data {
	uint32_t command, argument;
	uint32_t mode;                  /* SDHCI_READ, and SDHCI_MULTIPLE or SDHCI_SINGLE */
	uint32_t buffer;                /* aligned to 4 bytes */
	uint32_t sectors;               /* up to SDHCI_SECTORS */
};
#define SDHCI_SECTORS 128u

/*
 * Sends a command without data, and waits until the card is no longer busy. Returns
 * RJ_DISK_TIMEOUT if there is no response.
 */
enum rj_status sdhci_command(struct sd_card *c, uint32_t command, uint32_t argument);

/* Sends one that transfers data. The card's errors are those of its status (SD 4.10.1). */
enum rj_status sdhci_move(struct sd_card *c, const struct sdhci_data *data);

/* 32 bits of the response to the last command; the lowest are number 0. */
uint32_t sdhci_response(const struct sd_card *c, uint32_t number);

/* After a failure: makes the controller take commands again. */
void sdhci_recover(struct sd_card *c);

/* Resets the slot, turns the card off and on, and clocks it for identification. */
bool sdhci_power_up(struct sd_card *c);

/* For data: the clock, at most this, and whether there are four data lines. */
bool sdhci_set_clock(struct sd_card *c, uint32_t khz);
void sdhci_set_width(struct sd_card *c, bool is_four);

/* Identifies the card in the slot, whatever its state. */
bool sd_start(struct sd_card *c);

/* Returns what an error in the card's status, R1, means; RJ_DISK_OK: there is none. */
enum rj_status sd_status(uint32_t r1);

/* The size in sectors of the card that was identified; 0: not supported. */
uint64_t sd_sectors(const struct sd_card *c);

/* Whether the card itself, but not a switch on it, protects all sectors. */
bool sd_is_protected(const struct sd_card *c);

rj_transfer sd_transfer;

#endif
