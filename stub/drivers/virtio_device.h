/* SPDX-License-Identifier: MIT */
/*
 * A virtio device on PCI with one virtqueue in use, one request at a time.
 */
#ifndef RJ_VIRTIO_DEVICE_H
#define RJ_VIRTIO_DEVICE_H

#include "drivers/driver.h"

/* A descriptor's flags (2.6.5). */
#define VIRTQ_NEXT      1u
#define VIRTQ_WRITE     2u      /* the device writes here; otherwise it reads */

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
 * Register addresses below 10000h are I/O ports, since no device has its registers in the
 * first 64 KiB of memory.
 */
struct virtio {
	struct virtq_descriptor *descriptors;
	struct virtq_available *available;
	struct virtq_used *used;
	uint32_t queue_bytes;           /* size of all three */
	uint32_t common;                /* configuration registers */
	uint32_t device;                /* device-specific configuration */
	uint32_t notify;                /* the queue's notification register */
	uint32_t features, features_high; /* accepted */
	uint16_t queue;                 /* its number */
	uint16_t size;                  /* its entries */
	uint16_t chained;               /* descriptors of the request so far */
	bool modern;                    /* not a legacy interface */
	bool ready;                     /* set up and not failed since */
};

/*
 * Finds the registers, accepts those of these features that the device offers, and starts it
 * with this queue. On failure, prints why and returns false.
 */
bool virtio_open(struct virtio *v, uint32_t pci, uint16_t queue, uint32_t features,
		 const struct rj_host *host);
/* Reads 32 bits of the device-specific configuration. */
uint32_t virtio_config(const struct virtio *v, uint32_t offset);

/*
 * A request: virtio_begin; virtio_chain for each buffer, at most 4, first those
 * that the device reads, then those that it writes; virtio_execute. They return
 * false if the device does not answer; it is then reset, for the next request.
 */
bool virtio_begin(struct virtio *v);
void virtio_chain(struct virtio *v, uint64_t address, uint32_t size, uint16_t flags);
bool virtio_execute(struct virtio *v);

/* As is_firmwares in struct rj_driver, for a device with this queue. */
bool virtio_is_firmwares(uint32_t pci, uint16_t queue, const struct rj_host *host);

#endif
