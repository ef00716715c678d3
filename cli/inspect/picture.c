/* SPDX-License-Identifier: MIT */
#include "inspect/picture.h"

#include <inttypes.h>
#include <stdio.h>

#include "abi/layout.h"
#include "clean.h"
#include "image/plan.h"

#define UNITS_FROM  10000               /* smaller sizes are in bytes */
#define PADDING_MAX 4096                /* bytes; less between two pieces gets no band */

const char *picture_size(uint64_t bytes, char text[PICTURE_SIZE_TEXT])
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB" };
	size_t unit = 0;
	uint64_t tenths;

	if (bytes < UNITS_FROM) {
		snprintf(text, PICTURE_SIZE_TEXT, "%" PRIu64 " B", bytes);
		return text;
	}
	tenths = bytes / 1024 * 10 + (bytes % 1024 * 10 + 512) / 1024;
	for (; tenths >= 10240 && unit < 3; unit++)
		tenths = (tenths + 512) / 1024;
	if (tenths % 10)
		snprintf(text, PICTURE_SIZE_TEXT, "%" PRIu64 ".%u %s", tenths / 10,
			 (unsigned)(tenths % 10), units[unit]);
	else
		snprintf(text, PICTURE_SIZE_TEXT, "%" PRIu64 " %s", tenths / 10, units[unit]);
	return text;
}

static uint64_t band_size(const struct band *band)
{
	return band->cut || band->end < band->from ? 0 : band->end - band->from;
}

/* Bands whose share would be too small get least, until the shares of all others suffice. */
static unsigned fix_least(struct picture *picture, unsigned lines, uint64_t *bytes)
{
	unsigned left, fixed;

	for (size_t i = 0; i < picture->count; i++)
		picture->bands[i].to_scale = true;
	do {
		left = lines;
		fixed = 0;
		*bytes = 0;
		for (size_t i = 0; i < picture->count; i++) {
			const struct band *band = &picture->bands[i];

			if (band->to_scale)
				*bytes += band_size(band);
			else
				left = left > band->least ? left - band->least : 0;
		}
		for (size_t i = 0; i < picture->count; i++) {
			struct band *band = &picture->bands[i];

			if (!band->to_scale || (!band->cut && band_size(band) > 0 &&
						band_size(band) * left >= band->least * *bytes))
				continue;
			band->to_scale = false;
			fixed++;
		}
	} while (fixed > 0);
	return left;
}

/* Of bands not rounded up yet, the one that lost most by rounding down. */
static struct band *most_rounded(struct picture *picture, unsigned left, uint64_t bytes)
{
	struct band *most = NULL;
	uint64_t most_rest = 0;

	for (size_t i = 0; i < picture->count; i++) {
		struct band *band = &picture->bands[i];
		uint64_t rest = band_size(band) * left % bytes;

		if (band->to_scale && rest > most_rest &&
		    band->lines == band_size(band) * left / bytes) {
			most = band;
			most_rest = rest;
		}
	}
	return most;
}

void picture_scale(struct picture *picture, unsigned lines)
{
	uint64_t bytes;
	unsigned left = fix_least(picture, lines, &bytes), used = 0;
	struct band *band;

	picture->scale = bytes ? (bytes + left / 2) / left : 0;
	for (size_t i = 0; i < picture->count; i++) {
		band = &picture->bands[i];
		band->lines = bytes && band->to_scale ? (unsigned)(band_size(band) * left / bytes)
						      : band->least;
		used += band->to_scale ? band->lines : 0;
	}
	for (; bytes && used < left && (band = most_rounded(picture, left, bytes)); used++)
		band->lines++;
}

static struct band *add_band(struct picture *picture, uint64_t from, uint64_t end,
			     enum memory_kind kind, const char *label, const char *note)
{
	struct band *band = &picture->bands[picture->count++];
	char text[sizeof(band->label)];

	*band = (struct band){ .from = from, .end = end, .kind = kind };
	snprintf(text, sizeof(text), "%s%s", label, note ? note : "");
	clean_name(band->label, sizeof(band->label), text);
	return band;
}

