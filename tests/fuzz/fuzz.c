/* SPDX-License-Identifier: MIT */
/*
 * What reads bytes of others, as libFuzzer's targets: one program for each, of this source
 * with RJ_FUZZ_TARGET, a payload kind's name or that of another reader. Sanitizers see what
 * goes wrong within them; this sees that nothing stays open, and that what a kind has
 * accepted makes an image that rjpack verify accepts.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "abi/stub_blob.h"
#include "base/compress.h"
#include "base/copy.h"
#include "base/number.h"
#include "common/disk_geometry.h"
#include "common/le.h"
#include "disk/contents.h"
#include "disk/el_torito.h"
#include "fuzz.h"
#include "image/check.h"
#include "image/container.h"
#include "image/drive_map.h"
#include "image/image.h"
#include "image/read.h"
#include "image/regs.h"
#include "image/repair_list.h"
#include "image/service_modes.h"
#include "image/services.h"
#include "image/services_read.h"
#include "machine/snapshot.h"
#include "payload/payload.h"
#include "rjload.h"

#define EXTRA_MAX 512u                  /* bytes at the end that are a second file, too */
#define TEXT_MAX  200u

/* In front of the bytes of a file: what is done with it. seeds.py writes it, too. */
struct front {
	uint32_t size;          /* zeros after the bytes make the file this long */
	uint16_t options;       /* of the kind, that are set; bits 12 to 15 as below */
	uint8_t choice;         /* the variant; the options' arguments */
	uint8_t drive;
};
#define FRONT_SIZE   8u
#define FRONT_BESIDE 0x1000u            /* another payload starts */
#define FRONT_CHOSEN 0x2000u            /* the user has chosen the drive */
#define SIZE_MAX_MIB 3u

struct rj_input open_bytes(const uint8_t *bytes, size_t used, uint64_t size)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	require(fd >= 0 && write(fd, bytes, used) == (ssize_t)used &&
		ftruncate(fd, (off_t)size) == 0, "no memory for a file");
	return (struct rj_input){ .fd = fd, .path = "fuzz", .size = size };
}

static size_t length(const char *text)
{
	return text ? strlen(text) : 0;
}

void read_error(const struct rj_error *error)
{
	volatile size_t total = length(error->subject);

	require(error->class <= RJ_NOTE, "no class of an error");
	require(error->class == RJ_OK || *error->text, "an error without words");
	require(strnlen(error->text, sizeof(error->text)) < sizeof(error->text),
		"an error's text does not end");
	(void)total;
}

/* A number of findings, by a context of size_t. */
static void count(void *context, const struct rj_error *error)
{
	read_error(error);
	if (error->class != RJ_NOTE)
		++*(size_t *)context;
}

static void unpack_image(const struct rj_image *image, const struct rj_input *input)
{
	const struct rj_output nowhere = { .fd = -1 };
	struct rj_error error = { 0 };
	uint32_t crc;

	for (size_t i = 0; i < image->piece_count; i++) {
		const struct rj_piece *piece = &image->pieces[i];
		struct rj_part source = { input, image->stub_at + piece->offset, piece->size };

		if (piece == rj_image_disk(image) ? rj_image_unpack_disk(image, input, &nowhere, &error)
						  : rj_copy(&source, &nowhere, 0, &crc, &error))
			read_error(&error);
	}
}

size_t check_image(const struct rj_input *input)
{
	static struct rj_image image;
	struct rj_error error = { 0 };
	size_t findings = 0, of_headers = 0;

	if (rj_image_read(&image, input, &error)) {
		read_error(&error);
		return 1;
	}
	rj_image_check(&image, input, count, &findings);
	rj_image_check_headers(&image, input, count, &of_headers);
	require(of_headers <= findings, "the headers alone break more rules than the image");
	if (of_headers == 0)
		unpack_image(&image, input);
	return findings;
}

