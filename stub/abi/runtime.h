/* SPDX-License-Identifier: MIT */
/*
 * What a loader gives along with an image, as initrd or module, is looked at by a piece
 * with the flag RJ_PIECE_RUNTIME: the stub copies it to SERVICES and calls its first byte,
 * once the image is known to be good and before it changes anything.
 */
#ifndef RJ_RUNTIME_H
#define RJ_RUNTIME_H

#include <stdint.h>

#include "abi/install.h"

/*
 * Changes the stub's manifest to what has been given, and gives the physical address
 * that the offsets of its pieces count from. image: where the stub's own image is;
 * loader: LOADER_*. It does not return if there is nothing, or nothing that boots.
 */
typedef uint32_t rj_runtime(const struct rj_stub *stub, uint32_t image, uint32_t loader);

#endif
