/* SPDX-License-Identifier: MIT */
/*
 * The supported loaders: what each requires of a file, and the command to load it. The rules
 * come from the loaders' own sources and hold for any file.
 */
#ifndef RJ_LOADERS_H
#define RJ_LOADERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/input.h"

/* The properties of a file that loaders look at. */
struct rj_features {
	bool elf, elf64;                /* an ELF file for x86; a 64-bit one */
	bool interpreter, relocations;  /* PT_INTERP; SHT_REL or SHT_RELA */
	size_t segments;                /* PT_LOAD */
	bool on_pages, same_addresses;  /* p_paddr a multiple of 4 KiB; p_vaddr equal to it */
	bool high;                      /* all segments are from 1 MiB to 4 GiB */
	bool entry_inside;
	bool pvh;                       /* the PVH note */
	bool multiboot, multiboot2;     /* headers where loaders look for them */
	bool efi;                       /* a PE32+ file, an EFI application for x86-64 */
	bool payload_file;              /* loaded with an image; its container says so */
	bool linux16, linux32, linux64; /* protocol 2.00; 2.05, relocatable; above 4 GiB */
};

struct rj_loader {
	const char *name;               /* for users */
	const char *label;              /* for people */
	const char *before, *after;     /* the command, around the image's name */
	bool by_base_name;              /* the name without its directory */
	/* NULL if it takes the file, or the reason why not */
	const char *(*refuses)(const struct rj_features *features);
};
extern const struct rj_loader rj_loaders[];
extern const size_t rj_loader_count;

/* Reads the features from any file. */
void rj_features_read(struct rj_features *features, const struct rj_input *input);

/*
 * Goes through the loaders that accept a file with these features, of which there may be none.
 * *loader, NULL at first, becomes the next one, and text the command with which it loads the
 * image, cut to fit in size bytes. Returns false after the last one.
 */
bool rj_loader_accepting(const struct rj_loader **loader, const struct rj_features *features,
			 const char *image, char *text, size_t size);

/*
 * Takes the next loader from a comma-separated list of names; *list advances, and is NULL at
 * the end. The error for an unknown one lists all names.
 */
enum rj_err rj_loader_next(const char **list, const struct rj_loader **loader,
			   struct rj_error *err);

/* The command to load this image, cut to fit in size bytes. */
void rj_loader_command(const struct rj_loader *loader, const char *image, char *text,
		       size_t size);

#endif
