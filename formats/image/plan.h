/* SPDX-License-Identifier: MIT */
/*
 * The plan: which bytes stand where on arrival, and with which registers the
 * payload starts. Payload kinds fill it in, containers read it.
 */
#ifndef RJ_PLAN_H
#define RJ_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/manifest.h"
#include "abi/services.h"
#include "base/error.h"
#include "base/input.h"

#define RJ_MAX_NOTES    16

struct rj_plan_piece {
	char name[RJ_NAME_SIZE];
	uint32_t flags;         /* RJ_PIECE_* */
	uint64_t address;       /* physical */
	uint64_t size;          /* bytes */
	const struct rj_input *input; /* where the bytes come from, at offset; or NULL: */
	uint64_t offset;
	uint8_t *bytes;         /* the bytes themselves; the plan frees them */
};

/* What an option of a payload's kind was set to: see payload/option.h. */
#define RJ_MAX_SETTINGS 32
struct rj_setting {
	const struct payload_option *option;
	const char *text;               /* the argument; "" if it takes none */
	const struct rj_input *input;   /* the file that it names, opened; or NULL */
};

struct rj_plan {
	struct rj_plan_piece pieces[RJ_MAX_PIECES];
	size_t piece_count;
	struct rj_services services;    /* numbers in the host's byte order */
	struct rj_setting settings[RJ_MAX_SETTINGS];
	size_t setting_count;
	bool given;             /* the image boots what is given to it at run time */
	const struct rj_input *disk;    /* the RAM disk's image as it was given; or NULL */
	struct rj_input disk_file;      /* the RAM disk's bytes; the plan closes it */
	struct rj_input initrd_file;    /* several initrds in one; the plan closes it */
	struct rj_regs regs;
	bool has_entry;         /* somebody has set CS:IP */
	uint8_t drive;          /* the BIOS number of the boot drive */
	bool drive_chosen;      /* by the user: no payload's own changes it */
	uint32_t flags;         /* of struct rj_manifest */
	uint32_t repairs;       /* bits of RJ_REPAIRS */
	uint16_t serial_port, serial_divisor;
	uint64_t base;          /* where the image is to be loaded */
	struct rj_error notes[RJ_MAX_NOTES];
	size_t note_count;
};

/*
 * An empty plan: consoles VGA and first serial port, base HIGH_MEMORY, all repairs,
 * a RAM disk compressed.
 */
void rj_plan_init(struct rj_plan *plan, uint8_t drive);

/* Frees what the plan owns; the inputs are not its. */
void rj_plan_free(struct rj_plan *plan);

/*
 * A piece of size bytes of input from offset on. The name is cut to fit, and
 * gets a number when it is taken. RJ_ERR_TOO_MANY.
 */
enum rj_err rj_plan_add(struct rj_plan *plan, const char *name, uint64_t address,
			const struct rj_input *input, uint64_t offset, uint64_t size,
			struct rj_error *err);

/* The same of malloc'ed bytes, which are the plan's from here on, come what may. */
enum rj_err rj_plan_add_bytes(struct rj_plan *plan, const char *name,
			      uint64_t address, uint8_t *bytes, uint64_t size,
			      struct rj_error *err);

/* The same as rj_plan_add for the firmware's own memory, out of a snapshot. */
enum rj_err rj_plan_add_firmware(struct rj_plan *plan, const char *name, uint64_t address,
				 const struct rj_input *input, uint64_t offset,
				 uint64_t size, struct rj_error *err);

/* A payload's own boot drive, in DL too; the one that the user chose stays. */
void rj_plan_set_drive(struct rj_plan *plan, uint8_t drive);

/*
 * The payload reads from a CD: that which is carried, or else the first of the machine, of
 * which a note tells.
 */
void rj_plan_expect_cd(struct rj_plan *plan, const struct rj_input *payload);

void rj_plan_set_entry(struct rj_plan *plan, uint16_t cs, uint16_t ip);

/* Keeps a note for whoever prints them; more than RJ_MAX_NOTES are dropped. */
void rj_plan_note(struct rj_plan *plan, const struct rj_error *note);

/* The physical address of CS:IP. */
uint64_t rj_plan_entry(const struct rj_regs *regs);

/*
 * Reports every rule that the pieces, in the order given, and the entry break:
 * each has bytes, a name of its own, and ends below 4 GiB; none overlaps
 * another or a reserved range, but the firmware's own memory may stand in the
 * firmware's ranges, and nowhere from video memory on; the services stand where
 * the stub has room for them, and nothing else does then; the order is ascending;
 * one of the payload's holds the entry.
 * A stack that grows down into a piece is reported as RJ_ERR_STACK, a note.
 */
void rj_plan_check(const struct rj_plan *plan, rj_finding *report, void *context);

/* Sorts the pieces by address and gives the first rule broken; keeps notes. */
enum rj_err rj_plan_seal(struct rj_plan *plan, struct rj_error *err);

/* Whether a..a+a_size and b..b+b_size share a byte; neither may wrap around. */
bool rj_overlaps(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size);

/*
 * Memory below 1 MiB that no piece of a payload may touch; that of the services
 * only if they are carried.
 */
struct rj_range {
	uint64_t from, end;
	const char *name;
	uint32_t flags;         /* RJ_PIECE_*: of the pieces that may stand in it */
	bool for_services;      /* it is taken only if they are carried */
};
extern const struct rj_range rj_reserved[];
extern const size_t rj_reserved_count;

/* Copies the piece's bytes to fd at offset; fd < 0: only takes their CRC-32. */
enum rj_err rj_plan_copy_piece(const struct rj_plan_piece *piece, int fd, uint64_t offset,
			       uint32_t *crc, struct rj_error *err);

#endif
