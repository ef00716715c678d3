/* SPDX-License-Identifier: MIT */
#include "drivers/ata_device.h"

#include "common/mem.h"

/* IDENTIFY DEVICE data (ACS-3, 7.12.7); words 83 and 106 are valid with 01b on top. */
#define WORD_CAPABILITIES 49
#define HAS_LBA         0x0200u
#define HAS_DMA         0x0100u
#define WORD_SECTORS28  60
#define WORD_DMADIR     62              /* of IDENTIFY PACKET DEVICE */
#define NEEDS_DMADIR    0x8000u
#define WORD_COMMANDS   83
#define HAS_LBA48       0x0400u
#define HAS_FLUSH       0x1000u
#define HAS_FLUSH_EXT   0x2000u
#define WORD_SECTORS48  100
#define WORD_SECTOR     106
#define IS_LONG_SECTOR  0x1000u
#define WORD_SECTOR_SIZE 117            /* in words, 32 bits */
#define VALID_MASK      0xC000u
#define VALID           0x4000u

#define MIN_SECTOR      512u
#define MAX_SECTOR      4096u
#define MAX_SECTORS28   256u            /* a count of 0 */
#define MAX_SECTORS48   65535u

/* The error field (6.3); bit 6 of a write was write protection (ATA/ATAPI-7). */
#define ERROR_UNCORRECTABLE 0x40u
#define ERROR_NOT_FOUND     0x10u

/* SPC-4, 4.5.6 sense keys and 4.5.2.1 fixed format. */
#define SENSE_NOT_READY     0x2
#define SENSE_MEDIUM_ERROR  0x3
#define SENSE_ILLEGAL       0x5
#define SENSE_ATTENTION     0x6
#define SENSE_PROTECTED     0x7
#define SENSE_ASC           12          /* offset */
#define ASC_NO_MEDIUM       0x3A

#define TEST_UNIT_READY     0x00
#define REQUEST_SENSE       0x03
#define READ_CAPACITY       0x25
#define READ_CAPACITY_DATA  8
#define READ_10             0x28

#define MEDIUM_MS           20000       /* to spin up and read the table of contents */
#define MEDIUM_STEP_MS      100

static INIT uint32_t dword(const uint16_t *words)
{
	return words[0] | (uint32_t)words[1] << 16;
}

static INIT uint32_t valid_word(const uint16_t *words, unsigned number)
{
	return (words[number] & VALID_MASK) == VALID ? words[number] : 0;
}

static INIT uint32_t sector_size(const uint16_t *words)
{
	if (valid_word(words, WORD_SECTOR) & IS_LONG_SECTOR)
		return dword(words + WORD_SECTOR_SIZE) * 2;
	return MIN_SECTOR;
}

INIT bool ata_identify(const uint16_t *words, struct rj_disk *disk, struct ata_features *features)
{
	uint32_t commands = valid_word(words, WORD_COMMANDS);

	features->lba48 = commands & HAS_LBA48;
	features->flush = commands & HAS_FLUSH ? ATA_FLUSH_CACHE : 0;
	if (features->lba48 && commands & HAS_FLUSH_EXT)
		features->flush = ATA_FLUSH_CACHE_EXT;
	disk->sectors = dword(words + WORD_SECTORS28);
	if (features->lba48)
		disk->sectors = (uint64_t)dword(words + WORD_SECTORS48 + 2) << 32
			| dword(words + WORD_SECTORS48);
	disk->max_sectors = features->lba48 ? MAX_SECTORS48 : MAX_SECTORS28;
	disk->sector_size = sector_size(words);
	return words[WORD_CAPABILITIES] & HAS_LBA && disk->sectors
		&& disk->sector_size >= MIN_SECTOR && disk->sector_size <= MAX_SECTOR
		&& !(disk->sector_size & (disk->sector_size - 1));
}

