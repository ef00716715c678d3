/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "fake_io.h"
#include "hardware/pci.h"
#include "xhci_model.h"

/* Where the registers are. The offsets are read from them, so any would do. */
#define CAPABILITY_SIZE 0x80u
#define DOORBELLS       0x2000u
#define RUNTIME         0x1000u
#define EXTENDED        0x8000u
#define PORTS           (CAPABILITY_SIZE + 0x400u)
#define MAX_SLOTS       32u
#define VERSION         0x01100000u     /* HCIVERSION 1.1 */

/* USBCMD and USBSTS (5.4.1, 5.4.2). */
#define RUN      0x1u
#define HCRST    0x2u
#define INTE     0x4u
#define HSEE     0x8u
#define HCH      0x1u
#define CNR      0x800u
#define HCE      0x1000u

/* PORTSC (5.4.8). */
#define CCS      0x1u
#define PED      0x2u
#define PR       0x10u
#define PLS      5
#define PP       0x200u
#define SPEED    10
#define LWS      0x10000u
#define CHANGES  0xFE0000u
#define CSC      0x20000u
#define WRC      0x80000u
#define PRC      0x200000u
#define PLC      0x400000u
#define CAS      0x1000000u
#define WPR      0x80000000u
#define LINK_U0  0u
#define LINK_RX_DETECT 5u
#define LINK_INACTIVE  6u
#define LINK_POLLING   7u
#define LINK_COMPLIANCE 10u

/* TRB types and completion codes (6.4.5, 6.4.6). */
enum {
	TRB_NORMAL = 1, TRB_SETUP, TRB_DATA, TRB_STATUS, TRB_ISOCH, TRB_LINK, TRB_EVENT_DATA,
	TRB_NO_OP, TRB_ENABLE_SLOT, TRB_DISABLE_SLOT, TRB_ADDRESS_DEVICE, TRB_CONFIGURE_ENDPOINT,
	TRB_EVALUATE_CONTEXT, TRB_RESET_ENDPOINT, TRB_STOP_ENDPOINT, TRB_SET_DEQUEUE,
	TRB_RESET_DEVICE, TRB_NO_OP_COMMAND = 23, TRB_TRANSFER_EVENT = 32,
	TRB_COMPLETION_EVENT = 33, TRB_PORT_EVENT = 34,
};
enum {
	CODE_SUCCESS = 1, CODE_BABBLE = 3, CODE_TRANSACTION = 4, CODE_STALL = 6,
	CODE_NO_SLOTS = 9, CODE_SLOT_NOT_ENABLED = 11, CODE_SHORT = 13,
	CODE_CONTEXT_STATE = 19, CODE_STOPPED = 26, CODE_STOPPED_INVALID = 27,
};
#define TRB_C    0x1u
#define TRB_TC   0x2u
#define TRB_ISP  0x4u
#define TRB_CH   0x10u
#define TRB_IOC  0x20u
#define TRB_IDT  0x40u

/* Slot and endpoint states (6.2.2, 6.2.3). */
enum { SLOT_DISABLED, SLOT_ENABLED, SLOT_DEFAULT, SLOT_ADDRESSED, SLOT_CONFIGURED };
enum { EP_DISABLED, EP_RUNNING, EP_HALTED, EP_STOPPED, EP_ERROR };

#define LIMIT_MS      120000u   /* where a test sets none */
#define STEP_US       50u        /* that a look at the clock takes */
#define COMMAND_US    20u
#define TRANSFER_US   60u
#define RETRY_US      125u      /* after NAK */
#define PAGE          4096u
#define TD_TRBS       16

struct endpoint {
	uint8_t state, type, toggle;
	uint16_t max_packet;
	uint32_t dequeue;
	bool cycle, rung;
	uint64_t due;
};

struct slot {
	uint8_t state, root_port;
	bool is_hub;
	uint32_t route, context;
	struct usb_device *device;
	struct endpoint ep[32];
};

struct port {
	bool is_3, powered, occupied, link_trained;
	enum xhci_port_state trouble;
	uint32_t value;                 /* PORTSC without what is above */
	uint64_t due;                   /* of the connect */
	uint64_t reset_due;             /* 0: no reset */
	struct usb_device *device;
};

static struct {
	struct xhci_config config;
	/* PCI */
	struct pci_function pci;
	unsigned writes;
	/* registers */
	uint32_t usbcmd, usbsts, crcr_low, crcr_high, dcbaap, dcbaap_high, config_register;
	uint32_t iman, erstsz, erstba, erstba_high, erdp, erdp_high;
	uint32_t legsup, legctl;
	uint64_t reset_at, reset_end, ready_at, halt_due, run_due, legacy_due;
	unsigned resets;
	/* rings */
	uint32_t command, event, event_end;
	bool command_cycle, event_cycle, command_rung, started;
	uint64_t command_due;
	struct slot slots[MAX_SLOTS + 1];
	struct port ports[XHCI_PORTS];
	unsigned port_count;
	uint64_t limit;
	uint32_t limit_ms;
} x;

/* Memory. */
static uint8_t *dma(uint32_t address, uint32_t bytes, const char *what)
{
	return host_dma(&x.pci, address, bytes, what);
}

static uint32_t dma_read(uint32_t address, const char *what)
{
	return le32(dma(address, 4, what));
}

static void dma_write(uint32_t address, uint32_t value, const char *what)
{
	le_store(dma(address, 4, what), value, 4);
}

static void check_pointer(uint32_t address, uint32_t alignment, uint32_t bytes, uint32_t boundary,
			  const char *what)
{
	if (!address || address % alignment)
		fail_msg("%s: %x is not aligned to %u", what, address, alignment);
	if (boundary && address / boundary != (address + bytes - 1) / boundary)
		fail_msg("%s: %x, %u bytes, crosses a multiple of %x", what, address, bytes,
			 boundary);
}

/* Events (4.9.4). */
static void event_segment(void)
{
	uint32_t base = dma_read(x.erstba, "ERST");
	uint32_t size = dma_read(x.erstba + 8, "ERST");

	if (x.erstsz != 1)
		fail_msg("ERSTSZ is %u", x.erstsz);
	check_pointer(x.erstba, 64, 16, 0, "ERSTBA");
	if (dma_read(x.erstba + 4, "ERST") || x.erstba_high || x.erdp_high)
		fail_msg("ERST: an address above 4 GiB");
	if (size < 16 || size > 4096)
		fail_msg("ERST: a segment of %u TRBs", size);
	check_pointer(base, 64, size * 16, 65536, "event ring");
	x.event = base;
	x.event_end = base + size * 16;
	for (uint32_t at = base; at < x.event_end; at += 16)
		if (dma_read(at + 12, "event ring") & TRB_C)
			fail_msg("event ring: not zeroed");
	x.event_cycle = true;
}

static void post(uint32_t low, uint32_t status, uint32_t control)
{
	uint32_t base = dma_read(x.erstba, "ERST");
	uint32_t next = x.event + 16 == x.event_end ? base : x.event + 16;

	if (next == (x.erdp & ~0xFu))
		fail_msg("event ring: overflow");
	dma_write(x.event, low, "event ring");
	dma_write(x.event + 4, 0, "event ring");
	dma_write(x.event + 8, status, "event ring");
	dma_write(x.event + 12, control | x.event_cycle, "event ring");
	x.event_cycle ^= next == base;
	x.event = next;
}

static void post_transfer(uint32_t trb, uint32_t code, uint32_t residue, unsigned slot,
			  unsigned dci)
{
	post(trb, code << 24 | residue, slot << 24 | dci << 16 | TRB_TRANSFER_EVENT << 10);
}

/* Contexts (6.2). */
static uint32_t context_size(void)
{
	return x.config.contexts_64 ? 64 : 32;
}

