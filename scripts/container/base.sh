#!/bin/sh
# Makes a system of unpacked Debian packages, as far as a container needs it. Their own scripts are not run, so that it works for
# machines of another kind, too.
#
#   base.sh ROOT    as the hook of mmdebstrap, while the packages are still there
set -eu
cd "$1"

# Of base-passwd, mawk and ca-certificates.
cp usr/share/base-passwd/passwd.master etc/passwd
cp usr/share/base-passwd/group.master etc/group
ln -s mawk usr/bin/awk
cat usr/share/ca-certificates/mozilla/*.crt >etc/ssl/certs/ca-certificates.crt

# By which scanners find what is in the image.
for package in var/cache/apt/archives/*.deb; do
  dpkg-deb --field "$package" | sed '1a Status: install ok installed'
  echo
done >var/lib/dpkg/status

# As in Debian's own slim images: no manuals, and nothing of other languages.
rm -rf usr/share/man usr/share/info usr/share/locale
find usr/share/doc -type f ! -name copyright -delete
find usr/share/doc -xtype l -delete

# What is of the computer that makes it.
rm -f etc/hostname etc/resolv.conf etc/fstab etc/apt/sources.list

find . -xdev -type f -perm /6000 -exec chmod a-s {} +
