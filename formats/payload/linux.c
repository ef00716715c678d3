/* SPDX-License-Identifier: MIT */
/*
 * Programs that start by the 16-bit Linux/x86 boot protocol, up to 2.15: Linux itself, entered
 * in real mode so that it asks the BIOS, and others that use the protocol. References are to
 * Linux, Documentation/arch/x86/boot.rst, unless they name another source.
 */
#include "payload/linux.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi/layout.h"
#include "base/copy.h"
#include "base/setup_header.h"
#include "base/temporary.h"
#include "common/le.h"
#include "common/units.h"

const struct payload_option option_initrd = {
	.name = "initrd", .argument = "FILE", .help = "an initrd for the kernel; repeatable",
	.file = true, .repeats = true,
};
const struct payload_option option_append = {
	.name = "append", .argument = "STRING", .help = "the kernel's command line",
};

#define SETUP_MAX       0x8000u         /* "The real-mode code can total up to 32K" */
#define CMDLINE_OLD_MAX 255u            /* before 2.06 */
#define LOADER_UNDEFINED 0xFFu          /* type_of_loader: no assigned ID */
#define EFLAGS_IF       0x200u

/* "Sample Boot Configuration": the addresses, by protocol version and kind of image. */
static const struct layout {
	uint32_t setup;         /* the real-mode part */
	uint32_t heap_end;      /* from setup; the stack's top and the command line */
	uint32_t cmdline_room;
} layouts[] = {
	{ 0x90000, 0x9800, 0x800 },     /* up to 2.01, or a zImage */
	{ 0x10000, 0xE000, 0x2000 },
};

/* "Loading The Rest of The Kernel": by LOADED_HIGH. */
static const uint32_t load_addresses[] = { 0x10000, HIGH_MEMORY };

/* GRUB, boot/i386/pc/lnxboot.S: reg_edx, whose first byte becomes DL for core.img. */
#define LNXBOOT_DRIVE   0x260

/*
 * The programs that use the protocol. version: how the version string starts, which then also
 * provides the name.
 */
enum who { LNXBOOT, MEMDISK, MEMTEST, WIMBOOT, GRUB4DOS, IPXE, LINUX };
static const struct {
	const char *name;
	const char *version;
	size_t at, length;
	const char *mark;
	const char *needs;      /* the initrd without which it does nothing */
	bool flat;              /* also starts by the 32-bit boot protocol */
} disguises[] = {
	[LNXBOOT] = { "GRUB's lnxboot.img", NULL, 0, 4, "\x66\x31\xED\xE9", NULL, false },
	[MEMDISK] = { "", "MEMDISK ", 0, 0, "", "a disk image", false },
	[MEMTEST] = { "", "Memtest86", 0, 0, "", NULL, true },
	/* wimboot, src/prefix.S: the name in its debug directory */
	[WIMBOOT] = { "wimboot", NULL, 0x418, 8, "wimboot.", "a cpio archive with bootmgr and its files",
	  false },
	[GRUB4DOS] = { "GRUB4DOS's grub.exe", NULL, 0, 3, "MZ\xEB", NULL, false },
	/* iPXE, arch/x86/prefix/lkrnprefix.S: protocol 2.07, code32_start 0 */
	[IPXE] = { "iPXE", NULL, 0x206, 2, "\x07\x02", NULL, false },
	[LINUX] = { "Linux", NULL, 0, 0, "", NULL, true },
};

struct kernel {
	struct rj_plan *plan;
	const struct rj_input *input;
	uint8_t *setup;                 /* the real-mode part; the plan owns it once added */
	uint32_t setup_size;
	uint64_t rest;                  /* bytes of the protected-mode part; may be 0 */
	uint16_t version;               /* 0: older than 2.00, with code at SETUP_ENTRY */
	bool high;                      /* a bzImage */
	const struct layout *layout;
	const char *append;
};

#define FIELD(kernel, name) \
	LE_GET((kernel)->setup + SETUP_HEADER, struct setup_header, name)
#define SET_FIELD(kernel, name, value) \
	LE_PUT((kernel)->setup + SETUP_HEADER, struct setup_header, name, value)

static uint32_t setup_size(const uint8_t *header)
{
	uint8_t sectors = LE_GET(header, struct setup_header, setup_sects) & UINT8_MAX;

	return (uint32_t)((sectors ? sectors : SETUP_SECTS_OLD) + 1) * SETUP_SECTOR;
}

