/* SPDX-License-Identifier: MIT */
/* Linux: kernel/kexec.c, kernel/kexec_file.c, kernel/kexec_core.c, security/lockdown. */
#include "machine/kexec_refusal.h"

#include <errno.h>
#include <string.h>

#define MIB (1u << 20)

bool rj_kexec_is_final(int os_error)
{
	return os_error == EPERM;
}

struct rj_kexec_obstacle rj_kexec_obstacle(const struct rj_machine_kernel *kernel, bool panic)
{
	if (kernel->may_boot == RJ_NO)
		return (struct rj_kexec_obstacle){ "this is a container without CAP_SYS_BOOT",
						   "run rjpack on the host" };
	if (kernel->outermost == RJ_NO)
		return (struct rj_kexec_obstacle){
			"this is a container (a user or PID namespace of its own), from which no "
			"other kernel can be started", "run rjpack on the host" };
	if ((panic ? kernel->panic_disabled : kernel->disabled) == RJ_YES)
		return (struct rj_kexec_obstacle){
			panic ? "kernel.kexec_load_disabled is 1, or kernel.kexec_load_limit_panic 0"
			      : "kernel.kexec_load_disabled is 1, or kernel.kexec_load_limit_reboot 0",
			"boot without setting it; it cannot be set back" };
	if (rj_machine_is_locked_down(kernel))
		return (struct rj_kexec_obstacle){
			"the kernel is locked down and takes only signed kernels, which no image is",
			"boot without lockdown= and with Secure Boot off" };
	return (struct rj_kexec_obstacle){ NULL, NULL };
}

static enum rj_err not_permitted(const struct rj_machine *machine, bool panic,
				 struct rj_error *err)
{
	struct rj_kexec_obstacle obstacle = rj_kexec_obstacle(&machine->kernel, panic);

	if (obstacle.why)
		return rj_fail(err, RJ_HOST, "%s; %s", obstacle.why, obstacle.todo);
	if (machine->kernel.has_boot == RJ_NO)
		return rj_fail(err, RJ_HOST, "only root can load and start kernels (CAP_SYS_BOOT); "
			       "run rjpack as root");
	return rj_fail(err, RJ_HOST,
		       "not permitted, though CAP_SYS_BOOT is there; look for a security module, "
		       "a seccomp filter or lockdown in the kernel's log");
}

static enum rj_err no_place(const struct rj_machine *machine, bool panic, uint64_t needed,
			    struct rj_error *err)
{
	const struct rj_machine_kernel *kernel = &machine->kernel;

	if (!panic)
		return rj_fail(err, RJ_HOST, "no range of memory has the %s MiB that the image needs; "
			       "pack a smaller one", RJ_DEC(needed / MIB + 1));
	if (!kernel->crash_size)
		return rj_fail(err, RJ_HOST, "no memory is set aside for a panic; "
			       "boot Linux with crashkernel=128M");
	return rj_fail(err, RJ_HOST, "the image needs %s MiB, and crashkernel= has set aside %s; "
		       "boot Linux with a larger one", RJ_DEC(needed / MIB + 1),
		       RJ_DEC(kernel->crash_size / MIB));
}

static const char *release(const struct rj_machine *machine)
{
	return *machine->kernel.release ? machine->kernel.release : "of unknown release";
}

enum rj_err rj_kexec_missing(const struct rj_machine *machine, struct rj_error *err)
{
	return rj_fail(err, RJ_HOST, "Linux %s is built with neither CONFIG_KEXEC_FILE nor CONFIG_KEXEC, "
		       "or a container hides both; boot a kernel that has one of them",
		       release(machine));
}

/* include/uapi/asm-generic/errno.h; crypto/asymmetric_keys. */
static bool is_about_signature(int os_error)
{
	return os_error == ENODATA || os_error == ENOKEY || os_error == EKEYREJECTED ||
	       os_error == EBADMSG || os_error == ENOPKG || os_error == ELIBBAD ||
	       os_error == EKEYEXPIRED || os_error == EKEYREVOKED;
}

enum rj_err rj_kexec_refused(const struct rj_machine *machine, enum rj_kexec_call call, bool panic,
			     int os_error, uint64_t needed, struct rj_error *err)
{
	const char *mib = RJ_DEC(needed / MIB + 1);

	if (os_error == EPERM)
		return not_permitted(machine, panic, err);
	if (os_error == ENOSYS)
		return rj_fail(err, RJ_HOST, "Linux %s is built without %s, or a container hides it; "
			       "boot a kernel that has it", release(machine),
			       call == RJ_KEXEC_LOAD ? "CONFIG_KEXEC" : "CONFIG_KEXEC_FILE");
	if (os_error == EADDRNOTAVAIL)
		return no_place(machine, panic, needed, err);
	if (os_error == EBUSY)
		return rj_fail(err, RJ_HOST, "another program is loading a kernel; try again");
	if (os_error == ENOMEM)
		return rj_fail(err, RJ_HOST, "not enough memory is free: the image needs %s MiB; "
			       "end programs, or pack a smaller image", mib);
	if (is_about_signature(os_error))
		return rj_fail(err, RJ_HOST, "the kernel takes only signed kernels "
			       "(CONFIG_KEXEC_SIG_FORCE): %s; boot a kernel that does not, or load "
			       "the image with GRUB", strerror(os_error));
	if (os_error == EINVAL && call == RJ_KEXEC_LOAD)
		return rj_fail(err, RJ_HOST, "%s, as for an image of more than half the memory: "
			       "it needs %s MiB; pack a smaller one", strerror(os_error), mib);
	return rj_fail(err, RJ_HOST, "%s", strerror(os_error));
}
