/* SPDX-License-Identifier: MIT */
/*
 * Virtual I/O Device 1.1, 5.6: SCSI host device; SPC-4 and SBC-3 commands. Only a
 * request queue is set up: control and event queue are for drivers that use them
 * (5.6.5).
 */
#include "drivers/virtio.h"

#include "common/mem.h"

/* 5.6.4: configuration. */
#define CONFIG_MAX_SECTORS 8            /* of 512 bytes */
#define CONFIG_MAX_TARGET  28           /* 16 bits max_channel, 16 bits max_target */

/* 5.6.6.1: responses. */
enum {
	RESPONSE_OK = 0,
	RESPONSE_ABORTED = 2,
	RESPONSE_BAD_TARGET = 3,
	RESPONSE_RESET = 4,
	RESPONSE_BUSY = 5,
};

/* SAM-5, 5.3.1: status. */
enum { GOOD = 0x00, CHECK_CONDITION = 0x02, BUSY = 0x08, TASK_SET_FULL = 0x28 };

/* SPC-4, 4.5.6: sense keys, and additional sense codes. */
enum {
	KEY_RECOVERED = 0x1,
	KEY_NOT_READY = 0x2,
	KEY_MEDIUM = 0x3,
	KEY_ILLEGAL = 0x5,
	KEY_UNIT_ATTENTION = 0x6,
	KEY_PROTECTED = 0x7,
	KEY_ABORTED = 0xB,
	ASC_LBA_RANGE = 0x21,
	ASC_MEDIUM_CHANGED = 0x28,
	ASC_NO_MEDIUM = 0x3A,
};

/* SPC-4 and SBC-3: operation codes. */
enum {
	TEST_UNIT_READY = 0x00,
	INQUIRY = 0x12,
	MODE_SENSE_6 = 0x1A,
	READ_CAPACITY_10 = 0x25,
	READ_10 = 0x28,
	WRITE_10 = 0x2A,
	SYNCHRONIZE_CACHE_10 = 0x35,
	READ_16 = 0x88,
	WRITE_16 = 0x8A,
	SERVICE_ACTION_IN = 0x9E,
	REPORT_LUNS = 0xA0,
};
#define READ_CAPACITY_16 0x10           /* service action */
#define TYPE_DISK        0x00           /* INQUIRY's first byte: connected, and: */
#define TYPE_CD          0x05
#define INQUIRY_SIZE     36
#define LUNS             16u            /* of a target, as many as are looked at */

#define RETRIES     10u
#define RETRY_MS    100u                /* when it is busy */
#define SPIN_UP_MS  10000u
#define MAX_TARGET  255u                /* what a LUN's second byte can name */
#define UNIT_SHIFT  9
#define MAX_BYTES   0x100000u
#define AGAIN       ((enum rj_status)0xFF) /* not an end: to be tried again */

struct request {
	uint8_t lun[8];
	uint64_t id;
	uint8_t attribute, priority, crn;
	uint8_t cdb[32];
} __attribute__((packed));
_Static_assert(sizeof(struct request) == 51, "5.6.6.1");

struct response {
	uint32_t sense_size;
	uint32_t residual;
	uint16_t qualifier;
	uint8_t status;
	volatile uint8_t response;
	uint8_t sense[96];
};
_Static_assert(sizeof(struct response) == 108, "5.6.6.1");

struct scsi {
	struct virtio virtio;
	struct request request;
	struct response response;
	uint8_t data[8 + LUNS * 8];     /* answers to what attach asks */
};

struct unit {
	struct scsi *scsi;
	uint32_t shift;                 /* of a block's size */
	uint8_t lun[8];
};

static void put_be32(uint8_t *to, uint32_t value)
{
	for (int i = 3; i >= 0; i--, value >>= 8)
		to[i] = (uint8_t)value;
}

/* SPC-4, 4.5: fixed and descriptor format have them in different places. */
static enum rj_status sense_status(const uint8_t *sense)
{
	bool descriptors = (sense[0] & 0x7F) >= 0x72;
	uint8_t key = sense[descriptors ? 1 : 2] & 0xF, asc = sense[descriptors ? 2 : 12];

