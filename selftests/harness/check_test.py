# SPDX-License-Identifier: GPL-2.0-only
"""selftests/check: what it counts, in which order it runs, and what it says of it."""

import importlib.machinery
import importlib.util
import io
import pathlib
import subprocess
import sys
import tempfile
import threading
import time
import types
import unittest

LOADER = importlib.machinery.SourceFileLoader(
    "check", str(pathlib.Path(__file__).parent.with_name("check")))
check = importlib.util.module_from_spec(importlib.util.spec_from_loader("check", LOADER))
LOADER.exec_module(check)

import progress
import quick
import schedule
import selection
import times
from explain import explain
from suites import Suite, read as suites_of
from tally import Tally


def count(*lines):
    tally = Tally()
    for line in lines:
        tally.line(line + "\n")
    tally.end()
    return tally.passed, tally.failed, tally.skipped


class Counts(unittest.TestCase):
    def test_plan_before_and_after(self):
        self.assertEqual(count("1..2", "ok 1 a", "not ok 2 b"), (1, 1, 0))
        self.assertEqual(count("ok 1 a", "ok 2 b", "1..2"), (2, 0, 0))

    def test_streams_one_after_another(self):
        self.assertEqual(count("1..1", "ok 1 a", "1..2", "ok 1 b", "ok 2 c"), (3, 0, 0))
        self.assertEqual(count("1..1", "ok 1 a", "ok 1 b", "1..1", "1..1", "ok 1 c"), (3, 0, 0))

    def test_innermost_results(self):
        self.assertEqual(count("1..1", "# 1..2", "# ok 1 a", "# ok 2 b", "ok 1 all"), (2, 0, 0))

    def test_skipped(self):
        self.assertEqual(count("1..2", "ok 1 a # SKIP no kernel", "ok 2 b"), (1, 0, 1))
        self.assertEqual(count("1..0 # SKIP no such folder"), (0, 0, 1))

    def test_result_is_missing(self):
        self.assertEqual(count("1..3", "ok 1 a", "ok 2 b"), (2, 1, 0))
        self.assertEqual(count("1..2", "ok 1 a", "1..1", "ok 1 b"), (2, 1, 0))
        self.assertEqual(count("1..1", "# 1..2", "# ok 1 a", "ok 1 all"), (1, 1, 0))
        self.assertEqual(count("1..1"), (0, 1, 0))

    def test_plan_is_missing(self):
        self.assertEqual(count("ok 1 a"), (1, 1, 0))
        self.assertEqual(count("1..1", "ok 1 a", "ok 2 b"), (2, 1, 0))

    def test_fails_outside_of_its_inner_results(self):
        self.assertEqual(count("1..1", "# 1..1", "# ok 1 a", "not ok 1 all"), (1, 1, 0))


