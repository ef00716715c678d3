/* SPDX-License-Identifier: MIT */
/*
 * All errors and notes, in one list. formats/ prints nothing: it fills in a struct rj_error,
 * and the code that prints it expands the placeholders.
 */
#ifndef RJ_ERROR_H
#define RJ_ERROR_H

#include <stdbool.h>
#include <stdint.h>

/* Where a value was set. file NULL: on the command line. */
struct rj_origin {
	const char *file;
	unsigned line;          /* from 1 */
};

/* Exit statuses; RJ_NOTE marks what is not an error. */
enum rj_class { RJ_DONE = 0, RJ_BAD = 1, RJ_USAGE = 2, RJ_HOST = 3, RJ_NOTE = 4 };

/*
 * row(code, class, what is wrong, what to do about it)
 *
 * {name} and {other} are strings, {errno} is os_error in words, {text} the
 * composed text; {at} {expected} {found} {limit_hex} are hexadecimal, {count}
 * and {limit} decimal, {range} is at..end-1, {other_range} other_at..other_end-1.
 */
#define RJ_ERRORS(row) \
row(OK, DONE, "", "") \
/* files */ \
row(OPEN, BAD, "cannot open: {errno}", "") \
row(DIRECTORY, BAD, "a directory", "name a file") \
row(DIRECTORY_NONE, BAD, "no such directory", "") \
row(NOT_REGULAR, BAD, "not a regular file", \
	"copy its contents to a file and use that") \
row(EMPTY, BAD, "empty file", "") \
row(READ, HOST, "cannot read at {at}: {errno}", "") \
row(SHRANK, BAD, "the file shrank while being read: nothing is left at {at}", "nothing else may write to the file") \
row(WRITE, HOST, "cannot write: {errno}", "") \
row(CREATE, HOST, "cannot create: {errno}", "") \
row(MEMORY, HOST, "out of memory", "") \
row(LIBELF, HOST, "libelf: {name}", "") \
row(SAME_FILE, BAD, "the output is also the input {name}", "use another name with -o") \
row(TERMINAL, USAGE, "standard output is a terminal", "redirect it, or name a file with -o") \
row(BAD_TARGET, BAD, "the output is a directory", "name a file with -o") \
/* numbers and names */ \
row(NUMBER, USAGE, "\"{name}\" is not a number", \
	"write 31744, 0x7C00, 7C00h or 31K") \
row(TOO_LARGE, BAD, "\"{name}\" is larger than {limit_hex}", "") \
row(FAR, USAGE, "\"{name}\" is not in the form SEG:OFF", "write two hexadecimal numbers, as in 0:7C00") \
row(FAR_LARGE, BAD, "a number in \"{name}\" is larger than FFFFh", "") \
row(NO_ADDRESS, USAGE, "the address is missing", "write FILE@ADDRESS, as in {name}@0x7C00") \
row(BEYOND_4G, BAD, "the address {at} is beyond 4 GiB", "the stub reaches only the first 4 GiB") \
row(DRIVE, BAD, "\"{name}\" is not a drive", "write hd0 to hd127, fd0 to fd127, or 0 to 0xFF") \
row(REG_SYNTAX, USAGE, "\"{name}\" is not in the form NAME=VALUE", "for example eax=0x1234") \
row(REG_NAME, BAD, "there is no register \"{name}\"", "the registers are {text}") \
row(REG_VALUE, BAD, "{found} does not fit in {name}", "{name} has {count} bits") \
row(BASE, BAD, "the base {at} is not a multiple of {expected} at or above {limit_hex}", "") \
row(CONSOLE, USAGE, "\"{name}\" is not a console", "write none, vga, serial[:PORT[,BAUD]], or the last two separated by a comma") \
row(BAUD, BAD, "115200 is not a multiple of {count} baud", "use 115200, 57600, 38400, 19200, 9600 or less") \
row(ON_ERROR, USAGE, "\"{name}\" is neither reboot nor halt", "") \
row(REPAIR, USAGE, "there is no repair \"{name}\"", \
	"the words are all, none, NAME and -NAME; the names are {text}") \
