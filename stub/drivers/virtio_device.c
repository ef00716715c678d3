/* SPDX-License-Identifier: MIT */
/*
 * Virtual I/O Device 1.1 on PCI: 2.6 split virtqueues, 3.1 initialization, 4.1 the
 * PCI transport, 4.1.4.8 its legacy interface. The driver uses the modern interface
 * if the device has it within reach, otherwise the legacy one.
 */
#include "drivers/virtio_device.h"

#include "common/mem.h"
#include "hardware/io.h"
#include "hardware/pci.h"

/* 2.1: device status. */
#define ACKNOWLEDGE 0x01u
#define DRIVER_IS   0x02u
#define DRIVER_OK   0x04u
#define FEATURES_OK 0x08u
#define NEEDS_RESET 0x40u
#define FAILED      0x80u

/* 6: features, bits 32 and up. */
#define HIGH_VERSION_1       0x1u
#define HIGH_ACCESS_PLATFORM 0x2u

/* 4.1.4.3: common configuration. */
#define DEVICE_FEATURE_SELECT 0
#define DEVICE_FEATURE        4
#define DRIVER_FEATURE_SELECT 8
#define DRIVER_FEATURE        12
#define QUEUE_ENABLE          28
#define QUEUE_NOTIFY_OFFSET   30
#define QUEUE_DESCRIPTORS     32
#define QUEUE_AVAILABLE       40
#define QUEUE_USED            48
#define COMMON_SIZE           56

/* 4.1.4.8: the legacy interface's registers, in I/O space. */
#define LEGACY_DEVICE_FEATURES 0
#define LEGACY_DRIVER_FEATURES 4
#define LEGACY_QUEUE_PAGE      8
#define LEGACY_QUEUE_NOTIFY    16
#define LEGACY_DEVICE          20       /* with MSI-X on, after two vectors */
#define LEGACY_DEVICE_MSIX     24
#define LEGACY_PAGE_SHIFT      12

/* Registers of both interfaces, at different offsets. */
#define STATUS(v)       ((v)->common + ((v)->modern ? 20 : 18))
#define QUEUE_SELECT(v) ((v)->common + ((v)->modern ? 22 : 14))
#define QUEUE_SIZE(v)   ((v)->common + ((v)->modern ? 24 : 12))

/* 4.1.4: where a structure is. */
#define CAPABILITY_VENDOR 0x09
#define CAPABILITY_MSIX   0x11
#define MSIX_ENABLE       0x8000u       /* in the control word after id and next */
#define STRUCTURE_BAR     4
#define STRUCTURE_OFFSET  8
#define NOTIFY_MULTIPLIER 16
#define BARS              6
enum { COMMON = 1, NOTIFY = 2, DEVICE = 4 };

#define NO_INTERRUPT  1u                /* 2.6.6: in the available ring's flags */
#define MIN_ENTRIES   4u                /* the longest chain */
#define RESET_MS      30000u            /* the specification has no limit */
#define REQUEST_MS    30000u

static bool virtio_is_port(uint32_t reg)
{
	return reg < 0x10000;
}

static uint8_t virtio_get8(uint32_t reg)
{
	return virtio_is_port(reg) ? inb((uint16_t)reg) : read8(reg);
}

static uint16_t virtio_get16(uint32_t reg)
{
	return virtio_is_port(reg) ? inw((uint16_t)reg) : read16(reg);
}

static uint32_t virtio_get32(uint32_t reg)
{
	return virtio_is_port(reg) ? inl((uint16_t)reg) : read32(reg);
}

static void virtio_put8(uint32_t reg, uint8_t value)
{
	if (virtio_is_port(reg))
		outb((uint16_t)reg, value);
	else
		write8(reg, value);
}

static void virtio_put16(uint32_t reg, uint16_t value)
{
	if (virtio_is_port(reg))
		outw((uint16_t)reg, value);
	else
		write16(reg, value);
}

