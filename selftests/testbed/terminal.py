# SPDX-License-Identifier: GPL-2.0-only
"""How a person meets the realm: signs of life while it boots, a shell with a banner, a terminal."""

import fcntl
import os
import pathlib
import selectors
import shutil
import socket
import subprocess
import sys
import tempfile
import termios
import time
import tty

import kernel as kernels
from parts import say

BOOT_SECONDS = 10
TERMINFO = ("/etc/terminfo", "/lib/terminfo", "/usr/share/terminfo")

BANNER = """\
An emulated realm: test equipment with test keys. It isolates nothing from anybody.
Try:   {}
       {}
Leave: exit, or Ctrl-D. Nothing in the realm is kept.
"""
TRY_PRODUCT = ("tsmctl info; tsmctl measure list; ls /examples",
               "tsmctl report --out token && tsmctl token show token")
TRY_BARE = ("dmesg | grep RME:; ls /sys/kernel/config",
            "tsmctl and realm_tsm are not in here: for them, leave out --module")


def profile(product):
    """What the realm's login shell does first."""
    size = shutil.get_terminal_size()
    tries = TRY_PRODUCT if product else TRY_BARE
    return f"""\
stty rows {size.lines} cols {size.columns}
export TERM={os.environ.get("TERM", "dumb")} PS1='realm# '
for completion in /usr/share/bash-completion/completions/*; do
	[ -z "$BASH" ] || [ ! -e "$completion" ] || . "$completion"
done
unset completion
cd
cat <<'END'
{BANNER.format(*tries)}END
"""


def bash():
    """bash and its library, unpacked in the cache; None where they cannot be fetched."""
    folder = kernels.cache() / "bash"
    with open(kernels.cache() / "bash.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.is_dir():
            return folder
        with tempfile.TemporaryDirectory(prefix=".partial-", dir=folder.parent) as partial:
            got = subprocess.run(["apt-get", "-qq", "-o", "APT::Sandbox::User=root", "download",
                                  "bash:arm64", "libtinfo6:arm64"], cwd=partial, capture_output=True)
            if got.returncode:
                say("bash cannot be fetched: the shell is busybox's, without completion")
                return None
            for deb in pathlib.Path(partial).glob("*.deb"):
                subprocess.run(["dpkg-deb", "-x", deb, f"{partial}/tree"], check=True)
            os.rename(f"{partial}/tree", folder)
    return folder


def add_shell(archive, product):
    """The interactive shell: bash, what it has to know of the terminal, the banner."""
    archive.file("/etc/profile", profile(product).encode())
    tree = bash()
    if tree:
        archive.add(tree / "usr/lib/aarch64-linux-gnu/libtinfo.so.6", "/lib/libtinfo.so.6")
        archive.add(tree / "usr/bin/bash", "/bin/bash")
    name = os.environ.get("TERM", "dumb")
    for place in TERMINFO:
        entry = pathlib.Path(place, name[:1], name)
        if "/" not in name and entry.is_file():
            archive.add(entry, str(entry))
            break


class Person:
    """Whoever may sit at the terminal: sees that the boot goes on, then types to the realm's shell."""

    def __init__(self, what, port, console_shown):
        self.port = port            # of the realm's terminal, or None
        self.before = None          # what the terminal was like
        self.pending = b""
        self.waits = os.isatty(2) and not console_shown
        self.dots = 0
        self.began = time.monotonic()
        self.show(f"realm: booting {what} (about {BOOT_SECONDS} s) ")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.arrived()
        if self.before:
            try:
                termios.tcsetattr(0, termios.TCSADRAIN, self.before)
            except termios.error:
                pass    # the terminal is gone

    def show(self, text):
        if self.waits:
            sys.stderr.write(text)
            sys.stderr.flush()

    def wait(self):
        """A dot for each second that it takes."""
        passed = int(time.monotonic() - self.began)
        self.show("." * (passed - self.dots))
        self.dots = max(passed, self.dots)

    def arrived(self):
        self.show("\r\033[K")
        self.waits = False

    def meet(self, selector):
        """The realm has booted: a shell gets what is typed from here on."""
        self.arrived()
        if self.port and not self.before:
            self.before = termios.tcgetattr(0)
            tty.setraw(0, termios.TCSADRAIN)
            selector.register(0, selectors.EVENT_READ, "typed")

    def typed(self, selector, more):
        """As much as the realm takes; no more is read from the terminal before all of it went."""
        if more:
            self.pending = os.read(0, 4096)
            selector.unregister(0)
            if not self.pending:
                return
        try:
            self.pending = self.pending[self.port.send(self.pending, socket.MSG_DONTWAIT):]
        except BlockingIOError:
            pass
        except BrokenPipeError:
            return
        selector.modify(self.port, selectors.EVENT_READ | (selectors.EVENT_WRITE if self.pending else 0), "tty")
        if not self.pending:
            selector.register(0, selectors.EVENT_READ, "typed")
