/* SPDX-License-Identifier: MIT */
/*
 * Keyboards with the boot protocol of HID 1.11 (appendix B.1, F.5): their reports of the keys
 * that are down become scan codes of set 1 (HID Usage Tables 1.12, 10; "USB HID to PS/2 Scan Code
 * Translation Table", Microsoft).
 */
#include "drivers/usb_device.h"

#include "common/mem.h"

#define REPORT      8u                  /* bytes: modifiers, 0, and KEYS keys */
#define KEYS        6u
#define FIRST_KEY   2u
#define LARGE       64u                 /* the largest report of a full-speed device */
#define CODES       48u                 /* the most that one report leads to */
#define DELAY_MS    500u                /* IBM PS/2: until a key repeats, */
#define REPEAT_MS   92u                 /* and 10.9 times a second */

#define USAGE_A     0x04u
#define USAGE_PRINT 0x46u
#define USAGE_PAUSE 0x48u
#define SCAN_SYSTEM 0x54u
#define EXTENDED    0x80u               /* in the tables: 0E0h goes first */
#define RELEASED    0x80u
#define MODIFIERS   8u
#define CTRL        0x11u
#define LEDS_UNKNOWN 0xFFu
#define ALT         0x44u

/* From USAGE_A on; 0: none. */
static const uint8_t codes[] = {
	0x1E, 0x30, 0x2E, 0x20, 0x12, 0x21, 0x22, 0x23, 0x17, 0x24, 0x25, 0x26, 0x32, 0x31, 0x18,
	0x19, 0x10, 0x13, 0x1F, 0x14, 0x16, 0x2F, 0x11, 0x2D, 0x15, 0x2C,       /* A to Z */
	0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0A, 0x0B,             /* 1 to 0 */
	0x1C, 0x01, 0x0E, 0x0F, 0x39, 0x0C, 0x0D, 0x1A, 0x1B, 0x2B, 0x2B, 0x27, 0x28, 0x29, 0x33,
	0x34, 0x35, 0x3A,                                       /* Enter to Caps Lock */
	0x3B, 0x3C, 0x3D, 0x3E, 0x3F, 0x40, 0x41, 0x42, 0x43, 0x44, 0x57, 0x58, /* F1 to F12 */
	0xB7, 0x46, 0x00,                                       /* Print, Scroll Lock, Pause */
	0xD2, 0xC7, 0xC9, 0xD3, 0xCF, 0xD1, 0xCD, 0xCB, 0xD0, 0xC8,     /* Insert to Up */
	0x45, 0xB5, 0x37, 0x4A, 0x4E, 0x9C, 0x4F, 0x50, 0x51, 0x4B, 0x4C, 0x4D, 0x47, 0x48, 0x49,
	0x52, 0x53,                                             /* the keypad */
	0x56, 0xDD, 0x00, 0x59,                                 /* 102nd key, menu, power, = */
};
static const uint8_t modifier_codes[MODIFIERS] = {
	0x1D, 0x2A, 0x38, 0xDB, 0x9D, 0x36, 0xB8, 0xDC };       /* Ctrl, Shift, Alt, GUI: left, right */
static const uint8_t pause_codes[] = { 0xE1, 0x1D, 0x45, 0xE1, 0x9D, 0xC5 };
static const uint8_t break_codes[] = { 0xE0, 0x46, 0xE0, 0xC6 };

struct keyboard {
	uint8_t report[LARGE];          /* that the device writes */
	uint8_t leds;                   /* that it reads */
	uint8_t shown;                  /* the LEDs as they are, or LEDS_UNKNOWN */
	bool has_leds;
	bool is_gone;
	uint8_t old[REPORT];            /* the report before */
	uint8_t held;                   /* usage of the key that repeats; 0: none */
	uint64_t repeat_at;
	uint32_t interface, bytes;      /* bytes: of a report, at most */
	struct xhci_pipe *in, *control;
	struct keyboard *next;
};

struct usb_keyboards {
	struct xhci *controller;
	struct keyboard *first;
};

static void add(struct rj_keys *keys, const uint8_t *from, uint32_t count)
{
	memcpy(keys->codes + keys->count, from, count);
	keys->count = (uint8_t)(keys->count + count);
}

static void add_code(struct rj_keys *keys, uint8_t code, bool is_released)
{
	uint8_t both[2] = { 0xE0, (uint8_t)((code & ~EXTENDED) | (is_released ? RELEASED : 0)) };

	if (code & EXTENDED)
		add(keys, both, 2);
	else if (code)
		add(keys, both + 1, 1);
}

/* Print is another key with Alt, and Pause another one with Ctrl; Pause is never released. */
static void add_key(struct rj_keys *keys, uint8_t usage, uint8_t modifiers, bool is_released)
{
	uint32_t at = usage - USAGE_A;

	if (usage == USAGE_PAUSE && is_released)
		return;
	if (usage == USAGE_PAUSE && modifiers & CTRL)
		add(keys, break_codes, sizeof(break_codes));
	else if (usage == USAGE_PAUSE)
		add(keys, pause_codes, sizeof(pause_codes));
	else if (usage == USAGE_PRINT && modifiers & ALT)
		add_code(keys, SCAN_SYSTEM, is_released);
	else if (usage >= USAGE_A && at < sizeof(codes))
		add_code(keys, codes[at], is_released);
}

