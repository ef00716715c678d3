/* SPDX-License-Identifier: MIT */
#include "image/services.h"

#include <stdlib.h>
#include <string.h>

#include "abi/layout.h"
#include "common/le.h"
#include "common/units.h"
#include "image/service_modes.h"
#include "image/services_block.h"
#include "image/services_read.h"

static bool always(const struct rj_plan *plan, const char *name)
{
	(void)plan;
	(void)name;
	return true;
}

static bool for_deflated(const struct rj_plan *plan, const char *name)
{
	(void)name;
	return plan->services.image.flags & RJ_DISK_DEFLATED;
}

static bool for_own_bios(const struct rj_plan *plan, const char *name)
{
	(void)name;
	return plan->flags & RJ_OWN_BIOS;
}

/* A generic image may get such a kernel from its loader. */
static bool for_linux(const struct rj_plan *plan, const char *name)
{
	return for_own_bios(plan, name) && (plan->linux_setup || plan->boots_initrd);
}

static bool for_usb(const struct rj_plan *plan, const char *name)
{
	(void)name;
	return rj_carries_usb(&plan->services);
}

static bool for_driver(const struct rj_plan *plan, const char *name)
{
	uint8_t mode = plan->services.int13;

	if (strcmp(name, rj_int13_modes[RJ_INT13_usb].name) == 0)
		return for_usb(plan, name);
	for (uint32_t i = 0; mode == RJ_INT13_auto && i < RJ_INT13_COUNT; i++)
		if (rj_is_named_only(i) && strcmp(name, rj_int13_modes[i].name) == 0)
			return false;
	return mode == RJ_INT13_auto || strcmp(name, rj_int13_modes[mode].name) == 0;
}

const struct rj_service_module rj_service_modules[] = {
	{ "bios", for_own_bios },
	{ "int13", always },
#define ROW(name, what) { #name, for_driver },
	RJ_DRIVERS(ROW)
#undef ROW
	{ "inflate", for_deflated },
	{ "keys", for_usb },
	{ "linux", for_linux },
	{ "memory", always },
	{ "screen", for_own_bios },
};
#define CARRIED_MODULES (sizeof(rj_service_modules) / sizeof(rj_service_modules[0]))
_Static_assert(CARRIED_MODULES <= RJ_SERVICES_MODULES, "no room");
const size_t rj_service_module_count = CARRIED_MODULES;

static const struct rj_service_blob *find_blob(const struct rj_service_table *table,
					       const char *name, struct rj_error *err)
{
	for (size_t i = 0; i < table->count; i++)
		if (strcmp(table->blobs[i].name, name) == 0)
			return &table->blobs[i];
	rj_fail(err, RJ_HOST, "this rjpack was built without the service \"%s\"", name);
	return NULL;
}

/* The blobs in the piece: the installer, the survey, then the modules. */
struct parts {
	const struct rj_service_blob *blobs[2 + CARRIED_MODULES];
	bool has_survey;
	size_t count;
	size_t size;            /* of the piece */
};

static enum rj_err add_part(struct parts *parts, const struct rj_service_table *table,
			    const char *name, struct rj_error *err)
{
	const struct rj_service_blob *blob = find_blob(table, name, err);

	if (!blob)
		return err->class;
	parts->blobs[parts->count++] = blob;
	parts->size += blob->size;
	return RJ_OK;
}

static enum rj_err choose(struct parts *parts, const struct rj_plan *plan,
			  const struct rj_service_table *table, struct rj_error *err)
{
	*parts = (struct parts){ .size = sizeof(struct rj_services) };
	parts->has_survey = plan->flags & RJ_OWN_BIOS && !plan->has_no_stub;
	if (add_part(parts, table, plan->has_no_stub ? "install_alone" : "install", err) ||
	    (parts->has_survey && add_part(parts, table, "survey", err)))
		return err->class;
	for (size_t i = 0; i < CARRIED_MODULES; i++)
		if (rj_service_modules[i].needed(plan, rj_service_modules[i].name) &&
		    add_part(parts, table, rj_service_modules[i].name, err))
			return err->class;
	if (parts->size > RJ_SERVICES_MAX)
		return rj_fail(err, RJ_BAD,
			       "the services have %zu bytes, but there is room for %u; "
			       "name one driver with --int13", parts->size, RJ_SERVICES_MAX);
	return RJ_OK;
}