/*
 * The printable ASCII at the start of the version string, before Linux's "(who@where)". The
 * kernel starts at `at` in the file.
 */
static void read_version(const struct rj_input *input, uint64_t at, const uint8_t *header,
			 char *text, size_t size)
{
	uint64_t version = LE_GET(header, struct setup_header, kernel_version);
	size_t length = 0;

	memset(text, 0, size);
	if (version)
		rj_input_peek(input, text, size - 1, at + version + SETUP_ENTRY);
	while (text[length] >= ' ' && text[length] <= '~' && text[length] != '(')
		length++;
	while (length && text[length - 1] == ' ')
		length--;
	memset(text + length, 0, size - length);
}

void rj_linux_release(const struct rj_input *input, uint64_t at, char *text, size_t size)
{
	uint8_t header[sizeof(struct setup_header)] = { 0 };

	rj_input_peek(input, header, sizeof(header), at + SETUP_HEADER);
	*text = '\0';
	if (LE_GET(header, struct setup_header, header) == HDRS_MAGIC)
		read_version(input, at, header, text, size);
	text[strcspn(text, " ")] = '\0';
}

/* What the file is. */
static enum who identify(const struct rj_input *input, const uint8_t *header,
		       const char *version)
{
	uint8_t bytes[8];
	enum who i = 0;

	for (; i != LINUX; i++) {
		const char *start = disguises[i].version;

		if (start && strncmp(version, start, strlen(start)) != 0)
			continue;
		if (rj_input_peek(input, bytes, disguises[i].length, disguises[i].at) !=
			    disguises[i].length ||
		    memcmp(bytes, disguises[i].mark, disguises[i].length) != 0)
			continue;
		if (i == IPXE && LE_GET(header, struct setup_header, code32_start))
			continue;
		break;
	}
	return i;
}

/* 0: no header, or an unused version ("Old kernels"). */
static uint16_t version_of(const uint8_t *header)
{
	uint16_t version = (uint16_t)LE_GET(header, struct setup_header, version);

	return LE_GET(header, struct setup_header, header) == HDRS_MAGIC &&
	       version >= SETUP_VERSION_MIN ? version : 0;
}

/*
 * Number of units in the header, 0: unknown. The field is unreliable in a bzImage before 2.04,
 * and has 16 bits in others of that time.
 */
static uint64_t counted_units(const uint8_t *header, uint16_t version)
{
	bool high = version && LE_GET(header, struct setup_header, loadflags) & LOADED_HIGH;
	uint64_t units = LE_GET(header, struct setup_header, syssize);

	return version >= 0x204 ? units : high ? 0 : units & UINT16_MAX;
}

static uint64_t units_of(uint64_t bytes)
{
	return (bytes + SETUP_SYS_UNIT - 1) / SETUP_SYS_UNIT;
}

/* A kernel without a header: the boot flag, and a size that is exactly the file's. */
static enum rj_detected detect_old(const struct rj_input *input, const uint8_t *header,
				   const char **why)
{
	uint64_t setup = setup_size(header), units = counted_units(header, 0);

	*why = "no Linux boot header";
	if (LE_GET(header, struct setup_header, boot_flag) != SETUP_BOOT_FLAG ||
	    setup >= input->size || units_of(input->size - setup) != units)
		return RJ_DETECT_NO;
	*why = "like kernels before Linux boot protocol 2.00, or memtest86+ 5";
	return RJ_DETECT_MAYBE;
}

/*
 * Whether the file has more than the setup part; a file that is not loaded high may end there.
 */
static bool is_complete(const struct rj_input *input, const uint8_t *header)
{
	bool high = LE_GET(header, struct setup_header, loadflags) & LOADED_HIGH;

	return setup_size(header) < input->size + !high;
}

static enum rj_detected linux_detect(const struct rj_input *input, const char **why)
{
	static char text[96];
	uint8_t header[sizeof(struct setup_header)] = { 0 };
	char version[48];
	const char *name;