class SideBySide(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder, logs = folder.name, check.LOGS
        check.LOGS = pathlib.Path(folder.name)
        self.addCleanup(setattr, check, "LOGS", logs)

    def run_all(self, *suites, jobs=3):
        self.run = check.Run([Suite(name, ["sh", "-euc", f"cd {self.folder}\n{script}\necho 1..1\necho ok 1 {name}"], groups)
                              for name, script, groups in suites])
        said = io.StringIO()
        total = self.run.all(jobs, out=said)
        return (total.passed, total.failed), [s.split(":")[0] for s in said.getvalue().splitlines()
                                              if s.startswith(("ok   ", "FAIL "))]

    def test_different_groups(self):
        meet = "touch {0}; for i in $(seq 300); do [ -e {1} ] && break; sleep 0.1; done; [ -e {1} ]"
        self.assertEqual(self.run_all(("a", meet.format("a", "b"), ["@1"]), ("b", meet.format("b", "a"), ["@2"])),
                         ((2, 0), ["ok   a", "ok   b"]))

    def test_one_group(self):
        alone = "mkdir busy; sleep 0.2; rmdir busy"
        suites = [("a", alone, ["@1", "@2"]), ("b", alone, ["@2"]), ("c", alone, ["@2", "@3"]), ("d", alone, ["@1", "@2"])]
        self.assertEqual(self.run_all(*suites), ((4, 0), ["ok   a", "ok   b", "ok   c", "ok   d"]))

    def test_shown_in_order(self):
        suites = [("a", "sleep 0.3", ["@1"]), ("b", "", ["@2"]), ("c", "exit 3", ["@3"])]
        self.assertEqual(self.run_all(*suites), ((2, 1), ["ok   a", "ok   b", "FAIL c"]))
        self.assertEqual(self.run_all(*suites, jobs=1), ((2, 1), ["ok   a", "ok   b", "FAIL c"]))

    def test_what_is_left_running_is_a_failure(self):
        self.assertEqual(self.run_all(("a", "(setsid sleep 300 &)", [])), ((1, 1), ["ok   a", "FAIL a"]))

    def test_others_names_are_no_text(self):
        """Of processes that have nothing to do with this: any bytes."""
        script = ("import ctypes, time; ctypes.CDLL(None).prctl(15, b'\\xe6\\x97'); print(flush=True); "
                  "time.sleep(300)")
        with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as other:
            try:
                other.stdout.readline()
                self.assertEqual(self.run_all(("a", "(setsid sleep 300 &)", [])), ((1, 1), ["ok   a", "FAIL a"]))
            finally:
                other.kill()

    def test_half_a_boot_is_none(self):
        self.assertEqual(self.run_all(("a", "echo '{\"build\": 1' >>$REALM_TIMES", [])), ((1, 0), ["ok   a"]))
        self.assertEqual(self.run.times["a"]["boots"], 0)

    def test_whatever_goes_wrong_the_others_go_on(self):
        self.addCleanup(setattr, check.times, "of", check.times.of)
        check.times.of = None
        self.assertEqual(self.run_all(("a", "", []), ("b", "", [])),
                         ((2, 2), ["ok   a", "FAIL a", "ok   b", "FAIL b"]))

    def test_cannot_be_run(self):
        total = check.Run([Suite("a", ["/nothing/here"])]).all(1, out=io.StringIO())
        self.assertEqual((total.passed, total.failed), (0, 1))

    def test_every_suite_of_a_group_is_there(self):
        suites, _ = suites_of("a cmd x\n# no\n@1 a b\n/AFTER b a\n\nb cmd\n@2 b\n")
        self.assertEqual((suites["a"].after, suites["b"].after), ({"b"}, set()))
        self.assertEqual({n: (s.command, s.groups) for n, s in suites.items()},
                         {"a": (["cmd", "x"], {"@1"}), "b": (["cmd"], {"@1", "@2"})})
        with self.assertRaises(KeyError):
            suites_of("a cmd\n@1 b\n")


class Named(unittest.TestCase):
    """SUITE/TEST, of suites that print their names for ONLY=?."""

    def chosen(self, *words):
        script = 'if [ "$ONLY" = "?" ]; then printf "A.one\\nA.two\\nB.one\\n"; else exit 3; fi'
        suites, _ = suites_of("a x\nb x\n/TEST a\n")
        suites["a"].command = ["sh", "-c", script]
        return [(s.name, s.tests) for s in selection.choose(words, suites)]

    def test_one_and_a_class(self):
        self.assertEqual(self.chosen("a/B.one"), [("a", ("B.one",))])
        self.assertEqual(self.chosen("b", "a/A"), [("b", ()), ("a", ("A.one", "A.two"))])

    def test_more_of_one_suite(self):
        self.assertEqual(self.chosen("a/A.two", "a/B.one", "a/A"), [("a", ("A.two", "B.one", "A.one"))])

    def test_the_suite_and_one_of_its_tests_is_the_suite(self):
        self.assertEqual(self.chosen("a/A.two", "a"), [("a", ())])

    def test_unknown_says_what_there_is(self):
        for word, said in (("c", "no suite c; there are: a b"), ("a/A.on", "no test A.on in a; there are: A.one A.two B.one"),
                           ("b/x", "cannot be named")):
            with self.subTest(word), self.assertRaisesRegex(selection.Unknown, said):
                self.chosen(word)


class Order(unittest.TestCase):
    """What runs next, by what it took the last time."""

    def order(self, seconds, *suites, after=""):
        order = []
        suites = [Suite(name, [], groups) for name, groups in suites]
        for suite in suites:
            suite.after = set(after) - {suite.name}
        pool = schedule.Pool(suites, lambda suite: order.append(suite.name), seconds)
        pool.start()
        pool.join(10)
        return "".join(order)

    def test_groups_with_most_to_do_and_of_them_the_longest(self):
        suites = ("a", ["@1"]), ("b", ["@2"]), ("c", ["@2"]), ("d", ["@1"])
        self.assertEqual(self.order({"a": 1, "b": 2, "c": 3, "d": 9}, *suites), "dcba")
        self.assertEqual(self.order({"a": 1, "b": 8, "c": 9, "d": 9}, *suites), "cdba")

    def test_nothing_known_is_the_suites_order(self):
        self.assertEqual(self.order(None, ("a", ["@1"]), ("b", ["@1"]), ("c", ["@1"])), "abc")

    def test_what_builds_for_others_comes_before_them(self):
        suites = ("a", []), ("b", []), ("c", ["@1"])
        self.assertEqual(self.order({"a": 9, "b": 5, "c": 1}, *suites, after="c"), "cab")

    def test_without_what_builds_for_them_they_are_a_group(self):
        suites = [Suite(name, []) for name in "ab"]
        for suite in suites:
            suite.after = {"builder"}
        pool = schedule.Pool(suites, None, jobs=2)
        pool.running = {suites[0]: 0}
        self.assertFalse(pool.may_run(suites[1]))
        pool = schedule.Pool([*suites, Suite("builder", [])], None, jobs=2)
        pool.waiting, pool.running = [], {suites[0]: 0}
        self.assertTrue(pool.may_run(suites[1]))

    def test_in_no_group_is_the_longest_first(self):
        self.assertEqual(self.order({"a": 1, "b": 9}, ("a", []), ("b", [])), "ba")

    def test_one_that_waits_takes_no_place(self):
        most, running, lock = {False: 0, True: 0}, [], threading.Lock()

        def run(suite):
            with lock:
                running.append(suite)
                for waits in most:
                    now = sum((schedule.WAITING in s.groups) == waits for s in running)
                    most[waits] = max(most[waits], now)
            time.sleep(0.05)
            with lock:
                running.remove(suite)
        suites = [Suite(f"{n}", [], [schedule.WAITING] if n % 2 else []) for n in range(12)]
        pool = schedule.Pool(suites, run, jobs=2)
        pool.start()
        pool.join(10)
        self.assertEqual(most, {False: 2, True: 1})


class Progress(unittest.TestCase):
    def said(self, terminal=None):
        out = io.StringIO()
        with progress.Screen(lambda: "3 done", out, terminal, each=0.1) as screen:
            screen.say("ok   a: b")
            time.sleep(0.35)
        return out.getvalue()

    def test_pipe_shows_life(self):
        lines = self.said().splitlines()
        self.assertEqual(lines[0], "ok   a: b")
        self.assertIn(len(lines), (3, 4, 5))
        self.assertEqual(set(lines[1:]), {".. 3 done"})

    def test_terminal_has_a_line_that_goes(self):
        terminal = io.StringIO()
        self.assertEqual(self.said(terminal), "ok   a: b\n")
        self.assertIn("\r\x1b[K.. 3 done", terminal.getvalue())
        self.assertTrue(terminal.getvalue().endswith("\r\x1b[K"))


USED = types.SimpleNamespace(ru_utime=1, ru_stime=2)


class Times(unittest.TestCase):
    def test_boots_are_summed_and_the_slowest_comes_first(self):
        with tempfile.TemporaryDirectory() as folder:
            boots = pathlib.Path(folder) / "boots"
            none = times.of(90.04, USED, boots)
            boots.write_text('{"build": 1, "boot": 2.5, "realm": 3, "exit": 0.1, "processor": 4}\n' * 2)
            two = times.of(100, USED, boots)
            kept = pathlib.Path(folder) / "times.json"
            times.add(kept, {"a": none, "b": none})
            times.add(kept, {"b": two})
            self.assertEqual(times.read(kept), {"a": none, "b": two})
        self.assertEqual(none, {"seconds": 90.0, "processor": 3.0, "boots": 0, "qemu": 0, "build": 0, "boot": 0,
                                "realm": 0, "exit": 0})
        self.assertEqual((two["boots"], two["boot"], two["qemu"], two["processor"]), (2, 5, 8, 3.0))
        table = list(times.table({"a": none, "b": two}))
        self.assertEqual([line.split()[0] for line in table[1:]], ["b", "a"])
        self.assertEqual(len(list(times.table({"a": none, "b": two}, 1))), 2)

    def test_what_cannot_be_read_counts_as_nothing(self):
        with tempfile.NamedTemporaryFile("w") as file:
            file.write("{half of a fi")
            file.flush()
            self.assertEqual(times.read(pathlib.Path(file.name)), {})


class Failure(unittest.TestCase):
    def test_words_of_a_compiler_before_the_end_are_shown(self):
        log = ["a.c:1:2: error: expected", "make: *** [Makefile:1: a.o] Error 1", *["ok 1 a"] * 50]
        self.assertEqual(explain("\n".join(log)), [*log[:2], "...", *["ok 1 a"] * 40])
        self.assertEqual(explain("\n".join(log[:9])), log[:9])


class Quick(unittest.TestCase):
    def test_what_a_path_is_tested_by(self):
        _, paths = suites_of("a x\nlib: a\nlib/one: b/t\nfile: c\n")
        for files, found in (([], []), (["lib/x"], ["a"]), (["lib/one/x", "file"], ["a", "b/t", "c"]), (["library/x", "file.c"], [])):
            with self.subTest(files=files):
                self.assertEqual(quick.words(files, paths)[len(quick.ALWAYS):], found)

    def test_paths_and_suites_of_the_table_are_there(self):
        suites, paths = suites_of((check.TOP / "selftests/suites").read_text())
        self.assertEqual([p for p in paths if not (check.TOP / p).exists()], [])
        words = {word for names in paths.values() for word in names}
        self.assertEqual([s.name for s in selection.choose(words, suites) if s.name not in suites], [])
