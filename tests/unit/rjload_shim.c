/* SPDX-License-Identifier: MIT */
/* rjload.h for test_rjload.rs, which compares the crate with it. */
#include "rjload.h"

int shim_open(struct rj_load *load, const void *file, uint64_t size);
int shim_copy(const struct rj_load *load, void *mapped, uint64_t physical, const char *options);

int shim_open(struct rj_load *load, const void *file, uint64_t size)
{
	return (int)rj_load_open(load, file, size);
}

int shim_copy(const struct rj_load *load, void *mapped, uint64_t physical, const char *options)
{
	return (int)rj_load_copy(load, mapped, physical, options);
}
