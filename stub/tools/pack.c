/* SPDX-License-Identifier: MIT */
/*
 * pack KIND OUT FILE... IN: packs IN in the format of packed.h, while rjpack is built. It may
 * refer to the bytes of the FILEs, which precede it in memory.
 *
 * A module, as linked, is struct rj_module, the module, and its relocations, Elf32_Rel. The
 * header is not packed; the rest is, with 16-bit relocations.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/layout.h"
#include "abi/services.h"
#include "common/le.h"
#include "common/packed.h"
#include "common/unpack.h"

#define MAX      0x10000u
#define PARTS    3      /* files at most */
#define MATCHES  (1u << 22)
#define SHORTEST 2u     /* bytes of a match */
#define PASSES   6      /* each uses the bit costs of the previous one */
#define BIT      64u    /* the cost of a bit with probability one half */
#define ELF_RELATIVE 8u /* R_386_RELATIVE: System V ABI, Intel386 supplement */
#define ELF_ROW  8u     /* sizeof(Elf32_Rel) */

/* Where each file is in memory, from the first one on; 0: after the one before. */
static const struct kind {
	const char *name;
	int files;
	uint32_t offset[PARTS];
} kinds[] = {
	{ "home", 1, { 0 } },
	{ "alone", 1, { 0 } },
	{ "installer", 2, { 0, SERVICES - STUB_HOME } },
	{ "survey", 3, { 0, SERVICES - STUB_HOME, SURVEY - STUB_HOME } },
	{ "module", 2, { 0 } },
};

/* The cheapest coding of all bytes up to this one: its last item, and where that begins. */
struct item {
	uint32_t cost, from;
	uint32_t length, distance;      /* distance 0: a byte */
	uint32_t last;                  /* the last distance */
};

struct match {
	uint32_t at, distance, length;
};

static uint8_t in[2 * MAX], out[2 * MAX], again[2 * MAX];
static bool known[2 * MAX];             /* which bytes of in are a file's */
static size_t start, end;               /* of the bytes to pack, in in */
static size_t out_size;
static struct item items[2 * MAX];
static struct match matches[MATCHES];
static size_t match_count;

static uint16_t contexts[PACKED_CONTEXTS];
static uint32_t seen[PACKED_CONTEXTS][2], costs[PACKED_CONTEXTS][2];
static uint32_t length_costs[UINT16_MAX + 1];   /* by the length of a match */
static uint32_t range;
static uint64_t low;                    /* bit 32: a carry into out */

static int fail(const char *what)
{
	fprintf(stderr, "pack: %s\n", what);
	return EXIT_FAILURE;
}

/* log2(of / part), in BITs: squaring a number doubles its logarithm. */
static uint32_t cost_of(uint32_t part, uint32_t of)
{
	uint64_t quotient = ((uint64_t)of << 16) / part;
	uint32_t cost = 0;

	for (; quotient >> 17; quotient >>= 1)
		cost += BIT;
	for (uint32_t digit = BIT / 2; digit; digit /= 2) {
		quotient = quotient * quotient >> 16;
		if (quotient >> 17) {
			quotient >>= 1;
			cost += digit;
		}
	}
	return cost;
}

static void set_costs(void)
{
	for (unsigned i = 0; i < PACKED_CONTEXTS; i++) {
		uint32_t zeros = 2 * seen[i][0] + 1, ones = 2 * seen[i][1] + 1;

		costs[i][0] = cost_of(zeros, zeros + ones);
		costs[i][1] = cost_of(ones, zeros + ones);
	}
}

static uint32_t byte_cost(uint8_t byte)
{
	uint32_t cost = 0;

	for (unsigned node = 1, i = 8; i-- > 0; node = node << 1 | (byte >> i & 1))
		cost += costs[PACKED_BYTE + node][byte >> i & 1];
	return cost;
}

static unsigned digits_of(uint32_t number)
{
	unsigned digits = 0;

	while (number >> digits > 1)
		digits++;
	return digits;
}

static uint32_t number_cost(unsigned context, uint32_t number)
{
	uint32_t cost = 0;

	for (unsigned digit = digits_of(number); digit-- > 0; context += 2)
		cost += costs[context][1] + costs[context + 1][number >> digit & 1];
	return cost + costs[context][0];
}

static uint32_t common(size_t at, size_t distance)
{
	uint32_t n = 0;

	while (at + n < end && n < UINT16_MAX && known[at + n - distance]
	       && in[at + n] == in[at + n - distance])
		n++;
	return n;
}

