#!/bin/sh
# SPDX-License-Identifier: MIT
# rpm.sh SOURCE BUILD VERSION: an RPM package of what is committed in SOURCE, without a finding of
# rpmlint, and unpacked into a directory: its files are there and work.
set -eu
source=$1 build=$2 version=$3
here=$(dirname "$(realpath "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
top=$work/top root=$work/root

grep -q "^Version: *$version\$" "$here/rpm/rjpack.spec" || { echo "rjpack.spec is not of $version"; exit 1; }
mkdir -p "$top/SOURCES" "$root"
git -C "$source" archive --prefix="rjpack-$version/" -o "$top/SOURCES/rjpack-$version.tar.gz" HEAD
macros=$here/rpm/macros
[ -z "$(rpm --eval '%{?meson}')" ] || macros=
# --nodeps: Debian's packages are not in RPM's database. Folders are named as in Fedora.
rpmbuild -bb --nodeps ${macros:+--load "$macros"} --define "_topdir $top" --define '_docdir_fmt %%{NAME}' \
	--define '_build_id_links none' "$here/rpm/rjpack.spec" >"$work/log" 2>&1 || { tail -n 60 "$work/log"; exit 1; }
rpm=$(echo "$top"/RPMS/x86_64/rjpack-"$version"-1*.rpm)
rpmlint --strict --config "$here/rpm/rpmlint.toml" "$rpm"
(cd "$root" && rpm2cpio "$rpm" | cpio -id --quiet)
find "$root/usr/share/man" -type f ! -name '*.gz' -exec gzip -n {} +   # RPM of other distributions does
"$here/installed.sh" "$root" "$build" "$version" usr/share/zsh/site-functions/_rjpack \
	usr/share/doc/rjpack/README.md usr/share/licenses/rjpack/LICENSE
