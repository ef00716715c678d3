/* SPDX-License-Identifier: MIT */
/* How devices are found, addressed and opened. All of this runs once. */
#ifndef RJ_USB_DEVICE_H
#define RJ_USB_DEVICE_H

#include "drivers/xhci.h"

#define USB_DESCRIPTORS 1024u           /* bytes of a configuration that are read */
#define USB_SCRATCH     4096u

/* A controller that has been started, and what is only needed to find its devices. */
struct usb_bus {
	struct xhci *controller;
	const struct rj_host *host;
	uint8_t *descriptors;           /* USB_DESCRIPTORS bytes, for the device at hand */
	uint8_t *scratch;               /* USB_SCRATCH bytes, for short answers and a sector */
	struct usb_keyboards *keyboards;        /* NULL: none yet */
	bool is_used;                   /* a device is served */
	char id[sizeof("VVVV:PPPP")];   /* of usb_id */
	uint32_t ports;                 /* root ports */
	uint8_t protocol[256];          /* of root ports: 2 or 3; 0: unknown */
	uint8_t number[256];            /* as counted among those of that protocol */
};

struct usb_device {
	struct usb_bus *bus;
	struct xhci_pipe *control;      /* endpoint 0 */
	uint32_t slot;
	uint32_t speed;                 /* USB_FULL and so on */
	uint32_t root_port;             /* of PORTSC */
	uint32_t route;                 /* 8.9 of USB 3.2: hubs' ports, 4 bits each */
	uint32_t tier;                  /* hubs on the way */
	uint32_t tt_slot, tt_port;      /* the high-speed hub that translates; 0: none */
	uint16_t vendor, product;
};

/* A device's number for struct rj_disk, without the logical unit. */
static inline uint32_t usb_unit(const struct usb_device *device)
{
	return RJ_USB_UNIT(device->bus->number[device->root_port], device->route, 0u);
}

/* Resets and starts the controller, and fills in bus. Returns false on failure. */
bool xhci_start(uint32_t pci, const struct rj_host *host, struct usb_bus *bus);

/* Stops a controller that serves nothing, or has not started; c may be NULL. */
void xhci_stop(const struct xhci *c);

/* Whether the controller is as the firmware left it; for struct rj_driver. */
bool xhci_is_firmwares(uint32_t pci, const struct rj_host *host);

/* 4.3.3, 4.3.4: gives the device a slot and an address; sets slot and control. */
bool xhci_address(struct usb_device *device);

/* Takes the slot back. */
void xhci_forget(const struct usb_device *device);

/* 4.8.2.1: the packet size of a full-speed device's endpoint 0, once it is known. */
bool xhci_set_packet(const struct usb_device *device, uint32_t packet);

/* 4.3.5: opens an endpoint that is not endpoint 0. Returns NULL on failure. */
struct xhci_pipe *xhci_open(const struct usb_device *device,
			    const struct usb_endpoint_descriptor *endpoint);

/* 4.3.5, 6.2.2: the device is a hub. think_time: as in its descriptor. */
bool xhci_set_hub(const struct usb_device *device, uint32_t ports, uint32_t think_time);

/* Finds all devices and serves those that it can. */
void usb_find(struct usb_bus *bus);

/* Its vendor and product, as VVVV:PPPP; valid until the next call. */
const char *usb_id(const struct usb_device *device);

/* Reads an addressed device's descriptors, and serves its disks and keyboards. */
enum usb_found { USB_FAILED, USB_NOTHING, USB_SERVED, USB_IS_HUB };
enum usb_found usb_serve(struct usb_device *device);

/* Sends a request with no data, or with request->length bytes. */
static inline bool usb_request(const struct usb_device *device, struct usb_request request,
			       void *data)
{
	return xhci_request(device->control, &request, data);
}

/* Serves the disks of an interface; returns whether there are any. */
bool usb_disk_found(const struct usb_device *device, uint32_t interface, struct xhci_pipe *in,
		    struct xhci_pipe *out);

/* Serves a keyboard; returns false if that fails. */
bool usb_keyboard_found(const struct usb_device *device, uint32_t interface,
			struct xhci_pipe *in);

#endif
