/* SPDX-License-Identifier: MIT */
/*
 * A model of an xHCI controller (xHCI 1.2) on PCI, behind fake_io.h. It fails the test if the
 * driver breaks a rule of the specification that a real controller may rely on.
 */
#ifndef RJ_XHCI_MODEL_H
#define RJ_XHCI_MODEL_H

#include "driver_host.h"
#include "usb_model.h"

#define XHCI_PCI       0x0000A000u      /* as PCI_ADDRESS */
#define XHCI_WINDOW    0xE0000000u      /* where the driver reaches the registers */
#define XHCI_SIZE      0x10000u
#define XHCI_HIGH      UINT64_C(0x3800000000)
#define XHCI_PORTS     16u

enum xhci_legacy {
	LEGACY_NONE,            /* no USBLEGSUP */
	LEGACY_FIRMWARE,        /* the BIOS owns it, and lets go of it */
	LEGACY_KEEPS,           /* the BIOS never lets go of it */
	LEGACY_FREE,            /* nobody owns it */
	LEGACY_OS,              /* an operating system does */
};

enum xhci_port_state {
	PORT_NORMAL,
	PORT_INACTIVE,          /* of USB 3: needs a warm reset */
	PORT_COMPLIANCE,
	PORT_COLD,              /* of USB 3: cold attach status, needs a warm reset, too */
};

struct xhci_port_config {
	struct usb_device *device;
	enum xhci_port_state state;
};

/* What the controller is, and how it is found. */
struct xhci_config {
	uint32_t id;                    /* device << 16 | vendor; 0: 12341B36h */
	bool contexts_64, above_4g, port_power, usb2_first;
	unsigned scratchpads;
	bool routed_away;               /* Intel: all ports are at the EHCI controllers */
	bool gone;                      /* all registers read as 1 */
	bool running, memory_off;
	enum xhci_legacy legacy;
	uint32_t dcbaap;                /* as found */
	unsigned ready_ms;              /* CNR after power or HCRST */
	unsigned halt_ms;               /* after RS = 0 */
	bool reset_hangs, never_ready, never_halts, never_starts, no_completions;
	bool lazy_contexts;             /* the output context does not show Running (4.8.3) */
	bool spurious_success;          /* in place of the second event of a short packet */
	unsigned allocations;           /* that succeed; 0: all */
	uint32_t skew;                  /* bytes before the first one */
	unsigned usb3, usb2;            /* ports; 0, 0: 4 and 4 */
	struct xhci_port_config port3[XHCI_PORTS], port2[XHCI_PORTS];
};

/* Starts anew: with this controller, and no memory allocated. */
void model_power_on(const struct xhci_config *config);

/* Lets time pass. */
void model_wait_ms(uint32_t ms);
uint32_t model_now_ms(void);

/* Fails the test if time goes on beyond this. */
void model_limit_ms(uint32_t ms);

/* Events from outside. */
void model_unplug(unsigned port);
void model_fail_controller(void);        /* HCE */
/* What an operating system does that takes the controller; and undoes, if it is called again. */
void model_take_over(bool stop);

/* The state. */
uint32_t model_register(uint32_t offset);        /* operational */
uint16_t model_command(void);
bool model_smi_enabled(void);
unsigned model_writes(void);             /* to registers and configuration space, in all */
unsigned model_resets(void);             /* HCRST */

/* Port numbers, from 1, of the first port of each protocol. */
unsigned model_first3(void);
unsigned model_first2(void);

#endif
