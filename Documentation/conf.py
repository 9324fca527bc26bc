# SPDX-License-Identifier: GPL-2.0-only
"""How Sphinx builds these pages: `make docs`."""

project = "realm-tsm"
copyright = "The realm-tsm authors"
exclude_patterns = ["netlink"]
html_show_sphinx = False
html_copy_source = False