static uint32_t input(uint32_t base, unsigned index, unsigned dword)
{
	return dma_read(base + index * context_size() + dword * 4, "input context");
}

static void output(const struct slot *s, unsigned index, unsigned dword, uint32_t value)
{
	dma_write(s->context + index * context_size() + dword * 4, value, "device context");
}

static void store_state(const struct slot *s, unsigned dci)
{
	const struct endpoint *e = &s->ep[dci];
	uint32_t at = s->context + dci * context_size();
	uint32_t first = dma_read(at, "device context");

	dma_write(at, (first & ~7u) | e->state, "device context");
	dma_write(at + 8, e->dequeue | e->cycle, "device context");
}

static unsigned slot_number(const struct slot *s)
{
	return (unsigned)(s - x.slots);
}

/* Ports (4.19). */
static unsigned port_number(const struct port *p)
{
	return (unsigned)(p - x.ports) + 1;
}

static uint32_t link_of(const struct port *p)
{
	return p->value >> PLS & 0xF;
}

static void set_link(struct port *p, uint32_t link)
{
	p->value = (p->value & ~(0xFu << PLS)) | link << PLS;
}

/* One event for any number of changes (4.19.2). */
static void port_changed(struct port *p, uint32_t bits)
{
	bool had = p->value & CHANGES;

	p->value |= bits;
	if (!had && x.started)
		post(port_number(p) << 24, CODE_SUCCESS << 24, TRB_PORT_EVENT << 10);
}

static bool is_routed_here(const struct port *p)
{
	return !x.config.routed_away || x.pci.space[(p->is_3 ? 0xD8 : 0xD0) / 4];
}

static void enable_port(struct port *p)
{
	p->value = (p->value & ~(0xFu << SPEED)) | (uint32_t)p->device->speed << SPEED | CCS | PED;
	set_link(p, LINK_U0);
	p->device->attached = true;
	p->device->quiet_until = p->is_3 ? 0 : usb_now + 10000;
}

static void connect(struct port *p)
{
	p->occupied = true;
	if (p->trouble == PORT_INACTIVE) {
		set_link(p, LINK_INACTIVE);
		port_changed(p, PLC);
	} else if (p->trouble == PORT_COMPLIANCE) {
		set_link(p, LINK_COMPLIANCE);
		port_changed(p, PLC);
	} else if (p->trouble == PORT_COLD) {
		p->value |= CAS;
	} else if (p->is_3) {
		enable_port(p);
		port_changed(p, CSC | PLC);
	} else {
		p->value |= CCS | (p->device->speed == USB_LOW ? 2u : 1u) << SPEED;
		set_link(p, LINK_POLLING);
		port_changed(p, CSC);
	}
}

static void end_reset(struct port *p)
{
	bool warm = p->value & WPR;

	p->reset_due = 0;
	p->value &= ~(PR | WPR | CAS);
	if (!p->device)
		return;
	if (warm)
		p->trouble = PORT_NORMAL;
	enable_port(p);
	port_changed(p, PRC | (warm ? WRC | CSC : 0));
}

static void port_tick(struct port *p)
{
	if (p->device && p->powered && !p->occupied && is_routed_here(p)) {
		if (p->is_3 && p->trouble == PORT_NORMAL && link_of(p) == LINK_RX_DETECT)
			set_link(p, LINK_POLLING);
		if (usb_now >= p->due)
			connect(p);
	}
	if (p->reset_due && usb_now >= p->reset_due)
		end_reset(p);
}

static void empty_port(struct port *p)
{
	if (p->device)
		usb_reset(p->device);
	p->occupied = false;
	p->reset_due = 0;
	p->value = 0;
	set_link(p, LINK_RX_DETECT);
	p->due = usb_now + (p->device ? p->device->connect_us : 0);
}

static uint32_t port_read(const struct port *p)
{
	return p->value | (p->powered ? PP : 0);
}

static void start_reset(struct port *p, uint32_t bits)
{
	bool warm = bits & WPR;

	if (warm && !p->is_3)
		fail_msg("port %u: warm reset of a USB 2 port", port_number(p));
	if (!warm && !(p->value & CCS))
		fail_msg("port %u: reset, but nothing is connected", port_number(p));
	if (p->reset_due)
		fail_msg("port %u: reset during a reset", port_number(p));
	if (p->device)
		usb_reset(p->device);
	p->value = (p->value & ~PED) | PR | (warm ? WPR : 0);
	p->reset_due = usb_now + (warm ? 120000 : 50000);
}

static void port_write(struct port *p, uint32_t value)
{
	if (value & PED)
		fail_msg("port %u: PED is written as 1, which disables it", port_number(p));
	if (!(value & PP) && p->powered)
		fail_msg("port %u: power is turned off", port_number(p));
	if (value & LWS)
		fail_msg("port %u: a link state is written", port_number(p));
	if (!p->powered && value & PP)
		p->due = usb_now + 20000 + (p->device ? p->device->connect_us : 0);
	p->powered = value & PP;
	p->value &= ~(value & CHANGES);
	if (value & (PR | WPR))
		start_reset(p, value);
}

/* Rings (4.9). */
struct trb {
	uint32_t at, low, high, status, control;
};

static unsigned trb_type(const struct trb *t)
{
	return t->control >> 10 & 0x3F;
}

static struct trb trb_read(uint32_t at, const char *what)
{
	return (struct trb){ at, dma_read(at, what), dma_read(at + 4, what),
			     dma_read(at + 8, what), dma_read(at + 12, what) };
}

/* 6.4.4.1. Within a TD, the Link TRB is chained too (4.11.7). */
static void follow_link(const struct trb *t, uint32_t *at, bool *cycle, bool chained,
			const char *what)
{
	check_pointer(t->low & ~0xFu, 16, 16, 0, what);
	if (t->low & 0xF || t->high)
		fail_msg("%s: Link TRB to %x:%x", what, t->high, t->low);
	if (chained && !(t->control & TRB_CH))
		fail_msg("%s: Link TRB within a TD without the chain bit", what);
	*cycle ^= (t->control & TRB_TC) != 0;
	*at = t->low;
}

/* Takes the next TRB that is not a Link TRB; false: the ring is empty. */
static bool next_trb(uint32_t *at, bool *cycle, struct trb *t, bool chained, const char *what)
{
	for (unsigned links = 0; links < 4; links++) {
		*t = trb_read(*at, what);
		if ((t->control & TRB_C) != *cycle)
			return false;
		if (trb_type(t) != TRB_LINK) {
			*at += 16;
			return true;
		}
		follow_link(t, at, cycle, chained, what);
	}
	fail_msg("%s: Link TRBs that lead to each other", what);
	return false;
}

/* The checks of contexts that the commands share. */
static void check_endpoint_0(const struct usb_device *d, uint32_t base, unsigned index)
{
	uint32_t second = input(base, index, 1), packet = second >> 16;
	bool full = d->speed == USB_FULL;

	if ((second >> 3 & 7) != 4 || (second >> 1 & 3) != 3)
		fail_msg("%s: endpoint 0: type or CErr in %x", d->name, second);
	if (full ? packet != 8 && packet != 16 && packet != 32 && packet != 64
		 : packet != usb_max_packet_0(d))
		fail_msg("%s: endpoint 0: max packet size %u", d->name, packet);
	if ((input(base, index, 4) & 0xFFFF) == 0)
		fail_msg("%s: endpoint 0: average TRB length 0", d->name);
	if (input(base, index, 3) || input(base, index, 0))
		fail_msg("%s: endpoint 0: reserved fields", d->name);
	check_pointer(input(base, index, 2) & ~0xFu, 16, 16, 0, "endpoint 0");
}