	switch (key) {
	case 0:
	case KEY_RECOVERED:
		return RJ_DISK_OK;
	case KEY_NOT_READY:
		return asc == ASC_NO_MEDIUM ? RJ_DISK_TIMEOUT : RJ_DISK_NOT_READY;
	case KEY_MEDIUM:
		return RJ_DISK_BAD_DATA;
	case KEY_ILLEGAL:
		return asc == ASC_LBA_RANGE ? RJ_DISK_NOT_FOUND : RJ_DISK_CONTROLLER;
	case KEY_UNIT_ATTENTION:
		return asc == ASC_MEDIUM_CHANGED ? RJ_DISK_CHANGED : AGAIN;
	case KEY_PROTECTED:
		return RJ_DISK_WRITE_PROTECTED;
	case KEY_ABORTED:
		return AGAIN;
	}
	return RJ_DISK_CONTROLLER;
}

static enum rj_status response_status(const struct response *r)
{
	switch (r->response) {
	case RESPONSE_OK:
		break;
	case RESPONSE_ABORTED:
	case RESPONSE_RESET:
		return AGAIN;
	case RESPONSE_BUSY:
		delay_ms(RETRY_MS);
		return AGAIN;
	default:
		return RJ_DISK_CONTROLLER;
	}
	switch (r->status) {
	case GOOD:
		return RJ_DISK_OK;
	case CHECK_CONDITION:
		return sense_status(r->sense);
	case BUSY:
	case TASK_SET_FULL:
		delay_ms(RETRY_MS);
		return AGAIN;
	}
	return RJ_DISK_CONTROLLER;
}

/* Starts a request: its CDB is zeros but for the operation code. */
static uint8_t *prepare(struct scsi *scsi, const uint8_t *lun, uint8_t operation)
{
	struct request *r = &scsi->request;

	memset(r, 0, sizeof(*r));
	memcpy(r->lun, lun, sizeof(r->lun));
	r->cdb[0] = operation;
	return r->cdb;
}

/* 5.6.6.1: the order of buffers; flags: VIRTQ_WRITE if the device writes data. */
static enum rj_status execute(struct scsi *scsi, uint64_t data, uint32_t bytes, uint16_t flags)
{
	struct virtio *v = &scsi->virtio;
	enum rj_status status = AGAIN;

	for (unsigned i = 0; i < RETRIES && status == AGAIN; i++) {
		if (!virtio_begin(v))
			return RJ_DISK_TIMEOUT;
		virtio_chain(v, (uint32_t)&scsi->request, sizeof(scsi->request), 0);
		if (bytes && !flags)
			virtio_chain(v, data, bytes, 0);
		virtio_chain(v, (uint32_t)&scsi->response, sizeof(scsi->response), VIRTQ_WRITE);
		if (bytes && flags)
			virtio_chain(v, data, bytes, VIRTQ_WRITE);
		if (!virtio_execute(v))
			return RJ_DISK_TIMEOUT;
		status = response_status(&scsi->response);
	}
	return status == AGAIN ? RJ_DISK_CONTROLLER : status;
}

/* SBC-3: READ and WRITE; of 16 bytes only where the LBA needs it. */
static enum rj_status read_write(const struct unit *unit, const struct rj_request *request)
{
	struct scsi *scsi = unit->scsi;
	bool write = request->operation == RJ_WRITE, far = request->lba >> 32;
	uint8_t *cdb = prepare(scsi, unit->lun, write ? WRITE_10 : READ_10);
	enum rj_status status;

