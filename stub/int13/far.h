/* SPDX-License-Identifier: MIT */
/*
 * How 16-bit C reaches memory outside its segment; flat.h has the rest of it. The unit test has
 * its own.
 */
#ifndef RJ_FAR_H
#define RJ_FAR_H

#include <stdbool.h>
#include <stdint.h>

#include "int13/flat.h"

/* Copy from and to the caller's memory, at segment << 16 | offset; bytes: a multiple of 2,
   within the segment. */
void far_read(void *to, uint32_t from, uint32_t bytes);
void far_write(uint32_t to, const void *from, uint32_t bytes);

/* Read and write bytes and words of the BIOS data area; offset: from 400h. */
uint8_t bda_get(uint32_t offset);
void bda_put(uint32_t offset, uint8_t value);
uint16_t bda_get16(uint32_t offset);
void bda_put16(uint32_t offset, uint16_t value);

/* Copies in virtual-8086 mode, by the monitor's INT 15h AH=87h; false: the monitor refuses. */
bool copy_virtual(uint32_t to, uint32_t from, uint32_t bytes);

#endif
