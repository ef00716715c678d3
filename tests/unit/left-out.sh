#!/bin/sh
# SPDX-License-Identifier: MIT
# left-out.sh SOURCE: where neither cmocka nor Python is what tests need, setup leaves tests out
# and says for want of what, or fails if they were asked for; and what is built needs neither.
set -eu
source=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir "$work/bin" "$work/libraries"
for program in cmake python python3; do
	printf '#!/bin/sh\nexit 1\n' >"$work/bin/$program"
	chmod +x "$work/bin/$program"
done
for folder in $(pkg-config --variable=pc_path pkg-config | tr : ' '); do
	ln -sf "$folder"/*.pc "$work/libraries"
done
rm -f "$work/libraries/cmocka.pc"
export PATH="$work/bin:$PATH" PKG_CONFIG_LIBDIR="$work/libraries"

# set_up FEATURE: its words are in $work/FEATURE.log.
set_up() { meson setup "$work/$1" "$source" -Dtests="$1" >"$work/$1.log" 2>&1; }

# says FEATURE TEXT
says() {
	grep -q "$2" "$work/$1.log" || { cat "$work/$1.log"; echo "setup does not say: $2"; exit 1; }
}

set_up auto || { cat "$work/auto.log"; exit 1; }
says auto 'unit *: no cmocka'
says auto 'in Python *: no Python 3.11 with jsonschema and yaml'
ninja -C "$work/auto" stub/stub.bin stub/install/service_blobs.c >"$work/log" || { cat "$work/log"; exit 1; }
! set_up enabled || { echo 'setup passes for want of cmocka and Python'; exit 1; }
says enabled 'ERROR: .*cmocka'
set_up disabled
! grep 'left out' "$work/disabled.log" || exit 1
echo 'what cannot be tested is left out'
