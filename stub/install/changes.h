/* SPDX-License-Identifier: MIT */
/* Notes what the services change in memory, so that the next image can put it back. */
#ifndef RJ_CHANGES_H
#define RJ_CHANGES_H

#include "abi/install.h"
#include "common/own_bios.h"
#include "common/safe_hook.h"

/* Copies the IVT and the BDA, before anything is changed. */
void changes_begin(void);

/* Notes what hooks_remove has to restore: what differs from that copy. */
void changes_note(const struct rj_stub *stub, struct rj_changes *changes);

/* Notes the memory that was free in the loader's map, and is reserved in ours. */
void changes_note_held(const struct rj_stub *stub, struct rj_held *held);

#endif
