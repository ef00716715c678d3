/* SPDX-License-Identifier: MIT */
/* The container as written, read back by libelf and by rjpack itself. */
#include "unit.h"

#include <libelf.h>
#include <zlib.h>

#include "abi/layout.h"
#include "abi/repairs.h"
#include "abi/stub_blob.h"
#include "base/share.h"
#include "common/le.h"
#include "image/check.h"
#include "image/container_layout.h"
#include "image/read.h"

#define BASE 0x200000

static struct rj_error error;       /* of the last call that failed */

struct packed {
	struct rj_image image;
	struct rj_input file;
};

static const struct rj_range pieces[] = {
	{ 0x7C00, 0x7E00, ".mbr", 0, false },
	{ 0x8000, 0x8003, ".odd", 0, false },
	{ 0x90000, 0x90400, ".far", 0, false },
};
#define PIECES (sizeof(pieces) / sizeof(pieces[0]))

/* The container that pack() writes: each test is for one, or goes through all of them. */
static const struct container *written = &container_elf;

static bool has_stub(const struct packed *packed)
{
	return packed->image.stub_size > 0;
}

static uint8_t *piece_bytes(size_t n, size_t size)
{
	uint8_t *bytes = malloc(size);

	assert_non_null(bytes);
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(i * 7 + n);
	return bytes;
}

static void make_plan(struct rj_plan *plan)
{

	rj_plan_init(plan, 0x80);
	plan->base = BASE;
	for (size_t i = 0; i < PIECES; i++) {
		size_t size = (size_t)(pieces[i].end - pieces[i].from);

		assert_int_equal(rj_plan_add_bytes(plan, pieces[i].name, pieces[i].from,
						   piece_bytes(i, size), size, &error), RJ_OK);
	}
	rj_plan_set_entry(plan, 0, 0x7C00);
	assert_int_equal(rj_plan_seal(plan, &error), RJ_OK);
}

static void pack_plan(struct rj_plan *plan, const struct rj_blob *blob,
		      struct packed *packed)
{

	packed->file = unit_input("", 0);
	assert_int_equal(written->write(written, plan, blob, &(struct rj_output){ packed->file.fd, false },
					&packed->image, &error), RJ_OK);
	packed->file.size = (uint64_t)lseek(packed->file.fd, 0, SEEK_END);
	rj_plan_free(plan);
}

static void pack(struct packed *packed)
{
	struct rj_blob blob = { rj_stub_blob, rj_stub_blob_size };
	struct rj_plan plan;

	make_plan(&plan);
	pack_plan(&plan, &blob, packed);
}

static void count_findings(void *context, const struct rj_error *finding)
{
	if (finding->class != RJ_NOTE)
		++*(unsigned *)context;
}

static unsigned findings(const struct rj_input *file)
{
	struct rj_image image;
	unsigned count = 0;

	if (rj_image_read(&image, file, &error))
		return 1;
	rj_image_check(&image, file, count_findings, &count);
	return count;
}

static void read_back(void **state)
{
	struct packed packed;
	struct rj_image image;

	(void)state;
	pack(&packed);
	assert_int_equal(packed.image.file_size, packed.file.size);
	assert_int_equal(findings(&packed.file), 0);
	assert_int_equal(rj_image_read(&image, &packed.file, &error), RJ_OK);
	assert_ptr_equal(image.container, written);
	assert_memory_equal(&image.features, &packed.image.features, sizeof(image.features));
	assert_int_equal(image.base, has_stub(&packed) ? BASE : 0);
	assert_int_equal(image.memory_size, packed.image.memory_size);
	assert_memory_equal(&image.manifest, &packed.image.manifest, sizeof(image.manifest));
	assert_int_equal(image.piece_count, PIECES);
	for (size_t i = 0; i < PIECES; i++)
		assert_memory_equal(&image.pieces[i], &packed.image.pieces[i],
				    sizeof(image.pieces[i]));
	if (has_stub(&packed))
		assert_true(image.memory_size >= image.manifest.image_size + STUB_SCRATCH);
	rj_input_close(&packed.file);
}

