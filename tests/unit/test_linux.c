/* SPDX-License-Identifier: MIT */
/* Made-up kernels of each protocol, and PXE boot programs. */
#include "unit.h"

#include "abi/layout.h"
#include "base/setup_header.h"
#include "common/le.h"
#include "payload/payload.h"

#define LINUX_NEEDS { RJ_BAD, "does nothing without" }
#define LINUX_VGA { RJ_USAGE, "is not a video mode" }
#define NBP_LARGE { RJ_BAD, "that a PXE boot program can have here" }
#define NBP_STACK { RJ_BAD, "which needs the PXE stack of a network card's ROM" }

extern const struct payload_kind payload_linux, payload_nbp;

#define SETUP_BYTES (5u * SETUP_SECTOR)         /* setup_sects 0 */
#define REST        3000u
#define SIZE        (SETUP_BYTES + REST)

static uint8_t image[SIZE];

#define SET(field, value) LE_PUT(image + SETUP_HEADER, struct setup_header, field, value)
#define GET(setup, field) LE_GET((setup) + SETUP_HEADER, struct setup_header, field)

static void make_kernel(uint16_t version)
{
	memset(image, 0xCC, SETUP_SECTOR);
	memset(image + SETUP_HEADER, 0, SIZE - SETUP_HEADER);
	SET(boot_flag, SETUP_BOOT_FLAG);
	SET(header, HDRS_MAGIC);
	SET(version, version);
	SET(loadflags, LOADED_HIGH);
	SET(syssize, (REST + 15) / 16);
	SET(kernel_version, 0x100);
	strcpy((char *)image + 0x300, "5.4.3 (a@b) #1");
	if (version >= 0x203)
		SET(initrd_addr_max, 0x7FFFFFFF);
	if (version >= 0x206)
		SET(cmdline_size, 2047);
	if (version >= 0x20A) {
		SET(relocatable_kernel, 1);
		SET(kernel_alignment, 0x200000);
		SET(pref_address, 0x1000000);
		SET(init_size, 0x345678);
	}
}

static struct rj_plan plan;
static struct rj_error error;

static enum rj_err read_kernel(size_t size, const char *append,
			       const struct rj_input *initrd)
{
	struct rj_input input = unit_input(image, size);
	enum rj_err code;

	rj_plan_free(&plan);
	rj_plan_init(&plan, 0x81);
	if (append)
		unit_set(&plan, "append", append, NULL);
	if (initrd)
		unit_set(&plan, "initrd", initrd->path, initrd);
	code = payload_linux.read(&plan, &input, &(struct payload_argument){ 0 }, &error);
	rj_input_close(&input);
	return code;
}

static const struct rj_plan_piece *piece(const char *name)
{
	for (size_t i = 0; i < plan.piece_count; i++)
		if (strcmp(plan.pieces[i].name, name) == 0)
			return &plan.pieces[i];
	fail_msg("no piece %s", name);
	return NULL;
}

/* What each protocol knows is set, and what it does not know is left alone. */
static void every_protocol(void **state)
{
	(void)state;
	for (uint16_t version = 0x200; version <= 0x20F; version++) {
		const uint8_t *setup;
		uint32_t base = version >= 0x202 ? 0x10000 : 0x90000;
		uint32_t heap_end = version >= 0x202 ? 0xE000 : 0x9800;

		make_kernel(version);
		assert_int_equal(read_kernel(SIZE, "vga=ext a", NULL), RJ_OK);
		setup = piece(".setup")->bytes;
		assert_int_equal(piece(".setup")->address, base);
		assert_int_equal(piece(".setup")->size, SETUP_BYTES);
		assert_int_equal(piece(".kernel")->address, 0x100000);
		assert_int_equal(piece(".kernel")->offset, SETUP_BYTES);
		assert_int_equal(piece(".kernel")->size, REST);
		assert_int_equal(piece(".cmdline")->address, base + heap_end);
		assert_string_equal((const char *)piece(".cmdline")->bytes, "vga=ext a");
		assert_int_equal(GET(setup, type_of_loader), 0xFF);
		assert_int_equal(GET(setup, vid_mode), 0xFFFE);
		assert_int_equal(GET(setup, heap_end_ptr), version >= 0x201 ? heap_end - 0x200 : 0);
		assert_int_equal(GET(setup, loadflags), version >= 0x201 ? 0x81 : 1);
		assert_int_equal(GET(setup, cmd_line_ptr), version >= 0x202 ? base + heap_end : 0);
		assert_int_equal(le16(setup + 0x20), version >= 0x202 ? 0xCCCC : 0xA33F);
		assert_int_equal(le16(setup + 0x22), version >= 0x202 ? 0xCCCC : heap_end);
		assert_int_equal(GET(setup, setup_move_size),
				 version >= 0x202 ? 0 : heap_end + sizeof("vga=ext a"));
		assert_int_equal(plan.regs.ds, base >> 4);
		assert_int_equal(plan.regs.ss, base >> 4);
		assert_int_equal(plan.regs.esp, heap_end);
		assert_int_equal(plan.regs.eflags, 2);
		assert_int_equal(rj_plan_entry(&plan.regs), base + 0x200);
		assert_int_equal(plan.regs.ip, 0);
	}
}

