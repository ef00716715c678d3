/* SPDX-License-Identifier: MIT */
/*
 * Second stages that a partition's boot sector loads: what it would have read, the address,
 * and the registers that it would have passed.
 *
 * The sources differ. Where the payload's own source is published, this file follows it:
 *
 * NTLDR, BOOTMGR  read their files by the parameter block of the boot sector at 0:7C00,
 *                 so hidden sectors and drive must be correct there. GRUB 2 (ntldr.c)
 *                 passes the drive in DX; GRUB4DOS puts the partition in DH, which nothing
 *                 is known to read.
 * FREELDR         boot/freeldr: fat.S loads it at F800h; fathelp.inc passes the drive in DL
 *                 and the partition in DH, from 1, 0 for the active one. GRUB4DOS counts
 *                 from 0, with FFh for none, which means a CD-ROM to FREELDR. Its PE file is
 *                 at 10000h, from byte 800h on.
 * FreeDOS         boot/boot.asm moves to 1FE0:7C00 and leaves DS, SS, BP and SP there;
 *                 kernel.asm reads the drive from BL. The kernel would overwrite a boot
 *                 sector at 0:7C00, where GRUB4DOS has it.
 * EDR-DOS, DR-DOS drbio/init.asm: DS:BP is the boot sector, whose hidden sectors are read;
 *                 at segment 70h the drive is in DL. FreeDOS's boot sector loads it, so the
 *                 sector is where FreeDOS's leaves it.
 * MS-DOS 3 to 6   src/BOOT/MSBOOT.ASM and src/BIOS/MSLOAD.ASM of MS-DOS 4.0: the boot sector
 *                 is at 0:7C00 (nothing reads chain.c32's 8000:7C00), the directory entries
 *                 are at 500h (MSINIT.ASM reads MSDOS.SYS's cluster at 53Ah); DL, CH and
 *                 AX:BX are set. The loader at the file's start reads the rest from the
 *                 disk, so only what fits below the stack is carried, as in FreeDOS's
 *                 oemboot.asm.
 * MS-DOS 7        its boot sector loads four sectors at 70:0 and enters them at 70:200; that
 *                 loader reads the rest by cluster numbers that the boot sector has in SI:DI,
 *                 and starts the file's byte 800h at 70:0. chain.c32 enters the loader, but
 *                 without the cluster. GRUB4DOS does what the loader would, and so does this
 *                 file: no disk is read. The stack is out of the file's way.
 * GRLDR           GRUB4DOS's own: DH is the partition from 0, FFh for none.
 * DRMK            only chain.c32 documents it: its boot sector is at 2000:0, in DS:BP.
 */
#include "payload/payload.h"

#include <stdlib.h>
#include <string.h>

#include "abi/layout.h"
#include "common/boot_sector.h"
#include "common/le.h"
#include "disk/dos_root.h"
#include "disk/vbr.h"
#include "payload/partition_options.h"

static const struct payload_option option_boot_sector = {
	.name = "boot-sector", .argument = "FILE",
	.help = "the partition's boot sector, or a disk with it", .file = true, .device = true,
};

/* The file of --boot-sector, or NULL. */
static const struct rj_input *boot_sector(const struct rj_plan *plan)
{
	const struct rj_setting *setting = payload_setting(plan, &option_boot_sector, 0);

	return setting ? setting->input : NULL;
}

#define HEAD_SIZE 0x2200u               /* bytes that the detectors read */

#define MEDIA_FLOPPY 0xF0u
#define MEDIA_DISK   0xF8u
#define HARD_DISK    0x80u              /* first number */

#define DOS_DIRECTORY 0x500u            /* where MSBOOT loads the root directory */
#define DOS_LOADED    0x7400u           /* bytes: 58 sectors, from 700h to 7B00h */
#define DOS_ADDRESS   0x700u
#define MSDOS_MAX     0x10000u
#define NTLDR_ADDRESS 0x20000u

#define FREEDOS_SECTOR 0x1FE00u         /* the segment of its boot sector, as an address */
#define FREEDOS_SP     (BOOT_SECTOR - 0x60u)
#define FREEDOS_STACK  0x2000u          /* GRUB 2 leaves as much below SP */
#define FREEDOS_END    (FREEDOS_SECTOR + FREEDOS_SP - FREEDOS_STACK)

