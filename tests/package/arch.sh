#!/bin/sh
# SPDX-License-Identifier: MIT
# arch.sh SOURCE BUILD VERSION: a package for Arch Linux of what is committed in SOURCE, made by its
# makepkg, and unpacked into a directory: its files are there and work.
set -eu
source=$1 build=$2 version=$3
here=$(dirname "$(realpath "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root

grep -qx "pkgver=$version" "$here/arch/PKGBUILD" || { echo "PKGBUILD is not of $version"; exit 1; }
mkdir "$work/make" "$root"
cp "$here/arch/PKGBUILD" "$work/make"
git -C "$source" archive --prefix="rjpack-$version/" -o "$work/make/rjpack-$version.tar.gz" HEAD
set -- makepkg --nodeps --noprogressbar
# makepkg does not run as root
if [ "$(id -u)" -eq 0 ]; then
	chmod 711 "$work"
	chown -R nobody "$work/make"
	set -- setpriv --reuid nobody --regid nogroup --clear-groups env "HOME=$work/make" "$@"
fi
(cd "$work/make" && "$@") >"$work/log" 2>&1 || { tail -n 60 "$work/log"; exit 1; }
! grep '^==> WARNING' "$work/log" | grep -v 'Skipping dependency checks' || exit 1
tar -xzf "$work/make/rjpack-$version-1-x86_64.pkg.tar.gz" -C "$root" --exclude '.[A-Z]*'
"$here/installed.sh" "$root" "$build" "$version" usr/share/zsh/site-functions/_rjpack \
	usr/share/licenses/rjpack/LICENSE
