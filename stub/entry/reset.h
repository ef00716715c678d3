/* SPDX-License-Identifier: MIT */
#ifndef RJ_RESET_H
#define RJ_RESET_H

#include "abi/bios.h"

/*
 * Resets the machine: by the register, if it is not NULL and there is one; port CF9h; the
 * keyboard controller; a triple fault.
 */
_Noreturn void reset_machine(const struct rj_reset *reset);

#endif
