/* SPDX-License-Identifier: MIT */
#ifndef RJ_LZMA_H
#define RJ_LZMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Unpacks a raw LZMA stream of size bytes, with lc = 2, lp = 0, pb = 0 and an end marker, as
 * iPXE's zbin makes it, to at most room bytes. *got is the number of bytes written, also on
 * failure. False if the stream is damaged, cut short, or larger than the room.
 */
bool rj_lzma_unpack(const uint8_t *from, size_t size, uint8_t *to, size_t room, size_t *got);

#endif
