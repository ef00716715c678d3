/* SPDX-License-Identifier: MIT */
#include "machine/snapshot.h"

#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "abi/layout.h"
#include "base/copy.h"
#include "common/le.h"

#define BDA_EBDA_SEGMENT 0x40E
#define BDA_BASE_MEMORY  0x413          /* KiB */
#define BASE_MEMORY_MAX  640u
#define VECTORS_SIZE     0x400u

#define RANGES_AT(n) (sizeof(struct rj_snapshot_header) + \
		      (n) * sizeof(struct rj_snapshot_range))

/*
 * Nothing boots without these. INT 10h is not among them, since UEFI may leave a shim for it.
 */
static const uint8_t essential_vectors[] = { 0x08, 0x09, 0x12, 0x13, 0x15, 0x16, 0x19, 0x1A };

enum rj_err rj_too_many_ranges(struct rj_error *err)
{
	return rj_fail(err, RJ_BAD, "there are more than %u ranges", RJ_SNAPSHOT_RANGES);
}

/* Accepts only what the stub can restore. */
static enum rj_err check_range(uint64_t address, uint64_t size, struct rj_error *err)
{
	if (size == 0)
		return rj_fail(err, RJ_BAD, "the range at %s is empty", RJ_HEX(address));
	if (address > HIGH_MEMORY || size > HIGH_MEMORY - address)
		return rj_fail(err, RJ_BAD, "the range %s ends beyond 1 MiB",
			       RJ_RANGE(address, address + size));
	for (size_t i = 0; i < rj_reserved_count; i++) {
		const struct rj_range *range = &rj_reserved[i];

		if (!(range->flags & RJ_PIECE_FIRMWARE) && !range->for_services &&
		    rj_overlaps(address, size, range->from, range->end - range->from))
			return rj_fail(err, RJ_BAD,
				       "the range %s overlaps %s at %s; "
				       "this memory cannot be put back",
				       RJ_RANGE(address, address + size), range->name,
				       RJ_RANGE(range->from, range->end));
	}
	return RJ_OK;
}

enum rj_err rj_snapshot_add(struct rj_snapshot *snapshot, uint64_t address, uint64_t size,
			    struct rj_error *err)
{
	size_t n = snapshot->range_count;

	if (check_range(address, size, err))
		return err->class;
	for (size_t i = 0; i < n; i++) {
		const struct rj_snapshot_range *range = &snapshot->ranges[i];

		if (rj_overlaps(address, size, range->address, range->size))
			return rj_fail(err, RJ_BAD,
				       "the range %s overlaps %s, "
				       "which is in the snapshot already",
				       RJ_RANGE(address, address + size),
				       RJ_RANGE(range->address,
						(uint64_t)range->address + range->size));
	}
	if (n == RJ_SNAPSHOT_RANGES)
		return rj_too_many_ranges(err);
	for (; n > 0 && snapshot->ranges[n - 1].address > address; n--)
		snapshot->ranges[n] = snapshot->ranges[n - 1];
	snapshot->ranges[n] = (struct rj_snapshot_range){ (uint32_t)address, (uint32_t)size };
	snapshot->range_count++;
	return RJ_OK;
}

uint32_t rj_snapshot_ebda(const struct rj_snapshot *snapshot)
{
	return (uint32_t)le16(snapshot->memory + BDA_EBDA_SEGMENT) << 4;
}

void rj_snapshot_name(const struct rj_snapshot *snapshot, size_t n,
		      char name[RJ_NAME_SIZE])
{
	uint32_t ebda = rj_snapshot_ebda(snapshot);
	unsigned others = 0;

	for (size_t i = 1; i < n; i++)
		others += snapshot->ranges[i].address != ebda;
	if (n == 0)
		snprintf(name, RJ_NAME_SIZE, ".ivt");
	else if (snapshot->ranges[n].address == ebda)
		snprintf(name, RJ_NAME_SIZE, ".ebda");
	else
		snprintf(name, RJ_NAME_SIZE, ".fw%u", others % RJ_SNAPSHOT_RANGES);
}

