/* SPDX-License-Identifier: MIT */
#include "machine/low_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "image/plan.h"
#include "machine/iomem.h"

#define MEMORY "/dev/mem"
#define IOMEM  "/proc/iomem"
#define EFI    "/sys/firmware/efi"

static const struct {
	int os_error;
	const char *why;
} refusals[] = {
	{ EACCES, "only root can" },
	{ EPERM, "the kernel is locked down (Secure Boot or lockdown=), "
		 "or this root lacks CAP_SYS_RAWIO, as in a container" },
	{ ENOENT, "the kernel is built without CONFIG_DEVMEM" },
	{ ENXIO, "the kernel is built without CONFIG_DEVMEM" },
};

const char *rj_low_memory_refusal(int os_error)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (refusals[i].os_error == os_error)
			return refusals[i].why;
	return NULL;
}

static enum rj_err refuse_memory(const char *path, struct rj_error *err)
{
	const char *why = rj_low_memory_refusal(errno);

	if (!why)
		return rj_cannot_open(path, err);
	return rj_fail_about(err, RJ_HOST, path, "cannot open: %s; %s", strerror(errno), why);
}

/* Whether the joined path fits. */
static bool join(char *to, const char *root, const char *path)
{
	return snprintf(to, PATH_MAX, "%s%s", root, path) < PATH_MAX;
}

static enum rj_err open_memory(struct rj_input *memory, struct rj_error *err)
{
	struct stat st;

	memory->fd = rj_open(memory->path, O_RDONLY | O_NONBLOCK);
	if (memory->fd < 0 || fstat(memory->fd, &st) < 0)
		return refuse_memory(memory->path, err);
	memory->device = st.st_dev;
	memory->inode = st.st_ino;
	memory->size = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : UINT64_MAX;
	return RJ_OK;
}

enum rj_err rj_low_memory_open(struct rj_low_memory *low, const char *root,
			    struct rj_error *err)
{
	char efi[PATH_MAX];

	low->memory = (struct rj_input){ .fd = -1, .path = low->memory_path };
	if (!join(low->memory_path, root, MEMORY) ||
	    !join(low->iomem_path, root, IOMEM) || !join(efi, root, EFI)) {
		errno = ENAMETOOLONG;
		return rj_cannot_open(root, err);
	}
	if (access(efi, F_OK) == 0)
		return rj_fail(err, RJ_BAD,
			       "no BIOS memory to save on this machine (booted by UEFI); "
			       "boot it by BIOS or CSM");
	return open_memory(&low->memory, err);
}

void rj_low_memory_close(struct rj_low_memory *low)
{
	rj_input_close(&low->memory);
}

/* Without privileges, all addresses in /proc/iomem are 0, and it proves nothing. */
static enum rj_err check_ram(FILE *iomem, uint64_t address, uint64_t size,
			     struct rj_error *err)
{
	bool has_addresses = false;
	char line[256];
	uint64_t from, end;

	while (fgets(line, sizeof(line), iomem)) {
		if (!rj_iomem_is(line, RJ_IOMEM_RAM, &from, &end) || end < from + 2)
			continue;
		has_addresses = true;
		if (rj_overlaps(address, size, from, end - from))
			return rj_fail(err, RJ_BAD,
				       "%s overlaps System RAM at %s, "
				       "which belongs to the operating system; "
				       "save only what the firmware has reserved",
				       RJ_RANGE(address, address + size), RJ_RANGE(from, end));
	}
	if (ferror(iomem))
		return rj_cannot_open(NULL, err);
	return has_addresses ? RJ_OK : rj_fail(err, RJ_HOST,
				       "does not show where System RAM is; "
				       "only root sees the addresses");
}

static enum rj_err refuse_ram(const struct rj_low_memory *low, uint64_t address,
			      uint64_t size, struct rj_error *err)
{
	FILE *iomem = fopen(low->iomem_path, "re");
	enum rj_err code;

	if (!iomem)
		return rj_cannot_open(low->iomem_path, err);
	code = check_ram(iomem, address, size, err);
	if (code)
		err->subject = low->iomem_path;
	fclose(iomem);
	return code;
}

/*
 * Uses a mapping: read() returns zeros for a whole page if one byte of it is System RAM, as in
 * the page of an EBDA at 9FC00h.
 */
static enum rj_err copy_memory(const struct rj_low_memory *low, void *to,
			       uint32_t address, uint32_t size, struct rj_error *err)
{
	uint32_t page = (uint32_t)sysconf(_SC_PAGESIZE), skip = address % page;
	void *map = mmap(NULL, skip + size, PROT_READ, MAP_SHARED, low->memory.fd,
			 (off_t)(address - skip));

	if (map == MAP_FAILED)
		return rj_fail_about(err, RJ_HOST, low->memory_path,
				     "cannot read %s: %s; the kernel does not allow it",
				     RJ_RANGE(address, (uint64_t)address + size),
				     strerror(errno));
	memcpy(to, (const uint8_t *)map + skip, size);
	munmap(map, skip + size);
	return RJ_OK;
}

enum rj_err rj_low_memory_read(const struct rj_low_memory *low, void *to, uint32_t address,
			    uint32_t size, struct rj_error *err)
{
	uint64_t end = (uint64_t)address + size;

	if (refuse_ram(low, address, size, err))
		return err->class;
	if (end > low->memory.size)
		return rj_fail_about(err, RJ_BAD, low->memory_path, "ends before %s",
				     RJ_RANGE(address, end));
	return copy_memory(low, to, address, size, err);
}
