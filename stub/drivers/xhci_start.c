/* SPDX-License-Identifier: MIT */
/*
 * xHCI 1.2: 4.2 initialization, 4.22.1 hand-over from the firmware, 4.3 devices, 7.2 protocols;
 * and the port routing of Intel's chipsets with EHCI controllers beside it (8 Series datasheet,
 * 328904, 17.1.26 to 17.1.29).
 */
#include "drivers/usb_device.h"

#include "common/mem.h"
#include "hardware/pci.h"

#define REGISTERS   0x10000u            /* bytes that nearly all controllers have */
#define BOUNDARY    0x1000u             /* table 6-1: what does not cross a page */
#define DWORD       4u
#define CONTEXTS_ALIGNMENT 512u         /* of DCBAA, so that it does not cross one */
#define HANDOVER_MS 1000u
#define HALT_MS     32u                 /* 5.4.1.1: 16; some need more after another system */
#define RESET_MS    1000u
#define SETTLE_MS   2u                  /* some cannot be read right after a reset */
#define START_MS    20u
#define ADDRESS_MS  2u                  /* USB 2.0, 9.2.6.3 */

/* Intel: the ports' masks, and the registers that they are written to. */
#define INTEL       0x8086u
#define XUSB2PR     0xD0u
#define XUSB2PRM    0xD4u
#define USB3_PSSEN  0xD8u
#define USB3PRM     0xDCu

/* The first extended capability with this id, after the one at `after` unless that is 0; or 0. */
static INIT uint32_t next_capability(uint32_t registers, uint32_t after, uint32_t id)
{
	uint32_t at = after ? after : registers, head;
	uint32_t step = after ? read32(after) >> 8 & 0xFF
		: HCC_CAPABILITIES(read32(registers + HCCPARAMS1));

	for (unsigned i = 0; step && i < CAPABILITIES_MAX; i++) {
		at += step * DWORD;
		if (at - registers >= REGISTERS)
			return 0;
		head = read32(at);
		if ((head & 0xFF) == id)
			return at;
		step = head >> 8 & 0xFF;
	}
	return 0;
}

static INIT uint32_t map(uint32_t pci, const struct rj_host *host)
{
	uint64_t bar = pci_memory(pci, 0);
	uint32_t registers = bar ? host->map(bar, REGISTERS) : 0;

	return registers && read32(registers) != NO_REGISTERS ? registers : 0;
}

/* DCBAAP is 0 until someone uses the controller, and an operating system's is in free RAM. */
INIT bool xhci_is_firmwares(uint32_t pci, const struct rj_host *host)
{
	uint32_t registers, operational, legacy;
	uint64_t contexts;

	timer_init(host->ticks_per_ms);
	if (!(pci_read16(pci, PCI_COMMAND) & PCI_MEMORY))
		return false;
	registers = map(pci, host);
	if (!registers)
		return false;
	legacy = next_capability(registers, 0, CAPABILITY_LEGACY);
	if (legacy && read32(legacy) & LEGACY_OS_OWNED)
		return false;
	operational = registers + (read32(registers) & 0xFF);
	contexts = read64(operational + DCBAAP);
	if (!contexts)
		return true;
	return !(read32(operational + USBSTS) & STS_HALTED) && !host->is_free_ram(contexts);
}

/* 4.22.1: a firmware that does not answer loses the controller anyway. */
static INIT void take_over(uint32_t registers)
{
	uint32_t legacy = next_capability(registers, 0, CAPABILITY_LEGACY), control;

	if (!legacy)
		return;
	if (read32(legacy) & LEGACY_BIOS_OWNED) {
		write32(legacy, read32(legacy) | LEGACY_OS_OWNED);
		wait_for_bits(legacy, LEGACY_BIOS_OWNED, 0, HANDOVER_MS);
		write32(legacy, (read32(legacy) | LEGACY_OS_OWNED) & ~LEGACY_BIOS_OWNED);
	}
	control = read32(legacy + LEGACY_CONTROL) & ~LEGACY_SMI_ENABLES;
	write32(legacy + LEGACY_CONTROL, control | LEGACY_SMI_EVENTS);
}

/*
 * Ports that Intel's chipsets can connect to an EHCI or to the xHCI controller. Operating
 * systems connect them to EHCI again before they leave.
 */
static INIT void route_ports(uint32_t pci)
{
	static INIT_DATA const uint16_t switchable[] = { 0x1E31, 0x8C31, 0x8CB1, 0x9C31, 0x9CB1 };
	uint32_t id = pci_read(pci, PCI_VENDOR);

	for (uint32_t i = 0; i < sizeof(switchable) / sizeof(switchable[0]); i++)
		if (id == (INTEL | (uint32_t)switchable[i] << 16)) {
			pci_write(pci, USB3_PSSEN, pci_read(pci, USB3PRM));
			pci_write(pci, XUSB2PR, pci_read(pci, XUSB2PRM));
		}
}

