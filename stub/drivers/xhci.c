/* SPDX-License-Identifier: MIT */
/* xHCI 1.2: 4.9 rings, 4.11 TRBs, 4.6 commands, 4.10 events. */
#include "drivers/xhci.h"

#include "common/mem.h"

#define WAIT_MS 5000u                   /* USB 2.0, 9.2.6.1 */
#define BULK_MS 15000u                  /* for disks that spin up */
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
	write32(c->doorbells + slot * DOORBELL, dci);
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

/* 4.10.1.1: a short packet may have a second event, which some controllers call a success. */
static void note_event(struct xhci *c, const struct xhci_trb *event)
{
	if (!has_address(event))
		c->port_changed |= TRB_TYPE_OF(event->control) == TRB_PORT_EVENT;
	else if (!is_awaited(c, event->parameter))
		note_queued(c, event);
	else if (!c->answer.control)
		c->answer = *event;
}

static bool take_event(struct xhci *c)
{
	const struct xhci_trb *event = &c->events[c->event];

	if ((*(const volatile uint32_t *)&event->control & TRB_CYCLE) != c->event_cycle)
		return false;
	barrier();
	note_event(c, event);
	if (++c->event == EVENTS) {
		c->event = 0;
		c->event_cycle ^= TRB_CYCLE;
	}
	return true;
}

static void free_events(const struct xhci *c)
{
	xhci_put64(c->interrupter + ERDP, bus_address(&c->events[c->event]) | ERDP_BUSY);
}

static void take_events(struct xhci *c)
{
	bool any = false;

	while (take_event(c))
		any = true;
	if (any)
		free_events(c);
}

/*
 * ERDP is written even without an event: the timer interrupt of a firmware that has had the
 * controller may have written it, for its own ring, and QEMU's controller then fails.
 */
