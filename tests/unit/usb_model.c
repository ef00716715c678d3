/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "be.h"
#include "usb_model.h"

#define SETUP_RECOVERY_US 2000u         /* after SET_ADDRESS (USB 2.0, 9.2.6.3) */
#define RESET_RECOVERY_US 10000u        /* (7.1.7.5) */
#define HUB_RESET_US      30000u
#define HUB_POWER_2MS     50u           /* bPwrOn2PwrGood */

uint64_t usb_now;

static bool is_super(const struct usb_device *d)
{
	return d->speed == USB_SUPER;
}

uint16_t usb_max_packet_0(const struct usb_device *d)
{
	static const uint16_t largest[] = { [USB_FULL] = 64, [USB_LOW] = 8, [USB_HIGH] = 64,
					    [USB_SUPER] = 512 };

	return d->max_packet_0 ? d->max_packet_0 : largest[d->speed];
}

/* Descriptors (USB 2.0, 9.6; USB 3.2, 9.6). */
struct bytes {
	uint8_t at[256];
	size_t size;
};

static void put(struct bytes *b, const void *from, size_t size)
{
	assert_true(b->size + size <= sizeof(b->at));
	memcpy(b->at + b->size, from, size);
	b->size += size;
}
#define BYTES(...) (const uint8_t[]){ __VA_ARGS__ }
#define PUT(b, ...) put((b), BYTES(__VA_ARGS__), sizeof(BYTES(__VA_ARGS__)))

static void put_interface(struct bytes *b, uint8_t number, uint8_t setting, uint8_t endpoints,
			  uint32_t class)
{
	PUT(b, 9, 4, number, setting, endpoints, (uint8_t)(class >> 16), (uint8_t)(class >> 8),
	    (uint8_t)class, 0);
}

static void put_endpoint(const struct usb_device *d, struct bytes *b, uint8_t address,
			 uint8_t type, uint16_t size, uint8_t interval)
{
	PUT(b, 7, 5, address, type, (uint8_t)size, (uint8_t)(size >> 8), interval);
	if (is_super(d))
		PUT(b, 6, 0x30, type == 2 ? 15 : 0, 0, (uint8_t)(type == 3 ? size : 0), 0);
}

static uint16_t bulk_packet(const struct usb_device *d)
{
	return is_super(d) ? 1024 : d->speed == USB_HIGH ? 512 : 64;
}

static void put_bulk(const struct usb_device *d, struct bytes *b)
{
	put_endpoint(d, b, 0x81, 2, bulk_packet(d), 0);
	put_endpoint(d, b, 0x02, 2, bulk_packet(d), 0);
}

static void put_hid(struct bytes *b)
{
	PUT(b, 9, 0x21, 0x11, 0x01, 0, 1, 0x22, 63, 0);
}

static uint8_t interval_of(const struct usb_device *d)
{
	return d->interval ? d->interval : 10;
}

static uint8_t report_bytes(const struct usb_device *d)
{
	return d->report_bytes ? d->report_bytes : 8;
}

static void put_keyboard(const struct usb_device *d, struct bytes *b, uint8_t number,
			 uint8_t endpoint)
{
	put_interface(b, number, 0, 1, 0x030101);
	put_hid(b);
	put_endpoint(d, b, endpoint, 3, report_bytes(d), interval_of(d));
}

/* UAS alone, as QEMU's usb-uas has it: four pipes, no alternate setting of bulk-only. */
static void put_uas(const struct usb_device *d, struct bytes *b)
{
	put_interface(b, 0, 0, 4, 0x080662);
	put_endpoint(d, b, 0x01, 2, bulk_packet(d), 0);
	put_endpoint(d, b, 0x82, 2, bulk_packet(d), 0);
	put_endpoint(d, b, 0x83, 2, bulk_packet(d), 0);
	put_endpoint(d, b, 0x04, 2, bulk_packet(d), 0);
}

/* USB 2.0, 11.23.1: the second setting has a transaction translator for each port. */
static void put_hub(const struct usb_device *d, struct bytes *b)
{
	for (unsigned setting = 0; setting < (d->mtt ? 2u : 1u); setting++) {
		put_interface(b, 0, (uint8_t)setting, 1, 0x090000u + setting + d->mtt);
		put_endpoint(d, b, 0x81, 3, is_super(d) ? 2 : 1, d->speed == USB_FULL ? 255 : 12);
	}
}

