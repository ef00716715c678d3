/* SPDX-License-Identifier: MIT */
/*
 * The services, which stay in memory for the payload: INT 13h, INT 15h, drivers, a RAM disk.
 *
 * An image carries them as one piece with the flag RJ_PIECE_SERVICES, above 1 MiB:
 *
 *   struct rj_services | the installer, packed | the survey, packed | modules
 *
 * A module is a struct rj_module followed by its packed rest. int13, drivers and inflate are
 * there as needed; the last module is memory.
 *
 * runtime.h describes the survey. After all pieces have been placed, the stub unpacks the
 * installer to SERVICES and calls its first byte. The installer unpacks the modules that this machine needs, one at a time, each
 * after a fresh copy of the installer, since packed modules refer to its bytes. Their resident
 * parts go to the top of base memory or, if that is full and the code is 32-bit, to reserved
 * memory above 1 MiB; the piece and the installer are gone on arrival. All numbers are
 * little-endian. common/packed.h describes the packed format.
 */
#ifndef RJ_SERVICES_H
#define RJ_SERVICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/layout.h"

#define RJ_SERVICES_MAGIC   0x56534A52u     /* "RJSV" */
#define RJ_SERVICES_VERSION 9
#define RJ_SERVICES_MAX     0x20000u        /* bytes of the piece */

/* Drivers: each is a module of this name, a value of --int13, and a file. */
#define RJ_DRIVERS(row) \
	row(ahci, "SATA controllers by AHCI") \
	row(nvme, "NVMe controllers") \
	row(virtio, "virtio-blk and virtio-scsi") \
	row(ata, "IDE controllers by programmed I/O") \
	row(pvscsi, "VMware's paravirtual SCSI controllers") \
	row(megaraid, "MegaRAID SAS up to 2108 (PERC 5, 6, H700, H800)") \
	row(fusion, "newer MegaRAID (PERC H330, H710 to H755): read-only, not yet tried on a card") \
	row(mptsas, "LSI SAS1 and 53C1030 (VMware's LSI Logic)") \
	row(mpt3, "SAS HBAs from SAS2008 on (HBA330, HBA355i): read-only, not yet tried on a card") \
	row(lsi, "LSI 53C810 and 53C895A SCSI controllers") \
	row(sdhci, "SD cards and eMMC at PCI host controllers") \
	row(usb, "USB disks at xHCI controllers")

/* Drivers that serve only if --int13 or rj.int13 names them. */
#define RJ_NAMED_DRIVERS(row) \
	row(fusion) \
	row(mpt3)

/* The values of --int13, of rj.int13, and of rj_services.int13. */
#define RJ_INT13_MODES(row) \
	row(auto, "serve the disks that the firmware no longer can") \
	row(firmware, "leave INT 13h to the firmware") \
	row(none, "no disks except a carried one: every call fails at once") \
	RJ_DRIVERS(row)

enum {
#define ROW(name, what) RJ_INT13_##name,
	RJ_INT13_MODES(ROW)
#undef ROW
	RJ_INT13_COUNT
};

