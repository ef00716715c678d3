/* SPDX-License-Identifier: MIT */
/*
 * The front of every image as stub/ builds it: SETUP_SIZE bytes, then the
 * stub. The bytes below SETUP_CODE are zero; the container fills them in.
 */
#ifndef RJ_STUB_BLOB_H
#define RJ_STUB_BLOB_H

#include <stddef.h>

extern const unsigned char rj_stub_blob[];
extern const size_t rj_stub_blob_size;  /* SETUP_SIZE + stub_size */

#endif
