/* SPDX-License-Identifier: MIT */
/*
 * Universal Serial Bus Mass Storage Class, Bulk-Only Transport 1.0: 3 requests, 5 wrappers, 5.3.4
 * reset recovery, 6 how each failure is treated.
 */
#include "drivers/usb_device.h"

#include "common/mem.h"
#include "drivers/scsi.h"

#define LUNS_MAX   16u
#define DATA       192u                 /* what Windows asks MODE SENSE for; others confuse some */
#define GENESYS    0x05E3u              /* its bridges fail above 32 KiB */
#define GENESYS_MAX 0x8000u

/* 5.1: command block wrapper. */
struct wrapper {
	uint32_t signature, tag, bytes;
	uint8_t flags, lun, size;
	uint8_t cdb[SCSI_CDB];
	uint8_t zero;
};
_Static_assert(offsetof(struct wrapper, cdb) == 15, "5.1");
#define WRAPPER      31u                /* bytes of it that are sent */
#define WRAPPER_SIGNATURE 0x43425355u

/* 5.2: command status wrapper. */
struct status {
	uint32_t signature, tag, residue;
	uint8_t status;
};
_Static_assert(offsetof(struct status, status) == 12, "5.2");
#define STATUS       13u
#define STATUS_SIGNATURE 0x53425355u
enum { PASSED = 0, FAILED = 1, BROKEN = 2 };    /* also any other status */

/* What the units of one device share. */
struct storage {
	struct wrapper wrapper;
	struct status status;
	uint8_t sense[SCSI_SENSE];
	uint8_t data[DATA];
	struct xhci_pipe *in, *out, *control;
	uint32_t interface;
	uint32_t code;                  /* CODE_* of the last transfer */
	bool is_gone;                   /* it could not be reset */
};

struct unit {
	struct scsi_unit scsi;
	struct storage *storage;
	uint32_t lun;
};

static uint32_t move(struct storage *s, struct xhci_pipe *pipe, uint32_t buffer, uint32_t bytes,
		     uint32_t *rest)
{
	s->code = xhci_bulk(pipe, buffer, bytes, rest);
	return s->code;
}

static bool send_command(const struct unit *unit, const struct scsi_command *command)
{
	struct storage *s = unit->storage;
	uint32_t rest, tag = s->wrapper.tag + 1;

	s->wrapper = (struct wrapper){
		.signature = WRAPPER_SIGNATURE, .tag = tag, .bytes = command->bytes,
		.flags = command->write ? 0 : USB_IN, .lun = (uint8_t)unit->lun,
		.size = scsi_cdb_size(command->cdb),
	};
	scsi_copy_cdb(s->wrapper.cdb, command);
	return move(s, s->out, bus_address(&s->wrapper), WRAPPER, &rest) == CODE_SUCCESS;
}

/* 6.7: a stall ends the data early; the status follows. *rest: bytes that are missing. */
static bool move_data(struct storage *s, const struct scsi_command *command, uint32_t *rest)
{
	struct xhci_pipe *pipe = command->write ? s->out : s->in;
	uint32_t code;

	*rest = 0;
	if (!command->bytes)
		return true;
	code = move(s, pipe, (uint32_t)command->buffer, command->bytes, rest);
	return code == CODE_SUCCESS || code == CODE_SHORT
		|| (code == CODE_STALL && xhci_clear_halt(pipe, s->control));
}

/* 5.3.3, figure 2: a status that stalls is read once more. Returns PASSED, FAILED or BROKEN. */
static uint32_t read_status(struct storage *s)
{
	uint32_t rest, code;

	memset(&s->status, 0, sizeof(s->status));
	code = move(s, s->in, bus_address(&s->status), STATUS, &rest);
	if (code == CODE_STALL && xhci_clear_halt(s->in, s->control))
		code = move(s, s->in, bus_address(&s->status), STATUS, &rest);
	if (code != CODE_SUCCESS || s->status.signature != STATUS_SIGNATURE
	    || s->status.tag != s->wrapper.tag)
		return BROKEN;
	return s->status.status;
}

/* 5.3.4: in this order. Nothing that was queued may reach the device after its reset. */
static bool reset_device(struct storage *s)
{
	const struct usb_request request = {
		.type = USB_CLASS | USB_TO_INTERFACE, .request = BULK_RESET,
		.index = (uint16_t)s->interface };

	s->is_gone = !xhci_recover(s->in) || !xhci_recover(s->out) || !xhci_request(s->control, &request, NULL)
		|| !xhci_clear_halt(s->in, s->control) || !xhci_clear_halt(s->out, s->control);
	return !s->is_gone;
}

/* Returns PASSED, FAILED, or BROKEN: the device has to be reset. */
static uint32_t transact(const struct unit *unit, const struct scsi_command *command,
			 uint32_t *rest)
{
	if (!send_command(unit, command) || !move_data(unit->storage, command, rest))
		return BROKEN;
	return read_status(unit->storage);
}

