/* SPDX-License-Identifier: MIT */
/*
 * Linux kernels, for the kinds that pack one.
 */
#ifndef RJ_PAYLOAD_LINUX_H
#define RJ_PAYLOAD_LINUX_H

#include "payload/payload.h"

extern const struct payload_option option_initrd, option_append;

/* payload_kind.read of such a kind, with the options above. */
enum rj_err rj_linux_read(struct rj_plan *plan, const struct rj_input *input,
			  const struct payload_argument *argument, struct rj_error *err);

/*
 * The release of the kernel that starts at `at` in the file, such as 6.1.0-56-amd64: the first
 * word of its version string, cut to size - 1 bytes. Empty: no kernel, or one without a version.
 */
void rj_linux_release(const struct rj_input *input, uint64_t at, char *text, size_t size);

#endif