static void zimage(void **state)
{
	static uint8_t large[SETUP_BYTES + 0x70000 + 1];
	struct rj_input input;

	(void)state;
	make_kernel(0x203);
	SET(loadflags, 0);
	assert_int_equal(read_kernel(SIZE, NULL, NULL), RJ_OK);
	assert_int_equal(piece(".setup")->address, 0x90000);
	assert_int_equal(piece(".kernel")->address, 0x10000);
	assert_int_equal(piece(".cmdline")->address, 0x99800);
	assert_int_equal(GET(piece(".setup")->bytes, cmd_line_ptr), 0x99800);
	/* its syssize counts in every protocol */
	assert_error(read_kernel(SIZE - 16, NULL, NULL), &error, RJ_BAD,
		     "cut short: by its Linux boot header");
	memcpy(large, image, SIZE);
	input = unit_input(large, sizeof(large));
	assert_error(payload_linux.read(&plan, &input, &(struct payload_argument){ 0 }, &error),
		     &error, RJ_BAD, "of the zImage are more than");
	rj_input_close(&input);
}

/* Code follows the boot sector: only that has anything to fill in. */
static void old_kernels(void **state)
{
	static const struct { uint32_t header; uint16_t version; } rows[] = {
		{ 0, 0 }, { 0x90909090, 0x9090 }, { HDRS_MAGIC, 0x1FF } };
	struct rj_input initrd = unit_input("1", 1);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const uint8_t *setup;

		make_kernel(0x20F);
		memset(image + SETUP_ENTRY, 0x90, SETUP_BYTES - SETUP_ENTRY);
		SET(header, rows[i].header);
		SET(version, rows[i].version);
		assert_int_equal(read_kernel(SIZE, "vga=7 a", NULL), RJ_OK);
		setup = piece(".setup")->bytes;
		assert_int_equal(piece(".setup")->address, 0x90000);
		assert_int_equal(piece(".kernel")->address, 0x10000);
		assert_int_equal(piece(".kernel")->size, REST);
		assert_memory_equal(setup + SETUP_ENTRY, image + SETUP_ENTRY,
				    SETUP_BYTES - SETUP_ENTRY);
		assert_int_equal(GET(setup, vid_mode), 7);
		assert_int_equal(le16(setup + 0x20), 0xA33F);
		assert_int_equal(le16(setup + 0x22), 0x9800);
		assert_string_equal((const char *)piece(".cmdline")->bytes, "vga=7 a");
		assert_int_equal(plan.regs.cs, 0x9020);
		assert_error(read_kernel(SIZE - 16, NULL, NULL), &error, RJ_BAD,
			     "cut short: by its Linux boot header");
		assert_error(read_kernel(SIZE, NULL, &initrd), &error, RJ_BAD,
			     "older than 2.00 and has no initrd");
	}
	SET(header, 0);
	SET(syssize, 0);
	assert_error(read_kernel(SIZE, NULL, NULL), &error, RJ_BAD, "no Linux boot header");
	rj_input_close(&initrd);
}

