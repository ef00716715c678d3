/* SPDX-License-Identifier: MIT */
/* Virtual I/O Device 1.1: block devices and SCSI host devices on PCI. */
#include "drivers/virtio.h"

#include "drivers/virtio_device.h"
#include "hardware/pci.h"

/* 4.1.2: transitional and modern block device; the driver's other ids are SCSI. */
#define BLK_TRANSITIONAL 0x1001u
#define BLK_MODERN       0x1042u

static INIT bool virtio_is_blk(uint32_t pci)
{
	uint32_t device = pci_read(pci, PCI_VENDOR) >> 16;

	return device == BLK_TRANSITIONAL || device == BLK_MODERN;
}

static INIT bool virtio_left_alone(uint32_t pci, const struct rj_host *host)
{
	return virtio_is_firmwares(pci, virtio_is_blk(pci) ? VIRTIO_BLK_QUEUE : VIRTIO_SCSI_QUEUE,
				   host);
}

static INIT void virtio_attach(uint32_t pci, const struct rj_host *host)
{
	timer_init(host->ticks_per_ms);
	pci_enable(pci, PCI_IO | PCI_MEMORY);
	if (virtio_is_blk(pci))
		virtio_blk_attach(pci, host);
	else
		virtio_scsi_attach(pci, host);
}

DRIVER(virtio_left_alone, virtio_attach);
