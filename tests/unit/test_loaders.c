/* SPDX-License-Identifier: MIT */
/*
 * Files of every face, made up: each is taken by a loader, and with one thing changed it
 * is refused for just that.
 */
#include "unit.h"

#include <elf.h>

#include "base/setup_header.h"
#include "common/le.h"
#include "image/loaders.h"
#include "image/multiboot.h"
#include "image/pvh.h"

#define BASE            0x100000u
#define SEGMENT_SIZE    0x1000u
#define FILE_SIZE       0xA000u

static struct rj_error error;       /* of the last call that failed */

/* In the file. */
#define SEGMENTS        0x1000u
#define HEADER1         0x1800u
#define HEADER2         0x2000u
#define HEADER1_FAR     0x2000u         /* behind what is searched */
#define HEADER2_FAR     0x8000u
#define SECTIONS        0x3000u
#define NOTE            0x4000u

/* What it has. */
#define INTERPRETER     1u
#define PVH             2u
#define MULTIBOOT       4u
#define MULTIBOOT2      8u
#define LINUX           16u

/* What is changed. */
enum change {
	NOTHING,
	NO_ELF, MACHINE, NO_SEGMENTS, SEGMENTS_17, ENTRY_BEFORE, ENTRY_BEHIND, BELOW_1M,
	ACROSS_4G, TOO_LONG, OFF_PAGE, OTHER_VIRTUAL, RELOCATED, RELOCATED_ADDEND,
	NO_INTERPRETER, AN_INTERPRETER, NO_NOTE, NOTE_NAME, NOTE_TYPE,
	NO_HEADER1, A_HEADER1, SUM1, FAR1, NO_HEADER2, SUM2, FAR2, ARCHITECTURE2,
	NO_LINUX, BOOT_FLAG, VERSION_1FF, VERSION_204, VERSION_20B, NOT_RELOCATABLE,
	NOT_HIGH, NOT_64, NOT_ABOVE_4G, NO_CMDLINE,
};

struct file {
	int class;
	unsigned has;
	enum change change;
};

static uint64_t base_of(const struct file *file)
{
	switch (file->change) {
	case BELOW_1M:  return BASE - 0x1000;
	case ACROSS_4G: return 0xFFFFF800;
	case OFF_PAGE:  return BASE + 0x800;
	default:        return BASE;
	}
}

static uint64_t entry_of(const struct file *file)
{
	uint64_t base = base_of(file) + (file->change == OTHER_VIRTUAL ? 0x1000 : 0);

	switch (file->change) {
	case ENTRY_BEFORE: return base - 1;
	case ENTRY_BEHIND: return base + SEGMENT_SIZE;
	default:           return base;
	}
}

static unsigned segment_count(const struct file *file)
{
	switch (file->change) {
	case NO_SEGMENTS: return 0;
	case SEGMENTS_17: return 17;
	default:          return 1;
	}
}

static unsigned machine_of(const struct file *file)
{
	bool swapped = file->change == MACHINE;

	return (file->class == ELFCLASS64) != swapped ? EM_X86_64 : EM_386;
}