/* Which driver serves which PCI functions: row(driver, what is compared, mask, value). */
#define RJ_PCI_DRIVERS(row) \
	row(ahci, class, 0xFFFFFFu, 0x010601u) /* AHCI 1.3.1, 2.1.5 */ \
	row(nvme, class, 0xFFFFFFu, 0x010802u) /* NVMe over PCIe 1.0, 2.1.1 */ \
	row(ata, class, 0xFFFF00u, 0x010100u) /* PCI Code and ID Assignment 1.11, 1.2 */ \
	row(usb, class, 0xFFFFFFu, 0x0C0330u) /* xHCI 1.2, 5.2.1 */ \
	row(sdhci, class, 0xFFFF00u, 0x080500u) /* SD Host Controller 4.20, C.3.1 */ \
	row(pvscsi, id, 0xFFFFFFFFu, 0x07C015ADu) /* vmw_pvscsi.c in Linux */ \
	row(megaraid, id, 0xFFFFFFFFu, 0x04111000u) /* megaraid_sas.h in Linux: 1064R */ \
	row(megaraid, id, 0xFFFFFFFFu, 0x04131000u) /* 1064R, Verde-ZCR */ \
	row(megaraid, id, 0xFFFFFFFFu, 0x00151028u) /* Dell's own id of it: PERC 5 */ \
	row(megaraid, id, 0xFFFFFFFFu, 0x00601000u) /* 1078: PERC 6 */ \
	row(megaraid, id, 0xFFFFFFFFu, 0x007C1000u) /* 1078 for others */ \
	row(megaraid, id, 0xFFFFFFFFu, 0x00781000u) /* 2108 */ \
	row(megaraid, id, 0xFFFFFFFFu, 0x00791000u) /* 2108: PERC H700, H800 */ \
	row(megaraid, id, 0xFFFFFFFFu, 0x00711000u) /* 2008, skinny */ \
	row(megaraid, id, 0xFFFFFFFFu, 0x00731000u) /* 2008, skinny: PERC H310, 9240 */ \
	row(fusion, id, 0xFFFFFFFFu, 0x002F1000u) /* Thunderbolt, in Intel's chipsets */ \
	row(fusion, id, 0xFFFFFFFFu, 0x005B1000u) /* Thunderbolt: PERC H710, H810 */ \
	row(fusion, id, 0xFFFDFFFFu, 0x005D1000u) /* Invader, and 5Fh Fury: PERC H730, H330 */ \
	row(fusion, id, 0xFFFEFFFFu, 0x00521000u) /* Cutlass, two of them */ \
	row(fusion, id, 0xFFFEFFFFu, 0x00CE1000u) /* Intruder, two of them */ \
	row(fusion, id, 0xFFFCFFFFu, 0x00141000u) /* Ventura, and to 17h: PERC H740P, H345 */ \
	row(fusion, id, 0xFFFFFFFFu, 0x001B1000u) /* Ventura with 4 ports */ \
	row(fusion, id, 0xFFFFFFFFu, 0x001C1000u) /* Crusader with 4 ports */ \
	row(fusion, id, 0xFFFBFFFFu, 0x10E11000u) /* Aero, and 10E5h: PERC H755, H355 */ \
	row(fusion, id, 0xFFFBFFFFu, 0x10E21000u) /* Aero, and 10E6h */ \
	row(mptsas, id, 0xFFFFFFFFu, 0x00301000u) /* mpi_cnfg.h in Linux: 53C1030 */ \
	row(mptsas, id, 0xFFFFFFFFu, 0x00501000u) /* SAS1064 */ \
	row(mptsas, id, 0xFFFFFFFFu, 0x00541000u) /* SAS1068 */ \
	row(mptsas, id, 0xFFFFFFFFu, 0x00561000u) /* SAS1064E */ \
	row(mptsas, id, 0xFFFFFFFFu, 0x00581000u) /* SAS1068E */ \
	row(mpt3, id, 0xFFFEFFFFu, 0x00641000u) /* mpi2_cnfg.h in Linux: SAS2116, two of them */ \
	row(mpt3, id, 0xFFFFFFFFu, 0x006E1000u) /* SAS2308 */ \
	row(mpt3, id, 0xFFFDFFFFu, 0x00701000u) /* SAS2004, and 72h SAS2008: H200, 9211 */ \
	row(mpt3, id, 0xFFFDFFFFu, 0x00741000u) /* SAS2108, two of them */ \
	row(mpt3, id, 0xFFFFFFFFu, 0x00771000u) /* SAS2108 */ \
	row(mpt3, id, 0xFFF8FFFFu, 0x00801000u) /* SAS2208, and to 87h SAS2308: 9207 */ \
	row(mpt3, id, 0xFFFEFFFFu, 0x00901000u) /* SAS3108, two of them */ \
	row(mpt3, id, 0xFFFCFFFFu, 0x00941000u) /* SAS3108, and to 97h SAS3008: HBA330, 9300 */ \
	row(mpt3, id, 0xFFFEFFFFu, 0x00AA1000u) /* SAS3516, two of them */ \
	row(mpt3, id, 0xFFFCFFFFu, 0x00AC1000u) /* SAS3416, SAS3508, and AFh SAS3408: 9400 */ \
	row(mpt3, id, 0xFFF8FFFFu, 0x00C01000u) /* SAS3324, and to C7h SAS3224 and SAS3316 */ \
	row(mpt3, id, 0xFFFEFFFFu, 0x00C81000u) /* SAS3316, and C9h SAS3216 */ \
	row(mpt3, id, 0xFFFEFFFFu, 0x00D01000u) /* SAS3716, and D1h SAS3616 */ \
	row(mpt3, id, 0xFFFFFFFFu, 0x00D21000u) /* SAS3708 */ \
	row(mpt3, id, 0xFFFBFFFFu, 0x00E11000u) /* SAS3916, and E5h SAS3816: 9500 */ \
	row(mpt3, id, 0xFFFBFFFFu, 0x00E21000u) /* SAS3916, and E6h SAS3816: HBA355i */ \
	row(lsi, id, 0xFFFFFFFFu, 0x00011000u) /* sym_defs.h in Linux: 53C810 */ \
	row(lsi, id, 0xFFFFFFFFu, 0x00121000u) /* 53C895A */ \
	row(virtio, id, 0xFFFFFFFFu, VIRTIO_ID(0x1001u)) /* 1.1, 4.1.2.1: transitional blk */ \
	row(virtio, id, 0xFFFFFFFFu, VIRTIO_ID(0x1004u)) /* transitional scsi */ \
	row(virtio, id, 0xFFFFFFFFu, VIRTIO_ID(0x1042u)) /* blk */ \
	row(virtio, id, 0xFFFFFFFFu, VIRTIO_ID(0x1048u)) /* scsi */

