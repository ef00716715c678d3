/* SPDX-License-Identifier: MIT */
/* eXtensible Host Controller Interface for USB (xHCI) 1.2: registers and data structures. */
#ifndef RJ_XHCI_REGISTERS_H
#define RJ_XHCI_REGISTERS_H

#include <stddef.h>
#include <stdint.h>

/* 5.3: capability registers, from the start of BAR 0. */
#define CAPLENGTH   0x00u
#define HCSPARAMS1  0x04u
#define HCSPARAMS2  0x08u
#define HCCPARAMS1  0x10u
#define DBOFF       0x14u
#define RTSOFF      0x18u
#define DOORBELL    4u                  /* bytes, 5.6 */
#define MAX_SLOTS(hcsparams1) ((hcsparams1) & 0xFF)
#define MAX_PORTS(hcsparams1) ((hcsparams1) >> 24)
#define SCRATCHPADS(hcsparams2) (((hcsparams2) >> 21 & 0x1F) << 5 | (hcsparams2) >> 27)
#define HCC_CONTEXT_64 0x4u             /* contexts have 64 bytes, not 32 */
#define HCC_CAPABILITIES(hccparams1) ((hccparams1) >> 16)       /* in dwords; 0: none */
#define NO_REGISTERS 0xFFFFFFFFu

/* 7: extended capabilities. Bits 7:0 are the id, 15:8 the next one's distance in dwords. */
#define CAPABILITY_LEGACY   1u          /* 7.1 */
#define CAPABILITY_PROTOCOL 2u          /* 7.2 */
#define CAPABILITIES_MAX    64u         /* the list may be circular */
#define LEGACY_BIOS_OWNED   0x00010000u
#define LEGACY_OS_OWNED     0x01000000u
#define LEGACY_CONTROL      4u          /* USBLEGCTLSTS */
#define LEGACY_SMI_ENABLES  0x0000E011u
#define LEGACY_SMI_EVENTS   0xE0000000u /* cleared by writing ones */
#define PROTOCOL_MAJOR(first) ((first) >> 24)
#define PROTOCOL_PORTS      8u
#define PROTOCOL_FIRST(ports) ((ports) & 0xFF)
#define PROTOCOL_COUNT(ports) ((ports) >> 8 & 0xFF)

/* 5.4: operational registers, from CAPLENGTH. */
#define USBCMD      0x00u
#define USBSTS      0x04u
#define PAGESIZE    0x08u
#define CRCR        0x18u
#define DCBAAP      0x30u
#define CONFIG      0x38u
#define PORTSC(port) (0x400u + ((port) - 1) * 0x10u)    /* ports count from 1 */
#define CMD_RUN     0x00000001u
#define CMD_RESET   0x00000002u
#define STS_HALTED  0x00000001u
#define STS_FAILED  0x00001004u         /* HCE, HSE */
#define STS_NOT_READY 0x00000800u
#define CRCR_CYCLE  0x1u

/* 5.4.8: PORTSC. */
#define PORT_CONNECTED 0x00000001u
#define PORT_ENABLED   0x00000002u      /* writing 1 disables the port */
#define PORT_RESET     0x00000010u
#define PORT_LINK(portsc) ((portsc) >> 5 & 0xF)
#define PORT_POWER     0x00000200u
#define PORT_SPEED(portsc) ((portsc) >> 10 & 0xF)
#define PORT_WARM_CHANGE  0x00080000u
#define PORT_RESET_CHANGE 0x00200000u
#define PORT_CHANGES   0x00FE0000u      /* cleared by writing ones */
#define PORT_COLD_ATTACH 0x01000000u    /* CAS */
#define PORT_WARM_RESET 0x80000000u
#define PORT_KEPT      0x0E00C200u      /* what a write leaves: power, indicators, wake-ups */
#define LINK_U0         0u
#define LINK_INACTIVE   6u
#define LINK_COMPLIANCE 10u

/* 5.5: runtime registers, from RTSOFF; of interrupter 0. */
#define IMAN        0x20u
#define ERSTSZ      0x28u
#define ERSTBA      0x30u
#define ERDP        0x38u
#define IMAN_PENDING 0x1u
#define ERDP_BUSY   0x8u

/* 6.4: transfer request blocks. */
struct xhci_trb {
	uint32_t parameter, parameter_high;
	uint32_t status;
	uint32_t control;
};
_Static_assert(sizeof(struct xhci_trb) == 16, "6.4");

