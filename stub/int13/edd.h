/* SPDX-License-Identifier: MIT */
#ifndef RJ_EDD_H
#define RJ_EDD_H

#include "int13/int13.h"

#define EDD_PATH_KEY 0xBEDD    /* the table has a device path */

/*
 * The result of INT 13h AH=48h. edd_fill fills in as much as the EDD version of a table with
 * room bytes has, and returns how many bytes are valid; 0: room is too small for any version.
 */
struct edd_parameters {
	uint16_t size;
	uint16_t flags;
	uint32_t cylinders, heads, sectors_per_track;
	uint64_t sectors;
	uint16_t sector_size;
	uint32_t table;         /* segment << 16 | offset */
	uint16_t path_key;
	uint8_t path_size, zero;
	uint16_t zero2;
	char bus[4];
	char interface[8];
	uint8_t bus_number, device, function, zero3[5];
	uint64_t device_path[2];/* EDD 3.0 has only the first, then the fields that follow */
	uint8_t zero4;
	uint8_t path_sum;
} __attribute__((packed));

uint32_t edd_fill(struct edd_parameters *table, const struct rj_unit *unit, uint32_t room);

#endif
