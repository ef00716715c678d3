/* SPDX-License-Identifier: MIT */
/* Unpacks the RAM disk to where it stays. */
#ifndef RJ_RAM_DISK_H
#define RJ_RAM_DISK_H

#include <stdint.h>

#include "abi/install.h"

/* Returns its physical address, or 0 if there is none. Does not return if it is damaged. */
uint32_t ram_disk_place(const struct rj_stub *from, struct rj_services *services);

#endif
