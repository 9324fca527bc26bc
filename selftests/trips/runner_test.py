#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Does the emulated realm keep its promises: boots, tokens, the RIM, the runner's outcomes?

In TAP. A boot costs 6 s of a processor, so tests share one where neither can hide what
the other looks for.
"""

import concurrent.futures
import functools
import os
import pathlib
import pty
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback

TESTBED = pathlib.Path(__file__).resolve().parent.parent / "testbed"
sys.path.insert(0, str(TESTBED))

import kernel as kernels
import realm

ANCHORS = realm.BUILD / "monitor/trust-anchors.json"

TAKE_TOKEN = """
cd /sys/kernel/config/tsm/report && mkdir t && echo "$1" | xxd -r -p >t/inblob && cat t/outblob
"""


SAME = "5a" * 64


class Skip(Exception):
    pass


def run(*args, timeout=240):
    """A bare realm, unless args say otherwise."""
    return subprocess.run([TESTBED / "realm.py", "--module=none", f"--timeout={timeout}", *args],
                          stdin=subprocess.DEVNULL, capture_output=True)


def check(condition, what):
    if not condition:
        raise AssertionError(what)


def expect(done, status, stdout=None, said=""):
    text = done.stderr.decode(errors="replace")
    check(done.returncode == status, f"status {done.returncode}, not {status}:\n{text}")
    check(stdout is None or done.stdout == stdout, f"stdout {done.stdout!r}, not {stdout!r}")
    check(said in text, f"{said!r} was not said:\n{text}")


def token(*args, challenge=None, image=None):
    """Boot, take a token of the in-tree driver, have the independent script check all of it.

    Returns the RIM, as recomputed from the files, and the token. image: a
    kernel image in place of the resolved one. The challenge is in the command,
    and so in the initramfs and in the RIM.
    """
    challenge = challenge or secrets.token_hex(64)
    machine = realm.Machine(realm.options(
        [*args, "--module", "arm_cca_guest", "--", "sh", "-euc", TAKE_TOKEN, "sh", challenge]))
    machine.image = image or machine.image
    expected = machine.rim()
    console = realm.Console(False, machine.args.ignore)
    blob = bytearray()
    machine.start()
    try:
        status = realm.attend(machine, console, time.monotonic() + 240, blob.extend)
    finally:
        machine.stop()
    check(status[1:] == [f"exit 0 {len(blob)} 0"] and not console.complaint,
          "\n".join([*status, *console.tail]))
    checked = subprocess.run(
        [TESTBED / "check_token.py", "--trust-anchors", ANCHORS, "--challenge", challenge,
         "--rim", expected, *[f"--rem={i}={'00' * (len(expected) // 2)}" for i in range(4)], "-"],
        input=blob, capture_output=True)
    check(checked.returncode == 0, checked.stdout.decode() + checked.stderr.decode())
    return expected, bytes(blob)


def rim_of_token(*args, content=b"a", command_line="note=a", image=None):
    """The RIM that a token carried, of files that are the same but for what is said."""
    with tempfile.NamedTemporaryFile() as note:
        note.write(content)
        note.flush()
        return token("--file", f"{note.name}:/etc/note", "--append", command_line, *args,
                     challenge=SAME, image=image)[0]


def shared(boot):
    """For a boot that several tests look at: the first of them makes it."""
    lock = threading.Lock()
    boot = functools.cache(boot)

    @functools.wraps(boot)
    def made():
        with lock:
            return boot()
    return made


@shared
def ordinary_boot():
    """With a network and a package. Returns the run, its parts, and the callers of the network."""
    here, there = Greeter("127.0.0.1"), Greeter(own_address() or "127.0.0.1")
    script = f"""
uname -r
python3 -c "import yaml; print(yaml.safe_load('[1, 2]'))"
nc 10.0.2.2 {here.port} </dev/null
echo "status $?"
nc {own_address() or "192.0.2.1"} {there.port} </dev/null
echo "status $?"
dmesg
false
"""
    done = run("--net", "--package", "python3-yaml", "--", "sh", "-c", script)
    parts = done.stdout.decode().split("\n", 5)
    check(len(parts) == 6, done)
    return done, parts, (here.calls, there.calls)


@shared
def token_16k_one_cpu():
    return token("--page", "16k", "--cpus", "1", "--hash", "sha512")


@shared
def rim_of_legacy_token():
    return rim_of_token("--profile", "legacy")


@shared
def fault_then_signal():
    """A token that fails once and is then taken; who took it ends by a signal."""
    script = ("cd /sys/kernel/config/tsm/report && mkdir t && head -c 64 /dev/zero >t/inblob && "
              "! cat t/outblob && cat t/outblob >/dev/null && kill -TERM $$")
    return run("--module", "arm_cca_guest", "--fault", "init:error=unknown", "--",
               "sh", "-c", script)


def qemus(mark):
    """Processes of the QEMUs whose guest has this mark on its command line."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        try:
            line = (entry / "cmdline").read_bytes() if entry.name.isdigit() else b""
        except OSError:
            continue
        if b"qemu-system" in line and mark.encode() in line:
            found.append(int(entry.name))
    return found


