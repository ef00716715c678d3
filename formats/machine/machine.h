/* SPDX-License-Identifier: MIT */
/*
 * Facts about the way back from /proc, /sys, /dev and /boot, without a judgement: of the
 * running machine, or of a tree recorded on one. Any user can gather them; what only root can
 * see is left unknown. There is a file for each subject: kernel.c, linux.c, memory.c, disk.c,
 * platform.c, usb.c, uefi.c.
 */
#ifndef RJ_MACHINE_H
#define RJ_MACHINE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/error.h"
#include "base/root.h"
#include "payload/running.h"

enum rj_known { RJ_UNKNOWN, RJ_NO, RJ_YES };

#define RJ_MACHINE_NAME  64              /* of names, with the NUL */
#define RJ_MACHINE_DISKS 8
#define RJ_MACHINE_NOTES 4               /* as many as --from-disk leaves */
#define RJ_MACHINE_RAM   128             /* ranges of memory */
#define RJ_MACHINE_USB   16              /* controllers */

struct rj_machine_firmware {
	bool sys;                       /* there is a /sys */
	bool uefi;                      /* this Linux was booted by UEFI */
	enum rj_known csm;              /* booted by BIOS, on firmware that supports UEFI */
	enum rj_known secure_boot;
	enum rj_known passes_rsdp;      /* with uefi: kexec tells the next system where the RSDP is */
	uint64_t rsdp;                  /* its physical address; 0: unknown */
	/* The linear framebuffer that this Linux was started with; width 0: unknown, or none. */
	struct {
		uint64_t base;
		unsigned width, height, depth, pitch;
	} screen;
	char name[2 * RJ_MACHINE_NAME];  /* name and version, or empty */
	char xen[RJ_MACHINE_NAME];       /* the kind of Xen guest: PV, PVH, HVM; or empty */
};

struct rj_machine_kernel {
	char release[RJ_MACHINE_NAME];
	char config_path[PATH_MAX];     /* empty: no readable one */
	enum rj_known kexec;            /* CONFIG_KEXEC: kexec_load() */
	enum rj_known kexec_file;       /* CONFIG_KEXEC_FILE: kexec_file_load() */
	enum rj_known sig_force;        /* CONFIG_KEXEC_SIG_FORCE, before 5.4 _VERIFY_SIG */
	enum rj_known core;             /* /sys/kernel/kexec_loaded: one of them is built in */
	enum rj_known disabled;         /* kernel.kexec_load_disabled, or its limit is 0 */
	enum rj_known panic_disabled;   /* the same for kexec -p */
	enum rj_known may_boot;         /* CAP_SYS_BOOT is available */
	enum rj_known has_boot;         /* this process has it */
	uint64_t crash_size;            /* bytes that crashkernel= has set aside */
	bool has_crash_size;
	enum rj_known outermost;        /* in the initial user and PID namespaces */
	char lockdown[RJ_MACHINE_NAME];  /* none, integrity, confidentiality; empty: unknown */
	char kexec_path[PATH_MAX];      /* kexec-tools' program, or empty */
	char kexec_version[RJ_MACHINE_NAME]; /* empty: unknown */
};

/* Whether lockdown is known to be on: the kernel then takes only signed kernels. */
static inline bool rj_machine_is_locked_down(const struct rj_machine_kernel *kernel)
{
	return *kernel->lockdown && strcmp(kernel->lockdown, "none") != 0;
}

/* The running Linux, to be started again. */
struct rj_machine_linux {
	struct rj_running found;
	bool complete;                  /* --from-running works; otherwise error says why not */
	struct rj_error error;
	uint64_t size;                  /* of kernel and initrds, in bytes */
};

struct rj_machine_range {
	uint64_t from, end;             /* end: after the last byte */
};

/* The source of the memory map; FIRMWARE has the same ranges as IOMEM, for every user. */
enum rj_memory_source { RJ_MEMORY_NONE, RJ_MEMORY_IOMEM, RJ_MEMORY_FIRMWARE };

struct rj_machine_memory {
	enum rj_memory_source source;
	bool zeros;                     /* /proc/iomem has no addresses for this user */
	struct rj_machine_range ram[RJ_MACHINE_RAM];
	size_t ram_count;
	struct rj_machine_range crash;  /* for a panic; end 0: none, or unknown */
	uint64_t base;                  /* end of base memory; 0: unknown */
	uint64_t largest;               /* bytes of the largest range from 1 MiB to 4 GiB */
	uint64_t available;             /* MemAvailable in bytes; 0: unknown */
};

struct rj_machine_controller {
	bool pci;                       /* address, class and id are set */
	uint32_t domain;
	uint16_t address;               /* bus << 8 | device << 3 | function */
	uint32_t class, id;             /* class code; device << 16 | vendor */
	char driver[RJ_MACHINE_NAME];    /* Linux's driver, or empty */
};