static struct slot *slot_of(const struct usb_device *d)
{
	for (unsigned i = 1; i <= MAX_SLOTS; i++)
		if (x.slots[i].device == d && x.slots[i].state != SLOT_DISABLED)
			return &x.slots[i];
	return NULL;
}

/*
 * 4.5.2, 6.2.2: the transaction translator is that of the nearest high-speed hub. Also, every hub
 * on the way has been configured as one.
 */
static void check_route(const struct usb_device *d, uint32_t base, struct usb_device *root)
{
	uint32_t route = input(base, 1, 0) & 0xFFFFF, tt = input(base, 1, 2);
	uint32_t hub_slot = 0, hub_port = 0;
	struct usb_device *at = root;

	for (; route; route >>= 4) {
		const struct slot *s = slot_of(at);

		if (!s || !s->is_hub)
			fail_msg("%s: the slot of %s is not that of a hub", d->name, at->name);
		if (at->speed == USB_HIGH && d->speed <= USB_LOW) {
			hub_slot = slot_number(s);
			hub_port = route & 0xF;
		}
		at = usb_route(at, route & 0xF);
	}
	if ((tt & 0xFF) != hub_slot || (tt >> 8 & 0xFF) != hub_port)
		fail_msg("%s: transaction translator %u, port %u, not %u, %u", d->name, tt & 0xFF,
			 tt >> 8 & 0xFF, hub_slot, hub_port);
	if (tt >> 16)
		fail_msg("%s: reserved fields or interrupter in %x", d->name, tt);
}

static void check_slot_context(const struct usb_device *d, uint32_t base, struct usb_device *root)
{
	uint32_t first = input(base, 1, 0), second = input(base, 1, 1);

	if ((first >> 20 & 0xF) != d->speed)
		fail_msg("%s: speed %u in the slot context", d->name, first >> 20 & 0xF);
	if (first >> 27 != 1)
		fail_msg("%s: %u context entries", d->name, first >> 27);
	if (first >> 26 & 1 || second >> 24)
		fail_msg("%s: addressed as a hub", d->name);
	check_route(d, base, root);
}

static void check_input(uint32_t base, uint32_t drop, uint32_t must, uint32_t may)
{
	uint32_t add = input(base, 0, 1);

	check_pointer(base, 64, 33 * context_size(), PAGE, "input context");
	if (input(base, 0, 0) & ~drop || (add & must) != must || add & ~(must | may))
		fail_msg("input context: drop %x, add %x", input(base, 0, 0), add);
}

static void start_endpoint(struct slot *s, uint32_t base, unsigned dci)
{
	struct endpoint *e = &s->ep[dci];
	uint32_t second = input(base, dci + 1, 1), dequeue = input(base, dci + 1, 2);

	memset(e, 0, sizeof(*e));
	e->state = EP_RUNNING;
	e->type = second >> 3 & 7;
	e->max_packet = (uint16_t)(second >> 16);
	e->dequeue = dequeue & ~0xFu;
	e->cycle = dequeue & 1;
	for (unsigned i = 0; i < 5; i++)
		output(s, dci, i, input(base, dci + 1, i));
	store_state(s, dci);
}

/* Commands (4.6). Each returns a completion code. */
static struct slot *slot_for(const struct trb *t)
{
	unsigned slot = t->control >> 24;

	return slot >= 1 && slot <= (x.config_register & 0xFF) ? &x.slots[slot] : NULL;
}

static uint32_t enable_slot(unsigned *slot)
{
	for (unsigned i = 1; i <= (x.config_register & 0xFF); i++)
		if (x.slots[i].state == SLOT_DISABLED) {
			memset(&x.slots[i], 0, sizeof(x.slots[i]));
			x.slots[i].state = SLOT_ENABLED;
			*slot = i;
			return CODE_SUCCESS;
		}
	return CODE_NO_SLOTS;
}

static uint32_t disable_slot(struct slot *s)
{
	memset(s, 0, sizeof(*s));
	return CODE_SUCCESS;
}

static struct usb_device *device_of(const struct slot *s)
{
	const struct port *p = &x.ports[s->root_port - 1];
	struct usb_device *root = p->device;
	struct usb_device *d = root && p->value & PED ? usb_route(root, s->route) : NULL;

	return d && usb_is_reached(root, d) ? d : NULL;
}

/* Whether the device still has the address that this slot has given to it. */
static bool answers(const struct slot *s)
{
	return device_of(s) == s->device && s->device->addressed;
}

/* Two devices without an address would both answer (USB 2.0, 9.1.2). */
static bool set_address(struct slot *s)
{
	struct usb_device *d = device_of(s);

	if (!d)
		return false;
	if (usb_unaddressed(x.ports[s->root_port - 1].device) > 1)
		fail_msg("%s: another device has no address yet", d->name);
	if (usb_now < d->quiet_until)
		fail_msg("%s: SET_ADDRESS within 10 ms of the reset", d->name);
	if (d->addressed)
		fail_msg("%s: it has an address already", d->name);
	if (d->address_failures) {
		d->address_failures--;
		return false;
	}
	d->addressed = true;
	d->quiet_until = usb_now + 2000;
	return true;
}

static void check_device_context(const struct slot *s)
{
	if (dma_read(x.dcbaap + slot_number(s) * 8 + 4, "DCBAA"))
		fail_msg("DCBAA: an address above 4 GiB");
	check_pointer(s->context, 64, 32 * context_size(), PAGE, "device context");
}

static uint32_t address_device(struct slot *s, uint32_t base)
{
	struct usb_device *d;

	check_input(base, 0, 3, 0);
	if (s->state != SLOT_ENABLED && s->state != SLOT_DEFAULT)
		return CODE_CONTEXT_STATE;
	s->route = input(base, 1, 0) & 0xFFFFF;
	s->root_port = (uint8_t)(input(base, 1, 1) >> 16);
	if (s->root_port < 1 || s->root_port > x.port_count)
		fail_msg("slot context: root port %u", s->root_port);
	s->context = dma_read(x.dcbaap + slot_number(s) * 8, "DCBAA");
	check_device_context(s);
	d = device_of(s);
	if (d) {
		check_slot_context(d, base, x.ports[s->root_port - 1].device);
		check_endpoint_0(d, base, 2);
	}
	if (!set_address(s))
		return CODE_TRANSACTION;
	s->device = d;
	s->state = SLOT_ADDRESSED;
	for (unsigned i = 0; i < 3; i++)
		output(s, 0, i, input(base, 1, i));
	output(s, 0, 3, (uint32_t)SLOT_ADDRESSED << 27 | slot_number(s));
	start_endpoint(s, base, 1);
	return CODE_SUCCESS;
}

static uint32_t evaluate_context(struct slot *s, uint32_t base)
{
	check_input(base, 0, 0, 3);
	if (s->state < SLOT_DEFAULT)
		return CODE_CONTEXT_STATE;
	if (input(base, 0, 1) & 2) {
		check_endpoint_0(s->device, base, 2);
		s->ep[1].max_packet = (uint16_t)(input(base, 2, 1) >> 16);
	}
	return CODE_SUCCESS;
}

static unsigned log2_floor(uint32_t value)
{
	unsigned log = 0;

	while (value >>= 1)
		log++;
	return log;
}

/* 6.2.3.6: in units of 125 us, as an exponent. */
static void check_interval(const struct usb_device *d, const struct usb_endpoint *e,
			   uint32_t interval)
{
	uint32_t expected = 0;

	if (e->type == 3)
		expected = d->speed <= USB_LOW ? log2_floor(e->interval * 8u) : e->interval - 1u;
	if (d->speed <= USB_LOW && expected > 10)
		expected = 10;
	if (interval != expected)
		fail_msg("%s: interval %u, not %u", d->name, interval, expected);
}

