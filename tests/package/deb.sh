#!/bin/sh
# SPDX-License-Identifier: MIT
# deb.sh SOURCE BUILD VERSION [again]: a Debian package of what is committed in SOURCE, built with
# Debian's flags, without a finding of lintian, and unpacked into a directory: its files are there and
# work. With "again", another build elsewhere and at another time makes the same package.
set -eu
source=$1 build=$2 version=$3 again=${4-}
here=$(dirname "$(realpath "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root

# package FOLDER: makes the package in FOLDER.
package() {
	tree=$1/rjpack-$version
	mkdir -p "$tree"
	git -C "$source" archive HEAD | tar -x -C "$tree"
	cp -r "$here/debian" "$tree"
	cat >"$tree/debian/changelog" <<-END
	rjpack ($version) unstable; urgency=medium

	  * A package of this tree.

	 -- rjpack's users <rjpack@localhost.invalid>  $(date -R -u -d "@$(git -C "$source" log -1 --format=%ct)")
	END
	(cd "$tree" && dpkg-buildpackage -us -uc -b) >"$1/log" 2>&1 || { tail -n 60 "$1/log"; exit 1; }
	! grep -E 'dpkg-shlibdeps: warning|dh_missing: warning|hardening' "$1/log" || exit 1
}

package "$work/first"
deb=$work/first/rjpack_${version}_amd64.deb
if [ "$again" ]; then
	(umask 077 && package "$work/second")
	cmp "$deb" "$work/second/${deb##*/}"
	echo "the second package is the same"
	exit
fi
lintian --allow-root --display-info --pedantic --fail-on error,warning,info,pedantic \
	"$work/first"/*.changes
echo 'lintian finds nothing'
mkdir "$root"
dpkg -x "$deb" "$root"
dpkg-deb -f "$deb" Depends | grep -q 'libelf1.*zlib1g'
dpkg-deb -c "$deb" | awk '$2 != "root/root" { print "not root'\''s:", $0; bad = 1 } END { exit bad }'
"$here/installed.sh" "$root" "$build" "$version" usr/share/zsh/vendor-completions/_rjpack \
	usr/share/doc/rjpack/changelog.gz usr/share/doc/rjpack/copyright \
	usr/share/lintian/overrides/rjpack

# PIE, full RELRO, bindings at once, stack protector: hardening=+all
readelf -hlsdW "$root/usr/bin/rjpack" >"$work/elf"
for sign in 'DYN (Position-Independent' GNU_RELRO BIND_NOW __stack_chk_fail; do
	grep -qF "$sign" "$work/elf" || { echo "rjpack is not hardened: no $sign"; exit 1; }
done
