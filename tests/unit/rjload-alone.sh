#!/bin/sh
# SPDX-License-Identifier: MIT
# rjload-alone.sh HEADER: checks what the header for other kernels promises. It compiles
# there without a C library and without a warning, whatever the compiler, the language and
# the mode, and has fewer than 120 lines.
set -eu
header=$1
warnings='-Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wcast-align -Wundef -Werror'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat >"$work/kernel.c" <<'END'
#include "rjload.h"
#include <stddef.h>
#ifdef __cplusplus
extern "C"
#endif
int start_image(const void *file, size_t size, void *memory);
int start_image(const void *file, size_t size, void *memory)
{
	struct rj_load load;
	enum rj_load_error error = rj_load_open(&load, file, size);

	if (!error)
		error = rj_load_copy(&load, memory, 0x100000, "rj.drive=hd0");
	if (!error)
		rj_load_jump(&load, 0x100000);
	return (int)error;
}
END
cp "$work/kernel.c" "$work/kernel.cc"
cp "$header" "$work/rjload.h"

compile() {
	name=$1
	shift
	command -v "$1" >"$work/path" || return 0
	# shellcheck disable=SC2086 # words
	"$@" $warnings -ffreestanding -nostdlib -c -o "$work/$name.o"
	for symbol in $(nm -u "$work/$name.o" | sed 's/.* U //'); do
		case $symbol in memcpy | memset | _GLOBAL_OFFSET_TABLE_ | __x86.*) ;;
		*) echo "$name needs $symbol" && exit 1 ;;
		esac
	done
	echo "$name compiles"
}

for compiler in gcc clang; do
	for mode in 64 32; do
		for level in 0 2 s; do
			compile "$compiler-m$mode-O$level" "$compiler" "-m$mode" "-O$level" \
				-std=c99 -fno-pic "$work/kernel.c"
		done
	done
done
compile gcc-c11-kernel gcc -std=c11 -O2 -mcmodel=kernel -mno-red-zone -mgeneral-regs-only \
	-fno-pic "$work/kernel.c"
for compiler in g++ clang++; do
	for mode in 64 32; do
		for standard in c++11 c++14 c++17 c++20; do
			compile "$compiler-m$mode-$standard" "$compiler" "-m$mode" -O2 "-std=$standard" \
				-fno-exceptions -fno-rtti -fno-pic "$work/kernel.cc"
		done
	done
done
lines=$(wc -l <"$header")
[ "$lines" -lt 120 ] || { echo "$header has $lines lines" && exit 1; }
