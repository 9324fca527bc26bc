# SPDX-License-Identifier: GPL-2.0-only
"""What of a suite's log says why it failed? Its end, and what a compiler said before."""

import re

LAST_LINES = 40
MOST_WORDS = 20
# gcc's and clang's, the linker's, make's
WORDS = re.compile(r"error: |undefined reference to|ld: cannot find|\*\*\* .*(Error \d|No rule to make)")


def explain(log):
    """Lines, of which those of the end come last."""
    lines = log.splitlines()
    before, end = lines[:-LAST_LINES], lines[-LAST_LINES:]
    words = list(dict.fromkeys(line for line in before if WORDS.search(line)))[:MOST_WORDS]
    return [*words, *(["..."] if words else []), *end]
