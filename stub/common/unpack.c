/* SPDX-License-Identifier: MIT */
#include "common/unpack.h"

#include "common/le.h"
#include "common/packed.h"

struct stream {
	const uint8_t *next, *end;
	uint32_t range, code;
	bool damaged;           /* the stream ended early, or a number was too long */
	uint16_t contexts[PACKED_CONTEXTS];
};

static uint8_t take_byte(struct stream *s)
{
	if (s->next == s->end) {
		s->damaged = true;
		return 0;
	}
	return *s->next++;
}

static unsigned take_bit(struct stream *s, unsigned context)
{
	uint16_t *zero = &s->contexts[context];
	uint32_t bound;

	while (s->range < 1u << 24) {
		s->range <<= 8;
		s->code = s->code << 8 | take_byte(s);
	}
	bound = (s->range >> PACKED_ONE_BITS) * *zero;
	if (s->code < bound) {
		s->range = bound;
		*zero = (uint16_t)(*zero + ((PACKED_ONE - *zero) >> PACKED_SHIFT));
		return 0;
	}
	s->range -= bound;
	s->code -= bound;
	*zero = (uint16_t)(*zero - (*zero >> PACKED_SHIFT));
	return 1;
}

static uint8_t take_literal(struct stream *s)
{
	unsigned node = 1;

	while (node < 0x100)
		node = node << 1 | take_bit(s, PACKED_BYTE + node);
	return (uint8_t)node;
}

static uint32_t take_number(struct stream *s, unsigned context)
{
	uint32_t number = 1;

	for (unsigned digits = 0; take_bit(s, context++); digits++) {
		if (digits == PACKED_DIGITS) {
			s->damaged = true;
			break;
		}
		number = number << 1 | take_bit(s, context++);
	}
	return number;
}

static void begin(struct stream *s, const uint8_t *packed, size_t size)
{
	*s = (struct stream){ .next = packed, .end = packed + size, .range = UINT32_MAX };
	for (unsigned i = 0; i < PACKED_CONTEXTS; i++)
		s->contexts[i] = PACKED_ONE / 2;
	for (unsigned i = 0; i < sizeof(s->code); i++)
		s->code = s->code << 8 | take_byte(s);
}

uint32_t rj_unpacked_size(const uint8_t *packed, size_t size)
{
	return size < RJ_PACKED_HEADER ? 0 : (uint32_t)le_load(packed, RJ_PACKED_HEADER);
}

bool rj_unpack(uint8_t *buffer, size_t before, size_t room, const uint8_t *packed, size_t size)
{
	size_t to = before, end = before + rj_unpacked_size(packed, size);
	uint32_t distance = 0, length;
	unsigned after_match = 0;
	struct stream s;

	if (end == before || end - before > room)
		return false;
	begin(&s, packed + RJ_PACKED_HEADER, size - RJ_PACKED_HEADER);
	buffer[to++] = take_literal(&s);
	while (to < end && !s.damaged) {
		if (!take_bit(&s, PACKED_MATCH + after_match)) {
			buffer[to++] = take_literal(&s);
			after_match = 0;
			continue;
		}
		if (after_match || !take_bit(&s, PACKED_AGAIN))
			distance = take_number(&s, PACKED_DISTANCE);
		length = take_number(&s, PACKED_LENGTH) + 1;
		if (distance == 0 || distance > to || length > end - to)
			return false;
		for (; length > 0; length--, to++)
			buffer[to] = buffer[to - distance];
		after_match = 1;
	}
	return !s.damaged;
}

void rj_restore_calls(uint8_t *home, size_t size, uint32_t address)
{
	for (size_t i = 0; i + PACKED_CALL <= size; i++) {
		uint32_t target = (uint32_t)le_load(home + i + 1, sizeof(target));

		if ((home[i] & 0xFE) != PACKED_CALL_CODE || target >> 16 != address >> 16)
			continue;
		le_store(home + i + 1, target - (address + (uint32_t)i + 1), sizeof(target));
		i += sizeof(target);
	}
}
