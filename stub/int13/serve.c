/* SPDX-License-Identifier: MIT */
/*
 * INT 13h for the drives that this module serves. 16-bit code: DS = ES = SS = CS.
 *
 *   IBM PS/2 and PC BIOS Interface Technical Reference, 1991: INT 13h, AH to 19h
 *   EDD: T13/1386D, BIOS Enhanced Disk Drive Services 3.0
 *   El Torito: Bootable CD-ROM Format Specification 1.0
 */
#include "int13/int13.h"

#include <stddef.h>

#include "int13/edd.h"
#include "int13/far.h"
#include "int13/serve.h"

#define BDA_FLOPPY_STATUS 0x41   /* offsets from 400h */
#define BDA_DISK_STATUS   0x74

#define EDD_VERSION  0x30       /* AH of 41h: 3.0 */
#define EDD_MAGIC    0x55AA     /* BX of 41h; returned with its bytes swapped */
#define EDD_ACCESS   0x01       /* CX of 41h: 42h to 44h, 47h, 48h */
#define EDD_LOCKING  0x02       /* 45h, 46h, 48h, 49h */
#define EDD_SUPPORT  0x04       /* 48h with all of its fields */

#define FLAT         0xFFFFFFFFu        /* as segment:offset: use the 64-bit address */

/* AH of 45h and 46h */
#define NOT_LOCKED    0xB0
#define LOCKED        0xB1
#define NOT_REMOVABLE 0xB2
#define TOO_MANY_LOCKS 0xB4
#define LOCKS_MAX     0xFFFF

_Alignas(16) struct rj_int13 int13;

/* Drivers do not know RJ_VERIFY: it is a read whose data is ignored. */
#define RJ_VERIFY 0x100u

/* Of AH=02h to 04h, and 42h to 44h. */
static uint32_t nth_operation(uint32_t n)
{
	return n == 2 ? RJ_VERIFY : n == 1 ? RJ_WRITE : RJ_READ;
}

static uint32_t linear(uint16_t segment, uint32_t offset)
{
	return ((uint32_t)segment << 4) + offset;
}

static uint32_t far_pointer(uint16_t segment, uint32_t offset)
{
	return (uint32_t)segment << 16 | (offset & 0xFFFF);
}

static enum rj_status move(uint32_t to, uint32_t from, uint32_t bytes)
{
	if (!is_virtual())
		copy(to, from, bytes);
	else if (!copy_virtual(to, from, bytes))
		return RJ_DISK_CONTROLLER;
	return RJ_DISK_OK;
}

static enum rj_status ram_disk(const struct rj_unit *unit, uint32_t operation,
			       const struct rj_request *request)
{
	uint32_t at = (uint32_t)(uintptr_t)unit->disk.context
		+ ((uint32_t)request->lba << unit->sector_shift);
	uint32_t bytes = request->count << unit->sector_shift;

	if (operation == RJ_READ)
		return move((uint32_t)request->buffer, at, bytes);
	if (operation == RJ_WRITE)
		return move(at, (uint32_t)request->buffer, bytes);
	return RJ_DISK_OK;
}

static enum rj_status drive(const struct rj_unit *unit, uint32_t operation,
			    struct rj_request *request)
{
	request->operation = operation;
	return (enum rj_status)call32((rj_function32 *)unit->disk.transfer,
				      unit->disk.context, request);
}

/* Serves a part of a request that the driver cannot take directly, by the bounce buffer. */
static enum rj_status bounced(const struct rj_unit *unit, uint32_t operation,
			      const struct rj_request *part)
{
	struct rj_request bounce = *part;
	uint32_t bytes = part->count << unit->sector_shift;
	enum rj_status status;

	bounce.buffer = int13.bounce;
	if (operation != RJ_VERIFY && part->buffer >> 32)
		return RJ_DISK_BOUNDARY;
	if (operation == RJ_WRITE)
		copy(int13.bounce, (uint32_t)part->buffer, bytes);
	status = drive(unit, operation == RJ_WRITE ? RJ_WRITE : RJ_READ, &bounce);
	if (operation == RJ_READ && !status)
		copy((uint32_t)part->buffer, int13.bounce, bytes);
	return status;
}

