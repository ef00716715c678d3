/* SPDX-License-Identifier: MIT */
/* ACPI 6.3, 15.1: INT 15h AX=E820h. RBIL: AX=E801h and AH=88h, for older machines. */
#include "install/memory.h"

#include "abi/layout.h"
#include "common/mem.h"
#include "common/units.h"
#include "hardware/paging.h"

#define SMAP      0x534D4150u
#define ARENA     0x10000u      /* bytes reserved at a time for small allocations */
#define CALLS_MAX 1024u         /* of AX=E820h, in case the firmware never ends the map */

static struct rj_memory map[RJ_MAX_MEMORY];
static uint32_t count, left_out;
static const struct rj_stub *stub;
static uint32_t arena, arena_end;
static struct rj_piece work;     /* an address and a size that are used like a piece */

/* Some firmware reports one range as many. */
static void add(uint64_t base, uint64_t size, uint32_t type)
{
	struct rj_memory *last = count ? &map[count - 1] : NULL;

	if (last && last->type == type && last->base + last->size == base)
		last->size += size;
	else if (size && count < RJ_MAX_MEMORY)
		map[count++] = (struct rj_memory){ base, size, type };
	else if (size)
		left_out++;
}

static void ask_e820(void)
{
	static struct rj_memory entry;
	struct bios_regs r = { .es = segment_of(&entry), .edi = offset_of(&entry) };

	for (uint32_t calls = 0; calls < CALLS_MAX; calls++) {
		r.eax = 0xE820;
		r.ecx = sizeof(entry);
		r.edx = SMAP;
		stub->bios_call(&r, 0x15);
		if (r.carry || r.eax != SMAP)
			break;
		add(entry.base, entry.size, entry.type);
		if (!r.ebx)
			break;
	}
}

/* Older firmware reports base memory, and one or two ranges above 1 MiB. */
static void ask_e801(uint32_t base_memory)
{
	struct bios_regs r = { .eax = 0xE801 };

	add(0, base_memory, RJ_MEMORY_FREE);
	stub->bios_call(&r, 0x15);
	if (!r.carry && (r.eax & 0xFFFF || r.ecx & 0xFFFF)) {
		uint32_t kib = r.eax & 0xFFFF ? r.eax : r.ecx;
		uint32_t blocks = r.eax & 0xFFFF ? r.ebx : r.edx;

		add(HIGH_MEMORY, (kib & 0xFFFF) * KIB, RJ_MEMORY_FREE);
		add(E801_START, (uint64_t)(blocks & 0xFFFF) * E801_BLOCK, RJ_MEMORY_FREE);
		return;
	}
	r = (struct bios_regs){ .eax = 0x8800 };
	stub->bios_call(&r, 0x15);
	if (!r.carry)
		add(HIGH_MEMORY, (r.eax & 0xFFFF) * KIB, RJ_MEMORY_FREE);
}

void *paging_memory(uint32_t size)
{
	return memory_alloc(size, PAGE);
}

uint32_t memory_init(const struct rj_stub *from, uint32_t base_memory, bool from_loader)
{
	stub = from;
	if (from_loader) {
		count = stub->memory_count;
		memcpy(map, stub->memory, count * sizeof(*map));
		return 0;
	}
	ask_e820();
	if (!count)
		ask_e801(base_memory);
	return left_out;
}

bool memory_is_free(uint64_t address)
{
	bool is_free = false;

	if (address < HIGH_MEMORY)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		if (address < map[i].base || address - map[i].base >= map[i].size)
			continue;
		if (map[i].type != RJ_MEMORY_FREE)
			return false;
		is_free = true;
	}
	return is_free;
}

uint32_t memory_free_end(uint32_t address)
{
	for (uint32_t i = 0; i < count; i++)
		if (map[i].type == RJ_MEMORY_FREE && map[i].base <= address
		    && map[i].base + map[i].size > address
		    && map[i].base + map[i].size <= VIDEO_MEMORY)
			return (uint32_t)(map[i].base + map[i].size);
	return address;
}

static bool overlaps(const struct rj_piece *p, uint32_t base, uint32_t size)
{
	return p->address < base + size && base < p->address + p->size;
}

/* A piece that overlaps the range, or NULL. */
static const struct rj_piece *piece_in(uint32_t base, uint32_t size)
{
	const struct rj_piece *p = (const void *)(stub->manifest + 1);

	for (uint32_t i = 0; i < stub->manifest->piece_count; i++, p++)
		if (overlaps(p, base, size))
			return p;
	return overlaps(&work, base, size) ? &work : NULL;
}

