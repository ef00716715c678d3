/* SPDX-License-Identifier: MIT */
#ifndef RJ_FAIL_H
#define RJ_FAIL_H

#include <stdbool.h>

/* Whether to halt after a failure. By default, fail reboots when the message could be read. */
void fail_init(bool halt);

/* Prints a message (as print does), then halts or reboots. */
_Noreturn void fail(const char *format, ...);

#endif
