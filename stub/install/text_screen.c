/* SPDX-License-Identifier: MIT */
#include "install/text_screen.h"

#include "abi/manifest.h"
#include "install/modules.h"
#include "install/words.h"

#define SCREENS(row) row(auto) row(vga) row(lfb) row(serial) row(none)
enum mode {
#define ROW(name) SCREEN_##name,
	SCREENS(ROW)
#undef ROW
	SCREEN_COUNT
};
static const char *const modes[] = {
#define ROW(name) #name,
	SCREENS(ROW)
#undef ROW
};

static enum mode chosen(const struct rj_stub *stub)
{
	const char *word = stub->boot_option("rj.screen");
	uint32_t mode = word ? number_of(word, modes, SCREEN_COUNT) : SCREEN_auto;

	if (mode == SCREEN_COUNT)
		stub->fail("rj.screen=%s: expected auto, vga, lfb, serial or none", word);
	return mode;
}

struct rj_text_screen text_screen_serial(const struct rj_stub *stub)
{
	return (struct rj_text_screen){
		.uart = stub->manifest->flags & RJ_CONSOLE_SERIAL ? stub->manifest->serial_port : 0 };
}

/* Text mode, by its name or if nothing speaks against it; otherwise the framebuffer. */
static void start(struct rj_text_screen *text, enum mode mode, const struct rj_stub *stub,
		  const struct rj_host *host)
{
	const struct rj_screen *screen =
		module_interface(module_move_high(module_load(module_find("screen"))));
	bool may_be_vga = mode == SCREEN_vga || (mode == SCREEN_auto && !stub->boot_option("rj.fb"));

	text->has_vga = may_be_vga && screen->vga_start(host);
	if (mode == SCREEN_vga && !text->has_vga)
		stub->fail("rj.screen=vga: there is no VGA on which rjpack can set text mode");
	if (text->has_vga || (stub->screen.type && screen->start(&stub->screen, host)))
		text->screen = screen;
	else if (stub->screen.type)
		stub->print("the framebuffer is too small, has no direct colour, or cannot be reached; "
			    "text goes to the serial port only");
}

struct rj_text_screen text_screen_start(const struct rj_stub *stub, const struct rj_host *host)
{
	enum mode mode = chosen(stub);
	struct rj_text_screen text = { .screen = NULL };

	if (mode == SCREEN_auto || mode == SCREEN_serial)
		text = text_screen_serial(stub);
	if (mode < SCREEN_serial && stub->has_no_bios)
		start(&text, mode, stub, host);
	return text;
}
