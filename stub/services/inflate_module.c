/* SPDX-License-Identifier: MIT */
/* Apart from inflate.c, which the host tests, too. */
#include "inflate.h"

#include "driver.h"

INIT_DATA const struct rj_inflate interface = { rj_inflate };