static void check_endpoint(const struct slot *s, uint32_t base, unsigned dci)
{
	uint32_t first = input(base, dci + 1, 0), second = input(base, dci + 1, 1);
	uint32_t last = input(base, dci + 1, 4);
	const struct usb_device *d = s->device;
	struct usb_endpoint e;
	unsigned type;

	if (!usb_endpoint(d, dci, &e))
		fail_msg("%s: there is no endpoint %u", d->name, dci);
	type = e.type | (dci & 1 ? 4 : 0);
	if ((second >> 3 & 7) != type || (second >> 1 & 3) != 3)
		fail_msg("%s: endpoint %u: type or CErr in %x", d->name, dci, second);
	if (second >> 16 != e.max_packet || (second >> 8 & 0xFF) > e.max_burst)
		fail_msg("%s: endpoint %u: packet size or burst in %x", d->name, dci, second);
	check_interval(d, &e, first >> 16 & 0xFF);
	if (first & 0xFFFF)
		fail_msg("%s: endpoint %u: streams, mult or state in %x", d->name, dci, first);
	if (!(last & 0xFFFF) || (e.type == 3 && last >> 16 < e.max_packet))
		fail_msg("%s: endpoint %u: average length or ESIT payload in %x", d->name, dci,
			 last);
	check_pointer(input(base, dci + 1, 2) & ~0xFu, 16, 16, 0, "transfer ring");
}

/* 6.2.2: what the slot context says of a hub. */
static void check_hub(struct slot *s, uint32_t base)
{
	uint32_t first = input(base, 1, 0), second = input(base, 1, 1);
	const struct usb_device *d = s->device;

	s->is_hub = first >> 26 & 1;
	if (s->is_hub && (d->kind != USB_HUB || second >> 24 != HUB_PORTS))
		fail_msg("%s: configured as a hub of %u ports", d->name, second >> 24);
	if (first >> 25 & 1)
		fail_msg("%s: MTT, which needs another alternate setting", d->name);
	if (s->is_hub && (input(base, 1, 2) >> 16 & 3) != (d->speed == USB_HIGH ? HUB_TTT : 0))
		fail_msg("%s: TT think time in %x", d->name, input(base, 1, 2));
}

static void check_entries(const struct slot *s, uint32_t base)
{
	uint32_t entries = input(base, 1, 0) >> 27, highest = 1;

	for (unsigned dci = 2; dci < 32; dci++) {
		bool added = input(base, 0, 1) >> dci & 1, dropped = input(base, 0, 0) >> dci & 1;

		if (added && s->ep[dci].state != EP_DISABLED && !dropped)
			fail_msg("endpoint %u: added twice", dci);
		if (added || (s->ep[dci].state != EP_DISABLED && !dropped))
			highest = dci;
	}
	if (entries != highest)
		fail_msg("slot context: %u context entries, not %u", entries, highest);
}

static uint32_t configure_endpoint(struct slot *s, uint32_t base)
{
	uint32_t add = input(base, 0, 1), drop = input(base, 0, 0);

	check_input(base, ~3u, 1, ~2u);
	if (s->state < SLOT_ADDRESSED)
		return CODE_CONTEXT_STATE;
	check_hub(s, base);
	check_entries(s, base);
	for (unsigned dci = 2; dci < 32; dci++) {
		if (drop >> dci & 1)
			s->ep[dci].state = EP_DISABLED;
		if (add >> dci & 1) {
			check_endpoint(s, base, dci);
			start_endpoint(s, base, dci);
		}
	}
	s->state = SLOT_CONFIGURED;
	output(s, 0, 0, input(base, 1, 0));
	output(s, 0, 1, input(base, 1, 1));
	output(s, 0, 3, (uint32_t)SLOT_CONFIGURED << 27 | slot_number(s));
	return CODE_SUCCESS;
}

/* 4.6.8: also resets the data toggle or sequence number. */
static uint32_t reset_endpoint(struct slot *s, unsigned dci)
{
	if (s->ep[dci].state != EP_HALTED)
		return CODE_CONTEXT_STATE;
	s->ep[dci].state = EP_STOPPED;
	s->ep[dci].toggle = 0;
	s->ep[dci].rung = false;
	store_state(s, dci);
	return CODE_SUCCESS;
}

/* 4.6.9: the TD that is interrupted has an event of its own. */
static uint32_t stop_endpoint(struct slot *s, unsigned dci)
{
	struct endpoint *e = &s->ep[dci];
	uint32_t at = e->dequeue;
	bool cycle = e->cycle;
	struct trb t;

	if (e->state != EP_RUNNING)
		return CODE_CONTEXT_STATE;
	e->state = EP_STOPPED;
	if (next_trb(&at, &cycle, &t, false, "transfer ring"))
		post_transfer(t.at, CODE_STOPPED, t.status & 0x1FFFF, slot_number(s), dci);
	else if (e->rung)
		post_transfer(e->dequeue, CODE_STOPPED_INVALID, 0, slot_number(s), dci);
	e->rung = false;
	store_state(s, dci);
	return CODE_SUCCESS;
}

static uint32_t set_dequeue(struct slot *s, unsigned dci, const struct trb *t)
{
	struct endpoint *e = &s->ep[dci];

	if (e->state != EP_STOPPED && e->state != EP_ERROR)
		return CODE_CONTEXT_STATE;
	if (t->low & 0xE || t->high || t->status)
		fail_msg("Set TR Dequeue Pointer: %x:%x, stream %x", t->high, t->low, t->status);
	check_pointer(t->low & ~0xFu, 16, 16, 0, "Set TR Dequeue Pointer");
	e->state = EP_STOPPED;
	e->dequeue = t->low & ~0xFu;
	e->cycle = t->low & 1;
	store_state(s, dci);
	return CODE_SUCCESS;
}

static uint32_t reset_device(struct slot *s)
{
	if (s->state < SLOT_ADDRESSED)
		return CODE_CONTEXT_STATE;
	s->state = SLOT_DEFAULT;
	for (unsigned dci = 2; dci < 32; dci++)
		s->ep[dci].state = EP_DISABLED;
	output(s, 0, 3, (uint32_t)SLOT_DEFAULT << 27);
	return CODE_SUCCESS;
}

static uint32_t endpoint_command(struct slot *s, const struct trb *t)
{
	unsigned dci = t->control >> 16 & 0x1F;

	if (dci < 1 || s->ep[dci].state == EP_DISABLED)
		fail_msg("command %u for endpoint %u, which is disabled", trb_type(t), dci);
	switch (trb_type(t)) {
	case TRB_RESET_ENDPOINT:
		return reset_endpoint(s, dci);
	case TRB_STOP_ENDPOINT:
		return stop_endpoint(s, dci);
	default:
		return set_dequeue(s, dci, t);
	}
}

static uint32_t slot_command(struct slot *s, const struct trb *t)
{
	switch (trb_type(t)) {
	case TRB_DISABLE_SLOT:
		return disable_slot(s);
	case TRB_ADDRESS_DEVICE:
		return address_device(s, t->low);
	case TRB_EVALUATE_CONTEXT:
		return evaluate_context(s, t->low);
	case TRB_CONFIGURE_ENDPOINT:
		return configure_endpoint(s, t->low);
	case TRB_RESET_ENDPOINT: case TRB_STOP_ENDPOINT: case TRB_SET_DEQUEUE:
		return endpoint_command(s, t);
	case TRB_RESET_DEVICE:
		return reset_device(s);
	}
	fail_msg("command of type %u", trb_type(t));
	return 0;
}

