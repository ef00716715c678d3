/* SPDX-License-Identifier: MIT */
/*
 * Loads an image into the running kernel, by kexec_file_load(2) or kexec_load(2). No code runs
 * between Linux and the stub, except for the few instructions in handover.h: the stub checks the
 * image itself.
 */
#ifndef RJ_KEXEC_H
#define RJ_KEXEC_H

#include "image/image.h"
#include "machine/handover.h"
#include "machine/kexec_refusal.h"

struct rj_kexec_segment {
	const void *bytes;
	uint64_t size;
	uint64_t address, memory;       /* multiples of PAGE; what is beyond size gets zeros */
};
#define RJ_KEXEC_SEGMENTS 3

/*
 * The system calls; a test has its own. They return 0, or -1 with errno. initrd: -1 for none.
 * No segments, and a kernel of -1, unload.
 */
struct rj_kexec_calls {
	int (*load)(uint64_t entry, const struct rj_kexec_segment *segments, size_t count,
		    bool panic);
	int (*file_load)(int kernel, int initrd, const char *command_line, bool panic);
};

extern const char *const rj_kexec_names[RJ_KEXEC_CALLS];

/* A file, and the same in memory. */
struct rj_kexec_file {
	int fd;                         /* -1: there is none */
	const uint8_t *bytes;
	uint64_t size;
};

struct rj_kexec {
	const struct rj_image *image;   /* it has a stub */
	struct rj_kexec_file file, initrd;
	const char *command_line;
	bool panic;                     /* to start when Linux panics */
};

/* Where kexec_load puts the parts, in physical memory. */
struct rj_kexec_layout {
	uint64_t image, image_memory;   /* multiples of PAGE */
	struct rj_handover_places places;
	uint64_t handover_memory, initrd_memory;
	uint64_t entry;                 /* of the handover's code */
};

/*
 * Finds memory for image, handover and initrd, in that order: at the image's own base if that is
 * memory, otherwise at the lowest address from 1 MiB on; for a panic in what crashkernel= has set
 * aside. The machine's memory has been read.
 */
enum rj_err rj_kexec_lay_out(const struct rj_kexec *kexec, const struct rj_machine *machine,
			     struct rj_kexec_layout *layout, struct rj_error *err);

/*
 * The command line for a call, with the options that Linux does not make superfluous: rj.reason
 * for a panic, and for kexec_file_load where the RSDP is if Linux does not pass that on. Fails if
 * it does not fit.
 */
enum rj_err rj_kexec_command_line(const struct rj_kexec *kexec, const struct rj_machine *machine,
				  enum rj_kexec_call call, char line[COMMAND_LINE_SIZE],
				  struct rj_error *err);

/* Whether kexec_file_load can take the image: only a Linux kernel's file. */
bool rj_kexec_is_kernel(const struct rj_kexec *kexec);

/*
 * Loads the image; *used is the call that did. Kernel, firmware, platform and memory of the machine
 * have been read. The error says why the kernel refuses each call, and what to do.
 */
enum rj_err rj_kexec_load(const struct rj_kexec *kexec, const struct rj_kexec_calls *calls,
			  const struct rj_machine *machine, enum rj_kexec_call *used,
			  struct rj_error *err);

/* Unloads what is loaded, for a panic or for kexec -e; that there is nothing is not an error. */
enum rj_err rj_kexec_unload(bool panic, const struct rj_kexec_calls *calls,
			    const struct rj_machine *machine, struct rj_error *err);

#endif
