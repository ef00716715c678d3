/* SPDX-License-Identifier: MIT */
/* struct rj_services in the file, whose numbers are little-endian. */
#ifndef RJ_FORMATS_SERVICES_BLOCK_H
#define RJ_FORMATS_SERVICES_BLOCK_H

#include <stdint.h>

#include "abi/services.h"

/* Writes the block's sizeof(struct rj_services) bytes. */
void rj_services_store(const struct rj_services *block, uint8_t *to);

/* Reads as many; no number is checked. */
void rj_services_load(struct rj_services *block, const uint8_t *from);

#endif
