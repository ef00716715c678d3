/* SPDX-License-Identifier: MIT */
#include "image/plan.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/layout.h"
#include "abi/repairs.h"
#include "base/copy.h"
#include "base/crc.h"
#include "common/boot_catalog.h"
#include "common/units.h"
#include "image/regs.h"


const struct rj_range rj_reserved[] = {
	{ 0, LOW_MEMORY, "the interrupt vectors and the BIOS data area", RJ_PIECE_FIRMWARE, false },
	{ STUB_HOME, STUB_HOME + STUB_HOME_SIZE, "the stub's own low memory", RJ_PIECE_RUNTIME,
	  false },
	{ SERVICES_SCRATCH, EBDA_FLOOR, "the room for INT 13h services", RJ_PIECE_MAKER, true },
	{ EBDA_FLOOR, VIDEO_MEMORY, "the EBDA", RJ_PIECE_FIRMWARE, false },
	{ VIDEO_MEMORY, HIGH_MEMORY, "video memory and ROMs", 0, false },
};
const size_t rj_reserved_count = sizeof(rj_reserved) / sizeof(rj_reserved[0]);

void rj_plan_init(struct rj_plan *plan, uint8_t drive)
{
	*plan = (struct rj_plan){
		.drive = drive,
		.flags = RJ_CONSOLE_VGA | RJ_CONSOLE_SERIAL,
		.serial_port = COM1,
		.serial_divisor = COM1_DIVISOR,
		.base = HIGH_MEMORY,
		.repairs = RJ_ALL_REPAIRS,
		.disk_file = { .fd = -1 },
		.initrd_file = { .fd = -1 },
	};
	rj_regs_init(&plan->regs, drive);
}

void rj_plan_free(struct rj_plan *plan)
{
	for (size_t i = 0; i < plan->piece_count; i++)
		free(plan->pieces[i].bytes);
	plan->piece_count = 0;
	rj_input_close(&plan->disk_file);
	rj_input_close(&plan->initrd_file);
}

static bool name_taken(const struct rj_plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->piece_count; i++)
		if (strcmp(plan->pieces[i].name, name) == 0)
			return true;
	return false;
}

enum rj_err rj_too_many_pieces(struct rj_error *err)
{
	return rj_fail(err, RJ_BAD, "there are more than %u pieces", RJ_MAX_PIECES);
}

static struct rj_plan_piece *new_piece(struct rj_plan *plan, const char *name,
				       struct rj_error *err)
{
	struct rj_plan_piece *piece = &plan->pieces[plan->piece_count];
	char unique[RJ_NAME_SIZE] = { 0 };      /* zeroed: the image contains all of it */

	if (plan->piece_count == RJ_MAX_PIECES) {
		rj_too_many_pieces(err);
		return NULL;
	}
	snprintf(unique, sizeof(unique), "%s", name);
	for (unsigned n = 1; name_taken(plan, unique); n++)
		snprintf(unique, sizeof(unique), "%.9s%u", name, n % 100);
	memcpy(piece->name, unique, sizeof(unique));
	plan->piece_count++;
	return piece;
}

enum rj_err rj_plan_add(struct rj_plan *plan, const char *name, uint64_t address,
			const struct rj_input *input, uint64_t offset, uint64_t size,
			struct rj_error *err)
{
	struct rj_plan_piece *piece = new_piece(plan, name, err);

	if (!piece)
		return err->class;
	piece->address = address;
	piece->size = size;
	piece->input = input;
	piece->offset = offset;
	return RJ_OK;
}

enum rj_err rj_plan_add_bytes(struct rj_plan *plan, const char *name,
			      uint64_t address, uint8_t *bytes, uint64_t size,
			      struct rj_error *err)
{
	struct rj_plan_piece *piece = new_piece(plan, name, err);

	if (!piece) {
		free(bytes);
		return err->class;
	}
	piece->address = address;
	piece->size = size;
	piece->bytes = bytes;
	return RJ_OK;
}

enum rj_err rj_plan_add_firmware(struct rj_plan *plan, const char *name, uint64_t address,
				 const struct rj_input *input, uint64_t offset,
				 uint64_t size, struct rj_error *err)
{
	if (rj_plan_add(plan, name, address, input, offset, size, err))
		return err->class;
	plan->pieces[plan->piece_count - 1].flags = RJ_PIECE_FIRMWARE;
	return RJ_OK;
}

void rj_plan_set_drive(struct rj_plan *plan, uint8_t drive)
{
	if (plan->drive_chosen)
		return;
	plan->drive = drive;
	plan->regs.edx = (plan->regs.edx & ~(uint32_t)UINT8_MAX) | drive;
}

void rj_plan_expect_cd(struct rj_plan *plan, const struct rj_input *payload)
{
	if (plan->disk)
		return;
	rj_plan_set_drive(plan, CD_DRIVE);
	rj_plan_note(plan, payload->path,
		     "looks for the rest on the CD in drive %s; "
		     "carry a CD with --disk ISO, or name another drive with --drive",
		     RJ_HEX(plan->drive));
}

