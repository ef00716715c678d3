/* SPDX-License-Identifier: MIT */
#ifndef RJ_FAIL_H
#define RJ_FAIL_H

#include <stdbool.h>

#include "abi/bios.h"

/* Whether to halt after a failure. By default, fail resets the machine when the message could be
   read: reset as in reset.h. */
void fail_init(bool halt, const struct rj_reset *reset);

/* Prints a message (as print does), then halts or reboots. */
_Noreturn void fail(const char *format, ...);

#endif