static void virtio_put32(uint32_t reg, uint32_t value)
{
	if (virtio_is_port(reg))
		outl((uint16_t)reg, value);
	else
		write32(reg, value);
}

/* 3.1.1, step 1; 4.1.4.3.2: done when status reads 0. */
static bool virtio_reset(const struct virtio *v)
{
	uint64_t deadline = deadline_in(RESET_MS);

	virtio_put8(STATUS(v), 0);
	while (virtio_get8(STATUS(v)) != 0) {
		if (expired(&deadline))
			return false;
		relax();
	}
	return true;
}

/* 3.1.1, steps 4 to 6; the legacy interface has only step 4 (3.1.2). */
static bool virtio_accept_features(const struct virtio *v)
{
	if (!v->modern) {
		virtio_put32(v->common + LEGACY_DRIVER_FEATURES, v->features);
		return true;
	}
	virtio_put32(v->common + DRIVER_FEATURE_SELECT, 0);
	virtio_put32(v->common + DRIVER_FEATURE, v->features);
	virtio_put32(v->common + DRIVER_FEATURE_SELECT, 1);
	virtio_put32(v->common + DRIVER_FEATURE, v->features_high);
	virtio_put8(STATUS(v), ACKNOWLEDGE | DRIVER_IS | FEATURES_OK);
	return virtio_get8(STATUS(v)) & FEATURES_OK;
}

static void virtio_put_address(uint32_t reg, const volatile void *address)
{
	virtio_put32(reg, (uint32_t)address);
	virtio_put32(reg + 4, 0);
}

/* 3.1.1, step 7: 4.1.5.1.3, whose end describes the legacy interface. */
static void virtio_set_queue(const struct virtio *v)
{
	virtio_put16(QUEUE_SELECT(v), v->queue);
	if (!v->modern) {
		virtio_put32(v->common + LEGACY_QUEUE_PAGE,
			     (uint32_t)v->descriptors >> LEGACY_PAGE_SHIFT);
		return;
	}
	virtio_put16(QUEUE_SIZE(v), v->size);
	virtio_put_address(v->common + QUEUE_DESCRIPTORS, v->descriptors);
	virtio_put_address(v->common + QUEUE_AVAILABLE, v->available);
	virtio_put_address(v->common + QUEUE_USED, v->used);
	virtio_put16(v->common + QUEUE_ENABLE, 1);
}

/* 3.1.1, whatever the device's state. */
static bool virtio_start(struct virtio *v)
{
	v->ready = false;
	if (!virtio_reset(v))
		return false;
	memset(v->descriptors, 0, v->queue_bytes);
	v->available->flags = NO_INTERRUPT;
	virtio_put8(STATUS(v), ACKNOWLEDGE);
	virtio_put8(STATUS(v), ACKNOWLEDGE | DRIVER_IS);
	if (!virtio_accept_features(v))
		return false;
	virtio_set_queue(v);
	virtio_put8(STATUS(v), virtio_get8(STATUS(v)) | DRIVER_OK);
	v->ready = true;
	return true;
}

bool virtio_begin(struct virtio *v)
{
	v->chained = 0;
	return v->ready || virtio_start(v);
}

/* Every request uses the first descriptors, in order. */
void virtio_chain(struct virtio *v, uint64_t address, uint32_t size, uint16_t flags)
{
	struct virtq_descriptor *d = &v->descriptors[v->chained++];

	d->address = address;
	d->size = size;
	d->flags = flags | VIRTQ_NEXT;
	d->next = v->chained;
}

/*
 * 2.6.13 and 2.6.14. Chains start at descriptor 0: every entry of the available ring is 0,
 * as virtio_start cleared it. When the request is done, the used ring's index is equal to the
 * available ring's.
 */
bool virtio_execute(struct virtio *v)
{
	uint64_t deadline = deadline_in(REQUEST_MS);

	v->descriptors[v->chained - 1].flags &= (uint16_t)~VIRTQ_NEXT;
	barrier();
	v->available->index++;
	barrier();
	virtio_put16(v->notify, v->queue);
	while (v->used->index != v->available->index) {
		if (expired(&deadline)) {
			virtio_start(v);
			return false;
		}
		relax();
	}
	barrier();
	return true;
}

