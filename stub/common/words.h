/* SPDX-License-Identifier: MIT */
#ifndef RJ_WORDS_H
#define RJ_WORDS_H

#include <stdbool.h>
#include <stdint.h>

/* Whether two words are the same. */
bool equal(const char *a, const char *b);

/* The number of a word among words, or count. */
uint32_t number_of(const char *word, const char *const *words, uint32_t count);

#endif