static INIT bool halt(const struct xhci *c)
{
	xhci_put(c, USBCMD, xhci_get(c, USBCMD) & ~CMD_RUN);
	return wait_for_bits(c->operational + USBSTS, STS_HALTED, STS_HALTED, HALT_MS);
}

INIT void xhci_stop(const struct xhci *c)
{
	if (c && c->operational)
		halt(c);
}

/* 4.2 and 5.4.1: a running controller must not be reset. */
static INIT bool reset(const struct xhci *c)
{
	if (!wait_for_bits(c->operational + USBSTS, STS_NOT_READY, 0, RESET_MS) || !halt(c))
		return false;
	xhci_put(c, USBCMD, CMD_RESET);
	delay_ms(SETTLE_MS);
	return wait_for_bits(c->operational + USBCMD, CMD_RESET, 0, RESET_MS)
		&& wait_for_bits(c->operational + USBSTS, STS_NOT_READY, 0, RESET_MS);
}

static INIT bool make_ring(struct xhci_ring *ring, const struct rj_host *host)
{
	ring->trbs = host->alloc(RING_SIZE, RING_SIZE);
	if (ring->trbs)
		xhci_empty(ring);
	return ring->trbs;
}

/* 4.20: pages for the controller itself; their addresses are DCBAA's first entry's. */
static INIT bool give_scratchpads(const struct xhci *c, const struct rj_host *host)
{
	uint32_t count = SCRATCHPADS(read32(c->registers + HCSPARAMS2));
	uint64_t *pages;
	uint8_t *memory;

	if (!count)
		return true;
	if (!(xhci_get(c, PAGESIZE) & 1))       /* 4 KiB */
		return false;
	pages = host->alloc(count * sizeof(*pages), BOUNDARY);
	memory = host->alloc(count * BOUNDARY, BOUNDARY);
	if (!pages || !memory)
		return false;
	for (uint32_t i = 0; i < count; i++)
		pages[i] = bus_address(memory + i * BOUNDARY);
	c->contexts[0] = bus_address(pages);
	return true;
}

static INIT bool give_memory(struct xhci *c, uint32_t slots, struct usb_bus *bus)
{
	const struct rj_host *host = bus->host;

	c->contexts = host->alloc((slots + 1) * sizeof(*c->contexts), CONTEXTS_ALIGNMENT);
	c->input = host->alloc((CONTEXTS + 1) * c->context_size, BOUNDARY);
	c->events = host->alloc(EVENTS * sizeof(*c->events), BOUNDARY);
	c->event_cycle = TRB_CYCLE;
	bus->descriptors = host->alloc(USB_DESCRIPTORS, USB_DESCRIPTORS);
	bus->scratch = host->alloc(USB_SCRATCH, USB_SCRATCH);
	return c->contexts && c->input && c->events && bus->descriptors && bus->scratch
		&& make_ring(&c->commands, host) && give_scratchpads(c, host);
}

/* 4.2: all registers, ERSTBA last, since it makes the controller read the table. */
static INIT bool run(const struct xhci *c, uint32_t pci, uint32_t slots, const struct rj_host *host)
{
	struct xhci_segment *segment = host->alloc(sizeof(*segment), 64);

	if (!segment)
		return false;
	*segment = (struct xhci_segment){ .address = bus_address(c->events), .trbs = EVENTS };
	pci_enable(pci, PCI_BUS_MASTER);
	xhci_put(c, CONFIG, slots);
	xhci_put64(c->operational + DCBAAP, bus_address(c->contexts));
	xhci_put64(c->operational + CRCR, bus_address(c->commands.trbs) | CRCR_CYCLE);
	write32(c->interrupter + IMAN, IMAN_PENDING);
	write32(c->interrupter + ERSTSZ, 1);
	xhci_put64(c->interrupter + ERDP, bus_address(c->events));
	xhci_put64(c->interrupter + ERSTBA, bus_address(segment));
	xhci_put(c, USBCMD, CMD_RUN);
	return wait_for_bits(c->operational + USBSTS, STS_HALTED, 0, START_MS);
}

/* 7.2: which root ports are USB 2 and which USB 3, each counted from 1. */
static INIT void read_protocols(struct usb_bus *bus)
{
	uint32_t registers = bus->controller->registers, at = 0;

	while ((at = next_capability(registers, at, CAPABILITY_PROTOCOL)) != 0) {
		uint32_t ports = read32(at + PROTOCOL_PORTS), first = PROTOCOL_FIRST(ports);
		uint8_t major = (uint8_t)PROTOCOL_MAJOR(read32(at)), number = 0;

		for (uint32_t i = 1; i < first; i++)
			number = (uint8_t)(number + (bus->protocol[i] == major));
		for (uint32_t i = first; i < first + PROTOCOL_COUNT(ports) && i <= bus->ports; i++) {
			bus->protocol[i] = major;
			bus->number[i] = ++number;
		}
	}
}

