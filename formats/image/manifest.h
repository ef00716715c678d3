/* SPDX-License-Identifier: MIT */
/* The manifest's bytes: abi/manifest.h, whatever the host's byte order. */
#ifndef RJ_IMAGE_MANIFEST_H
#define RJ_IMAGE_MANIFEST_H

#include <stddef.h>
#include <stdint.h>

#include "abi/manifest.h"

/* Bytes of a manifest with this many pieces. */
size_t rj_manifest_size(size_t pieces);
#define RJ_MANIFEST_MAX (sizeof(struct rj_manifest) + RJ_MAX_PIECES * sizeof(struct rj_piece))

/* CRC-32 of a manifest's bytes, whatever its own field holds. */
uint32_t rj_manifest_crc(const uint8_t *bytes, size_t size);

/* The manifest and its pieces, the CRC-32 computed, as rj_manifest_size bytes. */
void rj_manifest_store(const struct rj_manifest *manifest, const struct rj_piece *pieces,
		       void *to);

/* The header, and the nth piece, whose name then ends; of bytes that hold them. */
void rj_manifest_load(struct rj_manifest *manifest, const uint8_t *bytes);
void rj_manifest_load_piece(struct rj_piece *piece, const uint8_t *manifest, size_t n);

#endif
