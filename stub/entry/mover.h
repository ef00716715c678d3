/* SPDX-License-Identifier: MIT */
#ifndef RJ_MOVER_H
#define RJ_MOVER_H

#include <stddef.h>
#include <stdint.h>

#include "abi/manifest.h"

/*
 * Moves n pieces from the image to their addresses; sources and destinations may overlap.
 * pieces: ascending in address and in offset, without overlap in either.
 * memory: where physical address 0 is (0 in the stub, an array in a test).
 * image: physical address of the image's first byte. The image is destroyed.
 */
void rj_move_pieces(const struct rj_piece *pieces, size_t n, uintptr_t memory, uint32_t image);

#endif