/*
 * Nothing but the plan decides the bytes; a dry run describes the same image, but
 * for the two sums that need its bytes.
 */
static void same_again(void **state)
{
	struct rj_blob blob = { rj_stub_blob, rj_stub_blob_size };
	struct packed first, second;
	struct rj_image dry;
	struct rj_plan plan;
	uint8_t *a, *b;

	(void)state;
	pack(&first);
	pack(&second);
	a = malloc(first.file.size);
	b = malloc(first.file.size);
	assert_int_equal(first.file.size, second.file.size);
	rj_input_peek(&first.file, a, first.file.size, 0);
	rj_input_peek(&second.file, b, first.file.size, 0);
	assert_memory_equal(a, b, first.file.size);
	if (has_stub(&first))
		assert_int_equal(crc32(0, a, (uInt)layout_file_size(first.image.manifest.image_size)),
				 SETUP_FILE_CRC);
	make_plan(&plan);
	assert_int_equal(written->write(written, &plan, &blob, &unit_nowhere, &dry, &error), RJ_OK);
	dry.manifest.crc = first.image.manifest.crc;
	dry.manifest.stub_crc = first.image.manifest.stub_crc;
	assert_memory_equal(&dry.manifest, &first.image.manifest, sizeof(dry.manifest));
	assert_int_equal(dry.file_size, first.file.size);
	rj_plan_free(&plan);
	free(a);
	free(b);
	rj_input_close(&first.file);
	rj_input_close(&second.file);
}

static void every_section(Elf *elf, const struct rj_image *image)
{
	size_t names, found = 0;

	assert_int_equal(elf_getshdrstrndx(elf, &names), 0);
	for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section));) {
		const Elf64_Shdr *header = elf64_getshdr(section);
		const char *name = elf_strptr(elf, names, header->sh_name);

		for (size_t i = 0; i < PIECES; i++) {
			if (strcmp(name, pieces[i].name) != 0)
				continue;
			assert_int_equal(header->sh_addr, BASE + image->pieces[i].offset);
			assert_int_equal(header->sh_size, image->pieces[i].size);
			assert_memory_equal(elf_getdata(section, NULL)->d_buf,
					    elf_rawdata(section, NULL)->d_buf, header->sh_size);
			found++;
		}
	}
	assert_int_equal(found, PIECES);
}

static void as_libelf_sees_it(void **state)
{
	struct packed packed;
	const Elf64_Phdr *segments;
	Elf *elf;

	(void)state;
	pack(&packed);
	assert_int_not_equal(elf_version(EV_CURRENT), EV_NONE);
	elf = elf_begin(packed.file.fd, ELF_C_READ, NULL);
	assert_non_null(elf);
	assert_int_equal(elf64_getehdr(elf)->e_entry, BASE);
	segments = elf64_getphdr(elf);
	assert_int_equal(segments[0].p_type, PT_LOAD);
	assert_int_equal(segments[0].p_paddr, BASE);
	assert_int_equal(segments[0].p_offset % segments[0].p_align, BASE % segments[0].p_align);
	assert_int_equal(segments[0].p_offset + segments[0].p_filesz,
			 SETUP_SIZE + packed.image.manifest.image_size);
	assert_int_equal(segments[1].p_type, PT_INTERP);
	every_section(elf, &packed.image);
	elf_end(elf);
	rj_input_close(&packed.file);
}

/* A stub so short that the pieces after it are where loaders search. */
static struct rj_blob short_blob(void)
{
	static uint8_t bytes[SETUP_SIZE + 2048];

	memcpy(bytes, rj_stub_blob, sizeof(bytes));
	LE_PUT(bytes + SETUP_SIZE + STUB_HEADER, struct rj_stub_header, stub_size,
	       sizeof(bytes) - SETUP_SIZE);
	return (struct rj_blob){ bytes, sizeof(bytes) };
}

