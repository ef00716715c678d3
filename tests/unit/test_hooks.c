/* SPDX-License-Identifier: MIT */
/* Handlers before the firmware's INT 13h, in a first MiB of memory of the test's own. */
#include "unit.h"

#include "common/bda.h"
#include "common/hooks.h"
#include "common/le.h"
#include "common/safe_hook.h"

#define BIOS_INT13  0xF000E3FEu
#define BIOS_INT15  0xF000F859u
#define BIOS_INT1E  0xF000EFC7u
#define BIOS_MEMORY 639u
#define FLOPPIES_2  0x41u       /* of the equipment word */
#define FIRST       0x9D000u    /* where handlers stand */
#define SECOND      0x9B000u
#define MBFT        0x400u      /* behind a handler */
#define CHANGES     0x800u
#define FAR_AT(address) ((uint32_t)(address) >> 4 << 16 | ((address) & 15))

static uint8_t memory[1 << 20];

static uint32_t vector(unsigned number)
{
	return le32(memory + 4 * number);
}

static void set_vector(unsigned number, uint32_t far)
{
	le_store(memory + 4 * number, far, 4);
}

static int fresh(void **state)
{
	(void)state;
	memset(memory, 0, sizeof(memory));
	set_vector(0x13, BIOS_INT13);
	set_vector(0x15, BIOS_INT15);
	set_vector(0x1E, BIOS_INT1E);
	le_store(memory + BDA_BASE_MEMORY, BIOS_MEMORY, 2);
	memory[BDA_HARD_DISKS] = 1;
	memory[BDA_EQUIPMENT] = FLOPPIES_2;
	return 0;
}

static void assert_bios(void)
{
	assert_int_equal(vector(0x13), BIOS_INT13);
	assert_int_equal(vector(0x15), BIOS_INT15);
	assert_int_equal(vector(0x1E), BIOS_INT1E);
	assert_int_equal(le16(memory + BDA_BASE_MEMORY), BIOS_MEMORY);
	assert_int_equal(memory[BDA_HARD_DISKS], 1);
	assert_int_equal(memory[BDA_EQUIPMENT], FLOPPIES_2);
}

static struct rj_safe_hook *new_hook(uint32_t at, const char *vendor)
{
	struct rj_safe_hook *hook = (void *)(memory + at);

	memcpy(hook->signature, RJ_HOOK_SIGNATURE, sizeof(hook->signature));
	memcpy(hook->vendor, vendor, sizeof(hook->vendor));
	memcpy(&hook->old_int13, memory + 4 * 0x13, sizeof(hook->old_int13));
	set_vector(0x13, FAR_AT(at));
	return hook;
}

static void change(struct rj_changes *changes, uint16_t address, uint16_t size, uint32_t value)
{
	struct rj_change *row = &changes->rows[changes->count++];

	*row = (struct rj_change){ address, size, le32(memory + address), 0 };
	le_store(memory + address, value, size);
	row->ours = le32(memory + address);
}

/* As the installer does it. */
static struct rj_changes *install_ours(uint32_t at)
{
	uint32_t old = vector(0x13);
	struct rj_safe_hook *hook = new_hook(at, "RJPACK  ");
	struct rj_changes *changes = (void *)(memory + at + CHANGES);

	set_vector(0x13, old);
	change(changes, 4 * 0x13, 4, FAR_AT(at));
	change(changes, 4 * 0x15, 4, FAR_AT(at + 0x100));
	change(changes, 4 * 0x1E, 4, FAR_AT(at + 0x200));
	/* what the module "keys" serves, and what others may */
	change(changes, 4 * 0x16, 4, FAR_AT(at + 0x16));
	for (uint32_t i = 0x08; i <= 0x1C; i += 4)
		change(changes, (uint16_t)(4 * i), 4, FAR_AT(at + i));
	change(changes, BDA_BASE_MEMORY, 2, at >> 10);
	change(changes, BDA_HARD_DISKS, 1, memory[BDA_HARD_DISKS] + 1u);
	change(changes, BDA_EQUIPMENT, 2, 0x81);
	hook->magic = RJ_CHANGES_MAGIC;
	hook->changes = at + CHANGES;
	return changes;
}

/* As MEMDISK does it: a drive of the class of this number. */
static struct rj_memdisk *install_memdisk(uint32_t at, uint8_t drive)
{
	struct rj_safe_hook *hook = new_hook(at, "MEMDISK ");
	struct rj_memdisk *memdisk = (void *)(memory + at + MBFT);

	memcpy(memdisk->mbft.signature, RJ_MBFT_SIGNATURE, sizeof(memdisk->mbft.signature));
	memcpy(&memdisk->mbft.old_int15, memory + 4 * 0x15, sizeof(struct rj_far));
	memdisk->mbft.old_base_memory = le16(memory + BDA_BASE_MEMORY);
	memdisk->drive = drive;
	hook->mbft = at + MBFT;
	set_vector(0x15, (at >> 4 << 16) + 0x100);
	le_store(memory + BDA_BASE_MEMORY, at >> 10, 2);
	if (drive & 0x80)
		memdisk->drives = ++memory[BDA_HARD_DISKS];
	else
		memory[BDA_EQUIPMENT] += 0x40;
	return memdisk;
}

