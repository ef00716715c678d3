#!/bin/sh
# SPDX-License-Identifier: MIT
# bin2c.sh FILE NAME HEADER: prints FILE as the C array NAME, and its size as NAME_size.
set -eu
printf '#include "%s"\nconst unsigned char %s[] = {\n' "$3" "$2"
od -An -v -tx1 "$1" | sed 's/ \([0-9a-f][0-9a-f]\)/0x\1,/g'
printf '};\nconst size_t %s_size = sizeof(%s);\n' "$2" "$2"