static uint32_t run_command(const struct trb *t, unsigned *slot)
{
	struct slot *s = slot_for(t);

	*slot = t->control >> 24;
	if (t->high)
		fail_msg("command %u: an address above 4 GiB", trb_type(t));
	if (trb_type(t) == TRB_ENABLE_SLOT)
		return enable_slot(slot);
	if (trb_type(t) == TRB_NO_OP_COMMAND)
		return CODE_SUCCESS;
	if (!s || s->state == SLOT_DISABLED)
		return CODE_SLOT_NOT_ENABLED;
	return slot_command(s, t);
}

static void command_tick(void)
{
	struct trb t;
	unsigned slot;
	uint32_t code;

	if (!x.command_rung || usb_now < x.command_due || x.config.no_completions)
		return;
	if (!next_trb(&x.command, &x.command_cycle, &t, false, "command ring")) {
		x.command_rung = false;
		return;
	}
	code = run_command(&t, &slot);
	post(t.at, code << 24, slot << 24 | TRB_COMPLETION_EVENT << 10);
	x.command_due = usb_now + COMMAND_US;
}

/* Transfers (4.10, 4.11). */
struct td {
	struct trb trbs[TD_TRBS];
	unsigned count;
	uint32_t bytes;
	uint32_t next;
	bool cycle;
};

static void check_buffer(const struct trb *t)
{
	uint32_t length = t->status & 0x1FFFF;

	if (t->high)
		fail_msg("transfer TRB: a buffer above 4 GiB");
	if (length > 65536)
		fail_msg("transfer TRB: %u bytes", length);
	if (length && t->low / 65536 != (t->low + length - 1) / 65536)
		fail_msg("transfer TRB: %x, %u bytes, crosses 64 KiB", t->low, length);
	if (t->status >> 22)
		fail_msg("transfer TRB: interrupter target in %x", t->status);
}

/* 4.11.2.4: packets that are left after each TRB. */
static void check_td_size(const struct td *td, uint16_t max_packet)
{
	uint32_t packets = (td->bytes + max_packet - 1) / max_packet, moved = 0;

	for (unsigned i = 0; i < td->count; i++) {
		uint32_t left, size = td->trbs[i].status >> 17 & 0x1F;

		moved += td->trbs[i].status & 0x1FFFF;
		left = i + 1 == td->count ? 0 : packets - moved / max_packet;
		if (size != (left > 31 ? 31 : left))
			fail_msg("TD size %u, not %u, in TRB %u of %u", size, left, i + 1,
				 td->count);
	}
}

/* Reads a TD from at; false: there is none that is whole. */
static bool read_td(struct td *td, uint32_t at, bool cycle, uint16_t max_packet)
{
	struct trb *t;

	td->count = td->bytes = 0;
	do {
		if (td->count == TD_TRBS)
			fail_msg("a TD of too many TRBs");
		t = &td->trbs[td->count];
		if (!next_trb(&at, &cycle, t, td->count > 0, "transfer ring"))
			return false;
		td->count++;
		if (trb_type(t) != TRB_SETUP)
			check_buffer(t);
		td->bytes += trb_type(t) == TRB_SETUP ? 0 : t->status & 0x1FFFF;
	} while (t->control & TRB_CH);
	td->next = at;
	td->cycle = cycle;
	check_td_size(td, max_packet);
	return true;
}

static const struct trb *last_trb(const struct td *td)
{
	return &td->trbs[td->count - 1];
}

/* Between the TD's buffers and one that has all bytes; the first of them only. */
static void copy_td(const struct td *td, uint8_t *bytes, uint32_t count, bool to_td)
{
	for (unsigned i = 0; i < td->count && count; i++) {
		uint32_t length = td->trbs[i].status & 0x1FFFF;
		uint32_t n = length < count ? length : count;
		uint8_t *at = n ? dma(td->trbs[i].low, n, "transfer") : NULL;

		if (n)
			memcpy(to_td ? at : bytes, to_td ? bytes : at, n);
		bytes += n;
		count -= n;
	}
}

static void advance(struct endpoint *e, const struct td *td)
{
	e->dequeue = td->next;
	e->cycle = td->cycle;
}

static uint32_t code_of(enum usb_answer answer)
{
	return answer == USB_STALL ? CODE_STALL
		: answer == USB_BABBLE ? CODE_BABBLE : CODE_TRANSACTION;
}

static void halt_endpoint(struct slot *s, unsigned dci, const struct trb *t, uint32_t code)
{
	s->ep[dci].state = EP_HALTED;
	s->ep[dci].rung = false;
	post_transfer(t->at, code, t->status & 0x1FFFF, slot_number(s), dci);
	store_state(s, dci);
}

/* Some controllers have another event than the specification for the last TRB of a short TD. */
static void post_part(const struct slot *s, unsigned dci, const struct trb *t, bool is_short,
		      bool ends, uint32_t rest)
{
	bool is_spurious = is_short && !ends && x.config.spurious_success;

	post_transfer(t->at, is_short && !is_spurious ? CODE_SHORT : CODE_SUCCESS,
		      is_spurious ? 0 : rest, slot_number(s), dci);
}

/*
 * 4.10.1.1: where a short packet ends a TD, that TRB has an event if it asks for one by ISP or
 * IOC, and the last one has another if it asks for one by IOC.
 */
static void complete_td(const struct slot *s, unsigned dci, const struct td *td, uint32_t moved)
{
	bool is_short = false;

	for (unsigned i = 0; i < td->count; i++) {
		const struct trb *t = &td->trbs[i];
		uint32_t length = t->status & 0x1FFFF;
		uint32_t n = moved < length ? moved : length;
		bool ends = !is_short && n < length;

		is_short |= n < length;
		moved -= n;
		if (t->control & TRB_IOC ? !is_short || ends || i + 1 == td->count
					 : ends && t->control & TRB_ISP)
			post_part(s, dci, t, is_short, ends, length - n);
	}
}

static uint8_t *bounce(uint32_t bytes)
{
	static uint8_t buffer[1u << 20];

	assert_true(bytes <= sizeof(buffer));
	return buffer;
}

/* Both sides count packets; if only one of them starts anew, the other drops a packet. */
static void count_packets(struct slot *s, unsigned dci, uint32_t bytes)
{
	struct endpoint *e = &s->ep[dci];
	uint32_t packets = bytes ? (bytes + e->max_packet - 1) / e->max_packet : 1;

	e->toggle = (e->toggle + packets) & 1;
	s->device->toggles[dci] = (s->device->toggles[dci] + packets) & 1;
}

static void check_toggle(const struct slot *s, unsigned dci)
{
	if (s->ep[dci].toggle != s->device->toggles[dci])
		fail_msg("%s: endpoint %u: the data toggle was reset on one side only",
			 s->device->name, dci);
}

static enum usb_answer move_bulk(struct slot *s, unsigned dci, const struct td *td,
				 uint32_t *bytes)
{
	uint8_t *buffer = bounce(td->bytes);
	enum usb_answer answer;

	*bytes = td->bytes;
	if (!answers(s))
		return USB_ERROR;
	if (dci & 1) {
		answer = usb_in(s->device, dci, buffer, bytes);
		if (answer == USB_ACK)
			copy_td(td, buffer, *bytes, true);
	} else {
		copy_td(td, buffer, td->bytes, false);
		answer = usb_out(s->device, dci, buffer, td->bytes);
	}
	if (answer == USB_ACK)
		check_toggle(s, dci);
	return answer;
}

static void check_normal(const struct td *td)
{
	for (unsigned i = 0; i < td->count; i++)
		if (trb_type(&td->trbs[i]) != TRB_NORMAL || td->trbs[i].control & TRB_IDT)
			fail_msg("a TRB of type %u, or immediate, in a bulk ring",
				 trb_type(&td->trbs[i]));
	if (!(last_trb(td)->control & TRB_IOC))
		fail_msg("a TD without an event");
}

