/* SPDX-License-Identifier: MIT */
/* purgatory BYTES: has kexec-tools' purgatory check a segment of so many bytes. */
#include <stdlib.h>

/* kexec/kexec-sha256.h: what is checked; a segment of no bytes is none. */
struct sha256_region {
	const void *start;
	unsigned long size;
};
extern struct sha256_region sha256_regions[16];

int verify_sha256_digest(void);

/* The digest that it compares with is all zeros, so it finds a difference at the end. */
int main(int argc, char **argv)
{
	size_t size = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
	void *segment = size ? calloc(1, size) : NULL;

	if (!segment)
		return EXIT_FAILURE;
	sha256_regions[0] = (struct sha256_region){ segment, size };
	return verify_sha256_digest() ? EXIT_SUCCESS : EXIT_FAILURE;
}
