/* SPDX-License-Identifier: MIT */
/*
 * The interface between the installer, INT 13h and the drivers. Drivers run in flat 32-bit
 * protected mode with interrupts off, and every address is physical (except of registers above
 * 4 GiB: see map). They are compiled with the stub's flags (-mregparm=3).
 * A driver is one file <name>.c with
 *
 *   - functions that stay resident, transfer() above all, and
 *   - functions marked INIT, which run once and are gone on arrival;
 *
 * and ends with  DRIVER(is_firmwares, attach);  RJ_PCI_DRIVERS lists the devices that it
 * serves. Writable globals only in .data and .bss, which stay resident. The state of a
 * controller or a disk, and all memory that a device reads or writes, comes from host->alloc; a
 * device may also read the stack until transfer() or attach() returns.
 */
#ifndef RJ_DRIVER_H
#define RJ_DRIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/services.h"
#include "common/nonstring.h"

/* What transfer() returns, and INT 13h in AH (IBM PS/2 BIOS Interface, and EDD). */
enum rj_status {
	RJ_DISK_OK = 0x00,
	RJ_DISK_INVALID = 0x01,         /* bad function or parameter */
	RJ_DISK_WRITE_PROTECTED = 0x03,
	RJ_DISK_NOT_FOUND = 0x04,       /* no such sector */
	RJ_DISK_CHANGED = 0x06,
	RJ_DISK_BOUNDARY = 0x09,        /* the device cannot reach the buffer */
	RJ_DISK_BAD_DATA = 0x10,        /* uncorrectable error on read */
	RJ_DISK_CONTROLLER = 0x20,
	RJ_DISK_TIMEOUT = 0x80,         /* also: no answer, no such drive */
	RJ_DISK_NOT_READY = 0xAA,
	RJ_DISK_WRITE_FAULT = 0xCC,
};

enum rj_operation {
	RJ_READ,
	RJ_WRITE,       /* to the medium, or to a cache that RJ_FLUSH writes back */
	RJ_FLUSH,       /* no lba, count or buffer */
	RJ_RESET,       /* recover a controller that failed; no lba, count or buffer */
};

struct rj_request {
	uint64_t lba;           /* in the disk's sectors; lba + count is in range */
	uint64_t buffer;        /* physical, with at least the disk's alignment */
	uint32_t count;         /* sectors, 1 to max_sectors */
	uint32_t operation;     /* enum rj_operation */
};

/*
 * Serves one request and returns when it is done, has failed, or has timed out; no wait is
 * endless. After a failure the controller can take the next request.
 */
typedef enum rj_status rj_transfer(void *context, const struct rj_request *request);

/* A disk as a driver found it; the installer copies it. */
struct rj_disk {
	uint64_t sectors;
	uint32_t sector_size;   /* bytes, a power of two, 512 to 4096 */
	uint32_t flags;         /* RJ_DISK_READONLY, _CD, _REMOVABLE */
	rj_transfer *transfer;  /* NULL: a RAM disk, whose physical address is in context */
	void *context;          /* transfer's argument */
	uint32_t max_sectors;   /* of one request, at least 1 */
	uint32_t alignment;     /* of buffers, bytes, a power of two; INT 13h bounces others */
	uint16_t pci;           /* the installer fills this in */
	uint16_t zero;
	uint32_t unit;          /* as in struct rj_drive_map */
	char interface[8] NONSTRING;    /* EDD 3.0, 7.5.2: "ATA", "SCSI", ... space-padded */
	uint64_t device_path[2];/* as EDD 3.0 defines it for that interface */
};

#define RJ_KEYS_MAX 64u                 /* bytes */

/* What is exchanged with keyboards at each poll. */
struct rj_keys {
	uint8_t leds;           /* in: RJ_LED_* */
	uint8_t count;          /* out: bytes of codes */
	uint8_t codes[RJ_KEYS_MAX];     /* out: scan codes of set 1, as port 60h has them */
};
_Static_assert(sizeof(struct rj_keys) == 66, "keys");

/* As bits 6:4 of the BDA's byte 17h. */
#define RJ_LED_SCROLL 0x1u
#define RJ_LED_NUM    0x2u
#define RJ_LED_CAPS   0x4u
#define RJ_LEDS       (RJ_LED_SCROLL | RJ_LED_NUM | RJ_LED_CAPS)