	rj_input_peek(input, header, sizeof(header), SETUP_HEADER);
	if (!setup_header_is_in(input))
		return detect_old(input, header, why);
	read_version(input, 0, header, version, sizeof(version));
	name = disguises[identify(input, header, version)].name;
	snprintf(text, sizeof(text), "%s%s%s, Linux boot protocol %u.%02u", name,
		 *name && *version ? " " : "", version,
		 header[offsetof(struct setup_header, version) + 1],
		 header[offsetof(struct setup_header, version)]);
	*why = text;
	if (LE_GET(header, struct setup_header, boot_flag) != SETUP_BOOT_FLAG)
		return RJ_DETECT_MAYBE;
	return is_complete(input, header) ? RJ_DETECT_OWN : RJ_DETECT_MAYBE;
}

static enum rj_err cut_short(const struct kernel *kernel, uint64_t least, struct rj_error *err)
{
	return rj_fail(err, RJ_BAD,
		       "cut short: by its Linux boot header the kernel has at least %s bytes, "
		       "but there are %s", RJ_DEC(least), RJ_DEC(kernel->input->size));
}

/*
 * Whether the whole kernel is there. Data after it (Debian: a signature) are carried too, as
 * GRUB and QEMU load them.
 */
static enum rj_err check_size(const struct kernel *kernel, const uint8_t *header,
			      struct rj_error *err)
{
	uint64_t units = counted_units(header, kernel->version);

	/* a file may be only a setup part, which then counts itself (BOOTBOOT) */
	if (kernel->rest == 0 && !kernel->high)
		return RJ_OK;
	if (kernel->rest == 0 || units_of(kernel->rest) < units)
		return cut_short(kernel, kernel->setup_size + 1 +
				 (units ? units - 1 : 0) * SETUP_SYS_UNIT, err);
	if (!kernel->high && kernel->rest > STUB_HOME - load_addresses[false])
		return rj_fail(err, RJ_BAD,
			       "the %s bytes of the zImage are more than the %u "
			       "that fit below the stub; build a bzImage",
			       RJ_DEC(kernel->rest), STUB_HOME - load_addresses[false]);
	return RJ_OK;
}

/* Checks the header, or for an old kernel whether it could be one. */
static enum rj_err check_header(const struct kernel *kernel, const uint8_t *header,
				struct rj_error *err)
{
	if (!setup_header_is_in(kernel->input) && !counted_units(header, 0))
		return rj_fail(err, RJ_BAD,
			       "no Linux boot header: neither HdrS at 202h nor, "
			       "as before protocol 2.00, a size at 1F4h");
	if (LE_GET(header, struct setup_header, boot_flag) != SETUP_BOOT_FLAG)
		return rj_fail(err, RJ_BAD, "the Linux boot header has no boot flag %s",
			       RJ_FOUND(SETUP_HEADER +
						offsetof(struct setup_header, boot_flag),
					SETUP_BOOT_FLAG,
					LE_GET(header, struct setup_header, boot_flag)));
	if (kernel->setup_size > SETUP_MAX)
		return rj_fail(err, RJ_BAD,
			       "the Linux header's number of setup sectors is wrong");
	if (kernel->setup_size > kernel->input->size)
		return cut_short(kernel, kernel->setup_size, err);
	return RJ_OK;
}

static enum rj_err read_setup(struct kernel *kernel, struct rj_error *err)
{
	uint8_t header[sizeof(struct setup_header)] = { 0 };

	rj_input_peek(kernel->input, header, sizeof(header), SETUP_HEADER);
	kernel->setup_size = setup_size(header);
	if (check_header(kernel, header, err))
		return err->class;
	kernel->version = version_of(header);
	kernel->high = kernel->version &&
		       LE_GET(header, struct setup_header, loadflags) & LOADED_HIGH;
	kernel->rest = kernel->input->size - kernel->setup_size;
	kernel->layout = &layouts[kernel->high && kernel->version >= 0x202];
	kernel->setup = malloc(kernel->setup_size);
	if (!kernel->setup)
		return rj_no_memory(err);
	if (rj_input_read(kernel->input, kernel->setup, kernel->setup_size, 0, err))
		return err->class;
	return check_size(kernel, header, err);
}

/* The text after "name=" of the next such option in a command line; NULL: none. */
static const char *find_option(const char *line, const char *name)
{
	while (*line) {
		line += strspn(line, " \t\n");
		if (strncmp(line, name, strlen(name)) == 0)
			return line + strlen(name);
		line += strcspn(line, " \t\n");
	}
	return NULL;
}

static bool is_word_end(char c)
{
	return c == '\0' || isspace((unsigned char)c);
}

