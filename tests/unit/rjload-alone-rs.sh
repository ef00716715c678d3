#!/bin/sh
# SPDX-License-Identifier: MIT
# rjload-alone-rs.sh FILE CRATE VERSION: checks what the crate for other kernels promises: FILE alone
# compiles at every level of optimisation and needs only core, its example compiles with CRATE, Cargo
# builds it as VERSION, and it has fewer than 300 lines.
set -eu
file=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

compile() {
	rustc --edition 2021 -D warnings --crate-type rlib -C panic=abort "$@" "$file"
}

for level in 0 1 2 3 s z; do
	compile -C "opt-level=$level" --emit obj -o "$work/$level.o"
	for symbol in $(nm -u "$work/$level.o" | sed 's/.* U //'); do
		case $symbol in
		memcpy | memmove | memset | memcmp | *4core*) ;;
		*) echo "at level $level, it needs $symbol" && exit 1 ;;
		esac
	done
done
echo 'it needs only core'
rustdoc --edition 2021 --test --crate-name rjload --extern "rjload=$2" "$file"

# a kernel of Cargo's that names the folder, as it is installed
mkdir -p "$work/rjload" "$work/kernel/src"
cp "$file" "$(dirname "$file")/Cargo.toml" "$work/rjload"
cat >"$work/kernel/Cargo.toml" <<-END
	[package]
	name = "kernel"
	version = "0.0.0"
	edition = "2021"
	[dependencies]
	rjload = { path = "$work/rjload", version = "=$3" }
END
cat >"$work/kernel/src/lib.rs" <<-END
	#![no_std]
	pub fn is_image(file: &[u8]) -> bool {
	    rjload::Load::open(file).is_ok()
	}
END
CARGO_HOME=$work/cargo cargo build --offline --quiet --manifest-path "$work/kernel/Cargo.toml"
echo 'Cargo builds it'

lines=$(wc -l <"$file")
[ "$lines" -lt 300 ] || { echo "$file has $lines lines"; exit 1; }
