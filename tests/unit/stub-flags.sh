#!/bin/sh
# SPDX-License-Identifier: MIT
# stub-flags.sh SOURCE STUB.BIN: what distributions and developers add to every
# compilation must leave the stub as it is, byte for byte.
set -eu
source=$1 reference=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

build() {
	name=$1 CFLAGS=$2 LDFLAGS=$3
	shift 3
	export CFLAGS LDFLAGS
	if ! { meson setup "$work/$name" "$source" -Dtests=disabled "$@" &&
		ninja -C "$work/$name" stub/stub.bin; } >"$work/$name.log" 2>&1; then
		cat "$work/$name.log"
		exit 1
	fi
	cmp "$work/$name/stub/stub.bin" "$reference"
	echo "$name: the same stub"
}

build hardened \
	'-O2 -fstack-protector-strong -fstack-clash-protection -fcf-protection -fPIE -Wp,-D_FORTIFY_SOURCE=2' \
	'-Wl,-z,relro,-z,now -pie -Wl,--as-needed'
build lto '-O3 -flto' '-flto' -Db_lto=true
build sanitized '' '' -Db_sanitize=address,undefined -Db_coverage=true
build release '' '' --buildtype=release --strip
