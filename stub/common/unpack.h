/* SPDX-License-Identifier: MIT */
/* Unpacks pack.c's output (packed.h), which may be damaged. The stub uses unpack.asm. */
#ifndef RJ_UNPACK_H
#define RJ_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RJ_PACKED_HEADER 4u             /* bytes of the unpacked size, before the stream */

/* The unpacked size in bytes, as the header states it; 0 if there is no whole header. */
uint32_t rj_unpacked_size(const uint8_t *packed, size_t size);

/*
 * Restores the calls in the stub's home, as unpacked (packed.h). address: where the home runs.
 */
void rj_restore_calls(uint8_t *home, size_t size, uint32_t address);

/*
 * Unpacks to buffer + before; the packed data may refer to the bytes before that. room: the
 * buffer's bytes from there on. Returns false if the packed bytes are damaged, or do not fit.
 */
bool rj_unpack(uint8_t *buffer, size_t before, size_t room, const uint8_t *packed, size_t size);

#endif
