/* SPDX-License-Identifier: MIT */
/*
 * Files that share blocks on the disk, as `cp --reflink` makes them: nothing is copied, and no
 * space is needed.
 */
#ifndef RJ_SHARE_H
#define RJ_SHARE_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/input.h"

/* Blocks can be shared only at multiples of this in both files. */
#define RJ_SHARE_UNIT 4096u

/* A smaller part is copied: the room that it needs to be aligned is not worth it. */
#define RJ_SHARE_MIN (1024u << 10)

/*
 * The first offset from `at` on where a file can share blocks with a part: the one that is
 * congruent to the part's own. `at` itself if the part is too small.
 */
uint64_t rj_share_align(const struct rj_part *part, uint64_t at);

/* What has been shared. */
struct rj_shared {
	uint64_t from, end;     /* of the part's bytes, counted from its first; equal: none */
	struct timespec changed;        /* when the input was changed last */
};

/*
 * Lets the file fd at offset share blocks with the part, as far as both files are aligned alike:
 * on Btrfs and XFS, and if the input has not been changed for some seconds, so that the time of
 * a later change differs. A file that shares nothing is left as it is. The caller copies what is
 * not shared, sums what is, and then asks rj_share_holds. Nothing is shared if fd is negative.
 */
struct rj_shared rj_share(const struct rj_part *part, int fd, uint64_t offset);

/*
 * Whether the input is as it was at rj_share. If not, what has been read from it may differ from
 * what is shared.
 */
bool rj_share_holds(const struct rj_shared *shared, const struct rj_input *input);

#endif