/* About 400 MB/s. */
static uint64_t time_of(uint32_t bytes)
{
	return TRANSFER_US + bytes / 400;
}

static void bulk_tick(struct slot *s, unsigned dci)
{
	struct endpoint *e = &s->ep[dci];
	enum usb_answer answer;
	struct td td = { .count = 0 };
	uint32_t bytes;

	if (!read_td(&td, e->dequeue, e->cycle, e->max_packet)) {
		e->rung = false;
		return;
	}
	check_normal(&td);
	answer = move_bulk(s, dci, &td, &bytes);
	e->due = usb_now + (answer == USB_NAK ? RETRY_US : time_of(bytes));
	if (answer == USB_NAK)
		return;
	if (answer != USB_ACK) {
		halt_endpoint(s, dci, &td.trbs[0], code_of(answer));
		return;
	}
	count_packets(s, dci, bytes);
	advance(e, &td);
	complete_td(s, dci, &td, bytes);
}

/* 4.11.2.2: the three stages of a control transfer. */
struct control {
	struct td setup, data, status;
	uint8_t request[8];
	bool has_data, in;
};

static bool read_control(struct control *c, const struct endpoint *e)
{
	if (!read_td(&c->setup, e->dequeue, e->cycle, e->max_packet)
	    || !read_td(&c->data, c->setup.next, c->setup.cycle, e->max_packet))
		return false;
	c->has_data = trb_type(&c->data.trbs[0]) == TRB_DATA;
	if (!c->has_data)
		c->status = c->data;
	return !c->has_data || read_td(&c->status, c->data.next, c->data.cycle, e->max_packet);
}

static void check_control(const struct control *c)
{
	const struct trb *setup = &c->setup.trbs[0], *status = &c->status.trbs[0];
	uint32_t length = le16(c->request + 6), expected = !length ? 0 : c->in ? 3 : 2;

	if (trb_type(setup) != TRB_SETUP || !(setup->control & TRB_IDT)
	    || (setup->status & 0x1FFFF) != 8 || c->setup.count != 1)
		fail_msg("Setup Stage TRB: %x %x", setup->status, setup->control);
	if ((setup->control >> 16 & 3) != expected || c->has_data != (length > 0))
		fail_msg("Setup Stage TRB: transfer type %u, wLength %u",
			 setup->control >> 16 & 3, length);
	if (c->has_data && (c->data.bytes != length
			    || (c->data.trbs[0].control >> 16 & 1) != c->in))
		fail_msg("Data Stage TRB: %u bytes or direction", c->data.bytes);
	if (trb_type(status) != TRB_STATUS || status->status || c->status.count != 1
	    || (status->control >> 16 & 1) == (c->in && c->has_data))
		fail_msg("Status Stage TRB: %x %x", status->status, status->control);
	if (!(status->control & TRB_IOC))
		fail_msg("Status Stage TRB: no event");
}

static void finish_control(struct slot *s, const struct control *c, uint32_t bytes)
{
	advance(&s->ep[1], &c->status);
	if (c->has_data) {
		if (c->in)
			copy_td(&c->data, bounce(bytes), bytes, true);
		if (bytes < c->data.bytes || c->data.trbs[0].control & TRB_IOC)
			complete_td(s, 1, &c->data, bytes);
	}
	complete_td(s, 1, &c->status, 0);
}

/* A packet smaller than expected ends the data stage, and a larger one is babble. */
static enum usb_answer cut_packets(const struct slot *s, uint32_t *bytes)
{
	uint32_t sent = usb_max_packet_0(s->device), expected = s->ep[1].max_packet;

	if (*bytes > expected && sent > expected)
		return USB_BABBLE;
	if (*bytes > sent && sent < expected)
		*bytes = sent;
	return USB_ACK;
}

static void control_tick(struct slot *s)
{
	struct endpoint *e = &s->ep[1];
	struct control c = { .has_data = false };
	enum usb_answer answer = USB_ERROR;
	uint32_t bytes;

	if (!read_control(&c, e)) {
		e->rung = false;
		return;
	}
	le_store(c.request, c.setup.trbs[0].low, 4);
	le_store(c.request + 4, c.setup.trbs[0].high, 4);
	c.in = c.request[0] & 0x80;
	check_control(&c);
	bytes = le16(c.request + 6);
	if (c.has_data && !c.in)
		copy_td(&c.data, bounce(bytes), bytes, false);
	if (answers(s))
		answer = usb_control(s->device, c.request, bounce(bytes), &bytes);
	if (answer == USB_ACK && c.in)
		answer = cut_packets(s, &bytes);
	if (answer != USB_ACK) {
		halt_endpoint(s, 1, c.has_data ? &c.data.trbs[0] : &c.status.trbs[0],
			      code_of(answer));
		return;
	}
	e->due = usb_now + TRANSFER_US;
	finish_control(s, &c, bytes);
}

static void slot_tick(struct slot *s)
{
	for (unsigned dci = 1; s->state >= SLOT_ADDRESSED && dci < 32; dci++) {
		struct endpoint *e = &s->ep[dci];

		if (e->state != EP_RUNNING || !e->rung || usb_now < e->due)
			continue;
		if (dci == 1)
			control_tick(s);
		else
			bulk_tick(s, dci);
	}
}

static void ring_doorbell(unsigned slot, uint32_t value)
{
	unsigned dci = value & 0xFF;
	struct endpoint *e;

	if (!x.started)
		fail_msg("doorbell %u while halted", slot);
	if (!slot) {
		assert_int_equal(value, 0);
		x.command_rung = true;
		x.command_due = usb_now + COMMAND_US;
		return;
	}
	if (slot > MAX_SLOTS || x.slots[slot].state < SLOT_ADDRESSED || value >> 8 || dci > 31)
		fail_msg("doorbell %u: %x", slot, value);
	e = &x.slots[slot].ep[dci];
	if (e->state == EP_DISABLED)
		fail_msg("doorbell %u: endpoint %u is disabled", slot, dci);
	if (e->state == EP_HALTED || e->state == EP_ERROR)
		return;                         /* 4.8.3: ignored */
	e->state = EP_RUNNING;
	e->rung = true;
	if (e->due < usb_now + TRANSFER_US)
		e->due = usb_now + TRANSFER_US;
	if (!x.config.lazy_contexts)
		store_state(&x.slots[slot], dci);
}

/* Start, stop, reset (4.2, 5.4.1). */
static void check_scratchpads(void)
{
	uint32_t array = dma_read(x.dcbaap, "DCBAA");

	if (!x.config.scratchpads)
		return;
	check_pointer(array, 64, x.config.scratchpads * 8, PAGE, "scratchpad array");
	for (unsigned i = 0; i < x.config.scratchpads; i++) {
		uint32_t page = dma_read(array + i * 8, "scratchpad array");

		if (dma_read(array + i * 8 + 4, "scratchpad array"))
			fail_msg("scratchpad: an address above 4 GiB");
		check_pointer(page, PAGE, PAGE, PAGE, "scratchpad");
		dma(page, PAGE, "scratchpad");
	}
}

