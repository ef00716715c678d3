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

/* From the last byte down, for a destination above an overlapping source. */
static void copy_down(void *to, const void *from, size_t n)
{
	unsigned char *d = (unsigned char *)to + n - 1;
	const unsigned char *s = (const unsigned char *)from + n - 1;
	size_t rest = n % 4;
	size_t dwords = n / 4;

	__asm__ volatile("std\n\trep movsb\n\tsub $3, %0\n\tsub $3, %1\n\t"
			 "mov %3, %2\n\trep movsl\n\tcld"
			 : "+D"(d), "+S"(s), "+c"(rest) : "r"(dwords) : "memory", "cc");
}

void *memmove(void *to, const void *from, size_t n)
{
	if ((size_t)((unsigned char *)to - (const unsigned char *)from) >= n)
		copy_up(to, from, n);
	else
		copy_down(to, from, n);
	return to;
}

void *memcpy(void *to, const void *from, size_t n)
{
	return memmove(to, from, n);
}
