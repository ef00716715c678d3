/* SPDX-License-Identifier: MIT */
/*
 * What can go wrong, and what is worth a note, in one list. formats/ prints
 * nothing: it fills in a struct rj_error; whoever prints it expands the words.
 */
#ifndef RJ_ERROR_H
#define RJ_ERROR_H

#include <stdbool.h>
#include <stdint.h>

/* Exit statuses, and RJ_NOTE for what is no failure. */
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
row(OPEN, BAD, "cannot open it: {errno}", "") \
row(DIRECTORY, BAD, "it is a directory", "give a file") \
row(DIRECTORY_NONE, BAD, "there is no such directory", "") \
row(NOT_REGULAR, BAD, "it is no regular file", \
	"copy what is in it to a file, and give that") \
row(EMPTY, BAD, "it is empty", "") \
row(READ, HOST, "cannot read at {at}: {errno}", "") \
row(SHRANK, BAD, "it ended at {at} while it was read", "nothing else may write to it") \
row(WRITE, HOST, "cannot write it: {errno}", "") \
row(CREATE, HOST, "cannot create it: {errno}", "") \
row(MEMORY, HOST, "out of memory", "") \
row(LIBELF, HOST, "libelf: {name}", "") \
row(SAME_FILE, BAD, "the output is the input {name}", "give -o another name") \
row(TERMINAL, USAGE, "standard output is a terminal", "redirect it, or name a file with -o") \
row(BAD_TARGET, BAD, "the output is a directory", "give -o the name of a file") \
/* numbers and names */ \
row(NUMBER, USAGE, "\"{name}\" is no number", \
	"write 31744, 0x7C00, 7C00h or 31K") \
row(TOO_LARGE, BAD, "\"{name}\" is larger than {limit_hex}", "") \
row(FAR, USAGE, "\"{name}\" is no SEG:OFF", "write two hexadecimal numbers, as in 0:7C00") \
row(FAR_LARGE, BAD, "in \"{name}\" a number is larger than FFFFh", "") \
row(NO_ADDRESS, USAGE, "the address is missing", "write FILE@ADDRESS, as in {name}@0x7C00") \
row(BEYOND_4G, BAD, "the address {at} is beyond 4 GiB", "the stub reaches the first 4 GiB only") \
row(DRIVE, BAD, "\"{name}\" is no drive", "write hd0 to hd127, fd0 to fd127, or 0 to 0xFF") \
row(REG_SYNTAX, USAGE, "\"{name}\" is no NAME=VALUE", "write for example eax=0x1234") \
row(REG_NAME, BAD, "there is no register \"{name}\"", "the registers are {text}") \
row(REG_VALUE, BAD, "{found} does not fit into {name}", "it has {count} bits") \
row(BASE, BAD, "the base {at} is no multiple of {expected} from {limit_hex} on", "") \
row(CONSOLE, USAGE, "\"{name}\" is no console", "write none, or vga, serial[:PORT[,BAUD]] or both with a comma between") \
row(BAUD, BAD, "{count} baud do not divide 115200", "take 115200, 57600, 38400, 19200, 9600 or less") \
row(ON_ERROR, USAGE, "\"{name}\" is neither reboot nor halt", "") \
row(REPAIR, USAGE, "there is no repair \"{name}\"", \
	"the words are all, none, NAME and -NAME; the names are {text}") \
row(FORMAT, USAGE, "there is no format \"{name}\"", "the formats are {text}") \
row(LOADER, USAGE, "there is no loader \"{name}\"", "the loaders are {text}") \
row(LOADER_REFUSES, BAD, "{name} does not take it: {other}", "") \
row(INT13, USAGE, "\"{name}\" is no way to serve INT 13h", "the ways are {text}") \
row(MAP_SYNTAX, USAGE, "\"{name}\" is no NUMBER=pci:BB:DD.F[/portN|/nsN|/targetN]", \
	"write for example 0x80=pci:00:1f.2/port0") \