row(FORMAT, USAGE, "there is no format \"{name}\"", "the formats are {text}") \
row(LOADER, USAGE, "there is no loader \"{name}\"", "the loaders are {text}") \
row(LOADER_REFUSES, BAD, "{name} cannot load the file: {other}", "") \
row(INT13, USAGE, "there is no INT 13h mode \"{name}\"", "the modes are {text}") \
row(MAP_SYNTAX, USAGE, "\"{name}\" is not in the form NUMBER=pci:BB:DD.F[/portN|/nsN|/targetN]", \
	"for example 0x80=pci:00:1f.2/port0") \
row(MAP_DOMAIN, BAD, "\"{name}\" is in a PCI domain that a BIOS cannot reach", "use a disk in domain 0000") \
row(MAP_NUMBER, BAD, "\"{name}\" does not start with a hard disk's number", "write hd0 to hd127, or 0x80 to 0xFF") \
row(MAP_TWICE, BAD, "\"{name}\" repeats a number or a disk", "") \
row(MAP_MANY, BAD, "there are more than {limit} drives", "") \
row(MAP_UNSERVED, USAGE, "no drive can be served without a driver", "use --int13 auto or a driver's name") \
row(GEOMETRY, USAGE, "\"{name}\" is not in the form C,H,S", "write three numbers up to 1024,256,63") \
row(COMPRESS, USAGE, "\"{name}\" is neither none nor zlib[:LEVEL]", "LEVEL is 1 to 9") \
row(NOT_TAKEN, USAGE, "applies to {text}, not to --{name}", "") \
row(VARIANT, USAGE, "\"{name}\" is not in the form KIND=FILE", "the kinds are {text}") \
row(PARTITION, USAGE, "\"{name}\" is not a partition number", "partitions count from 1") \
row(BPB, USAGE, "\"{name}\" is neither hidden, drive nor hidden,drive", "") \
row(SECTOR_SIZE, BAD, "a sector size of {count} bytes is not supported", "use 512 or 4096") \
row(VALUES_MANY, BAD, "set more than {limit} times", "") \
/* the plan */ \
row(NO_PIECES, BAD, "there is nothing to carry", "") \
row(TOO_MANY, BAD, "there are more than {limit} pieces", "") \
row(PIECE_SIZE, BAD, "the piece {name} is empty", "") \
row(PIECE_NAME, BAD, "a piece has no usable name", "") \
row(SAME_NAME, BAD, "two pieces have the name {name}", "") \
row(ORDER, BAD, "the piece {name} at {range} is out of order", "") \
row(BEYOND, BAD, "the piece {name} at {range} ends beyond 4 GiB", "the stub reaches only the first 4 GiB") \
row(OVERLAP, BAD, "the piece {name} at {range} overlaps the piece {other} at {other_range}", \
	"move one of them") \
row(RESERVED, BAD, "the piece {name} at {range} overlaps {other} at {other_range}", \
	"give it another address") \
row(FIRMWARE_HIGH, BAD, "the piece {name} at {range} is not in the firmware's memory, which ends below 1 MiB", "") \
row(SERVICES_ROOM, BAD, "the piece {name} at {range} overlaps {other} at {other_range}", \
	"give it another address, or use --int13 firmware") \
row(SERVICES_NONE, HOST, "this rjpack was built without the service \"{name}\"", "") \
row(SERVICES_SIZE, BAD, "the services have {count} bytes, but there is room for {limit}", \
	"name one driver with --int13") \
row(NO_ENTRY, USAGE, "nothing says where to start", "use --entry SEG:OFF") \
row(ENTRY_OUTSIDE, BAD, "the entry {name} = {at} is outside every piece", \
	"set --entry to an address in a piece") \
row(BASE_HIGH, BAD, "loaded at {range}, the image ends beyond 4 GiB", "use a lower --base") \
row(STACK, NOTE, "warning: the stack {name} grows down into the piece {other} at {other_range}", \
	"move it with --reg ss= and --reg esp=") \
