/* SPDX-License-Identifier: MIT */
/*
 * The stub's words, on VGA text or a framebuffer and a 16550. Nothing is touched
 * before the first.
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

/* What VGA text would not show is drawn there too. */
void console_framebuffer(const struct framebuffer *fb);

/* A line, behind "rjpack: ". %s a string, %x eight hexadecimal digits, %u decimal. */
void print(const char *format, ...);
void vprint(const char *format, va_list args);

#endif
