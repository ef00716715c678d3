/* SPDX-License-Identifier: MIT */
/*
 * The loaders that images are for: what each asks of a file, and the command that makes it
 * load one. The rules are those of the loaders' own sources; they hold for any file.
 */
#ifndef RJ_LOADERS_H
#define RJ_LOADERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/input.h"

/* What loaders look at in a file. */
struct rj_features {
	bool elf, elf64;                /* an ELF file for x86; of the 64-bit class */
	bool interpreter, relocations;  /* PT_INTERP; SHT_REL or SHT_RELA */
	size_t segments;                /* PT_LOAD */
	bool on_pages, same_addresses;  /* p_paddr a multiple of 4 KiB; p_vaddr equal to it */
	bool high;                      /* all of them from 1 MiB to 4 GiB */
	bool entry_inside;
	bool pvh;                       /* the note */
	bool multiboot, multiboot2;     /* headers that are where they are looked for */
	bool payload_file;              /* of rjpack, which an image takes from its loader */
	bool linux16, linux32, linux64; /* boot protocol: 2.00; 2.05, relocatable; above 4 GiB */
};

struct rj_loader {
	const char *name;               /* as in --for */
	const char *label;              /* for people */
	const char *before, *after;     /* the image's name goes between */
	bool by_base_name;              /* without its directory */
	/* NULL if it takes the file, or why not */
	const char *(*refuses)(const struct rj_features *features);
};
extern const struct rj_loader rj_loaders[];
extern const size_t rj_loader_count;

void rj_features_read(struct rj_features *features, const struct rj_input *input);

/* The first that takes a file with these features; of our containers each has one. Or NULL. */
const struct rj_loader *rj_loader_for(const struct rj_features *features);

/*
 * The next loader of a list of names with commas between; *list moves on, to NULL at the
 * end. RJ_ERR_LOADER with all names in err->text.
 */
enum rj_err rj_loader_next(const char **list, const struct rj_loader **loader,
			   struct rj_error *err);

/* The command for this image, cut to fit. */
void rj_loader_command(const struct rj_loader *loader, const char *image, char *text,
		       size_t size);

#endif