/* Marks entry and stack if they are in the band and before the next one. */
static void mark(struct band *band, const struct rj_regs *regs, uint64_t next)
{
	uint64_t entry = rj_plan_entry(regs), end = band->end < next ? band->end : next;
	uint16_t sp = (uint16_t)regs->esp;
	uint64_t top = ((uint64_t)regs->ss << 4) + (sp ? sp : UINT16_MAX + 1) - 1;

	if (entry >= band->from && entry < end)
		snprintf(band->marks[band->mark_count++], sizeof(band->marks[0]),
			 "CS:IP = %04X:%04X, starts here", regs->cs, regs->ip);
	if (top >= band->from && top < end)
		snprintf(band->marks[band->mark_count++], sizeof(band->marks[0]),
			 "SS:SP = %04X:%04X, the stack grows down", regs->ss, sp);
}

/* Free memory larger than everything else would leave no lines for the rest. */
static void cut_gaps(struct picture *picture)
{
	uint64_t used = 0;

	for (size_t i = 0; i < picture->count; i++)
		if (picture->bands[i].kind != MEMORY_FREE)
			used += band_size(&picture->bands[i]);
	for (size_t i = 0; i < picture->count; i++) {
		struct band *band = &picture->bands[i];

		band->cut = band->kind == MEMORY_FREE && band_size(band) > used;
	}
}

/* Memory on arrival, with gaps between rows as free; rows may overlap. */
static void arrival(const struct rj_image *image, struct picture *low, struct picture *high)
{
	const struct rj_regs *regs = &image->manifest.regs;
	struct memory_row rows[MEMORY_ROWS_MAX];
	size_t count = memory_map(image, rows);
	uint64_t at = 0;

	for (size_t i = 0; i < count; i++) {
		const struct memory_row *row = &rows[i];
		struct picture *picture = row->from < HIGH_MEMORY ? low : high;

		if (row->from > at)
			mark(add_band(picture, at, row->from, MEMORY_FREE, "free", NULL), regs,
			     row->from);
		mark(add_band(picture, row->from, row->end, row->kind, row->what, row->note),
		     regs, i + 1 < count ? rows[i + 1].from : UINT64_MAX);
		if (row->end > at)
			at = row->end;
	}
	cut_gaps(high);
}

/* The image from its stub on, then the stub's memory after it. */
static void loaded(const struct rj_image *image, struct picture *picture)
{
	uint64_t at = image->base, end = image->base + image->memory_size;

	if (!rj_image_is_placed(image))
		return;
	at += (uint64_t)image->stub_size + image->manifest.size;
	add_band(picture, image->base, at, MEMORY_IMAGE, "stub and manifest", NULL);
	for (size_t i = 0; i < image->piece_count; i++) {
		const struct rj_piece *piece = &image->pieces[i];
		uint64_t from = image->base + piece->offset;

		if (from > at && from - at >= PADDING_MAX)
			add_band(picture, at, from, MEMORY_FREE, "not used", NULL);
		add_band(picture, from, from + piece->size, MEMORY_PIECE, piece->name, NULL);
		at = from + piece->size;
	}
	if (end > at)
		add_band(picture, at, end, MEMORY_FREE, "the stub works here", NULL);
}

void pictures_of_image(const struct rj_image *image, struct picture pictures[PICTURE_COUNT])
{
	static const char *const titles[PICTURE_COUNT] = {
		[PICTURE_LOW] = "Memory on arrival, below 1 MiB",
		[PICTURE_HIGH] = "Memory on arrival, from 1 MiB on",
		[PICTURE_LOADED] = "The image as loaded",
	};

	for (size_t i = 0; i < PICTURE_COUNT; i++) {
		pictures[i].title = titles[i];
		pictures[i].count = 0;
	}
	arrival(image, &pictures[PICTURE_LOW], &pictures[PICTURE_HIGH]);
	loaded(image, &pictures[PICTURE_LOADED]);
}