#define VIRTIO_ID(device) ((device) << 16 | 0x1AF4u)

/*
 * Returns the driver for a PCI function, or RJ_INT13_none. class: class,
 * subclass and interface in bits 23:0; id: device << 16 | vendor.
 */
static inline uint8_t rj_driver_for(uint32_t class, uint32_t id)
{
#define ROW(driver, what, mask, value) \
	if ((what & (mask)) == (value)) \
		return RJ_INT13_##driver;
	RJ_PCI_DRIVERS(ROW)
#undef ROW
	return RJ_INT13_none;
}

/* Whether auto leaves this driver out. */
static inline bool rj_is_named_only(uint32_t driver)
{
#define ROW(name) || driver == RJ_INT13_##name
	return false RJ_NAMED_DRIVERS(ROW);
#undef ROW
}

/*
 * What a controller without a driver is: row(what is compared, mask, value, words); the first that
 * fits. VMD: vmd.c in Linux; classes: PCI Code and ID Assignment 1.11, 1.2, 1.9 and 1.13.
 */
#define RJ_UNSERVED(row) \
	row(id, 0xFFFFFFFFu, 0x201D8086u, RJ_VMD_WORDS) \
	row(id, 0xFFFFFFFFu, 0x28C08086u, RJ_VMD_WORDS) \
	row(id, 0xFFFFFFFFu, 0x467F8086u, RJ_VMD_WORDS) \
	row(id, 0xFFFFFFFFu, 0x4C3D8086u, RJ_VMD_WORDS) \
	row(id, 0xFFFFFFFFu, 0x7D0B8086u, RJ_VMD_WORDS) \
	row(id, 0xFFFFFFFFu, 0x9A0B8086u, RJ_VMD_WORDS) \
	row(id, 0xFFFFFFFFu, 0xA77F8086u, RJ_VMD_WORDS) \
	row(id, 0xFFFFFFFFu, 0xAD0B8086u, RJ_VMD_WORDS) \
	row(class, 0xFFFF00u, 0x010000u, "a SCSI controller") \
	row(class, 0xFFFF00u, 0x010400u, "a RAID controller") \
	row(class, 0xFFFF00u, 0x010600u, "a SATA controller") \
	row(class, 0xFFFF00u, 0x010700u, "a SAS controller") \
	row(class, 0xFFFF00u, 0x010800u, "a flash memory controller") \
	row(class, 0xFF0000u, 0x010000u, "a disk controller") \
	row(class, 0xFFFF00u, 0x080500u, "an SD card controller") \
	row(class, 0xFFFF00u, 0x0C0300u, "a USB controller other than xHCI")

