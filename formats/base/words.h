/* SPDX-License-Identifier: MIT */
/*
 * Lists of words, separated by spaces.
 */
#ifndef RJ_WORDS_H
#define RJ_WORDS_H

#include <stdbool.h>

#include "base/error.h"

/* Whether word is in words, which may be NULL. */
bool rj_has_word(const char *words, const char *word);

/* Sets the error for a word that is not one of them. */
enum rj_err rj_none_of(const char *word, const char *words, struct rj_error *err);

#endif
