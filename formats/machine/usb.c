/* SPDX-License-Identifier: MIT */
/*
 * Facts about USB, whose controllers Linux takes from the BIOS, and about keyboards.
 */
#include <stdio.h>
#include <string.h>

#include "image/drive_map.h"
#include "machine/pci.h"

#define USB_DEVICES   "/sys/bus/usb/devices"
#define SERIO_DEVICES "/sys/bus/serio/devices"

/* PCI Code and ID Assignment 1.11, 1.13: USB; UHCI, OHCI, EHCI and xHCI are up to 30h */
#define CLASS_USB     0x0C03u
#define XHCI          0x30u
/* USB Class Definition for HID 1.11, 4.1 to 4.3 */
#define HID_CLASS     3
#define HID_KEYBOARD  1

static bool look_at_function(void *context, const char *name)
{
	struct rj_machine *machine = context;
	struct rj_machine_usb *usb = &machine->usb;
	struct rj_machine_controller *controller = &usb->controllers[usb->count];
	char path[PATH_MAX], device[PATH_MAX];

	if (snprintf(path, sizeof(path), RJ_PCI_DEVICES "/%s", name) < PATH_MAX &&
	    rj_root_resolve(&machine->root, path, device) &&
	    rj_pci_function(&machine->root, device, controller) &&
	    controller->class >> 8 == CLASS_USB && (controller->class & 0xFF) <= XHCI)
		usb->count++;
	return usb->count < RJ_MACHINE_USB;
}

static bool look_at_interface(void *context, const char *name)
{
	struct rj_machine *machine = context;
	struct rj_machine_controller controller = { 0 };
	char path[PATH_MAX], device[PATH_MAX];
	uint64_t class, protocol;

	if (snprintf(path, sizeof(path), USB_DEVICES "/%s", name) >= PATH_MAX ||
	    !rj_root_resolve(&machine->root, path, device) ||
	    !rj_pci_number(&machine->root, device, "bInterfaceClass", 16, &class) ||
	    !rj_pci_number(&machine->root, device, "bInterfaceProtocol", 16, &protocol) ||
	    class != HID_CLASS || protocol != HID_KEYBOARD)
		return true;
	machine->usb.keyboards++;
	if (rj_pci_above(&machine->root, device, &controller) &&
	    rj_machine_int13(&controller) == RJ_INT13_usb)
		machine->usb.served_keyboards++;
	return true;
}

/* atkbd binds only to ports with a keyboard. */
static bool look_at_port(void *context, const char *name)
{
	struct rj_machine *machine = context;
	char path[PATH_MAX], driver[RJ_MACHINE_NAME] = "";

	if (snprintf(path, sizeof(path), SERIO_DEVICES "/%s", name) < PATH_MAX)
		rj_pci_driver(&machine->root, path, driver);
	machine->usb.other_keyboard = machine->usb.other_keyboard || strcmp(driver, "atkbd") == 0;
	return true;
}

/*
 * In /usb2/2-1/2-1.3/2-1.3:1.0/host6/target6:0:0/6:0:0:0/ the last name with a bus and ports
 * alone is the device's, and the last number is the LUN.
 */
bool rj_machine_usb_unit(const char *path, uint32_t *unit)
{
	char ports[32] = "", lun[4] = "", text[64];

	for (const char *at = strchr(path, '/'); at; at = strchr(at + 1, '/')) {
		char name[32], end;

		if (sscanf(at, "/%*[0-9]-%31[0-9.]%c", name, &end) == 2 && end == '/')
			strcpy(ports, name);
		else if (sscanf(at, "/%*[0-9]:%*[0-9]:%*[0-9]:%3[0-9]%c", name, &end) == 2 && end == '/')
			strcpy(lun, name);
	}
	snprintf(text, sizeof(text), "%s/lun%s", ports, lun);
	return rj_usb_unit(text, unit);
}

void rj_machine_usb(struct rj_machine *machine)
{
	rj_root_names(&machine->root, RJ_PCI_DEVICES, look_at_function, machine);
	rj_root_names(&machine->root, USB_DEVICES, look_at_interface, machine);
	rj_root_names(&machine->root, SERIO_DEVICES, look_at_port, machine);
}
