#!/bin/sh
# SPDX-License-Identifier: MIT
# dist.sh SOURCE BUILD VERSION MESON [SUITE]: checks that meson dist makes a tarball of the committed
# files only, and that the tarball builds the stub and the services of BUILD, or passes SUITE.
set -eu
source=$1 build=$2 version=$3 meson=$4 suite=${5-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
name=rjpack-$version

"$meson" setup "$work/first" "$source" -Dtests=disabled >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
"$meson" dist -C "$work/first" --no-tests --allow-dirty --formats gztar
tar -xzf "$work/first/meson-dist/$name.tar.gz" -C "$work"
git -C "$source" ls-tree -r --name-only HEAD | sort >"$work/committed"
(cd "$work/$name" && find . ! -type d | sed 's,^\./,,' | sort) | diff -u "$work/committed" -
echo "the tarball has the $(wc -l <"$work/committed") files that are committed"

cd "$work/$name"
if [ -n "$suite" ]; then
	"$meson" setup "$work/build" -Dwerror=true -Dtests=enabled
	"$meson" test -C "$work/build" --suite "$suite" --no-suite flags --print-errorlogs
	exit
fi
{ "$meson" setup "$work/build" -Dwerror=true -Dtests=disabled && ninja -C "$work/build"; } \
	>"$work/log" 2>&1 || { tail -n 60 "$work/log"; exit 1; }
for file in stub/stub.bin stub/install/service_blobs.c; do
	cmp "$work/build/$file" "$build/$file"
done
echo 'the stub and the services are the same'
