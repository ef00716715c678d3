/* SPDX-License-Identifier: MIT */
/* Cylinders, heads and sectors as INT 13h counts them, for every disk that it serves. */
#ifndef RJ_GEOMETRY_H
#define RJ_GEOMETRY_H

#include <stdint.h>

/* The limits of INT 13h AH=02h, which has no more bits for them. */
#define GEOMETRY_CYLINDERS_MAX 1024u
#define GEOMETRY_HEADS_MAX     256u
#define GEOMETRY_SECTORS_MAX   63u

/* The number of cylinders for total sectors, including a partial last one: 1 to 1024. */
static inline uint32_t geometry_cylinders(uint64_t total, uint32_t heads, uint32_t sectors)
{
	uint32_t cylinder = heads * sectors;

	if (total >= (uint64_t)GEOMETRY_CYLINDERS_MAX * cylinder)
		return GEOMETRY_CYLINDERS_MAX;
	return total ? ((uint32_t)total + cylinder - 1) / cylinder : 1;
}

/* The heads of BIOSes' "LBA assist" translation, with 63 sectors per track: the fewest of 16,
   32, 64, 128 and 255 that reach the end of the disk. */
static inline uint32_t geometry_heads(uint64_t total)
{
	uint32_t heads = 16;

	while (heads < GEOMETRY_HEADS_MAX
	       && total > (uint64_t)GEOMETRY_CYLINDERS_MAX * heads * GEOMETRY_SECTORS_MAX)
		heads *= 2;
	return heads < GEOMETRY_HEADS_MAX ? heads : GEOMETRY_HEADS_MAX - 1;
}

#endif
