/* SPDX-License-Identifier: MIT */
/* For 32-bit code that sets up a 16-bit module; module.lds selects it by its name. */
#include "common/mem.c"
