/* SPDX-License-Identifier: MIT */
#include "progress_bar.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/progress.h"
#include "cleanup.h"
#include "inspect/picture.h"
#include "terminal.h"

#define PATIENCE_MS 500                 /* before the bar is shown */
#define INTERVAL_MS 100                 /* between two drawings */
#define BAR_MAX     320

static const char *const words[] = {
#define WORK_WORD(name, word) word,
	RJ_WORKS(WORK_WORD)
#undef WORK_WORD
};

static struct {
	enum rj_work work;
	uint64_t bytes, done;
	bool working;                   /* work began at first_ms */
	int64_t first_ms, drawn_ms;
	bool shown;
} bar;

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* One write(), so that a signal finds the line either drawn or not. */
static void put(const char *text, size_t size)
{
	if (write(STDERR_FILENO, text, size) < 0)
		rj_progress_tell(NULL);
}

static void clear(void)
{
	if (!bar.shown)
		return;
	put(CLEAR_LINE, strlen(CLEAR_LINE));
	bar.shown = false;
	cleanup_clear_line(false);
}

/* "compressing [####    ]  50% of 1 GiB"; leaves the last column free, where some wrap. */
static void draw(void)
{
	unsigned percent = (unsigned)(100 * (bar.done / 1024) / (bar.bytes / 1024 + 1));
	unsigned columns = terminal_columns(STDERR_FILENO) - 1, room, filled;
	char size[PICTURE_SIZE_TEXT], text[BAR_MAX + 1], tail[64];
	size_t used;

	if (percent > 100)
		percent = 100;
	snprintf(tail, sizeof(tail), "] %3u%% of %s", percent, picture_size(bar.bytes, size));
	used = (size_t)snprintf(text, sizeof(text), CLEAR_LINE "%s [", words[bar.work]);
	room = columns - (unsigned)(used - strlen(CLEAR_LINE) + strlen(tail));
	filled = room * percent / 100;
	memset(text + used, '#', filled);
	memset(text + used + filled, ' ', room - filled);
	memcpy(text + used + room, tail, strlen(tail));
	cleanup_clear_line(true);
	bar.shown = true;
	put(text, used + room + strlen(tail));
}

static void begin(enum rj_work work, uint64_t bytes)
{
	bar.work = work;
	bar.bytes = bytes;
	bar.done = 0;
	if (!bar.working)
		bar.first_ms = now_ms();
	bar.working = true;
}

static void advance(uint64_t bytes)
{
	int64_t now = now_ms();

	bar.done += bytes;
	if (now - bar.first_ms >= PATIENCE_MS && now - bar.drawn_ms >= INTERVAL_MS) {
		bar.drawn_ms = now;
		draw();
	}
}

void progress_bar_start(void)
{
	static const struct rj_progress progress = { begin, advance, clear };
	const char *term = getenv("TERM");

	if (isatty(STDERR_FILENO) && term && *term && strcmp(term, "dumb") != 0)
		rj_progress_tell(&progress);
}
