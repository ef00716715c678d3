/* SPDX-License-Identifier: MIT */
/* The stub's options on the loader's command line. */
#include "unit.h"

#include "entry/options.h"

/* As packed: --drive hd0 --console vga,serial --on-error reboot, DH set. */
static const struct rj_manifest packed = {
	.flags = RJ_VERBOSE | RJ_CONSOLE_VGA | RJ_CONSOLE_SERIAL,
	.serial_port = COM1,
	.serial_divisor = COM1_DIVISOR,
	.regs.edx = 0x12345680,
};

/* A new line; what a longer one before it has left is gone. */
static void read_line(const char *line)
{
	char text[COMMAND_LINE_SIZE];

	memset(text, ' ', sizeof(text));
	memcpy(text, line, strlen(line));
	text[sizeof(text) - 1] = '\0';
	options_read(text);
}

static struct rj_manifest apply(const char *line)
{
	struct rj_manifest m = packed;

	read_line(line);
	assert_null(options_apply(&m));
	return m;
}

/* Nothing of it is taken; where it is about the console, there is one to say so. */
static void refuse(const char *option, const char *value)
{
	struct rj_manifest m = packed, silent = packed;
	char line[80];

	snprintf(line, sizeof(line), "a %s=%s b", option, value);
	read_line(line);
	assert_string_equal(options_apply(&m), option);
	assert_string_equal(boot_option(option), value);
	assert_memory_equal(&m, &packed, sizeof(m));
	silent.flags = RJ_VERBOSE;
	assert_string_equal(options_apply(&silent), option);
	assert_int_equal(silent.flags, strcmp(option, "rj.console") ? RJ_VERBOSE : packed.flags);
}

static void nothing_is_said(void **state)
{
	static const char *const lines[] = {
		"", " ", "quiet", "rj.drive", "rj.driver=1", "xrj.drive=1", "BOOT=rj.drive=1", "=1",
	};

	(void)state;
	FOR_EACH_NAMED(i, lines, lines[i]) {
		struct rj_manifest m = apply(lines[i]);

		assert_memory_equal(&m, &packed, sizeof(m));
		assert_null(boot_option("rj.drive"));
	}
}

static void the_last_value_counts(void **state)
{
	char line[3 * COMMAND_LINE_SIZE];

	(void)state;
	read_line("/image rj.int13=ahci\tx rj.int13= y rj.int13=a=b,c rj.int1=no");
	assert_string_equal(boot_option("rj.int13"), "a=b,c");
	assert_string_equal(boot_option("rj.int1"), "no");
	assert_null(boot_option("rj.int"));
	read_line("rj.int13=");
	assert_string_equal(boot_option("rj.int13"), "");
	/* a line that is too long is cut, and nothing after it is read */
	memset(line, 'x', sizeof(line));
	memcpy(line, "rj.int13=", 9);
	options_read(line);
	assert_int_equal(strlen(boot_option("rj.int13")), COMMAND_LINE_SIZE - 1 - 9);
}

static void drives(void **state)
{
	static const struct {
		const char *line;
		uint32_t edx;
	} rows[] = {
		{ "rj.drive=0x81", 0x12345681 },
		{ "rj.drive=0xfE rj.on_error=halt", 0x123456FE },
		{ "rj.drive=0", 0x12345600 },
		{ "rj.drive=255", 0x123456FF },
		{ "rj.drive=hd0", 0x12345680 },
		{ "rj.drive=hd127", 0x123456FF },
		{ "quiet rj.drive=hd0 rj.drive=fd1", 0x12345601 },
	};
	static const char *const bad[] = {
		"", "hd", "fd", "0x", "256", "0x100", "hd128", "4294967424", "0x100000080", "-1",
		"1x", "0x8g", "0x8@", "0x8:", "8a", "hda", "hd0,", "hdhd0",
	};

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].line)
		assert_int_equal(apply(rows[i].line).regs.edx, rows[i].edx);
	FOR_EACH_NAMED(i, bad, bad[i])
		refuse("rj.drive", bad[i]);
}

static void consoles(void **state)
{
	static const struct {
		const char *line;
		uint32_t flags, port, divisor;
	} rows[] = {
		{ "rj.console=none", 0, COM1, 1 },
		{ "rj.console=vga", RJ_CONSOLE_VGA, COM1, 1 },
		{ "rj.console=serial", RJ_CONSOLE_SERIAL, COM1, 1 },
		{ "rj.console=vga,serial", RJ_CONSOLE_VGA | RJ_CONSOLE_SERIAL, COM1, 1 },
		{ "rj.console=serial:0x2F8", RJ_CONSOLE_SERIAL, 0x2F8, 1 },
		{ "rj.console=serial:0x2f8,9600", RJ_CONSOLE_SERIAL, 0x2F8, 12 },
		{ "rj.console=vga,serial:744,2", RJ_CONSOLE_VGA | RJ_CONSOLE_SERIAL, 744, 57600 },
	};
	static const char *const bad[] = {
		"vgaserial", "tty", "vga,tty", "none,vga", "serial,vga", "serial:", "serial:0x10000",
		"serial:0x3F8,", "serial:0x3F8,0", "serial:0x3F8,1", "serial:0x3F8,7",
		"serial:0x3F8,115201", "serial:0x3F8,9600,vga", "serial:x", "", "vga,", "serial:0",
		"serial:0xFF", "serial:0xFFF9", "none,",
	};

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].line) {
		struct rj_manifest m = apply(rows[i].line);

		assert_int_equal(m.flags, RJ_VERBOSE | rows[i].flags);
		assert_int_equal(m.serial_port, rows[i].port);
		assert_int_equal(m.serial_divisor, rows[i].divisor);
	}
	FOR_EACH_NAMED(i, bad, bad[i])
		refuse("rj.console", bad[i]);
}

static void what_follows_a_failure(void **state)
{
	(void)state;
	assert_true(apply("rj.on_error=halt").flags & RJ_HALT_ON_ERROR);
	assert_false(apply("rj.on_error=halt rj.on_error=reboot").flags & RJ_HALT_ON_ERROR);
	refuse("rj.on_error", "halts");
	refuse("rj.on_error", "haltreboot");
	refuse("rj.on_error", "panic");
	refuse("rj.on_error", "");
}

UNIT_MAIN(
	cmocka_unit_test(nothing_is_said),
	cmocka_unit_test(the_last_value_counts),
	cmocka_unit_test(drives),
	cmocka_unit_test(consoles),
	cmocka_unit_test(what_follows_a_failure),
)
