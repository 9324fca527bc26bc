#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Which realm boots, and what comes back from it: run starts this, options.py says what can be asked."""

import collections
import ctypes
import json
import os
import re
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time

import initramfs
import kernel as kernels
import packages
import parts
import terminal
from options import modules, options
from parts import BUILD, TOP, CannotStart, say

QEMU = "qemu-system-aarch64"
CONFIG_ADDRESS = 0x40100000
KERNEL_ADDRESS = 0x42000000
# The kernel's tests of its own crypto are a fifth of a boot, and no question of ours.
CMDLINE = "console=ttyAMA0 panic=-1 oops=panic cryptomgr.notests"

NO_STATUS, KERNEL_COMPLAINED, DEADLINE, CANNOT_START = 118, 119, 124, 125
POWER_OFF_SECONDS = 20
FOR_EVER = 10**6    # seconds; poll(2) takes 2^31 ms

# What the kernel prints when something is wrong with it.
COMPLAINT = re.compile(
    r"WARNING: |BUG: |Kernel panic|Oops|Internal error|Unable to handle kernel|"
    r"self-detected stall|detected stalls|soft lockup|hard LOCKUP|blocked for more than|"
    r"Call trace:|UBSAN: |KASAN: |kmemleak: \d+ new|possible .* detected|"
    r"sleeping function called|scheduling while atomic|monitor: ")


class Interrupted(Exception):
    pass


def content_fd(name, content):
    """Content as an open file without a name: nothing to clean up."""
    fd = os.memfd_create(name)
    with open(fd, "wb", closefd=False) as f:
        f.write(content)
    return fd


def build_initramfs(args, kernel):
    out = initramfs.Initramfs()
    out.add(BUILD / "realm/init", "/init")
    out.add(initramfs.GUEST_LIBRARIES.parent.parent / "bin/busybox", "/bin/busybox")

    names = ["configfs", "tsm_report", "arm_cca_guest", "virtio_net"]
    load = list(modules(args))
    ours = [parts.module(kernel)] if "realm_tsm" in load else []
    if args.disk:
        names += ["virtio_blk", "ext4"]
        load += ["virtio_blk", "ext4"]
    if args.net:
        load.append("virtio_net")
        out.file("/etc/realm/net", b"")
    out.modules(kernel, names, ours)
    out.file("/etc/realm/modules", "".join(f"{m}\n" for m in ["configfs", *load]).encode())
    if args.product:
        stage = parts.product()
        for place, name in parts.SHIPPED.items():
            out.add(stage / place, name)
    if args.package:
        out.add(packages.fetch(*args.package, say=say), "/")
    for spec in args.file:
        host, _, guest = (spec, "", "") if os.path.lexists(spec) else spec.partition(":")
        out.add(os.path.abspath(host), guest or os.path.abspath(host))
    if args.command:
        out.file("/etc/realm/command", "".join(f"{a}\0" for a in args.command).encode())
    else:
        terminal.add_shell(out, args.product)
    return out.cpio()


def config(args, kernel):
    lines = [f"kernel_size={kernel.image.stat().st_size}", f"hash={args.hash}",
             f"wrapper={args.wrapper}", f"profile={args.profile}", f"sign={args.sign}",
             f"rpv={args.rpv.ljust(128, '0')}", *(f"fault={spec}" for spec in args.fault)]
    return "".join(f"{line}\n" for line in lines).encode() + b"\0"


class Times:
    """Where the seconds of one boot went: a line of JSON in the file REALM_TIMES, if that is set."""

    def __init__(self):
        self.at = {"begin": time.monotonic()}

    def mark(self, step):
        """A step is reached for the first time: built, start, ready, ended."""
        self.at.setdefault(step, time.monotonic())

    def write(self, used):
        gone, line = time.monotonic(), {}
        for name, begin, end in (("build", "begin", "built"), ("boot", "start", "ready"),
                                 ("realm", "ready", "ended"), ("exit", "ended", "gone")):
            line[name] = round(self.at.get(end, gone) - self.at.get(begin, gone), 2)
        line["processor"] = round(used.ru_utime + used.ru_stime, 2)
        if "REALM_TIMES" in os.environ:
            with open(os.environ["REALM_TIMES"], "a") as out:
                out.write(json.dumps(line) + "\n")