/* BOOTBOOT's loader has only a setup part, which its size includes. */
static void setup_alone(void **state)
{
	struct rj_input initrd = unit_input("1", 1);

	(void)state;
	make_kernel(0x20E);
	SET(loadflags, 0);
	SET(syssize, SETUP_BYTES / 16);
	SET(relocatable_kernel, 0);
	SET(pref_address, 0x90000);
	SET(init_size, 0x6000);
	assert_int_equal(read_kernel(SETUP_BYTES, NULL, &initrd), RJ_OK);
	assert_int_equal(plan.piece_count, 3);
	assert_int_equal(piece(".setup")->address, 0x90000);
	assert_int_equal(piece(".initrd")->address, HIGH_MEMORY);
	assert_error(read_kernel(SETUP_BYTES - 1, NULL, NULL), &error, RJ_BAD,
		     "cut short: by its Linux boot header");
	SET(loadflags, LOADED_HIGH);
	assert_error(read_kernel(SETUP_BYTES, NULL, NULL), &error, RJ_BAD,
		     "cut short: by its Linux boot header");
	rj_input_close(&initrd);
}

/* A setup part at 90000h leaves no room for services, unless they are asked for. */
static void services_beside(void **state)
{
	static const struct { uint16_t version; uint8_t wished, used; } rows[] = {
		{ 0x201, RJ_INT13_auto, RJ_INT13_firmware }, { 0x202, RJ_INT13_auto, RJ_INT13_auto },
		{ 0x201, RJ_INT13_nvme, RJ_INT13_nvme }, { 0x201, RJ_INT13_none, RJ_INT13_none },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rj_input input;

		make_kernel(rows[i].version);
		input = unit_input(image, SIZE);
		rj_plan_free(&plan);
		rj_plan_init(&plan, 0x80);
		plan.services.int13 = rows[i].wished;
		assert_int_equal(payload_linux.read(&plan, &input, &(struct payload_argument){ 0 },
						    &error), RJ_OK);
		assert_int_equal(plan.services.int13, rows[i].used);
		assert_int_equal(plan.note_count, rows[i].used != rows[i].wished);
		rj_input_close(&input);
	}
}

static void cut_kernels(void **state)
{
	(void)state;
	make_kernel(0x204);
	/* the last of its paragraphs has 8 bytes; one has to be there */
	assert_int_equal(read_kernel(SIZE - 7, NULL, NULL), RJ_OK);
	assert_error(read_kernel(SIZE - 8, NULL, NULL), &error, RJ_BAD,
		     "cut short: by its Linux boot header");
	unit_says(&error, "at least %u bytes", SIZE - 7);
	assert_error(read_kernel(SETUP_BYTES, NULL, NULL), &error, RJ_BAD,
		     "cut short: by its Linux boot header");
	assert_error(read_kernel(0x206, NULL, NULL), &error, RJ_BAD,
		     "cut short: by its Linux boot header");
	assert_error(read_kernel(0x1F3, NULL, NULL), &error, RJ_BAD, "no Linux boot header");
	SET(syssize, UINT32_MAX);
	assert_error(read_kernel(SIZE, NULL, NULL), &error, RJ_BAD,
		     "cut short: by its Linux boot header");
	/* not to be trusted before */
	make_kernel(0x203);
	SET(syssize, UINT32_MAX);
	assert_int_equal(read_kernel(SIZE, NULL, NULL), RJ_OK);
	SET(setup_sects, 64);
	assert_error(read_kernel(SIZE, NULL, NULL), &error, RJ_BAD, "the Linux header's");
	SET(setup_sects, 63);
	assert_error(read_kernel(SIZE, NULL, NULL), &error, RJ_BAD,
		     "cut short: by its Linux boot header");
	make_kernel(0x20F);
	SET(boot_flag, 0);
	assert_error(read_kernel(SIZE, NULL, NULL), &error, RJ_BAD,
		     "the Linux boot header has no boot flag");
}

