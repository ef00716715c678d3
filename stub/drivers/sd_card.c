/* SPDX-License-Identifier: MIT */
/*
 * SD cards: SD Physical Layer Simplified Specification 9.10 ("SD"). MMC devices: JEDEC's
 * Embedded Multi-Media Card standard, JESD84-B51 ("MMC").
 *
 * A card is always started from power-on, at default speed.
 */
#include "drivers/sd_card.h"

/* SD 4.7.4, MMC 6.10.4: commands, and those that follow APP_CMD. */
#define GO_IDLE_STATE   SDHCI_COMMAND(0u, SDHCI_NONE)
#define MMC_OP_COND     SDHCI_COMMAND(1u, SDHCI_R3)
#define ALL_SEND_CID    SDHCI_COMMAND(2u, SDHCI_R2)
#define RELATIVE_ADDR   SDHCI_COMMAND(3u, SDHCI_R1)
#define MMC_SWITCH      SDHCI_COMMAND(6u, SDHCI_R1B)
#define SELECT_CARD     SDHCI_COMMAND(7u, SDHCI_R1B)
#define SEND_IF_COND    SDHCI_COMMAND(8u, SDHCI_R1)
#define MMC_SEND_EXT_CSD SDHCI_COMMAND(8u, SDHCI_R1 | SDHCI_DATA)
#define SEND_CSD        SDHCI_COMMAND(9u, SDHCI_R2)
#define STOP            SDHCI_COMMAND(12u, SDHCI_R1B | SDHCI_STOP)
#define SEND_STATUS     SDHCI_COMMAND(13u, SDHCI_R1)
#define SET_BLOCKLEN    SDHCI_COMMAND(16u, SDHCI_R1)
#define READ_SINGLE     SDHCI_COMMAND(17u, SDHCI_R1 | SDHCI_DATA)
#define READ_MULTIPLE   SDHCI_COMMAND(18u, SDHCI_R1 | SDHCI_DATA)
#define WRITE_MULTIPLE  SDHCI_COMMAND(25u, SDHCI_R1 | SDHCI_DATA)
#define APP_CMD         SDHCI_COMMAND(55u, SDHCI_R1)
#define SD_BUS_WIDTH    SDHCI_COMMAND(6u, SDHCI_R1)
#define SD_OP_COND      SDHCI_COMMAND(41u, SDHCI_R3)

/* SD 4.9.6: 2.7 to 3.6 V, and a pattern; both come back. */
#define IF_COND         0x1AAu
#define IF_COND_MASK    0xFFFu

/* SD 4.2.3.1 and 5.1, MMC 7.1 */
#define OCR_READY       0x80000000u
#define OCR_SECTORS     0x40000000u

#define WIDTH_4         2u              /* SD 4.7.4, ACMD6 */
/* MMC 6.10.4, CMD6: write byte 183, BUS_WIDTH (7.4.67), of EXT_CSD. */
#define MMC_WIDTH(code) (3u << 24 | 183u << 16 | (code) << 8)
#define MMC_WIDTH_1     0u
#define MMC_WIDTH_4     1u
#define MMC_RCA         0x00010000u     /* the host chooses it (MMC 6.10.4, CMD3) */

/* SD 4.10.1: the card's status, R1. */
#define OUT_OF_RANGE    0x80000000u
#define ADDRESS_ERROR   0x40000000u
#define WP_VIOLATION    0x04000000u
#define ECC_FAILED      0x00200000u
#define OTHER_ERRORS    0x39180000u     /* block length, erase, unlock, CC, other; bits 23 and
					   22 are about an earlier command */
#define READY_FOR_DATA  0x00000100u
#define STATE(r1)       ((r1) >> 9 & 0xF)
#define TRANSFER        4u

/* SD 5.3.2 and 5.3.3, MMC 7.3: lowest bit and number of bits in the CSD. */
#define CSD_STRUCTURE   126, 2
#define SPEC_VERSION    122, 4          /* MMC only */
#define READ_BL_LEN     80, 4
#define C_SIZE          62, 12
#define C_SIZE_V2       48, 22
#define C_SIZE_MULT     47, 3
#define PERM_PROTECT    13, 1
#define TMP_PROTECT     12, 1
#define SD_VERSION_1    0u              /* CSD_STRUCTURE: up to 2 GiB, */
#define SD_VERSION_2    1u              /* up to 2 TiB */
#define V2_SECTORS      1024u           /* the unit of its size */
#define MMC_VERSION_4   4u              /* from this on there are CMD6 and EXT_CSD */
#define SEC_COUNT       212u            /* MMC 7.4: offset in EXT_CSD */

#define SD_KHZ          25000u
#define MMC_KHZ         20000u
#define POWER_UP_MS     1000u           /* SD 4.2.3 */
#define POLL_MS         2u
#define PROGRAM_MS      5000u