#define RJ_VMD_WORDS "Intel VMD, which hides NVMe disks"

/* Returns those words; class and id: as for rj_driver_for. */
static inline const char *rj_unserved(uint32_t class, uint32_t id)
{
#define ROW(what, mask, value, words) \
	if ((what & (mask)) == (value)) \
		return words;
	RJ_UNSERVED(ROW)
#undef ROW
	return "a controller of another kind";
}

/* The values of --usb, of rj.usb, and of rj_services.usb. */
#define RJ_USB_MODES(row) \
	row(auto, "serve USB disks and keyboards if a disk or a keyboard is missing") \
	row(none, "leave all USB controllers alone") \
	row(keyboard, "serve keyboards, but no disks") \
	row(all, "serve disks and keyboards, even if the firmware still does")

enum {
#define ROW(name, what) RJ_USB_##name,
	RJ_USB_MODES(ROW)
#undef ROW
	RJ_USB_COUNT
};

/* What a module is, and its interface. */
enum rj_module_kind {
	RJ_MODULE_DRIVER,       /* struct rj_driver: 32-bit; stays if it finds a device */
	RJ_MODULE_TOOL,         /* struct rj_inflate: 32-bit; does not stay */
	RJ_MODULE_RESIDENT,     /* struct rj_resident: 16-bit code in base memory */
	RJ_MODULE_KINDS
};

/* At the start of every module, not packed. Offsets count from here. */
struct rj_module {
	char name[8];           /* padded with NULs, at least one */
	uint32_t kind;          /* enum rj_module_kind */
	uint32_t packed_size;   /* packed bytes that follow this in the image; in memory 0, as
				   packed bytes may refer to this header */
	uint32_t size;          /* bytes in memory, with this header; a multiple of 16 */
	uint32_t resident;      /* offset of the part that stays, to size; a multiple of 16 */
	uint32_t relocation_count;      /* RJ_RELOCATION bytes each, after size: the offset */
					/* of a dword to which the module's address is added */
	uint32_t interface;     /* offset */
};
_Static_assert(sizeof(struct rj_module) == 32, "module");
#define RJ_RELOCATION 2

/* rj_disk_image.flags, rj_drive.flags, rj_disk.flags */
#define RJ_DISK_READONLY  0x01u
#define RJ_DISK_CD        0x02u
#define RJ_DISK_FLOPPY    0x04u
#define RJ_DISK_DEFLATED  0x08u         /* the piece is raw deflate, RFC 1951 */
#define RJ_DISK_REMOVABLE 0x10u

/* The RAM disk: a piece of the image. If size is 0, there is none. */
struct rj_disk_image {
	uint32_t address;       /* where the piece is placed */
	uint32_t packed_size;   /* bytes of the piece */
	uint32_t size;          /* bytes in memory, a multiple of 512 */
	uint32_t crc;           /* CRC-32 of the unpacked bytes */
	uint32_t flags;         /* RJ_DISK_DEFLATED, RJ_DISK_READONLY */
	uint32_t contents;      /* unpacked bytes; zeros follow them up to size */
};
_Static_assert(sizeof(struct rj_disk_image) == 24, "disk image");

/*
 * A drive on the RAM disk: all of it, or a drive that El Torito emulates. A CD has the number
 * E0h; a hard disk or floppy moves the machine's own up by one.
 */
struct rj_drive {
	uint32_t offset;        /* bytes, in the RAM disk */
	uint32_t sectors;       /* 0: this row is not used */
	uint16_t sector_size;   /* 512; also 4096 for a hard disk; 2048 for a CD */
	uint16_t cylinders;     /* geometry of INT 13h AH=08h */
	uint16_t heads;         /* 1 to 256 */
	uint8_t sectors_per_track; /* 1 to 63 */
	uint8_t number;         /* BIOS drive number */
	uint8_t flags;          /* RJ_DISK_* */
	uint8_t floppy_type;    /* as in CMOS 10h and in BL of AH=08h: 1 to 5, 10h; or 0 */
	uint16_t zero;
};
_Static_assert(sizeof(struct rj_drive) == 20, "drive");

