#!/bin/sh
# SPDX-License-Identifier: MIT
# blobs.sh FILE...: prints each FILE as a row of rj_service_blobs; the name is without suffix.
set -eu
echo '#include "abi/service_blobs.h"'
for file; do
	name=$(basename "${file%.*}")
	printf 'static const unsigned char blob_%s[] = {\n' "$name"
	od -An -v -tx1 "$file" | sed 's/ \([0-9a-f][0-9a-f]\)/0x\1,/g'
	echo '};'
done
echo 'const struct rj_service_blob rj_service_blobs[] = {'
for file; do
	name=$(basename "${file%.*}")
	printf '\t{ "%s", blob_%s, sizeof(blob_%s) },\n' "$name" "$name" "$name"
done
echo '};'
echo 'const size_t rj_service_blob_count = sizeof(rj_service_blobs) / sizeof(rj_service_blobs[0]);'
