/* SPDX-License-Identifier: MIT */
/* Apart from inflate.c, which the host tests, too. */
#include "install/inflate.h"

#include "drivers/driver.h"

INIT_DATA const struct rj_inflate interface = { rj_inflate };