INIT uint8_t atapi_dma(const uint16_t *words)
{
	if (words[WORD_DMADIR] & NEEDS_DMADIR)
		return ATA_PACKET_DMA | ATA_PACKET_DMADIR_IN;
	return words[WORD_CAPABILITIES] & HAS_DMA ? ATA_PACKET_DMA : 0;
}

enum rj_status ata_status(uint32_t status, uint32_t error, bool write)
{
	if (status & ATA_FAULT)
		return write ? RJ_DISK_WRITE_FAULT : RJ_DISK_CONTROLLER;
	if (error & ERROR_NOT_FOUND)
		return RJ_DISK_NOT_FOUND;
	if (error & ERROR_UNCORRECTABLE)
		return write ? RJ_DISK_WRITE_PROTECTED : RJ_DISK_BAD_DATA;
	return RJ_DISK_CONTROLLER;
}

enum rj_status atapi_status(uint32_t error)
{
	switch (error >> 4 & 0xF) {
	case SENSE_NOT_READY:
		return RJ_DISK_NOT_READY;
	case SENSE_MEDIUM_ERROR:
		return RJ_DISK_BAD_DATA;
	case SENSE_ILLEGAL:
		return RJ_DISK_NOT_FOUND;       /* of what is sent, only an LBA can be */
	case SENSE_ATTENTION:
		return RJ_DISK_CHANGED;
	case SENSE_PROTECTED:
		return RJ_DISK_WRITE_PROTECTED;
	default:
		return RJ_DISK_CONTROLLER;
	}
}

static void put_be32(uint8_t *at, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (24 - 8 * i));
}

void atapi_read_packet(uint8_t *packet, const struct rj_request *request)
{
	memset(packet, 0, ATAPI_PACKET_SIZE);
	packet[0] = READ_10;
	put_be32(packet + 2, (uint32_t)request->lba);
	packet[7] = (uint8_t)(request->count >> 8);
	packet[8] = (uint8_t)request->count;
}

enum rj_status atapi_request_sense(atapi_send *send, void *device, uint8_t *data)
{
	const uint8_t packet[ATAPI_PACKET_SIZE] = { REQUEST_SENSE, 0, 0, 0, ATAPI_DATA };

	return send(device, packet, data, ATAPI_DATA);
}

static INIT uint32_t get_be32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static INIT enum rj_status send_simple(atapi_send *send, void *device, uint8_t operation,
				       uint8_t *data, uint8_t bytes)
{
	const uint8_t packet[ATAPI_PACKET_SIZE] = { operation };

	return send(device, packet, data, bytes);
}

/* Until TEST UNIT READY is good: a reset and a new medium each fail it once. */
static INIT bool is_ready(atapi_send *send, void *device, uint8_t *data)
{
	uint64_t deadline = deadline_in(MEDIUM_MS);
	enum rj_status status;

	while ((status = send_simple(send, device, TEST_UNIT_READY, NULL, 0)) != RJ_DISK_OK) {
		if (status == RJ_DISK_TIMEOUT || expired(deadline)
		    || atapi_request_sense(send, device, data) != RJ_DISK_OK
		    || data[SENSE_ASC] == ASC_NO_MEDIUM)
			return false;
		if (status == RJ_DISK_NOT_READY)
			delay_ms(MEDIUM_STEP_MS);
	}
	return true;
}

INIT bool atapi_medium(atapi_send *send, void *device, uint8_t *data, struct rj_disk *disk)
{
	if (!is_ready(send, device, data)
	    || send_simple(send, device, READ_CAPACITY, data, READ_CAPACITY_DATA) != RJ_DISK_OK)
		return false;
	disk->sectors = (uint64_t)get_be32(data) + 1;
	disk->sector_size = ATAPI_SECTOR;
	disk->max_sectors = MAX_SECTORS48;
	disk->flags = RJ_DISK_CD | RJ_DISK_READONLY | RJ_DISK_REMOVABLE;
	return true;
}
