# SPDX-License-Identifier: GPL-2.0-only
"""Does anything of an interrupted run stay: a process, or a temporary folder?"""

import concurrent.futures
import os
import pathlib
import secrets
import signal
import subprocess
import tempfile
import time
import unittest

import leftovers

CHECK = pathlib.Path(__file__).resolve().parent.with_name("check")
MOMENTS = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0, 1.5, 2.0]
TOGETHER = 8    # they mostly wait

# Suites that end, that serve, that heed no signal, that leave their parent and session behind.
SUITES = """
polite sh -c "mktemp -d; trap 'exit 3' TERM; echo 1..1; while :; do sleep 0.05; done"
stubborn sh -c "trap '' TERM INT HUP; mktemp -d; while :; do sleep 0.05; done"
server python3 -m http.server --bind 127.0.0.1 0
daemon sh -c "(setsid sh -c 'trap \\"\\" TERM; sleep 1000 & sleep 1000' & ); sleep 1000"
forks sh -c "while :; do (setsid sleep 1000 &); sleep 0.05; done"
short sh -c "(setsid sleep 1000 &); echo ok 1 short; echo 1..1"
@1 polite
@2 stubborn
@3 server
@4 daemon
@5 forks
@6 short
"""


class Interrupt(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.table = self.folder / "suites"
        lines = []
        for line in SUITES.strip().splitlines():
            name, _, command = line.partition(" ")
            if command.startswith("sh "):      # the table has no quotes
                (self.folder / name).write_text(f"eval {command.removeprefix('sh -c ')}\n")
                line = f"{name} sh {self.folder / name}"
            lines.append(line)
        self.table.write_text("\n".join(lines))

    def interrupted(self, number, moment):
        """What is left of a run that this signal has met after so many seconds."""
        place = self.folder / secrets.token_hex(4)
        (place / "tmp").mkdir(parents=True)
        mark = f"CHECK_MARK={place.name}"
        (place / "Makefile").write_text(f"check:\n\t@{CHECK} --jobs 6 --suites {self.table}\n")
        process = subprocess.Popen(
            ["make", "-s", "-f", place / "Makefile"], start_new_session=True, cwd=place,
            env=os.environ | {"CHECK_MARK": place.name, "TMPDIR": str(place / "tmp"), "O": str(place),
                              "XDG_CACHE_HOME": str(place)},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        leftovers.wait_for(mark, "supervise.py", 60)
        time.sleep(moment)
        if number == signal.SIGINT:     # as a terminal does it: to the whole group
            os.killpg(process.pid, number)
        else:
            for pid, line in leftovers.processes(mark).items():
                if line.startswith(f"/usr/bin/python3 {CHECK} "):
                    os.kill(pid, number)
        status = process.wait(60)
        left = leftovers.after(mark, 20)
        for pid in left:        # of this test, by its mark: it cleans up after a run that did not
            os.kill(pid, signal.SIGKILL)
        return left, list((place / "tmp").iterdir()), status

    def each_moment(self, number):
        with concurrent.futures.ThreadPoolExecutor(TOGETHER) as pool:
            for moment, (left, folders, status) in zip(MOMENTS, pool.map(
                    lambda moment: self.interrupted(number, moment), MOMENTS)):
                with self.subTest(moment=moment):
                    self.assertEqual(left, {})
                    self.assertEqual(folders, [])
                    self.assertNotEqual(status, 0)

    def test_interrupt_of_the_group(self):
        self.each_moment(signal.SIGINT)

    def test_terminate(self):
        self.each_moment(signal.SIGTERM)

    def test_hang_up(self):
        self.each_moment(signal.SIGHUP)

    def test_kill(self):
        self.each_moment(signal.SIGKILL)