void rj_plan_set_entry(struct rj_plan *plan, uint16_t cs, uint16_t ip)
{
	plan->regs.cs = cs;
	plan->regs.ip = ip;
	plan->has_entry = true;
}

static void keep_note(struct rj_plan *plan, const struct rj_error *note)
{
	if (plan->note_count < RJ_MAX_NOTES)
		plan->notes[plan->note_count++] = *note;
}

void rj_plan_note(struct rj_plan *plan, const char *subject, const char *format, ...)
{
	struct rj_error note = { .class = RJ_NOTE };
	va_list args;

	va_start(args, format);
	keep_note(plan, rj_error_vset(&note, subject, format, args));
	va_end(args);
}

void rj_plan_choice(struct rj_plan *plan, const char *subject, const char *what,
		    const char *format, ...)
{
	struct rj_error choice;
	va_list args;

	if (!plan->notes_choices)
		return;
	va_start(args, format);
	rj_error_vset(&choice, subject, format, args);
	va_end(args);
	rj_plan_note(plan, subject, "detected: %s: %s", what, choice.text);
}

uint64_t rj_plan_entry(const struct rj_regs *regs)
{
	return ((uint64_t)regs->cs << 4) + regs->ip;
}

bool rj_overlaps(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
	return a_size > 0 && b_size > 0 &&
	       (a < b ? b - a < a_size : a - b < b_size);
}

static const char *subject(const struct rj_plan_piece *piece)
{
	return piece->input ? piece->input->path : NULL;
}

/* The piece's addresses in words, as an argument for %s. */
#define RANGE_OF(piece) RJ_RANGE((piece)->address, (piece)->address + (piece)->size)

/* Whether the piece has a range that can be checked. */
static bool check_itself(const struct rj_plan_piece *piece, rj_finding *report,
			 void *context)
{
	if (piece->name[0] == '\0') {
		rj_report(report, context, RJ_BAD, subject(piece),
			  "a piece has no usable name");
	} else if (piece->size == 0) {
		rj_report(report, context, RJ_BAD, subject(piece), "the piece %s is empty",
			  piece->name);
		return false;
	} else if (piece->size > FOUR_GIB || piece->address > FOUR_GIB - piece->size) {
		rj_report(report, context, RJ_BAD, subject(piece),
			  "the piece %s at %s ends beyond 4 GiB; "
			  "the stub reaches only the first 4 GiB", piece->name,
			  RANGE_OF(piece));
		return false;
	}
	return true;
}

/* Firmware pieces are below 1 MiB; check_reserved keeps them out of video memory. */
static void check_firmware(const struct rj_plan_piece *piece, rj_finding *report,
			   void *context)
{
	if (piece->flags & RJ_PIECE_FIRMWARE && piece->address >= HIGH_MEMORY)
		rj_report(report, context, RJ_BAD, subject(piece),
			  "the piece %s at %s is not in the firmware's memory, "
			  "which ends below 1 MiB", piece->name, RANGE_OF(piece));
}

/* rjpack's own code is at its link address, or is unpacked from above 1 MiB. */
static const struct {
	uint32_t flag;
	uint32_t from, to;      /* its address */
	uint32_t size;          /* at most */
} own[] = {
	{ RJ_PIECE_SERVICES, HIGH_MEMORY, UINT32_MAX, RJ_SERVICES_MAX },
	{ RJ_PIECE_RUNTIME, SERVICES, SERVICES, SURVEY_WORK - SERVICES },
	{ RJ_PIECE_MAKER, DISK_MAKER, DISK_MAKER, EBDA_FLOOR - DISK_MAKER },
};

static void check_own(const struct rj_plan_piece *piece, rj_finding *report, void *context)
{
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (piece->flags & own[i].flag &&
		    (piece->address < own[i].from || piece->address > own[i].to ||
		     piece->size > own[i].size))
			rj_report(report, context, RJ_BAD, subject(piece),
				  "the piece %s at %s is not a services piece", piece->name,
				  RANGE_OF(piece));
}

static bool carries_services(const struct rj_plan *plan)
{
	for (size_t i = 0; i < plan->piece_count; i++)
		if (plan->pieces[i].flags & RJ_PIECE_SERVICES)
			return true;
	return false;
}

static void check_reserved(const struct rj_plan_piece *piece, bool with_services,
			   rj_finding *report, void *context)
{
	for (size_t i = 0; i < rj_reserved_count; i++) {
		const struct rj_range *range = &rj_reserved[i];

		if (piece->flags & range->flags || (range->for_services && !with_services) ||
		    !rj_overlaps(piece->address, piece->size, range->from,
				 range->end - range->from))
			continue;
		rj_report(report, context, RJ_BAD, subject(piece),
			  "the piece %s at %s overlaps %s at %s; give it another address%s",
			  piece->name, RANGE_OF(piece), range->name,
			  RJ_RANGE(range->from, range->end),
			  range->for_services ? ", or use --int13 firmware" : "");
	}
}

