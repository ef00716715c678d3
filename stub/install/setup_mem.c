/* SPDX-License-Identifier: MIT */
/* For 32-bit code that sets a 16-bit module up; module.lds puts it with that by its name. */
#include "common/mem.c"
