/* SPDX-License-Identifier: MIT */
/*
 * Virtual I/O Device 1.1, 5.6: SCSI host device. This driver sets up one request queue; the
 * control queue and the event queue are optional (5.6.5).
 */
#include "drivers/virtio.h"

#include "common/mem.h"
#include "drivers/scsi.h"
#include "drivers/virtio_device.h"

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

#define REPORT_LUNS 0xA0                /* SPC-4 */
#define LUNS        16u                 /* at most, of a target */
#define LUNS_SIZE   (8u + LUNS * 8u)
#define RETRY_MS    100u                /* when the device is busy */
#define MAX_TARGET  255u                /* the target is the LUN's second byte */
#define UNIT_SHIFT  9
#define MAX_BYTES   0x100000u

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

struct controller {
	struct virtio virtio;
	struct request request;
	struct response response;
	uint8_t data[LUNS_SIZE];        /* answers to attach's commands */
};

struct unit {
	struct scsi_unit scsi;
	struct controller *controller;
	uint8_t lun[8];
};

static enum rj_status virtio_scsi_response_status(const struct response *r)
{
	switch (r->response) {
	case RESPONSE_OK:
		return scsi_status(r->status, r->sense);
	case RESPONSE_ABORTED:
	case RESPONSE_RESET:
		return SCSI_AGAIN;
	case RESPONSE_BUSY:
		delay_ms(RETRY_MS);
		return SCSI_AGAIN;
	}
	return RJ_DISK_CONTROLLER;
}

static void virtio_scsi_prepare(const struct unit *unit, const struct scsi_command *command)
{
	struct request *r = &unit->controller->request;

	memset(r, 0, sizeof(*r));
	memcpy(r->lun, unit->lun, sizeof(r->lun));
	scsi_copy_cdb(r->cdb, command);
}

/* 5.6.6.1: the order of buffers. */
static enum rj_status virtio_scsi_execute(struct scsi_unit *scsi,
					  const struct scsi_command *command)
{
	struct unit *unit = (struct unit *)scsi;
	struct controller *c = unit->controller;
	struct virtio *v = &c->virtio;
	enum rj_status status;

	virtio_scsi_prepare(unit, command);
	if (!virtio_begin(v))
		return RJ_DISK_TIMEOUT;
	virtio_chain(v, (uint32_t)&c->request, sizeof(c->request), 0);
	if (command->bytes && command->write)
		virtio_chain(v, command->buffer, command->bytes, 0);
	virtio_chain(v, (uint32_t)&c->response, sizeof(c->response), VIRTQ_WRITE);
	if (command->bytes && !command->write)
		virtio_chain(v, command->buffer, command->bytes, VIRTQ_WRITE);
	if (!virtio_execute(v))
		return RJ_DISK_TIMEOUT;
	status = virtio_scsi_response_status(&c->response);
	/* answers to attach's commands may be shorter */
	if (status == RJ_DISK_OK && c->response.residual
	    && command->buffer != (uint32_t)c->data)
		return RJ_DISK_CONTROLLER;
	return status;
}

static enum rj_status virtio_scsi_transfer(void *context, const struct rj_request *request)
{
	struct unit *unit = context;

	if (request->operation == RJ_RESET)
		return virtio_begin(&unit->controller->virtio) ? RJ_DISK_OK : RJ_DISK_TIMEOUT;
	return scsi_transfer(&unit->scsi, request);
}

static INIT uint32_t virtio_scsi_max_bytes(const struct virtio *v)
{
	uint32_t sectors = virtio_config(v, CONFIG_MAX_SECTORS);

	return sectors && sectors < MAX_BYTES >> UNIT_SHIFT
		? sectors << UNIT_SHIFT : MAX_BYTES;
}

static INIT void virtio_scsi_add_unit(struct unit *unit, const struct rj_host *host)
{
	const uint8_t *lun = unit->lun;
	uint32_t number = (uint32_t)(lun[2] & 0x3F) << 8 | lun[3];
	struct rj_disk disk = {
		.interface = "SCSI    ",
		/* EDD 3.0: the target in 16 bits, the LUN in 64 */
		.device_path = { lun[1] | (uint64_t)number << 16 },
		.transfer = virtio_scsi_transfer, .alignment = 1, .unit = number << 8 | lun[1],
	};

	if (scsi_identify(&unit->scsi, &disk))
		scsi_add(&unit->scsi, sizeof(*unit), &disk,
			 virtio_scsi_max_bytes(&unit->controller->virtio), host);
	else if (disk.sector_size)
		host->print("virtio: target %u has sectors of %u bytes", lun[1],
			    disk.sector_size);
}

/*
 * SPC-4, REPORT LUNS: adds the target's LUNs, only LUN 0 if that command fails. Returns false
 * if the device itself does not answer.
 */
static INIT bool virtio_scsi_add_target(struct controller *c, uint8_t target,
					const struct rj_host *host)
{
	static INIT_DATA const struct scsi_command report = {
		.cdb = { [0] = REPORT_LUNS, [9] = LUNS_SIZE } };
	struct unit unit = { .scsi = { .execute = virtio_scsi_execute, .data = c->data }, .controller = c,
			     .lun = { 1, target, 0x40, 0 } };   /* 5.6.6.1, single level */
	uint8_t luns[LUNS][2] = { { 0, 0 } };
	uint32_t count = 1;
	enum rj_status status = scsi_ask(&unit.scsi, &report, LUNS_SIZE);

	if (status == RJ_DISK_TIMEOUT)
		return false;
	if (c->response.response == RESPONSE_BAD_TARGET)
		return true;
	if (status == RJ_DISK_OK) {
		count = (uint32_t)c->data[2] << 8 | c->data[3];         /* 8 bytes for each */
		count /= 8;
		for (uint32_t i = 0; i < count && i < LUNS; i++)
			memcpy(luns[i], c->data + 8 + i * 8, 2);
	}
	for (uint32_t i = 0; i < count && i < LUNS; i++) {
		unit.lun[2] = 0x40 | (luns[i][0] & 0x3F);
		unit.lun[3] = luns[i][1];
		virtio_scsi_add_unit(&unit, host);
	}
	return true;
}

INIT void virtio_scsi_attach(uint32_t pci, const struct rj_host *host)
{
	struct controller *c = host->alloc(sizeof(*c), 16);
	uint32_t last;

	if (!c || !virtio_open(&c->virtio, pci, VIRTIO_SCSI_QUEUE, 0, host))
		return;
	last = virtio_config(&c->virtio, CONFIG_MAX_TARGET) >> 16;
	for (uint32_t target = 0; target <= last && target <= MAX_TARGET; target++)
		if (!virtio_scsi_add_target(c, (uint8_t)target, host))
			return;
}
