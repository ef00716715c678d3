/* SPDX-License-Identifier: MIT */
#include "survey/reach.h"

#include "abi/layout.h"
#include "hardware/paging.h"

#define HOME_END (STUB_HOME + STUB_HOME_SIZE)

static uint32_t saved_home;

void reach_init(uint32_t info)
{
	saved_home = info + LOADER_INFO;
}

/* How many of size bytes come before a boundary. */
static uint32_t before(uint64_t from, uint32_t size, uint32_t boundary)
{
	return from < boundary && boundary - from < size ? boundary - (uint32_t)from : size;
}

bool reach(void *to, uint64_t from, uint32_t size)
{
	uint8_t *at = to;

	while (size) {
		uint32_t part = before(from, before(from, size, STUB_HOME), HOME_END);
		bool in_home = from >= STUB_HOME && from < HOME_END;

		if (!paging_copy(at, in_home ? from - STUB_HOME + saved_home : from, part))
			return false;
		at += part;
		from += part;
		size -= part;
	}
	return true;
}