/* payloads */ \
row(MBR_SHORT, BAD, "{count} bytes: a boot sector is 512, and packaged MBR code at most 446", "") \
row(MBR_SIGNATURE, BAD, "no boot sector signature", "to pack any bytes, use --raw FILE@ADDRESS --entry SEG:OFF") \
row(CORE_SHORT, BAD, "cut short: by its own headers core.img has at least {limit} bytes, but there are {count}", \
	"make it again with grub-mkimage -O i386-pc") \
row(CORE_LARGE, BAD, "{count} bytes are more than the {limit} that GRUB's core.img can have", \
	"leave out modules") \
row(CORE_PXE, BAD, "this is GRUB for network boot (i386-pc-pxe), which needs the PXE stack of a network card's ROM, and that is gone", \
	"make it with grub-mkimage -O i386-pc, with its files inside (-m) or on a disk") \
row(CORE_BEHIND, BAD, "no core.img at {at}, after {name}", "make it again with grub-mkimage -O i386-pc") \
row(CORE_BOOT, BAD, "boot.img names sector {count} for core.img, but {name}", \
	"use core.img itself, or --mbr with the boot sector alone") \
row(CORE_MAGIC, BAD, "not a core.img of GRUB for i386-pc", "make it with grub-mkimage -O i386-pc") \
row(CORE_ENTRY, BAD, "core.img does not start with a far jump in its second sector", "make it again with grub-mkimage -O i386-pc") \
row(CORE_BLOCKS, BAD, "diskboot.img's block list is damaged", "make it again with grub-mkimage -O i386-pc") \
row(LEGACY_MAGIC, BAD, "not a stage2 of GRUB Legacy", "for GRUB 2, use --grub") \
row(LEGACY_STAGE1_5, BAD, "this is GRUB Legacy's {name}, which only reads stage2 from a file system", "use stage2") \
row(LEGACY_STAGE1, BAD, "stage1 has no room for a partition and a menu", "use stage2") \
row(LEGACY_BEHIND, BAD, "stage1 names sector {count} for stage2, but none is there", "use stage2") \
row(LEGACY_BLOCKS, BAD, "stage2's block list, in sector {count}, is damaged or points outside the file", "use stage2") \
row(LEGACY_SHORT, BAD, "cut short: stage2 has at least {limit} bytes from its code on, but there are {count}", "") \
row(LEGACY_LARGE, BAD, "{count} bytes are more than the {limit} that stage2 has room for", "") \
row(LEGACY_MENU, BAD, "the menu's path has {count} bytes, but stage2 has room for {limit}", "shorten it") \
row(PARTITION_TABLE, BAD, "no partition table", "") \
row(PARTITION_GPT, BAD, "the GPT is damaged, and so is the backup in the last sector", \
	"if the sector size was detected wrong, set --sector-size") \
row(PARTITION_NONE, BAD, "no partition {count}", "") \
row(PARTITION_ACTIVE, BAD, "no partition is active", "choose one with --partition N") \
row(PARTITION_BOUNDS, BAD, "the partition starts after the end of the disk", "") \
row(VBR_SHORT, BAD, "{count} bytes: a boot sector is {limit}", "") \
row(VBR_SIGNATURE, BAD, "the partition's first sector has no boot sector signature", \
	"nothing that boots by BIOS is installed there") \
row(VBR_NO_BPB, BAD, "the boot sector has no known BIOS parameter block", "leave out --bpb") \
row(VBR_HIDDEN, BAD, "sector {count} does not fit in the BIOS parameter block", "leave out --bpb hidden") \
row(SYSLINUX_MAGIC, BAD, "the boot sector names neither SYSLINUX nor EXTLINUX", "for any other partition's boot sector, use --vbr") \
row(ISOLINUX_NONE, BAD, "the CD does not boot isolinux.bin", "for any other CD, use --disk") \
row(ISOLINUX_OTHER, BAD, "the CD {name} boots another isolinux.bin", "with --disk alone, the CD boots its own") \
row(ISOLINUX_SUM, BAD, "the boot information table is for {limit} bytes with another checksum, but the file has {count}", "the file is cut short or damaged") \
row(ISOLINUX_TABLE, BAD, "isolinux.bin has no boot information table, by which it finds itself on its CD", \
	"use the CD's image, or this file with --disk and the CD's image") \
