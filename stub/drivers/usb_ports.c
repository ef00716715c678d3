/* SPDX-License-Identifier: MIT */
/*
 * How devices are found: root ports (xHCI 1.2, 4.19 and 5.4.8), and hubs (USB 2.0, 11; USB 3.2,
 * 10), which are read one tier after the other.
 */
#include "drivers/usb_device.h"

#include "common/mem.h"

#define HUBS        16u
#define HUB_PORTS   15u                 /* what a route has room for */
#define POWER_MS    20u                 /* 5.4.8: from PP until the port works */
#define STEP_MS     10u
#define QUIET_MS    200u                /* without a change, once there is a device */
#define ALONE_MS    500u                /* until then; some devices are as slow */
#define ATTACH_MS   1000u
#define DEBOUNCE_MS 100u                /* USB 2.0, 7.1.7.3 */
#define TRAIN_MS    300u                /* USB 3.2, 7.5: a link behind a hub */
#define RESET_MS    500u
#define RECOVERY_MS 10u                 /* USB 2.0, 7.1.7.5 */
#define ATTEMPTS    2u
#define LINK_POLLING 7u

struct hubs {
	struct usb_device rows[HUBS];
	uint32_t count;
};

/* ---- root ports ---- */

static INIT uint32_t port_get(const struct usb_bus *bus, uint32_t port)
{
	return xhci_get(bus->controller, PORTSC(port));
}

/* Sets bits; those that a one would clear, or that would disable the port, are written as 0. */
static INIT void port_set(const struct usb_bus *bus, uint32_t port, uint32_t bits)
{
	xhci_put(bus->controller, PORTSC(port), (port_get(bus, port) & PORT_KEPT) | bits);
}

/* Whether a USB 3 link is between two states, so that a device may follow. */
static INIT bool is_training(const struct usb_bus *bus, uint32_t port)
{
	return bus->protocol[port] == 3 && PORT_LINK(port_get(bus, port)) == LINK_POLLING;
}

/* The number of ports with a device; *is_settled: none may still get one. */
static INIT uint32_t count_devices(const struct usb_bus *bus, bool *is_settled)
{
	uint32_t count = 0;

	*is_settled = true;
	for (uint32_t port = 1; port <= bus->ports; port++) {
		if (port_get(bus, port) & PORT_CONNECTED)
			count++;
		else if (is_training(bus, port))
			*is_settled = false;
	}
	return count;
}

/* Waits for the devices at all root ports at once. */
static INIT void wait_for_devices(const struct usb_bus *bus)
{
	uint64_t end = deadline_in(ATTACH_MS), quiet = deadline_in(ALONE_MS);
	uint32_t known = 0, now;
	bool is_settled;

	for (;;) {
		now = count_devices(bus, &is_settled);
		if (now != known)
			quiet = deadline_in(QUIET_MS);
		known = now;
		if (expired(&end) || (expired(&quiet) && is_settled))
			break;
		delay_ms(STEP_MS);
	}
}

static INIT void power_on(const struct usb_bus *bus)
{
	bool any = false;

	for (uint32_t port = 1; port <= bus->ports; port++)
		if (!(port_get(bus, port) & PORT_POWER)) {
			port_set(bus, port, PORT_POWER);
			any = true;
		}
	if (any)
		delay_ms(POWER_MS);
}

static INIT bool port_reset(const struct usb_bus *bus, uint32_t port, uint32_t how, uint32_t change)
{
	uint64_t deadline = deadline_in(RESET_MS);
	bool is_done = true;

	port_set(bus, port, how | PORT_CHANGES);
	while (is_done && !(port_get(bus, port) & change))
		is_done = !expired(&deadline);
	port_set(bus, port, PORT_CHANGES);
	delay_ms(RECOVERY_MS);
	return is_done && port_get(bus, port) & PORT_ENABLED;
}

