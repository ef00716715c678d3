/* SPDX-License-Identifier: MIT */
/*
 * Progress of long operations, for whoever displays it. One operation at a time.
 */
#ifndef RJ_PROGRESS_H
#define RJ_PROGRESS_H

#include <stdint.h>

#define RJ_WORKS(row) \
row(COPYING, "copying") row(SUMMING, "checking") row(COMPRESSING, "compressing") \
row(UNPACKING, "unpacking") row(COMPARING, "comparing")

enum rj_work {
#define RJ_WORK_ENUM(name, word) RJ_##name,
	RJ_WORKS(RJ_WORK_ENUM)
#undef RJ_WORK_ENUM
};

/* Who is informed, after rj_progress_tell; NULL: nobody. */
struct rj_progress {
	void (*begin)(enum rj_work work, uint64_t bytes);
	void (*advance)(uint64_t bytes);
	void (*end)(void);
};
void rj_progress_tell(const struct rj_progress *progress);

/* An operation on this many bytes begins; this many more are done; it ends, also on errors. */
void rj_progress_begin(enum rj_work work, uint64_t bytes);
void rj_progress_add(uint64_t bytes);
void rj_progress_end(void);

#endif