static uint8_t interfaces_of(const struct usb_device *d)
{
	return d->kind == USB_BMC ? 2 : 1;
}

static void configuration(const struct usb_device *d, struct bytes *b)
{
	PUT(b, 9, 2, 0, 0, interfaces_of(d), 1, 0, 0x80, 50);
	switch (d->kind) {
	case USB_STICK:
		put_interface(b, 0, 0, 2, 0x080650);
		put_bulk(d, b);
		break;
	case USB_UAS:
		put_uas(d, b);
		break;
	case USB_KEYBOARD:
		put_keyboard(d, b, 0, 0x81);
		break;
	case USB_BMC:                   /* the mouse first: the interface counts */
		put_interface(b, 0, 0, 1, 0x030102);
		put_hid(b);
		put_endpoint(d, b, 0x81, 3, 4, interval_of(d));
		put_keyboard(d, b, 1, 0x82);
		break;
	case USB_HUB:
		put_hub(d, b);
		break;
	}
	b->at[2] = (uint8_t)b->size;
}

static void device_descriptor(const struct usb_device *d, struct bytes *b)
{
	bool hub = d->kind == USB_HUB;
	uint8_t protocol = !hub ? 0 : is_super(d) ? 3 : d->speed == USB_HIGH ? d->mtt ? 2 : 1 : 0;
	uint8_t packet = (uint8_t)(is_super(d) ? 9 : usb_max_packet_0(d));

	PUT(b, 18, 1, 0x00, is_super(d) ? 3 : 2, hub ? 9 : 0, 0, protocol, packet, 0x34, 0x12,
	    0x78, 0x56, 0, 1, 0, 0, 0, 1);
}

/* USB 2.0, 11.23.2.1; USB 3.2, 10.15.2.1. */
static void hub_descriptor(const struct usb_device *d, struct bytes *b)
{
	if (is_super(d))
		PUT(b, 12, 0x2A, HUB_PORTS, 0x09, 0, HUB_POWER_2MS, 0, 0, 0, 0, 0, 0);
	else
		PUT(b, 9, 0x29, HUB_PORTS, 0x09 | HUB_TTT << 5, 0, HUB_POWER_2MS, 0, 0, 0xFF);
}

static const uint8_t *next_endpoint(const struct bytes *b, size_t *at)
{
	for (; *at < b->size; *at += b->at[*at])
		if (b->at[*at + 1] == 5) {
			const uint8_t *found = b->at + *at;

			*at += found[0];
			return found;
		}
	return NULL;
}

bool usb_endpoint(const struct usb_device *d, unsigned dci, struct usb_endpoint *endpoint)
{
	struct bytes b = { .size = 0 };
	const uint8_t *found;
	size_t at = 0;

	configuration(d, &b);
	while ((found = next_endpoint(&b, &at)))
		if ((found[2] & 0xFu) * 2 + (found[2] >> 7) == dci) {
			*endpoint = (struct usb_endpoint){
				.type = found[3] & 3, .max_packet = le16(found + 4) & 0x7FF,
				.interval = found[6],
				.max_burst = is_super(d) ? found[7 + 2] : 0 };
			return true;
		}
	return false;
}

static void hub_forget(struct usb_device *d)
{
	for (unsigned i = 0; i < HUB_PORTS; i++) {
		d->ports[i] = (struct hub_port){ .device = d->children[i] };
		if (d->children[i])
			usb_reset(d->children[i]);
	}
	d->has_depth = false;
}

void usb_reset(struct usb_device *d)
{
	d->attached = d->addressed = false;
	d->configuration = 0;
	d->quiet_until = 0;
	d->boot_protocol = false;
	memset(d->toggles, 0, sizeof(d->toggles));
	memset(d->halted, 0, sizeof(d->halted));
	memset(&d->bot, 0, sizeof(d->bot));
	if (d->kind == USB_HUB)
		hub_forget(d);
}

