/* SPDX-License-Identifier: MIT */
/* Virtual I/O Device 1.1, 5.2: block device. */
#include "drivers/virtio.h"

#include "drivers/virtio_device.h"

/* 5.2.3: features. */
#define FEATURE_SIZE_MAX   (1u << 1)            /* size_max limits a buffer */
#define FEATURE_READ_ONLY  (1u << 5)
#define FEATURE_BLK_SIZE   (1u << 6)
#define FEATURE_FLUSH      (1u << 9)

/* 5.2.4: configuration. */
#define CONFIG_CAPACITY 0
#define CONFIG_SIZE_MAX 8
#define CONFIG_BLK_SIZE 20

/* 5.2.6: request types, and status. */
enum { TYPE_IN = 0, TYPE_OUT = 1, TYPE_FLUSH = 4 };
enum { STATUS_OK = 0, STATUS_IOERR = 1, STATUS_NONE = 0xFF };

#define UNIT_SIZE  512u                 /* bytes of the device's sectors (5.2.4) */
#define MAX_UNITS  8u                   /* in one of the disk's sectors */
#define MAX_BYTES  0x100000u            /* of a request */

struct blk {
	struct virtio virtio;
	struct {
		uint32_t type, zero;
		uint64_t sector;
	} header;
	volatile uint8_t status;
	uint32_t units;                 /* the device's sectors in one of the disk's */
};

static enum rj_status virtio_blk_execute(struct blk *blk, const struct rj_request *request,
					 uint32_t type)
{
	struct virtio *v = &blk->virtio;

	blk->header.type = type;
	blk->header.sector = type == TYPE_FLUSH ? 0 : request->lba * blk->units;
	blk->status = STATUS_NONE;
	virtio_chain(v, (uint32_t)&blk->header, sizeof(blk->header), 0);
	if (type != TYPE_FLUSH)
		virtio_chain(v, request->buffer, request->count * blk->units * UNIT_SIZE,
			     type == TYPE_IN ? VIRTQ_WRITE : 0);
	virtio_chain(v, (uint32_t)&blk->status, 1, VIRTQ_WRITE);
	if (!virtio_execute(v))
		return RJ_DISK_TIMEOUT;
	if (blk->status == STATUS_OK)
		return RJ_DISK_OK;
	if (blk->status != STATUS_IOERR)
		return RJ_DISK_CONTROLLER;
	return type == TYPE_IN ? RJ_DISK_BAD_DATA : RJ_DISK_WRITE_FAULT;
}

static enum rj_status virtio_blk_transfer(void *context, const struct rj_request *request)
{
	struct blk *blk = context;

	if (!virtio_begin(&blk->virtio))
		return RJ_DISK_TIMEOUT;
	switch (request->operation) {
	case RJ_READ:
		return virtio_blk_execute(blk, request, TYPE_IN);
	case RJ_WRITE:
		if (blk->virtio.features & FEATURE_READ_ONLY)
			return RJ_DISK_WRITE_PROTECTED;
		return virtio_blk_execute(blk, request, TYPE_OUT);
	case RJ_FLUSH:
		if (blk->virtio.features & FEATURE_FLUSH)
			return virtio_blk_execute(blk, request, TYPE_FLUSH);
	}
	return RJ_DISK_OK;
}

/* 2.4.1: read until two values are the same, which works with both interfaces. */
static INIT uint64_t virtio_blk_capacity(const struct virtio *v)
{
	uint64_t last, value = 0;
	uint64_t deadline = deadline_in(1000);

	do {
		last = value;
		value = (uint64_t)virtio_config(v, CONFIG_CAPACITY + 4) << 32
			| virtio_config(v, CONFIG_CAPACITY);
	} while (value != last && !expired(&deadline));
	return value;
}

/* 5.2.4: blk_size is the logical block size; returns 0 if it is not supported. */
static INIT uint32_t virtio_blk_sector_size(const struct virtio *v)
{
	uint32_t size = (v->features & FEATURE_BLK_SIZE) ? virtio_config(v, CONFIG_BLK_SIZE)
		: UNIT_SIZE;
	bool is_power = !(size & (size - 1));

	return is_power && size >= UNIT_SIZE && size <= MAX_UNITS * UNIT_SIZE ? size : 0;
}

static INIT uint32_t virtio_blk_max_bytes(const struct virtio *v)
{
	uint32_t limit = (v->features & FEATURE_SIZE_MAX) ? virtio_config(v, CONFIG_SIZE_MAX)
		: MAX_BYTES;

	return limit < MAX_BYTES ? limit : MAX_BYTES;
}

INIT void virtio_blk_attach(uint32_t pci, const struct rj_host *host)
{
	struct blk *blk = host->alloc(sizeof(*blk), 16);
	struct rj_disk disk = {
		.interface = "SCSI    ", /* EDD has no name for virtio; SeaBIOS uses this */
		.transfer = virtio_blk_transfer, .context = blk, .alignment = 1, .unit = 0,
	};

	if (!blk || !virtio_open(&blk->virtio, pci, VIRTIO_BLK_QUEUE,
				 FEATURE_SIZE_MAX | FEATURE_READ_ONLY | FEATURE_BLK_SIZE
					 | FEATURE_FLUSH, host))
		return;
	disk.sector_size = virtio_blk_sector_size(&blk->virtio);
	disk.sectors = virtio_blk_capacity(&blk->virtio);
	if (!disk.sector_size) {
		host->print("virtio: its sectors have %u bytes",
			    virtio_config(&blk->virtio, CONFIG_BLK_SIZE));
		return;
	}
	for (blk->units = 1; blk->units * UNIT_SIZE < disk.sector_size; blk->units *= 2)
		disk.sectors >>= 1;
	disk.max_sectors = virtio_blk_max_bytes(&blk->virtio) / disk.sector_size;
	if (!disk.sectors || !disk.max_sectors)
		return;
	if (blk->virtio.features & FEATURE_READ_ONLY)
		disk.flags = RJ_DISK_READONLY;
	host->add_disk(&disk);
}