#define DRMK_SECTOR    0x20000u
#define HIGH_STACK     0x70000u         /* a stack segment below STUB_HOME, as an address */
#define HIGH_SP        0xFFF0u

/* What DH contains. */
enum { DH_NONE, DH_PARTITION, DH_PARTITION0, DH_MEDIA };

struct chain {
	/* RJ_DETECT_MAYBE is enough if the user named this row. */
	enum rj_detected (*is)(const uint8_t *head, uint64_t size);
	uint32_t address;               /* where it is loaded and entered, a multiple of 16 */
	uint32_t skip;                  /* bytes at the file's start that are not loaded */
	uint32_t carried;               /* bytes carried at most; 0: all */
	uint32_t end;                   /* what is loaded must end here or before */
	bool needs_sector;              /* the boot sector is required */
	uint32_t sector_at;             /* where the boot sector is, or 0 */
	bool directory;                 /* also the root directory, AX:BX and CH */
	bool in_bl;                     /* the drive is also in BL */
	uint8_t dh;                     /* DH_* */
	const char *oem;                /* 8 bytes for the boot sector's OEM name; or NULL */
	struct rj_regs regs;            /* ds, ss, esp, ebp, esi */
};

/* NTLDR's jump; FREELDR has one too, but also a boot sector signature. */
static enum rj_detected is_ntldr(const uint8_t *head, uint64_t size)
{
	if (head[0] != 0xE9 || head[2] != 0x01 || boot_sector_is_signed(head))
		return RJ_DETECT_NO;
	return size > 0x30000 ? RJ_DETECT_YES :         /* Windows 2000 and later */
	       size > 0x20000 ? RJ_DETECT_MAYBE : RJ_DETECT_NO;
}

/* CMLDR has NTLDR's jump, and nothing that distinguishes it from NTLDR. */
static enum rj_detected is_cmldr(const uint8_t *head, uint64_t size)
{
	return is_ntldr(head, size) ? RJ_DETECT_MAYBE : RJ_DETECT_NO;
}

static enum rj_detected is_freeldr(const uint8_t *head, uint64_t size)
{
	bool jumps = memcmp(head, "\xE9\xFD\x01", 3) == 0;

	return size > 0x1000 && jumps && boot_sector_is_signed(head) &&
	       memcmp(head + 0x800, "MZ", 2) == 0 ? RJ_DETECT_YES : RJ_DETECT_NO;
}

static enum rj_detected is_freedos(const uint8_t *head, uint64_t size)
{
	return size > 0x4000 && head[0] == 0xEB && memcmp(head + 2, "CONFIG", 6) == 0 ?
	       RJ_DETECT_YES : RJ_DETECT_NO;
}

/* MSLOAD.ASM: a jump, the version of DOS, a stack of 64 words; at most 64 KiB. */
static bool is_msload(const uint8_t *head, uint64_t size, uint8_t from, uint8_t to)
{
	static const uint8_t stack[128];
	bool jumps = head[0] == 0xE9 || (head[0] == 0xEB && head[2] == 0x90);

	return size > 0x2000 && size <= MSDOS_MAX && jumps && head[3] >= from &&
	       head[3] <= to && head[4] < 100 && memcmp(head + 5, stack, sizeof(stack)) == 0;
}

/* Before version 4 there is only the jump. */
static enum rj_detected is_msdos(const uint8_t *head, uint64_t size)
{
	if (is_msload(head, size, 4, 6))
		return RJ_DETECT_YES;
	return size > 0x1000 && size <= MSDOS_MAX && head[0] == 0xE9 &&
	       !boot_sector_is_signed(head) ? RJ_DETECT_MAYBE : RJ_DETECT_NO;
}

static enum rj_detected is_pcdos(const uint8_t *head, uint64_t size)
{
	if (is_msload(head, size, 7, 7))
		return RJ_DETECT_YES;
	return is_msdos(head, size) ? RJ_DETECT_MAYBE : RJ_DETECT_NO;
}