static INIT bool is_inactive(uint32_t link)
{
	return link == LINK_INACTIVE || link == LINK_COMPLIANCE;
}

/* 4.19.1.2: a USB 3 port is enabled by itself, unless its link is in one of those states. */
static INIT bool root_ready(const struct usb_bus *bus, uint32_t port, bool again)
{
	uint32_t status = port_get(bus, port);

	if (bus->protocol[port] != 3)
		return status & PORT_CONNECTED
			&& port_reset(bus, port, PORT_RESET, PORT_RESET_CHANGE);
	if (is_inactive(PORT_LINK(status)) || status & PORT_COLD_ATTACH)
		return port_reset(bus, port, PORT_WARM_RESET, PORT_WARM_CHANGE);
	if (!(status & PORT_CONNECTED))
		return false;
	if (again || !(status & PORT_ENABLED) || PORT_LINK(status) != LINK_U0)
		return port_reset(bus, port, PORT_WARM_RESET, PORT_WARM_CHANGE);
	return true;
}

/* ---- hubs ---- */

static INIT uint32_t hub_status(const struct usb_device *hub, uint32_t port)
{
	uint32_t *status = (uint32_t *)hub->bus->scratch;
	const struct usb_request request = {
		.type = USB_IN | USB_CLASS | USB_TO_OTHER, .request = USB_GET_STATUS,
		.index = (uint16_t)port, .length = sizeof(*status) };

	*status = 0;
	return usb_request(hub, request, status) ? *status : 0;
}

static INIT bool hub_feature(const struct usb_device *hub, uint32_t request, uint32_t port,
			     uint32_t feature)
{
	return usb_request(hub, (struct usb_request){
		.type = USB_CLASS | USB_TO_OTHER, .request = (uint8_t)request,
		.value = (uint16_t)feature, .index = (uint16_t)port }, NULL);
}

static INIT bool hub_reset(const struct usb_device *hub, uint32_t port, uint32_t how)
{
	uint64_t deadline = deadline_in(RESET_MS);
	uint32_t status;

	if (!hub_feature(hub, USB_SET_FEATURE, port, how))
		return false;
	do {
		delay_ms(STEP_MS);
		status = hub_status(hub, port);
	} while (status & USB_STATUS_RESET && !expired(&deadline));
	hub_feature(hub, USB_CLEAR_FEATURE, port, USB_PORT_C_RESET);
	hub_feature(hub, USB_CLEAR_FEATURE, port, USB_PORT_C_CONNECTION);
	delay_ms(RECOVERY_MS);
	return status & USB_STATUS_ENABLED;
}

static INIT bool hub_ready(const struct usb_device *hub, uint32_t port, bool again)
{
	uint32_t status = hub_status(hub, port);
	bool is_bad = is_inactive(USB_STATUS_LINK(status)) && hub->speed >= USB_SUPER;

	if (!(status & USB_STATUS_CONNECTED) && !is_bad)
		return false;
	if (hub->speed < USB_SUPER)
		return hub_reset(hub, port, USB_PORT_RESET);
	if (!again && status & USB_STATUS_ENABLED && !is_bad)
		return true;
	return hub_reset(hub, port, USB_PORT_BH_RESET);
}

static INIT uint32_t hub_speed(const struct usb_device *hub, uint32_t port)
{
	uint32_t status;

	if (hub->speed >= USB_SUPER)
		return hub->speed;
	status = hub_status(hub, port);
	return status & USB_STATUS_LOW ? USB_LOW : status & USB_STATUS_HIGH ? USB_HIGH : USB_FULL;
}