class Machine:
    """QEMU with the realm in it, and the far ends of the guest's ports."""

    def __init__(self, args):
        self.args = args
        self.times = Times()
        kernel = kernels.find(args.kernel, args.page, say, args.headers)
        parts.testbed()
        self.cmdline = f"{CMDLINE} {args.append}".strip()
        self.initrd = content_fd("initramfs", args.initrd.read_bytes() if args.initrd else
                                 build_initramfs(args, kernel))
        self.config = content_fd("config", config(args, kernel))
        self.image = kernel.image
        self.release = kernel.release
        self.process = None
        self.ports = {}
        self.times.mark("built")

    def cpu(self):
        """The CPU, without pointer authentication: the kernel signs and checks return addresses,
        which QEMU does in calls of its own, a tenth of what a realm costs. The debug kernel has
        it, as one more check.
        """
        return "max,pauth-impdef=on" if self.args.kernel == "debug" else "max,pauth=off"

    def command(self, machine_options=""):
        return [
            QEMU, "-nodefaults", "-display", "none", "-no-reboot", "-nic", "none",
            "-M", "virt,virtualization=on,gic-version=3,highmem=off,dtb-randomness=off"
            + machine_options,
            "-cpu", self.cpu(), "-accel", "tcg,thread=multi",
            "-m", self.args.mem, "-smp", str(self.args.cpus),
            "-kernel", str(self.args.monitor or BUILD / "monitor/monitor.img"),
            "-device", f"loader,file=/proc/self/fd/{self.config},"
                       f"addr={CONFIG_ADDRESS:#x},force-raw=on",
            "-device", f"loader,file={self.image},addr={KERNEL_ADDRESS:#x},force-raw=on",
            "-initrd", f"/proc/self/fd/{self.initrd}", "-append", self.cmdline]

    def rim(self):
        """The RIM as the host computes it: the device tree is QEMU's own, dumped."""
        fds = (self.config, self.initrd)
        with tempfile.TemporaryDirectory() as folder:   # QEMU writes beside it, then renames
            dtb = f"{folder}/dtb"
            subprocess.run(self.command(f",dumpdtb={dtb}"), check=True, pass_fds=fds,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            return subprocess.run(
                [TOP / "selftests/testbed/rim.py", "--hash", self.args.hash, "--kernel", self.image,
                 "--initrd", f"/proc/self/fd/{self.initrd}", "--cmdline", self.cmdline,
                 "--dtb", dtb],
                check=True, pass_fds=fds, capture_output=True, text=True).stdout.strip()

    def start(self):
        ends = []
        line = [*self.command(), "-device", "virtio-serial-pci"]

        def chardev(name):
            ours, theirs = socket.socketpair()
            self.ports[name] = ours
            ends.append(theirs)
            return ["-chardev", f"socket,id={name},fd={theirs.fileno()}"]

        line += [*chardev("console"), "-serial", "chardev:console"]
        if not self.args.command:
            line += [*chardev("tty"), "-device", "virtconsole,chardev=tty"]
        for name in ("stdout", "stderr", "status"):
            line += [*chardev(name), "-device",
                     f"virtserialport,chardev={name},name=org.realm-tsm.{name}"]
        for number, disk in enumerate(self.args.disk):
            line += ["-drive", f"file={disk},format=raw,if=none,id=disk{number},cache=unsafe",
                     "-device", f"virtio-blk-pci,drive=disk{number}"]
        environment = dict(os.environ)
        if self.args.net:
            line += ["-netdev", "user,id=net,ipv6=off",
                     "-device", "virtio-net-pci,netdev=net,romfile="]
            environment["LD_PRELOAD"] = str(BUILD / "realm/loopback_only.so")

        def die_with_parent():
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)   # PR_SET_PDEATHSIG

        self.times.mark("start")
        self.process = subprocess.Popen(
            line, env=environment, preexec_fn=die_with_parent,
            stdin=subprocess.DEVNULL, stdout=sys.stderr,
            pass_fds=[self.config, self.initrd, *(e.fileno() for e in ends)])
        for end in ends:
            end.close()

    def wait(self):
        """QEMU's status, when it has ended."""
        if self.process.returncode is None:
            _, status, used = os.wait4(self.process.pid, 0)
            self.process.returncode = os.waitstatus_to_exitcode(status)
            self.times.write(used)
        return self.process.returncode

    def stop(self):
        if self.process and self.process.returncode is None:
            os.kill(self.process.pid, signal.SIGKILL)
            self.wait()


class Console:
    """The guest's console: searched for complaints, its end kept for the report."""

    def __init__(self, show, ignore=None):
        self.show = show
        self.ignore = ignore
        self.ignoring = False
        self.partial = b""
        self.complaint = None
        self.tail = collections.deque(maxlen=25)

    def feed(self, data):
        *lines, self.partial = (self.partial + data).split(b"\n")
        for raw in lines:
            line = raw.decode(errors="replace").rstrip("\r")
            self.tail.append(line)
            if self.show:
                print(line, file=sys.stderr)
            if self.ignore and self.ignore.search(line):
                self.ignoring = True
            elif not self.complaint and not self.ignoring and COMPLAINT.search(line):
                self.complaint = line
            elif "---[ end trace" in line:
                self.ignoring = False

    def explain(self):
        if not self.show:
            for line in self.tail:
                print(f"  | {line}", file=sys.stderr)


