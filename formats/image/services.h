/* SPDX-License-Identifier: MIT */
/*
 * The services that an image carries, as abi/services.h describes them: writes and reads the
 * piece that contains them.
 */
#ifndef RJ_FORMATS_SERVICES_H
#define RJ_FORMATS_SERVICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/service_blobs.h"
#include "abi/services.h"
#include "base/error.h"
#include "base/input.h"
#include "image/plan.h"

#define RJ_SERVICES_PIECE   ".services"
#define RJ_DISK_PIECE       ".disk"
#define RJ_RUNTIME_PIECE    ".runtime"
#define RJ_MAKER_PIECE      ".maker"
#define RJ_SERVICES_MODULES 48
#define RJ_MODULE_NAME_SIZE 9            /* with a NUL */

struct rj_service_table {
	const struct rj_service_blob *blobs;
	size_t count;
};

/* A value of --int13 or --usb: the word, and its meaning. */
struct rj_mode {
	const char *name, *what;
};
/* By number. */
extern const struct rj_mode rj_int13_modes[RJ_INT13_COUNT];
extern const struct rj_mode rj_usb_modes[RJ_USB_COUNT];

/* The values of --bios, with what they are in rj_manifest.flags; the first is the default. */
#define RJ_BIOS_COUNT 3
struct rj_bios_mode {
	const char *name, *what;
	uint32_t flags;
};
extern const struct rj_bios_mode rj_bios_modes[RJ_BIOS_COUNT];

/* By name; the error lists all names. */
enum rj_err rj_int13_find(const char *name, uint8_t *mode, struct rj_error *err);
enum rj_err rj_usb_find(const char *name, uint32_t *mode, struct rj_error *err);

/* Whether the driver usb is carried, and whether it is to serve disks. */
bool rj_carries_usb(const struct rj_services *services);
bool rj_serves_usb_disks(const struct rj_services *services);

/* Checks that --usb contradicts neither --int13 nor the drive map. */
enum rj_err rj_usb_check(const struct rj_services *services, struct rj_error *err);

/* The forms that a disk's unit on its controller can have, for help and errors. */
#define RJ_UNIT_FORM(word, form) " /" #word form
#define RJ_UNIT_FORMS RJ_UNIT_WORDS(RJ_UNIT_FORM)

#define RJ_UNIT_TEXT 32         /* of a unit, with the NUL */

/* Writes a unit as --drive-map names it, such as port5 or usb2.1/lun3; returns the text. */
const char *rj_unit_format(uint8_t word, uint32_t unit, char text[RJ_UNIT_TEXT]);

/* The word that names a unit of a driver's controllers; RJ_UNIT_none: there is none. */
uint8_t rj_unit_word(uint8_t driver, uint32_t unit);

/* Parses a USB disk's PORT[.PORT...][/lunN]; false if it is not in this form. */
bool rj_usb_unit(const char *text, uint32_t *unit);

/*
 * Parses NUMBER=pci:[0000:]BB:DD.F and a unit, in one of RJ_UNIT_FORMS or none, and appends it
 * to services->map, which has neither the number nor the disk yet.
 */
enum rj_err rj_drive_map_add(struct rj_services *services, const char *text,
			     struct rj_error *err);

/* A module that can be carried: its blob's name, and whether a plan needs it. */
struct rj_service_module {
	const char *name;
	bool (*needed)(const struct rj_plan *plan, const char *name);
};
/* In their order in the piece. */
extern const struct rj_service_module rj_service_modules[];
extern const size_t rj_service_module_count;

/*
 * Adds the piece with the services that plan->services requires, at a free address. Adds
 * nothing if none are required: no RAM disk, and INT 13h left to the firmware. boot_drive is
 * set to DL in plan->regs. With plan->boots_initrd: all services that could be needed, and the code
 * that boots what the loader supplies. Fails if they do not fit in RJ_SERVICES_MAX bytes.
 */
enum rj_err rj_services_plan(struct rj_plan *plan, const struct rj_service_table *table,
			     struct rj_error *err);

/*
 * Sets the CRC-32 of the RAM disk's unpacked bytes in a plan that has services: in
 * plan->services, and in the bytes of the piece.
 */
void rj_services_set_sum(struct rj_plan *plan, uint32_t crc);

/* The services piece, as read back. */
struct rj_services_info {
	bool carried;
	const char *wrong;              /* the part that cannot be read, or NULL */
	struct rj_services block;       /* in the host's byte order */
	uint32_t installer_size;        /* bytes, unpacked */
	uint32_t survey_size;           /* likewise; 0: there is none */
	size_t module_count;
	struct {
		char name[RJ_MODULE_NAME_SIZE];
		uint32_t packed_size, size;     /* bytes carried, and in memory */
	} modules[RJ_SERVICES_MODULES];
};

/* A stub, from its first byte on: an image's packed installer refers to the code for STUB_HOME. */
struct rj_stub_bytes {
	const uint8_t *bytes;
	size_t size;                    /* 0: a payload file, which has no stub */
};

/* The stub of the front of an image as built by stub/: see stub_blob.h. */
struct rj_stub_bytes rj_stub_in_front(const uint8_t *front, size_t size);

/* Reads the piece's bytes, none of which is trusted, nor is the stub's, up to the first error. */
void rj_services_parse(struct rj_services_info *info, struct rj_stub_bytes stub,
		       const uint8_t *bytes, size_t size);

/* The same for a plan that has the piece, to show it before the image is written. */
void rj_services_of_plan(struct rj_services_info *info, struct rj_stub_bytes stub,
			 const struct rj_plan *plan);

#endif
