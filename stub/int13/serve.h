/* SPDX-License-Identifier: MIT */
/* The interface between the assembly and the C of INT 13h. */
#ifndef RJ_SERVE_H
#define RJ_SERVE_H

#include <stdbool.h>
#include <stdint.h>

#include "int13/frame.h"

/*
 * Serves one call; mapped: int13.map[f->dl]. Returns the value of CF; AH and the function's
 * other results are in f.
 */
bool serve(struct frame *f, uint32_t mapped);

#endif
