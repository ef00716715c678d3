/* SPDX-License-Identifier: MIT */
/*
 * Compares two images: the output of inspect --json for each, and their bytes. The paths are
 * those of the JSON.
 */
#include "inspect/compare_images.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clean.h"
#include "diag.h"
#include "image/compare.h"
#include "image/read.h"
#include "inspect/describe.h"
#include "inspect/facts.h"

#define TROUBLE 2               /* as for diff and cmp; 1: the images differ */
#define LINE    256

struct side {
	struct rj_input input;
	struct rj_image image;
	struct facts facts;
};

struct comparison {
	struct side sides[2];
	struct json json;               /* file NULL: print text */
	size_t found;
	char reported[FACT_PATH_MAX];   /* facts below this path need no report */
};

enum change { ADDED, REMOVED, CHANGED, MOVED, BYTES };
static const char *const changes[] = { [ADDED] = "added", [REMOVED] = "removed",
	[CHANGED] = "changed", [MOVED] = "moved", [BYTES] = "bytes" };

/* A piece's offset in the file follows from the sizes of the others. */
#define CONSEQUENCE ".file_offset"

static bool ends_with(const char *path, const char *end)
{
	size_t length = strlen(path), size = strlen(end);

	return length >= size && strcmp(path + length - size, end) == 0;
}

static const char *show(const struct json_value *value, char text[LINE])
{
	switch (value->kind) {
	case JSON_STRING: return clean_name(text, LINE, value->text);
	case JSON_NUMBER: snprintf(text, LINE, "%" PRIu64, value->number); return text;
	case JSON_ADDRESS: snprintf(text, LINE, "%" PRIX64 "h", value->number); return text;
	case JSON_BOOL: return value->number ? "yes" : "no";
	default: return value->kind == JSON_NULL ? "none" : "present";
	}
}

static void print_change(const struct comparison *comparison, const char *path,
			 enum change change, const struct json_value *first,
			 const struct json_value *second)
{
	char name[LINE], text[LINE], other[LINE];

	printf("  %-28s ", clean_name(name, sizeof(name), path));
	if (change == ADDED || change == REMOVED)
		printf("only in %s\n", comparison->sides[change == ADDED].input.path);
	else if (change == BYTES)
		printf("differs from offset %s on\n", show(first, text));
	else
		printf("%s -> %s\n", show(first, text), show(second, other));
}

static void json_side(struct json *json, const char *key, const struct json_value *value)
{
	if (!value)
		json_string(json, key, NULL);
	else if (value->kind == JSON_OPEN)
		json_bool(json, key, true);
	else
		json_value(json, key, value);
}

/* Reports a change; for BYTES, first is the offset. */
static void report(struct comparison *comparison, const char *path, enum change change,
		   const struct json_value *first, const struct json_value *second)
{
	struct json *json = &comparison->json;

	comparison->found++;
	snprintf(comparison->reported, sizeof(comparison->reported), "%s", path);
	if (!json->file) {
		print_change(comparison, path, change, first, second);
		return;
	}
	json_open(json, NULL, '{');
	json_string(json, "what", path);
	json_string(json, "change", changes[change]);
	if (change == BYTES) {
		json_value(json, "offset", first);
	} else {
		json_side(json, "first", first);
		json_side(json, "second", second);
	}
	json_close(json, '{');
}

static bool is_below_reported(const struct comparison *comparison, const char *path)
{
	size_t length = strlen(comparison->reported);

	return length && strncmp(path, comparison->reported, length) == 0 &&
	       (path[length] == '.' || path[length] == '[');
}

static bool same_value(const struct json_value *a, const struct json_value *b)
{
	if (a->kind != b->kind)
		return false;
	return a->kind == JSON_STRING ? strcmp(a->text, b->text) == 0 : a->number == b->number;
}

/* Reports a fact that only one side has, or that differs. */
static void compare_fact(struct comparison *comparison, const struct fact *fact, size_t side)
{
	const struct fact *other = facts_find(&comparison->sides[!side].facts, fact->path);

	if (ends_with(fact->path, CONSEQUENCE) || is_below_reported(comparison, fact->path))
		return;
	if (!other)
		report(comparison, fact->path, side ? ADDED : REMOVED,
		       side ? NULL : &fact->value, side ? &fact->value : NULL);
	else if (side == 0 && !same_value(&fact->value, &other->value))
		report(comparison, fact->path,
		       ends_with(fact->path, ".address") ? MOVED : CHANGED,
		       &fact->value, &other->value);
}

static void compare_facts(struct comparison *comparison)
{
	for (size_t side = 0; side < 2; side++) {
		const struct facts *facts = &comparison->sides[side].facts;

		comparison->reported[0] = '\0';
		for (size_t i = 0; i < facts->count; i++)
			compare_fact(comparison, &facts->all[i], side);
	}
}

static enum rj_err compare_parts(struct comparison *comparison, const char *path,
				 const struct rj_part parts[2], struct rj_error *err)
{
	struct json_value offset = { .kind = JSON_ADDRESS };

	if (rj_compare(&parts[0], &parts[1], &offset.number, err))
		return err->class;
	if (offset.number < parts[0].size && offset.number < parts[1].size)
		report(comparison, path, BYTES, &offset, NULL);
	return RJ_OK;
}