row(ISOLINUX_SIZE, BAD, "{count} bytes: isolinux.bin has more than 2048 and at most {limit}", "") \
row(LINUX_HEADER, BAD, "no Linux boot header: neither HdrS at 202h nor, as before protocol 2.00, a size at 1F4h", "") \
row(LINUX_OLD, BAD, "the kernel's boot protocol is older than 2.00 and has no initrd", "leave out --initrd") \
row(LINUX_FIRMWARE, NOTE, "the kernel's setup code belongs at {at}, where the INT 13h services work: --int13 firmware is used", "") \
row(LINUX_FLAG, BAD, "the Linux boot header has no boot flag", "") \
row(LINUX_CUT, BAD, "cut short: by its Linux boot header the kernel has at least {limit} bytes, but there are {count}", "") \
row(LINUX_ZIMAGE, BAD, "the {count} bytes of the zImage are more than the {limit} that fit below the stub", "build a bzImage") \
row(LINUX_NEEDS, BAD, "does nothing without {name}", "add that with --initrd") \
row(LINUX_VGA, USAGE, "vga={text} is not a video mode", "use normal, ext, ask or a number") \
row(LINUX_APPEND, BAD, "the command line has {count} characters, but the kernel takes {limit}", "") \
row(INITRD_ROOM, BAD, "{count} bytes do not fit between {at}, where the kernel ends, and {limit_hex}, the limit set by the kernel or mem=", "") \
row(NBP_STACK, BAD, "this is {name}, which needs the PXE stack of a network card's ROM", "no PXE stack is left after an operating system has run; ipxe.pxe has its own drivers") \
row(NBP_LARGE, BAD, "{count} bytes are more than the {limit} that a PXE boot program can have here", "") \
row(NBP_LINUX, BAD, "has a Linux boot header", "use --linux") \
row(GZIP_CUT, BAD, "the gzip file is cut short at {at}", "") \
row(GZIP_DAMAGED, BAD, "the gzip file is damaged before {at}", "") \
row(GZIP_LARGE, BAD, "the gzip file holds more than {limit} bytes", "a RAM disk must fit below 4 GiB") \
row(GZIP_BEHIND, BAD, "trailing data after the gzip file", "") \
row(FOREIGN, BAD, "this is {name}", "{other}") \
row(DISK_BOOTS_NOT, BAD, "the first sector has no boot sector signature", "a BIOS cannot boot it") \
row(DISK_LARGE, BAD, "{count} bytes are too many", "a RAM disk must fit below 4 GiB") \
row(DISK_SIGNATURE, BAD, "has the size of a hard disk's image, but no boot sector signature", \
	"for a floppy of unusual size, add --boot-drive fd0") \
row(GEOMETRY_NONE, BAD, "{count} sectors are more than a standard floppy has", "set --geometry C,H,S") \
row(GEOMETRY_CD, BAD, "a CD has no geometry", "leave out --geometry") \
row(BOOT_DRIVE, BAD, "{found} is not a drive number for a {name}", \
	"a floppy disk has 0 to 7Fh, a hard disk or CD 80h to FFh") \
row(ISO_BOOT, BAD, "this is an ISO 9660 image without a boot record (El Torito)", "a BIOS cannot boot it") \
row(ISO_CATALOG, BAD, "the boot catalog (El Torito) is damaged: {name}", "") \
row(ISO_ENTRY, BAD, "the boot catalog (El Torito) has nothing for a PC BIOS", "the CD may boot by UEFI only") \
row(ISO_BOUNDS, BAD, "the boot catalog (El Torito) points outside the file", "the file is cut short or damaged") \
row(INFLATE, BAD, "the RAM disk's compressed bytes are damaged", "") \
row(WORD, USAGE, "\"{name}\" is none of these: {other}", "") \
row(CHAIN_SIGNATURE, BAD, "not {name}, whose signature is: {other}", \
	"to pack any bytes, use --raw FILE@ADDRESS --entry SEG:OFF") \
row(CHAIN_LARGE, BAD, "{count} bytes are too many for {name}: there is room for {limit}", \
	"start it from its disk, through the partition's boot sector (--vbr)") \
