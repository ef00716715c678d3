/* SPDX-License-Identifier: MIT */
/*
 * What 16-bit C cannot do: reach the caller's memory and memory beyond 64 KiB, and call
 * drivers. Most of it is in int13_entry.asm; the unit test has its own.
 */
#ifndef RJ_FAR_H
#define RJ_FAR_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/driver.h"

/* Copy from and to the caller's memory, at segment << 16 | offset; bytes: a multiple of 2,
   within the segment. */
void far_read(void *to, uint32_t from, uint32_t bytes);
void far_write(uint32_t to, const void *from, uint32_t bytes);

/* Read and write a byte of the BIOS data area; offset: from 400h. */
uint8_t bda_get(uint32_t offset);
void bda_put(uint32_t offset, uint8_t value);

/* Whether this is virtual-8086 mode, in which copy and call32 do not work. */
bool is_virtual(void);

/* Copies between physical addresses below 4 GiB; bytes: a multiple of 4. */
void copy(uint32_t to, uint32_t from, uint32_t bytes);

/* Copies in virtual-8086 mode, by the monitor's INT 15h AH=87h; false: the monitor refuses. */
bool copy_virtual(uint32_t to, uint32_t from, uint32_t bytes);

/* Calls a driver. */
enum rj_status call32(rj_transfer *function, void *context, const struct rj_request *request);

#endif
