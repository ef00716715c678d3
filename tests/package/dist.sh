#!/bin/sh
# SPDX-License-Identifier: MIT
# dist.sh SOURCE BUILD VERSION MESON [SUITE]: checks that meson dist makes a tarball of the committed
# files only, and that the tarball builds the stub and the services of BUILD and installs its files in
# the directories that it is given, or passes SUITE.
set -eu
here=$(dirname "$(realpath "$0")")
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

grep -qx ".It $version" "$work/$name/man/rjpack.1" || { echo "HISTORY lacks $version"; exit 1; }

cd "$work/$name"
if [ -n "$suite" ]; then
	"$meson" setup "$work/build" -Dwerror=true -Dtests=enabled
	"$meson" test -C "$work/build" --suite "$suite" --no-suite flags --print-errorlogs
	exit
fi
{ "$meson" setup "$work/build" -Dwerror=true -Dtests=disabled --prefix=/p --bindir=b --datadir=d \
	--mandir=m --includedir=/i -Dbashcompletiondir=/c/b -Dzshcompletiondir=/c/z \
	-Dfishcompletiondir=c/f && DESTDIR=$work/root "$meson" install -C "$work/build"; } \
	>"$work/log" 2>&1 || { tail -n 60 "$work/log"; exit 1; }
for file in stub/stub.bin stub/install/service_blobs.c; do
	cmp "$work/build/$file" "$build/$file"
done
echo 'the stub and the services are the same'
sed 's,usr/bin,p/b,; s,usr/include,i,; s,usr/share/man\(.*\)\.gz,p/m\1,
	s,usr/share/.*/completions,c/b,; s,usr/share/fish/vendor_completions.d,p/c/f,; s,usr/share,p/d,
	$a c/z/_rjpack' "$here/files" | sort >"$work/expected"
(cd "$work/root" && find . ! -type d | sed 's,^\./,,' | sort) | diff -u "$work/expected" -
echo "its $(wc -l <"$work/expected") files go where they are told"