row(CHAIN_SECTOR, BAD, "this is {name}, which finds its partition by the boot sector", \
	"add --boot-sector with the partition, or with the disk and --partition N") \
row(CHAIN_BPB, BAD, "the boot sector has no known BIOS parameter block", \
	"use the boot sector of the partition that the payload is from") \
row(CHAIN_PART, NOTE, "the first {count} bytes are carried; their code reads the rest from the disk", "") \
row(DOS_FAT, BAD, "the partition is not FAT12 or FAT16, and these versions of DOS read no other", "") \
row(DOS_ROOT, BAD, "ends before the root directory, which DOS also needs", \
	"use the partition or the disk, not only the boot sector") \
row(DOS_FILES, BAD, "the root directory has neither IO.SYS and MSDOS.SYS nor IBMBIO.COM and IBMDOS.COM", "") \
row(UNKNOWN_KIND, BAD, "not a payload of a known kind", "choose its kind with {text} --entry SEG:OFF") \
row(AMBIGUOUS, BAD, "ambiguous: it could be {text}", "choose the kind with its option") \
/* snapshots */ \
row(UEFI_MACHINE, BAD, "no BIOS memory to save on this machine (booted by UEFI)", \
	"boot it by BIOS or CSM") \
row(MEM_ROOT, HOST, "cannot open: {errno}", "only root can") \
row(MEM_LOCKED, HOST, "cannot open: {errno}", \
	"the kernel is locked down (Secure Boot or lockdown=), or this root lacks CAP_SYS_RAWIO, as in a container") \
row(MEM_NONE, HOST, "cannot open: {errno}", "the kernel is built without CONFIG_DEVMEM") \
row(MEM_READ, HOST, "cannot read {range}: {errno}", "the kernel does not allow it") \
row(MEM_SHORT, BAD, "ends before {range}", "") \
row(IOMEM, HOST, "does not show where System RAM is", "only root sees the addresses") \
row(SYSTEM_RAM, BAD, "{range} overlaps System RAM at {other_range}, which belongs to the operating system", \
	"save only what the firmware has reserved") \
row(IVT_ZERO, BAD, "the interrupt vectors are all zero", \
	"without them a snapshot is worthless; take one right after the machine was booted by its BIOS") \
row(IVT_VECTOR, BAD, "the interrupt vector {found} points to {at}, where no BIOS can be", \
	"take the snapshot right after the machine was booted by its BIOS") \
row(BASE_MEMORY, BAD, "the BIOS data area reports {count} KiB of base memory, which is impossible", \
	"take the snapshot right after the machine was booted by its BIOS") \
row(RANGE, USAGE, "\"{name}\" is not in the form ADDRESS+LENGTH", "for example 0x9E000+4K") \
row(RANGE_EMPTY, BAD, "the range at {at} is empty", "") \
row(RANGE_BEYOND, BAD, "the range {range} ends beyond 1 MiB", "") \
row(RANGE_RESERVED, BAD, "the range {range} overlaps {other} at {other_range}", \
	"this memory cannot be put back") \
row(RANGE_TWICE, BAD, "the range {range} overlaps {other_range}, which is in the snapshot already", "") \
row(RANGES_MANY, BAD, "there are more than {limit} ranges", "") \
row(SNAPSHOT_MAGIC, BAD, "not a snapshot", "take one with rjpack snapshot") \
row(SNAPSHOT_VERSION, BAD, "the snapshot's version is unknown", "another version of rjpack made it") \
row(SNAPSHOT_SIZE, BAD, "{count} bytes, but the ranges need {limit}", "the file is cut short or damaged") \
row(SNAPSHOT_CRC, BAD, "the snapshot's CRC-32 is wrong", "take the snapshot again") \
row(SNAPSHOT_ORDER, BAD, "the range {range} is out of order", \
	"the vectors come first, and addresses ascend") \
row(HOOKS, NOTE, "INT 13h led to {count} resident handlers, as left by rjpack or MEMDISK", \
	"the snapshot has the vectors and base memory from before them") \
row(HOOK_UNKNOWN, NOTE, "warning: INT 13h leads to {at} in base memory, which is neither the BIOS nor rjpack", \
	"take the snapshot after a reset") \
