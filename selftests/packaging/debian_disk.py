#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""debian-disk: print the name of a disk with Debian 13 for arm64, made where it is not in the cache.

As an administrator of realms has it: systemd, a kernel with its initramfs and
headers, DKMS. To be run in the root, as root.

dpkg unpacks here, on whatever machine this is. What configures packages are
programs for arm64, so that is done in an emulated realm.
"""

import collections
import glob
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "selftests/testbed"))
import kernel
import packages
import watched

LIMIT = "14400"      # watched.py ends what does not get on long before
PACKAGES = """?essential apt passwd sudo systemd-sysv udev dkms initramfs-tools kmod
    linux-base/trixie-backports linux-headers-{0} linux-image-{0}
    libcbor0.10 libjansson4 libcurl4t64 libjose0 libnl-genl-3-200"""

# The test that boots it brings its command on a second disk.
UNIT = """[Unit]
Description=What the runner wants done in this realm
After=multi-user.target
[Service]
Type=exec
ExecStartPre=/bin/mount -o ro /dev/vdb /media
ExecStart=/media/init /bin/sh /media/command
"""

CONFIGURE = r"""
mkdir /disk
mount /dev/vda /disk
for dir in proc sys dev dev/pts; do
	mount --bind "/$dir" "/disk/$dir"
done
printf '#!/bin/sh\nexit 101\n' >/disk/usr/sbin/policy-rc.d
chmod 755 /disk/usr/sbin/policy-rc.d
# /bin/sh by its path: by its name, busybox would run itself
env -i DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 HOME=/root \
	PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot /disk /bin/sh -euc '
	dpkg --force-depends --configure base-passwd base-files
	dpkg --configure -a
	dpkg -i /var/cache/image/*.deb
	rm -r /var/cache/image /usr/sbin/policy-rc.d'
for dir in dev/pts dev sys proc; do
	umount "/disk/$dir"
done
umount /disk
"""


def say(text):
    print(f"debian-disk: {text}", file=sys.stderr, flush=True)


def run(*command, **options):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", **options)
    if done.returncode:
        sys.exit(f"{done.stdout[-4000:]}debian-disk: error: {command[0]} failed, see above")


def configure(command, image, **user):
    last = collections.deque(["the realm starts\n"], maxlen=40)
    try:
        for line in watched.lines(command, image, lambda how: say(f".. {last[-1].strip()[:60]}: {how}"),
                                  stderr=subprocess.STDOUT, **user):
            last.append(line)
    except (watched.Stuck, subprocess.CalledProcessError) as e:
        sys.exit(f"{''.join(last)}debian-disk: error: {e}")


def unpack(debs, root, release):
    for name in ("bin", "sbin", "lib"):
        (root / "usr" / name).mkdir(parents=True)
        (root / name).symlink_to(f"usr/{name}")
    for name in ("info", "updates"):
        (root / "var/lib/dpkg" / name).mkdir(parents=True)
    (root / "var/lib/dpkg/status").touch()
    (root / "var/lib/dpkg/arch").write_text("arm64\n")
    # the image's preinst runs programs of its system: it is installed in the realm
    image, = debs.glob(f"linux-image-{release}_*.deb")
    (root / "var/cache/image").mkdir(parents=True)
    image.rename(root / "var/cache/image" / image.name)
    run("dpkg", f"--root={root}", "--force-script-chrootless", "--force-depends", "--no-triggers",
        *(f"--path-exclude=/usr/share/{name}/*" for name in ("doc", "man", "locale")),
        "--unpack", *sorted(debs.glob("*.deb")))

    wants = root / "etc/systemd/system/multi-user.target.wants"
    wants.mkdir(parents=True)
    (wants.parent / "realm-command.service").write_text(UNIT)
    (wants / "realm-command.service").symlink_to("../realm-command.service")
    (root / "etc/hostname").write_text("realm\n")
    (root / "etc/fstab").write_text("/dev/vda / ext4 defaults 0 1\n")


def make(disk, names, release):
    with tempfile.TemporaryDirectory(dir=kernel.cache(), prefix="debian-disk.") as folder:
        work = pathlib.Path(folder)
        debs, root, image = work / "debs", work / "root", work / "disk.img"
        (debs / "partial").mkdir(parents=True)
        say("downloading the packages")
        got = packages.apt(debs, "--download-only", "install", *names)
        if got.returncode:
            raise packages.complaint(names, got)
        say("unpacking them: a minute")
        unpack(debs, root, release)
        run("mke2fs", "-q", "-t", "ext4", "-d", root, image, "3G")
        say("configuring them in a realm: 5 minutes")
        # not as root: the realm is built on the way, in its owner's tree
        owner = kernel.cache().stat()
        work.chmod(0o755)
        os.chown(image, owner.st_uid, owner.st_gid)
        configure([TOP / "selftests/testbed/realm.py", "--module", "none", "--mem", "2G", "--timeout", LIMIT,
                   "--disk", image, "--", "sh", "-euc", CONFIGURE], image,
                  user=owner.st_uid, group=owner.st_gid, extra_groups=[])
        for old in glob.glob(f"{kernel.cache()}/debian-disk-*.img"):
            os.unlink(old)
        shutil.move(image, disk)
        say("the disk is ready")


def main():
    release = kernel.resolve(None, "4k")
    names = PACKAGES.format(release).split()
    listed = packages.apt("/nonexistent", "--print-uris", "install", *names)
    if listed.returncode:
        raise packages.complaint(names, listed)
    versions = sorted(line.split()[1] for line in listed.stdout.splitlines() if line.startswith("'"))
    recipe = "\n".join([*versions, UNIT, CONFIGURE])
    disk = kernel.cache() / f"debian-disk-{hashlib.sha256(recipe.encode()).hexdigest()[:12]}.img"
    if not disk.exists():
        make(disk, names, release)
    print(disk)


if __name__ == "__main__":
    try:
        main()
    except kernel.NotFound as error:
        sys.exit(f"debian-disk: error: {error}")