/* A device that did not answer in time is not asked again. */
static enum rj_status recover(struct storage *s)
{
	bool is_late = s->code == CODE_NONE;

	return reset_device(s) && !is_late ? SCSI_AGAIN : RJ_DISK_TIMEOUT;
}

static enum rj_status sense(const struct unit *unit)
{
	struct storage *s = unit->storage;
	const struct scsi_command command = {
		.cdb = { [0] = SCSI_REQUEST_SENSE, [4] = SCSI_SENSE },
		.buffer = bus_address(s->sense), .bytes = SCSI_SENSE };
	uint32_t rest;

	memset(s->sense, 0, sizeof(s->sense));
	if (transact(unit, &command, &rest) == PASSED)
		return scsi_sense_status(s->sense);
	return recover(s);
}

/*
 * Answers to attach's commands may be shorter. The residue is not looked at, since many devices
 * report a wrong one; what has come is what the controller has counted.
 */
static enum rj_status execute(struct scsi_unit *scsi, const struct scsi_command *command)
{
	const struct unit *unit = (const struct unit *)scsi;
	struct storage *s = unit->storage;
	uint32_t rest, status;

	if (s->is_gone || !xhci_is_ours(s->in->controller))
		return RJ_DISK_TIMEOUT;
	status = transact(unit, command, &rest);
	if (status == FAILED)
		return sense(unit);
	if (status == PASSED)
		return rest && command->buffer != bus_address(s->data) ? RJ_DISK_CONTROLLER
								       : RJ_DISK_OK;
	return recover(s);
}

static enum rj_status transfer(void *context, const struct rj_request *request)
{
	struct unit *unit = context;

	if (request->operation != RJ_RESET)
		return scsi_transfer(&unit->scsi, request);
	return xhci_is_ours(unit->storage->in->controller) && reset_device(unit->storage)
		? RJ_DISK_OK : RJ_DISK_TIMEOUT;
}

/* 3.2; a device with one unit may stall it. */
static INIT uint32_t last_lun(const struct usb_device *device, const struct storage *s)
{
	const uint8_t *last = device->bus->scratch;

	return usb_request(device, (struct usb_request){
			.type = USB_IN | USB_CLASS | USB_TO_INTERFACE, .request = BULK_MAX_LUN,
			.index = (uint16_t)s->interface, .length = 1 }, device->bus->scratch)
		&& *last < LUNS_MAX ? *last : 0;
}

/* Some devices return the number of sectors instead of the last one: it is then odd. */
static INIT void check_capacity(const struct usb_device *device, struct unit *unit,
				struct rj_disk *disk)
{
	const struct rj_request last = {
		.lba = disk->sectors - 1, .count = 1, .operation = RJ_READ,
		.buffer = bus_address(device->bus->scratch) };

	if (!(disk->flags & RJ_DISK_CD) && disk->sectors & 1
	    && transfer(unit, &last) != RJ_DISK_OK)
		disk->sectors--;
}

/* Floppy drives, and the floppy images of BMCs: 720 KB, 1.2, 1.44 and 2.88 MB. */
static INIT bool is_floppy(const struct rj_disk *disk)
{
	static INIT_DATA const uint16_t sizes[] = { 1440, 2400, 2880, 5760 };

	for (uint32_t i = 0; disk->flags & RJ_DISK_REMOVABLE && i < sizeof(sizes) / sizeof(sizes[0]);
	     i++)
		if (disk->sectors == sizes[i])
			return true;
	return false;
}

static INIT bool add_unit(const struct usb_device *device, struct unit *unit)
{
	const struct rj_host *host = device->bus->host;
	uint32_t number = usb_unit(device) | RJ_USB_UNIT(0u, 0u, unit->lun);
	struct rj_disk disk = {
		.interface = "USB     ", .device_path = { number }, .transfer = transfer,
		.alignment = 1, .unit = number };

	if (!scsi_identify(&unit->scsi, &disk)) {
		host->print("usb: unit %u of %s has no medium, or is no disk", unit->lun,
			    usb_id(device));
		return false;
	}
	check_capacity(device, unit, &disk);
	if (is_floppy(&disk))
		disk.flags |= RJ_DISK_FLOPPY;
	return scsi_add(&unit->scsi, sizeof(*unit), &disk,
			device->vendor == GENESYS ? GENESYS_MAX : XHCI_BULK_MAX, host);
}

INIT bool usb_disk_found(const struct usb_device *device, uint32_t interface,
			 struct xhci_pipe *in, struct xhci_pipe *out)
{
	struct storage *s = device->bus->host->alloc(sizeof(*s), 64);
	struct unit unit = { .storage = s };
	uint32_t last;
	bool any = false;

	if (!s)
		return false;
	s->in = in;
	s->out = out;
	s->control = device->control;
	s->interface = interface;
	unit.scsi = (struct scsi_unit){ .execute = execute, .data = s->data, .mode_bytes = DATA };
	last = last_lun(device, s);
	for (; unit.lun <= last; unit.lun++)
		any |= add_unit(device, &unit);
	return any;
}
