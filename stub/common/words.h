/* SPDX-License-Identifier: MIT */
#ifndef RJ_WORDS_H
#define RJ_WORDS_H

#include <stdbool.h>
#include <stdint.h>

/* Whether two words are the same. */
bool equal(const char *a, const char *b);

/* The number of a word among words, or count. */
uint32_t number_of(const char *word, const char *const *words, uint32_t count);

/* Writes this number of hexadecimal digits of a value, without a NUL. */
static inline void words_put_hex(char *text, uint32_t value, uint32_t digits)
{
	while (digits--) {
		text[digits] = "0123456789ABCDEF"[value & 0xF];
		value >>= 4;
	}
}

/* Writes a PCI function, bus << 8 | device << 3 | function, over the digits of "00:00.0". */
static inline void words_put_pci(char *text, uint32_t pci)
{
	words_put_hex(text, pci >> 8, 2);
	words_put_hex(text + 3, pci >> 3 & 0x1F, 2);
	words_put_hex(text + 6, pci & 7, 1);
}

#endif