row(EBDA_NONE, NOTE, "the BIOS data area names no EBDA", "none is saved") \
row(EBDA_ODD, NOTE, "warning: an EBDA of {count} KiB cannot be at {at}", "none is saved") \
/* notes */ \
row(FIRST_SECTOR, NOTE, "only the first sector is carried, not the {count} bytes after it", \
	"to carry them, use --raw FILE@ADDRESS") \
row(NO_TABLE, NOTE, "MBR code of {count} bytes without a partition table", \
	"such code finds an empty partition table; pack the disk's first sector to keep its table") \
row(WITH_CORE, NOTE, "boot.img with core.img at sector {count}: both are carried, and core.img starts without a disk read", "") \
row(CORE_TAKEN, NOTE, "{name} with core.img after it: only core.img is carried", "") \
row(CD_DRIVE, NOTE, "looks for the rest on the CD in drive {at}", "carry a CD with --disk ISO, or name another drive with --drive") \
row(CORE_LEFT, NOTE, "boot.img names sector {count} for core.img, but {name}", \
	"only the boot sector is carried, and reads core.img from its disk") \
row(GPT_BACKUP, NOTE, "warning: the primary GPT is damaged; the backup in the last sector is used", "") \
row(DISK_CORE, NOTE, "the MBR is GRUB's: core.img at sector {count} is carried and started", "") \
row(DISK_NO_CODE, BAD, "the MBR has no code, so a BIOS cannot boot the disk", \
	"to carry a partition's boot sector, use --vbr") \
row(DISK_BPB, BAD, "the {name} is carried, which has no BIOS parameter block to set", \
	"for the active partition's boot sector, which has one, use --vbr") \
row(DISK_PARTITION, NOTE, "the MBR starts the active partition: the boot sector of partition {count} ({name}) at sector {limit} is carried and started", "") \
row(DISK_ALONE, NOTE, "a file system without partitions: its first sector is carried and started", "") \
row(DISK_MBR, NOTE, "the MBR is carried and started: {name}", "") \
row(NBP_UNKNOWN, NOTE, "started without a PXE stack", "the program needs its own drivers") \
row(DISK_PADDED, NOTE, "{count} bytes are not whole sectors; zeros after them make it {limit}", "") \
row(LEGACY_READS, NOTE, "stage1 reads stage2 from sector {count} of drive {at}", "") \
row(DISK_UNSIGNED, NOTE, "the first sector has no boot sector signature", "the disk is started anyway") \
row(DISK_FILLED, NOTE, "has {count} of the disk's {limit} sectors", "the rest reads as zeros") \
row(DISK_CUT, NOTE, "warning: the {name} says {limit} sectors, but the disk has {count}", "use the whole image{text}") \
row(DISK_HIDDEN, NOTE, "warning: the BIOS parameter block says that {count} sectors precede it, but {limit} do", \
	"for a partition's image, use the whole disk's, or add --bpb hidden") \
row(DISK_SECTORS, NOTE, "warning: the BIOS parameter block says sectors of {count} bytes, but the disk's have {limit}", \
	"add --sector-size {count}") \
row(DISK_CHS, NOTE, "warning: no geometry fits the whole partition table; the disk gets {text}", "set another with --geometry C,H,S") \
row(DISK_SMALL, NOTE, "has only {count} bytes, and becomes a hard disk", "for a floppy disk, add --boot-drive fd0") \
row(ISO_CUT, NOTE, "warning: the file system has {limit} sectors of 2048 bytes, but the file has {count}", \
	"the file is cut short: use the whole image") \
row(ISO_DISK, NOTE, "warning: both a CD and a disk whose partitions leave out the CD's file system; the CD is booted", \
	"for the disk, add --boot-drive hd0") \
row(ISO_SUM, NOTE, "the checksum of the boot catalog (El Torito) is wrong", "BIOSes boot it anyway") \
row(ISO_LOADED, NOTE, "warning: the boot catalog (El Torito) asks for {count} bytes, but {limit} fit", "the rest is not loaded") \
row(ISO_EMULATED, NOTE, "warning: the emulated disk has {limit} sectors, but the file has {count} of them", \
	"the file is cut short: use the whole image") \