/* Of matches with the same length, keeps only the nearest. */
static bool find_matches(void)
{
	for (size_t at = start + 1; at < end; at++) {
		uint32_t longest = SHORTEST - 1;

		for (uint32_t distance = 1; distance <= at; distance++) {
			uint32_t length;

			/* the first byte that a longer match has more */
			if (at + longest >= end || in[at + longest] != in[at + longest - distance])
				continue;
			length = common(at, distance);
			if (length <= longest)
				continue;
			if (match_count == MATCHES)
				return false;
			matches[match_count++] = (struct match){ (uint32_t)at, distance, length };
			longest = length;
		}
	}
	return true;
}

static void consider(size_t from, uint32_t length, uint32_t distance, uint32_t cost)
{
	struct item *item = &items[from + length];

	if (cost < item->cost)
		*item = (struct item){ cost, (uint32_t)from, length, distance,
				       distance ? distance : items[from].last };
}

/* Considers every length of a match; cost: of all before the length. */
static void consider_match(size_t at, uint32_t length, uint32_t distance, uint32_t cost)
{
	for (; length >= SHORTEST; length--)
		consider(at, length, distance, cost + length_costs[length]);
}

static void consider_all(size_t at, const struct match **next)
{
	const struct item *item = &items[at];
	bool after_match = item->distance;
	const uint32_t *kind = costs[PACKED_MATCH + after_match];
	uint32_t cost = item->cost + kind[1];

	consider(at, 1, 0, item->cost + kind[0] + byte_cost(in[at]));
	if (!after_match && item->last)
		consider_match(at, common(at, item->last), item->last,
			       cost + costs[PACKED_AGAIN][1]);
	if (!after_match)
		cost += costs[PACKED_AGAIN][0];
	for (; *next < matches + match_count && (*next)->at == at; ++*next)
		consider_match(at, (*next)->length, (*next)->distance,
			       cost + number_cost(PACKED_DISTANCE, (*next)->distance));
}

static void choose(void)
{
	const struct match *next = matches;

	set_costs();
	for (uint32_t length = SHORTEST; length <= UINT16_MAX; length++)
		length_costs[length] = number_cost(PACKED_LENGTH, length - 1);
	for (size_t at = start; at <= end; at++)
		items[at].cost = UINT32_MAX;
	items[start + 1] = (struct item){ 0, (uint32_t)start, 1, 0, 0 };
	for (size_t at = start + 1; at < end; at++)
		consider_all(at, &next);
}

static void carry(void)
{
	if (low >> 32)
		for (size_t i = out_size; ++out[--i] == 0;)
			;
	low &= UINT32_MAX;
}

static void shift(void)
{
	out[out_size++] = (uint8_t)(low >> 24);
	low = low << 8 & UINT32_MAX;
	range <<= 8;
}

static void put_bit(unsigned context, unsigned bit)
{
	uint16_t *zero = &contexts[context];
	uint32_t bound;

	while (range < 1u << 24)
		shift();
	seen[context][bit]++;
	bound = (range >> PACKED_ONE_BITS) * *zero;
	if (bit) {
		low += bound;
		range -= bound;
		*zero = (uint16_t)(*zero - (*zero >> PACKED_SHIFT));
		carry();
	} else {
		range = bound;
		*zero = (uint16_t)(*zero + ((PACKED_ONE - *zero) >> PACKED_SHIFT));
	}
}

static void put_byte(uint8_t byte)
{
	for (unsigned node = 1, i = 8; i-- > 0; node = node << 1 | (byte >> i & 1))
		put_bit(PACKED_BYTE + node, byte >> i & 1);
}

static void put_number(unsigned context, uint32_t number)
{
	for (unsigned digit = digits_of(number); digit-- > 0; context += 2) {
		put_bit(context, 1);
		put_bit(context + 1, number >> digit & 1);
	}
	put_bit(context, 0);
}

static void put_item(const struct item *item)
{
	const struct item *before = &items[item->from];

	put_bit(PACKED_MATCH + (before->distance != 0), item->distance != 0);
	if (!item->distance) {
		put_byte(in[item->from]);
		return;
	}
	if (!before->distance)
		put_bit(PACKED_AGAIN, item->distance == before->last);
	if (before->distance || item->distance != before->last)
		put_number(PACKED_DISTANCE, item->distance);
	put_number(PACKED_LENGTH, item->length - 1);
}

/* Writes the chosen items to out + at. */
static void put_items(size_t at)
{
	static uint32_t ends[2 * MAX];
	size_t count = 0;

	for (size_t i = end; i > start; i = items[i].from)
		ends[count++] = (uint32_t)i;
	memset(seen, 0, sizeof(seen));
	for (unsigned i = 0; i < PACKED_CONTEXTS; i++)
		contexts[i] = PACKED_ONE / 2;
	range = UINT32_MAX;
	low = 0;
	le_store(out + at, end - start, RJ_PACKED_HEADER);
	out_size = at + RJ_PACKED_HEADER;
	put_byte(in[start]);
	while (--count > 0)
		put_item(&items[ends[count - 1]]);
	for (unsigned i = 0; i < sizeof(range); i++)
		shift();
}