struct rj_machine_disk {
	char name[RJ_MACHINE_NAME];      /* as in /sys/block */
	char path[PATH_MAX];            /* in /sys, without links */
	struct rj_machine_controller controller;
	char transport[RJ_MACHINE_NAME]; /* a driver in between, such as usb-storage */
	enum rj_known has_unit;
	uint32_t unit;                  /* as in struct rj_drive_map */
	char mount[RJ_MACHINE_NAME];     /* what is mounted from it: / or /boot; or empty */
	bool stacked;                   /* through device mapper or md */
	bool multiplied;                /* behind a SATA port multiplier, not at its first port */
	struct rj_machine_controller vmd; /* with pci: the Intel VMD that it is behind */
};

/* What the boot disk's first sectors would boot. */
struct rj_machine_loader {
	int os_error;                   /* from opening the disk, or 0 */
	struct rj_error said[RJ_MACHINE_NOTES]; /* what --from-disk reports: notes, an error */
	size_t said_count;
};

struct rj_machine_usb {
	struct rj_machine_controller controllers[RJ_MACHINE_USB];
	size_t count;
	unsigned keyboards;             /* on any controller */
	unsigned served_keyboards;      /* on those that the driver usb serves */
	bool other_keyboard;            /* there is one on the 8042 */
};

/* Of a machine that UEFI has booted. */
struct rj_machine_uefi {
	char loader[RJ_MACHINE_NAME];   /* the boot manager by its own name, such as systemd-boot 252 */
	char mount[16];                 /* of the EFI system partition: /efi, /boot, /boot/efi; empty: none */
	char disk[RJ_MACHINE_NAME];     /* that has it, as in /sys/block; empty: it is no partition */
	uint32_t partition;             /* its number */
	bool has_entries;               /* it has a folder for the entries of systemd-boot */
};

struct rj_machine_platform {
	unsigned cpus, packages;
	bool x2apic;                    /* the CPUs support it */
	const char *encrypted;          /* "TDX" or "SEV", if the guest's memory is; or NULL */
	bool pit, hpet;                 /* ACPI describes an 8254, a HPET */
	bool remapping;                 /* the IOMMU remaps interrupts */
	char iommu[RJ_MACHINE_NAME];     /* such as dmar0; or empty */
	char framebuffer[RJ_MACHINE_NAME]; /* its driver, or empty */
};

struct rj_machine {
	struct rj_root root;
	struct rj_machine_firmware firmware;
	struct rj_machine_kernel kernel;
	struct rj_machine_linux running;
	struct rj_machine_memory memory;
	struct rj_machine_disk disks[RJ_MACHINE_DISKS];   /* /boot's first, then /'s */
	size_t disk_count;
	struct rj_machine_controller hider;     /* with hidden: the SATA controller */
	unsigned hidden;                /* NVMe disks that Intel RST hides behind it */
	bool guessed;                   /* nothing on them is mounted; it is the only disk */
	struct rj_machine_loader loader; /* of the first disk */
	struct rj_machine_platform platform;
	struct rj_machine_usb usb;
	struct rj_machine_uefi uefi;
};

/*
 * Reads all facts. root is a directory or ""; path lists directories in which to look for
 * kexec.
 */
void rj_machine_read(struct rj_machine *machine, const char *root, const char *path);

void rj_machine_firmware(struct rj_machine *machine);
void rj_machine_kernel(struct rj_machine *machine, const char *path);
void rj_machine_linux(struct rj_machine *machine);
void rj_machine_memory(struct rj_machine *machine);
void rj_machine_disks(struct rj_machine *machine);
void rj_machine_platform(struct rj_machine *machine);
void rj_machine_usb(struct rj_machine *machine);
void rj_machine_uefi(struct rj_machine *machine);       /* after rj_machine_firmware() */

/*
 * Finds the disks of the running machine that the block device with this number consists of;
 * nothing else is read. False if there are none.
 */
bool rj_machine_device(struct rj_machine *machine, unsigned major, unsigned minor);

/* The PCI function at this address in domain 0; false if there is none. */
bool rj_machine_function(const struct rj_machine *machine, uint16_t address,
			 struct rj_machine_controller *controller);

/* Where a USB disk is, by its directory in /sys; false: its path does not say. */
bool rj_machine_usb_unit(const char *path, uint32_t *unit);

/*
 * RJ_INT13_* of the driver that supports a controller, or RJ_INT13_none: chosen like the
 * stub's drivers, by class code and vendor.
 */
uint8_t rj_machine_int13(const struct rj_machine_controller *controller);

/* The same for a disk, which may be behind something that the driver does not support. */
uint8_t rj_machine_disk_int13(const struct rj_machine_disk *disk);

#endif
