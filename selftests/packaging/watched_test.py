# SPDX-License-Identifier: GPL-2.0-only
"""A long command shows life, and is ended only where it does not get on."""

import subprocess
import tempfile
import unittest

import watched


class Watched(unittest.TestCase):
    def lines(self, script, **options):
        self.beats = []
        with tempfile.NamedTemporaryFile() as disk:
            return list(watched.lines(["sh", "-c", script, "sh", disk.name], disk.name, self.beats.append, **options))

    def test_shows_life(self):
        self.assertEqual(self.lines("echo a; sleep 1; echo b", quiet=5, each=0.2), ["a\n", "b\n"])
        self.assertGreater(len(self.beats), 1)

    def test_slow_by_lines_or_by_the_disk_is_not_stuck(self):
        self.assertEqual(self.lines("for i in 1 2 3 4; do sleep 0.7; echo $i; done", quiet=2, each=0.2),
                         ["1\n", "2\n", "3\n", "4\n"])
        self.assertEqual(self.lines("for i in 1 2 3 4; do sleep 0.7; echo >>$1; done", quiet=2, each=0.2), [])

    def test_stuck_is_ended(self):
        with self.assertRaises(watched.Stuck):
            self.lines("echo a; exec sleep 60", quiet=1, each=0.2)

    def test_failure_is_told(self):
        with self.assertRaises(subprocess.CalledProcessError):
            self.lines("exit 3")


if __name__ == "__main__":
    unittest.main()
