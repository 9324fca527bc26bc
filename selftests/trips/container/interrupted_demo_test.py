# SPDX-License-Identifier: GPL-2.0-only
"""An interrupted run of the container demo leaves no realm, server or folder behind."""

import os
import pathlib
import secrets
import signal
import subprocess
import sys
import tempfile
import unittest

TOP = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "selftests/harness"))

import leftovers


class Interrupted(unittest.TestCase):
    def test_while_its_realm_boots(self):
        with tempfile.TemporaryDirectory() as folder:
            place = pathlib.Path(folder)
            (place / "suites").write_text("interrupted-demo selftests/trips/container/demo.py\n")
            (place / "tmp").mkdir()
            mark = secrets.token_hex(8)
            process = subprocess.Popen(
                [TOP / "selftests/check", "--suites", place / "suites"], start_new_session=True,
                env=os.environ | {"CHECK_MARK": mark, "TMPDIR": str(place / "tmp")},
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                leftovers.wait_for(f"CHECK_MARK={mark}", "qemu-system-aarch64 ", 600)
            finally:
                os.killpg(process.pid, signal.SIGINT)
            self.assertEqual(process.wait(60), 128 + signal.SIGINT)
            self.assertEqual(leftovers.after(f"CHECK_MARK={mark}", 20), {})
            self.assertEqual(list((place / "tmp").iterdir()), [])
