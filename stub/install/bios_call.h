/* SPDX-License-Identifier: MIT */
#ifndef RJ_BIOS_CALL_H
#define RJ_BIOS_CALL_H

#include "int13/bios.h"

/* INT number in real mode. In install.asm. */
void bios_call(struct bios_regs *regs, uint32_t number);

#endif