static void where_the_initrd_goes(void **state)
{
	static const struct {
		uint16_t version;
		uint64_t preferred;
		uint32_t alignment, init_size, highest;
		uint8_t relocatable;
		const char *append;
		uint64_t address;       /* 0: nowhere */
	} rows[] = {
		{ 0x20F, 0x1000000, 0x200000, 0x345678, 0x7FFFFFFF, 1, "", 0x1346000 },
		{ 0x20F, 0x1000000, 0x2000000, 0x1000, 0x7FFFFFFF, 1, "", 0x2001000 },
		{ 0x20F, 0x1000000, 0x2000000, 0x1000, 0x7FFFFFFF, 0, "", 0x1001000 },
		{ 0x20F, 0x100000, 0, 0, 0x7FFFFFFF, 0, "", 0x101000 },
		{ 0x20F, UINT64_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, 1, "", 0 },
		{ 0x20F, 0x1000000, 0x200000, UINT32_MAX, UINT32_MAX, 1, "", 0 },
		{ 0x20F, 0x1000000, 0x200000, 0x345678, 0x1346004, 1, "", 0x1346000 },
		{ 0x20F, 0x1000000, 0x200000, 0x345678, 0x1346003, 1, "", 0 },
		{ 0x20F, 0x1000000, 0x200000, 0x345678, 0x7FFFFFFF, 1, "mem=19M", 0 },
		{ 0x20F, 0x1000000, 0x200000, 0x345678, 0x7FFFFFFF, 1, "x mem=20m mem=1G", 0x1346000 },
		{ 0x20F, 0x1000000, 0x200000, 0x345678, 0x7FFFFFFF, 1, "mem=nopentium amem=1", 0x1346000 },
		{ 0x20F, 0x1000000, 0x200000, 0x345678, 0x7FFFFFFF, 1, "mem=18446744073709551615E", 0x1346000 },
		{ 0x203, 0, 0, 0, 0, 0, "", 0x1000000 },
		{ 0x203, 0, 0, 0, 0x1000003, 0, "", 0 },
		{ 0x200, 0, 0, 0, 0, 0, "", 0x1000000 },
	};
	struct rj_input initrd = unit_input("12345", 5);

	(void)state;
	FOR_EACH(i, rows) {
		enum rj_err code;

		make_kernel(rows[i].version);
		if (rows[i].version >= 0x203)
			SET(initrd_addr_max, rows[i].highest);
		if (rows[i].version >= 0x20A) {
			SET(pref_address, rows[i].preferred);
			SET(kernel_alignment, rows[i].alignment);
			SET(init_size, rows[i].init_size);
			SET(relocatable_kernel, rows[i].relocatable);
		}
		code = read_kernel(SIZE, rows[i].append, &initrd);
		if (!rows[i].address)
			assert_error(code, &error, RJ_BAD,
				     "the limit set by the kernel or mem=");
		else
			assert_int_equal(code, RJ_OK);
		if (code)
			continue;
		assert_int_equal(piece(".initrd")->address, rows[i].address);
		assert_int_equal(GET(piece(".setup")->bytes, ramdisk_image), rows[i].address);
		assert_int_equal(GET(piece(".setup")->bytes, ramdisk_size), 5);
	}
	rj_input_close(&initrd);
}