/* What build does with the plan when all payloads are read. */
static void pack(struct rj_plan *plan, const struct front *front, struct rj_error *err)
{
	const struct rj_service_table table = { rj_service_blobs, rj_service_blob_count };
	const struct rj_blob blob = { rj_stub_blob, rj_stub_blob_size };
	const struct container *container = containers[front->size % container_count];
	static struct rj_image image;
	struct rj_output output = { 0 };
	struct rj_input file;

	if (!plan->has_entry)   /* --entry, where a piece with an address may be */
		rj_plan_set_entry(plan, (uint16_t)(front->size >> 4 & 0xF000),
				  (uint16_t)front->size);
	if (rj_services_plan(plan, &table, err) || rj_plan_seal(plan, err))
		return;
	file = open_bytes(NULL, 0, 0);
	output.fd = file.fd;
	if (!container->write(container, plan, &blob, &output, &image, err)) {
		file.size = image.file_size;
		require(check_image(&file) == 0, "rjpack verify finds fault with what was packed");
	}
	rj_input_close(&file);
}

/* Arguments for options: each takes the next one that it understands. */
static const char *const arguments[] = {
	"1", "2", "7", "512", "4096", "0x12345", "hidden", "drive", "hidden,drive", "fd0", "hd1",
	"0xE0", "20,16,63", "80,2,18", "none", "zlib:1",
};

#define ARGUMENTS (sizeof(arguments) / sizeof(arguments[0]))

static const char *argument_for(const struct payload_option *option, unsigned choice)
{
	struct rj_error error = { 0 };
	union rj_value value;

	for (unsigned i = 0; i < ARGUMENTS; i++) {
		const char *argument = arguments[(choice + i) % ARGUMENTS];

		if (!option->parse(argument, &value, &error))
			return argument;
		read_error(&error);
	}
	require(false, "no argument for an option");
	return NULL;
}

static void set_option(struct rj_plan *plan, const struct payload_option *option, unsigned choice,
		       const struct rj_input *extra, const char *text)
{
	const struct rj_setting setting = {
		.option = option, .text = option->parse ? argument_for(option, choice) : text,
		.input = option->file ? extra : NULL };
	unsigned times = option->repeats ? 1 + choice % (RJ_LIST_MAX + 1) : 1;
	struct rj_error error = { 0 };

	while (times--)
		if (payload_set(&plan->settings, &setting, &error))
			read_error(&error);
}

/* Bit n of options: whether option n of the kind is set. */
static void set_options(struct rj_plan *plan, const struct payload_kind *kind,
			const struct front *front, const struct rj_input *extra, const char *text)
{
	for (unsigned i = 0; kind->options && kind->options[i]; i++)
		if (front->options >> i & 1)
			set_option(plan, kind->options[i], front->choice + front->drive * i, extra,
				   text);
}

static void read_kind(const struct payload_kind *kind, struct rj_input *input,
		      const struct front *front, const struct rj_input *extra, const char *text)
{
	static struct rj_plan plan;
	struct payload_argument argument = {
		.address = front->size,
		.beside = kind->beside && front->options & FRONT_BESIDE };
	const struct payload_kind *detected;
	struct rj_error error = { 0 };
	const char *why;

	rj_plan_init(&plan, front->drive);
	plan.drive_chosen = front->options & FRONT_CHOSEN;
	set_options(&plan, kind, front, extra, text);
	if (kind->variants && front->choice % (kind->variant_count + 1))
		argument.word = kind->variants[front->choice % (kind->variant_count + 1) - 1].name;
	if (payload_detect(input, &detected, &why, &error))
		read_error(&error);
	else
		require(length(why) > 0, "it does not say what speaks for a kind");
	if (kind->words ? kind->take(&plan, text, &error)
			: kind->read(&plan, input, &argument, &error))
		read_error(&error);
	else
		pack(&plan, front, &error);
	for (size_t i = 0; i < plan.note_count; i++)
		read_error(&plan.notes[i]);
	rj_plan_free(&plan);
}

/* The end of the bytes as a text. */
static void cut_text(char text[TEXT_MAX + 1], const uint8_t *bytes, size_t size)
{
	size_t used = size < TEXT_MAX ? size : TEXT_MAX;

	if (used)
		memcpy(text, bytes + size - used, used);
	text[used] = '\0';
}