static bool needs_bounce(const struct rj_unit *unit, uint32_t operation, uint64_t buffer)
{
	return operation == RJ_VERIFY || (uint32_t)buffer & (unit->disk.alignment - 1);
}

/*
 * Serves a request in parts that the driver can take; counts the sectors in *done. *request is
 * the last part afterwards.
 */
static enum rj_status in_parts(const struct rj_unit *unit, uint32_t operation,
			       struct rj_request *request, uint32_t *done)
{
	bool bounce = needs_bounce(unit, operation, request->buffer);
	uint32_t most = unit->disk.max_sectors, rest = request->count;
	enum rj_status status;

	if (is_virtual())
		return RJ_DISK_CONTROLLER;
	if (bounce && most > RJ_BOUNCE_SIZE >> unit->sector_shift)
		most = RJ_BOUNCE_SIZE >> unit->sector_shift;
	while (rest) {
		if (most > rest)
			most = rest;
		request->count = most;
		status = bounce ? bounced(unit, operation, request)
			: drive(unit, operation, request);
		if (status)
			return status;
		*done += most;
		rest -= most;
		if (!rest)
			break;
		request->lba += most;
		request->buffer += most << unit->sector_shift;
	}
	return operation == RJ_WRITE ? drive(unit, RJ_FLUSH, request) : RJ_DISK_OK;
}

static enum rj_status transfer(const struct rj_unit *unit, uint32_t operation,
			       struct rj_request *request, uint32_t *done)
{
	enum rj_status status;

	*done = 0;
	/* cppcheck-suppress ctuuninitvar; drive() sets the operation */
	if (request->lba >= unit->disk.sectors
	    || request->count > unit->disk.sectors - request->lba)
		return RJ_DISK_NOT_FOUND;
	if (operation == RJ_WRITE && unit->disk.flags & RJ_DISK_READONLY)
		return RJ_DISK_WRITE_PROTECTED;
	if (unit->disk.transfer)
		return in_parts(unit, operation, request, done);
	if (request->buffer >> 32)
		return RJ_DISK_BOUNDARY;
	status = ram_disk(unit, operation, request);
	if (!status)
		*done = request->count;
	return status;
}

/* AH=00h and 0Dh. */
static enum rj_status reset(const struct rj_unit *unit)
{
	struct rj_request request = { 0 };

	if (!unit->disk.transfer || is_virtual())
		return RJ_DISK_OK;
	return drive(unit, RJ_RESET, &request);
}

static uint32_t cylinder(const struct frame *f)
{
	return f->ch | (f->cl & 0xC0u) << 2;
}

static bool has_track(const struct rj_unit *unit, const struct frame *f)
{
	return f->dh < unit->heads && cylinder(f) < unit->cylinders;
}

/* Converts CH, CL and DH to an LBA; returns false if there is no such sector. */
static bool chs(const struct rj_unit *unit, const struct frame *f, uint32_t *lba)
{
	uint32_t sector = (f->cl & 0x3Fu) - 1;

	*lba = (cylinder(f) * unit->heads + f->dh) * unit->sectors_per_track + sector;
	return sector < unit->sectors_per_track && has_track(unit, f);
}

/* AH=02h, 03h, 04h. */
static enum rj_status by_chs(const struct rj_unit *unit, struct frame *f,
			     uint32_t operation)
{
	struct rj_request request;
	uint32_t lba, done;
	enum rj_status status;

	if (!chs(unit, f, &lba) || !f->al || f->al > CHS_COUNT_MAX)
		return RJ_DISK_INVALID;
	request.lba = lba;
	request.count = f->al;
	request.buffer = linear(f->es, f->bx);
	status = transfer(unit, operation, &request, &done);
	f->al = (uint8_t)done;
	return status;
}

/* EDD, 7.2.1 */
struct packet {
	uint8_t size, zero;
	uint16_t count;
	uint32_t buffer;        /* segment << 16 | offset */
	uint64_t lba;
	uint64_t flat;          /* the address, if buffer is FLAT */
};
_Static_assert(offsetof(struct packet, flat) == PACKET_SIZE, "packet");

