/* SPDX-License-Identifier: MIT */
/*
 * The services that an image carries, as abi/services.h describes them: chooses them for a plan,
 * and composes the piece that contains them.
 */
#ifndef RJ_FORMATS_SERVICES_H
#define RJ_FORMATS_SERVICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/service_blobs.h"
#include "base/error.h"
#include "image/plan.h"

#define RJ_SERVICES_PIECE   ".services"
#define RJ_DISK_PIECE       ".disk"
#define RJ_RUNTIME_PIECE    ".runtime"
#define RJ_MAKER_PIECE      ".maker"

struct rj_service_table {
	const struct rj_service_blob *blobs;
	size_t count;
};

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

#endif