enum rj_status sd_status(uint32_t r1)
{
	if (r1 & (OUT_OF_RANGE | ADDRESS_ERROR))
		return RJ_DISK_NOT_FOUND;
	if (r1 & WP_VIOLATION)
		return RJ_DISK_WRITE_PROTECTED;
	if (r1 & ECC_FAILED)
		return RJ_DISK_BAD_DATA;
	return r1 & OTHER_ERRORS ? RJ_DISK_CONTROLLER : RJ_DISK_OK;
}

static bool sd_command(struct sd_card *c, uint32_t command, uint32_t argument)
{
	return sdhci_command(c, command, argument) == RJ_DISK_OK;
}

static bool sd_app_command(struct sd_card *c, uint32_t command, uint32_t argument)
{
	return sd_command(c, APP_CMD, c->rca) && sd_command(c, command, argument);
}

/* The controller drops the lowest 8 of 128 bits, the CRC (SDHC 2.2.7). */
static uint32_t csd_bits(const struct sd_card *c, uint32_t low, uint32_t count)
{
	uint32_t word = (low - 8) / 32, shift = (low - 8) % 32;
	uint32_t value = c->csd[word] >> shift;

	if (shift + count > 32)
		value |= c->csd[word + 1] << (32 - shift);
	return value & ((1u << count) - 1);
}

static void sd_keep(const struct sd_card *c, uint32_t *to)
{
	for (uint32_t i = 0; i < 4; i++)
		to[i] = sdhci_response(c, i);
}

/* SD 4.2.3.1, MMC 6.4.2: repeated until the card has powered up. */
static bool sd_wait_power_up(struct sd_card *c, uint32_t argument)
{
	uint64_t deadline = deadline_in(POWER_UP_MS);

	for (;;) {
		uint32_t ocr;

		if (!(c->is_mmc ? sd_command(c, MMC_OP_COND, argument)
				: sd_app_command(c, SD_OP_COND, argument)))
			return false;
		ocr = sdhci_response(c, 0);
		c->by_sector = ocr & OCR_SECTORS;
		if (ocr & OCR_READY)
			return true;
		if (expired(&deadline))
			return false;
		delay_ms(POLL_MS);
	}
}

/* SD 4.2.3: only an SD card knows ACMD41, and only from version 2.00 on CMD8. */
static bool sd_identify(struct sd_card *c)
{
	uint32_t sectors = 0;

	c->is_mmc = false;
	c->rca = 0;
	sd_command(c, GO_IDLE_STATE, 0);
	if (sd_command(c, SEND_IF_COND, IF_COND)
	    && (sdhci_response(c, 0) & IF_COND_MASK) == IF_COND)
		sectors = OCR_SECTORS;
	if (sd_wait_power_up(c, sectors | c->voltages))
		return true;
	c->is_mmc = true;
	sd_command(c, GO_IDLE_STATE, 0);
	return sd_wait_power_up(c, OCR_SECTORS | c->voltages);
}

/* Whether the CID is the one from before; keeps it if there is none. */
static bool sd_is_same(struct sd_card *c)
{
	for (uint32_t i = 0; i < 4; i++) {
		if (c->known && c->cid[i] != sdhci_response(c, i))
			return false;
		c->cid[i] = sdhci_response(c, i);
	}
	return true;
}

static bool sd_select(struct sd_card *c)
{
	if (!sd_command(c, RELATIVE_ADDR, c->is_mmc ? MMC_RCA : 0))
		return false;
	c->rca = c->is_mmc ? MMC_RCA : sdhci_response(c, 0) & 0xFFFF0000u;
	if (!sd_command(c, SEND_CSD, c->rca))
		return false;
	sd_keep(c, c->csd);
	return sd_command(c, SELECT_CARD, c->rca)
		&& sdhci_set_clock(c, c->is_mmc ? MMC_KHZ : SD_KHZ)
		&& (c->by_sector || sd_command(c, SET_BLOCKLEN, SD_SECTOR));
}

static bool mmc_read_ext_csd(struct sd_card *c)
{
	const struct sdhci_data data = { .command = MMC_SEND_EXT_CSD, .mode = SDHCI_READ,
		.buffer = (uint32_t)(uintptr_t)c->ext_csd, .sectors = 1 };

	if (sdhci_move(c, &data) == RJ_DISK_OK)
		return true;
	sdhci_recover(c);
	return false;
}

/* Whether four lines are connected shows in what arrives (MMC 6.6.4). */
static bool mmc_widen(struct sd_card *c)
{
	if (csd_bits(c, SPEC_VERSION) < MMC_VERSION_4)
		return true;
	if (sd_command(c, MMC_SWITCH, MMC_WIDTH(MMC_WIDTH_4))) {
		sdhci_set_width(c, true);
		if (mmc_read_ext_csd(c))
			return true;
		sdhci_set_width(c, false);
		sd_command(c, MMC_SWITCH, MMC_WIDTH(MMC_WIDTH_1));
	}
	return mmc_read_ext_csd(c);
}

