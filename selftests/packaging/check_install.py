#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""check-install DISK: the administrator's page, done as it stands, in a realm with Debian.

Documentation/start/administrator.rst is run block by block: packages are
installed, DKMS builds, an ordinary user of group tsm takes a token, the realm
starts anew, everything is removed. After its sections come checks that the page
need not show. Prints TAP, as it happens, with the seconds that each step took.
"""

import base64
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

import watched
from blocks import TOP, blocks

PAGE = TOP / "Documentation/start/administrator.rst"
OUT = TOP / "build/check-install"
LIMIT = "14400"      # watched.py ends what does not get on long before
AGENT_FIRST_REPORT = "Let a program attest"     # this section ends with it

# Files that no package of ours owns change for reasons of their own.
FILES = (r"find / -xdev \( -path /var/lib/dpkg -o -path /var/log -o -path /var/cache -o -path /home "
         r"-o -path /tmp -o -path /var/tmp -o -path /run -o -path /var/mail \) -prune -o -print | "
         r"grep -v -e '^/etc/\(group\|gshadow\|passwd\|shadow\|subuid\|subgid\)' -e '^/var/lib/systemd' "
         r"-e '^/var/lib/apt' -e '^/etc/udev/rules.d/60-realm-tsm.rules' -e '^/usr/lib/modules/[^/]*/modules\.' "
         r"-e /random-seed -e '^/var/lib/dbus' | sort")

FAILS = "! {{ {}; }} 2>/dev/null"
SETUP = f"""
useradd --create-home --groups sudo admin
echo 'admin ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/admin
useradd --create-home stranger
cp /media/*.deb ~admin
{FILES} >/var/tmp/before
"""

# {section: [(what, who, commands)]}, done after the section's blocks
CHECKS = {
    "Install": [
        ("DKMS has built it for the kernel that runs", "root",
         'dkms status | grep "^realm-tsm/.*$(uname -r).*: installed" && '
         'modinfo -F filename realm_tsm | grep updates/dkms'),
        ("the initramfs has the blacklist", "root",
         'lsinitramfs "/boot/initrd.img-$(uname -r)" | grep modprobe.d/realm-tsm.conf'),
        ("tsmctl finds the library that it loads for secrets", "stranger",
         "said=$(tsmctl kbs get kbs:///a/b/c --url http://127.0.0.1:1 --plain-http --timeout 1 2>&1) || :; "
         'echo "$said"; [[ $said == "tsmctl: "* && $said != *"this verb needs"* ]]'),
        ("the unit is active", "root", "systemctl is-active realm-tsm"),
    ],
    "Let a program attest": [
        ("token of the agent", "agent", "base64 token.cbor"),
        ("who is not in the group takes no report", "stranger",
         FAILS.format("tsmctl report --dir agents --out token")),
    ],
    "Start the realm again": [
        ("no unit failed", "root", 'test -z "$(systemctl --failed --quiet | tee /dev/stderr)"'),
        ("the kernel's own driver was not loaded", "root", FAILS.format("lsmod | grep arm_cca_guest")),
        ("the agent takes a report of realm_tsm", "agent",
         "tsmctl report --dir agents --out token.cbor"),
        ("token after the start", "agent", "base64 token.cbor"),
        ("the group reads the event log", "agent",
         "head -c 32 /sys/devices/virtual/misc/arm_cca_guest/eventlog | wc -c | grep -x 32"),
        ("nobody else does", "stranger",
         FAILS.format("cat /sys/devices/virtual/misc/arm_cca_guest/eventlog")),
        ("nor the report of the group", "stranger",
         FAILS.format("cat /sys/kernel/config/tsm/report/agents/outblob") + "; " +
         FAILS.format("cat /sys/kernel/config/tsm/report/agents/auxblob")),
        ("the group makes no report directory", "agent",
         FAILS.format("mkdir /sys/kernel/config/tsm/report/mine")),
        ("the group removes none", "agent", FAILS.format("rmdir /sys/kernel/config/tsm/report/agents")),
        ("the group makes no event", "agent",
         FAILS.format("mkdir /sys/kernel/config/tsm-measurements/rem3/mine")),
        ("the group extends no register", "agent", FAILS.format(
            "head -c 32 /dev/zero >/sys/devices/virtual/misc/arm_cca_guest/measurements/rem3:sha256")),
        ("the group changes no parameter", "agent",
         FAILS.format("echo 1 >/sys/module/realm_tsm/parameters/log_limit")),
    ],
    "The kernel's own driver": [
        ("it is ours again", "agent",
         "tsmctl info | grep /sys/devices/virtual/misc/arm_cca_guest && "
         "tsmctl report --dir agents --out token.cbor"),
    ],
    "Measure something": [
        ("the group reads both in the log, and the log explains the registers", "agent",
         "tsmctl log show | grep '^1  rem3 .* example.org/configuration Load ' && "
         "tsmctl log show | grep '^2  rem3 .* (a bare digest)$' && tsmctl log verify"),
        ("the other registers are still root's", "agent", FAILS.format(
            "head -c 32 /dev/zero >/sys/devices/virtual/misc/arm_cca_guest/measurements/rem2:sha256")),
    ],
    "Remove": [
        ("the system is as it was", "root", f"{FILES} | diff /var/tmp/before -"),
        ("the initramfs has no blacklist any more", "root",
         FAILS.format('lsinitramfs "/boot/initrd.img-$(uname -r)" | grep modprobe.d/realm-tsm.conf')),
    ],
}
USERS = {"debian": "admin", "debian-agent": "agent"}

# In the realm: "step NUMBER USER", the commands on standard input.
STEP = r"""
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin
until systemctl is-active --quiet multi-user.target; do sleep 1; done
step() {
	printf 'begin %s\n' "$1"
	cat >/var/tmp/step
	status=0
	home=$(getent passwd "$2" | cut -d: -f6)
	(cd "$home" && HOME=$home exec runuser -u "$2" -- bash -euo pipefail /var/tmp/step) \
		>/var/tmp/out 2>&1 </dev/null || status=$?
	printf 'end %s %s %s\n' "$1" "$status" "$(base64 -w 0 /var/tmp/out)"
}
"""


class Step:
    def __init__(self, name, user, commands):
        self.name, self.user, self.commands = name, user, commands
        self.status, self.output, self.seconds, self.ended = None, "", 0, 0


def boots():
    """The steps of each start of the realm."""
    found, section = [[Step("a user who administers", "root", SETUP)]], None
    page = blocks(PAGE)
    for i, block in enumerate(page):
        if block.where == "debian-reboot":
            found.append([])
        else:
            first = block.text.strip().split("\n")[0]
            found[-1].append(Step(f"{block.section}: {first}", USERS[block.where], block.text))
        if i + 1 == len(page) or page[i + 1].section != block.section:
            found[-1] += [Step(f"{block.section}: {name}", user, commands + "\n")
                          for name, user, commands in CHECKS.get(block.section, [])]
    return found


def payload(steps, folder):
    """What the realm's second disk holds."""
    folder.mkdir()
    shutil.copy(TOP / "build/realm/init", folder)
    for package in (TOP / "build/deb").glob("*.deb"):
        if package.name.endswith(("_arm64.deb", "_all.deb")) and "dbgsym" not in package.name:
            shutil.copy(package, folder)
    script = STEP + "".join(f"step {n} {s.user} <<'END_OF_STEP'\n{s.commands}END_OF_STEP\n"
                            for n, s in enumerate(steps))
    (folder / "command").write_text(script)
    image = folder.with_suffix(".img")
    subprocess.run(["mke2fs", "-q", "-t", "ext4", "-d", folder, image, "32M"], check=True)
    return image


def initrd(disk, to):
    """The initramfs that the system on the disk made for itself."""
    listing = subprocess.run(["debugfs", "-R", "ls -p /boot", disk], check=True,
                             capture_output=True, text=True).stdout
    name = re.search(r"/(initrd\.img-[^/]+)/", listing)[1]
    subprocess.run(["debugfs", "-R", f"dump /boot/{name} {to}", disk], check=True,
                   capture_output=True)
    return to


def run(steps, disk, folder):
    """One start of the realm; says each step as it ends."""
    begun, begun_last = {}, "the realm starts"

    def beat(how):
        print(f"# .. {begun_last}: {how}", flush=True)

    command = [
        TOP / "selftests/testbed/realm.py", "--module", "none", "--mem", "2G", "--timeout", LIMIT, "--disk", disk,
         "--disk", payload(steps, folder / "payload"), "--initrd", initrd(disk, folder / "initrd"),
         "--append", "root=/dev/vda ro", "--", "on the disk"]
    for line in watched.lines(command, disk, beat):
        what, number, *rest = line.split()
        step = steps[int(number)]
        if what == "begin":
            begun[number], begun_last = time.monotonic(), step.name
            continue
        step.ended = time.monotonic()
        step.seconds = step.ended - begun[number]
        step.status, step.output = int(rest[0]), base64.b64decode("".join(rest[1:])).decode(errors="replace")
        yield step


def token_is_right(output, challenge):
    done = subprocess.run(
        [TOP / "selftests/testbed/check_token.py", "--trust-anchors", TOP / "build/monitor/trust-anchors.json",
         "--challenge", challenge, "-"], input=base64.b64decode(output), capture_output=True)
    return done.returncode == 0, (done.stdout + done.stderr).decode()


def packages_are_current():
    """Whole, and of the sources as they are: a second try need not make them again."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=TOP, check=True,
                            capture_output=True, text=True).stdout.splitlines()
    files = [TOP / name for name in listed]
    sources = {*files, *(f.parent for f in files)} - {TOP}      # a folder's time tells what was removed
    made = [p.stat().st_mtime for p in (TOP / "build/deb").glob("*_arm64.*")]
    return any((TOP / "build/deb").glob("*_arm64.changes")) and \
        min(made) > max(p.stat().st_mtime for p in sources if p.exists())


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    if not packages_are_current():
        print("# .. packages are made: 2 minutes", flush=True)
        subprocess.run([TOP / "scripts/deb", "arm64"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["make", "-s", "-C", TOP / "selftests/testbed", f"O={TOP / 'build'}"], check=True,
                   stdout=sys.stderr)
    disk = OUT / "disk.img"
    subprocess.run(["cp", "--sparse=always", sys.argv[1], disk], check=True)

    all_boots, number, failed, challenge = boots(), 0, 0, ""
    print(f"1..{sum(map(len, all_boots))}", flush=True)
    first_report = None
    for steps in all_boots:
        with tempfile.TemporaryDirectory(dir=OUT) as folder:
            for step in run(steps, disk, pathlib.Path(folder)):
                number += 1
                good, output = step.status == 0, step.output
                said = re.search(r"^challenge +([0-9a-f]+)$", output, re.M)
                challenge = said[1] if said else challenge
                if good and step.commands.startswith("base64 token"):
                    good, output = token_is_right(output, challenge)
                failed += not good
                print(f"{'ok' if good else 'not ok'} {number} - {step.name} ({step.seconds:.0f} s)", flush=True)
                if not good:
                    print("".join(f"# {line}\n" for line in output.splitlines()[-40:]), end="", flush=True)
                if step.name.startswith(AGENT_FIRST_REPORT) and step.user == "agent" and not first_report:
                    first_report = step.ended
                elif step.name.startswith("Install") and "apt-get" in step.commands:
                    begin = step.ended - step.seconds
    if first_report:
        print(f"# from package to an agent's first report: {first_report - begin:.0f} s, emulated")
    (OUT / "disk.img").unlink()
    return 1 if failed or number < sum(map(len, all_boots)) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (watched.Stuck, subprocess.CalledProcessError) as e:
        sys.exit(f"Bail out! {e}")
