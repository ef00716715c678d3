/* SPDX-License-Identifier: MIT */
/*
 * RFC 1951. The next bits of the input are the index into a table of all codes up to some
 * length; longer codes have further tables after it. This file prepares the tables and decodes
 * carefully, where the input or the output ends; inflate_fast.asm decodes the rest.
 */
#include "install/inflate.h"

#include <stdbool.h>
#include <stddef.h>

#include "common/mem.h"
#include "install/inflate_fast.h"

#define OTHER    INFLATE_OTHER
#define LENGTH   INFLATE_LENGTH
#define RARE     INFLATE_RARE
#define LINK     INFLATE_LINK
#define END      INFLATE_END
#define BAD      INFLATE_BAD
#define BASE(entry) ((entry) >> 16)
#define BITS(entry) ((entry) >> 8 & 15)         /* extra bits, or index bits */

/* 3.2.7; in 3.2.6 each fixed code has two more symbols */
#define MAX_BITS 15u
#define LITERALS 286u
#define DISTANCES 30u
#define CODE_LENGTHS 19u
#define FIXED_LITERALS 288u
#define FIXED_DISTANCES 32u
#define END_OF_BLOCK 256u

#define NONE 0xFFFFu            /* no symbol */
#define FULL (1u << MAX_BITS)   /* the complete code space */
#define REPEAT 16u              /* the first symbol that is not a code length */
#define MARGIN INFLATE_INPUT_MARGIN
#define MORE 1                  /* not an error: the block goes on */

enum { STORED, FIXED, DYNAMIC };        /* BTYPE */
enum alphabet { LITERAL, DISTANCE, CODE_LENGTH };

struct work {
	struct inflate_fast fast;       /* hold, count and the tables, here as well */
	const uint8_t *next;            /* as fast.next, which is set only for decode_fast */
	const uint8_t *limit;           /* up to MARGIN bytes may be read beyond this */
	const uint8_t *from;
	uint32_t from_size;
	const uint8_t *base;            /* where next began, */
	uint32_t base_at;               /* and that byte's offset in the input */
	uint8_t *start, *to, *to_end;
	uint8_t tail[3 * MARGIN];         /* the input's end, then zeros */
	uint16_t last[MAX_BITS + 1];    /* by code length: the last symbol */
	uint8_t lengths[FIXED_LITERALS + FIXED_DISTANCES];
	uint16_t before[FIXED_LITERALS];        /* the previous symbol with that code length */
};
_Static_assert(sizeof(struct work) <= RJ_INFLATE_WORK, "inflate's work");