/* Powers the ports of a hub and returns how many there are; 0: it failed. */
static INIT uint32_t hub_start(const struct usb_device *hub)
{
	const struct usb_hub_descriptor *descriptor = (const void *)hub->bus->scratch;
	bool is_3 = hub->speed >= USB_SUPER;
	uint32_t ports, power_ms;

	if (is_3 && !usb_request(hub, (struct usb_request){
			.type = USB_CLASS, .request = USB_SET_HUB_DEPTH,
			.value = (uint16_t)hub->tier }, NULL))
		return 0;
	if (!usb_request(hub, (struct usb_request){
			.type = USB_IN | USB_CLASS, .request = USB_GET_DESCRIPTOR,
			.value = (uint16_t)((is_3 ? USB_HUB_3 : USB_HUB) << 8),
			.length = sizeof(*descriptor) }, hub->bus->scratch))
		return 0;
	ports = descriptor->ports < HUB_PORTS ? descriptor->ports : HUB_PORTS;
	power_ms = descriptor->power_2ms * 2u;
	if (!xhci_set_hub(hub, ports, USB_HUB_THINK_TIME(descriptor->characteristics)))
		return 0;
	for (uint32_t port = 1; port <= ports; port++)
		hub_feature(hub, USB_SET_FEATURE, port, USB_PORT_POWER);
	delay_ms(power_ms + (is_3 ? TRAIN_MS : DEBOUNCE_MS));
	return ports;
}

/* ---- both ---- */

/* USB 2.0, 11.14: for a low- or full-speed device, the nearest high-speed hub translates. */
static INIT struct usb_device behind(const struct usb_device *hub, uint32_t port)
{
	struct usb_device device = {
		.bus = hub->bus, .root_port = hub->root_port, .tier = hub->tier + 1,
		.route = hub->route | port << 4 * hub->tier, .speed = hub_speed(hub, port),
	};

	if (device.speed >= USB_HIGH)
		return device;
	device.tt_slot = hub->speed == USB_HIGH ? hub->slot : hub->tt_slot;
	device.tt_port = hub->speed == USB_HIGH ? port : hub->tt_port;
	return device;
}

static INIT struct usb_device at_root(struct usb_bus *bus, uint32_t port)
{
	return (struct usb_device){ .bus = bus, .root_port = port,
				    .speed = PORT_SPEED(port_get(bus, port)) };
}

/* hub: NULL for a root port. A device that fails is reset and tried once more. */
static INIT void try_port(struct usb_bus *bus, const struct usb_device *hub, uint32_t port,
			  struct hubs *hubs)
{
	bool is_tried = false;

	for (uint32_t i = 0; i < ATTEMPTS; i++) {
		enum usb_found found;
		struct usb_device device;

		if (!(hub ? hub_ready(hub, port, i) : root_ready(bus, port, i)))
			break;
		device = hub ? behind(hub, port) : at_root(bus, port);
		is_tried = true;
		if (!xhci_address(&device))
			continue;
		found = usb_serve(&device);
		if (found == USB_IS_HUB && device.tier < RJ_USB_TIERS && hubs->count < HUBS)
			hubs->rows[hubs->count++] = device;
		else if (found != USB_SERVED)
			xhci_forget(&device);
		bus->is_used |= found == USB_SERVED;
		if (found != USB_FAILED)
			return;
	}
	if (!is_tried)
		return;
	if (hub && hub->speed < USB_SUPER)      /* the next device's address is not for this one */
		hub_feature(hub, USB_CLEAR_FEATURE, port, USB_PORT_ENABLE);
	bus->host->print("usb: the device at port %u does not answer", hub ? port : bus->number[port]);
}

INIT void usb_find(struct usb_bus *bus)
{
	struct hubs hubs = { .count = 0 };

	power_on(bus);
	wait_for_devices(bus);
	for (uint32_t port = 1; port <= bus->ports; port++)
		try_port(bus, NULL, port, &hubs);
	for (uint32_t i = 0; i < hubs.count; i++) {
		const struct usb_device *hub = &hubs.rows[i];
		uint32_t ports = hub_start(hub);

		for (uint32_t port = 1; port <= ports; port++)
			try_port(bus, hub, port, &hubs);
	}
}