row(MAP_DOMAIN, BAD, "\"{name}\" is in a PCI domain that a BIOS does not reach", "only the domain 0000 is") \
row(MAP_NUMBER, BAD, "\"{name}\" has no hard disk's number", "write hd0 to hd127, or 0x80 to 0xFF") \
row(MAP_TWICE, BAD, "\"{name}\" names a number or a disk a second time", "") \
row(MAP_MANY, BAD, "there are more than {limit} drives", "") \
row(MAP_UNSERVED, USAGE, "without a driver no drive can be served", "take --int13 auto or a driver's name") \
row(GEOMETRY, USAGE, "\"{name}\" is no C,H,S", "three numbers up to 1024,256,63 with commas between") \
row(COMPRESS, USAGE, "\"{name}\" is neither none nor zlib[:LEVEL]", "LEVEL is 1 to 9") \
row(NOT_TAKEN, USAGE, "it is for {text}, not for --{name}", "") \
row(VARIANT, USAGE, "\"{name}\" is no KIND=FILE", "the kinds are {text}") \
row(PARTITION, USAGE, "\"{name}\" is no partition's number", "they count from 1") \
row(BPB, USAGE, "\"{name}\" is no list of hidden and drive", "") \
row(SECTOR_SIZE, BAD, "no disk has sectors of {count} bytes", "they have 512 or 4096") \
row(VALUES_MANY, BAD, "given more than {limit} times", "") \
/* the plan */ \
row(NO_PIECES, BAD, "there is nothing to carry", "") \
row(TOO_MANY, BAD, "there are more than {limit} pieces", "") \
row(PIECE_SIZE, BAD, "the piece {name} has no bytes", "") \
row(PIECE_NAME, BAD, "a piece has no usable name", "") \
row(SAME_NAME, BAD, "two pieces have the name {name}", "") \
row(ORDER, BAD, "the piece {name} at {range} does not stand in order", "") \
row(BEYOND, BAD, "the piece {name} at {range} ends beyond 4 GiB", "the stub reaches the first 4 GiB only") \
row(OVERLAP, BAD, "the piece {name} at {range} overlaps the piece {other} at {other_range}", \
	"move one of them") \
row(RESERVED, BAD, "the piece {name} at {range} overlaps {other} at {other_range}", \
	"give it another address") \
row(FIRMWARE_HIGH, BAD, "the piece {name} at {range} is no firmware's memory, which ends below 1 MiB", "") \
row(SERVICES_ROOM, BAD, "the piece {name} at {range} overlaps {other} at {other_range}", \
	"give it another address, or take --int13 firmware") \
row(SERVICES_NONE, HOST, "this rjpack was built without the service \"{name}\"", "") \
row(SERVICES_SIZE, BAD, "the services have {count} bytes, and there is room for {limit}", \
	"name one driver with --int13") \
row(NO_ENTRY, USAGE, "nothing says where to start", "give --entry SEG:OFF") \
row(ENTRY_OUTSIDE, BAD, "the entry {name} = {at} is outside every piece", \
	"give --entry an address in a piece") \
row(BASE_HIGH, BAD, "loaded at {range} the image ends beyond 4 GiB", "give a lower --base") \
row(STACK, NOTE, "warning: the stack {name} grows down into the piece {other} at {other_range}", \
	"--reg ss= and --reg esp= move it") \
/* payloads */ \
row(MBR_SHORT, BAD, "{count} bytes are no boot sector, which has 512, and too many for packaged MBR code, which has at most 446", "") \
row(MBR_SIGNATURE, BAD, "it has no boot sector's signature", "--raw FILE@ADDRESS --entry SEG:OFF takes any bytes") \
row(CORE_SHORT, BAD, "it is cut short: by its own headers core.img has at least {limit} bytes, here are {count}", \
	"make it again with grub-mkimage -O i386-pc") \
row(CORE_LARGE, BAD, "{count} bytes are more than the {limit} that GRUB's core.img can have", \
	"leave out modules") \
row(CORE_PXE, BAD, "it is GRUB for network boot (i386-pc-pxe), which works through the PXE stack of a network card's ROM, and that is gone", \
	"make it with grub-mkimage -O i386-pc, its files in it (-m) or on a disk") \
row(CORE_BEHIND, BAD, "no core.img stands at {at}, behind {name}", "make it again, from grub-mkimage -O i386-pc") \
row(CORE_BOOT, BAD, "boot.img names sector {count} for core.img, but {name}", \
	"give core.img itself, or with --mbr the boot sector alone") \
