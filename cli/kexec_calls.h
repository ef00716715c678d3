/* SPDX-License-Identifier: MIT */
#ifndef RJ_KEXEC_CALLS_H
#define RJ_KEXEC_CALLS_H

#include "machine/kexec.h"

/* Those of the running kernel, which must be for x86-64. */
extern const struct rj_kexec_calls kexec_calls;

#endif
