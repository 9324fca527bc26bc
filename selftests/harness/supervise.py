#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""supervise.py PARENT FOLDER COMMAND...: run a command so that nothing of it stays.

All that the command starts becomes this process's child when its own parent ends
(PR_SET_CHILD_SUBREAPER), whatever session it is in. When the command ends, PARENT
ends, or a signal asks for it, all of them are killed, and FOLDER, which is TMPDIR for
the command, is removed.
"""

import ctypes
import os
import shutil
import signal
import sys
import time

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
STOP = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
GRACE_SECONDS = 3       # for a command that is told to end
SETTLE_SECONDS = 2      # for what a command that has ended has told to end
KILL_SECONDS = 10


def prctl(option, value):
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


def descendants(of):
    """{process: its command line} of all below a process that are no zombies."""
    children = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/stat", errors="replace") as f:
                state, parent, *_ = f.read().rpartition(")")[2].split()
            if state != "Z":
                children.setdefault(int(parent), []).append(int(entry))
        except (OSError, ValueError):   # it has ended, perhaps while it was read
            pass
    found, todo = {}, [of]
    while todo:
        for child in children.get(todo.pop(), ()):
            todo.append(child)
            try:
                with open(f"/proc/{child}/cmdline", errors="replace") as f:
                    found[child] = f.read().replace("\0", " ").strip()
            except OSError:
                found[child] = "?"
    return found


def reap(statuses):
    """Takes the status of each child that has ended."""
    try:
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            statuses[pid] = os.waitstatus_to_exitcode(status)
    except ChildProcessError:
        pass


def wait_until(condition, seconds):
    deadline = time.monotonic() + seconds
    while not (met := condition()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return met


def kill_all():
    """Kills what is below this process, and what that starts meanwhile."""
    def gone():
        left = descendants(os.getpid())
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        reap({})
        return not left
    return wait_until(gone, KILL_SECONDS)


def supervise(parent, command, environment):
    """The command's status; 128 and more where a signal ended it or this."""
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:      # which ended before this could be asked for
        return 128 + signal.SIGTERM
    # a group of its own: what it sends to its whole group is not for this process
    child = os.posix_spawnp(command[0], command, environment, setpgroup=0, setsigmask=(),
                            setsigdef=[*STOP, signal.SIGQUIT, signal.SIGPIPE, signal.SIGXFSZ])
    statuses, deadline = {}, None
    while child not in statuses:
        left = 3600 if deadline is None else deadline - time.monotonic()
        if left <= 0:
            return 128 + signal.SIGTERM
        got = signal.sigtimedwait(STOP | {signal.SIGCHLD}, left)
        reap(statuses)
        if got and got.si_signo in STOP and deadline is None and child not in statuses:
            deadline = time.monotonic() + GRACE_SECONDS
            os.killpg(child, signal.SIGTERM)
    if deadline is None and not wait_until(lambda: not descendants(os.getpid()), SETTLE_SECONDS):
        for line in descendants(os.getpid()).values():
            print(f"# left running, and killed: {line[:200]}", flush=True)
    return 128 - statuses[child] if statuses[child] < 0 else statuses[child]


def main():
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP | {signal.SIGCHLD})
    parent, folder, *command = sys.argv[1:]
    os.makedirs(folder, mode=0o700, exist_ok=True)
    try:
        return supervise(int(parent), command, os.environ | {"TMPDIR": folder})
    except OSError as e:
        print(f"not ok 1 {e}\n1..1", flush=True)
        return 127
    finally:
        kill_all()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
