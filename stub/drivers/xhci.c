/* SPDX-License-Identifier: MIT */
/* xHCI 1.2: 4.9 rings, 4.11 TRBs, 4.6 commands, 4.10 events. */
#include "drivers/xhci.h"

#include "common/mem.h"

#define WAIT_MS 5000u                   /* USB 2.0, 9.2.6.1; also for disks that spin up */
#define LINK    (RING_TRBS - 1)

void xhci_empty(struct xhci_ring *ring)
{
	memset(ring->trbs, 0, RING_SIZE);
	ring->trbs[LINK].parameter = bus_address(ring->trbs);
	ring->next = 0;
	ring->cycle = TRB_CYCLE;
}

/* The link gets the cycle bit that the TRBs before it have, then that bit changes (4.9.2.1). */
static void advance(struct xhci_ring *ring, uint32_t chain)
{
	if (++ring->next != LINK)
		return;
	ring->trbs[LINK].control = TRB_TYPE(TRB_LINK) | TRB_TOGGLE | chain | ring->cycle;
	ring->next = 0;
	ring->cycle ^= TRB_CYCLE;
}

/* Puts a TRB into a ring and returns it. The first one of a transfer is not valid yet. */
static struct xhci_trb *put(struct xhci_ring *ring, const struct xhci_trb *trb, bool is_first)
{
	struct xhci_trb *to = &ring->trbs[ring->next];

	*to = *trb;
	to->control |= is_first ? ring->cycle ^ TRB_CYCLE : ring->cycle;
	advance(ring, trb->control & TRB_CHAIN);
	return to;
}

/* 4.7: makes the first TRB valid, so that all are, and rings the doorbell. */
static void go(const struct xhci *c, uint32_t slot, uint32_t dci, struct xhci_trb *first)
{
	barrier();
	*(volatile uint32_t *)&first->control ^= TRB_CYCLE;
	barrier();
	write32(c->doorbells + slot * sizeof(uint32_t), dci);
}

static bool is_in(const struct xhci_ring *ring, uint32_t address)
{
	return (address & -RING_SIZE) == bus_address(ring->trbs);
}

/* Whether an event has the address of a TRB. */
static bool has_address(const struct xhci_trb *event)
{
	uint32_t type = TRB_TYPE_OF(event->control);

	return type == TRB_TRANSFER_EVENT || type == TRB_COMMAND_EVENT;
}

/* Whether this TRB is of what is waited for, which may go past the link. */
static bool is_awaited(const struct xhci *c, uint32_t address)
{
	if (((address ^ c->first) & -RING_SIZE) != 0)
		return false;
	return c->first <= c->last ? address >= c->first && address <= c->last
				   : address >= c->first || address <= c->last;
}

static void note_queued(const struct xhci *c, const struct xhci_trb *event)
{
	for (struct xhci_pipe *pipe = c->queued; pipe; pipe = pipe->next)
		if (is_in(&pipe->ring, event->parameter))
			pipe->code = TRB_CODE(event->status);
}

static bool take_event(struct xhci *c)
{
	const struct xhci_trb *event = &c->events[c->event];

	if ((*(const volatile uint32_t *)&event->control & TRB_CYCLE) != c->event_cycle)
		return false;
	barrier();
	if (has_address(event) && is_awaited(c, event->parameter))
		c->answer = *event;
	else if (has_address(event))
		note_queued(c, event);
	else
		c->port_changed |= TRB_TYPE_OF(event->control) == TRB_PORT_EVENT;
	if (++c->event == EVENTS) {
		c->event = 0;
		c->event_cycle ^= TRB_CYCLE;
	}
	return true;
}

void xhci_poll(struct xhci *c)
{
	while (take_event(c))
		;
	/* Always: SeaBIOS's INT 08h may have written it, for an event that was left in its ring. */
	xhci_put64(c->interrupter + ERDP, bus_address(&c->events[c->event]) | ERDP_BUSY);
}

bool xhci_is_ours(struct xhci *c)
{
	if (xhci_get(c, DCBAAP) != bus_address(c->contexts) || !(xhci_get(c, USBCMD) & CMD_RUN)
	    || xhci_get(c, USBSTS) & STS_FAILED)
		c->lost = true;
	return !c->lost;
}

static void await(struct xhci *c, const struct xhci_trb *first, const struct xhci_trb *last)
{
	c->first = bus_address(first);
	c->last = bus_address(last);
	c->answer.control = 0;
}

static bool is_attached(const struct xhci_pipe *pipe)
{
	return xhci_get(pipe->controller, PORTSC(pipe->port)) & PORT_CONNECTED;
}

/* Whether to wait on. pipe: not for a device that is gone; NULL: for a command. */
static bool waits(struct xhci *c, const struct xhci_pipe *pipe, uint64_t deadline)
{
	bool may_be_gone = c->port_changed;

	if (c->answer.control || expired(deadline))
		return false;
	c->port_changed = false;
	return !may_be_gone || !pipe || is_attached(pipe);
}

static uint32_t wait(struct xhci *c, const struct xhci_pipe *pipe)
{
	uint64_t deadline = deadline_in(WAIT_MS);

	do {
		relax();
		xhci_poll(c);
	} while (waits(c, pipe, deadline));
	c->first = c->last = 0;
	return c->answer.control ? TRB_CODE(c->answer.status) : CODE_NONE;
}

/* A controller that does not answer is not asked again. */
uint32_t xhci_command(struct xhci *c, uint32_t parameter, uint32_t control)
{
	struct xhci_trb trb = { .parameter = parameter, .control = control }, *first;
	uint32_t code;

	if (!xhci_is_ours(c))
		return CODE_NONE;
	first = put(&c->commands, &trb, true);
	await(c, first, first);
	go(c, 0, 0, first);
	code = wait(c, NULL);
	c->lost |= code == CODE_NONE;
	return code;
}

