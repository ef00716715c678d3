/* SPDX-License-Identifier: MIT */
/*
 * pack IN OUT: compresses a file for unpack in entry.asm. Runs while rjpack is built.
 *
 *   OUT   dword, little-endian: bytes of IN; then items to the end
 *   item  bit 0, byte                           that byte
 *         bit 1, high, byte, length             length + 1 bytes, from (high - 1) * 256
 *                                               + byte + 1 bytes before
 *   high, length: a binary 1, then for each further digit bit 1 and the digit; bit 0
 *
 * Bits are packed into bytes, the highest first; such a byte is where its first bit is needed.
 * The first item has no bit before it, since it can only be a byte.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX 0x10000u
#define SHORTEST 2u     /* bytes that are worth an item of their own */

/* The best item that begins at a byte of IN, and its cost with all items after it. */
struct item {
	uint32_t bits;
	uint32_t length, distance;      /* distance 0: the byte itself */
};

static uint8_t in[MAX], out[2 * MAX], again[MAX];
static struct item items[MAX + 1];
static size_t in_size, out_size;
static size_t bits_at;                  /* the byte of OUT that has bits left */
static unsigned bits_left;

static uint32_t number_bits(uint32_t n)
{
	uint32_t bits = 1;

	while (n >>= 1)
		bits += 2;
	return bits;
}

static uint32_t match_bits(uint32_t length, uint32_t distance)
{
	return 1 + number_bits((distance - 1) / 256 + 1) + 8 + number_bits(length - 1);
}

static uint32_t common(size_t at, size_t distance)
{
	uint32_t n = 0;

	while (at + n < in_size && in[at + n] == in[at + n - distance])
		n++;
	return n;
}

static void consider(size_t at, uint32_t length, uint32_t distance, uint32_t bits)
{
	bits += items[at + length].bits;
	if (bits < items[at].bits)
		items[at] = (struct item){ bits, length, distance };
}

/* Works backwards from the end, so that the best items after each item are known. */
static void choose(void)
{
	for (size_t at = in_size; at-- > 0;) {
		items[at].bits = UINT32_MAX;
		consider(at, 1, 0, 9);
		for (uint32_t distance = 1; distance <= at; distance++)
			for (uint32_t n = common(at, distance); n >= SHORTEST; n--)
				consider(at, n, distance, match_bits(n, distance));
	}
}

static void put_bit(unsigned bit)
{
	if (!bits_left) {
		bits_at = out_size++;
		bits_left = 8;
	}
	out[bits_at] = (uint8_t)(out[bits_at] | bit << --bits_left);
}

static void put_number(uint32_t n)
{
	unsigned digit = 31;

	while (!(n >> digit))
		digit--;
	while (digit--) {
		put_bit(1);
		put_bit(n >> digit & 1);
	}
	put_bit(0);
}

static void put_item(size_t at)
{
	const struct item *item = &items[at];

	if (at)
		put_bit(item->distance != 0);
	if (!item->distance) {
		out[out_size++] = in[at];
		return;
	}
	put_number((item->distance - 1) / 256 + 1);
	out[out_size++] = (uint8_t)(item->distance - 1);
	put_number(item->length - 1);
}

static void put_items(void)
{
	for (unsigned i = 0; i < 4; i++)
		out[out_size++] = (uint8_t)(in_size >> 8 * i);
	for (size_t at = 0; at < in_size; at += items[at].length)
		put_item(at);
}

static unsigned get_bit(size_t *at)
{
	if (!bits_left) {
		bits_at = (*at)++;
		bits_left = 8;
	}
	return out[bits_at] >> --bits_left & 1;
}

static uint32_t get_number(size_t *at)
{
	uint32_t n = 1;

	while (get_bit(at))
		n = n << 1 | get_bit(at);
	return n;
}

/* Unpacks like entry.asm. */
static size_t unpack(void)
{
	size_t n = 0, at = 4, distance;

	bits_left = 0;
	for (again[n++] = out[at++]; n < in_size;) {
		if (!get_bit(&at)) {
			again[n++] = out[at++];
			continue;
		}
		distance = (get_number(&at) - 1) * 256;
		distance += out[at++] + 1u;
		for (uint32_t length = get_number(&at) + 1; length; length--, n++)
			again[n] = again[n - distance];
	}
	return n;
}

static int fail(const char *what)
{
	fprintf(stderr, "pack: %s\n", what);
	return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	FILE *from = argc == 3 ? fopen(argv[1], "rb") : NULL;
	FILE *to;

	if (!from)
		return fail("usage: pack IN OUT");
	in_size = fread(in, 1, MAX, from);
	if (!in_size || in_size == MAX || fclose(from))
		return fail("IN cannot be read, or is empty or too large");
	choose();
	put_items();
	if (unpack() != in_size || memcmp(in, again, in_size) != 0)
		return fail("the packed file does not unpack to IN");
	to = fopen(argv[2], "wb");
	if (!to || fwrite(out, 1, out_size, to) != out_size || fclose(to))
		return fail("OUT cannot be written");
	return EXIT_SUCCESS;
}