/* Loaders look for multiboot 1 before anything else: no other may come first. */
static void no_stray_multiboot(void **state)
{
	static const uint32_t header[] = { MULTIBOOT_MAGIC, 0, 0u - MULTIBOOT_MAGIC };
	struct rj_blob blob = short_blob();

	(void)state;
	for (size_t at = 0; at < 8; at++) {
		uint8_t *bytes = calloc(1, 8192);
		struct packed packed;
		struct rj_plan plan;

		for (size_t i = 0; i < 3; i++)
			le_store(bytes + at + 4 * i, header[i], 4);
		rj_plan_init(&plan, 0x80);
		assert_int_equal(rj_plan_add_bytes(&plan, ".raw", 0x8000, bytes, 8192, &error),
				 RJ_OK);
		rj_plan_set_entry(&plan, 0, 0x8000);
		assert_int_equal(rj_plan_seal(&plan, &error), RJ_OK);
		pack_plan(&plan, &blob, &packed);
		assert_int_equal(findings(&packed.file), 0);
		/* only where a loader would see it does it cost bytes */
		if (packed.image.pieces[0].offset + SETUP_SIZE != MULTIBOOT_SEARCH)
			assert_true((packed.image.pieces[0].offset + at) % 4 != 0);
		rj_input_close(&packed.file);
	}
}

static void every_changed_byte(void **state)
{
	static const uint8_t masks[] = { 0x01, 0x80, 0xFF };
	struct packed packed;

	(void)state;
	pack(&packed);
	for (uint64_t at = 0; at < packed.file.size; at++) {
		for (size_t i = 0; i < sizeof(masks); i++) {
			uint8_t byte, changed;

			assert_int_equal(rj_input_peek(&packed.file, &byte, 1, at), 1);
			changed = byte ^ masks[i];
			assert_int_equal(pwrite(packed.file.fd, &changed, 1, (off_t)at), 1);
			if (findings(&packed.file) == 0)
				fail_msg("byte %llu changed unnoticed", (unsigned long long)at);
			assert_int_equal(pwrite(packed.file.fd, &byte, 1, (off_t)at), 1);
		}
	}
	assert_int_equal(findings(&packed.file), 0);
	rj_input_close(&packed.file);
}

static void every_other_length(void **state)
{
	struct packed packed;
	uint64_t size;

	(void)state;
	pack(&packed);
	size = packed.file.size;
	for (uint64_t longer = size + 1; longer < size + 40; longer++) {
		assert_int_equal(ftruncate(packed.file.fd, (off_t)longer), 0);
		packed.file.size = longer;
		assert_true(findings(&packed.file) > 0);
	}
	for (uint64_t shorter = size; shorter-- > 1;) {
		assert_int_equal(ftruncate(packed.file.fd, (off_t)shorter), 0);
		packed.file.size = shorter;
		assert_true(findings(&packed.file) > 0);
	}
	rj_input_close(&packed.file);
}

/* A manifest with one field changed and its CRC-32 made right again. */
static void forge(struct rj_input *file, const struct rj_image *image)
{
	uint8_t bytes[sizeof(struct rj_manifest) + RJ_MAX_PIECES * sizeof(struct rj_piece)];

	rj_manifest_store(&image->manifest, image->pieces, bytes);
	assert_true(pwrite(file->fd, bytes, rj_manifest_size(image->piece_count),
			   (off_t)(image->stub_at + image->stub_size)) > 0);
}

/* Bits of the manifest that nobody knows; a boot sector that claims to be the firmware's. */
static void hostile_bits(struct packed *packed)
{
	struct rj_image image = packed->image;
	unsigned count = has_stub(packed) ? 2 : 1;    /* the file's checksum is wrong, too */

	image.manifest.repairs |= RJ_ALL_REPAIRS + 1;
	forge(&packed->file, &image);
	assert_int_equal(findings(&packed->file), count);
	image = packed->image;
	image.pieces[1].flags = 8;
	forge(&packed->file, &image);
	assert_int_equal(findings(&packed->file), count);
	image = packed->image;
	image.pieces[0].flags = RJ_PIECE_FIRMWARE;
	forge(&packed->file, &image);
	assert_int_equal(findings(&packed->file), count);
}

