/* SPDX-License-Identifier: MIT */
/* The header for other kernels, on images of every container. */
#include "unit.h"

#include "abi/stub_blob.h"
#include "base/setup_header.h"
#include "common/le.h"
#include "image/container.h"
#include "rjload.h"

#define FRONT       (SETUP_SIZE + STUB_HEADER + 8u)     /* all that the header looks at */
#define MUTATIONS   200000
#define FOUR_GIB    (1ull << 32)

static struct rj_error error;       /* of the last call that failed */

struct file {
	uint8_t *bytes;
	size_t size;
	struct rj_image image;
};

static void pack(const struct container *container, struct file *file)
{
	struct rj_blob blob = { rj_stub_blob, rj_stub_blob_size };
	struct rj_output output = { .fd = unit_file("", 0) };
	struct rj_plan plan;
	uint8_t *piece = calloc(1, 1000);

	assert_non_null(piece);
	rj_plan_init(&plan, 0x80);
	assert_int_equal(rj_plan_add_bytes(&plan, ".raw", 0x7C00, piece, 1000, &error), RJ_OK);
	rj_plan_set_entry(&plan, 0, 0x7C00);
	assert_int_equal(rj_plan_seal(&plan, &error), RJ_OK);
	assert_int_equal(container->write(container, &plan, &blob, &output, &file->image, &error), RJ_OK);
	rj_plan_free(&plan);
	file->size = (size_t)file->image.file_size;
	file->bytes = malloc(file->size);
	assert_non_null(file->bytes);
	assert_int_equal(pread(output.fd, file->bytes, file->size, 0), (ssize_t)file->size);
	close(output.fd);
}

/* The result of opening the first bytes of a file, in memory that ends with them. */
static enum rj_load_error opened(const uint8_t *bytes, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);
	struct rj_load load = { 0 };
	enum rj_load_error result;

	assert_non_null(copy);
	memcpy(copy, bytes, size);
	result = rj_load_open(&load, copy, size);
	if (!result) {
		size_t at = (size_t)(load.image - copy);

		assert_true(at <= size && load.size <= size - at);
		assert_true(load.params >= load.size && load.params <= FOUR_GIB);
		assert_int_equal(load.memory - load.params, 2 * RJ_LOAD_PAGE);
		assert_int_equal(load.memory % RJ_LOAD_PAGE, 0);
	}
	free(copy);
	return result;
}

static void finds_the_image(const struct file *file)
{
	struct rj_load load = { 0 };

	assert_int_equal(rj_load_open(&load, file->bytes, file->size), RJ_LOAD_OK);
	assert_ptr_equal(load.image, file->bytes + file->image.stub_at);
	assert_true(load.size >= file->image.manifest.image_size);
	assert_true(load.params >= file->image.memory_size);
	assert_true(load.params - file->image.memory_size < RJ_LOAD_PAGE);
}

static void is_cut(const struct file *file)
{
	struct rj_load load = { 0 };
	size_t whole;

	assert_int_equal(rj_load_open(&load, file->bytes, file->size), RJ_LOAD_OK);
	whole = (size_t)(load.image - file->bytes) + (size_t)load.size;
	for (size_t size = 0; size < whole; size += size < FRONT ? 1 : 61)
		assert_int_equal(opened(file->bytes, size), RJ_LOAD_CUT);
	assert_int_equal(opened(file->bytes, whole - 1), RJ_LOAD_CUT);
	assert_int_equal(opened(file->bytes, whole), RJ_LOAD_OK);
}

/* Puts every value of one byte into each place of the front; then some into many. */
static void is_mutated(const struct file *file)
{
	for (size_t at = 0; at < FRONT; at++) {
		uint8_t was = file->bytes[at];

		for (unsigned value = 0; value < 256; value += 15) {
			file->bytes[at] = (uint8_t)value;
			opened(file->bytes, FRONT);
			opened(file->bytes, file->size);
		}
		file->bytes[at] = was;
	}
	for (unsigned i = 0; i < MUTATIONS; i++) {
		uint8_t front[2 * FRONT];

		memcpy(front, file->bytes, sizeof(front));
		for (int n = rand() % 8; n >= 0; n--)
			front[(size_t)rand() % FRONT] = (uint8_t)rand();
		opened(front, FRONT + (size_t)rand() % FRONT);
	}
}

static void is_no_image(const struct file *file)
{
	uint8_t *magic = file->bytes + file->image.stub_at + STUB_HEADER;
	uint8_t zeros[FRONT] = { 0 };

	for (size_t i = 0; i < strlen(RJ_STUB_MAGIC); i++) {
		magic[i] ^= 0x20;
		assert_int_equal(opened(file->bytes, file->size), RJ_LOAD_NO_IMAGE);
		magic[i] ^= 0x20;
	}
	assert_int_equal(opened(zeros, sizeof(zeros)), RJ_LOAD_NO_IMAGE);
}

