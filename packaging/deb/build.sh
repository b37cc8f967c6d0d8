#!/usr/bin/env bash
# Writes the Debian package: build.sh VERSION FILE. Same sources and executable, same bytes: SOURCE_DATE_EPOCH is the
# time of all files.
set -euo pipefail
version=$1 target=$(realpath -m "$2")
cd "$(dirname "$0")/../.."
umask 022

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
doc=$root/usr/share/doc/nfqlb

DESTDIR=$root PREFIX=/usr UNITDIR=/lib/systemd/system ZSHDIR=/usr/share/zsh/vendor-completions packaging/install.sh
rm "$doc/LICENSE" # Debian has it
install -D -m 0644 packaging/deb/copyright "$doc/copyright"
install -D -m 0644 packaging/deb/lintian-overrides "$root/usr/share/lintian/overrides/nfqlb"
packaging/deb/changelog.sh | gzip -9n >"$doc/changelog.gz"
chmod 0644 "$doc/changelog.gz"
gzip -9n "$root/usr/share/man/man8/nfqlb.8"

# What the executable is linked with, as dpkg knows it; it wants a source package's control file beside it. It does not
# know that packed relocations (DT_RELR) are read by glibc 2.36 or later.
mkdir "$work/debian" "$root/DEBIAN"
printf 'Source: nfqlb\n\nPackage: nfqlb\nArchitecture: any\n' >"$work/debian/control"
libraries=$(cd "$work" && dpkg-shlibdeps -O "$root/usr/bin/nfqlb" |
	sed 's/^shlibs:Depends=//; s/libc6 ([^)]*)/libc6 (>= 2.36)/')

sed -e "s|@VERSION@|$version|" -e "s|@ARCHITECTURE@|$(dpkg --print-architecture)|" -e "s|@LIBRARIES@|$libraries|" \
	-e "s|@MAINTAINER@|$DEBFULLNAME <$DEBEMAIL>|" -e "s|@SIZE@|$(du -sk --apparent-size "$root" | cut -f1)|" \
	packaging/deb/control >"$root/DEBIAN/control"
install -m 0755 packaging/deb/{postinst,prerm,postrm} "$root/DEBIAN"
(cd "$root" && find etc -type f | sed 's|^|/|') >"$root/DEBIAN/conffiles"
(cd "$root" && find usr lib -type f | LC_ALL=C sort | xargs md5sum) >"$root/DEBIAN/md5sums"
chmod 0644 "$root"/DEBIAN/{conffiles,md5sums}

mkdir -p "$(dirname "$target")"
dpkg-deb --root-owner-group --uniform-compression -Zxz --build "$root" "$target" >/dev/null
echo "$target: $(stat -c %s "$target") bytes"