row(CORE_MAGIC, BAD, "it is no core.img of GRUB for i386-pc", "make it with grub-mkimage -O i386-pc") \
row(CORE_ENTRY, BAD, "core.img does not start with a far jump in its second sector", "make it again with grub-mkimage -O i386-pc") \
row(CORE_BLOCKS, BAD, "diskboot.img's list of blocks is damaged", "make it again with grub-mkimage -O i386-pc") \
row(LEGACY_MAGIC, BAD, "it is no stage2 of GRUB Legacy", "--grub takes GRUB 2") \
row(LEGACY_STAGE1_5, BAD, "it is GRUB Legacy's {name}, which only reads stage2 from a file system", "give stage2") \
row(LEGACY_STAGE1, BAD, "stage1 has no place for a partition and a menu", "give stage2") \
row(LEGACY_BEHIND, BAD, "stage1 names sector {count} for stage2, and there is none", "give stage2") \
row(LEGACY_BLOCKS, BAD, "stage2's list of blocks, in sector {count}, is damaged or leads out of the file", "give stage2") \
row(LEGACY_SHORT, BAD, "it is cut short: stage2 has at least {limit} bytes from its code on, here are {count}", "") \
row(LEGACY_LARGE, BAD, "{count} bytes are more than the {limit} that stage2 has room for", "") \
row(LEGACY_MENU, BAD, "the menu's path has {count} bytes, and stage2 has room for {limit}", "shorten it") \
row(PARTITION_TABLE, BAD, "it has no partition table", "") \
row(PARTITION_GPT, BAD, "its GPT is damaged, the backup in the last sector too", \
	"--sector-size may help if its sectors are not known") \
row(PARTITION_NONE, BAD, "it has no partition {count}", "") \
row(PARTITION_ACTIVE, BAD, "none of its partitions is active", "choose one with --partition N") \
row(PARTITION_BOUNDS, BAD, "the partition starts behind the disk's end", "") \
row(VBR_SHORT, BAD, "{count} bytes are no boot sector, which has {limit}", "") \
row(VBR_SIGNATURE, BAD, "the partition's first sector has no boot sector's signature", \
	"nothing that boots by BIOS is installed there") \
row(VBR_NO_BPB, BAD, "the boot sector has no BIOS parameter block that is known", "leave out --bpb") \
row(VBR_HIDDEN, BAD, "the sector {count} does not fit into the BIOS parameter block", "leave out --bpb hidden") \
row(SYSLINUX_MAGIC, BAD, "neither SYSLINUX nor EXTLINUX is the name in the boot sector", "--vbr takes any partition's boot sector") \
row(ISOLINUX_NONE, BAD, "what the CD boots is no isolinux.bin", "--disk carries any CD") \
row(ISOLINUX_OTHER, BAD, "the CD {name} boots by another isolinux.bin", "--disk alone boots the CD by its own") \
row(ISOLINUX_SUM, BAD, "by its boot information isolinux.bin has {limit} bytes and another checksum, here are {count}", "it is cut short or damaged") \
row(ISOLINUX_TABLE, BAD, "isolinux.bin has no boot information, by which it finds itself on its CD", \
	"give the CD's image, or this with --disk and the CD's image") \
