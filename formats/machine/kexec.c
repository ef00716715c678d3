/* SPDX-License-Identifier: MIT */
/* kexec_load(2); Linux: kernel/kexec.c, arch/x86/kernel/kexec-bzimage64.c. */
#include "machine/kexec.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/units.h"

#define PANIC_REASON    "rj.reason=panic"
#define REASON          "rj.reason="
#define ELFCOREHDR_SIZE 30u             /* MAX_ELFCOREHDR_STR_LEN: Linux puts it in front */

const char *const rj_kexec_names[RJ_KEXEC_CALLS] = {
	[RJ_KEXEC_FILE_LOAD] = "kexec_file_load", [RJ_KEXEC_LOAD] = "kexec_load",
};

static uint64_t page_up(uint64_t value)
{
	return (value + PAGE - 1) / PAGE * PAGE;
}

bool rj_kexec_is_kernel(const struct rj_kexec *kexec)
{
	return kexec->image->features.linux64;
}

/* Whether there is a place in the range for size bytes: at first, or else at its start. */
static bool fits(const struct rj_machine_range *range, uint64_t first, uint64_t size, uint64_t *at)
{
	uint64_t from = range->from < HIGH_MEMORY ? HIGH_MEMORY : page_up(range->from);

	if (first >= from && first < range->end)
		from = first;
	*at = from;
	return from < range->end && size <= range->end - from;
}

/* The image's own base, if the range has that, is only the first choice. */
static bool place_in(const struct rj_machine_range *ranges, size_t count, uint64_t base,
		     uint64_t size, uint64_t *at)
{
	for (size_t i = 0; i < count; i++)
		if (base >= ranges[i].from && fits(&ranges[i], base, size, at) && *at == base)
			return true;
	for (size_t i = 0; i < count; i++)
		if (fits(&ranges[i], 0, size, at))
			return true;
	return false;
}

static enum rj_err place(const struct rj_kexec *kexec, const struct rj_machine *machine,
			 uint64_t size, uint64_t *at, struct rj_error *err)
{
	const struct rj_machine_memory *memory = &machine->memory;
	const struct rj_machine_range *ranges = kexec->panic ? &memory->crash : memory->ram;
	size_t count = kexec->panic ? memory->crash.end != 0 : memory->ram_count;

	if (place_in(ranges, count, kexec->image->base, size, at))
		return RJ_OK;
	if (count == 0 && memory->source != RJ_MEMORY_IOMEM)
		return rj_fail(err, RJ_HOST, memory->zeros
			       ? "/proc/iomem shows addresses only to root; run rjpack as root"
			       : "/proc/iomem cannot be read; mount /proc");
	return rj_kexec_refused(machine, RJ_KEXEC_LOAD, kexec->panic, EADDRNOTAVAIL, size, err);
}

enum rj_err rj_kexec_lay_out(const struct rj_kexec *kexec, const struct rj_machine *machine,
			     struct rj_kexec_layout *layout, struct rj_error *err)
{
	*layout = (struct rj_kexec_layout){
		.image_memory = page_up(kexec->image->memory_size),
		.handover_memory = page_up(sizeof(struct rj_handover)),
		.initrd_memory = page_up(kexec->initrd.size),
	};
	if (place(kexec, machine,
		  layout->image_memory + layout->handover_memory + layout->initrd_memory,
		  &layout->image, err))
		return err->class;
	layout->places = (struct rj_handover_places){
		.handover = layout->image + layout->image_memory,
		.entry = layout->image + STUB_ENTRY64,
		.initrd_size = kexec->initrd.size,
	};
	layout->entry = layout->places.handover + offsetof(struct rj_handover, code);
	if (kexec->initrd.size)
		layout->places.initrd = layout->places.handover + layout->handover_memory;
	return RJ_OK;
}

/* Whether the line sets the reason already. */
static bool has_reason(const char *line)
{
	return strncmp(line, REASON, strlen(REASON)) == 0 || strstr(line, " " REASON);
}

enum rj_err rj_kexec_command_line(const struct rj_kexec *kexec, const struct rj_machine *machine,
				  enum rj_kexec_call call, char line[COMMAND_LINE_SIZE],
				  struct rj_error *err)
{
	const struct rj_machine_firmware *firmware = &machine->firmware;
	const char *user = kexec->command_line;
	bool file = call == RJ_KEXEC_FILE_LOAD, adds = kexec->panic && !has_reason(user);
	size_t most = COMMAND_LINE_SIZE - 1 - (kexec->panic && file ? ELFCOREHDR_SIZE : 0);
	char rsdp[40] = "";
	int length;

	if (file && firmware->passes_rsdp == RJ_NO && firmware->rsdp)
		snprintf(rsdp, sizeof(rsdp), "rj.rsdp=%#" PRIx64, firmware->rsdp);
	length = snprintf(line, COMMAND_LINE_SIZE, "%s%s%s%s%s", rsdp, *rsdp && adds ? " " : "",
			  adds ? PANIC_REASON : "", (*rsdp || adds) && *user ? " " : "", user);
	if (length < 0 || (size_t)length > most)
		return rj_fail_about(err, RJ_USAGE, "--append",
				     "a command line of %s bytes is too long; the limit is %s",
				     RJ_DEC((uint64_t)length), RJ_DEC(most));
	return RJ_OK;
}

