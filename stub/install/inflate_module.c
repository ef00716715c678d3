/* SPDX-License-Identifier: MIT */
/* Not in inflate.c, which the host tests also compile. */
#include "install/inflate.h"

#include "drivers/driver.h"

INIT_DATA const struct rj_inflate interface = { rj_inflate };