row(ISOLINUX_SIZE, BAD, "{count} bytes are no isolinux.bin, which has more than 2048 and at most {limit}", "") \
row(LINUX_HEADER, BAD, "it has no Linux boot header: neither HdrS at 202h nor, as before protocol 2.00, a size at 1F4h", "") \
row(LINUX_OLD, BAD, "the kernel's boot protocol is older than 2.00 and has no initrd", "leave --initrd out") \
row(LINUX_FIRMWARE, NOTE, "its setup part belongs at {at}, where the services for INT 13h work: --int13 firmware is used", "") \
row(LINUX_FLAG, BAD, "it has a Linux boot header without the boot flag", "") \
row(LINUX_CUT, BAD, "it is cut short: by its Linux boot header it has at least {limit} bytes, here are {count}", "") \
row(LINUX_ZIMAGE, BAD, "the {count} bytes of its zImage are more than the {limit} that have room below the stub", "make it a bzImage") \
row(LINUX_NEEDS, BAD, "it does nothing without {name}", "give that with --initrd") \
row(LINUX_VGA, USAGE, "vga={text} is no video mode", "it is normal, ext, ask, or a number") \
row(LINUX_APPEND, BAD, "the command line has {count} characters, and the kernel takes {limit}", "") \
row(INITRD_ROOM, BAD, "{count} bytes do not fit between {at}, where the kernel leaves room, and {limit_hex}, where it or mem= wants them to end", "") \
row(NBP_STACK, BAD, "it is {name}, which needs the PXE stack of a network card's ROM", "there is none after an operating system has run; ipxe.pxe brings its own drivers") \
row(NBP_LARGE, BAD, "{count} bytes are more than the {limit} that a PXE boot program can have here", "") \
row(NBP_LINUX, BAD, "it has a Linux boot header", "--linux starts it") \
row(GZIP_CUT, BAD, "the gzip file is cut short at {at}", "") \
row(GZIP_DAMAGED, BAD, "the gzip file is damaged before {at}", "") \
row(GZIP_LARGE, BAD, "more than {limit} bytes are in the gzip file", "a RAM disk stands below 4 GiB") \
row(GZIP_BEHIND, BAD, "what stands behind the gzip file's end is none", "") \
row(FOREIGN, BAD, "it is {name}", "{other}") \
row(DISK_BOOTS_NOT, BAD, "its first sector has no boot sector's signature", "no BIOS boots it") \
row(DISK_LARGE, BAD, "{count} bytes are too many", "a RAM disk stands below 4 GiB") \
row(DISK_SIGNATURE, BAD, "it has the size of a hard disk's image, but no boot sector's signature", \
	"for a floppy of unusual size, add --boot-drive fd0") \
row(GEOMETRY_NONE, BAD, "{count} sectors are more than a standard floppy has", "give --geometry C,H,S") \
row(GEOMETRY_CD, BAD, "a CD has no --geometry", "") \
row(BOOT_DRIVE, BAD, "{found} is not a number for a {name}", \
	"a floppy disk has 0 to 7Fh, a hard disk or CD 80h to FFh") \
row(ISO_BOOT, BAD, "it is an ISO 9660 image without a boot record (El Torito)", "it boots nothing") \
row(ISO_CATALOG, BAD, "its boot catalog (El Torito) is damaged: {name}", "") \
row(ISO_ENTRY, BAD, "its boot catalog (El Torito) has nothing for a PC BIOS", "it may boot by UEFI only") \
row(ISO_BOUNDS, BAD, "its boot catalog (El Torito) leads out of the file", "it is cut short or damaged") \
row(INFLATE, BAD, "the RAM disk's compressed bytes are damaged", "") \
row(WORD, USAGE, "\"{name}\" is none of these: {other}", "") \
row(CHAIN_SIGNATURE, BAD, "it is not {name}; the signature is: {other}", \
	"--raw FILE@ADDRESS --entry SEG:OFF takes any bytes") \
row(CHAIN_LARGE, BAD, "{count} bytes are too many for {name}: there is room for {limit}", \
	"start it from its disk, by the partition's boot sector with --vbr") \
row(CHAIN_SECTOR, BAD, "it is {name}, which knows its partition by the boot sector", \
	"give that with --boot-sector: the partition, or the disk and --partition N") \
row(CHAIN_BPB, BAD, "the boot sector has no BIOS parameter block that is known", \
	"give that of the partition which the payload is from") \
row(CHAIN_PART, NOTE, "the first {count} bytes are carried; their code reads the rest from the disk", "") \
row(DOS_FAT, BAD, "the partition is no FAT12 or FAT16, and these versions of DOS know no other", "") \
row(DOS_ROOT, BAD, "it ends before the root directory, which DOS needs too", \
	"give the partition or the disk, not only the boot sector") \
row(DOS_FILES, BAD, "its root directory has neither IO.SYS and MSDOS.SYS nor IBMBIO.COM and IBMDOS.COM", "") \
row(UNKNOWN_KIND, BAD, "no kind of payload recognises it", "say what it is with {text} --entry SEG:OFF") \
row(AMBIGUOUS, BAD, "it is not certain what it is: {text}", "settle it with the option") \
/* snapshots */ \
row(UEFI_MACHINE, BAD, "this machine was booted by UEFI: it has no BIOS whose memory could be kept", \
	"boot it by BIOS or CSM") \
row(MEM_ROOT, HOST, "cannot open it: {errno}", "only root may") \
row(MEM_LOCKED, HOST, "cannot open it: {errno}", \
	"the kernel is locked down (Secure Boot or lockdown=), or this root lacks CAP_SYS_RAWIO, as in a container") \