/* Hubs. */
static void hub_tick(struct usb_device *d)
{
	for (struct hub_port *p = d->ports; p < d->ports + HUB_PORTS; p++) {
		if (!p->device || !p->powered || usb_now < p->due)
			continue;
		if (!p->connected) {
			p->connected = true;
			p->changes |= 0x01;
			p->enabled = p->device->attached = is_super(d) && !p->device->link_fails;
		}
		if (p->resetting) {
			p->resetting = false;
			p->enabled = p->device->attached = p->is_warm || !p->device->link_fails;
			p->changes |= 0x10;
			p->device->quiet_until = usb_now + RESET_RECOVERY_US;
		}
	}
}

struct usb_device *usb_route(struct usb_device *d, uint32_t route)
{
	for (; d && route; route >>= 4) {
		unsigned port = route & 0xF;

		if (d->kind != USB_HUB || port < 1 || port > HUB_PORTS)
			return NULL;
		hub_tick(d);
		d = d->ports[port - 1].device;
	}
	return d;
}

unsigned usb_unaddressed(const struct usb_device *d)
{
	unsigned found = d->attached && !d->addressed;

	for (unsigned i = 0; d->kind == USB_HUB && !is_super(d) && i < HUB_PORTS; i++)
		if (d->ports[i].device && d->ports[i].enabled)
			found += usb_unaddressed(d->ports[i].device);
	return found;
}

bool usb_is_reached(struct usb_device *root, const struct usb_device *d)
{
	if (root == d)
		return root->attached;
	for (unsigned i = 0; root && root->kind == USB_HUB && i < HUB_PORTS; i++)
		if (root->ports[i].device && root->ports[i].enabled
		    && usb_is_reached(root->ports[i].device, d))
			return root->attached;
	return false;
}

static uint32_t hub_port_status(const struct usb_device *d, const struct hub_port *p)
{
	uint32_t status = (uint32_t)p->changes << 16;

	status |= (p->connected ? 0x01 : 0) | (p->enabled ? 0x02 : 0) | (p->resetting ? 0x10 : 0);
	if (is_super(d))        /* USB 3.2, 10.16.2.6.1: the link: U0, SS.Inactive, Rx.Detect */
		return status | (p->powered ? 0x200 : 0)
			| (p->enabled ? 0 : p->connected ? 6u << 5 : 5u << 5);
	status |= p->powered ? 0x100 : 0;
	if (p->connected && p->device->speed == USB_LOW)
		status |= 0x200;
	if (p->enabled && p->device->speed == USB_HIGH)
		status |= 0x400;
	return status;
}

static void hub_port_reset(const struct usb_device *d, struct hub_port *p)
{
	if (!p->connected)
		fail_msg("%s: reset of a port without a device", d->name);
	usb_reset(p->device);
	p->enabled = false;
	p->resetting = true;
	p->due = usb_now + HUB_RESET_US;
}

static void hub_port_power(struct hub_port *p)
{
	if (p->powered)
		return;
	p->powered = true;
	p->due = usb_now + HUB_POWER_2MS * 2000 + (p->device ? p->device->connect_us : 0);
}

static enum usb_answer hub_set_feature(struct usb_device *d, struct hub_port *p, uint16_t feature)
{
	switch (feature) {
	case 8:
		hub_port_power(p);
		return USB_ACK;
	case 28:                        /* BH_PORT_RESET */
		if (!is_super(d))
			return USB_STALL;
		/* fallthrough */
	case 4:
		p->is_warm = feature == 28;
		hub_port_reset(d, p);
		return USB_ACK;
	}
	return USB_STALL;
}

/* USB 2.0, table 11-17; USB 3.2, table 10-9: the features of changes. */
static enum usb_answer hub_clear_feature(const struct usb_device *d, struct hub_port *p,
					 uint16_t feature)
{
	static const struct { uint8_t feature, bit; bool super, high; } rows[] = {
		{ 16, 0, true, true }, { 17, 1, false, true }, { 18, 2, false, true },
		{ 19, 3, true, true }, { 20, 4, true, true }, { 25, 6, true, false },
		{ 26, 7, true, false }, { 29, 5, true, false },
	};

	if (feature == 1 && !is_super(d)) {             /* PORT_ENABLE */
		p->enabled = false;
		usb_reset(p->device);
		return USB_ACK;
	}
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (rows[i].feature == feature && (is_super(d) ? rows[i].super : rows[i].high)) {
			p->changes &= (uint16_t)~(1u << rows[i].bit);
			return USB_ACK;
		}
	return USB_STALL;
}

