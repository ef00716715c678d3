/* SPDX-License-Identifier: MIT */
#ifndef RJ_USB_H
#define RJ_USB_H

#include <stdint.h>

enum usb_owner {
	USB_UNKNOWN,            /* nobody has taken it, or its registers are out of reach */
	USB_FIRMWARE,           /* the BIOS works with it: its disks, keyboards */
	USB_OS                  /* an operating system has taken it, and gave it back to nobody */
};

/* Who works with the USB controller at this PCI address, by its hand-off registers. */
enum usb_owner usb_owner(uint32_t address);

#endif
