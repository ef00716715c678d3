/* SPDX-License-Identifier: MIT */
#include "keys/keys.h"

#include "common/bda.h"

struct rj_keyboards keyboards[RJ_MAX_KEYBOARDS];
uint32_t keyboards_count;

static struct rj_keys keys;     /* what the last poll has returned */
static uint32_t taken;          /* codes of it */
static uint32_t polled;         /* controllers */

static void forget(uint32_t number)
{
	keyboards_count--;
	for (uint32_t i = number; i < keyboards_count; i++)
		keyboards[i] = keyboards[i + 1];
}

static void poll_one(void)
{
	const struct rj_keyboards *k = &keyboards[polled];

	keys.leds = bda_get(BDA_OFFSET(BDA_SHIFT_FLAGS)) >> SHIFT_LEDS & RJ_LEDS;
	keys.count = 0;
	taken = 0;
	if (call32((rj_function32 *)k->poll, k->context, &keys)) {
		polled++;
	} else {
		keys.count = 0;
		forget(polled);
	}
}

uint32_t keys_next(struct call *c)
{
	(void)c;
	while (taken == keys.count && polled < keyboards_count && !is_virtual())
		poll_one();
	if (taken == keys.count) {
		polled = 0;
		return false;
	}
	scan_code = keys.codes[taken++];
	return true;
}
