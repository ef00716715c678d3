/* SPDX-License-Identifier: MIT */
#include "disk/grub_core.h"

#include <string.h>

#include "common/le.h"

#define FIRST_BLOCK 0x1F4u      /* the list grows down from here */
#define LAST_BLOCK 0x100u       /* diskboot's code and messages end at a higher offset */
#define START_SEGMENT 0x820u    /* where diskboot loads the second sector */
#define FAR_JUMP 0xEA
#define PUSH_DX 0x52

bool grub_is_diskboot(const uint8_t *sector)
{
	/* mov di, the list's top; mov ebp, [di]: in every GRUB since 1.97 */
	static const uint8_t code[] = { 0xBF, 0xF4, 0x81, 0x66, 0x8B, 0x2D };

	if (sector[0] != PUSH_DX)
		return false;
	for (size_t i = 1; i < 32; i++)
		if (memcmp(sector + i, code, sizeof(code)) == 0)
			return true;
	return false;
}

bool grub_block_at(const uint8_t *sector, size_t n, struct grub_block *block)
{
	const uint8_t *at;

	if (n > (FIRST_BLOCK - LAST_BLOCK) / GRUB_BLOCK_SIZE)
		return false;
	at = sector + FIRST_BLOCK - n * GRUB_BLOCK_SIZE;
	block->start = le64(at);
	block->length = le16(at + 8);
	block->segment = le16(at + 10);
	return block->length > 0;
}

/* Number of sectors in the list, or 0 if its parts are not contiguous in memory. */
static uint64_t count_sectors(const uint8_t *sector)
{
	struct grub_block block;
	uint64_t sectors = 0;

	for (size_t n = 0; grub_block_at(sector, n, &block); n++) {
		if (block.segment != START_SEGMENT + sectors * (GRUB_SECTOR / 16))
			return 0;
		sectors += block.length;
	}
	return sectors;
}

/* A far jump to 0:82xx and padding: GRUB Legacy has its version where zeros are expected. */
static bool is_start(const uint8_t *head)
{
	return head[0] == FAR_JUMP && head[2] == GRUB_CORE_START >> 8 &&
	       le16(head + 3) == 0 && head[5] == 0 && le16(head + 6) == 0;
}

bool grub_is_bare_core(const uint8_t *head, uint64_t size)
{
	uint64_t packed = LE_GET(head, struct grub_core_head, compressed_size);

	return is_start(head) && packed > 0 && packed < size &&
	       packed < LE_GET(head, struct grub_core_head, uncompressed_size);
}

/*
 * Number of bytes in the core before the compressed ones. The decompressor contains it, in mov
 * edi, 100000h; mov esi, address. 0 if it is not found.
 */
static uint64_t compressed_at(const uint8_t *start, size_t size)
{
	static const uint8_t code[] = { 0xBF, 0, 0, 0x10, 0, 0xBE };
	size_t end = size < 0x4000 ? size : 0x4000;

	for (size_t i = 0; i + sizeof(code) + 4 <= end; i++) {
		uint32_t address = le32(start + i + sizeof(code));

		if (memcmp(start + i, code, sizeof(code)) == 0 &&
		    address > GRUB_CORE_START + i &&
		    address < GRUB_CORE_ADDRESS + GRUB_CORE_MAX)
			return address - GRUB_CORE_START;
	}
	return 0;
}

/* The least size that the headers at the start require. */
static uint64_t expected_size(const uint8_t *start, size_t size)
{
	uint64_t at = compressed_at(start, size);

	if (!at)
		at = LE_GET(start, struct grub_core_head, no_redundancy_length);
	return at + LE_GET(start, struct grub_core_head, compressed_size) +
	       LE_GET(start, struct grub_core_head, redundancy);
}

static enum rj_err cut_short(uint64_t least, size_t size, struct rj_error *err)
{
	return rj_fail(err, RJ_BAD,
		       "cut short: by its own headers core.img has at least %s bytes, "
		       "but there are %zu; "
		       "make it again with grub-mkimage -O i386-pc", RJ_DEC(least), size);
}

enum rj_err grub_core_too_large(uint64_t size, uint32_t most, struct rj_error *err)
{
	return rj_fail(err, RJ_BAD,
		       "%s bytes are more than the %u that GRUB's core.img can have; "
		       "leave out modules", RJ_DEC(size), most);
}

/* Checks a core.img whose code starts at offset `front`. */
static enum rj_err check(const uint8_t *core, size_t size, size_t front, uint64_t by_list,
			 struct rj_error *err)
{
	const uint8_t *start = core + front;
	uint64_t expected;

	if (size < front + sizeof(struct grub_core_head))
		return cut_short(by_list, size, err);
	if (start[0] != FAR_JUMP)
		return rj_fail(err, RJ_BAD,
			       "core.img does not start with a far jump "
			       "in its second sector %s; "
			       "make it again with grub-mkimage -O i386-pc",
			       RJ_FOUND(front, FAR_JUMP, start[0]));
	expected = front + expected_size(start, size - front);
	if (expected < by_list)
		expected = by_list;
	if (size < expected)
		return cut_short(expected, size, err);
	return RJ_OK;
}

enum rj_err grub_core_check(const uint8_t *core, size_t size, struct rj_error *err)
{
	uint64_t sectors;

	if (size > GRUB_CORE_MAX)
		return grub_core_too_large(size, GRUB_CORE_MAX, err);
	if (size < GRUB_SECTOR)
		return cut_short(GRUB_SECTOR + sizeof(struct grub_core_head), size, err);
	sectors = count_sectors(core);
	if (!sectors)
		return rj_fail(err, RJ_BAD,
			       "diskboot.img's block list is damaged; "
			       "make it again with grub-mkimage -O i386-pc");
	return check(core, size, GRUB_SECTOR, GRUB_SECTOR * sectors + 1, err);
}

enum rj_err grub_bare_core_check(const uint8_t *core, size_t size, struct rj_error *err)
{
	if (size > GRUB_CORE_MAX - GRUB_SECTOR)
		return grub_core_too_large(size, GRUB_CORE_MAX - GRUB_SECTOR, err);
	return check(core, size, 0, sizeof(struct grub_core_head), err);
}
