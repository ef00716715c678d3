/* SPDX-License-Identifier: MIT */
/*
 * What the 16-bit C of INT 13h has no words for: memory of the caller's, memory
 * beyond 64 KiB, drivers. Most of it is in int13_entry.asm; a unit test has its own.
 */
#ifndef RJ_FAR_H
#define RJ_FAR_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/driver.h"

/* To and from the caller's memory, at segment << 16 | offset; bytes: a multiple of 2,
   all in the segment. */
void far_read(void *to, uint32_t from, uint32_t bytes);
void far_write(uint32_t to, const void *from, uint32_t bytes);

/* A byte of the BIOS data area, at an offset from 400h. */
uint8_t bda_get(uint32_t offset);
void bda_put(uint32_t offset, uint8_t value);

/* Whether this is virtual-8086 mode, in which neither copy nor call32 can work. */
bool is_virtual(void);

/* Physical addresses below 4 GiB; bytes: a multiple of 4. */
void copy(uint32_t to, uint32_t from, uint32_t bytes);

/* The same in virtual-8086 mode, by the monitor's INT 15h AH=87h; false: it refuses. */
bool copy_virtual(uint32_t to, uint32_t from, uint32_t bytes);

/* Calls a driver. */
enum rj_status call32(rj_transfer *function, void *context, const struct rj_request *request);

#endif