def gone(mark):
    limit = time.monotonic() + 10
    while qemus(mark) and time.monotonic() < limit:
        time.sleep(0.2)
    check(not qemus(mark), "QEMU was left running")


def interrupted(number):
    mark = f"mark={secrets.token_hex(8)}"
    process = subprocess.Popen(
        [TESTBED / "realm.py", "--module=none", "--append", mark, "--", "sleep", "1000"], start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    limit = time.monotonic() + 60
    while not qemus(mark):
        check(time.monotonic() < limit, "QEMU did not start")
        time.sleep(0.2)
    time.sleep(2)
    if number == signal.SIGINT:     # as a terminal does it: to the whole group
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)
    _, err = process.communicate(timeout=30)
    gone(mark)
    return process.returncode, err.decode()


def test_boot_prints_the_kernels_rsi_line():
    _, (release, *_, log), _ = ordinary_boot()
    check("RME: Using RSI version 1.0" in log, log)
    check(release == kernels.resolve(None, "4k"), release)


def test_token_16k_pages():
    token_16k_one_cpu()


def test_token_kernel_6_18():
    try:
        kernels.resolve("6.18", "4k")
    except kernels.NotFound as e:
        raise Skip(str(e)) from e
    # its own driver copies the challenge over the bounds of a structure's member
    token("--kernel", "6.18", "--ignore", "field-spanning write")


def test_token_one_cpu_sha512():
    expected, _ = token_16k_one_cpu()
    check(len(expected) == 128, expected)


def test_token_four_cpus_sha384_wrapper_907():
    expected, blob = token("--cpus", "4", "--hash", "sha384", "--wrapper", "907")
    check(len(expected) == 96, expected)
    check(blob[:3] == bytes([0xd9, 0x03, 0x8b]), blob[:3].hex())


def test_token_legacy_profile():
    rim_of_legacy_token()


def test_rim_is_the_same_on_two_boots_and_changes_with_one_byte():
    """Each RIM is one that a token carried, and that the host computed from the files.

    The token's profile is not in it, so the second boot's is the other one.
    """
    kernel = bytearray(kernels.find(None, "4k").image.read_bytes())
    kernel[kernel.rindex(b"Linux version " + kernels.resolve(None, "4k").encode())] ^= 0x20
    first = rim_of_token()
    check(rim_of_legacy_token() == first, "two boots, two RIMs")
    with tempfile.NamedTemporaryFile() as changed:
        changed.write(kernel)
        changed.flush()
        others = {"initramfs": rim_of_token(content=b"b"),
                  "command line": rim_of_token(command_line="note=b"),
                  "kernel": rim_of_token(image=changed.name)}
    for what, other in others.items():
        check(other != first, f"one byte of the {what} made no difference")


def test_status_of_the_command():
    done, _, _ = ordinary_boot()
    expect(done, 1)
    expect(run("--", "no-such-command"), 127, b"")


