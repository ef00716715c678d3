/* SPDX-License-Identifier: MIT */
/* The virtio devices that this driver serves. */
#ifndef RJ_VIRTIO_H
#define RJ_VIRTIO_H

#include "drivers/driver.h"

#define VIRTIO_BLK_QUEUE  0u    /* 5.2.2 */
#define VIRTIO_SCSI_QUEUE 2u    /* 5.6.2: the first of the request queues */

/* Initialise the device and add its disks. */
void virtio_blk_attach(uint32_t pci, const struct rj_host *host);
void virtio_scsi_attach(uint32_t pci, const struct rj_host *host);

#endif
