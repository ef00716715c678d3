/* SPDX-License-Identifier: MIT */
/*
 * replay RUNS FILE...: a target without libFuzzer: every file as it is, then RUNS changed
 * copies in all, the same ones every time.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

#define CHANGES_MAX 8u
#define PART_MAX    64u

struct seed {
	uint8_t *bytes;
	size_t size;
};

static uint64_t state = 1;

/* xorshift64: G. Marsaglia, Xorshift RNGs, 2003. */
static size_t below(size_t limit)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return limit ? (size_t)(state % limit) : 0;
}

static struct seed load(const char *path)
{
	FILE *file = fopen(path, "rb");
	struct seed seed = { 0 };
	long size;

	if (!file || fseek(file, 0, SEEK_END) || (size = ftell(file)) < 0) {
		perror(path);
		exit(1);
	}
	seed.size = (size_t)size;
	seed.bytes = malloc(seed.size + 1);
	rewind(file);
	if (!seed.bytes || fread(seed.bytes, 1, seed.size, file) != seed.size) {
		perror(path);
		exit(1);
	}
	fclose(file);
	return seed;
}

/* An offset to change, mostly near the start of the file, where most of what is read is. */
static size_t place(size_t size)
{
	static const size_t limits[] = { 16, 64, 512, 1024, 4096, SIZE_MAX };
	size_t limit = limits[below(sizeof(limits) / sizeof(limits[0]))];

	return below(limit < size ? limit : size);
}

static void change(uint8_t *bytes, size_t *size)
{
	static const uint32_t values[] = { 0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x10000,
					   0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF };
	size_t at = place(*size), left = *size - at, from, part;
	uint32_t value = values[below(sizeof(values) / sizeof(values[0]))];

	switch (below(5)) {
	case 0:
		bytes[at] = (uint8_t)(bytes[at] ^ 1u << below(8));
		break;
	case 1:
		bytes[at] = (uint8_t)below(256);
		break;
	case 2:
		part = (size_t)1 << below(3);
		memcpy(bytes + at, &value, part < left ? part : left);
		break;
	case 3:
		from = place(*size);
		part = below(PART_MAX < left ? PART_MAX : left);
		memmove(bytes + at, bytes + from, part < *size - from ? part : *size - from);
		break;
	default:
		if (below(4) == 0)
			*size = 1 + at;
	}
}

static void run_changed(const struct seed *seed)
{
	/* as large as it is, so that a read past its end is one past the memory's */
	uint8_t *bytes = malloc(seed->size), *exact;
	size_t size = seed->size;

	if (!bytes)
		exit(1);
	memcpy(bytes, seed->bytes, size);
	for (size_t n = 1 + below(CHANGES_MAX); n > 0; n--)
		change(bytes, &size);
	exact = realloc(bytes, size);
	if (!exact)
		exit(1);
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
}

int main(int argc, char **argv)
{
	size_t count = argc > 2 ? (size_t)argc - 2 : 0;
	unsigned long runs = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
	struct seed *seeds = calloc(count + 1, sizeof(*seeds));

	if (!count || !runs || !seeds) {
		fputs("usage: replay RUNS FILE...\n", stderr);
		free(seeds);
		return 1;
	}
	for (size_t i = 0; i < count; i++) {
		seeds[i] = load(argv[i + 2]);
		LLVMFuzzerTestOneInput(seeds[i].bytes, seeds[i].size);
	}
	for (unsigned long i = 0; i < runs; i++)
		if (seeds[i % count].size)
			run_changed(&seeds[i % count]);
	printf("%zu seeds, %lu changed\n", count, runs);
	for (size_t i = 0; i < count; i++)
		free(seeds[i].bytes);
	free(seeds);
	return 0;
}