/* "El Torito" 1.0, figure 7: what INT 13h AX=4B01h returns about the booted CD. */
struct rj_el_torito {
	uint8_t size;           /* 13h; 0: no CD was booted */
	uint8_t media;          /* 0: no emulation, 1 to 3: floppy, 4: hard disk */
	uint8_t drive;
	uint8_t controller;
	uint32_t lba;           /* of the boot image, in 2048-byte sectors */
	uint16_t device;
	uint16_t cache_segment;
	uint16_t load_segment;
	uint16_t sector_count;  /* 512-byte sectors that the BIOS loads */
	uint8_t cylinders, sectors, heads; /* as CH, CL, DH of AH=08h */
	uint8_t zero;           /* not part of the packet */
};
_Static_assert(sizeof(struct rj_el_torito) == 20, "El Torito");
#define RJ_EL_TORITO_PACKET offsetof(struct rj_el_torito, zero) /* 13h, its size */

/* How --drive-map names a disk of a controller: row(word, what follows it). */
#define RJ_UNIT_WORDS(row) \
	row(port, "N") \
	row(ns, "N") \
	row(target, "N") \
	row(ld, "N") \
	row(pd, "N") \
	row(slot, "N") \
	row(usb, "N[.N][/lunN]")

/* The values of rj_drive_map.word. */
enum rj_unit_word {
	RJ_UNIT_none,
#define ROW(word, form) RJ_UNIT_##word,
	RJ_UNIT_WORDS(ROW)
#undef ROW
	RJ_UNIT_COUNT
};

/* --drive-map: the disk of the machine that gets this number. */
struct rj_drive_map {
	uint8_t number;         /* 80h or more; 0: this row is not used */
	uint8_t word;           /* RJ_UNIT_*: how to print the unit */
	uint16_t pci;           /* bus << 8 | device << 3 | function */
	uint32_t unit;          /* AHCI port, NVMe namespace, SCSI target, ATA
				   channel * 2 + device, logical drive (also a volume
				   of an HBA), RJ_MEGARAID_PD | physical drive (of an
				   HBA: enclosure << 8 | slot), slot of SD cards,
				   RJ_USB_UNIT; 0 for virtio-blk */
};
_Static_assert(sizeof(struct rj_drive_map) == 8, "drive map");

#define RJ_MEGARAID_PD 0x80000000u

/*
 * Where a USB disk is: the root port, as counted from 1 among those of its protocol (USB 2 or
 * USB 3); for each hub on the way its port, 4 bits each from bit 8 on, as in xHCI's route string
 * (1.2, 6.2.2); and the logical unit.
 */
#define RJ_USB_UNIT(port, route, lun) ((port) | (route) << 8 | (lun) << 28)
#define RJ_USB_PORT(unit)       ((unit) & 0xFF)
#define RJ_USB_ROUTE(unit)      ((unit) >> 8 & 0xFFFFF)
#define RJ_USB_LUN(unit)        ((unit) >> 28)
#define RJ_USB_TIERS 5u                 /* hubs between a root port and a device */

#define RJ_MAX_DRIVE_MAP 8
#define RJ_MAX_RAM_DRIVES 2

struct rj_services {
	uint32_t magic;
	uint16_t version;
	uint8_t int13;          /* RJ_INT13_* */
	uint8_t boot_drive;     /* DL on arrival, before any rj.drive */
	uint32_t size;          /* bytes from here to the end of the last module */
	uint32_t installer_size;/* packed bytes of the installer, which follows this, */
	uint32_t survey_size;   /* and of the survey: runtime.h; 0: there is none */
	struct rj_disk_image image;
	struct rj_drive drives[RJ_MAX_RAM_DRIVES];
	struct rj_el_torito el_torito;
	struct rj_drive_map map[RJ_MAX_DRIVE_MAP];
	uint32_t usb;           /* RJ_USB_* */
};
_Static_assert(offsetof(struct rj_services, image) == 20, "image");
_Static_assert(offsetof(struct rj_services, map) == 104, "map");
_Static_assert(sizeof(struct rj_services) == 172, "services");

#endif