/* The highest address in this range for size bytes that overlap no piece, or 0. */
static uint32_t place_in(const struct rj_memory *range, uint32_t size, uint32_t alignment)
{
	uint64_t start = range->base, end = range->base + range->size;

	if (start < HIGH_MEMORY)
		start = HIGH_MEMORY;
	if (end > FOUR_GIB - PAGE)
		end = FOUR_GIB - PAGE;
	while (end >= start + size) {
		uint32_t base = (uint32_t)(end - size) & -alignment;
		const struct rj_piece *piece;

		if (base < start)
			break;
		piece = piece_in(base, size);
		if (!piece)
			return base;
		end = piece->address;
	}
	return 0;
}

void *memory_work(uint32_t size)
{
	work.address = HIGH_MEMORY;
	for (uint32_t at = HIGH_MEMORY; work.size < size && at < (uint32_t)-PAGE; at += PAGE) {
		if (!memory_is_free(at) || !memory_is_free(at + PAGE - 1) || piece_in(at, PAGE))
			work.address = at + PAGE;
		work.size = at + PAGE - work.address;
	}
	return work.size == size ? (void *)work.address : NULL;
}

static void insert(uint32_t at, uint64_t base, uint64_t size, uint32_t type)
{
	if (count == RJ_MAX_MEMORY || !size)
		return;
	memmove(&map[at + 1], &map[at], (count - at) * sizeof(map[0]));
	map[at] = (struct rj_memory){ base, size, type };
	count++;
}

/* Reserves base to base + size in map[at]; merges it with a reserved row that follows. */
static void split(uint32_t at, uint64_t base, uint64_t size)
{
	uint64_t end = map[at].base + map[at].size, rest = end - (base + size);

	map[at].size = base - map[at].base;
	if (!rest && at + 1 < count && map[at + 1].base == end
	    && map[at + 1].type == RJ_MEMORY_RESERVED) {
		map[at + 1].base = base;
		map[at + 1].size += size;
		return;
	}
	insert(at + 1, base + size, rest, RJ_MEMORY_FREE);
	insert(at + 1, base, size, RJ_MEMORY_RESERVED);
}

static uint32_t whole_pages(uint32_t size)
{
	return (size + PAGE - 1) & -PAGE;
}

/* The highest address for size bytes, or 0, and its row in the map. */
static uint32_t find(uint32_t size, uint32_t alignment, uint32_t *row)
{
	uint32_t best = 0;

	for (uint32_t i = 0; i < count && count + 2 <= RJ_MAX_MEMORY; i++) {
		uint32_t base = map[i].type == RJ_MEMORY_FREE ? place_in(&map[i], size, alignment) : 0;

		if (base > best) {
			best = base;
			*row = i;
		}
	}
	return best;
}

uint32_t memory_find(uint32_t size)
{
	uint32_t row;

	return find(whole_pages(size), PAGE, &row);
}

static uint32_t reserve(uint32_t size, uint32_t alignment)
{
	uint32_t row = 0, at;

	size = whole_pages(size);
	at = find(size, alignment, &row);
	if (at)
		split(row, at, size);
	return at;
}

uint32_t memory_reserve(uint32_t size)
{
	return reserve(size, PAGE);
}

void *memory_alloc(uint32_t size, uint32_t alignment)
{
	uint32_t address = (arena_end - size) & -alignment;

	if (arena_end - arena < size || address < arena) {
		uint32_t wanted = size > ARENA ? whole_pages(size) : ARENA;

		arena = reserve(wanted, alignment > PAGE ? alignment : PAGE);
		if (!arena) {
			arena_end = 0;
			return NULL;
		}
		arena_end = arena + wanted;
		address = (arena_end - size) & -alignment;
	}
	arena_end = address;
	return memset((void *)address, 0, size);
}

const struct rj_memory *memory_map(uint32_t *rows)
{
	*rows = count;
	return map;
}

void memory_lower(uint32_t end)
{
	for (uint32_t i = 0; i < count; i++)
		if (map[i].type == RJ_MEMORY_FREE && map[i].base < end
		    && map[i].base + map[i].size > end
		    && map[i].base + map[i].size <= HIGH_MEMORY) {
			split(i, end, map[i].base + map[i].size - end);
			return;
		}
}
