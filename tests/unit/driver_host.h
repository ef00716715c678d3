/* SPDX-License-Identifier: MIT */
/*
 * The installer's side of driver.h, for a driver on a model of its hardware: memory that the model
 * may reach, and all that the driver has found and printed.
 */
#ifndef RJ_DRIVER_HOST_H
#define RJ_DRIVER_HOST_H

#include "drivers/driver.h"
#include "pci_model.h"

#define HOST_TICKS 1000u                /* of the time stamp counter, a millisecond */
#define HOST_DISKS 16u

struct host_found {
	struct rj_disk disks[HOST_DISKS];
	size_t disk_count;
	struct rj_keyboards keyboards;  /* the last that were added */
	size_t keyboards_count;
	size_t warnings;
	char text[4096];                /* all that was printed, as the stub's console has it: lines */
};
extern struct host_found host_found;

/* The model sets map. */
extern struct rj_host driver_host;

/* The driver, of which there is one in each test. */
extern const struct rj_driver interface;

/*
 * Starts anew: nothing found, no free RAM, no memory allocated. The first allocation is skew bytes
 * after the start of a page; as many allocations as given succeed, or all if that is 0.
 */
void host_start(uint32_t skew, unsigned allocations);

/* As rj_host.alloc: memory that a device reaches. */
void *host_alloc(uint32_t size, uint32_t alignment);
/* Whether the driver has allocated all of these bytes. */
bool host_has(uint64_t address, uint32_t bytes);
/* The bytes, for the model of a device that uses them as `what`; fails the test if they are others. */
uint8_t *host_bytes(uint64_t address, uint32_t bytes, const char *what);
/* The same for a PCI function, whose Bus Master has to be on. */
uint8_t *host_dma(const struct pci_function *f, uint64_t address, uint32_t bytes, const char *what);

/* What rj_host.is_free_ram takes for free: from, up to below to. */
void host_set_free_ram(uint64_t from, uint64_t to);

/* Sends a request to a disk. */
enum rj_status host_request(const struct rj_disk *disk, enum rj_operation operation, uint64_t lba,
			    uint32_t count, void *buffer);

#endif
