/* SPDX-License-Identifier: MIT */
/*
 * What long work tells of itself, for whoever shows it. One work at a time.
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

/* Who hears of it, from rj_progress_tell on; NULL: nobody. advance is called by any thread. */
struct rj_progress {
	void (*begin)(enum rj_work work, uint64_t bytes);
	void (*advance)(uint64_t bytes);
	void (*end)(void);
};
void rj_progress_tell(const struct rj_progress *progress);

/* Work of so many bytes; how many more of them are done; it is over, come what came. */
void rj_progress_begin(enum rj_work work, uint64_t bytes);
void rj_progress_add(uint64_t bytes);
void rj_progress_end(void);

#endif
