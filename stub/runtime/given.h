/* SPDX-License-Identifier: MIT */
/* What the loader has given along: an initrd, or the first module. */
#ifndef RJ_GIVEN_H
#define RJ_GIVEN_H

#include <stdbool.h>
#include <stdint.h>

/* Where it is, in the first 4 GiB and above the first MiB. */
struct given {
	uint32_t address, size;
};

/* Of the image that the stub came in: where it is, and where its scratch memory begins. */
struct place {
	uint32_t image, info;
};

enum given_error {
	GIVEN_FINE,
	GIVEN_NOTHING,
	GIVEN_OVERLAPS,                 /* it shares memory with the image */
	GIVEN_NO_ROOM,                  /* it is above 4 GiB, and below is no room known */
};

/* Finds it, and moves it if it is not where struct given may be. loader: LOADER_*. */
enum given_error given_find(uint32_t loader, const struct place *place, struct given *given);

/* Memory in the stub's home, zeroed, for one use at a time. */
void *given_work(uint32_t size);

#endif
