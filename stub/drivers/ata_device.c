/* SPDX-License-Identifier: MIT */
#include "drivers/ata_device.h"

#include "common/mem.h"
#include "drivers/scsi.h"

/* IDENTIFY DEVICE data (ACS-3, 7.12.7); words 83 and 106 are valid if bits 15:14 are 01b. */
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

/* The error field (6.3); for a write, bit 6 once meant write protected (ATA/ATAPI-7). */
#define ERROR_UNCORRECTABLE 0x40u
#define ERROR_NOT_FOUND     0x10u

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
	uint32_t key = error >> 4 & 0xF;
	enum rj_status status;

	if (key == SCSI_ATTENTION)
		return RJ_DISK_CHANGED;
	status = scsi_key_status(key, SCSI_LBA_RANGE);  /* only an LBA can be invalid here */
	return status == RJ_DISK_OK || status == SCSI_AGAIN ? RJ_DISK_CONTROLLER : status;
}

void atapi_read_packet(uint8_t *packet, const struct rj_request *request)
{
	memset(packet, 0, ATAPI_PACKET_SIZE);
	packet[0] = SCSI_READ_10;
	scsi_put_be32(packet + 5, request->count);      /* 16 bits, in bytes 7 and 8 */
	scsi_put_be32(packet + 2, (uint32_t)request->lba);
}

enum rj_status atapi_request_sense(atapi_send *send, void *device, uint8_t *data)
{
	const uint8_t packet[ATAPI_PACKET_SIZE] = { SCSI_REQUEST_SENSE, 0, 0, 0, ATAPI_DATA };

	return send(device, packet, data, ATAPI_DATA);
}

/* A packet device as a SCSI unit, for atapi_medium. */
struct atapi_unit {
	struct scsi_unit scsi;
	atapi_send *send;
	void *device;
};

static INIT enum rj_status atapi_execute(struct scsi_unit *scsi, const struct scsi_command *command)
{
	const struct atapi_unit *unit = (const struct atapi_unit *)scsi;
	enum rj_status status = unit->send(unit->device, command->cdb,
					   command->bytes ? scsi->data : NULL, command->bytes);

	if (status == RJ_DISK_OK || status == RJ_DISK_TIMEOUT)
		return status;
	if (atapi_request_sense(unit->send, unit->device, scsi->data) != RJ_DISK_OK)
		return RJ_DISK_CONTROLLER;
	status = scsi_sense_status(scsi->data);
	return status == RJ_DISK_OK ? SCSI_AGAIN : status;
}

INIT bool atapi_medium(atapi_send *send, void *device, uint8_t *data, struct rj_disk *disk)
{
	struct atapi_unit unit = { { .execute = atapi_execute, .data = data }, send, device };

	if (!scsi_wait_ready(&unit.scsi) || !scsi_read_capacity(&unit.scsi, disk))
		return false;
	disk->sector_size = ATAPI_SECTOR;
	disk->max_sectors = MAX_SECTORS48;
	disk->flags = RJ_DISK_CD | RJ_DISK_READONLY | RJ_DISK_REMOVABLE;
	return true;
}