static INIT void place_registers(struct xhci *c, uint32_t pci, const struct rj_host *host)
{
	uint32_t doorbells = read32(c->registers + DBOFF), runtime = read32(c->registers + RTSOFF);
	uint32_t far = doorbells > runtime ? doorbells : runtime;

	if (far >= REGISTERS)
		c->registers = host->map(pci_memory(pci, 0), far + BOUNDARY);
	c->operational = c->registers + (read32(c->registers) & 0xFF);
	c->doorbells = c->registers + (doorbells & ~3u);
	c->interrupter = c->registers + (runtime & ~31u);
	c->context_size = read32(c->registers + HCCPARAMS1) & HCC_CONTEXT_64 ? 64 : 32;
}

/* Bus Master stays off until the controller has been reset: it may still write anywhere. */
INIT bool xhci_start(uint32_t pci, const struct rj_host *host, struct usb_bus *bus)
{
	struct xhci *c = host->alloc(sizeof(*c), 64);
	uint32_t parameters, slots;

	timer_init(host->ticks_per_ms);
	pci_enable(pci, PCI_MEMORY);
	if (!c || !(c->registers = map(pci, host)))
		return false;
	take_over(c->registers);
	route_ports(pci);
	place_registers(c, pci, host);
	if (!c->registers || !reset(c))
		return false;
	parameters = read32(c->registers + HCSPARAMS1);
	slots = MAX_SLOTS(parameters) < CONTEXTS ? MAX_SLOTS(parameters) : CONTEXTS;
	bus->controller = c;
	bus->host = host;
	bus->ports = MAX_PORTS(parameters);
	read_protocols(bus);
	return give_memory(c, slots, bus) && run(c, pci, slots, host);
}

static INIT uint32_t evaluate(const struct usb_device *device, uint32_t type)
{
	struct xhci *c = device->bus->controller;

	return xhci_command(c, bus_address(c->input), TRB_TYPE(type) | TRB_SLOT(device->slot));
}

static INIT struct xhci_pipe *make_pipe(const struct usb_device *device, uint32_t dci,
					uint32_t packet)
{
	const struct rj_host *host = device->bus->host;
	struct xhci_pipe *pipe = host->alloc(sizeof(*pipe), 4);

	if (!pipe || !make_ring(&pipe->ring, host))
		return NULL;
	pipe->controller = device->bus->controller;
	pipe->slot = device->slot;
	pipe->dci = dci;
	pipe->port = device->root_port;
	pipe->packet = packet;
	return pipe;
}

/* 6.2.3: the fields that all types of endpoints have. */
static INIT struct xhci_endpoint_context *put_endpoint(const struct xhci_pipe *pipe, uint32_t type,
						       uint32_t average)
{
	struct xhci_endpoint_context *endpoint = xhci_input_context(pipe->controller, pipe->dci);

	endpoint->type = ENDPOINT_ERRORS | ENDPOINT_TYPE(type) | ENDPOINT_PACKET(pipe->packet);
	endpoint->dequeue = bus_address(pipe->ring.trbs) | ENDPOINT_CYCLE;
	endpoint->average = average;
	return endpoint;
}

/* 4.3.3: Enable Slot, and the device's contexts, which the controller writes. */
static INIT bool enable_slot(struct usb_device *device)
{
	struct xhci *c = device->bus->controller;
	void *contexts;

	if (xhci_command(c, 0, TRB_TYPE(TRB_ENABLE_SLOT)) != CODE_SUCCESS)
		return false;
	device->slot = TRB_SLOT_OF(c->answer.control);
	contexts = device->bus->host->alloc(CONTEXTS * c->context_size, CONTEXTS * c->context_size);
	c->contexts[device->slot] = bus_address(contexts);
	return contexts;
}

static INIT uint32_t first_packet(uint32_t speed)
{
	return speed == USB_LOW ? 8 : speed < USB_SUPER ? 64 : 512;
}

