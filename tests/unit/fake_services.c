/* SPDX-License-Identifier: MIT */
/*
 * A table of services that do nothing, of sizes like the real ones'.
 */
#include "abi/service_blobs.h"
#include "abi/services.h"

#define MODULE(id, module_size) \
	static const struct { \
		struct rj_module header; \
		unsigned char code[(module_size) - sizeof(struct rj_module)]; \
	} id = { { #id, (module_size), 64, (module_size) - 16, 2, 48, 0 }, { 0x90 } };

#define MODULES(row) row(int13, 4096) row(ahci, 5120) row(nvme, 4096) row(virtio, 3072) \
	row(ata, 2048) row(inflate, 2048) row(runtime, 4096) row(maker, 4096)

static const unsigned char install[6000] = { 0xC3 };
MODULES(MODULE)

#define BLOB(id, module_size) { #id, (const unsigned char *)&id, sizeof(id) },
const struct rj_service_blob rj_service_blobs[] = {
	{ "install", install, sizeof(install) },
	MODULES(BLOB)
};
const size_t rj_service_blob_count = sizeof(rj_service_blobs) / sizeof(rj_service_blobs[0]);