static enum usb_answer hub_port_request(struct usb_device *d, const uint8_t *setup, uint8_t *data,
					uint32_t *bytes)
{
	unsigned port = setup[4];
	struct hub_port *p = &d->ports[port - 1];

	if (port < 1 || port > HUB_PORTS)
		fail_msg("%s: request for port %u", d->name, port);
	if (!d->configuration || (is_super(d) && !d->has_depth))
		fail_msg("%s: port request before SET_CONFIGURATION or SET_HUB_DEPTH", d->name);
	hub_tick(d);
	switch (setup[1]) {
	case 0:
		le_store(data, hub_port_status(d, p), 4);
		*bytes = 4;
		return USB_ACK;
	case 1:
		return hub_clear_feature(d, p, le16(setup + 2));
	case 3:
		return hub_set_feature(d, p, le16(setup + 2));
	}
	return USB_STALL;
}

static enum usb_answer answer_bytes(const struct bytes *b, uint8_t *data, uint32_t *bytes)
{
	if (*bytes > b->size)
		*bytes = (uint32_t)b->size;
	memcpy(data, b->at, *bytes);
	return USB_ACK;
}

static enum usb_answer hub_request(struct usb_device *d, const uint8_t *setup, uint8_t *data,
				   uint32_t *bytes)
{
	struct bytes b = { .size = 0 };

	if ((setup[0] & 0x7F) == 0x23)
		return hub_port_request(d, setup, data, bytes);
	if (setup[0] == 0xA0 && setup[1] == 6 && setup[3] == (is_super(d) ? 0x2A : 0x29)) {
		hub_descriptor(d, &b);
		return answer_bytes(&b, data, bytes);
	}
	if (setup[0] == 0x20 && setup[1] == 0x0C && is_super(d)) {
		d->has_depth = true;
		return USB_ACK;
	}
	if (setup[0] == 0xA0 && setup[1] == 0) {
		memset(data, 0, *bytes = 4);
		return USB_ACK;
	}
	return USB_STALL;
}

/* Standard requests (USB 2.0, 9.4). */
static enum usb_answer get_descriptor(const struct usb_device *d, const uint8_t *setup,
				      uint8_t *data, uint32_t *bytes)
{
	struct bytes b = { .size = 0 };

	if (setup[3] == 1)
		device_descriptor(d, &b);
	else if (setup[3] == 2 && setup[2] == 0)
		configuration(d, &b);
	else
		return USB_STALL;
	return answer_bytes(&b, data, bytes);
}

static enum usb_answer set_configuration(struct usb_device *d, uint8_t value)
{
	if (value > 1)
		return USB_STALL;
	d->configuration = value;
	d->configured_at = usb_now;
	memset(d->toggles, 0, sizeof(d->toggles));
	memset(d->halted, 0, sizeof(d->halted));
	return USB_ACK;
}

/* A bulk-only device that needs reset recovery stays halted (BOT 1.0, 5.3.4). */
static enum usb_answer clear_halt(struct usb_device *d, const uint8_t *setup)
{
	unsigned dci = (setup[4] & 0xFu) * 2 + (setup[4] >> 7);
	struct usb_endpoint endpoint;

	if (le16(setup + 2) != 0 || !usb_endpoint(d, dci, &endpoint))
		return USB_STALL;
	d->halted[dci] = d->bot.phase == BOT_DEAD;
	d->toggles[dci] = 0;
	return USB_ACK;
}

static enum usb_answer standard_request(struct usb_device *d, const uint8_t *setup, uint8_t *data,
					uint32_t *bytes)
{
	switch (setup[0] << 8 | setup[1]) {
	case 0x8006:
		return get_descriptor(d, setup, data, bytes);
	case 0x0005:
		fail_msg("%s: SET_ADDRESS is the controller's", d->name);
		return USB_STALL;
	case 0x0009:
		return set_configuration(d, setup[2]);
	case 0x0201:
		return clear_halt(d, setup);
	case 0x010B:
		return le16(setup + 2) == 0 && setup[4] < interfaces_of(d) ? USB_ACK : USB_STALL;
	case 0x8000: case 0x8100: case 0x8200:
		memset(data, 0, *bytes = 2);
		return USB_ACK;
	}
	return USB_STALL;
}

