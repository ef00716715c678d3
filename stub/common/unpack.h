/* SPDX-License-Identifier: MIT */
/* What pack.c has packed (packed.h), read without trust. In the stub, unpack.asm does it. */
#ifndef RJ_UNPACK_H
#define RJ_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RJ_PACKED_HEADER 4u             /* bytes in front of the stream: how many it unpacks to */

/* How many bytes it says that it unpacks to; 0: it is shorter than such a number. */
uint32_t rj_unpacked_size(const uint8_t *packed, size_t size);

/*
 * Unpacks to buffer + before; the bytes in front of that may be referred to. room: bytes of
 * the buffer behind them. Returns false if the packed bytes are damaged, or too many.
 */
bool rj_unpack(uint8_t *buffer, size_t before, size_t room, const uint8_t *packed, size_t size);

#endif
