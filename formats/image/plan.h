/* SPDX-License-Identifier: MIT */
/*
 * The plan: which bytes are where on arrival, and with which registers the payload starts.
 * Payload kinds fill it in, containers read it.
 */
#ifndef RJ_PLAN_H
#define RJ_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/manifest.h"
#include "abi/services.h"
#include "base/copy.h"
#include "base/error.h"
#include "base/input.h"
#include "common/disk_geometry.h"

#define RJ_MAX_NOTES    16

struct rj_plan_piece {
	char name[RJ_NAME_SIZE];
	uint32_t flags;         /* RJ_PIECE_* */
	uint64_t address;       /* physical */
	uint64_t size;          /* bytes */
	const struct rj_input *input; /* file with the bytes, at offset; NULL: see bytes */
	uint64_t offset;
	uint8_t *bytes;         /* the bytes themselves; the plan frees them */
};

/* The value of an option, as its parse reads it (payload/option.h). */
union rj_value {
	uint64_t number;
	struct rj_geometry geometry;
};

/* An option of the payload's kind, as it was set. */
struct rj_setting {
	const struct payload_option *option;
	const char *text;               /* the argument; "" if the option takes none */
	struct rj_origin origin;        /* of text */
	union rj_value value;           /* if the option has a parse */
	const struct rj_input *input;   /* the file that it names, opened; or NULL */
};

#define RJ_MAX_SETTINGS 32
struct rj_settings {
	struct rj_setting rows[RJ_MAX_SETTINGS];
	size_t count;
};

struct rj_plan {
	struct rj_plan_piece pieces[RJ_MAX_PIECES];
	size_t piece_count;
	struct rj_services services;    /* numbers in the host's byte order */
	struct rj_settings settings;
	bool boots_initrd;      /* the image boots what its loader supplies */
	bool has_no_stub;       /* it is a payload file, for another image's stub */
	const struct rj_input *disk;    /* the RAM disk's image from the user; or NULL */
	struct rj_input disk_file;      /* the RAM disk's bytes; the plan closes it */
	struct rj_input initrd_file;    /* several initrds in one; the plan closes it */
	struct rj_regs regs;
	bool has_entry;         /* CS:IP is set */
	uint8_t drive;          /* the BIOS number of the boot drive */
	bool drive_chosen;      /* by the user: a payload cannot change it */
	uint32_t flags;         /* of struct rj_manifest */
	uint32_t repairs;       /* bits of RJ_REPAIRS */
	uint16_t serial_port, serial_divisor;
	uint32_t linux_setup;   /* as in struct rj_manifest */
	uint64_t base;          /* where the image is to be loaded */
	struct rj_error notes[RJ_MAX_NOTES];
	size_t note_count;
	bool notes_choices;     /* rj_plan_choice is to keep notes */
};

/*
 * An empty plan: consoles VGA and first serial port, base HIGH_MEMORY, all repairs.
 */
void rj_plan_init(struct rj_plan *plan, uint8_t drive);

/* Frees what the plan owns; it does not own the inputs. */
void rj_plan_free(struct rj_plan *plan);

/*
 * Adds a piece: size bytes of input from offset on. The name is cut to fit, and gets a number
 * if another piece has it. Fails if there are RJ_MAX_PIECES.
 */
enum rj_err rj_plan_add(struct rj_plan *plan, const char *name, uint64_t address,
			const struct rj_input *input, uint64_t offset, uint64_t size,
			struct rj_error *err);

/* The same for malloc'ed bytes, which the plan owns from here on, also on errors. */
enum rj_err rj_plan_add_bytes(struct rj_plan *plan, const char *name,
			      uint64_t address, uint8_t *bytes, uint64_t size,
			      struct rj_error *err);

/* The same as rj_plan_add for the firmware's memory, from a snapshot. */
enum rj_err rj_plan_add_firmware(struct rj_plan *plan, const char *name, uint64_t address,
				 const struct rj_input *input, uint64_t offset,
				 uint64_t size, struct rj_error *err);

/* Sets the boot drive that the payload needs, also in DL, unless the user chose one. */
void rj_plan_set_drive(struct rj_plan *plan, uint8_t drive);

/*
 * The payload reads from a CD: the one that is carried, or else the machine's first, which a
 * note reports.
 */
void rj_plan_expect_cd(struct rj_plan *plan, const struct rj_input *payload);

void rj_plan_set_entry(struct rj_plan *plan, uint16_t cs, uint16_t ip);

/*
 * Keeps a note about a file (or NULL), to be printed later, with printf's format for the text;
 * notes after the first RJ_MAX_NOTES are dropped.
 */
void rj_plan_note(struct rj_plan *plan, const char *subject, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same for a choice that the user has left to rjpack: "detected: WHAT: ...". */
void rj_plan_choice(struct rj_plan *plan, const char *subject, const char *what,
		    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Sets the error for more than RJ_MAX_PIECES pieces. */
enum rj_err rj_too_many_pieces(struct rj_error *err);

/* The physical address of CS:IP. */
uint64_t rj_plan_entry(const struct rj_regs *regs);

/*
 * Reports every rule that the entry or the pieces, in their present order, break:
 * - each piece has bytes and its own name, and ends below 4 GiB;
 * - no piece overlaps another or a reserved range; but the firmware's memory may be in the
 *   firmware's ranges, and nowhere from video memory on;
 * - the services are where the stub has room for them, and nothing else is there then;
 * - the addresses ascend;
 * - a piece of the payload contains the entry.
 * A stack that grows down into a piece is reported as a note.
 */
void rj_plan_check(const struct rj_plan *plan, rj_finding *report, void *context);

/* Sorts the pieces by address and returns the first broken rule; keeps notes. */
enum rj_err rj_plan_seal(struct rj_plan *plan, struct rj_error *err);

/* Whether a..a+a_size and b..b+b_size share a byte; neither may wrap around. */
bool rj_overlaps(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size);

/*
 * Memory below 1 MiB that a payload's pieces may not use; the services' only if they are
 * carried.
 */
struct rj_range {
	uint64_t from, end;
	const char *name;
	uint32_t flags;         /* RJ_PIECE_*: of the pieces that may be in it */
	bool for_services;      /* reserved only if services are carried */
};
extern const struct rj_range rj_reserved[];
extern const size_t rj_reserved_count;

/* Copies the piece's bytes to the output at offset and computes their CRC-32. */
enum rj_err rj_plan_copy_piece(const struct rj_plan_piece *piece, const struct rj_output *output,
			       uint64_t offset, uint32_t *crc, struct rj_error *err);

#endif