/* AH=42h, 43h, 44h. */
static enum rj_status by_packet(const struct rj_unit *unit, struct frame *f,
				uint32_t operation)
{
	uint32_t at = far_pointer(f->ds, f->esi), done;
	struct packet packet;
	struct rj_request request;
	enum rj_status status;

	far_read(&packet, at, PACKET_SIZE);
	if (packet.size < PACKET_SIZE)
		return RJ_DISK_INVALID;
	request.count = packet.count;
	request.lba = packet.lba;
	request.buffer = linear((uint16_t)(packet.buffer >> 16), packet.buffer & 0xFFFF);
	if (packet.buffer == FLAT && packet.size >= sizeof(packet)) {
		far_read(&packet, at, sizeof(packet));
		request.buffer = packet.flat;
	}
	status = transfer(unit, operation, &request, &done);
	if (!status)
		return RJ_DISK_OK;
	packet.count = (uint16_t)done;
	far_write(at, &packet, offsetof(struct packet, buffer));
	return status;
}

static enum rj_status parameters(const struct rj_unit *unit, struct frame *f)
{
	uint32_t last = unit->cylinders - 1;

	f->bx = unit->floppy_type;      /* BL; BH is 0 for floppies, otherwise undefined */
	f->ch = (uint8_t)last;
	f->cl = (uint8_t)((last >> 2 & 0xC0) | unit->sectors_per_track);
	f->dh = (uint8_t)(unit->heads - 1);
	f->al = 0;
	if (unit->disk.flags & RJ_DISK_FLOPPY) {
		f->dl = int13.floppies;
		f->es = (uint16_t)(flat.base >> 4);
		f->di = (uint16_t)(uintptr_t)int13.floppy_table;
	} else {
		f->dl = int13.hard_disks;
	}
	return RJ_DISK_OK;
}

/* AH=15h, which returns the type in AH. */
static void drive_type(const struct rj_unit *unit, struct frame *f)
{
	uint32_t sectors = (uint32_t)unit->disk.sectors;

	if (unit->disk.flags & RJ_DISK_FLOPPY) {
		f->ah = 1;
		return;
	}
	f->ah = 3;
	if (unit->disk.sectors >> 32)
		sectors = UINT32_MAX;
	f->cx = (uint16_t)(sectors >> 16);
	f->dx = (uint16_t)sectors;
}

static bool has_edd(const struct rj_unit *unit)
{
	return !(unit->disk.flags & RJ_DISK_FLOPPY);
}

static enum rj_status edd_check(const struct rj_unit *unit, struct frame *f)
{
	if (f->bx != EDD_MAGIC)
		return RJ_DISK_INVALID;
	f->bx = (uint16_t)(EDD_MAGIC << 8 | EDD_MAGIC >> 8);
	f->cx = EDD_ACCESS | EDD_SUPPORT;
	if (unit->disk.flags & RJ_DISK_REMOVABLE)
		f->cx |= EDD_LOCKING;
	return RJ_DISK_OK;
}

/* AH=48h */
static enum rj_status edd_parameters(const struct rj_unit *unit, const struct frame *f)
{
	uint32_t at = far_pointer(f->ds, f->esi), size;
	struct edd_parameters table;

	far_read(&table, at, sizeof(table.size));
	size = edd_fill(&table, unit, table.size);
	if (!size)
		return RJ_DISK_INVALID;
	far_write(at, &table, size);
	return RJ_DISK_OK;
}

/* AH=45h */
static uint32_t lock(struct rj_unit *unit, struct frame *f)
{
	uint8_t action = f->al;

	if (action > 2)
		return RJ_DISK_INVALID;
	if (!(unit->disk.flags & RJ_DISK_REMOVABLE))
		return NOT_REMOVABLE;
	if (action == 0 && unit->locks == LOCKS_MAX)
		return TOO_MANY_LOCKS;
	if (action == 1 && unit->locks == 0)
		return NOT_LOCKED;
	unit->locks = (uint16_t)(unit->locks + (action == 0) - (action == 1));
	f->al = unit->locks != 0;
	return RJ_DISK_OK;
}

