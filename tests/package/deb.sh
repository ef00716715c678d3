#!/bin/sh
# SPDX-License-Identifier: MIT
# deb.sh SOURCE BUILD VERSION: a Debian package of what is committed in SOURCE, built
# with Debian's flags and unpacked into a directory: its files are there and work. The stub in
# it is byte for byte that of BUILD, which is elsewhere and has other flags.
set -eu
source=$1 build=$2 version=$3
here=$(dirname "$(realpath "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/rjpack-$version root=$work/root

mkdir "$tree" "$root"
git -C "$source" archive HEAD | tar -x -C "$tree"
cp -r "$here/debian" "$tree"
cat >"$tree/debian/changelog" <<END
rjpack ($version) unstable; urgency=medium

  * A package of this tree.

 -- rjpack's users <rjpack@localhost.invalid>  $(date -R -u -d "@$(git -C "$source" log -1 --format=%ct)")
END
(cd "$tree" && dpkg-buildpackage -us -uc -b) >"$work/log" 2>&1 || { tail -n 60 "$work/log"; exit 1; }
! grep -E 'dpkg-shlibdeps: warning|dh_missing: warning|hardening' "$work/log" || exit 1
deb=$work/rjpack_${version}_amd64.deb
dpkg -x "$deb" "$root"
dpkg-deb -f "$deb" Depends | grep -q 'libelf1.*zlib1g'
dpkg-deb -c "$deb" | awk '$2 != "root/root" { print "not root'\''s:", $0; bad = 1 } END { exit bad }'
(cd "$root" && find . ! -type d | sed 's,^\./,,' | sort) | diff -u "$here/files" -
echo "the package has its $(wc -l <"$here/files") files"

# PIE, full RELRO, bindings at once, stack protector: hardening=+all
readelf -hlsdW "$root/usr/bin/rjpack" >"$work/elf"
for sign in 'DYN (Position-Independent' GNU_RELRO BIND_NOW __stack_chk_fail; do
	grep -qF "$sign" "$work/elf" || { echo "rjpack is not hardened: no $sign"; exit 1; }
done

export PATH="$root/usr/bin:$PATH"
cd "$work"
{ head -c 510 /dev/zero; printf '\125\252'; } >sector
rjpack --mbr sector -o image.elf
rjpack verify image.elf
for image in rjpack.lkrn rjpack.elf rjpack32.elf rjpack.efi; do
	rjpack verify "$root/usr/share/rjpack/$image"
	cmp "$root/usr/share/rjpack/$image" "$build/cli/$image"
done
for page in man1/rjpack.1 man5/rjpack-image.5 man7/rjpack-recipes.7; do
	zcat "$root/usr/share/man/$page.gz" | mandoc -Tlint -Wwarning
done
rjpack completion bash | cmp - "$root/usr/share/bash-completion/completions/rjpack"
rjpack completion zsh | cmp - "$root/usr/share/zsh/vendor-completions/_rjpack"
rjpack completion fish | cmp - "$root/usr/share/fish/vendor_completions.d/rjpack.fish"

export PKG_CONFIG_PATH="$root/usr/share/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$root" \
	PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1
[ "$(pkg-config --modversion rjload)" = "$version" ]
# shellcheck disable=SC2046 # words
cc $(pkg-config --cflags rjload) -o loader "$here/loader.c"
./loader image.elf