INIT uint32_t virtio_config(const struct virtio *v, uint32_t offset)
{
	return virtio_get32(v->device + offset);
}

/*
 * 4.1.4: returns the address, in memory or ports, of an offset in the structure that a
 * capability locates. 0: out of reach, or no capability.
 */
static INIT uint32_t virtio_structure_at(uint32_t pci, uint32_t capability, uint32_t offset,
					 const struct rj_host *host)
{
	uint8_t bar = (uint8_t)pci_read(pci, capability + STRUCTURE_BAR);
	uint64_t memory;
	uint16_t ports;

	if (!capability || bar >= BARS)
		return 0;
	offset += pci_read(pci, capability + STRUCTURE_OFFSET);
	memory = pci_memory(pci, bar);
	ports = pci_ports(pci, bar);
	if (memory)
		return host->map(memory + offset, COMMON_SIZE);
	return ports ? ports + offset : 0;
}

/*
 * 4.1.4: returns the capability of the first structure of this type within reach; 0: none. The count
 * ends a circular list.
 */
static INIT uint32_t virtio_find_structure(uint32_t pci, uint8_t type,
					   const struct rj_host *host)
{
	uint32_t at = 0;

	for (unsigned i = 0; i < PCI_CAPABILITY_LIMIT; i++) {
		at = pci_capability(pci, at, CAPABILITY_VENDOR);
		if (!at || (pci_read(pci, at) >> 24 == type && virtio_structure_at(pci, at, 0, host)))
			return at;
	}
	return 0;
}

static INIT bool virtio_find_modern(struct virtio *v, uint32_t pci, const struct rj_host *host)
{
	v->common = virtio_structure_at(pci, virtio_find_structure(pci, COMMON, host), 0, host);
	v->device = virtio_structure_at(pci, virtio_find_structure(pci, DEVICE, host), 0, host);
	v->modern = v->common && v->device && virtio_find_structure(pci, NOTIFY, host);
	return v->modern;
}

static INIT bool virtio_find_legacy(struct virtio *v, uint32_t pci)
{
	uint32_t msix = pci_capability(pci, 0, CAPABILITY_MSIX);
	bool vectors = msix && pci_read16(pci, msix + 2) & MSIX_ENABLE;

	v->modern = false;
	v->common = pci_ports(pci, 0);
	v->device = v->common + (vectors ? LEGACY_DEVICE_MSIX : LEGACY_DEVICE);
	v->notify = v->common + LEGACY_QUEUE_NOTIFY;
	return v->common != 0;
}

/*
 * 6.1: VERSION_1 is required. ACCESS_PLATFORM is accepted since devices behind an IOMMU
 * require it; the stub has turned the IOMMU off, so addresses are physical.
 */
static INIT bool virtio_negotiate(struct virtio *v, uint32_t wanted)
{
	if (!v->modern) {
		v->features = virtio_get32(v->common + LEGACY_DEVICE_FEATURES) & wanted;
		return true;
	}
	virtio_put32(v->common + DEVICE_FEATURE_SELECT, 0);
	v->features = virtio_get32(v->common + DEVICE_FEATURE) & wanted;
	virtio_put32(v->common + DEVICE_FEATURE_SELECT, 1);
	v->features_high = virtio_get32(v->common + DEVICE_FEATURE)
		& (HIGH_VERSION_1 | HIGH_ACCESS_PLATFORM);
	return v->features_high & HIGH_VERSION_1;
}

/* 4.1.4.4: returns the address at which to notify the selected queue. */
static INIT uint32_t virtio_find_notify(const struct virtio *v, uint32_t pci,
					const struct rj_host *host)
{
	uint32_t capability = virtio_find_structure(pci, NOTIFY, host);
	uint32_t multiplier = pci_read(pci, capability + NOTIFY_MULTIPLIER);

	return virtio_structure_at(pci, capability,
			       virtio_get16(v->common + QUEUE_NOTIFY_OFFSET) * multiplier, host);
}

