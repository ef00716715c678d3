/* SPDX-License-Identifier: MIT */
/*
 * rjpack snapshot: saves the firmware's memory of the running machine, for --restore.
 */
#include <stdlib.h>

#include "abi/layout.h"
#include "base/copy.h"
#include "command.h"
#include "common/bda.h"
#include "common/hooks.h"
#include "common/le.h"
#include "common/units.h"
#include "diag.h"
#include "machine/low_memory.h"
#include "options.h"
#include "output.h"


struct taking {
	struct rj_low_memory low;
	struct rj_snapshot snapshot;
};

static enum rj_err take(struct taking *taking, uint64_t address, uint64_t size,
			struct rj_error *err)
{
	struct rj_snapshot *snapshot = &taking->snapshot;

	if (rj_snapshot_add(snapshot, address, size, err))
		return err->class;
	return rj_low_memory_read(&taking->low, snapshot->memory + address,
				  (uint32_t)address, (uint32_t)size, err);
}

/* The EBDA's first byte is its size in KiB; it ends at video memory at the latest. */
static enum rj_err take_ebda(struct taking *taking, bool verbose, struct rj_error *err)
{
	uint64_t address = rj_snapshot_ebda(&taking->snapshot), room;
	uint8_t kib = 0;

	if (address == 0) {
		if (verbose)
			diag_say(RJ_NOTE, NULL,
				 "the BIOS data area names no EBDA; none is saved");
		return RJ_OK;
	}
	if (address >= LOW_MEMORY && address < VIDEO_MEMORY &&
	    rj_low_memory_read(&taking->low, &kib, (uint32_t)address, sizeof(kib), err))
		return err->class;
	if (kib == 0) {
		diag_say(RJ_NOTE, NULL,
			 "warning: an EBDA of 0 KiB cannot be at %s; none is saved",
			 RJ_HEX(address));
		return RJ_OK;
	}
	room = VIDEO_MEMORY - address;
	return take(taking, address, kib * KIB < room ? kib * KIB : room, err);
}

/*
 * The snapshot does not include handlers that another image, or MEMDISK, has
 * left in base memory, so this restores the firmware's vectors.
 */
static enum rj_err take_out_hooks(struct taking *taking, struct rj_error *err)
{
	uint8_t *memory = taking->snapshot.memory;
	uint32_t from = le16(memory + BDA_BASE_MEMORY) * KIB, end = VIDEO_MEMORY, count;
	uint32_t int13 = ((uint32_t)le16(memory + 0x4E) << 4) + le16(memory + 0x4C);
	uint32_t ebda = rj_snapshot_ebda(&taking->snapshot);

	if (ebda >= LOW_MEMORY && ebda < end)
		end = ebda;
	if (int13 < from || int13 >= end)
		return RJ_OK;
	if (rj_low_memory_read(&taking->low, memory + from, from, end - from, err))
		return err->class;
	count = hooks_remove((uintptr_t)memory);
	if (count)
		diag_say(RJ_NOTE, NULL,
			 "INT 13h led to %u resident handlers, as left by rjpack or MEMDISK; "
			 "the snapshot has the vectors and base memory from before them",
			 count);
	else
		diag_say(RJ_NOTE, NULL,
			 "warning: INT 13h leads to %s in base memory, "
			 "which is neither the BIOS nor rjpack; "
			 "take the snapshot after a reset", RJ_HEX(int13));
	return RJ_OK;
}

static enum rj_err take_all(struct taking *taking, const struct options *options,
			    struct rj_error *err)
{
	if (rj_low_memory_open(&taking->low, options->root.text, err) ||
	    take(taking, 0, LOW_MEMORY, err))
		return err->class;
	if (rj_snapshot_check(&taking->snapshot, err)) {
		err->subject = taking->low.memory_path;
		return err->class;
	}
	if (take_out_hooks(taking, err))
		return err->class;
	if (take_ebda(taking, options->verbose, err))
		return err->class;
	for (size_t i = 0; i < options->range_count; i++) {
		if (!take(taking, options->ranges[i].address, options->ranges[i].size, err))
			continue;
		if (!err->subject)
			err->subject = "--range";
		return err->class;
	}
	return RJ_OK;
}

static void tell(const struct rj_snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->range_count; i++) {
		const struct rj_snapshot_range *range = &snapshot->ranges[i];
		char name[RJ_NAME_SIZE];

		rj_snapshot_name(snapshot, i, name);
		diag_carried(NULL, name, range->address, range->size);
	}
}

static enum rj_err write_bytes(const struct rj_input *memory, const char *path,
			       const void *bytes, size_t size, struct rj_error *err)
{
	struct output output;

	if (output_open(&output, path, OUTPUT_PRIVATE, memory, 1, err))
		return err->class;
	if (rj_write(output.file.fd, bytes, size, 0, err)) {
		output_discard(&output);
		return err->class;
	}
	return output_commit(&output, err);
}

static enum rj_err write_snapshot(const struct taking *taking, const char *path,
				  struct rj_error *err)
{
	size_t size = rj_snapshot_size(&taking->snapshot);
	void *bytes = malloc(size);
	enum rj_err code;

	if (!bytes)
		return rj_no_memory(err);
	rj_snapshot_store(&taking->snapshot, bytes);
	code = write_bytes(&taking->low.memory, path, bytes, size, err);
	free(bytes);
	return code;
}

static int take_and_write(struct taking *taking, const struct options *options)
{
	struct rj_error error;

	if (take_all(taking, options, &error))
		return diag(&error);
	if (options->verbose)
		tell(&taking->snapshot);
	if (write_snapshot(taking, options->output.text, &error))
		return diag_about(options->output.text, &options->output.origin, &error);
	return RJ_OK;
}

int run_snapshot(const struct options *options)
{
	static struct taking taking;
	int status;

	if (options->operand_count > 0)
		return diag_extra(options->operands[0].text);
	if (!options->output.text)
		return diag_say(RJ_USAGE, NULL, "no output file; use -o FILE");
	status = take_and_write(&taking, options);
	rj_low_memory_close(&taking.low);
	return status;
}