#define TRB_CYCLE     0x001u
#define TRB_TOGGLE    0x002u            /* of a link */
#define TRB_SHORT     0x004u            /* ISP: interrupt on short packet */
#define TRB_CHAIN     0x010u
#define TRB_INTERRUPT 0x020u            /* IOC */
#define TRB_IMMEDIATE 0x040u            /* IDT */
#define TRB_IN        0x10000u          /* DIR, of data and status stages */
#define TRB_TYPE(type) ((uint32_t)(type) << 10)
#define TRB_TYPE_OF(control) ((control) >> 10 & 0x3F)
#define TRB_SLOT(slot) ((uint32_t)(slot) << 24)
#define TRB_SLOT_OF(control) ((control) >> 24)
#define TRB_ENDPOINT(dci) ((uint32_t)(dci) << 16)
#define TRB_SETUP_NO_DATA  0u           /* 6.4.1.2.1: TRT */
#define TRB_SETUP_OUT      0x20000u
#define TRB_SETUP_IN       0x30000u
#define TRB_TD_SIZE(packets) ((uint32_t)(packets) << 17)
#define TRB_TD_SIZE_MAX    31u
#define TRB_CODE(status)   ((status) >> 24)
#define TRB_REST(status)   ((status) & 0xFFFFFF)        /* bytes that were not transferred */
#define TRB_BOUNDARY       0x10000u     /* 6.4.1: no buffer crosses 64 KiB */

/* 6.4.6: types. */
enum {
	TRB_NORMAL = 1,
	TRB_SETUP = 2,
	TRB_DATA = 3,
	TRB_STATUS = 4,
	TRB_LINK = 6,
	TRB_ENABLE_SLOT = 9,
	TRB_DISABLE_SLOT = 10,
	TRB_ADDRESS_DEVICE = 11,
	TRB_CONFIGURE_ENDPOINT = 12,
	TRB_EVALUATE_CONTEXT = 13,
	TRB_RESET_ENDPOINT = 14,
	TRB_STOP_ENDPOINT = 15,
	TRB_SET_DEQUEUE = 16,
	TRB_TRANSFER_EVENT = 32,
	TRB_COMMAND_EVENT = 33,
	TRB_PORT_EVENT = 34,
};

/* 6.4.5: completion codes. */
enum {
	CODE_NONE = 0,          /* our own: nothing came in time */
	CODE_SUCCESS = 1,
	CODE_STALL = 6,
	CODE_SHORT = 13,
};

/* 6.5: a row of the event ring segment table. */
struct xhci_segment {
	uint32_t address, address_high;
	uint32_t trbs;
	uint32_t zero;
};
_Static_assert(sizeof(struct xhci_segment) == 16, "6.5");

/* 6.2.2: slot context. */
struct xhci_slot_context {
	uint32_t route;         /* with speed, hub and the number of contexts */
	uint32_t ports;         /* root port, and a hub's number of ports */
	uint32_t tt;            /* of low- and full-speed devices: hub and port */
	uint32_t state;
};
#define SLOT_SPEED(speed)  ((uint32_t)(speed) << 20)
#define SLOT_HUB           0x04000000u
#define SLOT_CONTEXTS(n)   ((uint32_t)(n) << 27)
#define SLOT_CONTEXTS_MAX  31u
#define SLOT_CONTEXTS_OF(route) ((route) >> 27)
#define SLOT_ROOT_PORT(n)  ((uint32_t)(n) << 16)
#define SLOT_HUB_PORTS(n)  ((uint32_t)(n) << 24)
#define SLOT_TT_HUB(slot)  ((uint32_t)(slot))
#define SLOT_TT_PORT(n)    ((uint32_t)(n) << 8)
#define SLOT_THINK_TIME(n) ((uint32_t)(n) << 16)

/* 6.2.3: endpoint context. */
struct xhci_endpoint_context {
	uint32_t interval;      /* with the endpoint's state in an output context */
	uint32_t type;          /* with errors, burst and packet */
	uint32_t dequeue, dequeue_high;
	uint32_t average;
};
#define ENDPOINT_INTERVAL(n) ((uint32_t)(n) << 16)
#define ENDPOINT_ERRORS      (3u << 1)  /* attempts before a transaction error */
#define ENDPOINT_TYPE(type)  ((uint32_t)(type) << 3)
#define ENDPOINT_BURST(n)    ((uint32_t)(n) << 8)
#define ENDPOINT_PACKET(n)   ((uint32_t)(n) << 16)
#define ENDPOINT_CYCLE       0x1u       /* of dequeue */
#define ENDPOINT_PAYLOAD(n)  ((uint32_t)(n) << 16)      /* Max ESIT Payload, of average */
#define ENDPOINT_STATE_MASK  0x7u       /* of interval in an output context */
enum { TYPE_BULK_OUT = 2, TYPE_CONTROL = 4, TYPE_BULK_IN = 6, TYPE_INTERRUPT_IN = 7 };

#define CONTEXTS 32u                    /* 6.2.1: of a slot: itself and 31 endpoints */
#define DCI_SLOT    0u                  /* device context indices, 4.5.1 */
#define DCI_CONTROL 1u
#define DCI(endpoint, in) ((endpoint) * 2 + ((in) ? 1 : 0))

/* 6.2.5.1: input control context, before an input context's slot. */
#define ADD_CONTEXT(dci) (1u << (dci))

#endif