static enum rj_detected is_msdos7(const uint8_t *head, uint64_t size)
{
	return size > 0x10000 && memcmp(head, "MZ", 2) == 0 && !boot_sector_is_signed(head) &&
	       memcmp(head + 0x200, "BJ", 2) == 0 && memcmp(head + 0x7FE, "MS", 2) == 0 ?
	       RJ_DETECT_YES : RJ_DETECT_NO;
}

static enum rj_detected is_drdos(const uint8_t *head, uint64_t size)
{
	bool jumps = head[0] == 0xE9 || head[0] == 0xEB;

	if (size <= 0x1000)
		return RJ_DETECT_NO;
	return (jumps && memcmp(head + 6, "COMPAQCompatible", 16) == 0) ||
	       memcmp(head, "\x2E\x80\x2E\x12\x00\x01\x1E\x50", 8) == 0 ?     /* pack101 */
	       RJ_DETECT_YES : RJ_DETECT_NO;
}

static enum rj_detected is_drmk(const uint8_t *head, uint64_t size)
{
	return size > 0x1000 && memcmp(head + 6, "Real Mod", 8) == 0 ?
	       RJ_DETECT_YES : RJ_DETECT_NO;
}

/* At 1FF8h: the offset of a dword, then its value; the code before the dword loads it. */
static enum rj_detected is_grldr(const uint8_t *head, uint64_t size)
{
	uint16_t at = le16(head + 0x1FF8);

	if (size < 0x4000 || memcmp(head, "\xEB\x3E", 2) != 0 ||
	    boot_sector_is_signed(head) || le32(head + 0x2000) != 0x008270EA ||
	    at < 0x40 || at > 0x1B8)
		return RJ_DETECT_NO;
	return le32(head + at) == le32(head + 0x1FFC) &&
	       memcmp(head + at - 5, "\xBB\xFC\x1F\x66\xB8", 5) == 0 ?
	       RJ_DETECT_YES : RJ_DETECT_NO;
}

#define NTLDR_JUMP  "E9 xx 01 at 0, no AA55h at 1FEh, more than 192 KiB"
#define NTLDR_PLACE "20000h, entry 2000:0000; the boot sector at 0:7C00"
#define NTLDR(detect) .is = (detect), .address = NTLDR_ADDRESS, .end = STUB_HOME, \
	.needs_sector = true, .sector_at = BOOT_SECTOR, .regs = { .esp = BOOT_SECTOR }
#define DOS_PLACE   "700h, entry 0070:0000; the boot sector at 0:7C00, the directory at 500h"
#define DOS(detect) .is = (detect), .address = DOS_ADDRESS, .carried = DOS_LOADED, \
	.end = BOOT_SECTOR, .needs_sector = true, .sector_at = BOOT_SECTOR, \
	.directory = true, .regs = { .esp = BOOT_SECTOR }
#define AT_FREEDOS_SECTOR .sector_at = FREEDOS_SECTOR + BOOT_SECTOR, .in_bl = true, \
	.end = FREEDOS_END, .regs = { .ds = FREEDOS_SECTOR >> 4, .ss = FREEDOS_SECTOR >> 4, \
	.esp = FREEDOS_SP, .ebp = BOOT_SECTOR }