def write_all(fd, data):
    while data:
        data = data[os.write(fd, data):]


def attend(machine, console, deadline, stdout=lambda data: write_all(1, data)):
    """Relay the ports until the guest is gone. Returns the status lines; raises TimeoutError."""
    with terminal.Person(f"Linux {machine.release}", machine.ports.get("tty"), console.show) as person:
        return relay(machine, console, deadline, stdout, person)


def relay(machine, console, deadline, stdout, person):
    status = b""
    relayed = {"stdout": 0, "stderr": 0}
    released = False
    selector = selectors.DefaultSelector()
    for name, port in machine.ports.items():
        selector.register(port, selectors.EVENT_READ, name)
    ports = set(machine.ports)
    while ports:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        person.wait()
        for key, events in selector.select(min(left, 1)):
            if key.data == "typed" or events & selectors.EVENT_WRITE:
                person.typed(selector, key.data == "typed")
            if key.data == "typed" or not events & selectors.EVENT_READ:
                continue
            try:
                data = key.fileobj.recv(65536)
            except ConnectionResetError:
                data = b""
            if not data:
                selector.unregister(key.fileobj)
                ports.remove(key.data)
            elif key.data == "console":
                console.feed(data)
            elif key.data == "status":
                status += data
                person.meet(selector)
                machine.times.mark(("start", "ready", "ended")[min(status.count(b"\n"), 2)])
            elif key.data in ("stdout", "tty"):
                stdout(data)
                relayed["stdout"] += len(data) if key.data == "stdout" else 0
            else:
                write_all(2, data)
                relayed["stderr"] += len(data)
        # "ready", then the command's end with how much it wrote: the guest may end with it all here
        if not released and status.count(b"\n") == 2 \
                and status.split()[-2:] == [b"%d" % n for n in relayed.values()]:
            released = True
            machine.ports["status"].sendall(b"\n")
            deadline = min(deadline, time.monotonic() + POWER_OFF_SECONDS)
    return status.decode().splitlines()


def outcome(args, console, status):
    """The exit status of the whole, said in words where it is not the command's own."""
    if console.complaint:
        console.explain()
        say(f"the guest's kernel complained: {console.complaint.strip()}")
        return KERNEL_COMPLAINED
    if len(status) < 2:
        console.explain()
        say("the guest ended without " + ("the command's status" if status else "starting the command"))
        return NO_STATUS
    how, number = status[1].split()[:2]
    if how == "signal":
        say(f"{args.command[0] if args.command else 'the shell'} was ended by signal {number}")
        return 128 + int(number)
    return int(number)


def on_signal(number, _frame):
    raise Interrupted(number)


def on_deadline(_number, _frame):
    raise TimeoutError


def run(args):
    if args.print_headers:
        print(kernels.find(args.kernel, args.page, say, args.headers).headers)
        return 0
    if args.print_product:
        print(parts.product())
        return 0
    machine = Machine(args)
    if args.print_rim:
        print(machine.rim())
        return 0
    console = Console(args.console, args.ignore)
    limit = min(args.timeout if args.command else FOR_EVER, FOR_EVER)
    try:
        machine.start()
        # for a write that waits for its reader, too
        signal.signal(signal.SIGALRM, on_deadline)
        signal.setitimer(signal.ITIMER_REAL, limit)
        try:
            status = attend(machine, console, time.monotonic() + limit)
        except TimeoutError:
            signal.setitimer(signal.ITIMER_REAL, 0)
            console.explain()
            if console.complaint:
                say(f"the guest's kernel complained: {console.complaint.strip()}")
            say(f"the guest did not end within {limit:g} s (--timeout), and was stopped")
            return KERNEL_COMPLAINED if console.complaint else DEADLINE
        if not status and machine.wait():
            raise CannotStart(f"QEMU ended with status {machine.process.returncode}, see above")
        return outcome(args, console, status)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        machine.stop()


def main():
    for fd in range(3):     # what is opened later must not land there
        try:
            os.fstat(fd)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    args = options(sys.argv[1:])
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, on_signal)
    try:
        return run(args)
    except Interrupted as e:
        say(f"stopped by {signal.Signals(e.args[0]).name}")
        return 128 + e.args[0]
    except BrokenPipeError:
        return 128 + signal.SIGPIPE
    except (CannotStart, kernels.NotFound, OSError, subprocess.CalledProcessError) as e:
        say(f"error: {e}")
        return CANNOT_START


if __name__ == "__main__":
    sys.exit(main())
