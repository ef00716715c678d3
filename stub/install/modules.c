/* SPDX-License-Identifier: MIT */
/*
 * They stand in a row in the stub's home. Each that stays goes to the top of base
 * memory, under those before it. What a module runs only once stands at its front,
 * and the next one goes over that.
 */
#include "install/modules.h"

#include <stdbool.h>
#include <stddef.h>

#include "common/mem.h"

/* System V ABI, Intel386 supplement: a row of a relocation table. */
struct relocation {
	uint32_t offset, info;
};

static struct rj_module *first;
static uint32_t end, top;

static struct rj_module *next(const struct rj_module *module)
{
	return (struct rj_module *)((uint8_t *)module + module->size);
}

static void relocate(struct rj_module *module, uint32_t delta)
{
	const struct relocation *r = (void *)((uint8_t *)module + module->relocations);

	for (uint32_t i = 0; i < module->relocation_count; i++, r++)
		*(uint32_t *)((uint8_t *)module + r->offset) += delta;
}

void modules_init(struct rj_services *services, uint32_t top_of_memory)
{
	first = (struct rj_module *)(services + 1);
	end = (uint32_t)services + services->size;
	top = top_of_memory & ~15u;
	for (struct rj_module *m = first; (uint32_t)m < end; m = next(m))
		relocate(m, (uint32_t)m);
}

static bool has_name(const struct rj_module *module, const char *name)
{
	uint32_t i = 0;

	while (name[i] && module->name[i] == name[i])
		i++;
	return module->name[i] == name[i];
}

struct rj_module *module_find(const char *name)
{
	for (struct rj_module *m = first; (uint32_t)m < end; m = next(m))
		if (has_name(m, name))
			return m;
	return NULL;
}

void module_for_each(void (*visit)(struct rj_module *module))
{
	for (struct rj_module *m = first; (uint32_t)m < end; m = next(m))
		visit(m);
}

struct rj_module *module_move(struct rj_module *module, uint32_t alignment, uint32_t more)
{
	uint32_t stays = (top - more - (module->size - module->resident)) & -alignment;
	uint32_t to = stays - module->resident;

	if (to < SERVICES_SCRATCH_END || to > top)
		return NULL;
	memcpy((void *)to, module, module->size);
	relocate((struct rj_module *)to, to - (uint32_t)module);
	return (struct rj_module *)to;
}

uint32_t module_keep(const struct rj_module *module)
{
	top = (uint32_t)module + module->resident;
	return top;
}