/* struct rj_services | installer | survey | modules */
static void compose(const struct parts *parts, struct rj_services *services, uint8_t *to)
{
	uint8_t *at = to + sizeof(*services);

	services->magic = RJ_SERVICES_MAGIC;
	services->version = RJ_SERVICES_VERSION;
	services->size = (uint32_t)parts->size;
	services->installer_size = (uint32_t)parts->blobs[0]->size;
	services->survey_size = parts->has_survey ? (uint32_t)parts->blobs[1]->size : 0;
	rj_services_store(services, to);
	for (size_t i = 0; i < parts->count; i++) {
		memcpy(at, parts->blobs[i]->bytes, parts->blobs[i]->size);
		at += parts->blobs[i]->size;
	}
}

/* Places the piece at the first page from 1 MiB on where no other piece is in the way. */
static void place_piece(struct rj_plan *plan, struct rj_plan_piece *piece)
{
	piece->address = HIGH_MEMORY;
	for (size_t i = 0; i < plan->piece_count; i++) {
		const struct rj_plan_piece *other = &plan->pieces[i];

		if (other == piece || !rj_overlaps(piece->address, piece->size, other->address,
						   other->size))
			continue;
		piece->address = (other->address + other->size + PAGE - 1) / PAGE * PAGE;
		i = (size_t)-1;
	}
}

/*
 * Places the last piece, the services, and after it the RAM disk: the stub leaves that where the
 * loader has put it if nothing else goes there. Whether it fits is for rj_plan_check to report.
 */
static void place_services(struct rj_plan *plan)
{
	struct rj_plan_piece *disk = NULL;

	for (size_t i = 0; i < plan->piece_count; i++)
		if (strcmp(plan->pieces[i].name, RJ_DISK_PIECE) == 0)
			disk = &plan->pieces[i];
	if (disk)
		disk->address = FOUR_GIB;
	place_piece(plan, &plan->pieces[plan->piece_count - 1]);
	if (disk) {
		place_piece(plan, disk);
		plan->services.image.address = (uint32_t)disk->address;
	}
}

static enum rj_err add_code(struct rj_plan *plan, const struct rj_service_table *table,
			    const char *piece, uint32_t address, uint32_t flag,
			    struct rj_error *err)
{
	const struct rj_service_blob *blob = find_blob(table, piece + 1, err);
	uint8_t *bytes = blob ? malloc(blob->size) : NULL;

	if (!bytes)
		return blob ? rj_no_memory(err) : err->class;
	memcpy(bytes, blob->bytes, blob->size);
	if (rj_plan_add_bytes(plan, piece, address, bytes, blob->size, err))
		return err->class;
	plan->pieces[plan->piece_count - 1].flags = flag;
	return RJ_OK;
}

/*
 * Adds the code that examines what the loader supplies, and the code that makes a disk of it.
 */
static enum rj_err add_runtime(struct rj_plan *plan, const struct rj_service_table *table,
			       struct rj_error *err)
{
	if (add_code(plan, table, RJ_RUNTIME_PIECE, SERVICES, RJ_PIECE_RUNTIME, err))
		return err->class;
	return add_code(plan, table, RJ_MAKER_PIECE, DISK_MAKER, RJ_PIECE_MAKER, err);
}

static bool needs_services(const struct rj_plan *plan)
{
	const struct rj_services *services = &plan->services;

	return services->int13 != RJ_INT13_firmware || services->image.size || rj_carries_usb(services)
		|| plan->boots_initrd;
}

enum rj_err rj_services_plan(struct rj_plan *plan, const struct rj_service_table *table,
			     struct rj_error *err)
{
	struct rj_services *services = &plan->services;
	struct parts parts;
	uint8_t *bytes;

	if (plan->boots_initrd && add_runtime(plan, table, err))
		return err->class;
	if (!needs_services(plan)) {
		if (plan->flags & RJ_OWN_BIOS_ALWAYS)
			return rj_fail_about(err, RJ_USAGE, "--bios own",
					     "does not go with --int13 firmware");
		plan->flags &= ~RJ_BIOS_FLAGS;
		return RJ_OK;
	}
	if (choose(&parts, plan, table, err))
		return err->class;
	bytes = malloc(parts.size);
	if (!bytes)
		return rj_no_memory(err);
	if (rj_plan_add_bytes(plan, RJ_SERVICES_PIECE, HIGH_MEMORY, bytes, parts.size, err))
		return err->class;
	plan->pieces[plan->piece_count - 1].flags = RJ_PIECE_SERVICES;
	place_services(plan);
	services->boot_drive = (uint8_t)plan->regs.edx;
	compose(&parts, services, bytes);
	return RJ_OK;
}

void rj_services_set_sum(struct rj_plan *plan, uint32_t crc)
{
	plan->services.image.crc = crc;
	for (size_t i = 0; i < plan->piece_count; i++)
		if (plan->pieces[i].flags & RJ_PIECE_SERVICES && plan->pieces[i].bytes)
			LE_PUT(plan->pieces[i].bytes, struct rj_services, image.crc, crc);
}
