/* SPDX-License-Identifier: MIT */
/*
 * Random layouts through all steps: pieces, plan, container, image, and the stub's mover in a
 * physical memory of 4 GiB. Only the pages that contain the image and the pieces are mapped, so
 * that an access to any other raises SIGSEGV. Every byte must end up where the plan says, and
 * no other may change.
 *
 * RJPACK_SEED=N starts with the layout N, RJPACK_LAYOUTS=N tries so many. A failure prints its
 * seed.
 */
#define _GNU_SOURCE
#include "unit.h"

#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "abi/stub_blob.h"
#include "base/copy.h"
#include "base/crc.h"
#include "entry/mover.h"
#include "image/container.h"

#define PAGE       4096u
#define FOUR_GIB   (UINT64_C(1) << 32)
#define PIECES_MAX 12u
#define SIZE_MAX_PIECE 20000u

static struct rj_error error;       /* of the last call that failed */
#if defined(__SANITIZE_ADDRESS__)
#define LAYOUTS 5000u
#else
#define LAYOUTS 100000u
#endif

static uint64_t seed, state;            /* of this layout */
static uint8_t *memory;                 /* physical address 0 */

/* xorshift64*: G. Marsaglia, Xorshift RNGs, 2003. */
static uint32_t chance(uint32_t below)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (uint32_t)((state * UINT64_C(0x2545F4914F6CDD1D)) >> 32) % below;
}

static void tell_seed(int signal_number)
{
	char text[100];
	/* NOLINTNEXTLINE(bugprone-signal-handler,cert-sig30-c): it has crashed anyway */
	int n = snprintf(text, sizeof(text), "signal %d: RJPACK_SEED=%llu RJPACK_LAYOUTS=1\n",
			 signal_number, (unsigned long long)seed);

	_exit(write(STDERR_FILENO, text, (size_t)n) == n ? 1 : 2);
}

static void require(bool good, const char *what)
{
	if (!good)
		fail_msg("%s: RJPACK_SEED=%llu RJPACK_LAYOUTS=1", what, (unsigned long long)seed);
}

/* The byte at an address before anything is loaded. */
static uint8_t before(uint64_t address)
{
	return (uint8_t)(address * 0x9E3779B1u >> 24);
}

/* Pages that exist, without gaps; without overlap, and ascending. */
struct span {
	uint64_t from, end;
	uint8_t *expected;
};
static struct span spans[PIECES_MAX + 1];
static size_t span_count;

static void add_span(uint64_t from, uint64_t size)
{
	struct span *last = span_count ? &spans[span_count - 1] : NULL;
	uint64_t end = (from + size + PAGE - 1) / PAGE * PAGE;

	from = from / PAGE * PAGE;
	if (last && from <= last->end)
		last->end = end > last->end ? end : last->end;
	else
		spans[span_count++] = (struct span){ from, end, NULL };
}

static uint8_t *expected_at(uint64_t address)
{
	for (size_t i = 0; i < span_count; i++)
		if (address >= spans[i].from && address < spans[i].end)
			return spans[i].expected + (address - spans[i].from);
	return NULL;
}

static void map_spans(void)
{
	for (size_t i = 0; i < span_count; i++) {
		struct span *span = &spans[i];
		size_t size = (size_t)(span->end - span->from);

		span->expected = malloc(size);
		assert_non_null(span->expected);
		assert_int_equal(mprotect(memory + span->from, size, PROT_READ | PROT_WRITE), 0);
		for (size_t n = 0; n < size; n++)
			span->expected[n] = before(span->from + n);
		memcpy(memory + span->from, span->expected, size);
	}
}

static void check_spans(void)
{
	for (size_t i = 0; i < span_count; i++) {
		struct span *span = &spans[i];
		size_t size = (size_t)(span->end - span->from);

		require(memcmp(memory + span->from, span->expected, size) == 0,
			"memory is not as it should be");
		free(span->expected);
		assert_int_equal(mprotect(memory + span->from, size, PROT_NONE), 0);
	}
	span_count = 0;
}

/* Around the image, in low memory, at the ends of what a payload may have. */
static uint64_t choose_address(uint64_t base, uint32_t size)
{
	switch (chance(8)) {
	case 0: return LOW_MEMORY + chance(0x7000);
	case 1: return STUB_HOME - size - chance(PAGE);
	case 2: return STUB_HOME + STUB_HOME_SIZE + chance(0x5000);
	case 3: return HIGH_MEMORY + chance(0x10000);
	case 4: return FOUR_GIB - size - chance(PAGE);
	default: return base + chance(0x20000);
	}
}

static bool is_free(const struct rj_plan *plan, uint64_t address, uint32_t size)
{
	for (size_t i = 0; i < plan->piece_count; i++)
		if (rj_overlaps(address, size, plan->pieces[i].address, plan->pieces[i].size))
			return false;
	return address >= HIGH_MEMORY || address + size <= STUB_HOME ||
	       (address >= STUB_HOME + STUB_HOME_SIZE && address + size <= EBDA_FLOOR);
}

static void add_piece(struct rj_plan *plan, uint64_t address, uint32_t size)
{
	uint8_t *bytes = malloc(size);

	assert_non_null(bytes);
	for (uint32_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)chance(256);
	require(rj_plan_add_bytes(plan, "piece", address, bytes, size, &error) == RJ_OK,
		"a piece is refused");
}

