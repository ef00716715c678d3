/* SPDX-License-Identifier: MIT */
/*
 * rjpack doctor: a table of checks on the facts of a machine and, if
 * there is one, on an image for it; advice; output as text or JSON.
 */
#ifndef RJ_DOCTOR_H
#define RJ_DOCTOR_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "image/image.h"
#include "machine/machine.h"

/* A finding's rating; only PROBLEM makes the exit status 1. */
#define DOCTOR_RATINGS(row) \
row(OK, "ok", "32") \
row(NOTE, "note", "36") \
row(WARNING, "warning", "33") \
row(PROBLEM, "problem", "31") \
row(UNKNOWN, "unknown", "35")

enum doctor_rating {
	DOCTOR_NOTHING,                 /* the check does not apply and is not shown */
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

/* The data for the checks. */
struct doctor {
	struct rj_machine machine;
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

/* The commands to use; empty: none would work. */
#define DOCTOR_MENU 3
struct doctor_advice {
	char pack[DOCTOR_TEXT], load[DOCTOR_TEXT];
	char now[DOCTOR_TEXT];          /* both in one, without kexec-tools */
	const char *alternative;        /* to pack; NULL: none */
	/* Those that put the image into the boot menu of the firmware or of its boot manager. */
	char menu[DOCTOR_MENU][DOCTOR_TEXT];
};

/* What to pack for this machine. */
enum doctor_way {
	DOCTOR_NO_WAY,
	DOCTOR_FROM_DISK,               /* the boot disk's boot code */
	DOCTOR_LINUX,                   /* the running Linux, which needs no BIOS disk */
};
enum doctor_way doctor_way(const struct rj_machine *machine);

#define DOCTOR_IMAGE_USUAL (4u << 20)   /* no image without a RAM disk or an initrd is larger */
/* What the running Linux needs as an image, in bytes. */
uint64_t doctor_linux_memory(const struct rj_machine *machine);

void doctor_advise(const struct doctor *doctor, struct doctor_advice *advice);

/* Whether the framebuffer's driver leaves it to the next system as the firmware set it. */
bool doctor_keeps_screen(const struct rj_machine *machine);

/* The command by which kexec loads the image for a panic. */
void doctor_panic_load(const struct doctor *doctor, char *text, size_t size);

/* Whether kexec has a loader that accepts the image; true without an image. */
bool doctor_loadable(const struct doctor *doctor);

/* Whether systemd-boot has started this Linux; then it is its menu that gets the image. */
bool doctor_has_systemd_boot(const struct rj_machine *machine);

/* Returns kexec's options for loading an image here, such as "-l"; NULL: none works. */
const char *doctor_kexec(const struct doctor *doctor);

/* Whether Linux refuses kexec_load(), and kexec_file_load(). */
bool doctor_refuses_load(const struct rj_machine_kernel *kernel);
bool doctor_refuses_file(const struct rj_machine_kernel *kernel);

/* Returns RJ_INT13_* for the boot disks; RJ_INT13_none if no driver supports the first. */
uint8_t doctor_int13(const struct rj_machine *machine);

/* Returns RJ_USB_* for an image with doctor_int13. */
uint32_t doctor_usb(const struct rj_machine *machine);

void doctor_print(const struct doctor *doctor, const struct doctor_finding *findings,
		  const struct doctor_advice *advice, bool works);
void doctor_json(const struct doctor *doctor, const struct doctor_finding *findings,
		 const struct doctor_advice *advice, bool works);

#endif