row(MEM_NONE, HOST, "cannot open it: {errno}", "the kernel is built without it (CONFIG_DEVMEM)") \
row(MEM_READ, HOST, "cannot read {range}: {errno}", "the kernel keeps it to itself") \
row(MEM_SHORT, BAD, "it ends before {range}", "") \
row(IOMEM, HOST, "it does not tell where System RAM is", "only root sees the addresses") \
row(SYSTEM_RAM, BAD, "{range} overlaps System RAM at {other_range}, which is the operating system's", \
	"take only what the firmware has reserved") \
row(IVT_ZERO, BAD, "the interrupt vectors are all zero", \
	"without them a snapshot is worthless; take it right after the machine was booted by its BIOS") \
row(IVT_VECTOR, BAD, "the interrupt vector {found} points to {at}, where no BIOS can be", \
	"take the snapshot right after the machine was booted by its BIOS") \
row(BASE_MEMORY, BAD, "the BIOS data area tells of {count} KiB of base memory, which cannot be", \
	"take the snapshot right after the machine was booted by its BIOS") \
row(RANGE, USAGE, "\"{name}\" is no ADDRESS+LENGTH", "write for example 0x9E000+4K") \
row(RANGE_EMPTY, BAD, "the range at {at} has no bytes", "") \
row(RANGE_BEYOND, BAD, "the range {range} ends beyond 1 MiB", "") \
row(RANGE_RESERVED, BAD, "the range {range} overlaps {other} at {other_range}", \
	"that cannot be put back") \
row(RANGE_TWICE, BAD, "the range {range} overlaps {other_range}, which is in the snapshot already", "") \
row(RANGES_MANY, BAD, "there are more than {limit} ranges", "") \
row(SNAPSHOT_MAGIC, BAD, "it is no snapshot", "rjpack snapshot makes one") \
row(SNAPSHOT_VERSION, BAD, "the snapshot's version is unknown", "another version of rjpack made it") \
row(SNAPSHOT_SIZE, BAD, "{count} bytes are not the {limit} of its ranges", "it is cut short or damaged") \
row(SNAPSHOT_CRC, BAD, "the snapshot's CRC-32 is wrong", "take it again") \
row(SNAPSHOT_ORDER, BAD, "the range {range} stands where it may not", \
	"the vectors come first, and addresses ascend") \
row(HOOKS, NOTE, "INT 13h led to {count} resident handlers, as rjpack and MEMDISK leave them", \
	"the snapshot has the vectors and base memory from before") \
row(HOOK_UNKNOWN, NOTE, "warning: INT 13h leads to {at} in base memory, to neither the BIOS nor rjpack", \
	"take the snapshot after a reset") \
row(EBDA_NONE, NOTE, "the BIOS data area names no EBDA", "none is taken") \
row(EBDA_ODD, NOTE, "warning: no EBDA can be at {at} with {count} KiB", "none is taken") \
/* notes */ \
row(FIRST_SECTOR, NOTE, "only the first sector is carried, {count} bytes behind it are not", \
	"--raw FILE@ADDRESS would carry them") \
row(NO_TABLE, NOTE, "MBR code of {count} bytes without a partition table", \
	"such code finds an empty table; pack the first sector of the disk to carry the disk's") \
row(WITH_CORE, NOTE, "boot.img with core.img at sector {count}: both are carried, core.img starts without a disk read", "") \
row(CORE_TAKEN, NOTE, "{name} with core.img behind it: core.img alone is carried", "") \
row(CD_DRIVE, NOTE, "it looks for the rest on the CD in drive {at}", "--disk ISO carries a CD, --drive names another drive") \
row(CORE_LEFT, NOTE, "boot.img names sector {count} for core.img, but {name}", \
	"the boot sector alone is carried and reads core.img from its disk") \
row(GPT_BACKUP, NOTE, "warning: its primary GPT is damaged; the backup in the last sector is taken", "") \
row(DISK_CORE, NOTE, "its MBR is GRUB's: core.img at sector {count} is carried and started", "") \
row(DISK_NO_CODE, BAD, "its MBR has no code, so no BIOS boots it", \
	"--vbr carries a partition's boot sector") \
row(DISK_BPB, BAD, "its {name} is carried, which has no BIOS parameter block to set", \
	"--vbr carries the active partition's boot sector, which has one") \
