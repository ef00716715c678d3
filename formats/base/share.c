/* SPDX-License-Identifier: MIT */
#include "base/share.h"

#include <linux/fs.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>

/* Seconds. A file's time of change is exact to a tick of the kernel's clock, at most 10 ms. */
#define UNCHANGED_FOR 2

static uint64_t round_up(uint64_t value)
{
	return (value + RJ_SHARE_UNIT - 1) / RJ_SHARE_UNIT * RJ_SHARE_UNIT;
}

uint64_t rj_share_align(const struct rj_part *part, uint64_t at)
{
	uint64_t lead = part->offset % RJ_SHARE_UNIT;

	if (!part->input || part->size < RJ_SHARE_MIN)
		return at;
	return at <= lead ? lead : round_up(at - lead) + lead;
}

/*
 * File systems of this machine only: a server's may have another state of the input than this
 * machine's cache, from which the sum is.
 */
static bool shares_blocks(int fd)
{
	struct statfs fs;

	return fd >= 0 && fstatfs(fd, &fs) == 0 &&
	       (fs.f_type == BTRFS_SUPER_MAGIC || fs.f_type == XFS_SUPER_MAGIC);
}

/* Whether the input has been at rest for some time; *changed is when it was changed last. */
static bool at_rest(const struct rj_input *input, struct timespec *changed)
{
	struct timespec now;
	struct stat st;

	if (fstat(input->fd, &st) < 0 || clock_gettime(CLOCK_REALTIME, &now) < 0)
		return false;
	*changed = st.st_ctim;
	return changed->tv_sec <= now.tv_sec - UNCHANGED_FOR;
}

struct rj_shared rj_share(const struct rj_part *part, int fd, uint64_t offset)
{
	uint64_t from = round_up(part->offset) - part->offset;
	uint64_t size = part->size < RJ_SHARE_MIN ? 0
			: (part->size - from) / RJ_SHARE_UNIT * RJ_SHARE_UNIT;
	struct rj_shared shared = { .from = from, .end = from };
	struct file_clone_range range = {
		.src_fd = part->input->fd, .src_offset = part->offset + from,
		.src_length = size, .dest_offset = offset + from };

	if (size > 0 && range.dest_offset % RJ_SHARE_UNIT == 0 && shares_blocks(fd) &&
	    at_rest(part->input, &shared.changed) &&
	    ioctl(fd, FICLONERANGE, &range) == 0)
		shared.end = from + size;
	return shared;
}

bool rj_share_holds(const struct rj_shared *shared, const struct rj_input *input)
{
	struct stat st;

	return fstat(input->fd, &st) == 0 && st.st_ctim.tv_sec == shared->changed.tv_sec &&
	       st.st_ctim.tv_nsec == shared->changed.tv_nsec;
}
