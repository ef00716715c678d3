/* SPDX-License-Identifier: MIT */
#ifndef RJ_RESET_REGISTER_H
#define RJ_RESET_REGISTER_H

#include <stdint.h>

#include "abi/bios.h"

/* The reset register in a FADT, 0: no FADT. Port 0 if there is none that an OUT reaches. */
struct rj_reset reset_register(uint32_t fadt);

#endif
