/* SPDX-License-Identifier: MIT */
/* 32-bit code that runs once. */
#include "bios/setup_keyboard.h"
#include "common/mem.h"
#include "int13/flat.h"
#include "keys/keys.h"

bool keys_wanted(const struct rj_setup *setup);
void keys_init(const struct rj_setup *setup, uint32_t base);

bool keys_wanted(const struct rj_setup *setup)
{
	return setup->keyboards_count != 0;
}

void keys_init(const struct rj_setup *setup, uint32_t base)
{
	flat_place(base, setup->page_tables);
	keyboard_init(setup);
	memcpy(keyboards, setup->keyboards, setup->keyboards_count * sizeof(*keyboards));
	keyboards_count = setup->keyboards_count;
}