static void command_lines(void **state)
{
	static const struct {
		const char *append;
		struct unit_outcome outcome;
		uint16_t mode;
	} rows[] = {
		{ "vga=normal", GOOD, 0xFFFF }, { "vga=ask", GOOD, 0xFFFD },
		{ "vga=0x317", GOOD, 0x317 }, { "vga=010", GOOD, 8 }, { "vga=65535 x", GOOD, 0xFFFF },
		{ "xvga=1 vga=2\tvga=3", GOOD, 3 }, { "novga", GOOD, 0 },
		{ "vga=65536", LINUX_VGA, 0 }, { "vga=", LINUX_VGA, 0 },
		{ "vga=asked", LINUX_VGA, 0 }, { "vga=-1", LINUX_VGA, 0 },
		{ "vga=3x", LINUX_VGA, 0 },
	};
	char line[0x2001];

	(void)state;
	make_kernel(0x20F);
	FOR_EACH_NAMED(i, rows, rows[i].append) {
		assert_outcome(read_kernel(SIZE, rows[i].append, NULL),
			       &error, &rows[i].outcome);
		if (!rows[i].outcome.class)
			assert_int_equal(GET(piece(".setup")->bytes, vid_mode), rows[i].mode);
	}
	memset(line, 'x', sizeof(line));
	line[2048] = '\0';
	assert_error(read_kernel(SIZE, line, NULL), &error, RJ_BAD,
		     "characters, but the kernel takes");
	assert_int_equal(read_kernel(SIZE, line + 1, NULL), RJ_OK);
	SET(cmdline_size, UINT32_MAX);
	line[2048] = 'x';
	line[0x2000] = '\0';
	assert_error(read_kernel(SIZE, line, NULL), &error, RJ_BAD,
		     "characters, but the kernel takes");
	assert_int_equal(read_kernel(SIZE, line + 1, NULL), RJ_OK);
	make_kernel(0x205);
	assert_error(read_kernel(SIZE, line + 0x2000 - 256, NULL), &error, RJ_BAD,
		     "characters, but the kernel takes");
	assert_int_equal(read_kernel(SIZE, line + 0x2000 - 255, NULL), RJ_OK);
}

static void who_it_is(void **state)
{
	static const struct {
		size_t at;
		const char *bytes;
		size_t length;
		const char *version, *why;
		struct unit_outcome outcome;
	} rows[] = {
		{ 0, "", 0, "5.4.3 (a@b)", "Linux 5.4.3, Linux boot protocol 2.03", GOOD },
		{ 0, "", 0, "MEMDISK 6.04 2020", "MEMDISK 6.04 2020, Linux boot protocol 2.03", LINUX_NEEDS },
		{ 0, "", 0, "Memtest86+ v6.10", "Memtest86+ v6.10, Linux boot protocol 2.03", GOOD },
		{ 0, "\x66\x31\xED\xE9", 4, "", "GRUB's lnxboot.img, Linux boot protocol 2.03", GOOD },
		{ 0x418, "wimboot.efi", 11, "v2.8", "wimboot v2.8, Linux boot protocol 2.03", LINUX_NEEDS },
		{ 0, "MZ\xEB", 3, "", "GRUB4DOS's grub.exe, Linux boot protocol 2.03", GOOD },
		{ 0x206, "\7\2", 2, "1.0", "iPXE 1.0, Linux boot protocol 2.07", GOOD },
		{ 0, "MZ", 2, "6\x80\xFF", "Linux 6, Linux boot protocol 2.03", GOOD },
	};

	(void)state;
	FOR_EACH(i, rows) {
		struct rj_input input;
		const char *why;

		make_kernel(0x203);
		SET(syssize, 0);
		memset(image + 0x300, 0, 32);
		memcpy(image + 0x300, rows[i].version, strlen(rows[i].version));
		memcpy(image + rows[i].at, rows[i].bytes, rows[i].length);
		input = unit_input(image, SIZE);
		assert_int_equal(payload_linux.detect(&input, &why), RJ_DETECT_OWN);
		assert_string_equal(why, rows[i].why);
		rj_input_close(&input);
		assert_outcome(read_kernel(SIZE, NULL, NULL), &error, &rows[i].outcome);
		if (i == 3)
			assert_int_equal(piece(".setup")->bytes[0x260], 0x81);
	}
}

static void detect_cut_kernels(void **state)
{
	static const struct { size_t size; enum rj_detected answer; } rows[] = {
		{ SETUP_BYTES + 1, RJ_DETECT_OWN }, { SETUP_BYTES, RJ_DETECT_MAYBE },
		{ 0x206, RJ_DETECT_MAYBE }, { 0x205, RJ_DETECT_NO }, { 1, RJ_DETECT_NO },
	};
	static const struct { size_t size; enum rj_detected answer; } old[] = {
		{ SIZE, RJ_DETECT_MAYBE }, { SIZE - 7, RJ_DETECT_MAYBE }, { SIZE - 8, RJ_DETECT_NO },
		{ SETUP_BYTES, RJ_DETECT_NO },
	};

	(void)state;
	make_kernel(0x20F);
	FOR_EACH(i, rows) {
		struct rj_input input = unit_input(image, rows[i].size);
		const char *why;

		assert_int_equal(payload_linux.detect(&input, &why), rows[i].answer);
		rj_input_close(&input);
	}
	SET(header, 0);
	for (size_t i = 0; i < sizeof(old) / sizeof(old[0]); i++) {
		struct rj_input input = unit_input(image, old[i].size);
		const char *why;

		assert_int_equal(payload_linux.detect(&input, &why), old[i].answer);
		rj_input_close(&input);
	}
}

