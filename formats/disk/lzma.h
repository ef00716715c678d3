/* SPDX-License-Identifier: MIT */
#ifndef RJ_LZMA_H
#define RJ_LZMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Unpacks a raw LZMA stream with lc = 2, lp = 0 and pb = 0 and an end marker, as iPXE's zbin
 * makes it, from size bytes into at most room. *got is how many came out, whatever is
 * returned: false if the stream is damaged, cut short, or longer than the room.
 */
bool rj_lzma_unpack(const uint8_t *from, size_t size, uint8_t *to, size_t room, size_t *got);

#endif
