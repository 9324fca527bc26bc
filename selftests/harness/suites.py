# SPDX-License-Identifier: GPL-2.0-only
"""Which suites are there, and what does selftests/suites say of them?"""


class Suite:
    def __init__(self, name, command, groups=()):
        self.name, self.command, self.groups = name, command, set(groups)
        self.after = set()          # names of suites that build what it uses
        self.has_names = False      # its tests can be named
        self.tests = ()             # those wanted; none: all


def read(text):
    """(suites by name, {path: names of suites that test it}) of a text like selftests/suites."""
    lines = [line.split() for line in text.splitlines() if line.strip() and line[0] != "#"]
    suites = {name: Suite(name, command) for name, *command in lines
              if name[0] not in "@/" and name[-1] != ":"}
    paths = {}
    for first, *names in lines:
        if first[0] == "@":
            for name in names:
                suites[name].groups.add(first)
        elif first == "/TEST":
            for name in names:
                suites[name].has_names = True
        elif first == "/AFTER":
            builder, *users = names
            for name in users:
                suites[name].after.add(suites[builder].name)
        elif first[-1] == ":":
            paths[first[:-1]] = names
    return suites, paths