row(VBR_ELSEWHERE, NOTE, "warning: the partition starts at sector {limit}, but its BIOS parameter block says {count}", "add --bpb hidden") \
row(DETECTED, NOTE, "detected: {name}: {text}", "") \
row(CARRIED, NOTE, "{name}: {count} bytes at {range}", "") \
row(EXTRACTED, NOTE, "{name}: {count} bytes", "") \
/* images */ \
row(NO_STUB, BAD, "no rjpack stub in the file", "use an image made by rjpack") \
row(NO_CONTAINER, BAD, "not in a known container", "") \
row(STUB_BOUNDS, BAD, "the stub ends beyond the file", "") \
row(MANIFEST_BOUNDS, BAD, "the manifest ends beyond the file", "") \
row(MANIFEST_MAGIC, BAD, "the manifest's magic is wrong", "") \
row(MANIFEST_VERSION, BAD, "the manifest's version is unknown", "another version of rjpack made it") \
row(MANIFEST_SIZE, BAD, "the manifest's size and number of pieces disagree", "") \
row(MANIFEST_CRC, BAD, "the manifest's CRC-32 is wrong", "") \
row(MANIFEST_FLAGS, BAD, "the manifest has unknown flags", "") \
row(MANIFEST_REPAIRS, BAD, "the manifest has unknown repairs", "") \
row(PIECE_FLAGS, BAD, "the piece {name} has unknown flags", "") \
row(STUB_CRC, BAD, "the CRC-32 of the stub and the section headers is wrong", "") \
row(PIECE_CRC, BAD, "the CRC-32 of the piece {name} is wrong", "") \
row(PIECE_BOUNDS, BAD, "the piece {name} at {range} of the image is outside the range left for it, {other_range}", "") \
row(SERVICES_PIECE, BAD, "the piece {name} at {range} is not a services piece", "") \
row(SERVICES_BLOCK, BAD, "the services' {name} is wrong", "") \
row(DISK_CRC, BAD, "the CRC-32 of the RAM disk is wrong", "") \
row(IMAGE_SIZE, BAD, "the image ends beyond the file", "the file is cut short") \
row(PAYLOAD_SIZE, BAD, "the payload file's size is wrong", "the file is cut short, or has trailing data") \
row(PAYLOAD_OFFSET, BAD, "the offset of the piece {name} is wrong", "") \
row(PAYLOAD_GIVEN, BAD, "a payload file cannot boot what is supplied at boot time", \
	"use --format payload with something to pack") \
row(PAYLOAD_LARGE, BAD, "{count} bytes are too many for a payload file", "a payload file must fit below 4 GiB") \
row(FILE_SIZE, BAD, "the file's size is not that of its Linux header", "the file is cut short, or has trailing data") \
row(FILE_CRC, BAD, "the image checksum is wrong", "a byte of the file was changed") \
row(LINUX_FIELD, BAD, "the Linux header's {name} is wrong", "") \
row(ELF_PARSE, BAD, "not an ELF file: {name}", "") \
row(ELF_FIELD, BAD, "the ELF {name} is wrong", "") \
row(ELF_SECTION, BAD, "the ELF section of the piece {name} does not match it", "") \
row(FRONT_PART, BAD, "the {name} is wrong", "") \
row(STRAY_MULTIBOOT, BAD, "there is a stray multiboot header at {at}", "kexec would load the image by that header") \
/* command line */ \
row(TWO_PAYLOADS, USAGE, "there are two payloads, {name} and {other}", "only --disk and --raw can be added to another") \
row(NO_PAYLOAD, USAGE, "no payload", "name a file; rjpack --help lists the options for it") \
row(NO_OUTPUT, USAGE, "no output file", "use -o FILE or --dry-run") \
row(NO_FILE, USAGE, "no output file", "use -o FILE") \
row(NO_IMAGE, USAGE, "no image", "name one") \
row(NO_DIRECTORY, USAGE, "no output directory", "use -C DIR") \
row(NOT_WITH, USAGE, "does not go with {name}", "") \
row(EXTRA, USAGE, "unexpected argument", "") \
row(BAD_OPTION, USAGE, "there is no such option", "see rjpack --help") \
row(NEEDS_ARGUMENT, USAGE, "the option needs {name}", "see rjpack --help") \
row(CONFIG_TEXT, BAD, "not a text file of up to {limit} bytes", "use an INI file with --config") \
row(CONFIG_SECTION, USAGE, "there is no section \"{name}\"", "the sections are {text}") \
row(CONFIG_KEY, USAGE, "there is no key \"{name}\"", \
	"the keys are the long options of rjpack --help, without the dashes") \
