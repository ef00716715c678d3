/* SPDX-License-Identifier: MIT */
/*
 * Models of USB devices: hubs, bulk-only disks, keyboards. A model fails the test if a request
 * breaks the specification. Time is in microseconds, and is the controller's: usb_now.
 */
#ifndef RJ_USB_MODEL_H
#define RJ_USB_MODEL_H

#include <stdbool.h>
#include <stdint.h>

/* As in PORTSC and in slot contexts (xHCI 1.2, 7.2.2.1.1). */
enum usb_speed { USB_FULL = 1, USB_LOW, USB_HIGH, USB_SUPER };

enum usb_answer { USB_ACK, USB_NAK, USB_STALL, USB_ERROR, USB_BABBLE };

enum usb_kind { USB_STICK, USB_UAS, USB_KEYBOARD, USB_BMC, USB_HUB };

/* What goes wrong with one command of a bulk-only device. */
enum usb_fault {
	FAULT_NONE,
	FAULT_MEDIUM,           /* stalls the data, then fails with a medium error */
	FAULT_STALL_COMMAND,    /* stalls the command block wrapper: needs reset recovery */
	FAULT_STALL_STATUS,     /* stalls the status once */
	FAULT_TAG,
	FAULT_SIGNATURE,
	FAULT_PHASE,
	FAULT_SHORT_STATUS,     /* 12 bytes */
	FAULT_SHORT_DATA,       /* half of the data, then a status that passes, with a residue */
	FAULT_SHORT_FAILED,     /* no data, in a packet of no bytes, then a medium error */
	FAULT_SILENT,           /* does not answer until it is reset */
	FAULT_SILENT_STATUS,
	FAULT_TRANSACTION,      /* errors on the bus in the data */
	FAULT_ATTENTION,        /* the first answer is a unit attention, reset */
};

#define LUN_BYTES (192u * 512u)         /* that a unit keeps, from its first sector on */
#define LUN_SIZE  (64u << 20)           /* as READ CAPACITY returns it, in bytes */

struct usb_lun {
	uint32_t sector_size;
	bool is_cd, no_medium, protected, not_removable;
	bool one_too_many;              /* READ CAPACITY returns the count, not the last LBA */
	bool no_flush;                  /* SYNCHRONIZE CACHE is an unknown command */
	bool sleeps;                    /* not ready until START STOP UNIT */
	uint64_t ready_us;              /* after being configured */
	unsigned attentions;            /* to be reported */
	uint8_t key, asc, ascq;         /* sense */
	uint8_t store[LUN_BYTES];
};

#define HUB_PORTS 4
#define HUB_TTT   1u                    /* think time, as in wHubCharacteristics */

struct usb_device;

struct hub_port {
	struct usb_device *device;
	bool powered, connected, enabled, resetting, is_warm;
	uint16_t changes;
	uint64_t due;                   /* of the connect, or of the end of a reset */
};

enum bot_phase { BOT_COMMAND, BOT_IN, BOT_OUT, BOT_STATUS, BOT_DEAD };

struct bot {
	enum bot_phase phase;
	uint32_t tag, bytes, left, moved;
	uint8_t lun, status, cdb[16];
	uint8_t *data;                  /* of the data phase */
	uint32_t have;                  /* bytes there */
	uint8_t answer[256];
	enum usb_fault fault;           /* of this command */
};

struct usb_device {
	/* What it is. */
	const char *name;
	enum usb_kind kind;
	enum usb_speed speed;
	uint64_t connect_us;            /* after power, reset of the controller or of the hub */
	struct usb_lun *luns;
	unsigned lun_count;             /* 0: GET MAX LUN is stalled, and there is one */
	unsigned address_failures;      /* of the next SET_ADDRESSes */
	unsigned control_failures;      /* transaction errors of the next control transfers */
	uint8_t max_packet_0;           /* 0: the speed's largest */
	uint8_t interval;               /* bInterval of the interrupt endpoint */
	uint8_t report_bytes;           /* of a keyboard; 0: 8 */
	bool stalls_idle;               /* a keyboard that does not know SET_IDLE */
	bool is_mute;                   /* answers control transfers only */
	bool link_fails;                /* behind a SuperSpeed hub: needs a warm reset */
	bool mtt;                       /* a hub with a transaction translator for each port */
	struct usb_device *children[HUB_PORTS];

	/* Its state. */
	bool attached;                  /* its port is enabled */
	bool addressed;
	uint8_t configuration;
	uint64_t quiet_until;           /* recovery intervals (USB 2.0, 7.1.7.5 and 9.2.6.3) */
	uint8_t toggles[32];            /* by device context index */
	bool halted[32];
	struct bot bot;
	uint64_t configured_at;
	enum usb_fault fault;           /* of the next command that moves data */
	unsigned reads, writes, flushes, resets;
	bool boot_protocol;
	uint8_t leds;
	uint8_t reports[16][8];
	unsigned report_count;
	enum usb_answer report_failure; /* once, in the place of a report */
	bool has_depth;
	struct hub_port ports[HUB_PORTS];
};

extern uint64_t usb_now;

/* What an endpoint's descriptor says; false: there is no such endpoint. */
struct usb_endpoint {
	uint8_t type;                   /* 2: bulk, 3: interrupt */
	uint16_t max_packet;
	uint8_t interval, max_burst;
};
bool usb_endpoint(const struct usb_device *d, unsigned dci, struct usb_endpoint *endpoint);
uint16_t usb_max_packet_0(const struct usb_device *d);

/* Forgets its state, as on a reset of its port or without power. */
void usb_reset(struct usb_device *d);

/* The device that the route string leads to from this one, or NULL (xHCI 1.2, 8.9). */
struct usb_device *usb_route(struct usb_device *d, uint32_t route);
/* Devices of this tree that have no address, but are enabled. */
unsigned usb_unaddressed(const struct usb_device *d);
/* Whether it is still there: every hub on the way to it keeps its port enabled. */
bool usb_is_reached(struct usb_device *root, const struct usb_device *d);

/* Transfers. *bytes: how many there may be, and then how many there were. */
enum usb_answer usb_control(struct usb_device *d, const uint8_t *setup, uint8_t *data,
			    uint32_t *bytes);
enum usb_answer usb_in(struct usb_device *d, unsigned dci, uint8_t *data, uint32_t *bytes);
enum usb_answer usb_out(struct usb_device *d, unsigned dci, const uint8_t *data, uint32_t bytes);

/* Has a keyboard send a report. */
void usb_report(struct usb_device *d, const uint8_t report[8]);

#endif
