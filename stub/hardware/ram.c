/* SPDX-License-Identifier: MIT */
#include "hardware/ram.h"

#include "hardware/io.h"

/* Each dword has its own value, so that memory that is there twice is found, too. */
bool ram_holds(uint32_t address, uint32_t size)
{
	uint32_t end = address + size;

	for (uint32_t at = address; at < end; at += sizeof(at))
		write32(at, at);
	for (uint32_t at = address; at < end; at += sizeof(at))
		if (read32(at) != at)
			return false;
	return true;
}