static void make_plan(struct rj_plan *plan)
{
	static const uint32_t sizes[] = { 16, 600, PAGE, SIZE_MAX_PIECE };
	unsigned tries = 1 + chance(PIECES_MAX - 1);

	rj_plan_init(plan, 0x80);
	plan->base = HIGH_MEMORY + chance(64) * PAGE;
	add_piece(plan, 0x7C00, 1 + chance(512));
	rj_plan_set_entry(plan, 0, 0x7C00);
	while (tries-- > 0) {
		uint32_t size = 1 + chance(sizes[chance(4)]);
		uint64_t address = choose_address(plan->base, size);

		if (is_free(plan, address, size))
			add_piece(plan, address, size);
	}
	require(rj_plan_seal(plan, &error) == RJ_OK, "a good plan is refused");
}

/* The image as it is in the file, which is open. */
static void write_image(struct rj_plan *plan, int fd, struct rj_image *image)
{
	const struct rj_output output = { .fd = fd };
	const struct rj_blob blob = { rj_stub_blob, rj_stub_blob_size };

	do {    /* until it has a stub */
		const struct container *container = containers[chance((uint32_t)container_count)];

		assert_int_equal(ftruncate(fd, 0), 0);
		require(container->write(container, plan, &blob, &output, image, &error) == RJ_OK,
			"the image is not written");
	} while (image->stub_size == 0);
}

/* As a loader does. */
static void load(const struct rj_image *image, int fd)
{
	size_t size = image->manifest.image_size;

	require(pread(fd, memory + image->base, size, SETUP_SIZE) == (ssize_t)size,
		"the image is cut short");
	memcpy(expected_at(image->base), memory + image->base, size);
}

/* The checks of stub/entry/main.c, and the mover between them. */
static void run_stub(const struct rj_image *image)
{
	const uint8_t *at = memory + image->base + image->stub_size;
	static uint8_t copy[RJ_MANIFEST_MAX];
	struct rj_manifest *manifest = (void *)copy;
	struct rj_piece *pieces = (void *)(copy + sizeof(*manifest));
	uint32_t crc;

	memcpy(copy, at, sizeof(*manifest));
	require(manifest->magic == RJ_MANIFEST_MAGIC && manifest->size <= sizeof(copy), "manifest");
	memcpy(copy, at, manifest->size);
	crc = manifest->crc;
	manifest->crc = 0;
	require(rj_crc(0, copy, manifest->size) == crc, "the manifest's CRC-32");
	crc = rj_crc(0, memory + image->base, image->stub_size);
	crc = rj_crc(crc, at + manifest->size, pieces[0].offset - image->stub_size - manifest->size);
	require(crc == manifest->stub_crc, "the stub's CRC-32");
	for (size_t i = 0; i < manifest->piece_count; i++)
		require(rj_crc(0, memory + image->base + pieces[i].offset, pieces[i].size) ==
			pieces[i].crc, "a piece's CRC-32");
	rj_move_pieces(pieces, manifest->piece_count, (uintptr_t)memory, (uint32_t)image->base);
	for (size_t i = 0; i < manifest->piece_count; i++)
		require(rj_crc(0, memory + pieces[i].address, pieces[i].size) == pieces[i].crc,
			"a placed piece's CRC-32");
}

static int by_address(const void *a, const void *b)
{
	const struct span *first = a, *second = b;

	return (first->from > second->from) - (first->from < second->from);
}

static void one_layout(int fd)
{
	struct span wanted[PIECES_MAX + 1];
	static struct rj_image image;
	static struct rj_plan plan;
	size_t count = 0;

	make_plan(&plan);
	write_image(&plan, fd, &image);
	for (size_t i = 0; i < plan.piece_count; i++)
		wanted[count++] = (struct span){ plan.pieces[i].address, plan.pieces[i].size, NULL };
	wanted[count++] = (struct span){ image.base, image.manifest.image_size, NULL };
	qsort(wanted, count, sizeof(wanted[0]), by_address);
	for (size_t i = 0; i < count; i++)
		add_span(wanted[i].from, wanted[i].end);        /* a size, until here */
	map_spans();
	load(&image, fd);
	for (size_t i = 0; i < plan.piece_count; i++)
		memcpy(expected_at(plan.pieces[i].address), plan.pieces[i].bytes,
		       plan.pieces[i].size);
	run_stub(&image);
	check_spans();
	rj_plan_free(&plan);
}

static uint64_t number_of(const char *variable, uint64_t otherwise)
{
	const char *text = getenv(variable);

	return text ? strtoull(text, NULL, 0) : otherwise;
}

static void every_byte_ends_where_the_plan_says(void **unused)
{
	uint64_t count = number_of("RJPACK_LAYOUTS", LAYOUTS);
	int fd = memfd_create("image", MFD_CLOEXEC);

	(void)unused;
	signal(SIGSEGV, tell_seed);
	assert_true(fd >= 0);
	memory = mmap(NULL, FOUR_GIB, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	assert_true(memory != MAP_FAILED);
	seed = number_of("RJPACK_SEED", 1);
	for (uint64_t i = 0; i < count; i++, seed++) {
		state = seed * UINT64_C(0x9E3779B97F4A7C15) | 1;
		one_layout(fd);
	}
	munmap(memory, FOUR_GIB);
	close(fd);
}

UNIT_MAIN(cmocka_unit_test(every_byte_ends_where_the_plan_says))
