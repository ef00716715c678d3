/* SPDX-License-Identifier: MIT */
#include "drivers/scsi.h"

#include "common/mem.h"

/* SPC-4, 4.5.6: sense keys, and additional sense codes. */
enum {
	KEY_RECOVERED = 0x1,
	KEY_NOT_READY = 0x2,
	KEY_MEDIUM = 0x3,
	KEY_ILLEGAL = 0x5,
	KEY_PROTECTED = 0x7,
	KEY_ABORTED = 0xB,
	ASC_COMMAND = 0x20,             /* it is not known */
	ASC_MEDIUM_CHANGED = 0x28,
	ASC_NO_MEDIUM = 0x3A,
};

/* SAM-5, 5.3.1: status. */
enum { GOOD = 0x00, BUSY = 0x08, TASK_SET_FULL = 0x28 };
#define BUSY_MS 100u

/* SPC-4 and SBC-3: operation codes. */
enum {
	TEST_UNIT_READY = 0x00,
	INQUIRY = 0x12,
	MODE_SENSE_6 = 0x1A,
	START_STOP_UNIT = 0x1B,
	READ_CAPACITY_10 = 0x25,
	READ_16 = 0x88,
	SERVICE_ACTION_IN = 0x9E,
};
#define TO_WRITE 2                      /* WRITE's code less READ's, of both sizes */
#define READ_CAPACITY_16 0x10           /* service action */
#define CAPACITY_10_SIZE 8
#define CAPACITY_16_SIZE 32
#define TYPE_DISK        0x00           /* INQUIRY's first byte: connected, and this type */
#define TYPE_CD          0x05
#define REMOVABLE        0x80           /* in its second byte */
#define WRITE_PROTECTED  0x80           /* in MODE SENSE's device-specific byte (SBC-3) */
#define MODE_SENSE_SIZE  4
#define IMMEDIATELY      0x01           /* START STOP UNIT (SBC-3): do not wait, */
#define START            0x01           /* and spin up */

#define SHIFT_MIN 9u                    /* blocks of 512 bytes */
#define SHIFT_MAX 12u                   /* to 4096 */
#define TRIES     10u
#define STEP_MS   100u
#define READY_MS  20000u                /* to spin up, and read a table of contents */

enum rj_status scsi_key_status(uint32_t key, uint32_t asc)
{
	switch (key) {
	case 0:
	case KEY_RECOVERED:
		return RJ_DISK_OK;
	case KEY_NOT_READY:
		return asc == ASC_NO_MEDIUM ? RJ_DISK_TIMEOUT : RJ_DISK_NOT_READY;
	case KEY_MEDIUM:
		return RJ_DISK_BAD_DATA;
	case KEY_ILLEGAL:
		return asc == SCSI_LBA_RANGE ? RJ_DISK_NOT_FOUND
			: asc == ASC_COMMAND ? RJ_DISK_INVALID : RJ_DISK_CONTROLLER;
	case SCSI_ATTENTION:
		return asc == ASC_MEDIUM_CHANGED ? RJ_DISK_CHANGED : SCSI_AGAIN;
	case KEY_PROTECTED:
		return RJ_DISK_WRITE_PROTECTED;
	case KEY_ABORTED:
		return SCSI_AGAIN;
	}
	return RJ_DISK_CONTROLLER;
}

enum rj_status scsi_status(uint32_t status, const uint8_t *sense)
{
	switch (status) {
	case GOOD:
		return RJ_DISK_OK;
	case SCSI_CHECK_CONDITION:
		return scsi_sense_status(sense);
	case BUSY:
	case TASK_SET_FULL:
		delay_ms(BUSY_MS);
		return SCSI_AGAIN;
	}
	return RJ_DISK_CONTROLLER;
}

/* Sends a command again while the device wants that. status: what it has returned first. */
static SELDOM enum rj_status retry(struct scsi_unit *unit, const struct scsi_command *command,
				   enum rj_status status)
{
	for (uint32_t tries = 1; status == SCSI_AGAIN; tries++) {
		if (tries == TRIES)
			return RJ_DISK_CONTROLLER;
		status = unit->execute(unit, command);
	}
	return status;
}

/* cdb is all zeros. The 16-byte commands are only for LBAs that need them. */
static void fill_cdb(uint8_t *cdb, const struct rj_request *request, bool write)
{
	if (request->lba >> 32) {
		cdb[0] = (uint8_t)(READ_16 + TO_WRITE * write);
		scsi_put_be32(cdb + 2, (uint32_t)(request->lba >> 32));
		scsi_put_be32(cdb + 6, (uint32_t)request->lba);
		scsi_put_be32(cdb + 10, request->count);
	} else {
		cdb[0] = (uint8_t)(SCSI_READ_10 + TO_WRITE * write);
		scsi_put_be32(cdb + 5, request->count);      /* 16 bits, in bytes 7 and 8 */
		scsi_put_be32(cdb + 2, (uint32_t)request->lba);
	}
}

enum rj_status scsi_transfer(struct scsi_unit *unit, const struct rj_request *request)
{
	struct scsi_command command;
	enum rj_status status;