/* packed.h: changes the calls of the stub's home, if they can be restored. */
static bool change_calls(void)
{
	memcpy(again, in, end);
	for (size_t i = 0; i + PACKED_CALL <= end; i++) {
		uint32_t target = le32(in + i + 1) + STUB_HOME + (uint32_t)i + 1;

		if ((in[i] & 0xFE) != PACKED_CALL_CODE || target >> 16 != STUB_HOME >> 16)
			continue;
		le_store(in + i + 1, target, sizeof(target));
		i += sizeof(target);
	}
	memcpy(out, in, end);
	rj_restore_calls(out, end, STUB_HOME);
	return memcmp(out, again, end) == 0;
}

static int pack(size_t at)
{
	if (!find_matches())
		return fail("IN repeats itself too often");
	for (unsigned i = 0; i < PASSES; i++) {
		choose();
		put_items(at);
	}
	memcpy(again, in, start);
	if (!rj_unpack(again, start, sizeof(again) - start, out + at, out_size - at)
	    || memcmp(in, again, end) != 0)
		return fail("what was packed does not unpack to the same");
	return EXIT_SUCCESS;
}

/*
 * Converts the Elf32_Rel rows at the module's end to 16-bit rows. The resident
 * part of a resident module is 16-bit code, whose offsets need no relocation.
 */
static bool squeeze_relocations(uint8_t *module)
{
	uint32_t size = (uint32_t)LE_GET(module, struct rj_module, size);
	uint32_t count = (uint32_t)LE_GET(module, struct rj_module, relocation_count);
	uint32_t resident = (uint32_t)LE_GET(module, struct rj_module, resident);
	bool is_16bit = LE_GET(module, struct rj_module, kind) == RJ_MODULE_RESIDENT;
	uint8_t *rows = module + size;
	uint32_t kept = 0;

	if (size > MAX || rows + count * ELF_ROW != in + end)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		const uint8_t *row = rows + (size_t)i * ELF_ROW;
		uint32_t offset = le32(row);

		if (le32(row + 4) != ELF_RELATIVE || offset > size - sizeof(uint32_t))
			return false;
		if (!is_16bit || offset < resident)
			le_store(rows + (size_t)kept++ * RJ_RELOCATION, offset, RJ_RELOCATION);
	}
	LE_PUT(module, struct rj_module, relocation_count, kept);
	end = start + size + kept * RJ_RELOCATION;
	return true;
}

static int pack_module(void)
{
	const size_t front = sizeof(struct rj_module);
	uint8_t *module = in + start;

	if (end - start < front || !squeeze_relocations(module))
		return fail("IN is no module");
	start += front;
	if (pack(front))
		return EXIT_FAILURE;
	memcpy(out, module, front);
	LE_PUT(out, struct rj_module, packed_size, out_size - front);
	return EXIT_SUCCESS;
}

/* Adds a file to in, at an offset, or after the one before. */
static bool add(const char *name, uint32_t offset)
{
	FILE *from = fopen(name, "rb");
	size_t size;

	start = offset ? offset : end;
	if (!from || start < end)
		return false;
	size = fread(in + start, 1, MAX, from);
	memset(known + start, true, size);
	end = start + size;
	return !ferror(from) && fclose(from) == 0 && size > 0 && size < MAX;
}

static const struct kind *find_kind(const char *name)
{
	for (const struct kind *kind = kinds; kind < kinds + sizeof(kinds) / sizeof(kinds[0]); kind++)
		if (strcmp(kind->name, name) == 0)
			return kind;
	return NULL;
}

static bool write_out(const char *name)
{
	FILE *to = fopen(name, "wb");

	return to && fwrite(out, 1, out_size, to) == out_size && fclose(to) == 0;
}

int main(int argc, char **argv)
{
	const struct kind *kind = argc > 3 ? find_kind(argv[1]) : NULL;

	if (!kind || argc != 3 + kind->files)
		return fail("use: pack KIND OUT FILE... IN");
	for (int i = 0; i < kind->files; i++)
		if (!add(argv[3 + i], kind->offset[i]))
			return fail("a file cannot be read, or is empty or too large");
	if (strcmp(kind->name, "home") == 0 && !change_calls())
		return fail("IN has a byte that looks like a changed call");
	if (strcmp(kind->name, "module") == 0 ? pack_module() : pack(0))
		return EXIT_FAILURE;
	return write_out(argv[2]) ? EXIT_SUCCESS : fail("OUT cannot be written");
}