/*
 * Takes what the keyboards of one controller have sent, and repeats a key that is held. Returns
 * 0 once an operating system has taken the controller: it must not be called again.
 */
typedef uint32_t rj_poll_keys(void *context, struct rj_keys *keys);

/* The keyboards of one controller. */
struct rj_keyboards {
	rj_poll_keys *poll;
	void *context;          /* poll's argument */
};

/* The installer's functions for drivers; only INIT functions may call them. */
struct rj_host {
	/* Returns zeroed, physically contiguous memory below 4 GiB that stays, or NULL. */
	void *(*alloc)(uint32_t size, uint32_t alignment);
	/* Adds a disk; call this in the order in which to number a controller's disks. */
	void (*add_disk)(const struct rj_disk *disk);
	/* Adds the keyboards of a controller. */
	void (*add_keyboards)(const struct rj_keyboards *keyboards);
	/* Whether this byte is free RAM in the memory map, so that an operating system put its
	   contents there; the firmware's own memory is reserved or below 1 MiB. If an IOMMU was
	   on, whatever a device holds is an operating system's. */
	bool (*is_free_ram)(uint64_t address);
	/* Returns where a driver reaches these registers, even above 4 GiB; 0: no room. */
	uint32_t (*map)(uint64_t physical, uint32_t size);
	/* As print() in console.h: %x, %u, %s. Prints only with --verbose. */
	void (*print)(const char *format, ...);
	void (*warn)(const char *format, ...);  /* as print, always */
	bool no_disks;          /* add_disk is not to be called: --usb keyboard */
	uint32_t ticks_per_ms;  /* ticks of the time stamp counter */
};

/* The interface of a driver module. pci: as PCI_ADDRESS in pci.h. */
struct rj_driver {
	/* Whether the controller is as the firmware left it, so that the firmware's INT 13h
	   still works. Changes nothing. */
	bool (*is_firmwares)(uint32_t pci, const struct rj_host *host);
	/* Initialises the controller, whatever its state, for polling (decoding and Bus Master
	   on, interrupts off), and adds its disks. */
	void (*attach)(uint32_t pci, const struct rj_host *host);
};

#define INIT __attribute__((section(".init.text"), noinline))
#define INIT_DATA __attribute__((section(".init.data")))

#define DRIVER(is_firmwares, attach) \
	INIT_DATA const struct rj_driver interface = { is_firmwares, attach }

/* Return the memory or I/O address in BAR number; 0: not of that kind, or not set. */
uint64_t pci_memory(uint32_t pci, unsigned number);
uint16_t pci_ports(uint32_t pci, unsigned number);
/*
 * Returns where a driver reaches size bytes of the first BAR that is memory: 0, or 1 after one
 * with ports. 0: there is none, or no room (struct rj_host).
 */
uint32_t pci_map(uint32_t pci, uint32_t size, const struct rj_host *host);
/* Sets bits in the command register: PCI_IO | PCI_MEMORY | PCI_BUS_MASTER. Turns INTx off. */
void pci_enable(uint32_t pci, uint16_t bits);
/* The offset of the next capability with this id after offset, 0 for the first; 0: none. */
uint32_t pci_capability(uint32_t pci, uint32_t offset, uint8_t id);

/* Wakes a function from D3hot. Its BARs and its command register stay as they are. */
void pci_wake(uint32_t pci);

/*
 * Time, resident too. Before a wait, take a deadline; in its loop, call expired after each look at
 * what is awaited. SMM code or a hypervisor may have had the CPU since that look: at the deadline,
 * expired grants 10 ms more, so that no wait fails without a look after its end.
 */
void timer_init(uint32_t ticks_per_ms);         /* attach calls it first */
uint64_t deadline_in(uint32_t ms);
bool expired(uint64_t *deadline);
/*
 * Waits until the bits in mask of the register at this address have a value; returns false if they do
 * not within ms.
 */
bool wait_for_bits(uint32_t address, uint32_t mask, uint32_t value, uint32_t ms);
/* Whether that time has come. */
bool has_come(uint64_t time);
/* A hint to the CPU in a wait loop: PAUSE. */
static inline void relax(void)
{
	__asm__ volatile("pause" : : : "memory");
}
/* For delays that a specification requires. */
void delay_ms(uint32_t ms);
/* Keeps the compiler from reordering memory accesses; x86 keeps the order of writes. */
static inline void barrier(void)
{
	__asm__ volatile("" : : : "memory");
}

#endif
