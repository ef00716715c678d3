/* SPDX-License-Identifier: MIT */
/*
 * A module is unpacked above 1 MiB, where the next one overwrites it. If it is to stay, it
 * first moves to the top of base memory, below the previous ones. The code that runs only once
 * is at its start; the next module overwrites that, too.
 */
#include "install/modules.h"

#include <stdbool.h>
#include <stddef.h>

#include "abi/layout.h"
#include "common/mem.h"
#include "hardware/io.h"
#include "install/memory.h"

#define PARAGRAPH 16u

static const struct rj_stub *stub;
static const struct rj_services *services;
static uint8_t *work;           /* MODULE_WORK bytes */
static uint32_t top;
static uint32_t bottom;         /* memory below this is left to resident modules */

static const struct rj_module *first(const struct rj_services *from)
{
	return (const void *)((const uint8_t *)(from + 1) + from->installer_size
			      + from->survey_size);
}

static const struct rj_module *next(const struct rj_module *module)
{
	return (const void *)((const uint8_t *)(module + 1) + module->packed_size);
}

static bool is_end(const struct rj_services *from, const struct rj_module *module)
{
	return (const uint8_t *)module == (const uint8_t *)from + from->size;
}

void module_for_each(void (*visit)(const struct rj_module *module))
{
	for (const struct rj_module *m = first(services); !is_end(services, m); m = next(m))
		visit(m);
}

uint32_t modules_size(const struct rj_services *carried)
{
	uint32_t size = 0;

	for (const struct rj_module *m = first(carried); !is_end(carried, m); m = next(m))
		size += m->kind == RJ_MODULE_TOOL ? 0 : m->size;
	return size;
}

static void leave_room(const struct rj_module *module)
{
	if (module->kind == RJ_MODULE_RESIDENT)
		bottom += module->size;
}

void modules_init(const struct rj_stub *from, const struct rj_services *carried,
		  uint32_t top_of_memory, uint32_t more)
{
	stub = from;
	services = carried;
	work = memory_work(MODULE_WORK);
	if (!work)
		stub->fail("not enough memory above 1 MiB");
	top = top_of_memory & -PARAGRAPH;
	bottom = SERVICES_SCRATCH_END + more;
	module_for_each(leave_room);
}

static bool has_name(const struct rj_module *module, const char *name)
{
	uint32_t i = 0;

	while (name[i] && module->name[i] == name[i])
		i++;
	return module->name[i] == name[i];
}

const struct rj_module *module_find(const char *name)
{
	for (const struct rj_module *m = first(services); !is_end(services, m); m = next(m))
		if (has_name(m, name))
			return m;
	return NULL;
}

/* The rows follow the module as loaded. */
static void relocate(struct rj_module *module, const struct rj_module *loaded, uint32_t delta)
{
	const uint16_t *row = (const void *)((const uint8_t *)loaded + loaded->size);

	for (uint32_t i = 0; i < loaded->relocation_count; i++)
		*(uint32_t *)((uint8_t *)module + row[i]) += delta;
}

struct rj_module *module_load(const struct rj_module *carried)
{
	uint32_t size = read32((uint32_t)(services + 1));       /* unpacked: packed.h */
	struct rj_module *module = (void *)(work + size);

	memcpy(work, (const void *)SERVICES, size);
	*module = *carried;
	module->packed_size = 0;
	stub->unpack(module + 1, carried + 1);
	relocate(module, module, (uint32_t)module);
	return module;
}

/* to: an address, or 0, for which this returns NULL. */
static struct rj_module *move_to(struct rj_module *module, uint32_t to)
{
	if (!to)
		return NULL;
	memcpy((void *)to, module, module->size);
	relocate((struct rj_module *)to, module, to - (uint32_t)module);
	return (struct rj_module *)to;
}

struct rj_module *module_move_high(struct rj_module *module)
{
	return move_to(module, (uint32_t)memory_alloc(module->size, PARAGRAPH));
}

struct rj_module *module_move(struct rj_module *module, uint32_t alignment, uint32_t more)
{
	bool is_resident = module->kind == RJ_MODULE_RESIDENT;
	uint32_t stays = (top - more - (module->size - module->resident)) & -alignment;
	uint32_t to = stays - module->resident;

	if (to >= (is_resident ? SERVICES_SCRATCH_END : bottom) && to <= top)
		return move_to(module, to);
	return is_resident ? NULL : module_move_high(module);
}

uint32_t module_keep(const struct rj_module *module)
{
	uint32_t stays = (uint32_t)module + module->resident;

	if (stays < top)
		top = stays;
	return top;
}