static enum usb_answer stick_request(struct usb_device *d, const uint8_t *setup, uint8_t *data,
				     uint32_t *bytes)
{
	if (setup[0] == 0xA1 && setup[1] == 0xFE) {
		assert_int_equal(le16(setup + 6), 1);
		if (!d->lun_count)
			return USB_STALL;
		data[0] = (uint8_t)(d->lun_count - 1);
		*bytes = 1;
		return USB_ACK;
	}
	if (setup[0] == 0x21 && setup[1] == 0xFF) {
		assert_int_equal(le16(setup + 6), 0);
		memset(&d->bot, 0, sizeof(d->bot));
		d->resets++;
		return USB_ACK;
	}
	return USB_STALL;
}

/* Device Class Definition for HID 1.11, 7.2. */
static enum usb_answer keyboard_request(struct usb_device *d, const uint8_t *setup,
					const uint8_t *data)
{
	unsigned interface = d->kind == USB_BMC ? 1 : 0;

	if (setup[0] != 0x21 || setup[4] != interface)
		return USB_STALL;
	switch (setup[1]) {
	case 0x09:
		assert_int_equal(le16(setup + 2), 0x0200);
		assert_int_equal(le16(setup + 6), 1);
		d->leds = data[0];
		return USB_ACK;
	case 0x0A:
		assert_int_equal(setup[3], 0);
		return d->stalls_idle ? USB_STALL : USB_ACK;
	case 0x0B:
		d->boot_protocol = setup[2] == 0;
		return USB_ACK;
	}
	return USB_STALL;
}

static enum usb_answer class_request(struct usb_device *d, const uint8_t *setup, uint8_t *data,
				     uint32_t *bytes)
{
	switch (d->kind) {
	case USB_HUB:
		return hub_request(d, setup, data, bytes);
	case USB_STICK:
		return d->configuration ? stick_request(d, setup, data, bytes) : USB_STALL;
	case USB_KEYBOARD: case USB_BMC:
		return d->configuration ? keyboard_request(d, setup, data) : USB_STALL;
	case USB_UAS:
		break;
	}
	return USB_STALL;
}

enum usb_answer usb_control(struct usb_device *d, const uint8_t *setup, uint8_t *data,
			    uint32_t *bytes)
{
	if (usb_now < d->quiet_until)
		fail_msg("%s: a request within the recovery interval", d->name);
	if (d->control_failures) {
		d->control_failures--;
		return USB_ERROR;
	}
	if (setup[0] & 0x60)
		return class_request(d, setup, data, bytes);
	return standard_request(d, setup, data, bytes);
}

/* The SCSI commands of a disk (SPC-4, SBC-3). */
static void set_sense(struct usb_lun *lun, uint8_t key, uint8_t asc, uint8_t ascq)
{
	lun->key = key;
	lun->asc = asc;
	lun->ascq = ascq;
}

static bool is_ready(struct usb_device *d, struct usb_lun *lun)
{
	if (lun->attentions) {
		lun->attentions--;
		set_sense(lun, 6, 0x29, 0);
		return false;
	}
	if (lun->no_medium)
		set_sense(lun, 2, 0x3A, 0);
	else if (lun->sleeps)
		set_sense(lun, 2, 0x04, 2);
	else if (usb_now < d->configured_at + lun->ready_us)
		set_sense(lun, 2, 0x04, 1);
	else
		return true;
	return false;
}

static bool reply(struct bot *b, const void *bytes, uint32_t size)
{
	memset(b->answer, 0, sizeof(b->answer));
	memcpy(b->answer, bytes, size);
	b->data = b->answer;
	b->have = size;
	return true;
}

