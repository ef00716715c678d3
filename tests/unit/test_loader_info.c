/* SPDX-License-Identifier: MIT */
/* What the stub reads of a loader's information, in a copy of it that may say anything. */
#include "unit.h"

#include "abi/layout.h"
#include "common/le.h"
#include "entry/loader_info.h"
#include "fake_io.h"

#define INFO      0x1000000u
#define MODULE    3u
#define TAG_LINE  1u

static uint8_t info[LOADER_INFO];
static unsigned reads;

uint8_t read8(uint32_t address)
{
	assert_between(address, INFO, INFO + sizeof(info) - 1);
	assert_between(++reads, 1, 100000);
	return info[address - INFO];
}

uint16_t read16(uint32_t address)
{
	return (uint16_t)(read8(address) | read8(address + 1) << 8);
}

uint32_t read32(uint32_t address)
{
	return read16(address) | (uint32_t)read16(address + 2) << 16;
}

static uint32_t put_tag(uint32_t at, uint32_t type, uint32_t size)
{
	le_store(info + at, type, 4);
	le_store(info + at + 4, size, 4);
	return at + ((size + 7) & ~7u);
}

/* Two tags, 8 bytes and 17 bytes, and the end. */
static void make(void)
{
	uint32_t end;

	memset(info, 0, sizeof(info));
	reads = 0;
	end = put_tag(put_tag(put_tag(8, TAG_LINE, 8), MODULE, 17), 0, 8);
	le_store(info, end, 4);
}

static void tags(void **state)
{
	(void)state;
	make();
	assert_int_equal(multiboot2_tag(INFO, TAG_LINE), INFO + 8);
	assert_int_equal(multiboot2_tag(INFO, MODULE), INFO + 16);
	assert_int_equal(multiboot2_tag(INFO, 8), 0);
}

static void bad_sizes(void **state)
{
	static const uint32_t sizes[] = {
		0, 1, 7, 0x80000000, 0xFFFFFFF0, 0xFFFFFFF8, 0xFFFFFFF9, 0xFFFFFFFF, 1000,
	};

	(void)state;
	FOR_EACH(i, sizes) {
		make();
		le_store(info + 12, sizes[i], 4);
		assert_int_equal(multiboot2_tag(INFO, MODULE), 0);
		make();
		le_store(info, sizes[i], 4);
		multiboot2_tag(INFO, 8);
	}
}

static void whatever(void **state)
{
	static const uint32_t loaders[] = { LOADER_LINUX32, LOADER_LINUX64, LOADER_MULTIBOOT2,
		LOADER_MULTIBOOT, LOADER_PVH, LOADER_LINUX16, LOADER_LONG_MODE };
	struct framebuffer fb;

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		make();
		for (unsigned n = 0; n < 16; n++)
			info[(unsigned)rand() % 64] = (uint8_t)rand();
		for (size_t l = 0; l < sizeof(loaders) / sizeof(*loaders); l++) {
			loader_framebuffer(loaders[l], INFO, &fb);
			loader_command_line(loaders[l], INFO);
		}
	}
}

UNIT_MAIN(cmocka_unit_test(tags), cmocka_unit_test(bad_sizes), cmocka_unit_test(whatever))
