/* SPDX-License-Identifier: MIT */
/*
 * rjpack doctor: a table of checks over the facts of a machine, and perhaps an image for it;
 * what follows from them; text or JSON.
 */
#ifndef RJ_DOCTOR_H
#define RJ_DOCTOR_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "image/image.h"
#include "machine/target.h"

/* How a finding counts; a PROBLEM alone makes the exit status 1. */
#define DOCTOR_RATINGS(row) \
row(OK, "ok", "32") \
row(NOTE, "note", "36") \
row(WARNING, "warning", "33") \
row(PROBLEM, "problem", "31") \
row(UNKNOWN, "unknown", "35")

enum doctor_rating {
	DOCTOR_NOTHING,                 /* the check does not apply: nothing is shown */
#define ROW(name, word, colour) DOCTOR_##name,
	DOCTOR_RATINGS(ROW)
#undef ROW
};

#define DOCTOR_TEXT 768

struct doctor_finding {
	enum doctor_rating rating;
	char text[DOCTOR_TEXT];         /* what was found */
	const char *todo;               /* what to do about it, or NULL */
};

/* What the checks look at. */
struct doctor {
	struct rj_target target;
	const char *image_name;         /* NULL: no image */
	struct rj_image image;
};

struct doctor_check {
	const char *name, *title;
	void (*run)(const struct doctor *doctor, struct doctor_finding *finding);
};
extern const struct doctor_check doctor_checks[];
extern const size_t doctor_check_count;
#define DOCTOR_CHECKS_MAX 32

/* What to run; empty: nothing would work. */
struct doctor_advice {
	char pack[2 * PATH_MAX + 2 * RJ_TARGET_LINE], load[DOCTOR_TEXT];
};

/* What an image for this machine carries. */
enum doctor_way {
	DOCTOR_NO_WAY,
	DOCTOR_FROM_DISK,               /* what the boot disk boots */
	DOCTOR_LINUX,                   /* the running Linux, which needs no disk of the BIOS's */
};
enum doctor_way doctor_way(const struct rj_target *target);

void doctor_advise(const struct doctor *doctor, struct doctor_advice *advice);

/* kexec's options that load an image here, as "-l"; NULL: none. */
const char *doctor_kexec(const struct doctor *doctor);

/* Whether Linux refuses both of kexec's system calls; or each of them. */
bool doctor_refuses_load(const struct rj_target_kernel *kernel);
bool doctor_refuses_file(const struct rj_target_kernel *kernel);

/* RJ_INT13_* for the boot disks: RJ_INT13_none if the first of them is not served. */
uint8_t doctor_int13(const struct rj_target *target);

void doctor_print(const struct doctor *doctor, const struct doctor_finding *findings,
		  const struct doctor_advice *advice, bool works);
void doctor_json(const struct doctor *doctor, const struct doctor_finding *findings,
		 const struct doctor_advice *advice, bool works);

#endif
