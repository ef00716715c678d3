#!/bin/sh
# SPDX-License-Identifier: MIT
# sum.sh OBJCOPY ELF BIN LAYOUT_H: writes the stub as a flat binary. Sets the dword before the
# message so that all dwords up to the message add up to 0, which entry.asm checks.
set -eu
objcopy=$1 elf=$2 bin=$3 layout=$4
value() { awk -v name="$1" '$2 == name { print $3 }' "$layout"; }

"$objcopy" -O binary "$elf" "$bin"
start=$(($(value SETUP_SIZE)))
end=$(($(wc -c <"$bin") - $(value STUB_MESSAGE)))
# awk's numbers are exact up to 2^53
sum=$(od -An -v -tu4 --endian=little -j "$start" -N "$((end - start))" "$bin" |
	awk '{ for (i = 1; i <= NF; i++) s = (s + $i) % 4294967296 }
	     END { printf "%.0f\n", (4294967296 - s) % 4294967296 }')
for shift in 0 8 16 24; do
	# shellcheck disable=SC2059 # the format is the byte
	printf "\\$(printf %03o $((sum >> shift & 255)))"
done | dd of="$bin" bs=1 seek="$((end - 4))" conv=notrunc status=none