static void run(void)
{
	unsigned slots = x.config_register & 0xFF;

	if (slots < 1 || slots > MAX_SLOTS || x.config_register & ~0xFFu)
		fail_msg("CONFIG is %x", x.config_register);
	if (x.dcbaap_high || x.crcr_high)
		fail_msg("DCBAAP or CRCR: above 4 GiB");
	check_pointer(x.dcbaap, 64, (slots + 1) * 8, PAGE, "DCBAAP");
	check_pointer(x.crcr_low & ~0x3Fu, 64, 16, 0, "CRCR");
	if (x.usbcmd & (INTE | HSEE) || x.iman & 2)
		fail_msg("interrupts are enabled");
	check_scratchpads();
	event_segment();
	x.command = x.crcr_low & ~0x3Fu;
	x.command_cycle = x.crcr_low & 1;
	x.command_rung = false;
	x.started = true;
	x.usbsts &= ~HCH;
	for (struct port *p = x.ports; p < x.ports + x.port_count; p++)
		if (p->value & CHANGES)
			post(port_number(p) << 24, CODE_SUCCESS << 24, TRB_PORT_EVENT << 10);
}

static void reset_registers(void)
{
	x.usbcmd = 0;
	x.usbsts = HCH;
	x.crcr_low = x.crcr_high = x.dcbaap = x.dcbaap_high = x.config_register = 0;
	x.iman = x.erstsz = x.erstba = x.erstba_high = x.erdp = x.erdp_high = 0;
	x.started = x.command_rung = false;
	x.run_due = x.halt_due = 0;
	memset(x.slots, 0, sizeof(x.slots));
}

static void reset(void)
{
	if (!(x.usbsts & HCH))
		fail_msg("HCRST while running");
	reset_registers();
	x.resets++;
	x.usbcmd = HCRST;
	x.reset_at = usb_now;
	x.reset_end = usb_now + 1500;
	x.ready_at = x.reset_end + x.config.ready_ms * 1000;
	x.usbsts |= CNR;
	for (struct port *p = x.ports; p < x.ports + x.port_count; p++)
		empty_port(p);
}

static void state_tick(void)
{
	if (x.usbcmd & HCRST && usb_now >= x.reset_end && !x.config.reset_hangs)
		x.usbcmd &= ~HCRST;
	if (x.usbsts & CNR && usb_now >= x.ready_at && !(x.usbcmd & HCRST) && !x.config.never_ready)
		x.usbsts &= ~CNR;
	if (x.halt_due && usb_now >= x.halt_due && !x.config.never_halts) {
		x.halt_due = 0;
		x.started = false;
		x.usbsts |= HCH;
	}
	if (x.run_due && usb_now >= x.run_due && !x.config.never_starts) {
		x.run_due = 0;
		run();
	}
	if (x.legacy_due && usb_now >= x.legacy_due && x.config.legacy == LEGACY_FIRMWARE) {
		x.legacy_due = 0;
		x.legsup &= ~0x10000u;
	}
}

static void tick(void)
{
	usb_now += STEP_US;
	if (x.limit && usb_now > x.limit)
		fail_msg("the driver waits longer than %u ms", x.limit_ms);
	state_tick();
	for (unsigned i = 0; i < x.port_count; i++)
		port_tick(&x.ports[i]);
	if (!x.started || x.usbsts & HCE)
		return;
	command_tick();
	for (unsigned i = 1; i <= MAX_SLOTS; i++)
		if (x.slots[i].state >= SLOT_ADDRESSED)
			slot_tick(&x.slots[i]);
}

uint64_t rdtsc(void)
{
	tick();
	return usb_now * HOST_TICKS / 1000;
}

void model_limit_ms(uint32_t ms)
{
	x.limit = usb_now + ms * UINT64_C(1000);
	x.limit_ms = ms;
}

void model_wait_ms(uint32_t ms)
{
	model_limit_ms(LIMIT_MS);
	for (uint64_t end = usb_now + ms * UINT64_C(1000); usb_now < end;)
		tick();
}

uint32_t model_now_ms(void)
{
	return (uint32_t)(usb_now / 1000);
}

/* Registers. */
static bool decodes(void)
{
	return pci_function_has(&x.pci, PCI_MEMORY) && !x.config.gone;
}

/* 5.4.1: some controllers hang on any access within a millisecond of HCRST. */
static uint32_t register_offset(uint32_t address)
{
	if (address < XHCI_WINDOW || address - XHCI_WINDOW >= XHCI_SIZE || address & 3)
		fail_msg("access to %x", address);
	if (x.usbcmd & HCRST && usb_now < x.reset_at + 1000)
		fail_msg("access to register %x within 1 ms of HCRST", address - XHCI_WINDOW);
	return address - XHCI_WINDOW;
}

static uint32_t structural(uint32_t offset)
{
	unsigned n = x.config.scratchpads;

	switch (offset) {
	case 0x00: return VERSION | CAPABILITY_SIZE;
	case 0x04: return x.port_count << 24 | 1u << 8 | MAX_SLOTS;
	case 0x08: return (n & 0x1F) << 27 | (n >> 5) << 21 | 0xF1u;
	case 0x0C: return 0;
	case 0x10: return EXTENDED / 4 << 16 | (x.config.port_power ? 8u : 0)
			| (x.config.contexts_64 ? 4u : 0) | 1;
	case 0x14: return DOORBELLS;
	case 0x18: return RUNTIME;
	}
	return 0;
}

unsigned model_first3(void)
{
	return x.config.usb2_first ? x.config.usb2 + 1 : 1;
}

unsigned model_first2(void)
{
	return x.config.usb2_first ? 1 : x.config.usb3 + 1;
}

/* 7.1 and 7.2: USBLEGSUP, then USB 3, then USB 2. */
static uint32_t extended(uint32_t offset)
{
	bool has_legacy = x.config.legacy != LEGACY_NONE;

	switch (offset) {
	case 0x00: return has_legacy ? 0x401u | x.legsup : 0x4FFu;
	case 0x04: return has_legacy ? x.legctl : 0;
	case 0x10: return 0x03000000u | 4u << 8 | 2;
	case 0x14: case 0x24: return 0x20425355;
	case 0x18: return x.config.usb3 << 8 | model_first3();
	case 0x20: return 0x02000000u | 2;
	case 0x28: return x.config.usb2 << 8 | model_first2();
	}
	return 0;
}

static uint32_t operational(uint32_t offset)
{
	switch (offset) {
	case 0x00: return x.usbcmd;
	case 0x04: return x.usbsts;
	case 0x08: return 1;
	case 0x18: return x.started && x.command_rung ? 8 : 0;  /* reads as 0 but for CRR */
	case 0x30: return x.dcbaap;
	case 0x34: return x.dcbaap_high;
	case 0x38: return x.config_register;
	}
	return 0;
}

static uint32_t runtime(uint32_t offset)
{
	switch (offset) {
	case 0x20: return x.iman;
	case 0x28: return x.erstsz;
	case 0x30: return x.erstba;
	case 0x34: return x.erstba_high;
	case 0x38: return x.erdp;
	case 0x3C: return x.erdp_high;
	}
	return 0;
}

static struct port *port_at(uint32_t offset)
{
	uint32_t index = (offset - PORTS) / 16;

	if (offset < PORTS || index >= x.port_count)
		return NULL;
	return &x.ports[index];
}

uint32_t read32(uint32_t address)
{
	uint32_t offset;
	const struct port *p;

	tick();
	if (host_has(address, 4))
		return le32((const uint8_t *)(uintptr_t)address);
	offset = register_offset(address);
	p = port_at(offset);
	if (!decodes())
		return 0xFFFFFFFF;
	if (offset < CAPABILITY_SIZE)
		return structural(offset);
	if (p)
		return (offset - PORTS) % 16 ? 0 : port_read(p);
	if (offset < PORTS)
		return operational(offset - CAPABILITY_SIZE);
	if (offset >= EXTENDED)
		return extended(offset - EXTENDED);
	return offset >= RUNTIME && offset < DOORBELLS ? runtime(offset - RUNTIME) : 0;
}

