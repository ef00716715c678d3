/* SPDX-License-Identifier: MIT */
#include "hardware/console.h"

#include <stdbool.h>

#include "abi/manifest.h"
#include "common/mem.h"
#include "hardware/io.h"

/* Text page 0 in modes 2 and 3 (IBM VGA Technical Reference). */
#define VGA_TEXT    0xB8000u
#define VGA_COLUMNS 80u
#define VGA_ROWS    25u
#define VGA_BLANK   0x0720u

/* 16550D datasheet (TI SLLS597 / NS PC16550D), registers by offset. */
#define UART_THR 0      /* with DLAB the divisor's low byte */
#define UART_IER 1      /* with DLAB the divisor's high byte */
#define UART_LCR 3
#define UART_MCR 4
#define UART_LSR 5
#define LCR_8N1   0x03
#define LCR_DLAB  0x80
#define MCR_DTR_RTS 0x03
#define LSR_THRE  0x20
#define UART_PATIENCE 100000u   /* reads of LSR: a character takes 1 ms at 9600 */

static uint32_t console_flags;
static uint16_t uart, uart_divisor;
static unsigned vga_column;
static bool uart_ready;
static struct framebuffer screen;

void console_init(uint32_t flags, uint16_t port, uint16_t divisor)
{
	console_flags = flags;
	uart = port;
	uart_divisor = divisor;
	uart_ready = false;
}

void console_framebuffer(const struct framebuffer *fb)
{
	screen = *fb;
}

/* The UART may have any settings, or never have been set up. */
static void uart_init(void)
{
	outb(uart + UART_IER, 0);
	outb(uart + UART_LCR, LCR_DLAB | LCR_8N1);
	outb(uart + UART_THR, (uint8_t)uart_divisor);
	outb(uart + UART_IER, (uint8_t)(uart_divisor >> 8));
	outb(uart + UART_LCR, LCR_8N1);
	outb(uart + UART_MCR, MCR_DTR_RTS);
	uart_ready = true;
}

static void uart_put(char c)
{
	if (!uart_ready)
		uart_init();
	for (unsigned i = 0; i < UART_PATIENCE && !(inb(uart + UART_LSR) & LSR_THRE); i++)
		;
	outb(uart + UART_THR, (uint8_t)c);
}

static void vga_scroll(void)
{
	uint16_t *last = (uint16_t *)VGA_TEXT + VGA_COLUMNS * (VGA_ROWS - 1);

	memmove((void *)VGA_TEXT, (const void *)(VGA_TEXT + 2 * VGA_COLUMNS),
		2 * VGA_COLUMNS * (VGA_ROWS - 1));
	for (unsigned i = 0; i < VGA_COLUMNS; i++)
		last[i] = VGA_BLANK;
	vga_column = 0;
}

static void vga_put(char c)
{
	if (c == '\n' || vga_column == VGA_COLUMNS) {
		vga_scroll();
		return;
	}
	write8(VGA_TEXT + 2 * (VGA_COLUMNS * (VGA_ROWS - 1) + vga_column++), (uint8_t)c);
}

static void put(char c)
{
	if (console_flags & RJ_CONSOLE_SERIAL) {
		if (c == '\n')
			uart_put('\r');
		uart_put(c);
	}
	if (console_flags & RJ_CONSOLE_VGA) {
		vga_put(c);
		if (screen.bytes)
			framebuffer_put(&screen, c);
	}
}

static void put_string(const char *s)
{
	while (*s)
		put(*s++);
}

static void put_number(uint32_t value, uint32_t base, unsigned digits)
{
	char text[10];
	unsigned n = 0;

	do {
		text[n++] = "0123456789ABCDEF"[value % base];
		value /= base;
	} while (value || n < digits);
	while (n)
		put(text[--n]);
}

void vprint(const char *format, va_list args)
{
	put_string("rjpack: ");
	for (; *format; format++) {
		if (*format != '%')
			put(*format);
		else if (*++format == 's')
			put_string(va_arg(args, const char *));
		else if (*format == 'x')
			put_number(va_arg(args, uint32_t), 16, 8);
		else
			put_number(va_arg(args, uint32_t), 10, 1);
	}
	put('\n');
}

void print(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprint(format, args);
	va_end(args);
}
