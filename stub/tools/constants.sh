#!/bin/sh
# SPDX-License-Identifier: MIT
# constants.sh NM OBJECT: what constants.c defines, as lines for NASM.
set -eu
"$1" -S "$2" | awk 'NF == 4 { print "%define", $4, "(0x" $2 " - 1)" }'