/* Bytes between the pieces that are in no checksum; a piece that would run at run time. */
static void hostile_payload(struct packed *packed)
{
	struct rj_image image = packed->image;

	image.pieces[0].offset++;
	image.pieces[0].size--;
	forge(&packed->file, &image);
	assert_true(findings(&packed->file) > 1);
	image = packed->image;
	image.pieces[1].address = SERVICES;
	image.pieces[1].flags = RJ_PIECE_RUNTIME;
	forge(&packed->file, &image);
	assert_int_equal(findings(&packed->file), 1);
}

static void hostile_manifests(void **state)
{
	static const uint32_t values[] = { 0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFF0, UINT32_MAX };
	struct packed packed;

	(void)state;
	pack(&packed);
	FOR_EACH(i, values) {
		struct rj_image image = packed.image;

		image.pieces[1].offset = values[i];
		forge(&packed.file, &image);
		assert_true(findings(&packed.file) > 0);
		image = packed.image;
		image.pieces[1].size = values[i];
		forge(&packed.file, &image);
		assert_true(findings(&packed.file) > 0);
		image = packed.image;
		image.pieces[1].address = values[i];
		forge(&packed.file, &image);
		assert_true(findings(&packed.file) > 0);
		image = packed.image;
		image.manifest.image_size = values[i];
		forge(&packed.file, &image);
		assert_true(findings(&packed.file) > 0);
		image = packed.image;
		image.manifest.size = values[i];
		forge(&packed.file, &image);
		assert_true(findings(&packed.file) > 0);
	}
	hostile_bits(&packed);
	if (!has_stub(&packed))
		hostile_payload(&packed);
	forge(&packed.file, &packed.image);
	assert_true(findings(&packed.file) == 0);
	rj_input_close(&packed.file);
}

/* What holds for one of them holds for all. */
static void every_container(void **state)
{
	for (size_t i = 0; i < container_count; i++) {
		written = containers[i];
		read_back(state);
		same_again(state);
		every_changed_byte(state);
		hostile_manifests(state);
	}
	written = &container_elf;
}

#define LARGE (RJ_SHARE_MIN + 123)

/* A plan with two large pieces of a file, the second from an odd offset. */
static void make_large(struct rj_plan *plan, const struct rj_input *input)
{
	make_plan(plan);
	assert_int_equal(rj_plan_add(plan, ".first", 0x400000, input, 0, LARGE, &error), RJ_OK);
	assert_int_equal(rj_plan_add(plan, ".second", 0x800000, input, 777, LARGE, &error), RJ_OK);
	assert_int_equal(rj_plan_seal(plan, &error), RJ_OK);
}

/* Where the two pieces are in the file, in an image that has each byte checked. */
static void check_large(const struct packed *packed)
{
	const struct rj_piece *last = &packed->image.pieces[PIECES - 1], *first = last + 1;
	uint64_t end = packed->image.stub_at + last->offset + last->size;
	uint64_t at = packed->image.stub_at + first->offset;

	assert_int_equal(findings(&packed->file), 0);
	if (!has_stub(packed)) {
		assert_int_equal(at, end);
		assert_int_equal(first[1].offset, first->offset + first->size);
		return;
	}
	assert_in_range(at, end, end + RJ_SHARE_UNIT - 1);
	assert_int_equal(at % RJ_SHARE_UNIT, 0);
	end = at + first->size;
	at = packed->image.stub_at + first[1].offset;
	assert_in_range(at, end, end + RJ_SHARE_UNIT - 1);
	assert_int_equal(at % RJ_SHARE_UNIT, 777);
	assert_int_equal(pwrite(packed->file.fd, "x", 1, (off_t)at - 1), 1);
	assert_true(findings(&packed->file) > 0);
}