static bool inquiry(struct bot *b, const struct usb_lun *lun)
{
	uint8_t data[36] = { lun->is_cd ? 5 : 0, lun->not_removable ? 0 : 0x80, 4, 2, 31 };

	if (b->cdb[4] > sizeof(data) || b->cdb[1])
		fail_msg("INQUIRY of %u bytes, flags %x", b->cdb[4], b->cdb[1]);
	memcpy(data + 8, "Maker   Stick           1.00", 28);
	return reply(b, data, b->cdb[4]);
}

static bool request_sense(struct bot *b, struct usb_lun *lun)
{
	uint8_t data[18] = { 0x70, 0, lun->key, 0, 0, 0, 0, 10, 0, 0, 0, 0, lun->asc, lun->ascq };

	set_sense(lun, 0, 0, 0);
	return reply(b, data, sizeof(data));
}

static bool read_capacity(struct bot *b, const struct usb_lun *lun)
{
	uint8_t data[8];

	put_be32(data, LUN_SIZE / lun->sector_size - (lun->one_too_many ? 0 : 1));
	put_be32(data + 4, lun->sector_size);
	return reply(b, data, sizeof(data));
}

static bool mode_sense(struct bot *b, const struct usb_lun *lun)
{
	const uint8_t data[4] = { 3, 0, lun->protected ? 0x80 : 0, 0 };

	return reply(b, data, sizeof(data));
}

/* There is nothing at the end of the disk, which may only be tried. */
static uint8_t *sectors_at(struct usb_lun *lun, uint32_t lba, uint32_t bytes)
{
	static uint8_t nothing[4096];
	uint64_t at = (uint64_t)lba * lun->sector_size;

	if (at + bytes <= LUN_BYTES)
		return lun->store + at;
	assert_true(bytes <= sizeof(nothing));
	return nothing;
}

static bool move_sectors(struct usb_device *d, struct usb_lun *lun, bool write)
{
	struct bot *b = &d->bot;
	uint32_t lba = be32(b->cdb + 2), count = (uint32_t)b->cdb[7] << 8 | b->cdb[8];

	if (lba + count > LUN_SIZE / lun->sector_size) {
		set_sense(lun, 5, 0x21, 0);
		return false;
	}
	if (write && lun->protected) {
		set_sense(lun, 7, 0x27, 0);
		return false;
	}
	if (b->bytes != count * lun->sector_size)
		fail_msg("%s: %u sectors in a transfer of %u bytes", d->name, count, b->bytes);
	b->data = sectors_at(lun, lba, b->bytes);
	b->have = b->bytes;
	*(write ? &d->writes : &d->reads) += 1;
	return true;
}

static bool unknown_command(struct usb_lun *lun)
{
	set_sense(lun, 5, 0x20, 0);
	return false;
}

/* Returns whether the command passes. */
static bool scsi_execute_command(struct usb_device *d, struct usb_lun *lun)
{
	struct bot *b = &d->bot;

	switch (b->cdb[0]) {
	case 0x03:
		return request_sense(b, lun);
	case 0x12:
		return inquiry(b, lun);
	case 0x1A:
		return mode_sense(b, lun);
	case 0x1B:
		lun->sleeps = !(b->cdb[4] & 1);
		return true;
	}
	if (!is_ready(d, lun))
		return false;
	switch (b->cdb[0]) {
	case 0x00:
		return true;
	case 0x25:
		return read_capacity(b, lun);
	case 0x28: case 0x2A:
		return move_sectors(d, lun, b->cdb[0] == 0x2A);
	case 0x35:
		d->flushes++;
		return !lun->no_flush || unknown_command(lun);
	}
	return unknown_command(lun);
}

/* Bulk-only transport 1.0. */
static struct usb_lun *lun_of(struct usb_device *d)
{
	return &d->luns[d->bot.lun];
}

static bool moves_sectors(const struct bot *b)
{
	return b->cdb[0] == 0x28 || b->cdb[0] == 0x2A;
}

static void take_fault(struct usb_device *d)
{
	struct bot *b = &d->bot;

	if (d->fault == FAULT_NONE || !moves_sectors(b))
		return;
	b->fault = d->fault;
	d->fault = FAULT_NONE;
	if (b->fault == FAULT_ATTENTION)
		lun_of(d)->attentions = 1;
}