/* row(name, help, signature, place, fields of struct chain...), in the order of detection */
#define CHAINS(row) \
	row(bootmgr, "BOOTMGR of Windows Vista and later", NTLDR_JUMP, NTLDR_PLACE, \
	    NTLDR(is_ntldr)) \
	row(ntldr, "NTLDR of Windows NT to 2003", NTLDR_JUMP, NTLDR_PLACE, NTLDR(is_ntldr)) \
	row(setupldr, "SETUPLDR.BIN of Windows NT to 2003 setup", NTLDR_JUMP, NTLDR_PLACE, \
	    NTLDR(is_ntldr)) \
	row(cmldr, "CMLDR of the Windows recovery console", "that of ntldr", \
	    NTLDR_PLACE, NTLDR(is_cmldr), .oem = "cmdcons") \
	row(freeldr, "FREELDR.SYS of ReactOS", \
	    "E9 FD 01 at 0, AA55h at 1FEh, MZ at 800h", "F800h, entry 0F80:0000", \
	    .is = is_freeldr, .address = 0xF800, .end = STUB_HOME, .dh = DH_PARTITION, \
	    .regs = { .esp = BOOT_SECTOR }) \
	row(freedos, "KERNEL.SYS of FreeDOS", "EB xx CONFIG at 0", \
	    "600h, entry 0060:0000; the boot sector at 1FE0:7C00", \
	    .is = is_freedos, .address = 0x600, AT_FREEDOS_SECTOR) \
	row(msdos, "IO.SYS of MS-DOS 3 to 6", "a jump and the version, 4 to 6, at 0", \
	    DOS_PLACE, DOS(is_msdos)) \
	row(msdos7, "IO.SYS of MS-DOS 7 and 8 (Windows 95, 98, ME)", \
	    "MZ at 0, BJ at 200h, MS at 7FEh", "700h, from byte 800h of the file on, entry 0070:0000", \
	    .is = is_msdos7, .address = DOS_ADDRESS, .skip = 0x800, .end = HIGH_STACK, \
	    .dh = DH_MEDIA, .regs = { .ss = HIGH_STACK >> 4, .esp = HIGH_SP }) \
	row(pcdos, "IBMBIO.COM of PC DOS", "a jump and the version, 7, at 0", \
	    DOS_PLACE, DOS(is_pcdos)) \
	row(drdos, "DRBIO.SYS or KERNEL.SYS of DR-DOS and EDR-DOS", \
	    "COMPAQCompatible at 6, or packed with pack101", \
	    "700h, entry 0070:0000; the boot sector at 1FE0:7C00", \
	    .is = is_drdos, .address = DOS_ADDRESS, .needs_sector = true, \
	    AT_FREEDOS_SECTOR) \
	row(drmk, "DELLBIO.BIN of Dell's real mode kernel", "Real Mod at 6", \
	    "700h, entry 0070:0000; the boot sector at 2000:0000", \
	    .is = is_drmk, .address = DOS_ADDRESS, .end = DRMK_SECTOR, .needs_sector = true, \
	    .sector_at = DRMK_SECTOR, .in_bl = true, \
	    .regs = { .ds = DRMK_SECTOR >> 4, .ss = HIGH_STACK >> 4, .esp = HIGH_SP }) \
	row(grldr, "GRLDR of GRUB4DOS", "EB 3E at 0, no AA55h at 1FEh, EA 70 82 at 2000h", \
	    "7C00h, entry 0000:7C00", \
	    .is = is_grldr, .address = BOOT_SECTOR, .end = STUB_HOME, .dh = DH_PARTITION0, \
	    .regs = { .esp = BOOT_SECTOR })

static const struct payload_variant variants[] = {
#define VARIANT(name, help, signature, place, ...) { #name, help, signature, place },
	CHAINS(VARIANT)
#undef VARIANT
};
static const struct chain chains[] = {
#define FIELDS(name, help, signature, place, ...) { __VA_ARGS__ },
	CHAINS(FIELDS)
#undef FIELDS
};
#define CHAIN_COUNT (sizeof(chains) / sizeof(chains[0]))

static const char *const reasons[CHAIN_COUNT] = {
#define REASON(name, help, signature, place, ...) help ", by its signature: " signature,
	CHAINS(REASON)
#undef REASON
};

/* Debian's grldr.img and g2ldr.img, which NTLDR starts to find GRLDR or G2LDR. */
static bool is_ntldr_img(const uint8_t *head)
{
	return memcmp(head, "\xEB\x5E\x80\x05\x20\x39\xFF\xFF", 8) == 0;
}

static void read_head(const struct rj_input *input, uint8_t *head)
{
	memset(head, 0, HEAD_SIZE);
	rj_input_peek(input, head, HEAD_SIZE, 0);
}

/* The first row that is certain about the file, or CHAIN_COUNT. */
static size_t find_row(const uint8_t *head, uint64_t size)
{
	size_t i = 0;

	while (i < CHAIN_COUNT && chains[i].is(head, size) != RJ_DETECT_YES)
		i++;
	return i;
}

