/* SPDX-License-Identifier: MIT */
/* ACPI specification 6.4, 5.2.9: the FADT; 4.8.3.6: the reset register; table 5.1: addresses. */
#include "survey/reset_register.h"

#include <stdbool.h>

#include "hardware/acpi.h"
#include "hardware/io.h"

#define FADT_FLAGS       112u
#define FLAG_RESET       0x400u         /* RESET_REG_SUP */
#define FADT_RESET_SPACE 116u           /* a Generic Address Structure: the address space, */
#define FADT_RESET_ADDRESS 120u         /* and the address, 64 bits */
#define FADT_RESET_VALUE 128u
#define FADT_SIZE_2      132u           /* in ACPI 2.0 */
#define SPACE_IO         1
#define SPACE_CONFIG     2              /* on bus 0: device, function, offset, 16 bits each */

#define CONFIG_DATA      0xCFC
#define CONFIG_ENABLE    0x80000000u

/* A register in memory is left out, since the resident code could not reach it. */
struct rj_reset reset_register(uint32_t fadt)
{
	uint32_t low, high;
	struct rj_reset reset = { 0 };
	uint8_t space;

	if (!fadt || acpi_end(fadt) < fadt + FADT_SIZE_2
	    || !(read32(fadt + FADT_FLAGS) & FLAG_RESET))
		return reset;
	space = read8(fadt + FADT_RESET_SPACE);
	low = read32(fadt + FADT_RESET_ADDRESS);
	high = read32(fadt + FADT_RESET_ADDRESS + 4);
	reset.value = read8(fadt + FADT_RESET_VALUE);
	if (space == SPACE_IO && !high && low <= UINT16_MAX)
		reset.port = (uint16_t)low;
	if (space == SPACE_CONFIG && high <= 0x1F && low >> 16 <= 7 && (low & 0xFFFF) <= 0xFF) {
		reset.is_config = true;
		reset.address = CONFIG_ENABLE | high << 11 | low >> 16 << 8 | (low & 0xFC);
		reset.port = (uint16_t)(CONFIG_DATA + (low & 3));
	}
	return reset;
}