static void fail_medium(struct usb_device *d)
{
	set_sense(lun_of(d), 3, 0x11, 0);
	d->bot.status = 1;
	d->bot.have = 0;
}

/* 6.2.1, 6.2.2: a wrapper that a device would not take is an error of the driver's. */
static void check_wrapper(const struct usb_device *d, const uint8_t *data, uint32_t bytes)
{
	if (bytes != 31 || le32(data) != 0x43425355)
		fail_msg("%s: a command block wrapper of %u bytes", d->name, bytes);
	if (data[12] & 0x7F || data[13] & 0xF0 || data[14] < 1 || data[14] > 16)
		fail_msg("%s: reserved bits, or CDB length %u", d->name, data[14]);
	if (data[13] >= (d->lun_count ? d->lun_count : 1))
		fail_msg("%s: LUN %u", d->name, data[13]);
}

static void start_data(struct usb_device *d, bool in)
{
	struct bot *b = &d->bot;

	if (b->fault == FAULT_SHORT_DATA)
		b->have /= 2;
	if (!b->bytes)
		b->phase = BOT_STATUS;
	else
		b->phase = in ? BOT_IN : BOT_OUT;
}

static enum usb_answer take_command(struct usb_device *d, const uint8_t *data, uint32_t bytes)
{
	struct bot *b = &d->bot;

	check_wrapper(d, data, bytes);
	memset(b, 0, sizeof(*b));
	b->tag = le32(data + 4);
	b->bytes = b->left = le32(data + 8);
	b->lun = data[13];
	memcpy(b->cdb, data + 15, data[14]);
	take_fault(d);
	if (b->fault == FAULT_STALL_COMMAND) {
		b->phase = BOT_DEAD;
		return USB_STALL;
	}
	b->status = !scsi_execute_command(d, lun_of(d));
	if (b->fault == FAULT_MEDIUM || b->fault == FAULT_SHORT_FAILED)
		fail_medium(d);
	start_data(d, data[12] & 0x80);
	return USB_ACK;
}

static enum usb_answer halt(struct usb_device *d, unsigned dci)
{
	d->halted[dci] = true;
	return USB_STALL;
}

static bool is_silent(const struct usb_device *d)
{
	const struct bot *b = &d->bot;

	return d->is_mute || b->fault == FAULT_SILENT
		|| (b->fault == FAULT_SILENT_STATUS && b->phase == BOT_STATUS);
}

static enum usb_answer bot_send_data(struct usb_device *d, unsigned dci, uint8_t *data,
				     uint32_t *bytes)
{
	struct bot *b = &d->bot;
	uint32_t n = *bytes < b->have ? *bytes : b->have;

	if (b->fault == FAULT_TRANSACTION) {
		b->fault = FAULT_NONE;
		return USB_ERROR;
	}
	if (!b->have && b->fault != FAULT_SHORT_FAILED) {
		b->phase = BOT_STATUS;
		return halt(d, dci);
	}
	if (n < b->have && n % bulk_packet(d))
		return USB_BABBLE;
	memcpy(data, b->data + b->moved, n);
	b->moved += n;
	b->have -= n;
	b->left -= n;
	if (!b->left || n < *bytes)
		b->phase = BOT_STATUS;
	*bytes = n;
	return USB_ACK;
}

static enum usb_answer bot_send_status(struct usb_device *d, unsigned dci, uint8_t *data,
				       uint32_t *bytes)
{
	struct bot *b = &d->bot;
	uint8_t status[13];

	if (b->fault == FAULT_STALL_STATUS) {
		b->fault = FAULT_NONE;
		return halt(d, dci);
	}
	le_store(status, b->fault == FAULT_SIGNATURE ? 0x12345678 : 0x53425355, 4);
	le_store(status + 4, b->tag + (b->fault == FAULT_TAG), 4);
	le_store(status + 8, b->left, 4);
	status[12] = b->fault == FAULT_PHASE ? 2 : b->status;
	if (*bytes < sizeof(status))
		return USB_BABBLE;
	*bytes = b->fault == FAULT_SHORT_STATUS ? 12 : 13;
	memcpy(data, status, *bytes);
	b->phase = b->fault == FAULT_PHASE ? BOT_DEAD : BOT_COMMAND;
	return USB_ACK;
}

