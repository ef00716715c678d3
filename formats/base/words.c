/* SPDX-License-Identifier: MIT */
#include "base/words.h"

#include <string.h>

bool rj_has_word(const char *words, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = words; at && *at; at += strspn(at, " ")) {
		size_t here = strcspn(at, " ");

		if (here == length && memcmp(at, word, length) == 0)
			return true;
		at += here;
	}
	return false;
}
