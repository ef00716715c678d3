/* SPDX-License-Identifier: MIT */
#include "image/multiboot.h"

#include <string.h>

#include "common/le.h"

bool multiboot_find(const uint8_t *bytes, size_t size, size_t *at)
{
	for (size_t i = 0; i + 12 <= size; i += 4) {
		uint32_t rest = le32(bytes + i + 4) + le32(bytes + i + 8);

		if (le32(bytes + i) == MULTIBOOT_MAGIC && MULTIBOOT_MAGIC + rest == 0) {
			*at = i;
			return true;
		}
	}
	return false;
}

void multiboot_store(void *to)
{
	LE_PUT(to, struct multiboot_header, magic, MULTIBOOT_MAGIC);
	LE_PUT(to, struct multiboot_header, flags, MULTIBOOT_FLAGS);
	LE_PUT(to, struct multiboot_header, checksum, 0u - (MULTIBOOT_MAGIC + MULTIBOOT_FLAGS));
}

static void store_tag(uint8_t *to, uint64_t type, uint64_t flags, uint64_t size)
{
	LE_PUT(to, struct multiboot2_tag, type, type);
	LE_PUT(to, struct multiboot2_tag, flags, flags);
	LE_PUT(to, struct multiboot2_tag, size, size);
}

void multiboot2_store(void *to, uint32_t entry_address)
{
	uint32_t size = sizeof(struct multiboot2_header);
	uint8_t *bytes = to;

	memset(bytes, 0, size);
	LE_PUT(bytes, struct multiboot2_header, magic, MULTIBOOT2_MAGIC);
	LE_PUT(bytes, struct multiboot2_header, architecture, MULTIBOOT2_I386);
	LE_PUT(bytes, struct multiboot2_header, length, size);
	LE_PUT(bytes, struct multiboot2_header, checksum,
	       0u - (MULTIBOOT2_MAGIC + MULTIBOOT2_I386 + size));
	LE_PUT(bytes, struct multiboot2_header, entry_address, entry_address);
	store_tag(bytes + offsetof(struct multiboot2_header, entry), MULTIBOOT2_ENTRY,
		  MULTIBOOT2_OPTIONAL, offsetof(struct multiboot2_header, padding) -
		  offsetof(struct multiboot2_header, entry));
	store_tag(bytes + offsetof(struct multiboot2_header, end), MULTIBOOT2_END, 0,
		  sizeof(struct multiboot2_tag));
}
