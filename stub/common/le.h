/* SPDX-License-Identifier: MIT */
/*
 * Little-endian numbers in bytes, whatever the host's order and alignment.
 */
#ifndef RJ_LE_H
#define RJ_LE_H

#include <stddef.h>
#include <stdint.h>

/* The lowest `size` bytes of value, size 1 to 8, to p. */
static inline void le_store(void *p, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((uint8_t *)p)[i] = (uint8_t)(value >> (8 * i));
}

/* `size` bytes at p, size 1 to 8, as a number. */
static inline uint64_t le_load(const void *p, size_t size)
{
	uint64_t value = 0;

	for (size_t i = size; i-- > 0;)
		value = value << 8 | ((const uint8_t *)p)[i];
	return value;
}

static inline uint16_t le16(const void *p) { return (uint16_t)le_load(p, 2); }
static inline uint32_t le32(const void *p) { return (uint32_t)le_load(p, 4); }
static inline uint64_t le64(const void *p) { return le_load(p, 8); }

#define RJ_FIELD_SIZE(type, field) sizeof(((type *)0)->field)

/* A member of an on-disk structure whose first byte is at p. */
#define LE_PUT(p, type, field, value) \
	le_store((uint8_t *)(p) + offsetof(type, field), (value), \
		 RJ_FIELD_SIZE(type, field))
#define LE_GET(p, type, field) \
	le_load((const uint8_t *)(p) + offsetof(type, field), \
		RJ_FIELD_SIZE(type, field))

#endif
