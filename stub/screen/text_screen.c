/* SPDX-License-Identifier: MIT */
#include "screen/text_screen.h"

#include "abi/manifest.h"
#include "common/words.h"
#include "hardware/firmware.h"
#include "screen/vga.h"

#define SCREENS(row) row(auto) row(vga) row(lfb) row(serial) row(none)
enum mode {
#define ROW(name) SCREEN_##name,
	SCREENS(ROW)
#undef ROW
	SCREEN_COUNT
};
static INIT_DATA const char *const modes[] = {
#define ROW(name) #name,
	SCREENS(ROW)
#undef ROW
};

static INIT enum mode chosen(const struct rj_stub *stub)
{
	const char *word = stub->boot_option("rj.screen");
	uint32_t mode = word ? number_of(word, modes, SCREEN_COUNT) : SCREEN_auto;

	if (mode == SCREEN_COUNT)
		stub->fail("rj.screen=%s: expected auto, vga, lfb, serial or none", word);
	return mode;
}

/* Text mode, by its name or if nothing speaks against it; otherwise the framebuffer. */
static INIT void start(struct rj_text_screen *text, enum mode mode, const struct rj_stub *stub,
		       const struct rj_host *host)
{
	bool may_be_vga = mode == SCREEN_vga || (mode == SCREEN_auto && !stub->boot_option("rj.fb"));

	text->has_vga = may_be_vga && vga_start(host, mode == SCREEN_vga);
	if (mode == SCREEN_vga && !text->has_vga)
		stub->fail("rj.screen=vga: there is no VGA on which rjpack can set text mode");
	if (text->has_vga || (stub->screen.type && rj_screen.start(&stub->screen, host)))
		text->screen = &rj_screen;
	else if (stub->screen.type)
		stub->print("the framebuffer is too small, has no direct colour, or cannot be reached; "
			    "text goes to the serial port only");
	text->mirrors = text->screen && !text->has_vga && vga_memory_is_ram();
}

/* Whether the machine's own INT 10h serves. */
static INIT bool has_video_bios(const struct rj_stub *stub)
{
	return !stub->has_no_bios && has_video_rom();
}

static INIT void text_screen_start(struct rj_text_screen *text, const struct rj_stub *stub,
				   const struct rj_host *host)
{
	enum mode mode = chosen(stub);

	*text = (struct rj_text_screen){ .screen = NULL };
	if ((mode == SCREEN_auto || mode == SCREEN_serial) && stub->manifest->flags & RJ_CONSOLE_SERIAL)
		text->uart = stub->manifest->serial_port;
	if (mode < SCREEN_serial && !has_video_bios(stub))
		start(text, mode, stub, host);
}

INIT_DATA const struct rj_text_screens interface = { text_screen_start };
