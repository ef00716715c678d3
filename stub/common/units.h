/* SPDX-License-Identifier: MIT */
#ifndef RJ_UNITS_H
#define RJ_UNITS_H

#define KIB      1024u
#define PAGE     4096u                  /* bytes, the smallest page */
#define FOUR_GIB (UINT64_C(1) << 32)

#endif
