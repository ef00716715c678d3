#!/bin/sh
# SPDX-License-Identifier: MIT
# rjload-alone-rs.sh FILE CRATE VERSION: checks what the crate for other kernels promises: FILE alone
# compiles at every level of optimisation and needs only core, its example compiles with CRATE, Cargo
# builds it as VERSION, and it has fewer than 300 lines.
# rjload-alone-rs.sh FILE 32-bit: checks that it compiles for 32-bit x86, with a core that is compiled
# for that from Debian's package of Rust's sources: no other package brings one to a 64-bit host.
set -eu
file=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

compile() {
	rustc --edition 2021 -D warnings --crate-type rlib -C panic=abort "$@" "$file"
}

if [ "$2" = 32-bit ]; then
	cache=${XDG_CACHE_HOME:-$HOME/.cache}/rjpack
	PATH=/usr/bin:$PATH             # Debian's compiler, for Debian's sources
	echo '#![feature(compiler_builtins)] #![compiler_builtins] #![no_std]' >"$work/builtins.rs"
	set -- --target i686-unknown-linux-gnu -L "$work" --emit metadata
	RUSTC_BOOTSTRAP=1 rustc "$@" --edition 2021 --crate-type rlib --crate-name core --cap-lints allow \
		-o "$work/libcore.rmeta" "$cache"/rust_src/usr/src/rustc-*/library/core/src/lib.rs
	RUSTC_BOOTSTRAP=1 rustc "$@" --crate-type rlib --crate-name compiler_builtins \
		-o "$work/libcompiler_builtins.rmeta" "$work/builtins.rs"
	compile "$@" -o "$work/librjload.rmeta"
	echo 'it compiles for 32-bit x86'
	exit
fi

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
