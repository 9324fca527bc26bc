# SPDX-License-Identifier: GPL-2.0-only
"""How is a suite's command started, and how is it ended with all that it has started?

supervise.py stands between: it lives as long as the command or this process does,
whichever ends first, and kills what is left. That is for a SIGKILL of this process,
too. Suites are in sessions of their own: what a terminal sends comes here only.
"""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

import supervise

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
STOP_SECONDS = supervise.GRACE_SECONDS + supervise.KILL_SECONDS + 2


class Stopped(Exception):
    """Nothing is started any more."""


class Processes:
    def __init__(self):
        self.running, self.stopping = set(), False
        self.lock = threading.Lock()
        # what an unlucky supervisor leaves comes here
        supervise.prctl(supervise.PR_SET_CHILD_SUBREAPER, 1)

    def run(self, name, command, environment, line):
        """Calls line() with each line of output; the command's status, and what it used."""
        folder = f"{tempfile.gettempdir()}/check-{os.getpid()}-{name}"
        with self.lock:
            if self.stopping:
                raise Stopped
            process = subprocess.Popen(
                [sys.executable, supervise.__file__, str(os.getpid()), folder, *command], cwd=TOP,
                env=os.environ | environment, start_new_session=True, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
            self.running.add(process.pid)
        with process.stdout:
            for text in process.stdout:
                line(text)
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        with self.lock:     # until it is reaped, its number is nobody else's
            self.running.remove(process.pid)
            _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        shutil.rmtree(folder, ignore_errors=True)
        return process.returncode, usage

    def stop(self):
        with self.lock:
            self.stopping = True
            for pid in self.running:
                os.kill(pid, signal.SIGTERM)
