/* SPDX-License-Identifier: MIT */
/*
 * A virtio device on PCI with one virtqueue in use, one request at a time.
 */
#ifndef RJ_VIRTIO_DEVICE_H
#define RJ_VIRTIO_DEVICE_H

#include "drivers/driver.h"

/* A descriptor's flags (2.6.5). */
#define VIRTQ_NEXT      1u
#define VIRTQ_WRITE     2u      /* the device writes here; else it reads */

struct virtq_descriptor {
	uint64_t address;
	uint32_t size;
	uint16_t flags, next;
};
_Static_assert(sizeof(struct virtq_descriptor) == 16, "2.6.5");

struct virtq_available {
	uint16_t flags;
	uint16_t index;
	uint16_t ring[];
};

struct virtq_used {
	uint16_t flags;
	volatile uint16_t index;
};

/*
 * Places of registers are addresses; below 10000h they are I/O ports, since no
 * device has its registers in the first 64 KiB of memory.
 */
struct virtio {
	struct virtq_descriptor *descriptors;
	struct virtq_available *available;
	struct virtq_used *used;
	uint32_t queue_bytes;           /* of all three */
	uint32_t common;                /* configuration registers */
	uint32_t device;                /* those of the kind of device */
	uint32_t notify;                /* of the queue */
	uint32_t features, features_high; /* accepted */
	uint16_t queue;                 /* its number */
	uint16_t size;                  /* its entries */
	uint16_t chained;               /* descriptors of the request so far */
	bool modern;                    /* not a legacy interface */
	bool ready;                     /* set up and not failed since */
};

/*
 * Finds the registers, accepts those of these features that are offered, and
 * brings the device up with this queue; false, having said why: not possible.
 */
bool virtio_open(struct virtio *v, uint32_t pci, uint16_t queue, uint32_t features,
		 const struct rj_host *host);
/* The device's own configuration, at this offset. */
uint32_t virtio_config(const struct virtio *v, uint32_t offset);

/*
 * A request: begin, chain each of its buffers, at most 4, those to be written
 * behind those to be read, execute. false: the device does not answer; the next
 * begin finds it reset.
 */
bool virtio_begin(struct virtio *v);
void virtio_chain(struct virtio *v, uint64_t address, uint32_t size, uint16_t flags);
bool virtio_execute(struct virtio *v);

/* As rj_driver's, of a device with this queue. */
bool virtio_is_firmwares(uint32_t pci, uint16_t queue, const struct rj_host *host);

#endif