static bool same_word(const char *word, const char *known)
{
	return strncmp(word, known, strlen(known)) == 0 && is_word_end(word[strlen(known)]);
}

/* "Special Command Line Options": the kernel's video mode, from the last vga=. */
static enum rj_err set_video(struct kernel *kernel, struct rj_error *err)
{
	static const struct { const char *word; uint16_t mode; } words[] = {
		{ "normal", 0xFFFF }, { "ext", 0xFFFE }, { "ask", 0xFFFD } };
	const char *word = kernel->append;

	while ((word = find_option(word, "vga="))) {
		char *end;
		unsigned long mode = strtoul(word, &end, 0);
		bool known = isdigit((unsigned char)*word) && is_word_end(*end);

		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (same_word(word, words[i].word)) {
				mode = words[i].mode;
				known = true;
			}
		if (!known || mode > UINT16_MAX)
			return rj_fail_about(err, RJ_USAGE, "--append",
					     "vga=%.*s is not a video mode; "
					     "use normal, ext, ask or a number",
					     (int)strcspn(word, " \t\n"), word);
		SET_FIELD(kernel, vid_mode, mode);
	}
	return RJ_OK;
}

/*
 * The end of memory by the lowest mem=, as the kernel reads it; ignores other forms of mem=.
 */
static uint64_t memory_end(const char *line)
{
	static const char units[] = "KMGTPE";
	uint64_t lowest = FOUR_GIB;

	while ((line = find_option(line, "mem="))) {
		char *end;
		uint64_t value = strtoull(line, &end, 0);
		const char *unit = *end ? strchr(units, toupper((unsigned char)*end)) : NULL;
		unsigned shift = unit ? 10 * (unsigned)(unit - units + 1) : 0;

		if (isdigit((unsigned char)*line) && is_word_end(end[unit != NULL]) &&
		    value <= lowest >> shift)
			lowest = value << shift;
	}
	return lowest;
}

static enum rj_err add_command_line(struct kernel *kernel, struct rj_error *err)
{
	const struct layout *layout = kernel->layout;
	size_t length = strlen(kernel->append);
	uint64_t limit = kernel->version >= 0x206 ? FIELD(kernel, cmdline_size)
						  : CMDLINE_OLD_MAX;
	char *line;

	if (limit > layout->cmdline_room - 1)
		limit = layout->cmdline_room - 1;
	if (length > limit)
		return rj_fail_about(err, RJ_BAD, "--append",
				     "the command line has %zu characters, "
				     "but the kernel takes %s", length, RJ_DEC(limit));
	if (kernel->version >= 0x202) {
		SET_FIELD(kernel, cmd_line_ptr, layout->setup + layout->heap_end);
	} else {
		le_store(kernel->setup + OLD_CMD_LINE, OLD_CMD_LINE_MAGIC, 2);
		le_store(kernel->setup + OLD_CMD_LINE + 2, layout->heap_end, 2);
	}
	if (kernel->version && kernel->version < 0x202)
		SET_FIELD(kernel, setup_move_size, layout->heap_end + length + 1);
	line = strdup(kernel->append);
	if (!line)
		return rj_no_memory(err);
	return rj_plan_add_bytes(kernel->plan, ".cmdline", layout->setup + layout->heap_end,
				 (uint8_t *)line, length + 1, err);
}

static uint64_t align_up(uint64_t value, uint64_t unit)
{
	return unit ? (value + unit - 1) / unit * unit : value;
}

/*
 * The lowest address that the kernel leaves to an initrd. From 2.10 on, its header says where
 * it runs and how much memory it needs there: a relocatable kernel runs at its load address,
 * aligned, but not below its preferred address (arch/x86/boot/compressed/head_64.S,
 * LOAD_PHYSICAL_ADDR).
 *
 * Older kernels unpack themselves to 1 MiB and use the memory after themselves, so there is
 * room for a compression ratio of 7 to 1. iPXE moves itself below its initrd (lkrnprefix.S),
 * with all the memory that it needs, which is less than 16 MiB.
 */
