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

enum rj_err rj_none_of(const char *word, const char *words, struct rj_error *err)
{
	return rj_fail(err, RJ_USAGE, "\"%s\" is none of these: %s", word, words);
}