static void is_copied(const struct file *file)
{
	struct rj_load load = { 0 };
	uint64_t places[] = { 0, 0xFF000, 0x100800, FOUR_GIB, UINT64_MAX - 0xFFF, 0 };
	char options[RJ_LOAD_OPTIONS_MAX + 2];
	uint8_t *memory;

	assert_int_equal(rj_load_open(&load, file->bytes, file->size), RJ_LOAD_OK);
	memory = malloc((size_t)load.memory);
	assert_non_null(memory);
	places[5] = FOUR_GIB - load.memory + RJ_LOAD_PAGE;
	FOR_EACH(i, places)
		assert_int_equal(rj_load_copy(&load, memory, places[i], NULL), RJ_LOAD_PLACE);
	assert_int_equal(rj_load_copy(&load, memory, FOUR_GIB - load.memory, NULL), RJ_LOAD_OK);
	assert_memory_equal(memory, load.image, load.size);
	for (uint64_t i = load.size; i < load.memory; i++)
		assert_int_equal(memory[i], 0);

	memset(options, 'x', sizeof(options));
	options[RJ_LOAD_OPTIONS_MAX + 1] = '\0';
	assert_int_equal(rj_load_copy(&load, memory, 0x100000, options), RJ_LOAD_OPTIONS);
	options[RJ_LOAD_OPTIONS_MAX] = '\0';
	assert_int_equal(rj_load_copy(&load, memory, 0x100000, options), RJ_LOAD_OK);
	assert_string_equal((char *)memory + le32(memory + load.params + offsetof(struct boot_params, header.cmd_line_ptr)) - 0x100000,
			    options);
	assert_true(sizeof(options) - 1 <= COMMAND_LINE_SIZE);
	free(memory);
}

static void check_file(const struct file *file)
{
	finds_the_image(file);
	is_cut(file);
	is_no_image(file);
	is_mutated(file);
	is_copied(file);
}

static void every_container(void **state)
{
	(void)state;
	for (size_t i = 0; i < container_count; i++) {
		struct file file;

		pack(containers[i], &file);
		if (file.image.stub_size > 0)
			check_file(&file);
		free(file.bytes);
	}
}

/* The universal container holds two headers: each leads to the image. */
static void without_the_elf_header(void **state)
{
	struct file file;

	(void)state;
	pack(containers[0], &file);
	memset(file.bytes, 0, SETUP_HEADER);
	check_file(&file);
	free(file.bytes);
}

/* Fields of ELF64 by their offsets, with values that none may have. */
static void wrong_elf_fields(void **state)
{
	static const struct {
		size_t at;
		uint64_t value;
		enum rj_load_error error;
	} rows[] = {
		{ 32, UINT64_MAX, RJ_LOAD_CUT },                /* e_phoff */
		{ 32, UINT64_MAX - 55, RJ_LOAD_CUT },
		{ 64 + 8, UINT64_MAX, RJ_LOAD_CUT },            /* p_offset */
		{ 64 + 8, 0, RJ_LOAD_NO_IMAGE },
		{ 64 + 8, SETUP_SIZE + 16, RJ_LOAD_CUT },
		{ 64 + 32, UINT64_MAX, RJ_LOAD_CUT },           /* p_filesz */
		{ 64 + 32, -(uint64_t)SETUP_SIZE, RJ_LOAD_CUT },
		{ 64 + 32, 1023, RJ_LOAD_NO_IMAGE },
		{ 64 + 40, 1024, RJ_LOAD_NO_IMAGE },            /* p_memsz */
		{ 64 + 40, FOUR_GIB, RJ_LOAD_NO_IMAGE },
		{ 64 + 40, UINT64_MAX, RJ_LOAD_NO_IMAGE },
		{ 64 + 40, FOUR_GIB - 1, RJ_LOAD_OK },          /* there is no room for this */
	};
	struct file file;

	(void)state;
	pack(containers[0], &file);
	FOR_EACH(i, rows) {
		uint64_t was = le64(file.bytes + rows[i].at);

		le_store(file.bytes + rows[i].at, rows[i].value, 8);
		assert_int_equal(opened(file.bytes, file.image.manifest.image_size + SETUP_SIZE),
				 rows[i].error);
		le_store(file.bytes + rows[i].at, was, 8);
	}
	free(file.bytes);
}

UNIT_MAIN(cmocka_unit_test(every_container),
	  cmocka_unit_test(without_the_elf_header),
	  cmocka_unit_test(wrong_elf_fields))
