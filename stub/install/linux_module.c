/* SPDX-License-Identifier: MIT */
/* Not in linux.c, which the host tests also compile. */
#include "install/linux.h"

#include "drivers/driver.h"

static bool is(const char *word, const char *digits)
{
	return word[0] == digits[0] && word[1] == digits[1] && !word[2];
}

/* By rj.linux, or else because no BIOS is there. */
static bool has_32_bits(const struct rj_stub *stub)
{
	const char *word = stub->boot_option("rj.linux");

	if (!word)
		return stub->has_no_bios && stub->manifest->linux_setup;
	if (!is(word, "16") && !is(word, "32"))
		stub->fail("rj.linux=%s: expected 16 or 32", word);
	if (is(word, "32") && !stub->manifest->linux_setup)
		stub->fail("rj.linux=32: the kernel has no 32-bit entry");
	return is(word, "32");
}

static void start(const struct rj_linux_start *with)
{
	struct boot_params *params = (struct boot_params *)with->stub->manifest->linux_setup;

	if (!has_32_bits(with->stub))
		return;
	linux_fill(params, with);
	with->print("starting Linux at %x", params->header.code32_start);
	linux_enter(params->header.code32_start, params);
}

INIT_DATA const struct rj_linux interface = { start };