row(DISK_PARTITION, NOTE, "its MBR starts the active partition: the boot sector of partition {count} ({name}) at sector {limit} is carried and started", "") \
row(DISK_ALONE, NOTE, "it has a file system instead of partitions: its first sector is carried and started", "") \
row(DISK_MBR, NOTE, "its MBR is carried and started: {name}", "") \
row(NBP_UNKNOWN, NOTE, "it is started without a PXE stack", "it has to do with drivers of its own") \
row(DISK_PADDED, NOTE, "{count} bytes are no whole sectors; zeros behind them make it {limit}", "") \
row(LEGACY_READS, NOTE, "stage1 reads stage2 from sector {count} of drive {at}", "") \
row(DISK_UNSIGNED, NOTE, "its first sector has no boot sector's signature", "it is started anyway") \
row(DISK_FILLED, NOTE, "it has {count} of the disk's {limit} sectors", "the rest reads as zeros") \
row(DISK_CUT, NOTE, "warning: its {name} says {limit} sectors, and the disk has {count}", "give the whole image{text}") \
row(DISK_HIDDEN, NOTE, "warning: its BIOS parameter block says that {count} sectors precede it, and here {limit} do", \
	"if it is a partition's image, give the whole disk's, or add --bpb hidden") \
row(DISK_SECTORS, NOTE, "warning: its BIOS parameter block says sectors of {count} bytes, and the disk's have {limit}", \
	"add --sector-size {count}") \
row(DISK_CHS, NOTE, "warning: no geometry fits its whole partition table; it gets {text}", "--geometry C,H,S sets another") \
row(DISK_SMALL, NOTE, "it has only {count} bytes, and becomes a hard disk", "for a floppy disk, add --boot-drive fd0") \
row(ISO_CUT, NOTE, "warning: its file system has {limit} sectors of 2048 bytes, and the file has {count}", \
	"it is cut short: give the whole image") \
row(ISO_DISK, NOTE, "warning: it is a CD, and also a disk whose partitions leave out the CD's file system; the CD is booted", \
	"for the disk, add --boot-drive hd0") \
row(ISO_SUM, NOTE, "the checksum of its boot catalog (El Torito) is wrong", "BIOSes boot it anyway") \
row(ISO_LOADED, NOTE, "warning: its boot catalog (El Torito) asks for {count} bytes, and {limit} have room", "the rest is not loaded") \
row(ISO_EMULATED, NOTE, "warning: the disk that it emulates has {limit} sectors, and the file has {count} of them", \
	"it is cut short: give the whole image") \
row(VBR_ELSEWHERE, NOTE, "warning: it starts at sector {limit}, and its BIOS parameter block says {count}", "add --bpb hidden") \
row(DETECTED, NOTE, "detected: {name}: {text}", "") \
row(CARRIED, NOTE, "{name}: {count} bytes at {range}", "") \
row(EXTRACTED, NOTE, "{name}: {count} bytes", "") \
/* images */ \
row(NO_STUB, BAD, "no stub of rjpack is in it", "it is no image that rjpack made") \
row(NO_CONTAINER, BAD, "it is in no container that is known", "") \
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
row(PIECE_BOUNDS, BAD, "the piece {name} at {range} of the image stands outside of its place {other_range}", "") \
row(SERVICES_PIECE, BAD, "the piece {name} at {range} is no services'", "") \
row(SERVICES_BLOCK, BAD, "the services' {name} is wrong", "") \
row(DISK_CRC, BAD, "the CRC-32 of the RAM disk is wrong", "") \
row(IMAGE_SIZE, BAD, "the image ends beyond the file", "the file is cut short") \
row(PAYLOAD_SIZE, BAD, "the payload file's size is wrong", "it is cut short, or something stands behind it") \
row(PAYLOAD_OFFSET, BAD, "the piece {name} is not where the payload file has it", "") \
row(PAYLOAD_GIVEN, BAD, "a payload file cannot boot what is given to it", \
	"give --format payload something to pack") \
