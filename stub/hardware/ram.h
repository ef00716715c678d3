/* SPDX-License-Identifier: MIT */
#ifndef RJ_RAM_H
#define RJ_RAM_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Whether there is memory that keeps what is written to it, from a physical address on: tells
 * bytes that were damaged before they got there from missing or bad RAM. Overwrites it, and up
 * to 3 bytes after it.
 */
bool ram_holds(uint32_t address, uint32_t size);

#endif