static void fuzz_kind(const struct payload_kind *kind, const uint8_t *bytes, size_t size)
{
	struct rj_error error = { 0 };
	struct rj_input input, extra;
	struct front front;
	char text[TEXT_MAX + 1];
	size_t tail;

	if (size <= FRONT_SIZE)
		return;
	front = (struct front){ le32(bytes), le16(bytes + 4), bytes[6], bytes[7] };
	bytes += FRONT_SIZE;
	size -= FRONT_SIZE;
	tail = size < EXTRA_MAX ? size : EXTRA_MAX;
	cut_text(text, bytes, size);
	extra = open_bytes(bytes + size - tail, tail, tail);
	input = open_bytes(bytes, size, size);
	/* deflate can make a thousand times as much of zeros, too: gzip gets none */
	if (!rj_is_gzip(&input) && front.size > size && front.size <= SIZE_MAX_MIB << 20) {
		require(ftruncate(input.fd, (off_t)front.size) == 0, "no memory for a file");
		input.size = front.size;
	}
	if (!kind->exact && rj_contents(&input, &error))
		read_error(&error);
	else
		read_kind(kind, &input, &front, &extra, text);
	rj_input_close(&input);
	rj_input_close(&extra);
}

static void with_file(void (*run)(struct rj_input *input, struct rj_error *err),
		      const uint8_t *bytes, size_t size)
{
	struct rj_error error = { 0 };
	struct rj_input input;

	if (size == 0)
		return;
	input = open_bytes(bytes, size, size);
	run(&input, &error);
	read_error(&error);
	rj_input_close(&input);
}

static void run_contents(struct rj_input *input, struct rj_error *err)
{
	if (!rj_contents(input, err))
		require(input->size > 0 && !rj_refuse_foreign(input, err),
			"what is unpacked is empty or foreign");
}

static void fuzz_contents(const uint8_t *bytes, size_t size)
{
	with_file(run_contents, bytes, size);
}

static void run_image(struct rj_input *input, struct rj_error *err)
{
	(void)err;
	check_image(input);
}

static void fuzz_image(const uint8_t *bytes, size_t size)
{
	with_file(run_image, bytes, size);
}

static void run_el_torito(struct rj_input *input, struct rj_error *err)
{
	struct el_torito_boot boot;

	if (!el_torito_find(input, &boot, err))
		require(boot.media < EL_TORITO_MEDIA_COUNT && boot.load_segment &&
			(uint64_t)boot.lba * CD_SECTOR < input->size,
			"an entry of the catalog that cannot be");
}

static void fuzz_el_torito(const uint8_t *bytes, size_t size)
{
	with_file(run_el_torito, bytes, size);
}

static void run_snapshot(struct rj_input *input, struct rj_error *err)
{
	static struct rj_snapshot snapshot;
	static struct rj_plan plan;

	if (rj_snapshot_read(&snapshot, input, err))
		return;
	rj_plan_init(&plan, 0x80);
	require(rj_snapshot_size(&snapshot) == input->size, "a snapshot's size");
	rj_snapshot_plan(&snapshot, input, &plan, err);
	rj_plan_free(&plan);
}

/* No chance finds the CRC-32: an odd number of bytes gets the right one. */
static void fuzz_snapshot(const uint8_t *bytes, size_t size)
{
	uint8_t *copy;

	if (size < RJ_SNAPSHOT_CRC)
		return;
	copy = malloc(size);
	require(copy != NULL, "no memory");
	memcpy(copy, bytes, size);
	if (copy[size - 1] & 1) {
		size_t at = size - RJ_SNAPSHOT_CRC;

		le_store(copy + at, (uint32_t)crc32_z(0, copy, at), RJ_SNAPSHOT_CRC);
	}
	with_file(run_snapshot, copy, size);
	free(copy);
}

static void fuzz_services(const uint8_t *bytes, size_t size)
{
	struct rj_services_info info = { 0 };

	rj_services_parse(&info, rj_stub_in_front(rj_stub_blob, rj_stub_blob_size), bytes, size);
	require(info.module_count <= RJ_SERVICES_MODULES, "too many modules");
	for (size_t i = 0; i < info.module_count; i++)
		require(strnlen(info.modules[i].name, RJ_MODULE_NAME_SIZE) < RJ_MODULE_NAME_SIZE,
			"a module's name does not end");
}