static enum rj_detected chain_detect(const struct rj_input *input, const char **why)
{
	uint8_t head[HEAD_SIZE];
	size_t i;

	read_head(input, head);
	if (is_ntldr_img(head)) {
		*why = "a file by which NTLDR starts GRLDR or G2LDR, not one of them";
		return RJ_DETECT_MAYBE;
	}
	i = find_row(head, input->size);
	*why = i == CHAIN_COUNT ? "no signature of a second stage" :
	       chains[i].is == is_ntldr ?       /* the first of three with the same start */
	       "BOOTMGR, NTLDR or SETUPLDR.BIN, by its signature: " NTLDR_JUMP : reasons[i];
	return i < CHAIN_COUNT ? RJ_DETECT_YES : RJ_DETECT_NO;
}

/* The row that the user named, if the file can be that; without a name, the detected one. */
static enum rj_err choose(size_t *row, const struct rj_input *input, const char *word,
			  struct rj_error *err)
{
	uint8_t head[HEAD_SIZE];
	size_t i = 0;

	read_head(input, head);
	if (is_ntldr_img(head))
		return rj_fail(err, RJ_BAD,
			       "this is a file by which NTLDR starts GRLDR or G2LDR; "
			       "use GRLDR itself, or a core.img with --grub");
	if (!word) {
		*row = find_row(head, input->size);
		return *row < CHAIN_COUNT
		       ? RJ_OK : rj_fail(err, RJ_BAD,
					 "no signature of a second stage; "
					 "name its kind with --chain KIND=FILE");
	}
	while (strcmp(variants[i].name, word) != 0)
		i++;
	*row = i;
	if (chains[i].is(head, input->size) == RJ_DETECT_NO)
		return rj_fail(err, RJ_BAD,
			       "not %s, whose signature is: %s; "
			       "to pack any bytes, use --raw FILE@ADDRESS --entry SEG:OFF",
			       variants[i].help, variants[i].signature);
	return RJ_OK;
}

static enum rj_err add_file(struct rj_plan *plan, const struct chain *chain,
			    const char *name, const struct rj_input *input,
			    struct rj_error *err)
{
	uint64_t size = input->size - chain->skip;

	if (chain->carried && size > chain->carried)
		size = chain->carried;
	if (size > chain->end - chain->address)
		return rj_fail(err, RJ_BAD,
			       "%s bytes are too many for %s: there is room for %u; "
			       "start it from its disk, "
			       "through the partition's boot sector (--vbr)",
			       RJ_DEC(input->size), name,
			       chain->end - chain->address + chain->skip);
	if (size < input->size - chain->skip)
		rj_plan_note(plan, input->path,
			     "the first %s bytes are carried; "
			     "their code reads the rest from the disk", RJ_DEC(size));
	return rj_plan_add(plan, ".chain", chain->address, input, chain->skip, size, err);
}

static uint32_t dh_of(const struct chain *chain, uint8_t drive, uint32_t partition)
{
	switch (chain->dh) {
	case DH_PARTITION:
		return partition & UINT8_MAX;
	case DH_PARTITION0:
		return (partition - 1) & UINT8_MAX;
	case DH_MEDIA:
		return drive >= HARD_DISK ? MEDIA_DISK : MEDIA_FLOPPY;
	default:
		return 0;
	}
}

static void set_registers(struct rj_plan *plan, const struct chain *chain, uint32_t partition)
{
	uint32_t eflags = plan->regs.eflags;
	bool boots = chain->address == BOOT_SECTOR;     /* CS is 0, as for a boot sector */

	plan->regs = chain->regs;
	plan->regs.eflags = eflags;
	plan->regs.esi = chain->regs.ebp;
	plan->regs.ebx = chain->in_bl ? plan->drive : 0;
	plan->regs.edx = plan->drive | dh_of(chain, plan->drive, partition) << 8;
	rj_plan_set_entry(plan, boots ? 0 : (uint16_t)(chain->address >> 4),
			  boots ? BOOT_SECTOR : 0);
}