def test_output_is_unchanged():
    """Also where the reader takes its time: the guest ends only once all of it has arrived."""
    every_byte = bytes(range(256)) * 12000
    with tempfile.NamedTemporaryFile() as f:
        f.write(every_byte)
        f.flush()
        process = subprocess.Popen(
            [TESTBED / "realm.py", "--module=none", "--file", f"{f.name}:/bytes", "--", "sh", "-c",
             "cat /bytes; echo said >&2"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)
        first = process.stdout.read(1)
        time.sleep(15)
        out, err = process.communicate(timeout=240)
    check(first + out == every_byte, f"{len(out) + 1} of {len(every_byte)} bytes")
    check(process.returncode == 0 and err == b"said\n", err)


def test_deadline_holds_for_a_reader_that_does_not_read():
    process = subprocess.Popen([TESTBED / "realm.py", "--module=none", "--timeout=40", "--", "yes"],
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    check(process.wait(timeout=90) == realm.DEADLINE, process.returncode)
    process.stdout.close()
    process.stderr.close()


def test_signal_of_the_command():
    expect(fault_then_signal(), 128 + 15, said="ended by signal 15")


def test_panic_is_a_failure():
    expect(run("--", "sh", "-c", "echo c >/proc/sysrq-trigger"), realm.KERNEL_COMPLAINED,
           said="complained")


def test_guest_that_never_ends():
    mark = f"mark={secrets.token_hex(8)}"
    expect(run("--append", mark, "--", "sleep", "1000", timeout=30), realm.DEADLINE,
           said="within 30 s")
    gone(mark)


def test_guest_that_powers_off():
    expect(run("--", "poweroff", "-f"), realm.NO_STATUS, said="without")


def test_interrupt_leaves_nothing():
    status, text = interrupted(signal.SIGINT)
    check(status == 130 and "SIGINT" in text, f"{status}: {text}")


def test_kill_leaves_nothing():
    status, _ = interrupted(signal.SIGKILL)
    check(status == -signal.SIGKILL, status)


def test_interactive_shell():
    """On a terminal: it says that it boots, has this project in it, and the shell's status comes back."""
    ours, theirs = pty.openpty()
    with subprocess.Popen([TESTBED / "realm.py"], stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        watchdog = threading.Timer(240, process.kill)
        watchdog.start()
        screen = b""
        try:
            while b"realm# " not in screen:
                screen += os.read(ours, 4096)
            # among others what the banner says to try
            os.write(ours, b"dmesg | grep -c RME: ; complete -p tsmctl; tsmctl info && ls /examples; "
                           b"tsmctl report --out token && tsmctl token show token; exit 5\r")
            while True:
                screen += os.read(ours, 4096)
        except OSError:     # the terminal's other end is closed
            pass
        finally:
            watchdog.cancel()
            os.close(ours)
    check(process.returncode == 5, f"status {process.returncode}: {screen.decode(errors='replace')}")
    for said in (b"realm: booting Linux ", b"Leave: exit", b"\n1\r", b"reports  arm_cca_guest\r", b"report.py", b"-F _tsmctl",
                 b"CCA token, wrapper 399, not verified\r"):
        check(said in screen, f"{said} is not in {screen.decode(errors='replace')}")


def test_bad_options():
    expect(run("--fault", "init:explode", "--", "true"), 2, said="--fault init:explode")
    expect(run("--file", "/no/such/file", "--", "true"), realm.CANNOT_START, said="/no/such/file")
    expect(run("--mem", "none", "--", "true"), realm.CANNOT_START, said="none")


def test_package_with_what_it_needs():
    _, (_, loaded, *_), _ = ordinary_boot()
    check(loaded == "[1, 2]", loaded)


def test_package_that_does_not_exist():
    expect(run("--package", "no-such-package", "--", "true"), realm.CANNOT_START,
           said="no-such-package")


def test_fault_of_version_makes_no_realm():
    """A kernel that finds no RSI looks for its devices where a realm has none."""
    expect(run("--fault", "version:error=unknown", "--", "true"), realm.NO_STATUS)


def test_fault_of_init_is_seen_once():
    expect(fault_then_signal(), 128 + 15, said="Invalid argument")


class Greeter(threading.Thread):
    """A server that says hello to whoever calls."""

    def __init__(self, address):
        super().__init__(daemon=True)
        self.server = socket.create_server((address, 0))
        self.port = self.server.getsockname()[1]
        self.calls = 0
        self.start()

    def run(self):
        while True:
            caller, _ = self.server.accept()
            self.calls += 1
            with caller:
                caller.sendall(b"hello\n")


def own_address():
    """An address of this machine beside loopback, or None."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))     # sends nothing: only asks for a route
        except OSError:
            return None
        return probe.getsockname()[0]


def test_network_reaches_loopback_and_nothing_else():
    """Another address of this very machine stands for the rest of the world."""
    if not own_address():
        raise Skip("this machine has no address but loopback")
    done, (_, _, said, first, second, _), calls = ordinary_boot()
    check((said, first) == ("hello", "status 0") and re.fullmatch("status [1-9].*", second), done)
    check(calls == (1, 0), f"{calls[0]} and {calls[1]} calls")


def main():
    tests = {n[5:]: f for n, f in globals().items() if n.startswith("test_")}
    only = sys.argv[1:] or os.environ.get("ONLY", "").split()
    if only == ["?"]:
        print("\n".join(tests))
        return False
    if only:
        tests = {n: f for n, f in tests.items() if n in only}
    machine_parts = run("--print-rim", "--", "true")    # builds once, before boots in parallel
    if machine_parts.returncode:
        print(machine_parts.stderr.decode())
    failed = False
    print(f"1..{len(tests)}", flush=True)
    # more than processors: some wait for a deadline, or for another's boot
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        running = {n: pool.submit(f) for n, f in tests.items()}
        for number, (name, future) in enumerate(running.items(), 1):
            title = name.replace("_", " ")
            try:
                future.result()
                print(f"ok {number} {title}", flush=True)
            except Skip as e:
                print(f"ok {number} {title} # SKIP {e}", flush=True)
            except Exception:   # every kind of failure is this test's failure
                failed = True
                for line in traceback.format_exc().splitlines():
                    print(f"# {line}")
                print(f"not ok {number} {title}", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
