/* SPDX-License-Identifier: MIT */
/* USB disks and keyboards at xHCI controllers. USB 2.0, 9.4 and 9.6: requests, descriptors. */
#include "drivers/usb_device.h"

#include "common/mem.h"

#define FIRST_BYTES 8u                  /* of a device descriptor, up to packet: 5.5.3 */

INIT const char *usb_id(const struct usb_device *device)
{
	char *text = device->bus->id;
	uint32_t id = (uint32_t)device->vendor << 16 | device->product;

	for (uint32_t i = 0; i < 8; i++, id <<= 4) {
		uint32_t digit = id >> 28;

		text[i + (i >= 4)] = (char)(digit < 10 ? '0' + digit : 'A' - 10 + digit);
	}
	text[4] = ':';
	return text;
}

static INIT bool read_descriptor(const struct usb_device *device, uint32_t type, uint32_t bytes)
{
	return usb_request(device, (struct usb_request){
		.type = USB_IN, .request = USB_GET_DESCRIPTOR, .value = (uint16_t)(type << 8),
		.length = (uint16_t)bytes }, device->bus->descriptors);
}

/* Returns whether the device is a hub in *is_hub, and false if it does not answer. */
static INIT bool read_device(struct usb_device *device, bool *is_hub)
{
	const struct usb_device_descriptor *d = (const void *)device->bus->descriptors;

	if (!read_descriptor(device, USB_DEVICE, FIRST_BYTES))
		return false;
	if (device->speed == USB_FULL && d->packet != device->control->packet
	    && !xhci_set_packet(device, d->packet))
		return false;
	if (!read_descriptor(device, USB_DEVICE, sizeof(*d)))
		return false;
	device->vendor = d->vendor;
	device->product = d->product;
	*is_hub = d->class == USB_CLASS_HUB;
	return true;
}

/* Reads the first configuration and sets it. Returns how many bytes of it there are, or 0. */
static INIT uint32_t configure(const struct usb_device *device)
{
	const struct usb_configuration_descriptor *d = (const void *)device->bus->descriptors;
	uint32_t bytes;

	memset(device->bus->descriptors, 0, USB_DESCRIPTORS);
	if (!read_descriptor(device, USB_CONFIGURATION, sizeof(*d)))
		return 0;
	bytes = d->total < USB_DESCRIPTORS ? d->total : USB_DESCRIPTORS;
	if (!read_descriptor(device, USB_CONFIGURATION, bytes))
		return 0;
	if (!usb_request(device, (struct usb_request){
			.request = USB_SET_CONFIGURATION, .value = d->value }, NULL))
		return 0;
	return bytes;
}

/* The next descriptor of this type up to end, and before one of the type `before`; or NULL. */
static INIT const void *next(const uint8_t *at, const uint8_t *end, uint8_t type, uint8_t before)
{
	for (at += at[0]; end - at >= 2 && at[0] >= 2 && at + at[0] <= end; at += at[0]) {
		if (at[1] == type)
			return at;
		if (at[1] == before)
			return NULL;
	}
	return NULL;
}

/* Opens the interface's first endpoint of this kind and direction; NULL: there is none. */
static INIT struct xhci_pipe *open_first(const struct usb_device *device, const uint8_t *interface,
					 const uint8_t *end, uint8_t attributes, uint8_t direction)
{
	const struct usb_endpoint_descriptor *e = (const void *)interface;

	while ((e = next((const uint8_t *)e, end, USB_ENDPOINT, USB_INTERFACE)) != NULL)
		if ((e->attributes & USB_TRANSFER_TYPE) == attributes
		    && (e->address & USB_IN) == direction)
			return xhci_open(device, e);
	return NULL;
}

static INIT bool is_disk(const struct usb_interface_descriptor *i)
{
	return i->class == USB_CLASS_STORAGE && i->protocol == USB_STORAGE_BULK
		&& (i->subclass == USB_STORAGE_SCSI || i->subclass == USB_STORAGE_MMC
		    || i->subclass == USB_STORAGE_8070);
}

static INIT bool is_keyboard(const struct usb_interface_descriptor *i)
{
	return i->class == USB_CLASS_HID && i->subclass == USB_HID_BOOT
		&& i->protocol == USB_HID_KEYBOARD;
}

static INIT bool serve_disk(const struct usb_device *device,
			    const struct usb_interface_descriptor *i, const uint8_t *end)
{
	const uint8_t *at = (const uint8_t *)i;
	struct xhci_pipe *in = open_first(device, at, end, USB_BULK, USB_IN);
	struct xhci_pipe *out = open_first(device, at, end, USB_BULK, 0);

	return in && out && usb_disk_found(device, i->number, in, out);
}

static INIT bool serve_keyboard(const struct usb_device *device,
				const struct usb_interface_descriptor *i, const uint8_t *end)
{
	struct xhci_pipe *in = open_first(device, (const uint8_t *)i, end, USB_INTERRUPT, USB_IN);

	return in && usb_keyboard_found(device, i->number, in);
}

/* Only the first settings: a disk that also knows UAS has the bulk-only transport there. */
static INIT bool serve_interface(const struct usb_device *device,
				 const struct usb_interface_descriptor *i, const uint8_t *end)
{
	const struct rj_host *host = device->bus->host;

	if (i->alternate)
		return false;
	if (is_keyboard(i))
		return serve_keyboard(device, i, end);
	if (host->no_disks || i->class != USB_CLASS_STORAGE)
		return false;
	if (is_disk(i))
		return serve_disk(device, i, end);
	host->warn(i->protocol == USB_STORAGE_UAS
		   ? "usb: the disk %s speaks only UAS, which is not supported"
		   : "usb: the disk %s has no bulk-only SCSI interface", usb_id(device));
	return false;
}

INIT enum usb_found usb_serve(struct usb_device *device)
{
	const uint8_t *at = device->bus->descriptors, *end;
	bool is_hub, is_served = false;
	uint32_t bytes;

	if (!read_device(device, &is_hub))
		return USB_FAILED;
	bytes = configure(device);
	if (!bytes)
		return USB_FAILED;
	if (is_hub)
		return USB_IS_HUB;
	end = at + bytes;
	while ((at = next(at, end, USB_INTERFACE, 0)) != NULL)
		is_served |= serve_interface(device, (const void *)at, end);
	return is_served ? USB_SERVED : USB_NOTHING;
}

static INIT void attach(uint32_t pci, const struct rj_host *host)
{
	struct usb_bus bus = { .host = host };

	if (xhci_start(pci, host, &bus))
		usb_find(&bus);
	else
		host->print("usb: the controller does not start");
	if (!bus.is_used)
		xhci_stop(bus.controller);
}

DRIVER(xhci_is_firmwares, attach);