/* Sets AX:BX and CH, and adds the two entries at 500h. */
static enum rj_err add_directory(struct rj_plan *plan, const struct rj_vbr *vbr,
				 struct rj_error *err)
{
	struct dos_root root;
	uint8_t *bytes;

	if (dos_root_read(&root, boot_sector(plan), vbr, err))
		return err->class;
	plan->regs.eax = root.data >> 16;
	plan->regs.ebx = root.data & UINT16_MAX;
	plan->regs.ecx = (uint32_t)root.media << 8;
	bytes = malloc(sizeof(root.entries));
	if (!bytes)
		return rj_no_memory(err);
	memcpy(bytes, root.entries, sizeof(root.entries));
	return rj_plan_add_bytes(plan, ".directory", DOS_DIRECTORY, bytes,
				 sizeof(root.entries), err);
}

/* Adds what comes from the partition's boot sector, whose bytes it takes from vbr. */
static enum rj_err add_sector(struct rj_plan *plan, const struct chain *chain,
			      struct rj_vbr *vbr, struct rj_error *err)
{
	uint8_t *bytes = vbr->bytes;

	if (chain->directory && add_directory(plan, vbr, err))
		return err->class;
	if (!chain->sector_at)
		return RJ_OK;
	if (chain->oem)
		memcpy(bytes + 3, chain->oem, 8);       /* including the NUL */
	vbr->bytes = NULL;
	return rj_plan_add_bytes(plan, ".sector", chain->sector_at, bytes, vbr->size, err);
}

/* Second stages know their partition only from the parameter block, so it is corrected. */
static enum rj_err read_sector(struct rj_plan *plan, struct rj_vbr *vbr, struct rj_error *err)
{
	struct rj_vbr_choice choice = partition_choice(plan);

	choice.bpb = 0;         /* until there is known to be one */
	if (rj_vbr_read(vbr, boot_sector(plan), &choice, plan->drive, err))
		return err->class;
	if (!rj_vbr_sector_size(vbr->bytes))
		rj_fail(err, RJ_BAD,
			"the boot sector has no known BIOS parameter block; "
			"use the boot sector of the partition that the payload is from");
	else if (!rj_vbr_patch(vbr->bytes, RJ_BPB_HIDDEN | RJ_BPB_DRIVE, vbr->partition.first,
			       plan->drive, err))
		return RJ_OK;
	err->subject = vbr->path;
	rj_vbr_free(vbr);
	return err->class;
}

static enum rj_err chain_read(struct rj_plan *plan, const struct rj_input *input,
			      const struct payload_argument *argument, struct rj_error *err)
{
	uint32_t partition = partition_choice(plan).partition;
	const struct chain *chain;
	struct rj_vbr vbr;
	enum rj_err code;
	size_t row = 0;

	if (choose(&row, input, argument->word, err))
		return err->class;
	chain = &chains[row];
	if (chain->needs_sector && !boot_sector(plan))
		return rj_fail(err, RJ_BAD,
			       "this is %s, which finds its partition by the boot sector; "
			       "add --boot-sector with the partition, "
			       "or with the disk and --partition N", variants[row].help);
	if (add_file(plan, chain, variants[row].help, input, err))
		return err->class;
	set_registers(plan, chain, partition);
	if (!boot_sector(plan))
		return RJ_OK;
	code = read_sector(plan, &vbr, err);
	if (code)
		return code;
	if (!partition)
		set_registers(plan, chain, vbr.partition.number);
	code = add_sector(plan, chain, &vbr, err);
	rj_vbr_free(&vbr);
	return code;
}

const struct payload_kind payload_chain = {
	.name = "chain",
	.argument = "KIND=FILE",
	.help = "what a partition's boot sector loads: of Windows, ReactOS, DOS, GRUB4DOS",
	.signature = "that of each KIND",
	.place = "that of each KIND",
	.options = (const struct payload_option *const[]){
		&option_boot_sector, &option_partition, &option_hidden, &option_bpb, &option_sector_size, NULL },
	.variants = variants,
	.variant_count = sizeof(variants) / sizeof(variants[0]),
	.detect = chain_detect,
	.read = chain_read,
};
