/* SPDX-License-Identifier: MIT */
/* The functions that GCC requires in a freestanding environment (GCC manual, 2.1). */
#include "common/mem.h"

void *memset(void *to, int byte, size_t n)
{
	void *p = to;

	__asm__ volatile("rep stosb" : "+D"(p), "+c"(n) : "a"(byte) : "memory");
	return to;
}

static void copy_up(void *to, const void *from, size_t n)
{
	size_t dwords = n / 4;
	size_t rest = n % 4;

	__asm__ volatile("rep movsl\n\tmov %3, %2\n\trep movsb"
			 : "+D"(to), "+S"(from), "+c"(dwords) : "r"(rest) : "memory");
}

/*
 * To above an overlapping source, the last bytes first, as many at a time as do not overlap: a
 * CPU moves by REP MOVS many bytes at once if DF is clear (Intel 64 and IA-32 Architectures
 * Optimization Reference Manual, 3.7.6).
 */
void *memmove(void *to, const void *from, size_t n)
{
	size_t distance = (size_t)((unsigned char *)to - (const unsigned char *)from);

	for (; n > distance && distance; n -= distance)
		copy_up((unsigned char *)to + n - distance,
			(const unsigned char *)from + n - distance, distance);
	copy_up(to, from, n);
	return to;
}

void *memcpy(void *to, const void *from, size_t n)
{
	return memmove(to, from, n);
}