row(PAYLOAD_LARGE, BAD, "{count} bytes are too many for a payload file", "it stands below 4 GiB") \
row(FILE_SIZE, BAD, "the file's size is not that of its Linux header", "it is cut short, or something stands behind it") \
row(FILE_CRC, BAD, "the image checksum is wrong", "a byte of the file was changed") \
row(LINUX_FIELD, BAD, "the Linux header's {name} is wrong", "") \
row(ELF_PARSE, BAD, "it is no ELF file: {name}", "") \
row(ELF_FIELD, BAD, "the ELF {name} is wrong", "") \
row(ELF_SECTION, BAD, "the ELF section of the piece {name} does not match it", "") \
row(FRONT_PART, BAD, "the {name} is wrong", "") \
row(STRAY_MULTIBOOT, BAD, "a stray multiboot header stands at {at}", "kexec would take the image for another") \
/* command line */ \
row(TWO_PAYLOADS, USAGE, "there are two payloads, {name} and {other}", "only --disk and --raw stand beside another") \
row(NO_PAYLOAD, USAGE, "there is no payload", "give a file; rjpack --help lists the options for it") \
row(NO_OUTPUT, USAGE, "there is no output", "name it with -o FILE, or try --dry-run") \
row(NO_FILE, USAGE, "there is no output", "name it with -o FILE") \
row(NO_IMAGE, USAGE, "there is no image", "name one") \
row(NO_DIRECTORY, USAGE, "there is no directory", "name it with -C DIR") \
row(NOT_WITH, USAGE, "it does not go with {name}", "") \
row(EXTRA, USAGE, "it is one argument too many", "") \
row(BAD_OPTION, USAGE, "there is no such option", "see rjpack --help") \
row(NEEDS_ARGUMENT, USAGE, "the option needs {name}", "see rjpack --help") \
row(CONFIG_TEXT, BAD, "it is no text of up to {limit} bytes", "give --config an INI file") \
row(CONFIG_SECTION, USAGE, "there is no section \"{name}\"", "the sections are {text}") \
row(CONFIG_KEY, USAGE, "there is no key \"{name}\"", \
	"the keys are the long options of rjpack --help, without the dashes") \
row(CONFIG_NEAR, USAGE, "there is no key \"{name}\"", "did you mean {other}?") \
row(CONFIG_FLAG, USAGE, "\"{name}\" is neither yes nor no", "") \
row(CONFIG_TWICE, USAGE, "there is a second configuration file, {name}", "give one") \
row(DEPFILE_NAME, USAGE, "make or ninja cannot read the name \"{name}\"", "rename the file") \
row(DEPFILE_STDOUT, USAGE, "standard output has no name for the rule", "name the output with -o FILE") \
row(DEPFILE_OUTPUT, USAGE, "it is the name of the image, too", "give --depfile another") \
row(WRONG_COMMAND, USAGE, "the option does not belong to rjpack {name}", "see rjpack --help") \
row(SHELL, USAGE, "there are no completions for it", "the shells are {text}")

enum rj_err {
#define RJ_ERROR_ENUM(code, class, what, todo) RJ_ERR_##code,
	RJ_ERRORS(RJ_ERROR_ENUM)
#undef RJ_ERROR_ENUM
	RJ_ERROR_COUNT
};
#define RJ_OK RJ_ERR_OK

/* Strings are not copied: they live in argv, in the plan, or forever. */
struct rj_error {
	enum rj_err code;
	int os_error;           /* an errno */
	const char *subject;    /* the file or the option that is at fault */
	const char *name, *other;
	uint64_t at, end, other_at, other_end;
	bool located;           /* offset `at`, `expected` and `found` are told */
	uint64_t expected, found;
	uint64_t count, limit;
	char text[1000];
};

/*
 * Functions give RJ_OK, or set *err and give its code; after RJ_OK what is in
 * *err says nothing. This sets it, as in rj_fail(err, RJ_ERR_READ, .at = 512).
 */
#define rj_fail(err, ...) rj_fail_with((err), &(struct rj_error){ .code = __VA_ARGS__ })

static inline enum rj_err rj_fail_with(struct rj_error *err, const struct rj_error *values)
{
	*err = *values;
	return values->code;    /* no RJ_OK, as who calls it can see */
}

/* Another one in err->text, behind a comma: printf's format. What has no room is left out. */
void rj_error_list(struct rj_error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The words of a code; expanding the placeholders is the caller's. */
const char *rj_error_what(enum rj_err code);
const char *rj_error_todo(enum rj_err code);
enum rj_class rj_error_class(enum rj_err code);

/* Called once for each finding of a check; the error is the callee's to copy. */
typedef void rj_finding(void *context, const struct rj_error *error);

#endif
