/* SPDX-License-Identifier: MIT */
/*
 * Lists of words, separated by spaces.
 */
#ifndef RJ_WORDS_H
#define RJ_WORDS_H

#include <stdbool.h>

/* Whether word is in words, which may be NULL. */
bool rj_has_word(const char *words, const char *word);

#endif
