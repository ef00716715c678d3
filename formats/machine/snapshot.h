/* SPDX-License-Identifier: MIT */
/*
 * A snapshot: the firmware's memory below video memory as a BIOS has left it, for the stub to
 * restore. The file format, with little-endian numbers:
 *
 *   struct rj_snapshot_header
 *   struct rj_snapshot_range    range_count times, ascending, without overlaps;
 *                               the first is 0 to LOW_MEMORY, the IVT and the BDA
 *   the bytes of each range in turn
 *   CRC-32 (zlib's) of everything before it, 4 bytes
 */
#ifndef RJ_SNAPSHOT_H
#define RJ_SNAPSHOT_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/layout.h"
#include "base/error.h"
#include "base/input.h"
#include "image/plan.h"

#define RJ_SNAPSHOT_MAGIC   "RJSNAP\r\n"    /* 8 bytes, without the NUL */
#define RJ_SNAPSHOT_VERSION 1
#define RJ_SNAPSHOT_RANGES  16              /* at most */
#define RJ_SNAPSHOT_CRC     4u

struct rj_snapshot_header {
	char magic[8];
	uint16_t version;
	uint16_t range_count;
};
static_assert(sizeof(struct rj_snapshot_header) == 12, "snapshot header");

struct rj_snapshot_range {
	uint32_t address;       /* physical */
	uint32_t size;          /* bytes, at least 1 */
};
static_assert(sizeof(struct rj_snapshot_range) == 8, "snapshot range");

struct rj_snapshot {
	struct rj_snapshot_range ranges[RJ_SNAPSHOT_RANGES];
	size_t range_count;
	uint8_t memory[VIDEO_MEMORY];        /* by address; only the ranges are filled in */
};

/* Sets the error for more than RJ_SNAPSHOT_RANGES ranges. */
enum rj_err rj_too_many_ranges(struct rj_error *err);

/*
 * Adds a range in address order; the caller fills in its bytes. Fails if it is empty, ends
 * beyond 1 MiB, or overlaps a range of the snapshot or memory that cannot be put back.
 */
enum rj_err rj_snapshot_add(struct rj_snapshot *snapshot, uint64_t address, uint64_t size,
			    struct rj_error *err);

/* The address of the EBDA according to the BDA; 0: there is none. */
uint32_t rj_snapshot_ebda(const struct rj_snapshot *snapshot);

/* The name of a range's piece: .ivt, .ebda, .fw0 and so on. */
void rj_snapshot_name(const struct rj_snapshot *snapshot, size_t n,
		      char name[RJ_NAME_SIZE]);

/*
 * Checks that IVT and BDA can be a BIOS's.
 */
enum rj_err rj_snapshot_check(const struct rj_snapshot *snapshot, struct rj_error *err);

/* The size of the file in bytes, and its contents. */
size_t rj_snapshot_size(const struct rj_snapshot *snapshot);
void rj_snapshot_store(const struct rj_snapshot *snapshot, void *to);

/* Reads and checks a file, also as the functions above do. */
enum rj_err rj_snapshot_read(struct rj_snapshot *snapshot, const struct rj_input *input,
			     struct rj_error *err);

/* Adds the ranges to the plan as pieces, from the file that they were read from. */
enum rj_err rj_snapshot_plan(const struct rj_snapshot *snapshot, const struct rj_input *input,
			     struct rj_plan *plan, struct rj_error *err);

#endif
