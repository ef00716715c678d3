/* SPDX-License-Identifier: MIT */
/*
 * ELF-64 Object File Format 1.5, figures 2 and 6. Linux: Documentation/admin-guide/kdump: a
 * PT_LOAD for each range of "System RAM", and one for the kernel's text, whose memory another has.
 */
#include "survey/crash_memory.h"

#include <stdbool.h>

#include "survey/reach.h"

#define ELF_MAGIC 0x464C457Fu
#define PT_LOAD   1u
#define GAP_MAX   0x100000u     /* kexec keeps the header and a copy of base memory, 640 KiB */

struct elf_header {
	uint32_t magic;
	uint8_t ident[12];
	uint16_t type, machine;
	uint32_t version;
	uint64_t entry, segments_at, sections_at;
	uint32_t flags;
	uint16_t size, segment_size, segment_count;
} __attribute__((packed));
_Static_assert(offsetof(struct elf_header, segments_at) == 32, "e_phoff");
_Static_assert(offsetof(struct elf_header, segment_count) == 56, "e_phnum");

struct elf_segment {
	uint32_t type, flags;
	uint64_t offset, virtual, physical, file_size, memory_size, alignment;
};
_Static_assert(offsetof(struct elf_segment, physical) == 24, "p_paddr");
_Static_assert(sizeof(struct elf_segment) == 56, "program header");

/* The gap between two free rows that an address is in; of size 0 if it is too large for kexec's. */
static struct rj_memory gap_at(uint64_t address, const struct rj_memory *rows, uint32_t count)
{
	uint64_t from = 0, end = UINT64_MAX;
	uint32_t below = 0, above = 0;
	bool is_gap;

	for (uint32_t i = 0; i < count; i++) {
		uint64_t after = rows[i].base + rows[i].size;

		if (rows[i].base <= address && after > from) {
			from = after;
			below = rows[i].type;
		} else if (rows[i].base > address && rows[i].base < end) {
			end = rows[i].base;
			above = rows[i].type;
		}
	}
	is_gap = from <= address && below == RJ_MEMORY_FREE && above == RJ_MEMORY_FREE
		&& end - from <= GAP_MAX;
	return (struct rj_memory){ from, is_gap ? end - from : 0, RJ_MEMORY_FREE };
}

uint32_t crash_memory(uint64_t header, struct rj_memory *rows, uint32_t count, uint32_t max)
{
	struct elf_header elf;

	if (!reach(&elf, header, sizeof(elf)) || elf.magic != ELF_MAGIC
	    || elf.segment_size != sizeof(struct elf_segment))
		return count;
	for (uint32_t i = 0; i < elf.segment_count && count < max; i++) {
		struct elf_segment segment;

		if (!reach(&segment, header + elf.segments_at + i * sizeof(segment), sizeof(segment)))
			break;
		if (segment.type == PT_LOAD && segment.memory_size)
			rows[count++] = (struct rj_memory){ segment.physical, segment.memory_size,
							    RJ_MEMORY_FREE };
	}
	if (count < max) {
		rows[count] = gap_at(header, rows, count);
		count += rows[count].size != 0;
	}
	return count;
}
