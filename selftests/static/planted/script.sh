#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Wrong on purpose: shellcheck has to see it, and that it is told not to.
rm -r $1
# shellcheck disable=SC2086
