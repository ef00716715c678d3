/* SPDX-License-Identifier: MIT */
/*
 * SCSI disks and CD drives, whatever carries the commands: SPC-4 and SBC-3, and MMC-6 for CDs.
 * A transport has a struct scsi_unit for each logical unit and executes its commands.
 */
#ifndef RJ_SCSI_H
#define RJ_SCSI_H

#include "drivers/driver.h"

#define SCSI_CDB      16u               /* bytes */
#define SCSI_DATA     36u               /* of scsi_unit.data */
#define SCSI_READ_10  0x28
#define SCSI_REQUEST_SENSE 0x03
#define SCSI_SENSE    18u               /* bytes of fixed format, SPC-4, 4.5.3 */
#define SCSI_ATTENTION 0x6              /* sense key */
#define SCSI_LBA_RANGE 0x21             /* additional sense code */

/* Not an end: the command is to be sent again. */
#define SCSI_AGAIN ((enum rj_status)0xFF)

struct scsi_command {
	uint8_t cdb[SCSI_CDB];
	uint64_t buffer;                /* physical */
	uint32_t bytes;                 /* 0: no data */
	bool write;                     /* to the device */
};

struct scsi_unit;

/* Sends a command once. RJ_DISK_TIMEOUT: the device does not answer, or has no medium. */
typedef enum rj_status scsi_execute(struct scsi_unit *unit, const struct scsi_command *command);

struct scsi_unit {
	scsi_execute *execute;
	uint8_t *data;                  /* SCSI_DATA bytes that the device reaches, for answers */
	uint32_t shift;                 /* log2 of the block's size */
};

static inline void scsi_put_be32(uint8_t *to, uint32_t value)
{
	for (int i = 3; i >= 0; i--, value >>= 8)
		to[i] = (uint8_t)value;
}

/* What a failure means, by sense key and additional sense code (4.5.6). */
enum rj_status scsi_key_status(uint32_t key, uint32_t asc);

/* The same by sense data: fixed and descriptor format have them in different places (4.5). */
static inline enum rj_status scsi_sense_status(const uint8_t *sense)
{
	bool descriptors = (sense[0] & 0x7F) >= 0x72;

	return scsi_key_status(sense[descriptors ? 1 : 2] & 0xF, sense[descriptors ? 2 : 12]);
}

/* Serves a request; RJ_RESET is the transport's. */
enum rj_status scsi_transfer(struct scsi_unit *unit, const struct rj_request *request);

/* Executes a command that asks for so many bytes, 0 to what the device reaches of unit->data. */
enum rj_status scsi_ask(struct scsi_unit *unit, const struct scsi_command *command, uint32_t bytes);

/* Waits until the medium is ready; false: there is none, or it does not become ready. */
bool scsi_wait_ready(struct scsi_unit *unit);

/* Sets the disk's sectors and their size. */
bool scsi_read_capacity(struct scsi_unit *unit, struct rj_disk *disk);

/*
 * All of that, with the disk's flags, and unit->shift. False: not a disk or CD that can be
 * served; its sector_size then is 0, or one that cannot be served.
 */
bool scsi_identify(struct scsi_unit *unit, struct rj_disk *disk);

#endif
