/* SPDX-License-Identifier: MIT */
/*
 * An LZMA decoder that follows the LZMA specification (Igor Pavlov, 2015) and uses its names.
 * Since lp and pb are 0, no probability depends on the position. Each probability is stored as
 * its difference (XOR) from one half, so that zeros are the initial state.
 */
#include "disk/lzma.h"

#include <string.h>

#define STATES          12u
#define LITERAL_CONTEXT 2u              /* lc */
#define LITERAL_STATES  7u              /* states below it follow a literal */
#define PROB_BITS       11u
#define PROB_HALF       (1u << (PROB_BITS - 1))
#define MOVE_BITS       5u
#define TOP             (1u << 24)
#define MATCH_MIN       2u
#define END_MARKER      UINT32_MAX      /* as a distance */

struct lengths {
	uint16_t choice, choice2, low[8], middle[8], high[256];
};

struct probs {
	uint16_t match[STATES], rep[STATES], rep_g0[STATES], rep_g1[STATES], rep_g2[STATES],
		 rep0_long[STATES], slot[4][64], special[128], align[16];
	struct lengths length, rep_length;
	uint16_t literal[1 << LITERAL_CONTEXT][0x300];
};

struct decoder {
	const uint8_t *from, *end;
	uint8_t *to;
	size_t size, room;
	uint32_t range, code;
	bool wrong;                     /* cut short, damaged or too large */
	unsigned state;
	uint32_t reps[4];               /* the last distances, minus 1 */
	struct probs probs;
};

static void normalize(struct decoder *d)
{
	if (d->range >= TOP)
		return;
	d->wrong = d->wrong || d->from == d->end;
	d->range <<= 8;
	d->code = d->code << 8 | (d->wrong ? 0 : *d->from++);
}

static unsigned take_bit(struct decoder *d, uint16_t *prob)
{
	uint32_t p = *prob ^ PROB_HALF, bound = (d->range >> PROB_BITS) * p;
	unsigned bit = d->code >= bound;

	if (bit) {
		p -= p >> MOVE_BITS;
		d->code -= bound;
		d->range -= bound;
	} else {
		p += ((1u << PROB_BITS) - p) >> MOVE_BITS;
		d->range = bound;
	}
	*prob = (uint16_t)(p ^ PROB_HALF);
	normalize(d);
	return bit;
}

static uint32_t take_direct(struct decoder *d, unsigned count)
{
	uint32_t value = 0;

	while (count--) {
		d->range >>= 1;
		value = value << 1 | (d->code >= d->range);
		if (value & 1)
			d->code -= d->range;
		normalize(d);
	}
	return value;
}

static unsigned take_tree(struct decoder *d, uint16_t *probs, unsigned bits)
{
	unsigned symbol = 1;

	for (unsigned i = 0; i < bits; i++)
		symbol = symbol << 1 | take_bit(d, &probs[symbol]);
	return symbol - (1u << bits);
}

static unsigned take_reverse(struct decoder *d, uint16_t *probs, unsigned bits)
{
	unsigned node = 1, symbol = 0;

	for (unsigned i = 0; i < bits; i++) {
		unsigned bit = take_bit(d, &probs[node]);

		node = node << 1 | bit;
		symbol |= bit << i;
	}
	return symbol;
}

static unsigned take_length(struct decoder *d, struct lengths *l)
{
	if (!take_bit(d, &l->choice))
		return MATCH_MIN + take_tree(d, l->low, 3);
	if (!take_bit(d, &l->choice2))
		return MATCH_MIN + 8 + take_tree(d, l->middle, 3);
	return MATCH_MIN + 16 + take_tree(d, l->high, 8);
}

