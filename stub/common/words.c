/* SPDX-License-Identifier: MIT */
#include "common/words.h"

bool equal(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

uint32_t number_of(const char *word, const char *const *words, uint32_t count)
{
	uint32_t i = 0;

	while (i < count && !equal(word, words[i]))
		i++;
	return i;
}
