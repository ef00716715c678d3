/* SPDX-License-Identifier: MIT */
/* The screen as a terminal on the serial port shows it. */
#ifndef RJ_BIOS_SERIAL_H
#define RJ_BIOS_SERIAL_H

#include <stdint.h>

/* Shows a character of code page 437 in a cell; the terminal's cursor is right of it then. */
void terminal_put(uint32_t row, uint32_t column, uint8_t character, uint8_t attribute);

/*
 * CR, LF, BS or BEL at the cursor's position, as the terminal does it: sent as it is, so that
 * a log of the output has lines. blank: the attribute of a line that scrolls in.
 */
void terminal_control(uint32_t row, uint32_t column, uint8_t character, uint8_t blank);

/* Clears the whole screen. */
void terminal_clear(uint8_t attribute);

/* Moves the terminal's cursor, before a wait for a key. */
void terminal_cursor(uint32_t row, uint32_t column);

/* What a key of code page 437 or ASCII is called on a US keyboard; 0: no such key. */
uint16_t key_for(uint8_t character);

#endif
