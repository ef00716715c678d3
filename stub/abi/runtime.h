/* SPDX-License-Identifier: MIT */
/*
 * The piece with the flag RJ_PIECE_RUNTIME reads what the loader supplies with an image, as
 * initrd or module. The stub copies it to SERVICES and calls its first byte after checking the
 * image and before changing anything.
 */
#ifndef RJ_RUNTIME_H
#define RJ_RUNTIME_H

#include <stdint.h>

#include "abi/install.h"

/*
 * Changes the stub's manifest to boot what the loader supplied. image: the address of the
 * stub's own image; loader: LOADER_*. Returns the physical address from which the offsets of
 * its pieces count. Does not return if the loader supplied nothing, or nothing that boots.
 */
typedef uint32_t rj_runtime(const struct rj_stub *stub, uint32_t image, uint32_t loader);

#endif