static uint64_t needed_end(const struct kernel *kernel)
{
	uint64_t load = load_addresses[kernel->high];
	uint64_t end = load + kernel->rest > HIGH_MEMORY ? load + kernel->rest : HIGH_MEMORY;
	uint64_t preferred, start;

	if (kernel->version < 0x20A) {
		uint64_t room = HIGH_MEMORY + 8 * kernel->rest;

		return room > OLD_INITRD_FLOOR ? room : OLD_INITRD_FLOOR;
	}
	preferred = FIELD(kernel, pref_address);
	start = FIELD(kernel, relocatable_kernel)
		? align_up(load, FIELD(kernel, kernel_alignment)) : 0;
	if (preferred > FOUR_GIB)
		preferred = FOUR_GIB;
	if (start < preferred)
		start = preferred;
	start += FIELD(kernel, init_size);
	return start > end ? start : end;
}

/* The first address after the memory where an initrd may be. */
static uint64_t initrd_limit(const struct kernel *kernel)
{
	uint64_t highest = kernel->version >= 0x203 ? FIELD(kernel, initrd_addr_max) : 0;
	uint64_t end = (highest ? highest : OLD_INITRD_ADDR_MAX) + 1;
	uint64_t memory = memory_end(kernel->append);

	return memory < end ? memory : end;
}

static enum rj_err copy_input(const struct rj_input *input, int fd, uint64_t at,
			      struct rj_error *err)
{
	const struct rj_part whole = { input, 0, input->size };
	const struct rj_output joined = { .fd = fd };
	uint32_t crc;

	if (rj_copy(&whole, &joined, at, &crc, err)) {
		err->subject = input->path;
		rj_about_temporary(err);
		return err->class;
	}
	return RJ_OK;
}

/* Joins all initrds in one file, with zeros between them, since cpio archives are aligned. */
static enum rj_err join(struct rj_plan *plan, uint64_t size, struct rj_error *err)
{
	struct rj_input *joined = &plan->initrd_file;
	const struct rj_setting *initrd;
	uint64_t at = 0;
	int fd;

	if (rj_temporary_open(&fd, err))
		return err->class;
	*joined = (struct rj_input){ .fd = fd, .path = "the initrds", .size = size };
	for (size_t i = 0; (initrd = payload_setting(plan, &option_initrd, i)); i++) {
		at = align_up(at, INITRD_ALIGN);
		if (copy_input(initrd->input, fd, at, err))
			return err->class;
		at += initrd->input->size;
	}
	return RJ_OK;
}

static enum rj_err add_initrd(struct kernel *kernel, struct rj_error *err)
{
	struct rj_plan *plan = kernel->plan;
	const struct rj_setting *initrd, *first = payload_setting(plan, &option_initrd, 0);
	uint64_t size = 0, limit = initrd_limit(kernel);
	uint64_t address = align_up(needed_end(kernel), PAGE);
	bool one = !payload_setting(plan, &option_initrd, 1);

	if (!kernel->version)
		return rj_fail_about(err, RJ_BAD, "--initrd",
				     "the kernel's boot protocol is older than 2.00 "
				     "and has no initrd; leave out --initrd");
	for (size_t i = 0; (initrd = payload_setting(plan, &option_initrd, i)); i++) {
		size = align_up(size, INITRD_ALIGN) + initrd->input->size;
		if (address > limit || size > limit - address)
			return rj_fail_about(err, RJ_BAD, "--initrd",
					     "%s bytes do not fit between %s, "
					     "where the kernel ends, and %s, "
					     "the limit set by the kernel or mem=",
					     RJ_DEC(size), RJ_HEX(address), RJ_HEX(limit));
	}
	SET_FIELD(kernel, ramdisk_image, address);
	SET_FIELD(kernel, ramdisk_size, size);
	if (!one && join(plan, size, err))
		return err->class;
	return rj_plan_add(plan, ".initrd", address,
			   one ? first->input : &plan->initrd_file, 0, size, err);
}

/* Sets the header's fields for the loader. An old kernel has code there. */
static void set_header(struct kernel *kernel, enum who who)
{
	if (!kernel->version)
		return;
	SET_FIELD(kernel, type_of_loader, LOADER_UNDEFINED);
	if (kernel->version >= 0x201) {
		SET_FIELD(kernel, heap_end_ptr, kernel->layout->heap_end - SETUP_ENTRY);
		SET_FIELD(kernel, loadflags, FIELD(kernel, loadflags) | CAN_USE_HEAP);
	}
	if (who == LNXBOOT)
		kernel->setup[LNXBOOT_DRIVE] = kernel->plan->drive;
}