enum rj_err rj_snapshot_check(const struct rj_snapshot *snapshot, struct rj_error *err)
{
	static const uint8_t zeros[VECTORS_SIZE];
	uint16_t base_memory = le16(snapshot->memory + BDA_BASE_MEMORY);

	if (memcmp(snapshot->memory, zeros, sizeof(zeros)) == 0)
		return rj_fail(err, RJ_BAD,
			       "the interrupt vectors are all zero; "
			       "without them a snapshot is worthless; "
			       "take one right after the machine was booted by its BIOS");
	for (size_t i = 0; i < sizeof(essential_vectors); i++) {
		const uint8_t *vector = snapshot->memory + 4 * essential_vectors[i];
		uint32_t to = ((uint32_t)le16(vector + 2) << 4) + le16(vector);

		if (to < LOW_MEMORY || to >= HIGH_MEMORY)
			return rj_fail(err, RJ_BAD,
				       "the interrupt vector %s points to %s, "
				       "where no BIOS can be; "
				       "take the snapshot right after the "
				       "machine was booted by its BIOS",
				       RJ_HEX(essential_vectors[i]), RJ_HEX(to));
	}
	if (base_memory == 0 || base_memory > BASE_MEMORY_MAX)
		return rj_fail(err, RJ_BAD,
			       "the BIOS data area reports %u KiB of base memory, "
			       "which is impossible; "
			       "take the snapshot right after the "
			       "machine was booted by its BIOS", base_memory);
	return RJ_OK;
}

size_t rj_snapshot_size(const struct rj_snapshot *snapshot)
{
	size_t size = RANGES_AT(snapshot->range_count) + RJ_SNAPSHOT_CRC;

	for (size_t i = 0; i < snapshot->range_count; i++)
		size += snapshot->ranges[i].size;
	return size;
}

void rj_snapshot_store(const struct rj_snapshot *snapshot, void *to)
{
	uint8_t *bytes = to, *at = bytes + RANGES_AT(snapshot->range_count);

	memcpy(bytes, RJ_SNAPSHOT_MAGIC, RJ_FIELD_SIZE(struct rj_snapshot_header, magic));
	LE_PUT(bytes, struct rj_snapshot_header, version, RJ_SNAPSHOT_VERSION);
	LE_PUT(bytes, struct rj_snapshot_header, range_count, snapshot->range_count);
	for (size_t i = 0; i < snapshot->range_count; i++) {
		const struct rj_snapshot_range *range = &snapshot->ranges[i];

		LE_PUT(bytes + RANGES_AT(i), struct rj_snapshot_range, address, range->address);
		LE_PUT(bytes + RANGES_AT(i), struct rj_snapshot_range, size, range->size);
		memcpy(at, snapshot->memory + range->address, range->size);
		at += range->size;
	}
	le_store(at, crc32_z(0, bytes, (size_t)(at - bytes)), RJ_SNAPSHOT_CRC);
}

/* The file's header and ranges; only the total size is verified. */
struct contents {
	size_t range_count;
	struct rj_snapshot_range ranges[RJ_SNAPSHOT_RANGES];
};

static enum rj_err read_header(struct contents *contents, const struct rj_input *input,
			       struct rj_error *err)
{
	uint8_t header[sizeof(struct rj_snapshot_header)] = { 0 };
	uint64_t version, count;

	rj_input_peek(input, header, sizeof(header), 0);
	version = LE_GET(header, struct rj_snapshot_header, version);
	count = LE_GET(header, struct rj_snapshot_header, range_count);
	if (memcmp(header, RJ_SNAPSHOT_MAGIC, RJ_FIELD_SIZE(struct rj_snapshot_header, magic)) != 0)
		return rj_fail(err, RJ_BAD, "not a snapshot; take one with rjpack snapshot");
	if (version != RJ_SNAPSHOT_VERSION)
		return rj_fail(err, RJ_BAD,
			       "the snapshot's version is unknown %s; "
			       "another version of rjpack made it",
			       RJ_FOUND(offsetof(struct rj_snapshot_header, version),
					RJ_SNAPSHOT_VERSION, version));
	if (count > RJ_SNAPSHOT_RANGES)
		return rj_too_many_ranges(err);
	contents->range_count = (size_t)count;
	return RJ_OK;
}