static INIT uint32_t virtio_align(uint32_t value, uint32_t alignment)
{
	return (value + alignment - 1) & ~(alignment - 1);
}

/*
 * 2.6: the three parts follow each other, in the layout that 2.6.2 requires for the legacy
 * interface. There the device sets the queue's length; with the modern interface it is
 * what a request needs.
 */
static INIT bool virtio_new_queue(struct virtio *v, const struct rj_host *host)
{
	uint32_t alignment = v->modern ? 16 : 1u << LEGACY_PAGE_SHIFT;
	uint32_t available, used;

	virtio_put16(QUEUE_SELECT(v), v->queue);
	v->size = virtio_get16(QUEUE_SIZE(v));
	if (v->size < MIN_ENTRIES)
		return false;
	if (v->modern)
		v->size = MIN_ENTRIES;
	available = v->size * (uint32_t)sizeof(struct virtq_descriptor);
	used = virtio_align(available + 6 + 2 * v->size, alignment);
	v->queue_bytes = used + 6 + 8 * v->size;
	v->descriptors = host->alloc(v->queue_bytes, alignment);
	v->available = (void *)((uint32_t)v->descriptors + available);
	v->used = (void *)((uint32_t)v->descriptors + used);
	return v->descriptors;
}

/* Bus Master stays off until the device is reset: another system's queues may be anywhere. */
INIT bool virtio_open(struct virtio *v, uint32_t pci, uint16_t queue, uint32_t features,
		      const struct rj_host *host)
{
	v->queue = queue;
	if (!virtio_find_modern(v, pci, host) && !virtio_find_legacy(v, pci)) {
		host->print("virtio: registers out of reach");
		return false;
	}
	if (!virtio_reset(v) || !virtio_negotiate(v, features)) {
		host->print("virtio: feature negotiation failed, status %x", virtio_get8(STATUS(v)));
		return false;
	}
	pci_enable(pci, PCI_BUS_MASTER);
	if (!virtio_new_queue(v, host)) {
		host->print("virtio: a queue of %u entries does not fit", v->size);
		return false;
	}
	if (v->modern)
		v->notify = virtio_find_notify(v, pci, host);
	if (!v->notify) {
		host->print("virtio: registers out of reach");
		return false;
	}
	if (!virtio_start(v))
		host->print("virtio: device not ready, status %x", virtio_get8(STATUS(v)));
	return v->ready;
}

static INIT bool virtio_is_queue_of_firmware(const struct virtio *v, uint16_t queue,
					     const struct rj_host *host)
{
	uint64_t address;

	virtio_put16(QUEUE_SELECT(v), queue);
	if (v->modern)
		address = (uint64_t)virtio_get32(v->common + QUEUE_DESCRIPTORS + 4) << 32
			| virtio_get32(v->common + QUEUE_DESCRIPTORS);
	else
		address = (uint64_t)virtio_get32(v->common + LEGACY_QUEUE_PAGE)
			<< LEGACY_PAGE_SHIFT;
	return address && !host->is_free_ram(address);
}

/*
 * Looks for the queue through both interfaces, since the firmware may have used either.
 * Selecting the queue is the only write; every driver selects it again. A device that does
 * not decode reads as all ones, which includes FAILED.
 */
INIT bool virtio_is_firmwares(uint32_t pci, uint16_t queue, const struct rj_host *host)
{
	struct virtio v = { 0 };

	for (int legacy = 0; legacy < 2; legacy++) {
		if (!(legacy ? virtio_find_legacy(&v, pci)
			     : virtio_find_modern(&v, pci, host)))
			continue;
		if ((virtio_get8(STATUS(&v)) & (DRIVER_OK | NEEDS_RESET | FAILED))
		    != DRIVER_OK)
			return false;
		if (virtio_is_queue_of_firmware(&v, queue, host))
			return true;
	}
	return false;
}