/* The outcome of a call that has returned this. */
static enum rj_err judge(const struct rj_kexec *kexec, const struct rj_machine *machine,
			 enum rj_kexec_call call, int status, struct rj_error *err)
{
	int os_error = errno;

	if (status == 0)
		return RJ_OK;
	rj_kexec_refused(machine, call, kexec->panic, os_error,
			 kexec->image->memory_size + kexec->initrd.size, err);
	err->os_error = os_error;
	return err->class;
}

/* What Linux would not refuse, and the stub could not leave. */
static enum rj_err check_machine(const struct rj_machine *machine, struct rj_error *err)
{
	if (machine->platform.encrypted)
		return rj_fail(err, RJ_HOST, "the memory of this %s guest is encrypted, and no "
			       "real-mode code can run in it", machine->platform.encrypted);
	if (strncmp(machine->firmware.xen, "PV", 2) == 0)
		return rj_fail(err, RJ_HOST, "this Linux runs on Xen (%s, which dom0 is, too), which "
			       "kexec_load does not leave; boot it without Xen",
			       machine->firmware.xen);
	return RJ_OK;
}

static enum rj_err load_file(const struct rj_kexec *kexec, const struct rj_kexec_calls *calls,
			     const struct rj_machine *machine, struct rj_error *err)
{
	char line[COMMAND_LINE_SIZE];

	if (rj_kexec_command_line(kexec, machine, RJ_KEXEC_FILE_LOAD, line, err))
		return err->class;
	return judge(kexec, machine, RJ_KEXEC_FILE_LOAD,
		     calls->file_load(kexec->file.fd, kexec->initrd.fd, line, kexec->panic), err);
}

static enum rj_err load_segments(const struct rj_kexec *kexec, const struct rj_kexec_calls *calls,
				 const struct rj_machine *machine, struct rj_error *err)
{
	static struct rj_handover handover;
	const struct rj_image *image = kexec->image;
	char line[COMMAND_LINE_SIZE];
	struct rj_kexec_layout at;
	struct rj_kexec_segment segments[RJ_KEXEC_SEGMENTS];

	if (rj_kexec_command_line(kexec, machine, RJ_KEXEC_LOAD, line, err) ||
	    rj_kexec_lay_out(kexec, machine, &at, err))
		return err->class;
	rj_handover_make(&handover, machine, &at.places, line);
	segments[0] = (struct rj_kexec_segment){ kexec->file.bytes + image->stub_at,
						 image->manifest.image_size, at.image,
						 at.image_memory };
	segments[1] = (struct rj_kexec_segment){ &handover, sizeof(handover), at.places.handover,
						 at.handover_memory };
	segments[2] = (struct rj_kexec_segment){ kexec->initrd.bytes, kexec->initrd.size,
						 at.places.initrd, at.initrd_memory };
	return judge(kexec, machine, RJ_KEXEC_LOAD,
		     calls->load(at.entry, segments, kexec->initrd.size ? 3 : 2, kexec->panic),
		     err);
}

enum rj_err rj_kexec_load(const struct rj_kexec *kexec, const struct rj_kexec_calls *calls,
			  const struct rj_machine *machine, enum rj_kexec_call *used,
			  struct rj_error *err)
{
	struct rj_error first, second;

	*used = RJ_KEXEC_LOAD;
	if (check_machine(machine, err))
		return err->class;
	if (!rj_kexec_is_kernel(kexec))
		return load_segments(kexec, calls, machine, err);
	*used = RJ_KEXEC_FILE_LOAD;
	if (!load_file(kexec, calls, machine, &first))
		return RJ_OK;
	*used = RJ_KEXEC_LOAD;
	if (rj_kexec_is_final(first.os_error)) {
		*err = first;
		return err->class;
	}
	if (!load_segments(kexec, calls, machine, &second))
		return RJ_OK;
	if (first.os_error == ENOSYS && second.os_error == ENOSYS)
		return rj_kexec_missing(machine, err);
	if (strcmp(first.text, second.text) == 0) {
		*err = second;
		return err->class;
	}
	return rj_fail(err, RJ_HOST, "%s: %s. %s: %s", rj_kexec_names[RJ_KEXEC_FILE_LOAD],
		       first.text, rj_kexec_names[RJ_KEXEC_LOAD], second.text);
}

enum rj_err rj_kexec_unload(bool panic, const struct rj_kexec_calls *calls,
			    const struct rj_machine *machine, struct rj_error *err)
{
	/* a locked-down kernel refuses kexec_load, even to unload */
	if (calls->file_load(-1, -1, "", panic) == 0)
		return RJ_OK;
	if (errno == ENOSYS && calls->load(0, NULL, 0, panic) == 0)
		return RJ_OK;
	return rj_kexec_refused(machine, RJ_KEXEC_LOAD, panic, errno, 0, err);
}
