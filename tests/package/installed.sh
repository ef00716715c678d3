#!/bin/sh
# SPDX-License-Identifier: MIT
# installed.sh ROOT BUILD VERSION FILE...: checks what a package has installed below ROOT: the files
# of the list beside this script and FILE..., all of which work; zsh's completions are the first. The
# stub in it is byte for byte that of BUILD, which is elsewhere and has other flags.
set -eu
root=$(realpath "$1") build=$(realpath "$2") version=$3
shift 3
here=$(dirname "$(realpath "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

{ cat "$here/files"; printf '%s\n' "$@"; } | LC_ALL=C sort >"$work/expected"
(cd "$root" && find . ! -type d | sed 's,^\./,,' | LC_ALL=C sort) | diff -u "$work/expected" -
echo "the package has its $(wc -l <"$work/expected") files"

export PATH="$root/usr/bin:$PATH"
cd "$work"
{ head -c 510 /dev/zero; printf '\125\252'; } >sector
rjpack --mbr sector -o image.elf
rjpack verify image.elf
rjpack --version | grep -qF "$version"
for image in rjpack.lkrn rjpack.elf rjpack32.elf rjpack.efi; do
	rjpack verify "$root/usr/share/rjpack/$image"
	cmp "$root/usr/share/rjpack/$image" "$build/cli/$image"
done
for page in man1/rjpack.1 man5/rjpack-image.5 man7/rjpack-recipes.7; do
	zcat "$root/usr/share/man/$page.gz" | mandoc -Tlint -Wwarning
done
rjpack completion zsh | cmp - "$root/$1"
rjpack completion bash | cmp - "$root/usr/share/bash-completion/completions/rjpack"
rjpack completion fish | cmp - "$root/usr/share/fish/vendor_completions.d/rjpack.fish"

export PKG_CONFIG_PATH="$root/usr/share/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$root" \
	PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1
[ "$(pkg-config --modversion rjload)" = "$version" ]
# shellcheck disable=SC2046 # words
cc $(pkg-config --cflags rjload) -o loader "$here/loader.c"
./loader image.elf