static uint32_t take_distance(struct decoder *d, unsigned length)
{
	unsigned kind = length - MATCH_MIN < 3 ? length - MATCH_MIN : 3;
	unsigned slot = take_tree(d, d->probs.slot[kind], 6), bits = slot / 2 - 1;
	uint32_t distance;

	if (slot < 4)
		return slot;
	distance = (2 | (slot & 1)) << bits;
	if (slot < 14)
		return distance + take_reverse(d, d->probs.special + distance - slot, bits);
	distance += take_direct(d, bits - 4) << 4;
	return distance + take_reverse(d, d->probs.align, 4);
}

static void put(struct decoder *d, uint8_t byte)
{
	if (d->size == d->room)
		d->wrong = true;
	else
		d->to[d->size++] = byte;
}

/* Copies length bytes from distance reps[0]. */
static void copy(struct decoder *d, unsigned length)
{
	if (d->reps[0] >= d->size) {
		d->wrong = true;
		return;
	}
	while (length-- && !d->wrong)
		put(d, d->to[d->size - d->reps[0] - 1]);
}

/* After a match, the byte at the last distance predicts the bits, until one differs. */
static void take_literal(struct decoder *d)
{
	unsigned before = d->size ? d->to[d->size - 1] : 0, symbol = 1;
	uint16_t *probs = d->probs.literal[before >> (8 - LITERAL_CONTEXT)];
	bool predicted = d->state >= LITERAL_STATES && d->reps[0] < d->size;
	unsigned guess = predicted ? d->to[d->size - d->reps[0] - 1] : 0;

	while (symbol < 0x100) {
		unsigned expected = guess >> 7 & 1;
		unsigned bit = take_bit(d, &probs[(predicted ? (1 + expected) << 8 : 0) + symbol]);

		symbol = symbol << 1 | bit;
		guess <<= 1;
		predicted = predicted && bit == expected;
	}
	put(d, (uint8_t)symbol);
	d->state = d->state < 4 ? 0 : d->state - (d->state < 10 ? 3 : 6);
}

/* Moves reps[n] to the front. */
static void use_rep(struct decoder *d, unsigned n)
{
	uint32_t distance = d->reps[n];

	memmove(d->reps + 1, d->reps, n * sizeof(*d->reps));
	d->reps[0] = distance;
}

static void take_rep(struct decoder *d)
{
	struct probs *p = &d->probs;
	bool after_literal = d->state < LITERAL_STATES;

	if (take_bit(d, &p->rep_g0[d->state])) {
		unsigned n = 1;

		if (take_bit(d, &p->rep_g1[d->state]))
			n += 1 + take_bit(d, &p->rep_g2[d->state]);
		use_rep(d, n);
	} else if (!take_bit(d, &p->rep0_long[d->state])) {
		d->state = after_literal ? 9 : 11;
		copy(d, 1);
		return;
	}
	d->state = after_literal ? 8 : 11;
	copy(d, take_length(d, &p->rep_length));
}

/* True at the end marker. */
static bool take_match(struct decoder *d)
{
	unsigned length = take_length(d, &d->probs.length);

	use_rep(d, 3);
	d->reps[0] = take_distance(d, length);
	if (d->reps[0] == END_MARKER)
		return true;
	d->state = d->state < LITERAL_STATES ? 7 : 10;
	copy(d, length);
	return false;
}

static bool decode(struct decoder *d)
{
	bool ended = false;

	while (!d->wrong && !ended) {
		if (!take_bit(d, &d->probs.match[d->state]))
			take_literal(d);
		else if (take_bit(d, &d->probs.rep[d->state]))
			take_rep(d);
		else
			ended = take_match(d);
	}
	return ended && !d->wrong;
}

bool rj_lzma_unpack(const uint8_t *from, size_t size, uint8_t *to, size_t room, size_t *got)
{
	static struct decoder d;
	bool good;

	d = (struct decoder){ .from = from, .end = from + size, .to = to, .room = room,
			      .range = UINT32_MAX };
	*got = 0;
	if (size < 5 || *d.from++ != 0)
		return false;
	for (size_t i = 0; i < 4; i++)
		d.code = d.code << 8 | *d.from++;
	good = decode(&d);
	*got = d.size;
	return good;
}