static void boot_programs(void **state)
{
#define IPXE "\xEA\x05\0\xC0\x07" "PXE->EB:"
	static const struct {
		const char *bytes;
		size_t length, size;
		enum rj_detected answer;
		struct unit_outcome outcome;
		size_t notes;
	} rows[] = {
		{ "\xEA\x24\x7C\0\0\x90\x90\x90\xAC\xC8\x83\x29", 12, 3000, RJ_DETECT_YES, NBP_STACK, 0 },
		{ "\xEA\x24\x7C\0\0\x90\x90\x90\xAC\xC8\x83\x29", 11, 3000, RJ_DETECT_NO, GOOD, 1 },
		{ "\xB2\x7F\xEA\0\x82", 5, 3000, RJ_DETECT_NO, NBP_STACK, 0 },
		{ IPXE, 13, 3000, RJ_DETECT_YES, GOOD, 1 },
		{ IPXE "\xBB\x15\0\xE8", 17, 3000, RJ_DETECT_YES, GOOD, 0 },
		{ IPXE, 12, 3000, RJ_DETECT_NO, GOOD, 1 },
		{ "", 1, 1, RJ_DETECT_NO, GOOD, 1 },
		{ "", 1, 0x78400, RJ_DETECT_NO, GOOD, 1 },
		{ "", 1, 0x78401, RJ_DETECT_NO, NBP_LARGE, 0 },
	};
	static uint8_t bytes[0x78401];

	(void)state;
	FOR_EACH(i, rows) {
		const struct payload_argument argument = { 0 };
		struct rj_input input;
		const char *why;

		memset(bytes, 0, sizeof(bytes));
		memcpy(bytes, rows[i].bytes, rows[i].length);
		input = unit_input(bytes, rows[i].length > rows[i].size ? rows[i].length : rows[i].size);
		rj_plan_free(&plan);
		rj_plan_init(&plan, 0x81);
		assert_int_equal(payload_nbp.detect(&input, &why), rows[i].answer);
		assert_outcome(payload_nbp.read(&plan, &input, &argument, &error), &error,
			       &rows[i].outcome);
		assert_int_equal(plan.note_count, rows[i].notes);
		rj_input_close(&input);
		if (rows[i].outcome.class)
			continue;
		assert_int_equal(piece(".nbp")->address, 0x7C00);
		assert_int_equal(piece(".boot")->bytes[1], 0x18);
		assert_int_equal(piece(".stack")->address, plan.regs.esp);
		assert_int_equal(le32(piece(".stack")->bytes), piece(".boot")->address);
		assert_int_equal(plan.regs.edx, 0x81);
	}
}

static int leave_nothing(void **state)
{
	(void)state;
	rj_plan_free(&plan);
	return 0;
}

int main(void)
{
	struct CMUnitTest tests[] = {
		cmocka_unit_test(every_protocol),
		cmocka_unit_test(zimage),
		cmocka_unit_test(old_kernels),
		cmocka_unit_test(setup_alone),
		cmocka_unit_test(services_beside),
		cmocka_unit_test(cut_kernels),
		cmocka_unit_test(where_the_initrd_goes),
		cmocka_unit_test(command_lines),
		cmocka_unit_test(who_it_is),
		cmocka_unit_test(detect_cut_kernels),
		cmocka_unit_test(boot_programs),
	};

	unit_name_rows(tests, COUNT_OF(tests));
	rj_plan_init(&plan, 0);
	return cmocka_run_group_tests(tests, NULL, leave_nothing);
}
