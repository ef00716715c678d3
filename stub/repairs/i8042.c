/* SPDX-License-Identifier: MIT */
/*
 * IBM PC/AT Technical Reference, "Keyboard Controller", and IBM PS/2 Hardware
 * Interface Technical Reference, "Keyboard and Auxiliary Device Controller".
 * A machine without a controller reads FFh from both ports. Every wait is limited.
 */
#include "repairs/i8042.h"

#include "hardware/io.h"
#include "repairs/repair.h"

#define OUTPUT_FULL 0x01
#define INPUT_FULL  0x02
#define NOBODY      0xFF
#define PATIENCE    50000u      /* reads of status, about 1 us each; a keyboard may take 20 ms */
#define BUFFERED    64          /* bytes, more than any controller holds */

#define READ_MODE   0x20
#define WRITE_MODE  0x60
#define AUX_OFF     0xA7
#define KEYBOARD_OFF 0xAD
#define KEYBOARD_ON 0xAE
#define MODE_KEYBOARD_IRQ 0x01
#define MODE_AUX_IRQ      0x02
#define MODE_KEYBOARD_OFF 0x10
#define MODE_TRANSLATE    0x40

#define KEYBOARD_SCAN 0xF4      /* to the keyboard itself: send scan codes */
#define TIMED_OUT     0xFE      /* by the controller: nothing is connected */

bool i8042_lacks_keyboard;

static bool send(uint16_t port, uint8_t byte)
{
	for (uint32_t i = 0; i < PATIENCE; i++) {
		uint8_t status = inb(I8042_COMMAND);

		if (status == NOBODY)
			return false;
		if (!(status & INPUT_FULL)) {
			outb(port, byte);
			return true;
		}
	}
	return false;
}

bool i8042_command(uint8_t command)
{
	return send(I8042_COMMAND, command);
}

bool i8042_data(uint8_t byte)
{
	return send(I8042_DATA, byte);
}

/* Returns the next byte, or TIMED_OUT, which no mode is and no keyboard sends here. */
static uint8_t read_byte(void)
{
	for (uint32_t i = 0; i < PATIENCE; i++)
		if (inb(I8042_COMMAND) & OUTPUT_FULL)
			return inb(I8042_DATA);
	return TIMED_OUT;
}

static void drain(void)
{
	for (unsigned i = 0; i < BUFFERED && inb(I8042_COMMAND) & OUTPUT_FULL; i++)
		inb(I8042_DATA);
}

/*
 * Both devices are off while the mode is changed, so that the byte read is the mode. The
 * mouse stays off; INT 15h AX=C200h turns it on. Returns whether a keyboard answers, by its ACK
 * or the code of a key.
 */
static bool turn_on(void)
{
	uint8_t mode;

	if (!i8042_command(KEYBOARD_OFF))
		return false;
	i8042_command(AUX_OFF);
	drain();
	i8042_command(READ_MODE);
	mode = read_byte();
	if (mode == TIMED_OUT)
		return false;
	mode |= MODE_KEYBOARD_IRQ | MODE_TRANSLATE;
	mode &= (uint8_t)~(MODE_KEYBOARD_OFF | MODE_AUX_IRQ);
	i8042_command(WRITE_MODE);
	i8042_data(mode);
	i8042_command(KEYBOARD_ON);
	i8042_data(KEYBOARD_SCAN);
	return read_byte() != TIMED_OUT;
}

void repair_i8042(void)
{
	i8042_lacks_keyboard = !turn_on();
	drain();
}
