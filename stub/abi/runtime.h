/* SPDX-License-Identifier: MIT */
/*
 * Two parts of an image run in the stub's home when the image has been checked, before anything
 * is changed. The stub calls the first byte of each.
 *
 * The survey is a part of the services (services.h), unpacked to SURVEY. It reads what the loader
 * and the firmware report of the machine, and fills in the end of struct rj_stub.
 *
 * Then the piece with the flag RJ_PIECE_RUNTIME, copied to SERVICES, changes the stub's manifest
 * to boot what the loader supplies with an image, as initrd or module. It does not return if that
 * is nothing, or nothing that boots.
 */
#ifndef RJ_RUNTIME_H
#define RJ_RUNTIME_H

#include <stdint.h>

#include "abi/install.h"

/*
 * image: the address of the stub's own image; loader: LOADER_*. Returns the physical address from
 * which the offsets of the manifest's pieces count.
 */
typedef uint32_t rj_runtime(struct rj_stub *stub, uint32_t image, uint32_t loader);

#endif
