/* SPDX-License-Identifier: MIT */
/*
 * Between the installer, INT 13h and the drivers. All of it runs in 32-bit
 * protected mode, flat, interrupts off, every address the physical one (but for
 * registers above 4 GiB: see map), compiled with the stub's flags (-mregparm=3).
 * A driver is one file <name>.c with
 *
 *   - functions that stay resident, transfer() above all, and
 *   - functions marked INIT, which run once and are gone on arrival;
 *
 * and ends with  DRIVER(is_firmwares, attach);  RJ_PCI_DRIVERS says what it is for.
 * It has no writable globals but in .data and .bss, which stay; what it keeps of
 * a controller or a disk, and what a device reads or writes, comes from
 * host->alloc.
 */
#ifndef RJ_DRIVER_H
#define RJ_DRIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/services.h"
#include "common/nonstring.h"

/* What transfer() gives, as INT 13h says it in AH (IBM PS/2 BIOS Interface, and EDD). */
enum rj_status {
	RJ_DISK_OK = 0x00,
	RJ_DISK_INVALID = 0x01,         /* a bad function or parameter */
	RJ_DISK_WRITE_PROTECTED = 0x03,
	RJ_DISK_NOT_FOUND = 0x04,       /* no such sector */
	RJ_DISK_CHANGED = 0x06,
	RJ_DISK_BOUNDARY = 0x09,        /* a buffer that cannot be reached */
	RJ_DISK_BAD_DATA = 0x10,        /* uncorrectable error on read */
	RJ_DISK_CONTROLLER = 0x20,
	RJ_DISK_TIMEOUT = 0x80,         /* also: no answer, no such drive */
	RJ_DISK_NOT_READY = 0xAA,
	RJ_DISK_WRITE_FAULT = 0xCC,
};

enum rj_operation {
	RJ_READ,
	RJ_WRITE,       /* on the medium, or in a cache that FLUSH empties */
	RJ_FLUSH,       /* no lba, count or buffer */
	RJ_RESET,       /* bring a controller that failed back; none of them either */
};

struct rj_request {
	uint64_t lba;           /* in sectors of the disk; lba + count is in range */
	uint64_t buffer;        /* physical, any alignment that the disk asks for or more */
	uint32_t count;         /* sectors, 1 to max_sectors */
	uint32_t operation;     /* enum rj_operation */
};

/*
 * Serves one request and does not return before it is done, has failed, or has
 * timed out: it never waits for ever. After a failure it leaves the controller
 * able to take the next request.
 */
typedef enum rj_status rj_transfer(void *context, const struct rj_request *request);

/* A disk as a driver found it; the installer copies it. */
struct rj_disk {
	uint64_t sectors;
	uint32_t sector_size;   /* bytes, a power of two, 512 to 4096 */
	uint32_t flags;         /* RJ_DISK_READONLY, _CD, _REMOVABLE */
	rj_transfer *transfer;  /* NULL: a RAM disk, context its physical address */
	void *context;          /* handed to transfer */
	uint32_t max_sectors;   /* of one request, at least 1 */
	uint32_t alignment;     /* of buffers, bytes, a power of two: others are bounced */
	uint16_t pci;           /* the installer's to fill in */
	uint16_t zero;
	uint32_t unit;          /* as in struct rj_drive_map */
	char interface[8] NONSTRING;    /* EDD 3.0, 7.5.2: "ATA", "SCSI", ... space-padded */
	uint64_t device_path[2];/* as EDD 3.0 has it for that interface */
};

/* What the installer does for drivers; for INIT functions alone. */
struct rj_host {
	/* Zeroed memory below 4 GiB that stays, physically contiguous; NULL: none left. */
	void *(*alloc)(uint32_t size, uint32_t alignment);
	/* Tells of a disk; in the order in which they shall be numbered. */
	void (*add_disk)(const struct rj_disk *disk);
	/* Whether the memory map calls this byte free RAM, so that what stands there
	   is an operating system's; the firmware's own is reserved or below 1 MiB. */
	bool (*is_free_ram)(uint64_t address);
	/* Registers as pointers can reach them, from above 4 GiB, too; 0: no room. */
	uint32_t (*map)(uint64_t physical, uint32_t size);
	/* As print of console.h: %x, %u, %s. Only with --verbose. */
	void (*print)(const char *format, ...);
	uint32_t ticks_per_ms;  /* of the time stamp counter */
};

/* The interface of a driver module. pci: as PCI_ADDRESS of pci.h. */
struct rj_driver {
	/* Whether the controller is as the firmware left it, so that the firmware's
	   INT 13h still works. Only reads registers, changes nothing. */
	bool (*is_firmwares)(uint32_t pci, const struct rj_host *host);
	/* Takes the controller, in whatever state it is, brings it up for polling
	   (decoding and Bus Master on, interrupts off), and adds its disks. */
	void (*attach)(uint32_t pci, const struct rj_host *host);
};

#define INIT __attribute__((section(".init.text"), noinline))
#define INIT_DATA __attribute__((section(".init.data")))

#define DRIVER(is_firmwares, attach) \
	INIT_DATA const struct rj_driver interface = { is_firmwares, attach }

/* BARs. The memory or I/O address of BAR number, 0: none of that kind, or not set. */
uint64_t pci_memory(uint32_t pci, unsigned number);
uint16_t pci_ports(uint32_t pci, unsigned number);
/* Sets bits in the command register: PCI_IO | PCI_MEMORY | PCI_BUS_MASTER. INTx off. */
void pci_enable(uint32_t pci, uint16_t bits);
/* The offset of the first capability of this id behind the one at offset (0: of all); 0: none. */
uint32_t pci_capability(uint32_t pci, uint32_t offset, uint8_t id);

/* Time, resident too: deadline_in before a wait, then ask expired in its loop. */
void timer_init(uint32_t ticks_per_ms);         /* attach calls it first */
uint64_t deadline_in(uint32_t ms);
bool expired(uint64_t deadline);
/* A hint to the CPU in a wait's loop: PAUSE. */
static inline void relax(void)
{
	__asm__ volatile("pause" : : : "memory");
}
/* Waits; for delays that a specification asks for. */
void delay_ms(uint32_t ms);
/* Device memory is written before what follows, for the compiler; x86 keeps the order. */
static inline void barrier(void)
{
	__asm__ volatile("" : : : "memory");
}

#endif