/* SD 4.7.4: memory cards have four lines. */
static void sd_widen(struct sd_card *c)
{
	if (sd_app_command(c, SD_BUS_WIDTH, WIDTH_4))
		sdhci_set_width(c, true);
}

bool sd_start(struct sd_card *c)
{
	if (!sdhci_power_up(c) || !sd_identify(c) || !sd_command(c, ALL_SEND_CID, 0)
	    || !sd_is_same(c) || !sd_select(c))
		return false;
	if (!c->is_mmc)
		sd_widen(c);
	c->ready = !c->is_mmc || mmc_widen(c);
	return c->ready;
}

/*
 * Waits for the end of programming (SD 4.3.4 and 4.10.1). Returns the error that the card names, or
 * this one; if it does not end, the card is to be started anew.
 */
static enum rj_status sd_settle(struct sd_card *c, enum rj_status named)
{
	uint64_t deadline = deadline_in(PROGRAM_MS);

	c->ready = false;
	while (!c->ready && sd_command(c, SEND_STATUS, c->rca)) {
		uint32_t r1 = sdhci_response(c, 0);

		if (named == RJ_DISK_OK)
			named = sd_status(r1);
		c->ready = r1 & READY_FOR_DATA && STATE(r1) == TRANSFER;
		if (expired(&deadline))
			break;
		relax();
	}
	return named;
}

/*
 * SDHC 3.10.1: ends what the card may still be doing. Returns the error that it names, if any.
 */
static enum rj_status sd_recover(struct sd_card *c)
{
	enum rj_status named = RJ_DISK_OK;

	sdhci_recover(c);
	if (sd_command(c, STOP, 0))
		named = sd_status(sdhci_response(c, 0));
	return sd_settle(c, named);
}

/* The end of programming after a write that has succeeded. */
static enum rj_status sd_flush(struct sd_card *c)
{
	enum rj_status named = sd_settle(c, RJ_DISK_OK);

	return c->ready ? named : RJ_DISK_TIMEOUT;
}

static enum rj_status sd_move(struct sd_card *c, const struct rj_request *request)
{
	bool write = request->operation == RJ_WRITE, many = write || request->count > 1;
	struct sdhci_data data = {
		.command = write ? WRITE_MULTIPLE : many ? READ_MULTIPLE : READ_SINGLE,
		.argument = (uint32_t)request->lba << (c->by_sector ? 0 : SD_SECTOR_SHIFT),
		.mode = (write ? 0 : SDHCI_READ) | (many ? SDHCI_MULTIPLE : SDHCI_SINGLE),
		.buffer = (uint32_t)request->buffer, .sectors = request->count,
	};
	enum rj_status status = sdhci_move(c, &data), named;

	if (status == RJ_DISK_OK)
		return RJ_DISK_OK;
	named = sd_recover(c);
	if (status == RJ_DISK_TIMEOUT || status == RJ_DISK_BAD_DATA)
		status = named != RJ_DISK_OK ? named : status;
	return status == RJ_DISK_BAD_DATA && write ? RJ_DISK_WRITE_FAULT : status;
}

enum rj_status sd_transfer(void *context, const struct rj_request *request)
{
	struct sd_card *c = context;

	if (!c->ready && !sd_start(c))
		return RJ_DISK_TIMEOUT;
	switch (request->operation) {
	case RJ_READ:
	case RJ_WRITE:
		return sd_move(c, request);
	case RJ_FLUSH:
		return sd_flush(c);
	default:
		sd_recover(c);
		return RJ_DISK_OK;
	}
}

/* SD 5.3.2 and MMC 7.3.12 */
static INIT uint64_t sd_sectors_v1(const struct sd_card *c)
{
	uint32_t length = csd_bits(c, READ_BL_LEN);

	if (length < SD_SECTOR_SHIFT || length > SD_SECTOR_SHIFT + 3)
		return 0;
	return (csd_bits(c, C_SIZE) + 1) << (csd_bits(c, C_SIZE_MULT) + 2 + length - SD_SECTOR_SHIFT);
}

INIT uint64_t sd_sectors(const struct sd_card *c)
{
	uint32_t structure = csd_bits(c, CSD_STRUCTURE);
	const uint8_t *count = c->ext_csd + SEC_COUNT;

	if (c->is_mmc && c->by_sector)
		return (uint32_t)count[3] << 24 | (uint32_t)count[2] << 16 | (uint32_t)count[1] << 8
			| count[0];
	if (c->is_mmc || structure == SD_VERSION_1)
		return sd_sectors_v1(c);
	return structure == SD_VERSION_2
		? ((uint64_t)csd_bits(c, C_SIZE_V2) + 1) * V2_SECTORS : 0;
}

INIT bool sd_is_protected(const struct sd_card *c)
{
	return csd_bits(c, PERM_PROTECT) || csd_bits(c, TMP_PROTECT);
}
