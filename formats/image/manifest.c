/* SPDX-License-Identifier: MIT */
#include "image/manifest.h"

#include <string.h>
#include <zlib.h>

#include "common/le.h"
#include "image/regs.h"

/* The numbers in the manifest's header, except the registers. */
#define MANIFEST_FIELDS(row) row(magic, 32) row(version, 16) row(piece_count, 16) \
	row(size, 32) row(crc, 32) row(image_size, 32) row(stub_crc, 32) \
	row(flags, 32) row(serial_port, 16) row(serial_divisor, 16) \
	row(repairs, 32) row(linux_setup, 32)
#define PIECE_FIELDS(row) row(flags, 32) row(address, 32) row(offset, 32) row(size, 32) \
	row(crc, 32)

#define REGS_AT offsetof(struct rj_manifest, regs)
#define CRC_AT offsetof(struct rj_manifest, crc)

size_t rj_manifest_size(size_t pieces)
{
	return sizeof(struct rj_manifest) + pieces * sizeof(struct rj_piece);
}

uint32_t rj_manifest_crc(const uint8_t *bytes, size_t size)
{
	static const uint8_t zeros[4];
	uLong crc = crc32_z(0, bytes, CRC_AT);

	crc = crc32_z(crc, zeros, sizeof(zeros));
	return (uint32_t)crc32_z(crc, bytes + CRC_AT + sizeof(zeros),
				 size - CRC_AT - sizeof(zeros));
}

void rj_manifest_store(const struct rj_manifest *manifest, const struct rj_piece *pieces,
		       void *to)
{
	size_t size = rj_manifest_size(manifest->piece_count);
	uint8_t *bytes = to;

#define STORE(field, bits) LE_PUT(bytes, struct rj_manifest, field, manifest->field);
	MANIFEST_FIELDS(STORE)
#undef STORE
	rj_regs_store(&manifest->regs, bytes + REGS_AT);
	for (size_t i = 0; i < manifest->piece_count; i++) {
		const struct rj_piece *piece = &pieces[i];
		uint8_t *at = bytes + rj_manifest_size(i);

		memcpy(at, piece->name, sizeof(piece->name));
#define STORE(field, bits) LE_PUT(at, struct rj_piece, field, piece->field);
		PIECE_FIELDS(STORE)
#undef STORE
	}
	LE_PUT(bytes, struct rj_manifest, crc, rj_manifest_crc(bytes, size));
}

void rj_manifest_load(struct rj_manifest *manifest, const uint8_t *bytes)
{
#define LOAD(field, bits) \
	manifest->field = (uint##bits##_t)LE_GET(bytes, struct rj_manifest, field);
	MANIFEST_FIELDS(LOAD)
#undef LOAD
	rj_regs_load(&manifest->regs, bytes + REGS_AT);
}

void rj_manifest_load_piece(struct rj_piece *piece, const uint8_t *manifest, size_t n)
{
	const uint8_t *bytes = manifest + rj_manifest_size(n);

	memcpy(piece->name, bytes, sizeof(piece->name));
	piece->name[sizeof(piece->name) - 1] = '\0';
#define LOAD(field, bits) piece->field = (uint##bits##_t)LE_GET(bytes, struct rj_piece, field);
	PIECE_FIELDS(LOAD)
#undef LOAD
}
