/* SPDX-License-Identifier: MIT */
/*
 * Detects disks in the loader's file with the same code as rjpack on the host. A
 * gzip file is first unpacked into the largest free range. Then the disk moves to
 * where it stays, with zeros for the sectors that the file does not have.
 */
#include "abi/maker.h"

#include "common/boot_sector.h"
#include "common/disk_layout.h"
#include "common/foreign.h"
#include "common/mem.h"
#include "common/units.h"
#include "install/inflate.h"
#include "runtime/gzip.h"

#define HDRS_AT     0x202u      /* Linux/x86 boot protocol: setup_header.header */
#define HDRS        "HdrS"
#define PACK_IT     "pack it with rjpack --format payload"

rj_disk_maker make_disk;

static const struct rj_stub *stub;
static const struct rj_maker_memory *memory;

/* A file in memory. */
struct file {
	uint8_t *bytes;
	uint32_t size;
};

static size_t peek(const void *from, void *to, size_t size, uint64_t offset)
{
	const struct file *file = from;

	if (offset >= file->size)
		return 0;
	if (size > file->size - (uint32_t)offset)
		size = file->size - (uint32_t)offset;
	memcpy(to, file->bytes + (uint32_t)offset, size);
	return size;
}

/* The largest range of free memory. */
static struct file find_room(void)
{
	struct file room = { NULL, 0 };

	for (uint32_t part = 1u << 31; part >= PAGE; part /= 2) {
		uint32_t at = memory->find(room.size + part);

		if (!at)
			continue;
		room.bytes = (uint8_t *)at;
		room.size += part;
	}
	return room;
}

static void unpack(struct file *file)
{
	void *work = memory->alloc(RJ_INFLATE_WORK, sizeof(uint32_t));
	struct file room = find_room();
	int32_t error;

	if (!work || !room.size)
		stub->fail("not enough memory to unpack the initrd");
	error = gzip_unpack(room.bytes, &room.size, file->bytes, file->size, stub->crc32, work);
	if (error == RJ_INFLATE_TOO_LONG)
		stub->fail("no free range of memory is large enough for the unpacked initrd");
	if (error)
		stub->fail("the initrd is a gzip file that is cut short or damaged; load it again");
	*file = room;
}

/* Fails for files that are not disk images, by their first bytes. */
static void refuse_others(const struct file *file)
{
	uint8_t front[HDRS_AT + sizeof(HDRS)] = { 0 };
	const struct rj_foreign *foreign;

	peek(file, front, sizeof(front), 0);
	foreign = rj_foreign_of(front);
	if (foreign)
		stub->fail("the initrd is %s; %s", foreign->name, foreign->todo);
	if (memcmp(front + HDRS_AT, HDRS, sizeof(HDRS) - 1) == 0)
		stub->fail("the initrd is a Linux kernel; " PACK_IT);
	if (file->size < SECTOR_SIZE)
		stub->fail("the initrd has %u bytes; a boot sector has 512", file->size);
}

static void refuse(enum rj_layout result, uint32_t size)
{
	static const char *const words[] = {
		[RJ_LAYOUT_UNSIGNED] = "the initrd is neither a payload file nor a disk image; "
				       PACK_IT,
		[RJ_LAYOUT_NUMBER] = "rj.drive= does not fit the type of the disk image",
		[RJ_LAYOUT_CD_GEOMETRY] = "rj.geometry= does not apply to a CD",
		[RJ_LAYOUT_NO_GEOMETRY] = "%u bytes is not a standard floppy size; "
					  "add rj.geometry=C,H,S",
		[RJ_LAYOUT_LARGE] = "a disk image of %u bytes does not fit below 4 GiB",
		[RJ_LAYOUT_NO_BOOT] = "the initrd is a CD image that a BIOS cannot boot",
	};

	if (result != RJ_LAYOUT_OK)
		stub->fail(words[result], size);
}

/* Reads the disk options on the loader's command line. */
static struct rj_disk_wish read_wish(void)
{
	const char *geometry = stub->boot_option("rj.geometry");
	struct rj_disk_wish wish = {
		.has_number = stub->boot_option("rj.drive") != NULL,
		.number = (uint8_t)stub->manifest->regs.edx };

	if (geometry && !rj_geometry_read(geometry, &wish.geometry))
		stub->fail("rj.geometry=%s is not C,H,S: three numbers up to 1024,256,63", geometry);
	return wish;
}

/* Starts boot code as a BIOS does: 07C0:0 as 0:7C00. */
static void boot(const uint8_t *bytes, uint32_t size, uint16_t segment, uint8_t drive)
{
	uint32_t at = (uint32_t)segment << 4;
	struct rj_regs *regs = &stub->manifest->regs;

	if (at < LOW_MEMORY || at + size > STUB_HOME)
		stub->fail("the CD loads its boot image to %x, which is not free memory", at);
	memcpy((void *)at, bytes, size);
	regs->cs = segment & 0xF000;
	regs->ip = (uint16_t)at;
	regs->edx = (regs->edx & ~0xFFu) | drive;
}

/* Moves the disk to its final address, which it may overlap, and appends zeros. */
static uint32_t move_disk(const struct file *file, uint32_t size)
{
	uint32_t at = memory->reserve(size);

	if (!at)
		stub->fail("no free range of memory has %u bytes for the disk", size);
	memmove((void *)at, file->bytes, file->size);
	memset((void *)(at + file->size), 0, size - file->size);
	return at;
}

static uint32_t make(const struct file *file, struct rj_services *services)
{
	struct rj_bytes bytes = { peek, file, file->size };
	struct rj_disk_wish wish = read_wish();
	struct rj_disk_layout layout;
	enum boot_catalog catalog;
	uint32_t at;

	refuse(rj_disk_layout(&bytes, &wish, &layout, &catalog), file->size);
	at = move_disk(file, layout.size);
	memcpy(services->drives, layout.drives, sizeof(layout.drives));
	services->el_torito = layout.el_torito;
	services->image.size = layout.size;
	services->boot_drive = layout.drives[layout.booted].number;
	boot((const uint8_t *)at + layout.boot_offset, layout.boot_size, layout.boot_segment,
	     services->boot_drive);
	return at;
}

__attribute__((section(".first")))
uint32_t make_disk(const struct rj_stub *from, struct rj_services *services,
		   const struct rj_maker_memory *with)
{
	struct file file = { (uint8_t *)services->image.address, services->image.packed_size };

	stub = from;
	memory = with;
	if (gzip_is(file.bytes, file.size))
		unpack(&file);
	refuse_others(&file);
	if (file.size > SECTOR_SIZE)
		return make(&file, services);
	if (!boot_sector_is_signed(file.bytes))
		refuse(RJ_LAYOUT_UNSIGNED, file.size);
	memcpy((void *)BOOT_SECTOR, file.bytes, SECTOR_SIZE);
	services->image.size = 0;
	return 0;
}