/* "Running the Kernel": interrupts are off. */
static void set_registers(const struct kernel *kernel)
{
	struct rj_regs *regs = &kernel->plan->regs;
	uint16_t segment = (uint16_t)(kernel->layout->setup >> 4);

	regs->ds = regs->es = regs->fs = regs->gs = regs->ss = segment;
	regs->esp = kernel->layout->heap_end;
	regs->eflags &= ~EFLAGS_IF;
	rj_plan_set_entry(kernel->plan, segment + (SETUP_ENTRY >> 4), 0);
}

/*
 * A setup part at 90000h is where the services work: leaves INT 13h to the firmware, unless a
 * RAM disk needs the services.
 */
static void leave_to_firmware(struct kernel *kernel)
{
	struct rj_plan *plan = kernel->plan;

	if (kernel->layout->setup < SERVICES_SCRATCH || plan->disk ||
	    plan->services.int13 != RJ_INT13_auto)
		return;
	plan->services.int13 = RJ_INT13_firmware;
	rj_plan_note(plan, kernel->input->path,
		     "the kernel's setup code belongs at %s, where the INT 13h services work: "
		     "--int13 firmware is used", RJ_HEX(kernel->layout->setup));
}

/* Which program it is, and whether it has the initrd that it needs. */
static enum rj_err find_out_who(const struct kernel *kernel, enum who *who, struct rj_error *err)
{
	const uint8_t *header = kernel->setup + SETUP_HEADER;
	char version[48];

	*who = LINUX;
	if (!kernel->version)
		return RJ_OK;
	read_version(kernel->input, 0, header, version, sizeof(version));
	*who = identify(kernel->input, header, version);
	if (disguises[*who].needs && !payload_text(kernel->plan, &option_initrd))
		return rj_fail(err, RJ_BAD, "does nothing without %s; add that with --initrd",
			       disguises[*who].needs);
	return RJ_OK;
}

/*
 * Whether the 32-bit boot protocol can start it: code32_start is the entry, and ESI leads to
 * boot_params. Linux itself is told from other programs by the payload in its header (2.08).
 */
static bool has_flat_entry(const struct kernel *kernel, enum who who)
{
	uint16_t first = who == LINUX ? 0x208 : 0x206;

	return disguises[who].flat && kernel->high && kernel->version >= first &&
	       FIELD(kernel, code32_start) &&
	       (who != LINUX || FIELD(kernel, payload_length));
}

static enum rj_err add_pieces(struct kernel *kernel, struct rj_error *err)
{
	struct rj_plan *plan = kernel->plan;
	uint8_t *setup = kernel->setup;
	enum who who;

	if (find_out_who(kernel, &who, err))
		return err->class;
	leave_to_firmware(kernel);
	set_header(kernel, who);
	if (has_flat_entry(kernel, who))
		plan->linux_setup = kernel->layout->setup;
	set_registers(kernel);
	if (set_video(kernel, err) || add_command_line(kernel, err) ||
	    (payload_text(plan, &option_initrd) && add_initrd(kernel, err)))
		return err->class;
	kernel->setup = NULL;
	if (rj_plan_add_bytes(plan, ".setup", kernel->layout->setup, setup,
			      kernel->setup_size, err))
		return err->class;
	return kernel->rest ? rj_plan_add(plan, ".kernel", load_addresses[kernel->high],
					  kernel->input, kernel->setup_size, kernel->rest, err)
			    : RJ_OK;
}

enum rj_err rj_linux_read(struct rj_plan *plan, const struct rj_input *input,
			  const struct payload_argument *argument, struct rj_error *err)
{
	const char *append = payload_text(plan, &option_append);
	struct kernel kernel = { .plan = plan, .input = input, .append = append ? append : "" };

	(void)argument;
	err->class = RJ_OK;
	if (!read_setup(&kernel, err))
		add_pieces(&kernel, err);
	free(kernel.setup);
	return err->class;
}

const struct payload_kind payload_linux = {
	.name = "linux",
	.argument = "BZIMAGE",
	.help = "a Linux kernel, in real mode; memdisk, ipxe.lkrn, memtest86+",
	.signature = "HdrS at 202h, AA55h at 1FEh; before 2.00 the file's size at 1F4h",
	.place = "10000h and 1 MiB, entry 1020:0 (zImage: 90000h and 10000h, 9020:0)",
	.options = (const struct payload_option *const[]){ &option_initrd, &option_append, NULL },
	.detect = linux_detect,
	.read = rj_linux_read,
};