	if (far) {
		cdb[0] = write ? WRITE_16 : READ_16;
		put_be32(cdb + 2, (uint32_t)(request->lba >> 32));
		put_be32(cdb + 6, (uint32_t)request->lba);
		put_be32(cdb + 10, request->count);
	} else {
		put_be32(cdb + 5, request->count);      /* 16 bits, in 7 and 8 */
		put_be32(cdb + 2, (uint32_t)request->lba);
	}
	status = execute(scsi, request->buffer, request->count << unit->shift,
			 write ? 0 : VIRTQ_WRITE);
	if (status == RJ_DISK_OK && scsi->response.residual)
		return RJ_DISK_CONTROLLER;
	return status == RJ_DISK_BAD_DATA && write ? RJ_DISK_WRITE_FAULT : status;
}

static enum rj_status transfer(void *context, const struct rj_request *request)
{
	const struct unit *unit = context;

	switch (request->operation) {
	case RJ_READ:
	case RJ_WRITE:
		return read_write(unit, request);
	case RJ_FLUSH:
		prepare(unit->scsi, unit->lun, SYNCHRONIZE_CACHE_10);
		return execute(unit->scsi, 0, 0, 0);
	}
	return virtio_begin(&unit->scsi->virtio) ? RJ_DISK_OK : RJ_DISK_TIMEOUT;
}

static INIT uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Executes what was prepared; the answer is in scsi->data. */
static INIT enum rj_status ask(struct scsi *scsi, uint32_t bytes)
{
	memset(scsi->data, 0, sizeof(scsi->data));
	return execute(scsi, (uint32_t)scsi->data, bytes, VIRTQ_WRITE);
}

/* SPC-4, TEST UNIT READY: until it is ready, or clearly has no medium. */
static INIT bool wait_ready(struct scsi *scsi, const uint8_t *lun)
{
	uint64_t deadline = deadline_in(SPIN_UP_MS);

	for (;;) {
		enum rj_status status;

		prepare(scsi, lun, TEST_UNIT_READY);
		status = execute(scsi, 0, 0, 0);
		if (status == RJ_DISK_OK)
			return true;
		if ((status != RJ_DISK_NOT_READY && status != RJ_DISK_CHANGED) || expired(deadline))
			return false;
		delay_ms(RETRY_MS);
	}
}

/* SBC-3: READ CAPACITY, the one of 16 bytes if the other's field is too small. */
static INIT bool read_capacity(struct scsi *scsi, const uint8_t *lun, struct rj_disk *disk)
{
	uint8_t *cdb;

	prepare(scsi, lun, READ_CAPACITY_10);
	if (ask(scsi, 8) != RJ_DISK_OK)
		return false;
	disk->sectors = (uint64_t)be32(scsi->data) + 1;
	disk->sector_size = be32(scsi->data + 4);
	if (disk->sectors >> 32 == 0)
		return true;
	cdb = prepare(scsi, lun, SERVICE_ACTION_IN);
	cdb[1] = READ_CAPACITY_16;
	cdb[13] = 32;
	if (ask(scsi, 32) != RJ_DISK_OK)
		return false;
	disk->sectors = ((uint64_t)be32(scsi->data) << 32 | be32(scsi->data + 4)) + 1;
	disk->sector_size = be32(scsi->data + 8);
	return true;
}

/* SPC-4, MODE SENSE(6), and SBC-3: bit 7 of the device-specific byte is WP. */
static INIT bool is_protected(struct scsi *scsi, const uint8_t *lun)
{
	uint8_t *cdb = prepare(scsi, lun, MODE_SENSE_6);

	cdb[1] = 0x08;                  /* no block descriptors */
	cdb[2] = 0x3F;                  /* all pages, of which none fits */
	cdb[4] = 4;
	return ask(scsi, 4) == RJ_DISK_OK && scsi->data[2] & 0x80;
}

/* SPC-4, INQUIRY: the kind of unit; false: none that is served. */
static INIT bool inquire(struct scsi *scsi, const uint8_t *lun, struct rj_disk *disk)
{
	prepare(scsi, lun, INQUIRY)[4] = INQUIRY_SIZE;
	if (ask(scsi, INQUIRY_SIZE) != RJ_DISK_OK)
		return false;
	if (scsi->data[1] & 0x80)
		disk->flags = RJ_DISK_REMOVABLE;
	if (scsi->data[0] == TYPE_CD)
		disk->flags = RJ_DISK_CD | RJ_DISK_READONLY | RJ_DISK_REMOVABLE;
	return scsi->data[0] == TYPE_DISK || scsi->data[0] == TYPE_CD;
}