static void write_usbcmd(uint32_t value)
{
	if (value & HCRST) {
		reset();
		return;
	}
	if (value & RUN && !(x.usbcmd & RUN)) {
		if (!(x.usbsts & HCH))
			fail_msg("RS = 1 before it has halted");
		x.run_due = usb_now + 500;
	}
	if (!(value & RUN) && x.usbcmd & RUN)
		x.halt_due = usb_now + (x.config.halt_ms ? x.config.halt_ms : 1) * 1000;
	x.usbcmd = value;
}

static void write_operational(uint32_t offset, uint32_t value)
{
	if (x.usbsts & CNR && offset != 0x04)
		fail_msg("write to operational register %x while CNR is set", offset);
	if (offset >= 0x18 && (x.usbcmd & RUN || !(x.usbsts & HCH)))
		fail_msg("write to operational register %x while running", offset);
	switch (offset) {
	case 0x00: write_usbcmd(value); break;
	case 0x04: x.usbsts &= ~(value & 0x41C); break;
	case 0x14: break;
	case 0x18: x.crcr_low = value; break;
	case 0x1C: x.crcr_high = value; break;
	case 0x30: x.dcbaap = value; break;
	case 0x34: x.dcbaap_high = value; break;
	case 0x38: x.config_register = value; break;
	default: fail_msg("write to operational register %x", offset);
	}
}

static void write_erdp(uint32_t value)
{
	x.erdp = value & ~8u;
	if (!x.started)
		return;
	if ((value & ~0xFu) >= x.event_end || (value & ~0xFu) < dma_read(x.erstba, "ERST"))
		fail_msg("ERDP %x is not in the event ring", value);
}

static void write_runtime(uint32_t offset, uint32_t value)
{
	switch (offset) {
	case 0x20: x.iman = value & 2; break;
	case 0x24: break;
	case 0x28: x.erstsz = value; break;
	case 0x30: x.erstba = value; break;
	case 0x34: x.erstba_high = value; break;
	case 0x38: write_erdp(value); break;
	case 0x3C: x.erdp_high = value; break;
	default: fail_msg("write to runtime register %x", offset);
	}
}

static void write_extended(uint32_t offset, uint32_t value)
{
	if (x.config.legacy == LEGACY_NONE || offset > 4)
		fail_msg("write to extended capability %x", offset);
	if (offset == 4) {
		x.legctl = value & 0xE011;
		return;
	}
	if (value & 0x1000000 && x.legsup & 0x10000 && !x.legacy_due)
		x.legacy_due = usb_now + 200000;
	x.legsup = value & 0x1010000;
}

void write32(uint32_t address, uint32_t value)
{
	uint32_t offset;
	struct port *p;

	tick();
	x.writes++;
	offset = register_offset(address);
	p = port_at(offset);
	if (!decodes())
		fail_msg("write to register %x, which is not decoded", offset);
	if (offset < CAPABILITY_SIZE)
		fail_msg("write to capability register %x", offset);
	if (p) {
		if ((offset - PORTS) % 16)
			fail_msg("write to port register %x", offset);
		if (x.usbsts & CNR)
			fail_msg("write to PORTSC while CNR is set");
		port_write(p, value);
	} else if (offset < RUNTIME)
		write_operational(offset - CAPABILITY_SIZE, value);
	else if (offset >= EXTENDED)
		write_extended(offset - EXTENDED, value);
	else if (offset >= DOORBELLS)
		ring_doorbell((offset - DOORBELLS) / 4, value);
	else
		write_runtime(offset - RUNTIME, value);
}

/* PCI. */
static uint32_t map(uint64_t physical, uint32_t size)
{
	const uint32_t *bar = &x.pci.space[PCI_BAR0 / 4];
	uint64_t base = (uint64_t)bar[1] << 32 | (bar[0] & ~0xFu);

	if (!base || physical < base || physical + size > base + XHCI_SIZE)
		fail_msg("map of %llx, %x bytes", (unsigned long long)physical, size);
	return XHCI_WINDOW + (uint32_t)(physical - base);
}

/* Set up. Each of Intel's routing registers has a mask of its bits after it. */
static void fill_header(void)
{
	const struct xhci_config *c = &x.config;
	uint64_t bar = c->above_4g ? XHCI_HIGH : XHCI_WINDOW;
	uint16_t command = (uint16_t)((c->memory_off ? 0 : PCI_MEMORY) | (c->running ? PCI_BUS_MASTER : 0));

	x.pci = pci_function(XHCI_PCI, c->id ? c->id : 0x12341B36, 0x0C033000, command);
	x.pci.space[PCI_BAR0 / 4] = (uint32_t)bar | 4;
	x.pci.space[PCI_BAR0 / 4 + 1] = (uint32_t)(bar >> 32);
	for (uint32_t routing = 0xD0; c->id && routing <= 0xD8; routing += 8)
		x.pci.space[routing / 4 + 1] = x.pci.writable[routing / 4] = 0xF;
	pci_model_start(&x.pci, 1, tick);
}

static void fill_port(struct port *p, const struct xhci_port_config *config, bool is_3)
{
	p->is_3 = is_3;
	p->powered = !x.config.port_power;
	p->device = config->device;
	p->trouble = config->state;
	empty_port(p);
}

static void fill_ports(void)
{
	struct xhci_config *c = &x.config;

	if (!c->usb3 && !c->usb2)
		c->usb3 = c->usb2 = 4;
	x.port_count = c->usb3 + c->usb2;
	assert_true(x.port_count <= XHCI_PORTS);
	for (unsigned i = 0; i < c->usb3; i++)
		fill_port(&x.ports[model_first3() - 1 + i], &c->port3[i], true);
	for (unsigned i = 0; i < c->usb2; i++)
		fill_port(&x.ports[model_first2() - 1 + i], &c->port2[i], false);
}

static void fill_registers(void)
{
	const struct xhci_config *c = &x.config;

	x.usbsts = c->running ? 0 : HCH;
	x.usbcmd = c->running ? RUN : 0;
	x.dcbaap = c->dcbaap;
	x.ready_at = usb_now + c->ready_ms * 1000;
	if (c->ready_ms || c->never_ready)
		x.usbsts |= CNR;
	if (c->legacy == LEGACY_FIRMWARE || c->legacy == LEGACY_KEEPS)
		x.legsup = 0x10000;
	if (c->legacy == LEGACY_OS)
		x.legsup = 0x1000000;
	x.legctl = c->legacy == LEGACY_FIRMWARE || c->legacy == LEGACY_KEEPS ? 0xE011 : 0;
}

void model_power_on(const struct xhci_config *config)
{
	memset(&x, 0, sizeof(x));
	host_start(config->skew, config->allocations);
	driver_host.map = map;
	x.config = *config;
	model_limit_ms(LIMIT_MS);
	fill_header();
	fill_ports();
	fill_registers();
}

void model_unplug(unsigned port)
{
	struct port *p = &x.ports[port - 1];

	usb_reset(p->device);
	p->device = NULL;
	p->occupied = false;
	p->value &= ~(CCS | PED);
	set_link(p, LINK_RX_DETECT);
	port_changed(p, CSC);
}

void model_fail_controller(void)
{
	x.usbsts |= HCE;
}

void model_take_over(bool stop)
{
	if (stop) {
		x.usbcmd ^= RUN;
		x.usbsts ^= HCH;
		x.started = !x.started;
	} else {
		x.dcbaap ^= 64;
	}
}

uint32_t model_register(uint32_t offset)
{
	return operational(offset);
}

uint16_t model_command(void)
{
	return pci_function_command(&x.pci);
}

bool model_smi_enabled(void)
{
	return x.legctl & 0xE011;
}

unsigned model_writes(void)
{
	return x.writes + x.pci.writes;
}

unsigned model_resets(void)
{
	return x.resets;
}