static bool has_key(const uint8_t *report, uint8_t usage)
{
	for (uint32_t i = FIRST_KEY; i < REPORT; i++)
		if (report[i] == usage)
			return true;
	return false;
}

static void add_modifiers(struct keyboard *k, struct rj_keys *keys)
{
	uint8_t changed = k->old[0] ^ k->report[0];

	for (uint32_t i = 0; i < MODIFIERS; i++)
		if (changed >> i & 1)
			add_code(keys, modifier_codes[i], !(k->report[0] >> i & 1));
}

/* The keys of `in` that are not in `without`. */
static void add_keys(struct keyboard *k, struct rj_keys *keys, const uint8_t *in,
		     const uint8_t *without)
{
	bool is_released = in == k->old;

	for (uint32_t i = FIRST_KEY; i < REPORT; i++) {
		if (in[i] < USAGE_A || has_key(without, in[i]))
			continue;
		add_key(keys, in[i], in[0], is_released);
		if (!is_released) {
			k->held = in[i];
			k->repeat_at = deadline_in(DELAY_MS);
		} else if (k->held == in[i]) {
			k->held = 0;
		}
	}
}

/* Appendix C: with too many keys down, all of them read as 01h, and nothing is known. */
static void translate(struct keyboard *k, struct rj_keys *keys)
{
	if (k->report[FIRST_KEY] && k->report[FIRST_KEY] < USAGE_A)
		return;
	add_modifiers(k, keys);
	add_keys(k, keys, k->old, k->report);
	add_keys(k, keys, k->report, k->old);
	memcpy(k->old, k->report, REPORT);
}

static void repeat(struct keyboard *k, struct rj_keys *keys)
{
	if (!k->held || k->held == USAGE_PAUSE || !has_come(k->repeat_at))
		return;
	add_key(keys, k->held, k->old[0], false);
	k->repeat_at = deadline_in(REPEAT_MS);
}

/* HID 1.11, 7.2.2 and B.1: the LEDs in their own order. */
static void show_leds(struct keyboard *k, uint8_t leds)
{
	struct usb_request request = {
		.type = USB_CLASS | USB_TO_INTERFACE, .request = HID_SET_REPORT,
		.value = HID_OUTPUT << 8, .index = (uint16_t)k->interface, .length = 1 };

	if (!k->has_leds || leds == k->shown)
		return;
	k->shown = leds;
	k->leds = (uint8_t)((leds & RJ_LED_NUM ? 1 : 0) | (leds & RJ_LED_CAPS ? 2 : 0)
			    | (leds & RJ_LED_SCROLL ? 4 : 0));
	k->has_leds = xhci_request(k->control, &request, &k->leds);
}

/* A report waits until there is room for all that it leads to. */
static void poll_one(struct keyboard *k, struct rj_keys *keys)
{
	if (k->is_gone || keys->count + CODES > RJ_KEYS_MAX)
		return;
	if (k->in->code == CODE_NONE) {
		repeat(k, keys);
		return;
	}
	if (k->in->code == CODE_SUCCESS || k->in->code == CODE_SHORT)
		translate(k, keys);
	else
		k->is_gone = !xhci_clear_halt(k->in, k->control);
	if (!k->is_gone)
		xhci_queue(k->in, k->report, k->bytes);
}

static uint32_t poll(void *context, struct rj_keys *keys)
{
	struct usb_keyboards *all = context;

	keys->count = 0;
	if (!xhci_is_ours(all->controller))
		return 0;
	xhci_poll(all->controller);
	for (struct keyboard *k = all->first; k; k = k->next) {
		poll_one(k, keys);
		if (!k->is_gone)
			show_leds(k, keys->leds);
	}
	return 1;
}

/* The first keyboard of a controller makes the list, which poll gets. */
static INIT bool list(struct usb_bus *bus, struct keyboard *k)
{
	struct usb_keyboards *all = bus->keyboards;

	if (!all) {
		all = bus->host->alloc(sizeof(*all), 4);
		if (!all)
			return false;
		all->controller = bus->controller;
		bus->keyboards = all;
		bus->host->add_keyboards(&(struct rj_keyboards){ .poll = poll, .context = all });
	}
	k->next = all->first;
	all->first = k;
	k->in->next = bus->controller->queued;
	bus->controller->queued = k->in;
	return true;
}

/* HID 1.11, 7.2.4 and 7.2.6. A keyboard that does not know these requests has these settings. */
static INIT void set_up(const struct usb_device *device, uint32_t interface, uint8_t request)
{
	usb_request(device, (struct usb_request){
		.type = USB_CLASS | USB_TO_INTERFACE, .request = request,
		.index = (uint16_t)interface }, NULL);
}

INIT bool usb_keyboard_found(const struct usb_device *device, uint32_t interface,
			     struct xhci_pipe *in)
{
	struct keyboard *k = device->bus->host->alloc(sizeof(*k), LARGE);

	if (!k)
		return false;
	k->in = in;
	k->control = device->control;
	k->interface = interface;
	k->bytes = in->packet < LARGE ? in->packet : LARGE;
	k->shown = LEDS_UNKNOWN;
	k->has_leds = true;
	set_up(device, interface, HID_SET_PROTOCOL);    /* 0: the boot protocol */
	set_up(device, interface, HID_SET_IDLE);        /* 0: report changes only */
	if (!list(device->bus, k))
		return false;
	xhci_queue(in, k->report, k->bytes);
	device->bus->host->print("usb: keyboard %s", usb_id(device));
	return true;
}