static INIT uint32_t max_bytes(const struct virtio *v)
{
	uint32_t sectors = virtio_config(v, CONFIG_MAX_SECTORS);

	return sectors && sectors < MAX_BYTES >> UNIT_SHIFT ? sectors << UNIT_SHIFT : MAX_BYTES;
}

static INIT void add_unit(struct scsi *scsi, const uint8_t *lun, const struct rj_host *host)
{
	uint32_t number = (uint32_t)(lun[2] & 0x3F) << 8 | lun[3];
	struct rj_disk disk = {
		.interface = "SCSI    ",
		/* EDD 3.0: the target in 16 bits, the LUN in 64 */
		.device_path = { lun[1] | (uint64_t)number << 16 },
		.transfer = transfer, .alignment = 1, .unit = number << 8 | lun[1],
	};
	struct unit *unit;
	uint32_t shift = 9;

	if (!inquire(scsi, lun, &disk) || !wait_ready(scsi, lun)
	    || !read_capacity(scsi, lun, &disk))
		return;
	while (shift < 12 && 1u << shift < disk.sector_size)
		shift++;
	unit = host->alloc(sizeof(*unit), 4);
	if (!unit || 1u << shift != disk.sector_size) {
		host->print("virtio: target %u has sectors of %u bytes", lun[1], disk.sector_size);
		return;
	}
	if (!(disk.flags & RJ_DISK_CD) && is_protected(scsi, lun))
		disk.flags |= RJ_DISK_READONLY;
	unit->scsi = scsi;
	unit->shift = shift;
	memcpy(unit->lun, lun, sizeof(unit->lun));
	disk.context = unit;
	disk.max_sectors = max_bytes(&scsi->virtio) >> shift;
	host->add_disk(&disk);
}

/*
 * SPC-4, REPORT LUNS: which LUNs this target has; LUN 0 alone if it does not say. false:
 * the device itself is gone.
 */
static INIT bool add_target(struct scsi *scsi, uint8_t target, const struct rj_host *host)
{
	uint8_t lun[8] = { 1, target, 0x40, 0 }; /* 5.6.6.1, single level */
	uint8_t luns[LUNS][2] = { { 0, 0 } };
	uint32_t count = 1;
	enum rj_status status;

	put_be32(prepare(scsi, lun, REPORT_LUNS) + 6, sizeof(scsi->data));
	status = ask(scsi, sizeof(scsi->data));
	if (status == RJ_DISK_TIMEOUT)
		return false;
	if (scsi->response.response == RESPONSE_BAD_TARGET)
		return true;
	if (status == RJ_DISK_OK) {
		count = be32(scsi->data) / 8;
		for (uint32_t i = 0; i < count && i < LUNS; i++)
			memcpy(luns[i], scsi->data + 8 + i * 8, 2);
	}
	for (uint32_t i = 0; i < count && i < LUNS; i++) {
		lun[2] = 0x40 | (luns[i][0] & 0x3F);
		lun[3] = luns[i][1];
		add_unit(scsi, lun, host);
	}
	return true;
}

INIT void virtio_scsi_attach(uint32_t pci, const struct rj_host *host)
{
	struct scsi *scsi = host->alloc(sizeof(*scsi), 16);
	uint32_t last;

	if (!scsi || !virtio_open(&scsi->virtio, pci, VIRTIO_SCSI_QUEUE, 0, host))
		return;
	last = virtio_config(&scsi->virtio, CONFIG_MAX_TARGET) >> 16;
	for (uint32_t target = 0; target <= last && target <= MAX_TARGET; target++)
		if (!add_target(scsi, (uint8_t)target, host))
			return;
}