	for (uint32_t i = 0; i < SCSI_CDB; i += sizeof(uint32_t))
		scsi_put_be32(command.cdb + i, 0);
	command.write = request->operation == RJ_WRITE;
	if (request->operation != RJ_FLUSH) {
		fill_cdb(command.cdb, request, command.write);
		command.buffer = request->buffer;
		command.bytes = request->count << unit->shift;
	} else {
		command.cdb[0] = SCSI_SYNCHRONIZE_CACHE_10;
		command.buffer = 0;
		command.bytes = 0;
	}
	status = unit->execute(unit, &command);
	if (status == RJ_DISK_OK)
		return status;
	status = retry(unit, &command, status);
	if (status == RJ_DISK_BAD_DATA && command.write)
		return RJ_DISK_WRITE_FAULT;
	if (status == RJ_DISK_INVALID && request->operation == RJ_FLUSH)
		return RJ_DISK_OK;      /* no such command: nothing to flush */
	return status;
}

INIT enum rj_status scsi_ask(struct scsi_unit *unit, const struct scsi_command *command,
			     uint32_t bytes)
{
	struct scsi_command ask = *command;

	memset(unit->data, 0, bytes);
	ask.buffer = (uintptr_t)unit->data;
	ask.bytes = bytes;
	return retry(unit, &ask, unit->execute(unit, &ask));
}

static INIT uint32_t be32(const uint8_t *p)
{
	uint32_t value;

	__builtin_memcpy(&value, p, sizeof(value));
	return __builtin_bswap32(value);
}

/* A reset and a new medium each fail TEST UNIT READY once; some disks wait to be started. */
INIT bool scsi_wait_ready(struct scsi_unit *unit)
{
	static INIT_DATA const struct scsi_command command = { .cdb = { TEST_UNIT_READY } };
	static INIT_DATA const struct scsi_command start = {
		.cdb = { [0] = START_STOP_UNIT, [1] = IMMEDIATELY, [4] = START } };
	uint64_t deadline = deadline_in(READY_MS);
	bool is_started = false;

	for (;;) {
		enum rj_status status = scsi_ask(unit, &command, 0);

		if (status == RJ_DISK_OK)
			return true;
		if ((status != RJ_DISK_NOT_READY && status != RJ_DISK_CHANGED) || expired(&deadline))
			return false;
		if (status == RJ_DISK_NOT_READY && !is_started)
			scsi_ask(unit, &start, 0);
		is_started = status == RJ_DISK_NOT_READY;
		delay_ms(STEP_MS);
	}
}

/* SBC-3: READ CAPACITY (10), then (16) if that field is too small. */
INIT bool scsi_read_capacity(struct scsi_unit *unit, struct rj_disk *disk)
{
	static INIT_DATA const struct scsi_command of_10 = { .cdb = { READ_CAPACITY_10 } };
	static INIT_DATA const struct scsi_command of_16 = {
		.cdb = { [0] = SERVICE_ACTION_IN, [1] = READ_CAPACITY_16,
			 [13] = CAPACITY_16_SIZE } };
	const uint8_t *data = unit->data;

	if (scsi_ask(unit, &of_10, CAPACITY_10_SIZE) != RJ_DISK_OK)
		return false;
	disk->sectors = (uint64_t)be32(data) + 1;
	disk->sector_size = be32(data + 4);
	if (disk->sectors >> 32 == 0)
		return true;
	if (scsi_ask(unit, &of_16, CAPACITY_16_SIZE) != RJ_DISK_OK)
		return false;
	disk->sectors = ((uint64_t)be32(data) << 32 | be32(data + 4)) + 1;
	disk->sector_size = be32(data + 8);
	return true;
}

/* SPC-4, MODE SENSE(6): no block descriptors; all pages, but only the header fits. */
static INIT bool is_protected(struct scsi_unit *unit)
{
	uint32_t bytes = unit->mode_bytes ? unit->mode_bytes : MODE_SENSE_SIZE;
	struct scsi_command command = {
		.cdb = { MODE_SENSE_6, 0x08, 0x3F, 0, (uint8_t)bytes } };

	return scsi_ask(unit, &command, bytes) == RJ_DISK_OK
		&& unit->data[2] & WRITE_PROTECTED;
}

/* SPC-4, INQUIRY: returns false if the type is not supported. */
static INIT bool inquire(struct scsi_unit *unit, struct rj_disk *disk)
{
	static INIT_DATA const struct scsi_command command = { .cdb = { [0] = INQUIRY, [4] = SCSI_DATA } };

	if (scsi_ask(unit, &command, SCSI_DATA) != RJ_DISK_OK)
		return false;
	if (unit->data[1] & REMOVABLE)
		disk->flags |= RJ_DISK_REMOVABLE;
	if (unit->data[0] == TYPE_CD)
		disk->flags |= RJ_DISK_CD | RJ_DISK_READONLY | RJ_DISK_REMOVABLE;
	return unit->data[0] == TYPE_DISK || unit->data[0] == TYPE_CD;
}

INIT bool scsi_identify(struct scsi_unit *unit, struct rj_disk *disk)
{
	disk->sector_size = 0;
	if (!inquire(unit, disk) || !scsi_wait_ready(unit) || !scsi_read_capacity(unit, disk))
		return false;
	unit->shift = SHIFT_MIN;
	while (unit->shift < SHIFT_MAX && 1u << unit->shift < disk->sector_size)
		unit->shift++;
	if (1u << unit->shift != disk->sector_size)
		return false;
	if (!(disk->flags & RJ_DISK_CD) && is_protected(unit))
		disk->flags |= RJ_DISK_READONLY;
	return true;
}

INIT bool scsi_add(const struct scsi_unit *unit, uint32_t size, struct rj_disk *disk,
		   uint32_t max_bytes, const struct rj_host *host)
{
	disk->context = host->alloc(size, 4);
	if (!disk->context)
		return false;
	memcpy(disk->context, unit, size);
	disk->max_sectors = max_bytes >> unit->shift;
	host->add_disk(disk);
	return true;
}
