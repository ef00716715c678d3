/* SPDX-License-Identifier: MIT */
#ifndef RJ_USB_H
#define RJ_USB_H

#include <stdint.h>

enum usb_owner {
	USB_UNKNOWN,            /* no owner, or the registers cannot be reached */
	USB_FIRMWARE,           /* the BIOS uses it, for disks and keyboards */
	USB_OS                  /* an operating system took it and did not give it back */
};

/* Who owns the USB controller at this PCI address, according to its hand-off registers. */
enum usb_owner usb_owner(uint32_t address);

#endif