static enum usb_answer bot_in(struct usb_device *d, unsigned dci, uint8_t *data, uint32_t *bytes)
{
	if (is_silent(d))
		return USB_NAK;
	switch (d->bot.phase) {
	case BOT_IN:
		return bot_send_data(d, dci, data, bytes);
	case BOT_STATUS:
		return bot_send_status(d, dci, data, bytes);
	case BOT_DEAD:
		return halt(d, dci);
	default:
		return USB_NAK;
	}
}

static enum usb_answer bot_take_data(struct usb_device *d, unsigned dci, const uint8_t *data,
				     uint32_t bytes)
{
	struct bot *b = &d->bot;
	uint32_t n = bytes < b->have ? bytes : b->have;

	if (b->fault == FAULT_TRANSACTION) {
		b->fault = FAULT_NONE;
		return USB_ERROR;
	}
	if (bytes > b->left)
		fail_msg("%s: more bytes than the wrapper announced", d->name);
	if (b->data && n)
		memcpy(b->data + b->moved, data, n);
	b->moved += n;
	b->have -= n;
	b->left -= n;
	if (n < bytes) {
		b->phase = BOT_STATUS;
		return halt(d, dci);
	}
	if (!b->left)
		b->phase = BOT_STATUS;
	return USB_ACK;
}

static enum usb_answer bot_out(struct usb_device *d, unsigned dci, const uint8_t *data,
			       uint32_t bytes)
{
	enum usb_answer answer;

	if (is_silent(d))
		return USB_NAK;
	switch (d->bot.phase) {
	case BOT_COMMAND:
		answer = take_command(d, data, bytes);
		return answer == USB_STALL ? halt(d, dci) : answer;
	case BOT_OUT:
		return bot_take_data(d, dci, data, bytes);
	case BOT_DEAD:
		return halt(d, dci);
	default:
		fail_msg("%s: bytes to the device in phase %d", d->name, d->bot.phase);
		return USB_STALL;
	}
}

/* In report protocol a keyboard may send anything, such as a report ID first. */
static enum usb_answer keyboard_in(struct usb_device *d, unsigned dci, uint8_t *data,
				   uint32_t *bytes)
{
	uint8_t with_id[8] = { 1 };
	const uint8_t *report = d->reports[0];

	if (d->report_failure) {
		enum usb_answer answer = d->report_failure;

		d->report_failure = USB_ACK;
		return answer == USB_STALL ? halt(d, dci) : answer;
	}
	if (!d->report_count)
		return USB_NAK;
	memcpy(with_id + 1, report, 7);
	if (*bytes < report_bytes(d))
		return USB_BABBLE;
	memset(data, 0x77, report_bytes(d));
	memcpy(data, d->boot_protocol ? report : with_id, 8);
	*bytes = report_bytes(d);
	d->report_count--;
	memmove(d->reports[0], d->reports[1], sizeof(d->reports) - sizeof(d->reports[0]));
	return USB_ACK;
}

void usb_report(struct usb_device *d, const uint8_t report[8])
{
	assert_true(d->report_count < COUNT_OF(d->reports));
	memcpy(d->reports[d->report_count++], report, 8);
}

enum usb_answer usb_in(struct usb_device *d, unsigned dci, uint8_t *data, uint32_t *bytes)
{
	if (!d->configuration)
		fail_msg("%s: endpoint used before SET_CONFIGURATION", d->name);
	if (d->halted[dci])
		return USB_STALL;
	if (d->kind == USB_STICK)
		return bot_in(d, dci, data, bytes);
	if (dci == (d->kind == USB_BMC ? 5u : 3u))
		return d->kind == USB_HUB ? USB_NAK : keyboard_in(d, dci, data, bytes);
	return USB_NAK;
}

enum usb_answer usb_out(struct usb_device *d, unsigned dci, const uint8_t *data, uint32_t bytes)
{
	if (!d->configuration)
		fail_msg("%s: endpoint used before SET_CONFIGURATION", d->name);
	if (d->halted[dci])
		return USB_STALL;
	return d->kind == USB_STICK ? bot_out(d, dci, data, bytes) : USB_NAK;
}