/* What is written on command lines; the list of repairs is read back from its own text. */
static void parse_texts(char *text)
{
	char again[RJ_REPAIRS_TEXT];
	struct rj_error error = { 0 };
	struct rj_services services = { 0 };
	struct rj_geometry geometry;
	struct rj_regs regs;
	uint64_t value;
	uint32_t repairs = 0, same;
	uint16_t segment, offset;
	uint8_t byte;

	rj_regs_init(&regs, 0x80);
	rj_regs_assign(&regs, text, &error);
	read_error(&error);
	if (!rj_parse_number(text, UINT32_MAX, &value, &error))
		require(value <= UINT32_MAX, "a number above its limit");
	rj_parse_far(text, &segment, &offset, &error);
	rj_parse_drive(text, &byte, &error);
	rj_int13_find(text, &byte, &error);
	rj_usb_find(text, &same, &error);
	if (rj_usb_unit(text, &same))
		require(RJ_USB_PORT(same), "a USB disk at no port");
	if (rj_geometry_read(text, &geometry))
		require(geometry.heads && geometry.sectors && geometry.cylinders, "a geometry of 0");
	for (size_t i = 0; i < 20; i++)
		rj_drive_map_add(&services, text, &error);
	read_error(&error);
	if (!rj_repairs_parse(text, &repairs, &error)) {
		rj_repairs_text(repairs, again);
		require(!rj_repairs_parse(again, &same, &error) && same == repairs,
			"repairs are not those of their own text");
	}
	read_error(&error);
}

static void fuzz_text(const uint8_t *bytes, size_t size)
{
	char text[TEXT_MAX + 1], *copy;
	uint64_t address;
	struct rj_error error = { 0 };

	cut_text(text, bytes, size);
	copy = strdup(text);
	require(copy != NULL, "no memory");
	payload_split_address(copy, &address, &error);
	free(copy);
	copy = strdup(text);
	require(copy != NULL, "no memory");
	parse_texts(copy);
	free(copy);
}

static void fuzz_geometry(const uint8_t *bytes, size_t size)
{
	struct rj_geometry g;

	if (size < 2 * 512 + 4)
		return;
	g = rj_geometry_of_disk(bytes, bytes[1024] & 1 ? bytes + 512 : NULL,
				1 + (uint64_t)le32(bytes + 1024));
	require(g.cylinders && g.cylinders <= GEOMETRY_CYLINDERS_MAX &&
		g.heads && g.heads <= GEOMETRY_HEADS_MAX &&
		g.sectors && g.sectors <= GEOMETRY_SECTORS_MAX, "a geometry that INT 13h cannot name");
}

/* The sum of what a kernel would copy is there to have it read. */
static void fuzz_rjload(const uint8_t *bytes, size_t size)
{
	struct rj_load load;
	size_t at;

	if (rj_load_open(&load, bytes, size))
		return;
	at = (size_t)(load.image - bytes);
	require(at <= size && load.size <= size - at, "an image that the file does not hold");
	require(load.params >= load.size && load.memory > load.params &&
		load.memory % RJ_LOAD_PAGE == 0, "memory that does not hold the image");
	crc32_z(0, load.image, (size_t)load.size);
}

/* The readers that are not payload kinds. */
static const struct {
	const char *name;
	void (*run)(const uint8_t *bytes, size_t size);
} readers[] = {
	{ "contents", fuzz_contents },
	{ "el-torito", fuzz_el_torito },
	{ "extract", fuzz_extract },
	{ "geometry", fuzz_geometry },
	{ "image", fuzz_image },
	{ "inspect", fuzz_inspect },
	{ "plan", fuzz_plan },
	{ "rjload", fuzz_rjload },
	{ "services", fuzz_services },
	{ "snapshot", fuzz_snapshot },
	{ "survey", fuzz_survey },
	{ "text", fuzz_text },
	{ "verify", fuzz_verify },
};

static void run(const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < payload_kind_count; i++)
		if (strcmp(payload_kinds[i]->name, RJ_FUZZ_TARGET) == 0) {
			fuzz_kind(payload_kinds[i], bytes, size);
			return;
		}
	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++)
		if (strcmp(readers[i].name, RJ_FUZZ_TARGET) == 0) {
			readers[i].run(bytes, size);
			return;
		}
	require(false, "no target has the name " RJ_FUZZ_TARGET);
}

/* The number that the next file would get. */
static int next_descriptor(void)
{
	int fd = dup(STDERR_FILENO);

	close(fd);
	return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	int before = next_descriptor();

	run(bytes, size);
	require(next_descriptor() == before, "a file stays open");
	return 0;
}
