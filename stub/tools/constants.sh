#!/bin/sh
# SPDX-License-Identifier: MIT
# constants.sh NM OBJECT: prints the constants of constants.c as NASM definitions.
set -eu
"$1" -S "$2" | awk 'NF == 4 { print "%define", $4, "(0x" $2 " - 1)" }'
