/* SPDX-License-Identifier: MIT */
/*
 * Prints the stub's messages in VGA text mode or on a framebuffer, and on a 16550. No device
 * is touched before the first message.
 */
#ifndef RJ_CONSOLE_H
#define RJ_CONSOLE_H

#include <stdarg.h>
#include <stdint.h>

#include "hardware/framebuffer.h"

/*
 * flags: RJ_CONSOLE_*. port: I/O address of the UART. divisor: 115200 / baud,
 * at least 1.
 */
void console_init(uint32_t flags, uint16_t port, uint16_t divisor);

/* Messages for VGA are also drawn on this framebuffer, since text memory may not be visible. */
void console_framebuffer(const struct framebuffer *fb);

/* Prints "rjpack: " and a line. %s is a string, %x eight hexadecimal digits, %u decimal. */
void print(const char *format, ...);
void vprint(const char *format, va_list args);

#endif