static const struct rj_piece *find_piece(const struct rj_image *image, const char *name)
{
	for (size_t i = 0; i < image->piece_count; i++)
		if (strcmp(image->pieces[i].name, name) == 0)
			return &image->pieces[i];
	return NULL;
}

static enum rj_err compare_pieces(struct comparison *comparison, struct rj_error *err)
{
	const struct side *a = &comparison->sides[0], *b = &comparison->sides[1];

	for (size_t i = 0; i < a->image.piece_count; i++) {
		const struct rj_piece *piece = &a->image.pieces[i];
		const struct rj_piece *other = find_piece(&b->image, piece->name);
		char path[FACT_PATH_MAX];

		if (!other || !rj_image_has_piece(&a->image, piece) ||
		    !rj_image_has_piece(&b->image, other))
			continue;
		snprintf(path, sizeof(path), "pieces[%s]", piece->name);
		if (compare_parts(comparison, path, (struct rj_part[]){
			{ &a->input, a->image.stub_at + piece->offset, piece->size },
			{ &b->input, b->image.stub_at + other->offset, other->size } }, err))
			return err->class;
	}
	return RJ_OK;
}

static enum rj_err compare_bytes(struct comparison *comparison, uint64_t whole,
				 struct rj_error *err)
{
	const struct side *a = &comparison->sides[0], *b = &comparison->sides[1];
	struct json_value offset = { .kind = JSON_ADDRESS, .number = whole };

	if (compare_parts(comparison, "stub", (struct rj_part[]){
		{ &a->input, a->image.stub_at, a->image.stub_size },
		{ &b->input, b->image.stub_at, b->image.stub_size } }, err) ||
	    compare_pieces(comparison, err))
		return err->class;
	if (!comparison->found)
		report(comparison, "file", BYTES, &offset, NULL);
	return RJ_OK;
}

/* Compares both files' bytes. */
static enum rj_err compare_whole(const struct comparison *comparison, uint64_t *same_bytes,
				 bool *same, struct rj_error *err)
{
	const struct rj_input *a = &comparison->sides[0].input, *b = &comparison->sides[1].input;
	struct rj_part first = { a, 0, a->size }, second = { b, 0, b->size };

	if (rj_compare(&first, &second, same_bytes, err))
		return err->class;
	*same = *same_bytes == a->size && *same_bytes == b->size;
	return RJ_OK;
}

static void begin(struct comparison *comparison, bool same)
{
	const struct side *sides = comparison->sides;
	struct json *json = &comparison->json;

	if (!json->file) {
		printf("%s and %s %s\n", sides[0].input.path, sides[1].input.path,
		       same ? "are the same" : "differ");
		return;
	}
	json_open(json, NULL, '{');
	json_number(json, "schema", JSON_SCHEMA);
	json_open(json, "files", '[');
	json_string(json, NULL, sides[0].input.path);
	json_string(json, NULL, sides[1].input.path);
	json_close(json, '[');
	json_bool(json, "same", same);
	json_open(json, "differences", '[');
}

static void end(struct comparison *comparison)
{
	if (comparison->json.file) {
		json_close(&comparison->json, '[');
		json_close(&comparison->json, '{');
	}
}

static enum rj_err compare(struct comparison *comparison, bool *same, struct rj_error *err)
{
	uint64_t same_bytes;

	if (compare_whole(comparison, &same_bytes, same, err))
		return err->class;
	begin(comparison, *same);
	if (!*same) {
		compare_facts(comparison);
		if (compare_bytes(comparison, same_bytes, err))
			return err->class;
	}
	end(comparison);
	return RJ_OK;
}

static enum rj_err read_side(struct side *side, const char *path, struct rj_error *err)
{
	struct json json = { .take = facts_take, .context = &side->facts };

	if (rj_input_open(&side->input, path, err) ||
	    rj_image_read(&side->image, &side->input, err))
		return err->class;
	json_open(&json, NULL, '{');
	inspect_describe(&json, &side->image);
	json_close(&json, '{');
	return side->facts.no_memory ? rj_no_memory(err) : RJ_OK;
}

int compare_images(const struct options *options)
{
	static struct comparison comparison;
	struct rj_error error;
	bool same = false;
	int status;

	comparison = (struct comparison){ .sides = { { .input.fd = -1 }, { .input.fd = -1 } },
					  .json.file = options->json ? stdout : NULL };
	if (read_side(&comparison.sides[0], options->operands[0].text, &error) ||
	    read_side(&comparison.sides[1], options->operands[1].text, &error) ||
	    compare(&comparison, &same, &error)) {
		status = diag(&error);
		status = status == RJ_BAD ? TROUBLE : status;
	} else {
		status = same ? RJ_OK : RJ_BAD;
	}
	for (size_t i = 0; i < 2; i++) {
		facts_free(&comparison.sides[i].facts);
		rj_input_close(&comparison.sides[i].input);
	}
	return status;
}
