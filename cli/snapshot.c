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
#include "machine/machine.h"
#include "options.h"
#include "output.h"


struct taking {
	struct rj_machine machine;
	struct rj_snapshot snapshot;
};

static enum rj_err take(struct taking *taking, uint64_t address, uint64_t size,
			struct rj_error *err)
{
	struct rj_snapshot *snapshot = &taking->snapshot;

	if (rj_snapshot_add(snapshot, address, size, err))
		return err->code;
	return rj_machine_read(&taking->machine, snapshot->memory + address,
			       (uint32_t)address, (uint32_t)size, err);
}

/* The EBDA's first byte is its size in KiB; it ends at video memory at the latest. */
static enum rj_err take_ebda(struct taking *taking, bool verbose, struct rj_error *err)
{
	uint64_t address = rj_snapshot_ebda(&taking->snapshot), room;
	uint8_t kib = 0;

	if (address == 0) {
		if (verbose)
			diag(&(struct rj_error){ .code = RJ_ERR_EBDA_NONE });
		return RJ_OK;
	}
	if (address >= LOW_MEMORY && address < VIDEO_MEMORY &&
	    rj_machine_read(&taking->machine, &kib, (uint32_t)address, sizeof(kib), err))
		return err->code;
	if (kib == 0) {
		diag(&(struct rj_error){ .code = RJ_ERR_EBDA_ODD, .at = address });
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
	if (rj_machine_read(&taking->machine, memory + from, from, end - from, err))
		return err->code;
	count = hooks_remove((uintptr_t)memory);
	diag(&(struct rj_error){ .code = count ? RJ_ERR_HOOKS : RJ_ERR_HOOK_UNKNOWN,
				 .count = count, .at = int13 });
	return RJ_OK;
}

static enum rj_err take_all(struct taking *taking, const struct options *options,
			    struct rj_error *err)
{
	if (rj_machine_open(&taking->machine, options->root.text, err) ||
	    take(taking, 0, LOW_MEMORY, err))
		return err->code;
	if (rj_snapshot_check(&taking->snapshot, err)) {
		err->subject = taking->machine.memory_path;
		return err->code;
	}
	if (take_out_hooks(taking, err))
		return err->code;
	if (take_ebda(taking, options->verbose, err))
		return err->code;
	for (size_t i = 0; i < options->range_count; i++) {
		if (!take(taking, options->ranges[i].address, options->ranges[i].size, err))
			continue;
		if (!err->subject)
			err->subject = "--range";
		return err->code;
	}
	return RJ_OK;
}

static void tell(const struct rj_snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->range_count; i++) {
		const struct rj_snapshot_range *range = &snapshot->ranges[i];
		char name[RJ_NAME_SIZE];

		rj_snapshot_name(snapshot, i, name);
		diag(&(struct rj_error){ .code = RJ_ERR_CARRIED, .name = name,
			.count = range->size, .at = range->address,
			.end = (uint64_t)range->address + range->size });
	}
}

static enum rj_err write_bytes(const struct rj_input *memory, const char *path,
			       const void *bytes, size_t size, struct rj_error *err)
{
	struct output output;

	if (output_open(&output, path, OUTPUT_PRIVATE, memory, 1, err))
		return err->code;
	if (rj_write(output.fd, bytes, size, 0, err)) {
		output_discard(&output);
		return err->code;
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
		return rj_fail(err, RJ_ERR_MEMORY);
	rj_snapshot_store(&taking->snapshot, bytes);
	code = write_bytes(&taking->machine.memory, path, bytes, size, err);
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
	return RJ_DONE;
}

int run_snapshot(const struct options *options)
{
	static struct taking taking;
	struct rj_error error = { 0 };
	int status;

	if (options->operand_count > 0)
		rj_fail(&error, RJ_ERR_EXTRA, .subject = options->operands[0].text);
	else if (!options->output.text)
		rj_fail(&error, RJ_ERR_NO_FILE);
	if (error.code)
		return diag(&error);
	status = take_and_write(&taking, options);
	rj_machine_close(&taking.machine);
	return status;
}