/* The same for both classes: headers, PT_LOADs one after the other, a section. */
#define DEFINE_PUT_ELF(bits) \
static void put_elf##bits(uint8_t *bytes, const struct file *file) \
{ \
	unsigned loads = segment_count(file), all = loads; \
	enum change change = file->change; \
	bool relocated = change == RELOCATED || change == RELOCATED_ADDEND; \
	Elf##bits##_Phdr segments[20] = { 0 }; \
	Elf##bits##_Shdr section = { .sh_type = change == RELOCATED ? SHT_REL : SHT_RELA }; \
	Elf##bits##_Ehdr header = { \
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, (unsigned char)file->class, \
			     ELFDATA2LSB, EV_CURRENT }, \
		.e_type = ET_EXEC, .e_machine = (Elf##bits##_Half)machine_of(file), \
		.e_version = EV_CURRENT, \
		.e_entry = (Elf##bits##_Addr)entry_of(file), .e_phoff = SEGMENTS, \
		.e_shoff = relocated ? SECTIONS : 0, .e_ehsize = sizeof(header), \
		.e_phentsize = sizeof(segments[0]), .e_shentsize = sizeof(section), \
		.e_shnum = relocated ? 2 : 0, \
	}; \
	for (unsigned i = 0; i < loads; i++) { \
		Elf##bits##_Addr at = (Elf##bits##_Addr)(base_of(file) + i * SEGMENT_SIZE); \
		segments[i] = (Elf##bits##_Phdr){ \
			.p_type = PT_LOAD, .p_paddr = at, \
			.p_vaddr = at + (change == OTHER_VIRTUAL ? 0x1000 : 0), \
			.p_memsz = change == TOO_LONG ? UINT32_MAX : SEGMENT_SIZE }; \
	} \
	if (file->has & INTERPRETER) \
		segments[all++].p_type = PT_INTERP; \
	if (file->has & PVH) \
		segments[all++] = (Elf##bits##_Phdr){ \
			.p_type = PT_NOTE, .p_offset = NOTE, \
			.p_filesz = 2 * sizeof(struct pvh_note) }; \
	header.e_phnum = (Elf##bits##_Half)all; \
	memcpy(bytes, &header, sizeof(header)); \
	memcpy(bytes + SEGMENTS, segments, sizeof(segments)); \
	memcpy(bytes + SECTIONS + sizeof(section), &section, sizeof(section)); \
}
DEFINE_PUT_ELF(32)
DEFINE_PUT_ELF(64)

/* Behind another note. */
static void put_note(uint8_t *bytes, enum change change)
{
	struct pvh_note note = { .name_size = sizeof(PVH_NOTE_NAME), .entry_size = 8,
				 .type = 1, .name = "GNU", .entry = BASE };

	memcpy(bytes, &note, sizeof(note));
	note.type = change == NOTE_TYPE ? 1 : PVH_NOTE_ENTRY;
	memcpy(note.name, change == NOTE_NAME ? "GNU" : PVH_NOTE_NAME, sizeof(note.name));
	memcpy(bytes + sizeof(note), &note, sizeof(note));
}

static void put_multiboot(uint8_t *file, enum change change)
{
	uint8_t *header = file + (change == FAR1 ? HEADER1_FAR : HEADER1);

	multiboot_store(header);
	header[offsetof(struct multiboot_header, checksum)] ^= change == SUM1;
}

static void put_multiboot2(uint8_t *file, enum change change)
{
	uint8_t *header = file + (change == FAR2 ? HEADER2_FAR : HEADER2);

	multiboot2_store(header, BASE);
	header[offsetof(struct multiboot2_header, checksum)] ^= change == SUM2;
	if (change == ARCHITECTURE2) {          /* MIPS */
		header[offsetof(struct multiboot2_header, architecture)] += 4;
		header[offsetof(struct multiboot2_header, checksum)] -= 4;
	}
}

static unsigned version_of(enum change change)
{
	switch (change) {
	case VERSION_1FF: return 0x1FF;
	case VERSION_204: return 0x204;
	case VERSION_20B: return 0x20B;
	default:          return SETUP_VERSION;
	}
}

static void put_linux(uint8_t *setup, enum change change)
{
	unsigned flags = SETUP_XLOADFLAGS;

	flags &= change == NOT_64 ? ~XLF_KERNEL_64 : ~0u;
	flags &= change == NOT_ABOVE_4G ? ~XLF_CAN_BE_LOADED_ABOVE_4G : ~0u;
	LE_PUT(setup, struct setup_header, boot_flag, change == BOOT_FLAG ? 0 : SETUP_BOOT_FLAG);
	LE_PUT(setup, struct setup_header, header, HDRS_MAGIC);
	LE_PUT(setup, struct setup_header, version, version_of(change));
	LE_PUT(setup, struct setup_header, loadflags, change == NOT_HIGH ? 0 : LOADED_HIGH);
	LE_PUT(setup, struct setup_header, relocatable_kernel, change != NOT_RELOCATABLE);
	LE_PUT(setup, struct setup_header, xloadflags, flags);
	LE_PUT(setup, struct setup_header, cmdline_size, change == NO_CMDLINE ? 0 : 255);
}

static unsigned has_after(unsigned has, enum change change)
{
	switch (change) {
	case NO_INTERPRETER: return has & ~INTERPRETER;
	case AN_INTERPRETER: return has | INTERPRETER;
	case NO_NOTE:        return has & ~PVH;
	case NO_HEADER1:     return has & ~MULTIBOOT;
	case A_HEADER1:      return has | MULTIBOOT;
	case NO_HEADER2:     return has & ~MULTIBOOT2;
	case NO_LINUX:       return has & ~LINUX;
	default:             return has;
	}
}

static void make(uint8_t *bytes, struct file file)
{
	memset(bytes, 0, FILE_SIZE);
	file.has = has_after(file.has, file.change);
	if (file.class == ELFCLASS64)
		put_elf64(bytes, &file);
	if (file.class == ELFCLASS32)
		put_elf32(bytes, &file);
	if (file.change == NO_ELF)
		bytes[EI_MAG1] = 0;
	if (file.has & PVH)
		put_note(bytes + NOTE, file.change);
	if (file.has & MULTIBOOT)
		put_multiboot(bytes, file.change);
	if (file.has & MULTIBOOT2)
		put_multiboot2(bytes, file.change);
	if (file.has & LINUX)
		put_linux(bytes + SETUP_HEADER, file.change);
}

static const char *refusal(const char *name, struct file file)
{
	static uint8_t bytes[FILE_SIZE];
	const struct rj_loader *loader;
	struct rj_features features;
	struct rj_input input;

	assert_int_equal(rj_loader_next(&name, &loader, &error), RJ_OK);
	make(bytes, file);
	input = unit_input(bytes, sizeof(bytes));
	rj_features_read(&features, &input);
	rj_input_close(&input);
	/* cppcheck-suppress returnDanglingLifetime; a literal of the loader's */
	return loader->refuses(&features);
}

#define NOT_ELF       "not an ELF file with something to load"
#define OUTSIDE       "the entry is outside of what is loaded"
#define NOT_BETWEEN   "not loaded between 1 MiB and 4 GiB"
#define NOT_SAME      "virtual and physical addresses differ"
#define NO_MULTIBOOT  "no multiboot header"
#define NO_MULTIBOOT1 "no multiboot 1 header"
#define NO_MULTIBOOT2 "no multiboot2 header"
#define NOT_LINUX16   "no Linux/x86 header"
#define NOT_LINUX32   "no relocatable Linux/x86 header of 2.05 or later"
#define NOT_LINUX64   "kexec_file_load takes only Linux/x86 2.12 that loads above 4 GiB"
#define TAKEN_FIRST   "kexec's ELF loaders take it first, and fail in this mode"
#define NO_FACE       "no Linux header, multiboot 1 header or PVH note"

#define UNIVERSAL     ELFCLASS64, INTERPRETER | MULTIBOOT2 | LINUX
#define STRICT        ELFCLASS64, PVH | MULTIBOOT2
#define OLD           ELFCLASS32, MULTIBOOT | MULTIBOOT2
#define BZIMAGE       ELFCLASSNONE, LINUX

static const struct rule {
	const char *loader;
	struct file file;
	const char *why;
} rules[] = {
	{ "kexec-elf", { STRICT, NO_ELF }, NOT_ELF },
	{ "kexec-elf", { STRICT, MACHINE }, NOT_ELF },
	{ "kexec-elf", { OLD, MACHINE }, NOT_ELF },
	{ "kexec-elf", { STRICT, NO_SEGMENTS }, NOT_ELF },
	{ "kexec-elf", { STRICT, ENTRY_BEFORE }, OUTSIDE },
	{ "kexec-elf", { STRICT, ENTRY_BEHIND }, OUTSIDE },
	{ "kexec-elf", { STRICT, BELOW_1M }, NOT_BETWEEN },
	{ "kexec-elf", { OLD, ACROSS_4G }, NOT_BETWEEN },
	{ "kexec-elf", { STRICT, ACROSS_4G }, NOT_BETWEEN },
	{ "kexec-elf", { STRICT, TOO_LONG }, NOT_BETWEEN },
	{ "kexec-elf", { STRICT, AN_INTERPRETER }, "kexec's ELF loaders refuse an interpreter" },
	{ "kexec-elf", { STRICT, OFF_PAGE }, "not loaded at a multiple of 4 KiB" },
	{ "kexec-elf", { STRICT, SEGMENTS_17 }, "more than 16 segments" },
	{ "kexec-elf", { STRICT, NO_HEADER2 }, NO_MULTIBOOT },
	{ "kexec-elf", { STRICT, SUM2 }, NO_MULTIBOOT },
	{ "kexec-elf", { ELFCLASS32, MULTIBOOT, NO_HEADER1 }, NO_MULTIBOOT },

	{ "kexec", { UNIVERSAL, NO_LINUX }, NOT_LINUX64 },
	{ "kexec-file", { UNIVERSAL, NO_LINUX }, NOT_LINUX64 },
	{ "kexec-file", { BZIMAGE, VERSION_20B }, NOT_LINUX64 },
	{ "kexec-file", { BZIMAGE, BOOT_FLAG }, NOT_LINUX64 },
	{ "kexec-file", { BZIMAGE, NOT_RELOCATABLE }, NOT_LINUX64 },
	{ "kexec-file", { BZIMAGE, NOT_HIGH }, NOT_LINUX64 },
	{ "kexec-file", { BZIMAGE, NOT_64 }, NOT_LINUX64 },
	{ "kexec-file", { BZIMAGE, NOT_ABOVE_4G }, NOT_LINUX64 },
	{ "kexec-file", { BZIMAGE, NO_CMDLINE }, NOT_LINUX64 },
	{ "kexec-file", { UNIVERSAL, NO_INTERPRETER }, TAKEN_FIRST },
	{ "kexec-file", { UNIVERSAL, A_HEADER1 },
	  "kexec's multiboot loader takes it first, and fails in this mode" },

	{ "grub", { UNIVERSAL, NO_HEADER2 }, NO_MULTIBOOT2 },
	{ "grub", { UNIVERSAL, SUM2 }, NO_MULTIBOOT2 },
	{ "grub", { UNIVERSAL, FAR2 }, NO_MULTIBOOT2 },
	{ "grub", { UNIVERSAL, ARCHITECTURE2 }, NO_MULTIBOOT2 },
	{ "grub", { UNIVERSAL, RELOCATED }, "there are relocations" },
	{ "grub", { UNIVERSAL, RELOCATED_ADDEND }, "there are relocations" },
	{ "grub", { UNIVERSAL, OTHER_VIRTUAL }, NOT_SAME },
	{ "grub", { UNIVERSAL, NO_ELF }, NOT_ELF },
	{ "grub", { UNIVERSAL, ENTRY_BEHIND }, OUTSIDE },
	{ "grub", { UNIVERSAL, BELOW_1M }, NOT_BETWEEN },

	{ "grub-linux", { BZIMAGE, NO_LINUX }, NOT_LINUX32 },
	{ "grub-linux", { BZIMAGE, VERSION_204 }, NOT_LINUX32 },
	{ "grub-linux", { BZIMAGE, NOT_RELOCATABLE }, NOT_LINUX32 },
	{ "grub-linux", { BZIMAGE, NOT_HIGH }, NOT_LINUX32 },
	{ "limine", { BZIMAGE, NOT_RELOCATABLE }, NOT_LINUX32 },
	{ "grub-linux16", { BZIMAGE, NO_LINUX }, NOT_LINUX16 },
	{ "grub-linux16", { BZIMAGE, VERSION_1FF }, NOT_LINUX16 },
	{ "grub-linux16", { BZIMAGE, BOOT_FLAG }, NOT_LINUX16 },
	{ "syslinux", { BZIMAGE, NO_LINUX }, NOT_LINUX16 },

	{ "multiboot1", { OLD, NO_HEADER1 }, NO_MULTIBOOT1 },
	{ "multiboot1", { OLD, SUM1 }, NO_MULTIBOOT1 },
	{ "multiboot1", { OLD, FAR1 }, NO_MULTIBOOT1 },
	{ "multiboot1", { OLD, OTHER_VIRTUAL }, NOT_SAME },
	{ "multiboot1", { OLD, NO_ELF }, NOT_ELF },
	{ "multiboot1", { OLD, ENTRY_BEFORE }, OUTSIDE },

	{ "qemu", { STRICT, NO_NOTE }, NO_FACE },
	{ "qemu", { STRICT, NOTE_NAME }, NO_FACE },
	{ "qemu", { STRICT, NOTE_TYPE }, NO_FACE },
	{ "qemu", { STRICT, ENTRY_BEHIND }, OUTSIDE },
	{ "qemu", { OLD, OTHER_VIRTUAL }, NOT_SAME },
	{ "qemu", { BZIMAGE, NO_LINUX }, NO_FACE },
	{ "pvh", { STRICT, NO_NOTE }, "no PVH note" },
	{ "pvh", { STRICT, BELOW_1M }, NOT_BETWEEN },
	{ "ipxe", { UNIVERSAL, NO_LINUX }, NO_MULTIBOOT1 },
	{ "ipxe", { OLD, NO_HEADER1 }, NO_MULTIBOOT1 },
};

static void one_rule_broken(void **state)
{
	(void)state;
	FOR_EACH_NAMED(i, rules, rules[i].loader) {
		const struct rule *rule = &rules[i];
		struct file whole = { rule->file.class, rule->file.has, NOTHING };
		const char *why = refusal(rule->loader, rule->file);

		if (refusal(rule->loader, whole))
			fail_msg("row %zu: %s refuses the whole file: %s", i, rule->loader,
				 refusal(rule->loader, whole));
		if (!why)
			fail_msg("row %zu: %s takes it", i, rule->loader);
		assert_string_equal(why, rule->why);
	}
}

/* What one loader asks for is nothing to those that do not look at it. */
static void other_loaders_do_not_care(void **state)
{
	(void)state;
	assert_null(refusal("grub", (struct file){ UNIVERSAL, NO_LINUX }));
	assert_null(refusal("grub", (struct file){ STRICT, AN_INTERPRETER }));
	assert_null(refusal("grub-linux", (struct file){ UNIVERSAL, ENTRY_BEHIND }));
	assert_null(refusal("grub-linux", (struct file){ BZIMAGE, NOT_64 }));
	assert_null(refusal("grub-linux16", (struct file){ BZIMAGE, VERSION_204 }));
	assert_null(refusal("qemu", (struct file){ UNIVERSAL, NO_HEADER2 }));
	assert_null(refusal("kexec-file", (struct file){ UNIVERSAL, NO_HEADER2 }));
	assert_null(refusal("kexec-elf", (struct file){ OLD, NO_HEADER2 }));
}

/* A multiboot 1 header in an ELF file of 64 bits. */
static void multiboot_of_64_bits(void **state)
{
	struct file file = { ELFCLASS64, MULTIBOOT, NOTHING };

	(void)state;
	assert_string_equal(refusal("multiboot1", file), "a 64-bit ELF file");
	assert_string_equal(refusal("ipxe", file), "a 64-bit ELF file");
	assert_string_equal(refusal("qemu", file), "a 64-bit ELF file");
	file.class = ELFCLASS32;
	assert_null(refusal("multiboot1", file));
}

/* However short a file is, nothing is read after its end. */
static void files_cut_anywhere(void **state)
{
	static uint8_t bytes[FILE_SIZE];
	struct rj_features features;

	(void)state;
	make(bytes, (struct file){ ELFCLASS64, INTERPRETER | PVH | MULTIBOOT | MULTIBOOT2 | LINUX,
				   RELOCATED });
	for (size_t size = 0; size <= NOTE + 2 * sizeof(struct pvh_note); size += 13) {
		struct rj_input input = unit_input(bytes, size);

		rj_features_read(&features, &input);
		rj_input_close(&input);
		assert_true(features.multiboot == (size >= HEADER1 + sizeof(struct multiboot_header)));
		assert_true(features.multiboot2 ==
			    (size >= HEADER2 + sizeof(struct multiboot2_header)));
	}
}

/* Which loaders accept a file, with a space after each. */
static const char *accepting(const struct rj_features *features)
{
	static char names[256];
	const struct rj_loader *loader = NULL;
	char command[64], expected[64];

	names[0] = '\0';
	while (rj_loader_accepting(&loader, features, "image", command, sizeof(command))) {
		assert_null(loader->refuses(features));
		rj_loader_command(loader, "image", expected, sizeof(expected));
		assert_string_equal(command, expected);
		strcat(strcat(names, loader->name), " ");
	}
	return names;
}

/* There may be none; a payload file is for rjpack's own image alone. */
static void loaders_that_accept(void **state)
{
	(void)state;
	assert_string_equal(accepting(&(struct rj_features){ 0 }), "");
	assert_string_equal(accepting(&(struct rj_features){ .payload_file = true }), "rjpack.lkrn ");
	assert_string_equal(accepting(&(struct rj_features){ .linux16 = true }),
			    "grub-linux16 qemu syslinux ipxe ");
}

static void commands(void **state)
{
	const struct rj_loader *loader;
	const char *list = "grub,kexec-file,x";
	char text[64];

	(void)state;
	assert_int_equal(rj_loader_next(&list, &loader, &error), RJ_OK);
	rj_loader_command(loader, "out/image.elf", text, sizeof(text));
	assert_string_equal(text, "multiboot2 /image.elf");
	assert_int_equal(rj_loader_next(&list, &loader, &error), RJ_OK);
	rj_loader_command(loader, "out/image.elf", text, sizeof(text));
	assert_string_equal(text, "kexec -s -l out/image.elf && kexec -e");
	assert_error(rj_loader_next(&list, &loader, &error), &error, RJ_USAGE,
		     "there is no loader");
	assert_null(list);
}

UNIT_MAIN(
	cmocka_unit_test(one_rule_broken),
	cmocka_unit_test(other_loaders_do_not_care),
	cmocka_unit_test(multiboot_of_64_bits),
	cmocka_unit_test(files_cut_anywhere),
	cmocka_unit_test(loaders_that_accept),
	cmocka_unit_test(commands),
)
