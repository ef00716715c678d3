/* SPDX-License-Identifier: MIT */
/* The manifest in its file format (abi/manifest.h), on hosts of any byte order. */
#ifndef RJ_IMAGE_MANIFEST_H
#define RJ_IMAGE_MANIFEST_H

#include <stddef.h>
#include <stdint.h>

#include "abi/manifest.h"

/* Size in bytes of a manifest with this many pieces. */
size_t rj_manifest_size(size_t pieces);
#define RJ_MANIFEST_MAX (sizeof(struct rj_manifest) + RJ_MAX_PIECES * sizeof(struct rj_piece))

/* CRC-32 of a manifest, with its crc field taken as 0. */
uint32_t rj_manifest_crc(const uint8_t *bytes, size_t size);

/* Writes the manifest with its pieces, rj_manifest_size bytes, and computes the CRC-32. */
void rj_manifest_store(const struct rj_manifest *manifest, const struct rj_piece *pieces,
		       void *to);

/*
 * Load the header and piece n from bytes that contain them; the piece's name is then
 * NUL-terminated.
 */
void rj_manifest_load(struct rj_manifest *manifest, const uint8_t *bytes);
void rj_manifest_load_piece(struct rj_piece *piece, const uint8_t *manifest, size_t n);

#endif