static void check_pair(const struct rj_plan_piece *first,
		       const struct rj_plan_piece *second, rj_finding *report,
		       void *context)
{
	/* the runtime runs before the pieces are placed: it comes first, and may overlap */
	if (strcmp(first->name, second->name) == 0)
		rj_report(report, context, RJ_BAD, subject(second),
			  "two pieces have the name %s", second->name);
	else if (!(first->flags & RJ_PIECE_RUNTIME) &&
		 rj_overlaps(first->address, first->size, second->address, second->size))
		rj_report(report, context, RJ_BAD, subject(second),
			  "the piece %s at %s overlaps the piece %s at %s; move one of them",
			  second->name, RANGE_OF(second), first->name, RANGE_OF(first));
	else if (first->address > second->address)
		rj_report(report, context, RJ_BAD, subject(second),
			  "the piece %s at %s is out of order", second->name,
			  RANGE_OF(second));
}

static const struct rj_plan_piece *piece_at(const struct rj_plan *plan,
					    uint64_t address)
{
	for (size_t i = 0; i < plan->piece_count; i++) {
		const struct rj_plan_piece *piece = &plan->pieces[i];

		if (rj_overlaps(piece->address, piece->size, address, 1))
			return piece;
	}
	return NULL;
}

static void check_entry(const struct rj_plan *plan, rj_finding *report,
			void *context)
{
	uint64_t entry = rj_plan_entry(&plan->regs);
	const struct rj_plan_piece *piece = piece_at(plan, entry);

	if (!plan->has_entry)
		rj_report(report, context, RJ_USAGE, NULL,
			  "nothing says where to start; use --entry SEG:OFF");
	else if (!piece || piece->flags & (RJ_PIECE_FIRMWARE | RJ_PIECE_OWN))
		rj_report(report, context, RJ_BAD, NULL,
			  "the entry CS:IP = %s is outside every piece; "
			  "set --entry to an address in a piece", RJ_HEX(entry));
}

/* A push at SS:SP writes the bytes just below it; SP = 0 wraps around to 64 KiB. */
static void check_stack(const struct rj_plan *plan, rj_finding *report,
			void *context)
{
	uint64_t top = plan->regs.esp & UINT16_MAX ? plan->regs.esp & UINT16_MAX
						   : UINT16_MAX + 1;
	uint64_t address = ((uint64_t)plan->regs.ss << 4) + top - 1;
	const struct rj_plan_piece *piece = piece_at(plan, address);

	if (piece)
		rj_report(report, context, RJ_NOTE, subject(piece),
			  "warning: the stack SS:SP grows down into the piece %s at %s; "
			  "move it with --reg ss= and --reg esp=", piece->name,
			  RANGE_OF(piece));
}

void rj_plan_check(const struct rj_plan *plan, rj_finding *report, void *context)
{
	bool with_services = carries_services(plan);

	if (plan->piece_count == 0)
		rj_report(report, context, RJ_BAD, NULL, "there is nothing to carry");
	for (size_t i = 0; i < plan->piece_count; i++) {
		if (!check_itself(&plan->pieces[i], report, context))
			continue;
		check_firmware(&plan->pieces[i], report, context);
		check_own(&plan->pieces[i], report, context);
		check_reserved(&plan->pieces[i], with_services, report, context);
		for (size_t j = 0; j < i; j++)
			check_pair(&plan->pieces[j], &plan->pieces[i], report, context);
	}
	check_entry(plan, report, context);
	check_stack(plan, report, context);
}

static int by_address(const void *a, const void *b)
{
	const struct rj_plan_piece *first = a, *second = b;

	if (first->address == second->address)
		return (first->flags < second->flags) - (first->flags > second->flags);
	return first->address < second->address ? -1 : 1;
}

struct sealing {
	struct rj_plan *plan;
	struct rj_error *first;
};

static void keep_first(void *context, const struct rj_error *error)
{
	struct sealing *sealing = context;

	if (error->class == RJ_NOTE)
		keep_note(sealing->plan, error);
	else if (!sealing->first->class)
		*sealing->first = *error;
}

enum rj_err rj_plan_seal(struct rj_plan *plan, struct rj_error *err)
{
	struct sealing sealing = { plan, err };

	err->class = RJ_OK;
	qsort(plan->pieces, plan->piece_count, sizeof(plan->pieces[0]), by_address);
	rj_plan_check(plan, keep_first, &sealing);
	return err->class;
}

enum rj_err rj_plan_copy_piece(const struct rj_plan_piece *piece, const struct rj_output *output,
			       uint64_t offset, uint32_t *crc, struct rj_error *err)
{
	const struct rj_part part = { piece->input, piece->offset, piece->size };

	if (piece->input)
		return rj_copy(&part, output, offset, crc, err);
	*crc = rj_crc(0, piece->bytes, (size_t)piece->size);
	return output->fd < 0 ? RJ_OK
			      : rj_write(output->fd, piece->bytes, (size_t)piece->size, offset, err);
}
