/* SPDX-License-Identifier: MIT */
/* kexec_load(2) */
#define _GNU_SOURCE             /* syscall */
#include "kexec_calls.h"

#include <errno.h>
#include <linux/kexec.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int load(uint64_t entry, const struct rj_kexec_segment *segments, size_t count, bool panic)
{
	unsigned long flags = (unsigned long)KEXEC_ARCH_X86_64 | (panic ? KEXEC_ON_CRASH : 0UL);
	struct kexec_segment native[RJ_KEXEC_SEGMENTS];

	for (size_t i = 0; i < count; i++)
		native[i] = (struct kexec_segment){
			.buf = segments[i].bytes, .bufsz = (size_t)segments[i].size,
			.mem = (const void *)(uintptr_t)segments[i].address,
			.memsz = (size_t)segments[i].memory };
	return (int)syscall(SYS_kexec_load, (unsigned long)entry, (unsigned long)count,
			    count ? native : NULL, flags);
}

static int file_load(int kernel, int initrd, const char *command_line, bool panic)
{
#ifdef SYS_kexec_file_load
	unsigned long flags = (panic ? KEXEC_FILE_ON_CRASH : 0UL)
		| (kernel < 0 ? KEXEC_FILE_UNLOAD : 0UL)
		| (initrd < 0 ? KEXEC_FILE_NO_INITRAMFS : 0UL);

	return (int)syscall(SYS_kexec_file_load, kernel, initrd,
			    (unsigned long)strlen(command_line) + 1, command_line, flags);
#else
	(void)kernel;
	(void)initrd;
	(void)command_line;
	(void)panic;
	errno = ENOSYS;
	return -1;
#endif
}

const struct rj_kexec_calls kexec_calls = { load, file_load };
