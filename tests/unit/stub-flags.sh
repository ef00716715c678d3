#!/bin/sh
# SPDX-License-Identifier: MIT
# stub-flags.sh SOURCE BUILD VARIANT...: what distributions and developers add to every
# compilation must leave the stub and its services as they are, byte for byte.
set -eu
source=$1 reference=$2
shift 2
files='stub/stub.bin stub/install/service_blobs.c'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

build() {
	name=$1 CFLAGS=$2 LDFLAGS=$3
	shift 3
	export CFLAGS LDFLAGS
	# shellcheck disable=SC2086 # names without blanks
	if ! { meson setup "$work/$name" "$source" -Dtests=disabled "$@" &&
		ninja -C "$work/$name" $files; } >"$work/$name.log" 2>&1; then
		cat "$work/$name.log"
		exit 1
	fi
	for file in $files; do
		cmp "$work/$name/$file" "$reference/$file"
	done
	echo "$name: the same stub and services"
}

for variant in "$@"; do
	case $variant in
	hardened) build hardened \
		'-O2 -fstack-protector-strong -fstack-clash-protection -fcf-protection -fPIE -Wp,-D_FORTIFY_SOURCE=2' \
		'-Wl,-z,relro,-z,now -pie -Wl,--as-needed' ;;
	lto) build lto '-O3 -flto' '-flto' -Db_lto=true ;;
	release) build release '' '' --buildtype=release --strip ;;
	sanitized) build sanitized '' '' -Db_sanitize=address,undefined -Db_coverage=true -Db_lundef=false ;;
	esac
done
