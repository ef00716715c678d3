/* SPDX-License-Identifier: MIT */
/* The kinds of virtio devices that are driven. */
#ifndef RJ_VIRTIO_H
#define RJ_VIRTIO_H

#include "drivers/driver.h"

#define VIRTIO_BLK_QUEUE  0u    /* 5.2.2 */
#define VIRTIO_SCSI_QUEUE 2u    /* 5.6.2: the first of the request queues */

/* Brings the device up, adds its disks. */
void virtio_blk_attach(uint32_t pci, const struct rj_host *host);
void virtio_scsi_attach(uint32_t pci, const struct rj_host *host);

#endif
