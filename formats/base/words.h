/* SPDX-License-Identifier: MIT */
/*
 * Words with spaces between.
 */
#ifndef RJ_WORDS_H
#define RJ_WORDS_H

#include <stdbool.h>

/* Whether word is one of words, which may be NULL. */
bool rj_has_word(const char *words, const char *word);

#endif
