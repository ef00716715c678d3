/* SPDX-License-Identifier: MIT */
/* loader IMAGE: what a program sees of an image by the header as it is installed. */
#include <rjload.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	static unsigned char bytes[1 << 20];
	FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
	struct rj_load load;
	size_t size;

	if (!file)
		return 1;
	size = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	if (rj_load_open(&load, bytes, size) != RJ_LOAD_OK)
		return 1;
	printf("%s needs %lu bytes of memory\n", argv[1], (unsigned long)load.memory);
	return load.memory < load.size;
}