static uint32_t transfer(struct xhci_pipe *pipe, struct xhci_trb *first,
			 const struct xhci_trb *last)
{
	struct xhci *c = pipe->controller;

	await(c, first, last);
	c->port_changed = true;         /* perhaps before */
	go(c, pipe->slot, pipe->dci, first);
	return wait(c, pipe);
}

/* 4.11.2.4: packets that remain after a TRB. */
static uint32_t td_size(const struct xhci_pipe *pipe, uint32_t bytes)
{
	uint32_t packets = 0;

	while (bytes && packets < TRB_TD_SIZE_MAX) {
		packets++;
		bytes -= bytes < pipe->packet ? bytes : pipe->packet;
	}
	return TRB_TD_SIZE(packets);
}

/* At most two TRBs, since no buffer crosses more than one boundary. */
uint32_t xhci_bulk(struct xhci_pipe *pipe, uint32_t buffer, uint32_t bytes, uint32_t *rest)
{
	uint32_t to_boundary = TRB_BOUNDARY - buffer % TRB_BOUNDARY;
	uint32_t now = bytes < to_boundary ? bytes : to_boundary, left = bytes - now;
	struct xhci_trb trb = { .parameter = buffer, .status = now | td_size(pipe, left),
				.control = TRB_TYPE(TRB_NORMAL) | TRB_SHORT };
	struct xhci_trb *first, *last;
	uint32_t code;

	trb.control |= left ? TRB_CHAIN : TRB_INTERRUPT;
	first = last = put(&pipe->ring, &trb, true);
	if (left) {
		trb = (struct xhci_trb){ .parameter = buffer + now, .status = left,
			.control = TRB_TYPE(TRB_NORMAL) | TRB_SHORT | TRB_INTERRUPT };
		last = put(&pipe->ring, &trb, false);
	}
	code = transfer(pipe, first, last);
	*rest = TRB_REST(pipe->controller->answer.status);
	if (pipe->controller->answer.parameter == bus_address(first))
		*rest += left;
	return code;
}

/* 4.11.2.2: a setup stage, a data stage if there are data, and a status stage. */
bool xhci_request(struct xhci_pipe *control, const struct usb_request *request, void *data)
{
	bool is_in = request->type & USB_IN, has_data = request->length != 0;
	struct xhci_trb *first, *last;

	first = put(&control->ring, &(struct xhci_trb){
		.parameter = request->type | (uint32_t)request->request << 8
			| (uint32_t)request->value << 16,
		.parameter_high = request->index | (uint32_t)request->length << 16,
		.status = sizeof(*request),
		.control = TRB_TYPE(TRB_SETUP) | TRB_IMMEDIATE
			| (!has_data ? TRB_SETUP_NO_DATA : is_in ? TRB_SETUP_IN : TRB_SETUP_OUT),
	}, true);
	if (has_data)
		put(&control->ring, &(struct xhci_trb){
			.parameter = bus_address(data), .status = request->length,
			.control = TRB_TYPE(TRB_DATA) | (is_in ? TRB_IN : 0),
		}, false);
	last = put(&control->ring, &(struct xhci_trb){
		.control = TRB_TYPE(TRB_STATUS) | TRB_INTERRUPT | (is_in && has_data ? 0 : TRB_IN),
	}, false);
	if (transfer(control, first, last) == CODE_SUCCESS)
		return true;
	xhci_recover(control);
	return false;
}

static uint32_t state_of(const struct xhci_pipe *pipe)
{
	const struct xhci *c = pipe->controller;
	uint32_t context = (uint32_t)c->contexts[pipe->slot] + pipe->dci * c->context_size;

	return ENDPOINT_STATE(read32(context));
}

/* An endpoint may halt just before the command that stops it. */
bool xhci_recover(struct xhci_pipe *pipe)
{
	struct xhci *c = pipe->controller;
	uint32_t which = TRB_SLOT(pipe->slot) | TRB_ENDPOINT(pipe->dci);

	for (int i = 0; i < 2; i++) {
		uint32_t state = state_of(pipe);

		if (state == ENDPOINT_RUNNING)
			xhci_command(c, 0, TRB_TYPE(TRB_STOP_ENDPOINT) | which);
		else if (state == ENDPOINT_HALTED)
			xhci_command(c, 0, TRB_TYPE(TRB_RESET_ENDPOINT) | which);
	}
	xhci_empty(&pipe->ring);
	return xhci_command(c, bus_address(pipe->ring.trbs) | TRB_CYCLE,
			    TRB_TYPE(TRB_SET_DEQUEUE) | which) == CODE_SUCCESS;
}

bool xhci_clear_halt(struct xhci_pipe *pipe, struct xhci_pipe *control)
{
	const struct usb_request request = {
		.type = USB_TO_ENDPOINT, .request = USB_CLEAR_FEATURE, .value = USB_ENDPOINT_HALT,
		.index = (uint16_t)(pipe->dci / 2 | (pipe->dci & 1 ? USB_IN : 0)),
	};

	return xhci_recover(pipe) && xhci_request(control, &request, NULL);
}

void xhci_queue(struct xhci_pipe *pipe, void *buffer, uint32_t bytes)
{
	struct xhci_trb trb = { .parameter = bus_address(buffer), .status = bytes,
				.control = TRB_TYPE(TRB_NORMAL) | TRB_SHORT | TRB_INTERRUPT };

	pipe->code = CODE_NONE;
	go(pipe->controller, pipe->slot, pipe->dci, put(&pipe->ring, &trb, true));
}
