/* SPDX-License-Identifier: MIT */
#ifndef RJ_KEXEC_REFUSAL_H
#define RJ_KEXEC_REFUSAL_H

#include "base/error.h"
#include "machine/machine.h"

/* The calls, in the order in which they are tried. */
enum rj_kexec_call { RJ_KEXEC_FILE_LOAD, RJ_KEXEC_LOAD, RJ_KEXEC_CALLS };

struct rj_kexec_obstacle {
	const char *why, *todo;
};

/*
 * Why the kernel refuses both calls, whoever makes them, and what to do; panic: those that load a
 * kernel for a panic. NULLs if nothing is known that would be in the way.
 */
struct rj_kexec_obstacle rj_kexec_obstacle(const struct rj_machine_kernel *kernel, bool panic);

/*
 * Sets the error for a call that Linux has refused with this errno: why, by what is known of the
 * machine, and what to do. needed: bytes of memory for the image.
 */
enum rj_err rj_kexec_refused(const struct rj_machine *machine, enum rj_kexec_call call, bool panic,
			     int os_error, uint64_t needed, struct rj_error *err);

/* Sets the error for a kernel that has neither call. */
enum rj_err rj_kexec_missing(const struct rj_machine *machine, struct rj_error *err);

/* Whether the other call would be refused for the same reason. */
bool rj_kexec_is_final(int os_error);

#endif