void xhci_poll(struct xhci *c)
{
	while (take_event(c))
		;
	free_events(c);
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
static bool waits(struct xhci *c, const struct xhci_pipe *pipe, uint64_t *deadline)
{
	bool may_be_gone = c->port_changed;

	if (c->answer.control || expired(deadline))
		return false;
	c->port_changed = false;
	return !may_be_gone || !pipe || is_attached(pipe);
}

static uint32_t wait(struct xhci *c, const struct xhci_pipe *pipe, uint32_t ms)
{
	uint64_t deadline = deadline_in(ms);

	do {
		relax();
		take_events(c);
	} while (waits(c, pipe, &deadline));
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
	xhci_poll(c);
	first = put(&c->commands, &trb, true);
	await(c, first, first);
	go(c, 0, 0, first);
	code = wait(c, NULL, WAIT_MS);
	c->lost |= code == CODE_NONE;
	return code;
}

static uint32_t transfer(struct xhci_pipe *pipe, struct xhci_trb *first,
			 const struct xhci_trb *last, uint32_t ms)
{
	struct xhci *c = pipe->controller;

	xhci_poll(c);
	await(c, first, last);
	c->port_changed = true;         /* perhaps before */
	go(c, pipe->slot, pipe->dci, first);
	return wait(c, pipe, ms);
}

/* 4.11.2.4: packets that remain after the first `now` of all bytes. */
static uint32_t td_size(const struct xhci_pipe *pipe, uint32_t bytes, uint32_t now)
{
	uint32_t packets = (bytes + pipe->packet - 1) / pipe->packet - now / pipe->packet;

	if (bytes == now)
		packets = 0;
	return TRB_TD_SIZE(packets < TRB_TD_SIZE_MAX ? packets : TRB_TD_SIZE_MAX);
}

/* At most two TRBs, since no buffer crosses more than one boundary. */
uint32_t xhci_bulk(struct xhci_pipe *pipe, uint32_t buffer, uint32_t bytes, uint32_t *rest)
{
	uint32_t to_boundary = TRB_BOUNDARY - buffer % TRB_BOUNDARY;
	uint32_t now = bytes < to_boundary ? bytes : to_boundary, left = bytes - now;
	struct xhci_trb trb = { .parameter = buffer, .status = now | td_size(pipe, bytes, now),
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
	code = transfer(pipe, first, last, BULK_MS);
	*rest = TRB_REST(pipe->controller->answer.status);
	if (pipe->controller->answer.parameter == bus_address(first))
		*rest += left;
	return code;
}

/* 4.11.2.2: a setup stage, a data stage if there are data, and a status stage. */
bool xhci_request(struct xhci_pipe *control, const struct usb_request *request, void *data)
{
	bool reads = request->type & USB_IN, has_data = request->length != 0;
	struct xhci_trb *first, *last;

	first = put(&control->ring, &(struct xhci_trb){
		.parameter = request->type | (uint32_t)request->request << 8
			| (uint32_t)request->value << 16,
		.parameter_high = request->index | (uint32_t)request->length << 16,
		.status = sizeof(*request),
		.control = TRB_TYPE(TRB_SETUP) | TRB_IMMEDIATE
			| (!has_data ? TRB_SETUP_NO_DATA : reads ? TRB_SETUP_IN : TRB_SETUP_OUT),
	}, true);
	if (has_data)
		put(&control->ring, &(struct xhci_trb){
			.parameter = bus_address(data), .status = request->length,
			.control = TRB_TYPE(TRB_DATA) | (reads ? TRB_IN : 0),
		}, false);
	last = put(&control->ring, &(struct xhci_trb){
		.control = TRB_TYPE(TRB_STATUS) | TRB_INTERRUPT | (reads && has_data ? 0 : TRB_IN),
	}, false);
	if (transfer(control, first, last, WAIT_MS) == CODE_SUCCESS)
		return true;
	xhci_recover(control);
	return false;
}

/* What a pipe's context says of its state may be late (4.8.3), so both commands are tried. */
static void stop(const struct xhci_pipe *pipe)
{
	uint32_t which = TRB_SLOT(pipe->slot) | TRB_ENDPOINT(pipe->dci);

	if (xhci_command(pipe->controller, 0, TRB_TYPE(TRB_STOP_ENDPOINT) | which) != CODE_SUCCESS)
		xhci_command(pipe->controller, 0, TRB_TYPE(TRB_RESET_ENDPOINT) | which);
}

bool xhci_recover(struct xhci_pipe *pipe)
{
	stop(pipe);
	xhci_empty(&pipe->ring);
	return xhci_command(pipe->controller, bus_address(pipe->ring.trbs) | TRB_CYCLE,
			    TRB_TYPE(TRB_SET_DEQUEUE) | TRB_SLOT(pipe->slot)
			    | TRB_ENDPOINT(pipe->dci)) == CODE_SUCCESS;
}

struct xhci_slot_context *xhci_input(const struct xhci *c, uint32_t slot, uint32_t drop,
				     uint32_t add)
{
	struct xhci_slot_context *context = xhci_input_context(c, DCI_SLOT);
	uint32_t *flags = (uint32_t *)c->input;

	memset(c->input, 0, (CONTEXTS + 1) * c->context_size);
	flags[0] = drop;
	flags[1] = add;
	memcpy(context, (const void *)(uintptr_t)c->contexts[slot], sizeof(*context));
	context->state = 0;
	return context;
}

/* 4.6.6: drops the endpoint and adds it again, as no other command resets a toggle for certain. */
static bool reopen(const struct xhci_pipe *pipe)
{
	const struct xhci *c = pipe->controller;
	const uint8_t *now = (const uint8_t *)(uintptr_t)c->contexts[pipe->slot];
	struct xhci_endpoint_context *context = xhci_input_context(c, pipe->dci);

	xhci_input(c, pipe->slot, ADD_CONTEXT(pipe->dci),
		   ADD_CONTEXT(DCI_SLOT) | ADD_CONTEXT(pipe->dci));
	memcpy(context, now + pipe->dci * c->context_size, sizeof(*context));
	context->interval &= ~ENDPOINT_STATE_MASK;
	context->dequeue = bus_address(pipe->ring.trbs) | ENDPOINT_CYCLE;
	context->dequeue_high = 0;
	return xhci_command(pipe->controller, bus_address(c->input),
			    TRB_TYPE(TRB_CONFIGURE_ENDPOINT) | TRB_SLOT(pipe->slot))
		== CODE_SUCCESS;
}

bool xhci_clear_halt(struct xhci_pipe *pipe, struct xhci_pipe *control)
{
	const struct usb_request request = {
		.type = USB_TO_ENDPOINT, .request = USB_CLEAR_FEATURE, .value = USB_ENDPOINT_HALT,
		.index = (uint16_t)(pipe->dci / 2 | (pipe->dci & 1 ? USB_IN : 0)),
	};

	stop(pipe);
	xhci_empty(&pipe->ring);
	return reopen(pipe) && xhci_request(control, &request, NULL);
}

void xhci_queue(struct xhci_pipe *pipe, void *buffer, uint32_t bytes)
{
	struct xhci_trb trb = { .parameter = bus_address(buffer), .status = bytes,
				.control = TRB_TYPE(TRB_NORMAL) | TRB_SHORT | TRB_INTERRUPT };

	pipe->code = CODE_NONE;
	go(pipe->controller, pipe->slot, pipe->dci, put(&pipe->ring, &trb, true));
}