/* Large pieces are where they can share blocks with their file; the gaps are zeros. */
static void large_pieces(void **state)
{
	struct rj_blob blob = { rj_stub_blob, rj_stub_blob_size };
	uint8_t *bytes = piece_bytes(3, LARGE + 777);
	struct rj_input input = unit_input(bytes, LARGE + 777);
	struct rj_plan plan;

	(void)state;
	for (size_t i = 0; i < container_count; i++) {
		struct packed packed;

		written = containers[i];
		make_large(&plan, &input);
		pack_plan(&plan, &blob, &packed);
		check_large(&packed);
		rj_input_close(&packed.file);
	}
	written = &container_elf;
	rj_input_close(&input);
	free(bytes);
}

/* Returns the number of containers that recognise the file; *last is the last one. */
static size_t recognised_by(const struct packed *packed, const struct container **last)
{
	size_t count = 0;

	for (size_t i = 0; i < container_count; i++) {
		struct rj_image image = { .file_size = packed->file.size };

		if (!containers[i]->recognise(containers[i], &image, &packed->file))
			continue;
		assert_int_equal(image.stub_at, packed->image.stub_at);
		assert_int_equal(image.stub_size, packed->image.stub_size);
		*last = containers[i];
		count++;
	}
	return count;
}

/* Each container is recognised by what it has, and no other takes it for its own. */
static void one_container_each(void **state)
{
	(void)state;
	for (size_t i = 0; i < container_count; i++) {
		const struct container *found = NULL;
		struct packed packed;

		written = containers[i];
		pack(&packed);
		assert_int_equal(recognised_by(&packed, &found), 1);
		assert_ptr_equal(found, written);
		rj_input_close(&packed.file);
	}
	written = &container_elf;
}

/* A file with the first bytes of another is still recognised by one container at most. */
static void mixed_starts(void **state)
{
	(void)state;
	for (size_t n = 0; n < container_count * container_count; n++) {
		const struct container *found = NULL;
		struct packed packed, other;
		struct rj_image image;
		uint8_t start[16];

		written = containers[n % container_count];
		pack(&other);
		written = containers[n / container_count];
		pack(&packed);
		rj_input_peek(&other.file, start, sizeof(start), 0);
		assert_int_equal(pwrite(packed.file.fd, start, sizeof(start), 0), sizeof(start));
		packed.image.stub_at = has_stub(&other) ? packed.image.stub_at : other.image.stub_at;
		packed.image.stub_size = has_stub(&other) ? packed.image.stub_size : 0;
		assert_true(recognised_by(&packed, &found) <= 1);
		rj_image_read(&image, &packed.file, &error);
		assert_ptr_equal(image.container, found);
		rj_input_close(&packed.file);
		rj_input_close(&other.file);
	}
	written = &container_elf;
}

/* A file that is not an image has the features that loaders see all the same. */
static void features_of_any_file(void **state)
{
	uint8_t bytes[SETUP_SIZE] = { 0 };
	struct rj_image image;
	struct rj_input file;

	(void)state;
	LE_PUT(bytes + SETUP_HEADER, struct setup_header, header, HDRS_MAGIC);
	LE_PUT(bytes + SETUP_HEADER, struct setup_header, boot_flag, SETUP_BOOT_FLAG);
	LE_PUT(bytes + SETUP_HEADER, struct setup_header, version, 0x0200);
	file = unit_input(bytes, sizeof(bytes));
	assert_error(rj_image_read(&image, &file, &error), &error, RJ_BAD, "no rjpack stub");
	assert_null(image.container);
	assert_true(image.features.linux16);
	assert_false(image.features.linux32);
	rj_input_close(&file);
}

UNIT_MAIN(cmocka_unit_test(as_libelf_sees_it), cmocka_unit_test(no_stray_multiboot),
	  cmocka_unit_test(every_other_length),
	  cmocka_unit_test(every_container), cmocka_unit_test(large_pieces),
	  cmocka_unit_test(one_container_each),
	  cmocka_unit_test(mixed_starts), cmocka_unit_test(features_of_any_file))
