/* SPDX-License-Identifier: MIT */
#ifndef RJ_I8042_H
#define RJ_I8042_H

#include <stdbool.h>
#include <stdint.h>

#define I8042_DATA    0x60
#define I8042_COMMAND 0x64      /* read: status */

/* False if there is no controller, or if it does not accept the byte in time. */
bool i8042_command(uint8_t command);
bool i8042_data(uint8_t byte);

/* Whether the repair has found no controller, or no keyboard that answers. */
extern bool i8042_lacks_keyboard;

#endif
