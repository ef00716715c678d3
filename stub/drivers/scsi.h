/* SPDX-License-Identifier: MIT */
/*
 * SCSI disks and CD drives, independent of the transport: SPC-4 and SBC-3, and MMC-6 for CDs.
 * A transport has a struct scsi_unit for each logical unit, and executes its commands.
 */
#ifndef RJ_SCSI_H
#define RJ_SCSI_H

#include "drivers/driver.h"

#define SCSI_CDB      16u               /* bytes */
#define SCSI_DATA     36u               /* bytes of scsi_unit.data */
#define SCSI_READ_10  0x28
#define SCSI_REQUEST_SENSE 0x03
#define SCSI_SYNCHRONIZE_CACHE_10 0x35
#define SCSI_SENSE    18u               /* bytes of the fixed format, SPC-4, 4.5.3 */
#define SCSI_CHECK_CONDITION 0x02       /* status, SAM-5, 5.3.1 */
#define SCSI_ATTENTION 0x6              /* sense key */
#define SCSI_LBA_RANGE 0x21             /* additional sense code */

/* Not a final status: send the command again. */
#define SCSI_AGAIN ((enum rj_status)0xFF)

/* For functions of failures: not inlined, since their registers would cost every command time. */
#define SELDOM __attribute__((noinline))

struct scsi_command {
	uint8_t cdb[SCSI_CDB];
	uint64_t buffer;                /* physical */
	uint32_t bytes;                 /* 0: no data */
	bool write;                     /* to the device */
};

struct scsi_unit;

/* Sends a command once. Returns RJ_DISK_TIMEOUT if there is no answer or no medium. */
typedef enum rj_status scsi_execute(struct scsi_unit *unit, const struct scsi_command *command);

struct scsi_unit {
	scsi_execute *execute;
	uint8_t *data;                  /* SCSI_DATA bytes that the device reaches: answers */
	uint32_t shift;                 /* log2 of the block size */
	uint32_t mode_bytes;            /* that MODE SENSE asks for, in data; 0: the header's */
};

static inline void scsi_put_be32(uint8_t *to, uint32_t value)
{
	value = __builtin_bswap32(value);
	__builtin_memcpy(to, &value, sizeof(value));
}

/* Converts a sense key and additional sense code (4.5.6). */
enum rj_status scsi_key_status(uint32_t key, uint32_t asc);

/* Converts sense data, in which the format decides where those two are (4.5). */
static inline enum rj_status scsi_sense_status(const uint8_t *sense)
{
	bool descriptors = (sense[0] & 0x7F) >= 0x72;

	return scsi_key_status(sense[descriptors ? 1 : 2] & 0xF, sense[descriptors ? 2 : 12]);
}

/*
 * Converts a status (SAM-5, 5.3.1), whose sense data the transport has. Waits before a command
 * that the device was too busy for is sent again.
 */
enum rj_status scsi_status(uint32_t status, const uint8_t *sense);

static inline void scsi_copy_cdb(uint8_t *to, const struct scsi_command *command)
{
	__builtin_memcpy(to, command->cdb, SCSI_CDB);
}

/* The bytes of a command, which its operation code's group determines (SPC-4 and SBC-3). */
static inline uint8_t scsi_cdb_size(const uint8_t *cdb)
{
	static const uint8_t sizes[8] = { 6, 10, 10, 16, 16, 12, 16, 16 };

	return sizes[cdb[0] >> 5];
}

/* Serves a request; the transport itself serves RJ_RESET. */
enum rj_status scsi_transfer(struct scsi_unit *unit, const struct rj_request *request);

/* Executes a command that reads bytes, which may be 0, into unit->data. */
enum rj_status scsi_ask(struct scsi_unit *unit, const struct scsi_command *command, uint32_t bytes);

/* Waits until the medium is ready; returns false if there is none, or on a timeout. */
bool scsi_wait_ready(struct scsi_unit *unit);

/* Sets the disk's sectors and sector_size; returns false on failure. */
bool scsi_read_capacity(struct scsi_unit *unit, struct rj_disk *disk);

/*
 * Does all of that, and sets the disk's flags and unit->shift. Returns false if there is no
 * supported disk or CD; sector_size is then 0, or an unsupported size.
 */
bool scsi_identify(struct scsi_unit *unit, struct rj_disk *disk);

/*
 * Adds an identified disk, in which only context and max_sectors are missing. unit begins a
 * transport's structure of that size, which is copied: the copy is the context. max_bytes: of one
 * command. Returns false if there is no memory for the copy.
 */
bool scsi_add(const struct scsi_unit *unit, uint32_t size, struct rj_disk *disk,
	      uint32_t max_bytes, const struct rj_host *host);

#endif