static inline uint32_t load32(const uint8_t *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

/* After this, count is at least 24: as many whole bytes as fit in 31 bits. */
static inline __attribute__((always_inline)) void refill(struct work *w)
{
	uint32_t count = w->fast.count;

	w->fast.hold |= load32(w->next) << count;
	w->next += (31u - count) >> 3;
	w->fast.count = count | 24;
}

/* Only the lowest 5 bits of n are used. */
static void drop(struct work *w, uint32_t n)
{
	n &= INFLATE_TAKE;
	w->fast.hold >>= n;
	w->fast.count -= n;
}

static inline uint32_t low_bits(uint32_t value, uint32_t n)
{
	return value & ((1u << n) - 1);
}

/* Returns an entry by the next bits, and takes those of its code. */
static uint32_t look_up(struct work *w, const uint32_t *table, uint32_t index_bits)
{
	uint32_t e = table[low_bits(w->fast.hold, index_bits)];

	drop(w, e);
	return e;
}

/* The bytes of the input taken so far; the last may have bits left. */
static uint32_t taken(const struct work *w)
{
	return w->base_at + (uint32_t)(w->next - w->base) - w->fast.count / 8;
}

/* Returns where to read the input from offset at on. */
static const uint8_t *seek(struct work *w, uint32_t at)
{
	uint32_t rest = w->from_size - at;

	w->base_at = at;
	if (rest > MARGIN) {
		w->base = w->from + at;
		w->limit = w->base + rest - MARGIN;
	} else {
		w->base = w->tail;
		w->limit = w->tail + 2 * MARGIN;
		memset(w->tail, 0, sizeof(w->tail));
		memcpy(w->tail, w->from + at, rest);
	}
	return w->base;
}

/* Returns where the input continues: in the tail, then with endless zeros. */
static const uint8_t *pass_limit(struct work *w, const uint8_t *next)
{
	if (w->base == w->tail)
		return w->limit - 1;
	return seek(w, w->base_at + (uint32_t)(next - w->base));
}

/* After this, count is at least 16. */
static void refill_checked(struct work *w)
{
	if (w->fast.count >= 16)
		return;
	if (w->next >= w->limit)
		w->next = pass_limit(w, w->next);
	refill(w);
}

static uint32_t take(struct work *w, uint32_t n)
{
	uint32_t value;

	refill_checked(w);
	value = low_bits(w->fast.hold, n);
	drop(w, n);
	return value;
}

/* Takes a code; returns its entry. */
static uint32_t take_code(struct work *w, const uint32_t *table, uint32_t root)
{
	uint32_t e;

	refill_checked(w);
	e = look_up(w, table, root);
	return e & OTHER && e & LINK ? look_up(w, table + BASE(e), BITS(e)) : e;
}

/*
 * 3.2.5: lengths and distances. The first 2 << k values have no extra bits; then each
 * group of 1 << k symbols has one bit more.
 */
static uint32_t range(uint32_t base, uint32_t symbol, uint32_t k)
{
	uint32_t more = 0;

	if (symbol >= 2u << k) {
		more = (symbol >> k) - 1;
		symbol = ((1u << k) + low_bits(symbol, k)) << more;
	}
	return (base + symbol) << 16 | more << 8;
}

static uint32_t entry(enum alphabet alphabet, uint32_t symbol)
{
	if (alphabet == DISTANCE)
		return symbol >= DISTANCES ? RARE | BAD :
		       range(0, symbol, 1) | (symbol < 3 ? RARE : INFLATE_DISTANCE);
	if (alphabet == CODE_LENGTH || symbol < END_OF_BLOCK)
		return symbol << 8;
	if (symbol == END_OF_BLOCK)
		return RARE | END;
	if (symbol == LITERALS - 1)
		return LENGTH | 257u << 16;
	return symbol < LITERALS ? LENGTH | range(2, symbol - END_OF_BLOCK - 1, 2) : RARE | BAD;
}

/* The table of a code, followed by those of its longer codes. */
struct table {
	uint32_t *entries;
	uint32_t root;          /* index bits of entries */
	uint32_t end;           /* entries in use */
};

static void place(struct table *t, uint32_t code, uint32_t length, uint32_t entry)
{
	uint32_t *entries = t->entries, index_bits = t->root, step, end;

	if (length > t->root) {
		uint32_t *link = &entries[low_bits(code, t->root)];

		code >>= t->root;
		length -= t->root;
		/* the first code for this link is the longest, all ones */
		if (code + 1 == 1u << length) {
			*link = RARE | t->end << 16 | LINK | length << 8 | t->root;
			t->end += 1u << length;
		}
		entries += BASE(*link);
		index_bits = BITS(*link);
	}
	entry |= length;
	step = 1u << length;
	end = 1u << index_bits;
	do
		entries[code] = entry;
	while ((code += step) < end);
}

/* Links the symbols by code length; returns how much of the code space they fill. */
static uint32_t sort(struct work *w, const uint8_t *lengths, uint32_t n)
{
	uint32_t space = 0;

	memset(w->last, 0xFF, sizeof(w->last));
	for (uint32_t i = 0; i < n; i++) {
		uint16_t *last = &w->last[lengths[i]];

		w->before[i] = *last;
		*last = (uint16_t)i;
		space += FULL >> lengths[i];
	}
	for (uint32_t i = w->last[0]; i != NONE; i = w->before[i])
		space -= FULL;
	return space;
}

/*
 * 3.2.2, from the last and longest code down: that one is all ones, and each further code is
 * one less. Codes have their first bit lowest. Returns false if the lengths are invalid.
 */
static bool build(struct work *w, enum alphabet alphabet, const uint8_t *lengths, uint32_t n)
{
	struct table t = { w->fast.distances, DISTANCE_BITS, 0 };
	uint32_t space = sort(w, lengths, n), code = 0;

	if (alphabet == LITERAL)
		t = (struct table){ w->fast.literals, LITERAL_BITS, 0 };
	t.end = 1u << t.root;
	if (space != FULL) {
		/* 3.2.7: no distance code, or only one, of one bit */
		bool single = space == FULL / 2 && w->last[1] != NONE;

		if (alphabet == CODE_LENGTH || (space && !single))
			return false;
		for (uint32_t i = 0; i < t.end; i++)
			t.entries[i] = RARE | BAD;
		code = 1;
	}
	for (uint32_t length = MAX_BITS; length; length--) {
		uint32_t top = 1u << length;

		code &= top - 1;
		for (uint32_t i = w->last[length]; i != NONE; i = w->before[i]) {
			uint32_t bit = top;

			do {
				bit >>= 1;
				code ^= bit;
			} while (code & bit);
			place(&t, code, length, entry(alphabet, i));
		}
	}
	return true;
}

/* 3.2.7: the code lengths of both codes, which are coded themselves. */
static bool read_lengths(struct work *w, uint8_t *lengths, uint32_t n)
{
	static const struct {
		uint8_t base, bits;
	} repeats[] = { { 3, 2 }, { 3, 3 }, { 11, 7 } };

	for (uint32_t i = 0; i < n;) {
		uint32_t symbol = take_code(w, w->fast.distances, DISTANCE_BITS) >> 8;
		uint32_t count = 1, value = symbol;

		if (symbol >= REPEAT) {
			count = repeats[symbol - REPEAT].base
				+ take(w, repeats[symbol - REPEAT].bits);
			if (symbol == REPEAT && !i)
				return false;
			value = symbol == REPEAT ? lengths[i - 1] : 0;
		}
		if (count > n - i)
			return false;
		do
			lengths[i++] = (uint8_t)value;
		while (--count);
	}
	return true;
}

static bool dynamic_codes(struct work *w)
{
	static const uint8_t order[CODE_LENGTHS] = {
		16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
	};
	uint32_t literals = take(w, 5) + 257, distances = take(w, 5) + 1, n = take(w, 4) + 4;

	if (literals > LITERALS || distances > DISTANCES)
		return false;
	memset(w->lengths, 0, CODE_LENGTHS);
	for (uint32_t i = 0; i < n; i++)
		w->lengths[order[i]] = (uint8_t)take(w, 3);
	return build(w, CODE_LENGTH, w->lengths, CODE_LENGTHS)
		&& read_lengths(w, w->lengths, literals + distances)
		&& w->lengths[END_OF_BLOCK]
		&& build(w, LITERAL, w->lengths, literals)
		&& build(w, DISTANCE, w->lengths + literals, distances);
}

/* 3.2.6 */
static bool fixed_codes(struct work *w)
{
	uint8_t *l = w->lengths;

	memset(l, 8, FIXED_LITERALS);
	memset(l + 144, 9, 256 - 144);
	memset(l + 256, 7, 280 - 256);
	memset(l + FIXED_LITERALS, 5, FIXED_DISTANCES);
	return build(w, LITERAL, l, FIXED_LITERALS)
		&& build(w, DISTANCE, l + FIXED_LITERALS, FIXED_DISTANCES);
}

static inline void copy_bytes(uint8_t *to, const uint8_t *from, size_t n)
{
	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
}

static inline void copy_dwords(uint8_t *to, const uint8_t *from, size_t n)
{
	__asm__ volatile("rep movsl" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
}

/*
 * Copies a match in dwords, and up to 3 bytes beyond length if there is room. If distance is
 * less than a dword, repeats the source until it is not, from the same start.
 */
static uint8_t *copy_match(uint8_t *to, const uint8_t *to_end, uint32_t distance, uint32_t length)
{
	const uint8_t *from = to - distance;

	for (; distance < 4 && length > distance; distance *= 2) {
		copy_bytes(to, from, distance);
		to += distance;
		length -= distance;
	}
	if (distance >= 4 && (uint32_t)(to_end - to) >= length + 3)
		copy_dwords(to, from, (length + 3) / 4);
	else
		copy_bytes(to, from, length);
	return to + length;
}

static uint32_t address(const void *p)
{
	return (uint32_t)(uintptr_t)p;
}

/* Returns 0 between symbols, or the entry of one that has been taken. */
static uint32_t decode_fast(struct work *w)
{
	struct inflate_fast *fast = &w->fast;
	uint32_t e;

	if (w->next >= w->limit || address(w->start) < INFLATE_LOWEST ||
	    (uint32_t)(w->to_end - w->to) <= INFLATE_OUTPUT_MARGIN)
		return 0;
	refill(w);
	fast->next = address(w->next);
	fast->limit = address(w->limit);
	fast->start = address(w->start);
	fast->to = address(w->to);
	fast->to_limit = address(w->to_end) - INFLATE_OUTPUT_MARGIN;
	fast->stop = 0;
	e = inflate_fast(fast);
	w->next += fast->next - address(w->next);
	w->to += fast->to - address(w->to);
	return e;
}

/* Returns MORE, 0 at the end of the block, or an error. */
static int32_t decode_some(struct work *w)
{
	uint32_t e = decode_fast(w), length, distance;

	if (!e)
		e = take_code(w, w->fast.literals, LITERAL_BITS);
	if (!(e & OTHER)) {
		if (w->to == w->to_end)
			return RJ_INFLATE_TOO_LONG;
		*w->to++ = (uint8_t)(e >> 8);
		return MORE;
	}
	if (e & (END | BAD))
		return e & END ? 0 : RJ_INFLATE_DAMAGED;
	length = BASE(e) + take(w, BITS(e)) + 1;
	e = take_code(w, w->fast.distances, DISTANCE_BITS);
	distance = BASE(e) + take(w, BITS(e)) + 1;
	if (e & BAD || distance > (uint32_t)(w->to - w->start))
		return RJ_INFLATE_DAMAGED;
	if (length > (uint32_t)(w->to_end - w->to))
		return RJ_INFLATE_TOO_LONG;
	w->to = copy_match(w->to, w->to_end, distance, length);
	return MORE;
}

/* 3.2.3: decodes a block to its end. */
static int32_t decode(struct work *w)
{
	int32_t error;

	do
		error = decode_some(w);
	while (error == MORE);
	return error;
}

/* 3.2.4 */
static int32_t stored(struct work *w)
{
	uint32_t at, size, complement;

	drop(w, w->fast.count & 7);
	size = take(w, 16);
	complement = take(w, 16);
	at = taken(w);
	if (size != (complement ^ 0xFFFF))
		return RJ_INFLATE_DAMAGED;
	if (at > w->from_size || size > w->from_size - at)
		return RJ_INFLATE_TOO_SHORT;
	if (size > (uint32_t)(w->to_end - w->to))
		return RJ_INFLATE_TOO_LONG;
	memcpy(w->to, w->from + at, size);
	w->to += size;
	w->fast.hold = w->fast.count = 0;
	w->next = seek(w, at + size);
	return 0;
}

static int32_t block(struct work *w, uint32_t type)
{
	if (type == STORED)
		return stored(w);
	if (type == FIXED ? !fixed_codes(w) : type != DYNAMIC || !dynamic_codes(w))
		return RJ_INFLATE_DAMAGED;
	return decode(w);
}

int32_t rj_inflate_stream(uint8_t *to, uint32_t *to_size, const uint8_t *from,
			  uint32_t *from_size, void *work)
{
	struct work *w = work;
	uint32_t last;
	int32_t error;

	w->from = from;
	w->from_size = *from_size;
	w->start = w->to = to;
	w->to_end = to + *to_size;
	w->fast.hold = w->fast.count = 0;
	w->next = seek(w, 0);
	do {
		last = take(w, 1);
		error = block(w, take(w, 2));
	} while (!error && !last);
	/* the error may be due to the zeros that follow the input */
	if (taken(w) > *from_size)
		error = RJ_INFLATE_TOO_SHORT;
	*to_size = (uint32_t)(w->to - to);
	*from_size = taken(w);
	return error;
}

int32_t rj_inflate(uint8_t *to, uint32_t to_size, const uint8_t *from, uint32_t from_size,
		   void *work)
{
	uint32_t size = to_size;
	int32_t error = rj_inflate_stream(to, &size, from, &from_size, work);

	return !error && size != to_size ? RJ_INFLATE_TOO_SHORT : error;
}
