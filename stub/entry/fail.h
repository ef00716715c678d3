/* SPDX-License-Identifier: MIT */
#ifndef RJ_FAIL_H
#define RJ_FAIL_H

#include <stdbool.h>

/* Whether to halt after a failure, or to reboot once it could be read (the default). */
void fail_init(bool halt);

/* Prints why (as print does), then halts or reboots. */
_Noreturn void fail(const char *format, ...);

#endif
