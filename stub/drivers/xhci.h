/* SPDX-License-Identifier: MIT */
/*
 * Transfers through an xHCI controller, which stay resident. One transfer at a time is waited
 * for; the reads of keyboards are queued all the time.
 */
#ifndef RJ_XHCI_H
#define RJ_XHCI_H

#include "drivers/driver.h"
#include "drivers/usb_protocol.h"
#include "drivers/xhci_registers.h"
#include "hardware/io.h"

#define RING_TRBS 16u                   /* with the link at the end */
#define RING_SIZE ((uint32_t)(RING_TRBS * sizeof(struct xhci_trb)))     /* also its alignment */
#define EVENTS    256u

/* 4.9.2: commands, or the transfers of an endpoint. */
struct xhci_ring {
	struct xhci_trb *trbs;
	uint32_t next;                  /* index of the next free one */
	uint32_t cycle;
};

/* A controller. */
struct xhci {
	uint32_t registers, operational, interrupter, doorbells;        /* addresses */
	uint64_t *contexts;             /* 6.1: DCBAA, by slot */
	uint32_t context_size;          /* 32 or 64 bytes */
	uint8_t *input;                 /* 6.2.5: input context */
	struct xhci_ring commands;
	const struct xhci_trb *events;
	uint32_t event;                 /* index of the next one */
	uint32_t event_cycle;
	uint32_t first, last;           /* addresses of the TRBs that are waited for */
	struct xhci_trb answer;         /* their event; control is 0: none yet */
	bool port_changed;              /* since the wait began, at some root port */
	struct xhci_pipe *queued;       /* the pipes of keyboards */
	bool lost;                      /* it has failed, or an operating system has taken it */
};

/* An endpoint of a device. */
struct xhci_pipe {
	struct xhci *controller;
	struct xhci_pipe *next;         /* of those that are queued */
	struct xhci_ring ring;
	uint32_t slot, dci;
	uint32_t port;                  /* the root port on the way to the device */
	uint32_t packet;                /* bytes */
	uint32_t code;                  /* CODE_* of a queued read; CODE_NONE: not done */
};

static inline uint32_t bus_address(const volatile void *memory)
{
	return (uint32_t)(uintptr_t)memory;
}

/* Operational registers. Of those with 64 bits the high half is 0; the low one comes first. */
static inline uint32_t xhci_get(const struct xhci *c, uint32_t offset)
{
	return read32(c->operational + offset);
}

static inline void xhci_put(const struct xhci *c, uint32_t offset, uint32_t value)
{
	write32(c->operational + offset, value);
}

static inline void xhci_put64(uint32_t address, uint32_t value)
{
	write32(address, value);
	write32(address + 4, 0);
}

/* Whether the controller runs, and for us. Once it does not, it never does again. */
bool xhci_is_ours(struct xhci *c);

/* Takes the events that have come. To be called before anything is queued. */
void xhci_poll(struct xhci *c);

/*
 * 6.2.5: makes an input context of these contexts to drop and to add (ADD_CONTEXT), with the
 * slot's own one as it is now. Returns where the slot's is in it.
 */
struct xhci_slot_context *xhci_input(const struct xhci *c, uint32_t slot, uint32_t drop,
				     uint32_t add);

/* Where the context of an endpoint or, for DCI_SLOT, of the slot is in the input context. */
static inline void *xhci_input_context(const struct xhci *c, uint32_t dci)
{
	return c->input + (dci + 1) * c->context_size;
}

/* Executes a command (6.4.3) and waits. Returns CODE_*; the event is in c->answer. */
uint32_t xhci_command(struct xhci *c, uint32_t parameter, uint32_t control);

/*
 * A bulk transfer in the pipe's direction, of at most XHCI_BULK_MAX bytes at a physical
 * address. Returns CODE_*; CODE_SHORT: the device sent less. *rest: bytes not transferred.
 */
#define XHCI_BULK_MAX TRB_BOUNDARY
uint32_t xhci_bulk(struct xhci_pipe *pipe, uint32_t buffer, uint32_t bytes, uint32_t *rest);

/* A request to endpoint 0. data: request->length bytes, or NULL if that is 0. */
bool xhci_request(struct xhci_pipe *control, const struct usb_request *request, void *data);

/* 4.6.8 to 4.6.10: empties a pipe that has halted, or whose transfer has not ended. */
bool xhci_recover(struct xhci_pipe *pipe);

/*
 * That, and puts the data toggles of the controller and of the device's endpoint back (USB 2.0,
 * 9.4.5). control is the same device's.
 */
bool xhci_clear_halt(struct xhci_pipe *pipe, struct xhci_pipe *control);

/* Starts a read of an interrupt pipe; xhci_poll sets pipe->code when it is done. */
void xhci_queue(struct xhci_pipe *pipe, void *buffer, uint32_t bytes);

/* Makes a ring empty. */
void xhci_empty(struct xhci_ring *ring);

#endif