static enum rj_err read_ranges(struct contents *contents, const struct rj_input *input,
			       struct rj_error *err)
{
	uint64_t size = RANGES_AT(contents->range_count) + RJ_SNAPSHOT_CRC;
	uint8_t bytes[RANGES_AT(RJ_SNAPSHOT_RANGES)] = { 0 };

	rj_input_peek(input, bytes, RANGES_AT(contents->range_count), 0);
	for (size_t i = 0; i < contents->range_count; i++) {
		const uint8_t *at = bytes + RANGES_AT(i);
		struct rj_snapshot_range *range = &contents->ranges[i];

		range->address = (uint32_t)LE_GET(at, struct rj_snapshot_range, address);
		range->size = (uint32_t)LE_GET(at, struct rj_snapshot_range, size);
		size += range->size;
	}
	if (size != input->size)
		return rj_fail(err, RJ_BAD,
			       "%s bytes, but the ranges need %s; "
			       "the file is cut short or damaged", RJ_DEC(input->size),
			       RJ_DEC(size));
	return RJ_OK;
}

static enum rj_err check_crc(const struct rj_input *input, struct rj_error *err)
{
	uint64_t at = input->size - RJ_SNAPSHOT_CRC;
	uint8_t expected[RJ_SNAPSHOT_CRC];
	uint32_t found;

	if (rj_input_read(input, expected, sizeof(expected), at, err) ||
	    rj_crc_input(input, 0, at, &found, err))
		return err->class;
	if (found != le32(expected))
		return rj_fail(err, RJ_BAD,
			       "the snapshot's CRC-32 is wrong %s; take the snapshot again",
			       RJ_FOUND(at, le32(expected), found));
	return RJ_OK;
}

/* Reads the bytes of each range to its address, after checking the range. */
static enum rj_err read_memory(struct rj_snapshot *snapshot, const struct contents *contents,
			       const struct rj_input *input, struct rj_error *err)
{
	uint64_t at = RANGES_AT(contents->range_count), last = 0;

	for (size_t i = 0; i < contents->range_count; i++) {
		const struct rj_snapshot_range *range = &contents->ranges[i];

		if (rj_snapshot_add(snapshot, range->address, range->size, err))
			return err->class;
		if (i == 0 ? range->address != 0 || range->size != LOW_MEMORY
			   : range->address < last)
			return rj_fail(err, RJ_BAD,
				       "the range %s is out of order; "
				       "the vectors come first, and addresses ascend",
				       RJ_RANGE(range->address,
						(uint64_t)range->address + range->size));
		if (rj_input_read(input, snapshot->memory + range->address, range->size, at, err))
			return err->class;
		at += range->size;
		last = range->address;
	}
	return RJ_OK;
}

enum rj_err rj_snapshot_read(struct rj_snapshot *snapshot, const struct rj_input *input,
			     struct rj_error *err)
{
	struct contents contents = { 0 };

	memset(snapshot, 0, sizeof(*snapshot));
	if (read_header(&contents, input, err) || read_ranges(&contents, input, err) ||
	    check_crc(input, err) || read_memory(snapshot, &contents, input, err))
		return err->class;
	return rj_snapshot_check(snapshot, err);
}

enum rj_err rj_snapshot_plan(const struct rj_snapshot *snapshot, const struct rj_input *input,
			     struct rj_plan *plan, struct rj_error *err)
{
	uint64_t at = RANGES_AT(snapshot->range_count);

	for (size_t i = 0; i < snapshot->range_count; i++) {
		const struct rj_snapshot_range *range = &snapshot->ranges[i];
		char name[RJ_NAME_SIZE];

		rj_snapshot_name(snapshot, i, name);
		if (rj_plan_add_firmware(plan, name, range->address, input, at, range->size, err))
			return err->class;
		at += range->size;
	}
	return RJ_OK;
}
