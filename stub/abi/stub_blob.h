/* SPDX-License-Identifier: MIT */
/*
 * The front of every image as built by stub/: SETUP_SIZE bytes, of which those
 * below SETUP_CODE are zero and the container's to fill in, then the stub.
 */
#ifndef RJ_STUB_BLOB_H
#define RJ_STUB_BLOB_H

#include <stddef.h>

extern const unsigned char rj_stub_blob[];
extern const size_t rj_stub_blob_size;  /* SETUP_SIZE + stub_size */

#endif
