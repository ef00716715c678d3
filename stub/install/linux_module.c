/* SPDX-License-Identifier: MIT */
/* Not in linux.c, which the host tests also compile. */
#include "install/linux.h"

#include "drivers/driver.h"

void linux_enter(uint32_t code32_start, const struct boot_params *params);

INIT_DATA const struct rj_linux interface = { linux_fill, linux_enter };
