# SPDX-License-Identifier: GPL-2.0-only
#
# In a realm, or wherever the module is to be built for the running kernel:
#   make               the kernel module (KDIR= for other headers)
#   make lib cli       libtsm and tsmctl (needs libcbor-dev, libjansson-dev, pkgconf)
#
# On any Debian 12 or 13 machine, root or sudo; everything that is needed is
# set up in a cache outside this tree:
#   make demo          boot an emulated realm and show the main job
#   make check         run every test
#   make bench         measure, as ratios to peers taken in the same run
#   make realm         an interactive shell in the emulated realm
#   make setup         only what the above begin with
#   make refresh       read the package index again, for newer kernels
#   make clean         remove what was built here
#   make clean-cache   remove the cache, too

O ?= $(CURDIR)/build
KDIR ?= /lib/modules/$(shell uname -r)/build
MODULES = $(O)/kmod/$(shell cat $(KDIR)/include/config/kernel.release 2>/dev/null)

modules:
	@test -e $(KDIR)/Makefile || { echo "error: no kernel headers in $(KDIR):" \
		"install linux-headers-$$(uname -r), or name them with KDIR=" >&2; exit 1; }
	@mkdir -p $(MODULES)
	$(MAKE) -C $(KDIR) O=$(KDIR) M=$(CURDIR) MO=$(MODULES) modules

lib:
	$(MAKE) -C userspace O=$(O) libtsm

cli:
	$(MAKE) -C userspace O=$(O) tsmctl

demo: setup
	@scripts/enter scripts/demo

check: setup
	@scripts/enter selftests/check

bench: setup
	@scripts/enter selftests/bench/run

realm: setup
	@selftests/realm/run

setup:
	@scripts/setup

refresh:
	@scripts/setup --refresh

clean:
	rm -rf $(O)

clean-cache: clean
	@scripts/setup --remove

.PHONY: modules lib cli demo check bench realm setup refresh clean clean-cache