row(CONFIG_NEAR, USAGE, "there is no key \"{name}\"", "did you mean {other}?") \
row(CONFIG_FLAG, USAGE, "\"{name}\" is neither yes nor no", "") \
row(CONFIG_TWICE, USAGE, "there is a second configuration file, {name}", "use one") \
row(DEPFILE_NAME, USAGE, "make or ninja cannot read the name \"{name}\"", "rename the file") \
row(DEPFILE_STDOUT, USAGE, "standard output has no name for the rule", "name the output with -o FILE") \
row(DEPFILE_OUTPUT, USAGE, "the image has the same name", "use another name with --depfile") \
row(WRONG_COMMAND, USAGE, "the option does not belong to rjpack {name}", "see rjpack --help") \
row(SHELL, USAGE, "no completions", "the shells are {text}") \
/* the running Linux */ \
row(RUNNING_ROOT, USAGE, "the payload is not read from a tree", "use --root with --from-running") \
row(RUNNING_DENIED, BAD, "cannot open: {errno}", "only root can read it") \
row(RUNNING_PROC, BAD, "cannot be read", "use --linux with a kernel file") \
row(RUNNING_KERNEL, BAD, "there is no kernel file of Linux {name}, which is running", \
	"mount /boot, or use --linux with the file") \
row(RUNNING_OTHER, BAD, "Linux {name} is running, but {text}", \
	"its file was replaced or removed: reboot first, or use --linux with the file") \
row(RUNNING_INITRD, BAD, "there is no initrd of Linux {name}, which is running", \
	"add it with --initrd, or, if it needs none, use --linux {other}") \
row(RUNNING_UNIFIED, BAD, "this unified kernel image has the running Linux, but --from-running does not unpack it", \
	"extract .linux and .initrd with objcopy, and use --linux and --initrd")

enum rj_err {
#define RJ_ERROR_ENUM(code, class, what, todo) RJ_ERR_##code,
	RJ_ERRORS(RJ_ERROR_ENUM)
#undef RJ_ERROR_ENUM
	RJ_ERROR_COUNT
};
#define RJ_OK RJ_ERR_OK

/* Strings are not copied: they are in argv, in the plan, or constant. */
struct rj_error {
	enum rj_err code;
	int os_error;           /* an errno */
	const char *subject;    /* the file or the option with the problem */
	const char *name, *other;
	uint64_t at, end, other_at, other_end;
	bool located;           /* `at`, `expected` and `found` are set, to be reported */
	uint64_t expected, found;
	uint64_t count, limit;
	char text[1000];
};

/*
 * Functions return RJ_OK, or set *err and return its code; after RJ_OK the contents of *err
 * are undefined. This macro sets it, as in rj_fail(err, RJ_ERR_READ, .at = 512).
 */
#define rj_fail(err, ...) rj_fail_with((err), &(struct rj_error){ .code = __VA_ARGS__ })

static inline enum rj_err rj_fail_with(struct rj_error *err, const struct rj_error *values)
{
	*err = *values;
	return values->code;    /* never RJ_OK, as the compiler sees at the call */
}

/*
 * Appends to the list in err->text, after a comma, with printf's format. What does not fit is
 * cut.
 */
void rj_error_list(struct rj_error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The words of a code; the caller expands the placeholders. */
const char *rj_error_what(enum rj_err code);
const char *rj_error_todo(enum rj_err code);
enum rj_class rj_error_class(enum rj_err code);

/* Called for each finding of a check. The callee must copy the error to keep it. */
typedef void rj_finding(void *context, const struct rj_error *error);

#endif