static void none(void **state)
{
	(void)state;
	assert_int_equal(hooks_remove((uintptr_t)memory), 0);
	assert_bios();
}

static void ours(void **state)
{
	uint8_t before[0x500];

	(void)state;
	memcpy(before, memory, sizeof(before));
	install_ours(FIRST);
	assert_int_equal(hooks_remove((uintptr_t)memory), 1);
	assert_bios();
	assert_memory_equal(memory, before, sizeof(before));
	assert_int_equal(hooks_remove((uintptr_t)memory), 0);
}

/* As five trips of a version that took the first one's for the firmware's. */
static void ours_on_ours(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 5; i++)
		install_ours(FIRST - i * 0x2000);
	assert_int_equal(hooks_remove((uintptr_t)memory), 5);
	assert_bios();
}

static void memdisks(void **state)
{
	(void)state;
	install_memdisk(FIRST, 0x80);
	install_memdisk(SECOND, 0x00);
	set_vector(0x1E, (SECOND >> 4 << 16) + 0x300);
	assert_int_equal(hooks_remove((uintptr_t)memory), 2);
	assert_bios();
}

static void only_floppy(void **state)
{
	(void)state;
	install_memdisk(FIRST, 0x00);
	memory[BDA_EQUIPMENT] = 0x01;
	assert_int_equal(hooks_remove((uintptr_t)memory), 1);
	assert_int_equal(memory[BDA_EQUIPMENT], 0x00);
}

static void mixed(void **state)
{
	(void)state;
	install_memdisk(FIRST, 0x81);
	install_ours(SECOND);
	assert_int_equal(hooks_remove((uintptr_t)memory), 2);
	assert_bios();
	fresh(NULL);
	install_ours(FIRST);
	install_memdisk(SECOND, 0x80);
	assert_int_equal(hooks_remove((uintptr_t)memory), 2);
	assert_bios();
}

/* A handler with only the signature: nothing else about it is known. */
static void unknown_vendor(void **state)
{
	(void)state;
	new_hook(FIRST, "SOMEBODY");
	assert_int_equal(hooks_remove((uintptr_t)memory), 1);
	assert_bios();
}

/* Values that another program has changed since are not restored. */
static void changed_since(void **state)
{
	(void)state;
	install_ours(FIRST);
	set_vector(0x15, 0x12345678);
	memory[BDA_HARD_DISKS] = 7;
	assert_int_equal(hooks_remove((uintptr_t)memory), 1);
	assert_int_equal(vector(0x13), BIOS_INT13);
	assert_int_equal(vector(0x15), 0x12345678);
	assert_int_equal(memory[BDA_HARD_DISKS], 7);
	assert_int_equal(le16(memory + BDA_BASE_MEMORY), BIOS_MEMORY);
}

static void circle(void **state)
{
	struct rj_safe_hook *hook;

	(void)state;
	hook = new_hook(FIRST, "SOMEBODY");
	hook->old_int13 = (struct rj_far){ FIRST & 15, FIRST >> 4 };
	assert_between(hooks_remove((uintptr_t)memory), 1, 100);
}

/* Whatever the bytes are, no other than those of IVT and BDA change, and none is read beyond. */
static void damaged(void **state)
{
	static uint8_t before[sizeof(memory)];

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		fresh(NULL);
		install_memdisk(FIRST, 0x80);
		install_ours(SECOND);
		for (unsigned n = 0; n < 8; n++)
			memory[SECOND + 19 + (unsigned)rand() % 20] = (uint8_t)rand();
		for (unsigned n = 0; n < 8; n++)
			memory[SECOND + CHANGES + (unsigned)rand() % sizeof(struct rj_changes)] =
				(uint8_t)rand();
		set_vector(0x13, i % 2 ? FAR_AT(SECOND) : (uint32_t)rand());
		memcpy(before, memory, sizeof(before));
		hooks_remove((uintptr_t)memory);
		assert_memory_equal(memory + 0x504, before + 0x504, sizeof(memory) - 0x504);
	}
}

UNIT_MAIN(cmocka_unit_test_setup(none, fresh), cmocka_unit_test_setup(ours, fresh),
	  cmocka_unit_test_setup(ours_on_ours, fresh), cmocka_unit_test_setup(memdisks, fresh),
	  cmocka_unit_test_setup(only_floppy, fresh), cmocka_unit_test_setup(mixed, fresh),
	  cmocka_unit_test_setup(unknown_vendor, fresh),
	  cmocka_unit_test_setup(changed_since, fresh), cmocka_unit_test_setup(circle, fresh),
	  cmocka_unit_test(damaged))