/* AH=46h: none of our drives can eject its medium. */
static uint32_t eject(const struct rj_unit *unit, const struct frame *f)
{
	if (f->al)
		return RJ_DISK_INVALID;
	return unit->locks ? LOCKED : NOT_REMOVABLE;
}

/* AH=47h */
static enum rj_status seek_packet(const struct rj_unit *unit, const struct frame *f)
{
	struct packet packet;

	far_read(&packet, far_pointer(f->ds, f->esi), PACKET_SIZE);
	if (packet.size < PACKET_SIZE)
		return RJ_DISK_INVALID;
	return packet.lba < unit->disk.sectors ? RJ_DISK_OK : RJ_DISK_NOT_FOUND;
}

/* AX=4B00h, 4B01h: return data of the booted CD; 4B00h fails, as we do not end emulation. */
static enum rj_status emulation(struct frame *f)
{
	if (f->al > 1 || !int13.el_torito.size)
		return RJ_DISK_INVALID;
	far_write(far_pointer(f->ds, f->esi), &int13.el_torito, RJ_EL_TORITO_PACKET);
	return f->al ? RJ_DISK_OK : RJ_DISK_INVALID;
}

static uint32_t edd(struct rj_unit *unit, struct frame *f)
{
	if (!has_edd(unit))
		return RJ_DISK_INVALID;
	switch (f->ah) {
	case 0x41:
		return edd_check(unit, f);
	case 0x42:
	case 0x43:
	case 0x44:
		return f->ah == 0x43 && f->al > 2 ? RJ_DISK_INVALID
			: by_packet(unit, f, nth_operation(f->ah - 0x42u));
	case 0x45:
		return lock(unit, f);
	case 0x46:
		return eject(unit, f);
	case 0x47:
		return seek_packet(unit, f);
	case 0x48:
		return edd_parameters(unit, f);
	case 0x49:
		return RJ_DISK_OK;      /* the medium never changes */
	default:
		return RJ_DISK_INVALID;
	}
}

/* Functions with tracks; a CD has none, but a seek succeeds. */
static uint32_t track_function(const struct rj_unit *unit, struct frame *f)
{
	if (unit->disk.flags & RJ_DISK_CD)
		return f->ah == 0x0C ? RJ_DISK_OK : RJ_DISK_INVALID;
	switch (f->ah) {
	case 0x02:
	case 0x03:
	case 0x04:
		return by_chs(unit, f, nth_operation(f->ah - 2u));
	case 0x08:
		return parameters(unit, f);
	default:
		return has_track(unit, f) ? RJ_DISK_OK : RJ_DISK_INVALID;
	}
}

static uint32_t function(struct rj_unit *unit, struct frame *f)
{
	switch (f->ah) {
	case 0x02:
	case 0x03:
	case 0x04:
	case 0x08:
	case 0x0C:
		return track_function(unit, f);
	case 0x00:
	case 0x0D:
		return reset(unit);
	case 0x09:
	case 0x10:
	case 0x11:
		return RJ_DISK_OK;
	case 0x4B:
		return emulation(f);
	default:
		return edd(unit, f);
	}
}

static uint32_t status_byte(uint8_t number)
{
	return number & 0x80 ? BDA_DISK_STATUS : BDA_FLOPPY_STATUS;
}

bool serve(struct frame *f, uint32_t mapped)
{
	uint32_t row = mapped - INT13_UNIT, last = status_byte(f->dl);
	struct rj_unit *unit;
	bool failed = false;
	uint32_t status;

	if (f->ah == 0x01) {
		f->ah = bda_get(last);
		return f->ah != 0;
	}
	if (row >= int13.unit_count) {
		f->ah = f->ah == 0x15 ? 0 : RJ_DISK_INVALID;    /* no such drive */
		return f->ah != 0;
	}
	unit = &int13_units[row];
	if (f->ah == 0x15) {
		drive_type(unit, f);
		bda_put(last, RJ_DISK_OK);
		return false;
	}
	status = function(unit, f);
	bda_put(last, (uint8_t)status);
	if (!status && f->ah == 0x41)
		status = EDD_VERSION;
	else
		failed = status != 0;
	f->ah = (uint8_t)status;
	return failed;
}