INIT bool xhci_address(struct usb_device *device)
{
	struct xhci *c = device->bus->controller;
	struct xhci_slot_context *slot;

	if (!enable_slot(device))
		return false;
	device->control = make_pipe(device, DCI_CONTROL, first_packet(device->speed));
	if (!device->control)
		return false;
	slot = xhci_input(c, device->slot, 0, ADD_CONTEXT(DCI_SLOT) | ADD_CONTEXT(DCI_CONTROL));
	slot->route = device->route | SLOT_SPEED(device->speed) | SLOT_CONTEXTS(1);
	slot->ports = SLOT_ROOT_PORT(device->root_port);
	slot->tt = SLOT_TT_HUB(device->tt_slot) | SLOT_TT_PORT(device->tt_port);
	put_endpoint(device->control, TYPE_CONTROL, sizeof(struct usb_request));
	if (evaluate(device, TRB_ADDRESS_DEVICE) != CODE_SUCCESS) {
		xhci_forget(device);
		return false;
	}
	delay_ms(ADDRESS_MS);
	return true;
}

INIT void xhci_forget(const struct usb_device *device)
{
	struct xhci *c = device->bus->controller;

	xhci_command(c, 0, TRB_TYPE(TRB_DISABLE_SLOT) | TRB_SLOT(device->slot));
	c->contexts[device->slot] = 0;
}

INIT bool xhci_set_packet(const struct usb_device *device, uint32_t packet)
{
	struct xhci *c = device->bus->controller;

	device->control->packet = packet;
	xhci_input(c, device->slot, 0, ADD_CONTEXT(DCI_CONTROL));
	put_endpoint(device->control, TYPE_CONTROL, sizeof(struct usb_request));
	return evaluate(device, TRB_EVALUATE_CONTEXT) == CODE_SUCCESS;
}

/* An input context that adds one, and the slot's with as many contexts as there are then. */
static INIT struct xhci_slot_context *add_context(const struct usb_device *device, uint32_t dci)
{
	struct xhci_slot_context *slot = xhci_input(device->bus->controller, device->slot, 0,
						    ADD_CONTEXT(DCI_SLOT) | ADD_CONTEXT(dci));
	uint32_t contexts = SLOT_CONTEXTS_OF(slot->route);

	slot->route &= ~SLOT_CONTEXTS(SLOT_CONTEXTS_MAX);
	slot->route |= SLOT_CONTEXTS(dci > contexts ? dci : contexts);
	return slot;
}

/* 6.2.3.6: log2 of the interval in units of 125 us. */
static INIT uint32_t interval_of(uint32_t speed, uint32_t interval)
{
	uint32_t log2 = 3;

	if (speed >= USB_HIGH)
		return interval ? (interval < 16 ? interval : 16) - 1 : 0;
	while (log2 < 10 && interval >> (log2 - 2))
		log2++;
	return log2;
}

/* USB 3.2, 9.6.7: the companion follows the endpoint. */
static INIT uint32_t burst_of(const struct usb_device *device,
			      const struct usb_endpoint_descriptor *endpoint)
{
	const struct usb_companion_descriptor *companion = (const void *)(endpoint + 1);

	return device->speed >= USB_SUPER && companion->type == USB_ENDPOINT_COMPANION
		? companion->burst & 0xF : 0;
}

INIT struct xhci_pipe *xhci_open(const struct usb_device *device,
				 const struct usb_endpoint_descriptor *endpoint)
{
	bool is_in = endpoint->address & USB_IN;
	bool is_bulk = (endpoint->attributes & USB_TRANSFER_TYPE) == USB_BULK;
	uint32_t packet = endpoint->packet & USB_PACKET, burst = burst_of(device, endpoint);
	struct xhci_endpoint_context *context;
	struct xhci_pipe *pipe;

	pipe = make_pipe(device, DCI(endpoint->address & USB_ENDPOINT_NUMBER, is_in), packet);
	if (!pipe || !packet)
		return NULL;
	add_context(device, pipe->dci);
	context = put_endpoint(pipe, is_bulk ? (is_in ? TYPE_BULK_IN : TYPE_BULK_OUT)
			       : TYPE_INTERRUPT_IN, packet);
	context->type |= ENDPOINT_BURST(burst);
	if (!is_bulk) {
		context->interval = ENDPOINT_INTERVAL(interval_of(device->speed,
								  endpoint->interval));
		context->average |= ENDPOINT_PAYLOAD(packet * (burst + 1));
	}
	return evaluate(device, TRB_CONFIGURE_ENDPOINT) == CODE_SUCCESS ? pipe : NULL;
}

INIT bool xhci_set_hub(const struct usb_device *device, uint32_t ports, uint32_t think_time)
{
	struct xhci_slot_context *slot = add_context(device, DCI_SLOT);

	slot->route |= SLOT_HUB;
	slot->ports |= SLOT_HUB_PORTS(ports);
	if (device->speed == USB_HIGH)
		slot->tt |= SLOT_THINK_TIME(think_time);
	return evaluate(device, TRB_CONFIGURE_ENDPOINT) == CODE_SUCCESS;
}
