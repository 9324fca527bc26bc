# SPDX-License-Identifier: GPL-2.0-only
#
# The tests as kselftest builds, installs and runs them, outside a kernel tree:
#
#   make -f selftests/kselftest/tsm/kselftest.mk KSELFTEST=DIR KDIR=DIR [O=DIR] [PROGRAMS=DIR] [CROSS_COMPILE=PREFIX] \
#	[TESTS="NAME..."] [RESULT=DIR]
#
# KSELFTEST: tools/testing/selftests of a kernel's source, KDIR: the headers of
# the kernel to test. RESULT, by default O/kselftest, gets run_kselftest.sh, its list, tsm/.
# TESTS: programs to build and install, by default all.
# PROGRAMS: where the programs are compiled. They use none of KDIR, so that several
# kernels may share this folder; only the module in raw_rsi is built for each.
#
# What kselftest needs of a kernel tree is put together from symbolic links, with
# this folder in its place: nothing is copied, and nothing written here.
#
# In the guest the result may lie anywhere, and is run by root:
#   ./run_kselftest.sh [-t tsm:NAME]
# It needs sh, basename, cat, cut, dirname, grep, head, sed, sort, tr, uniq and wc,
# as busybox has them; debugfs and configfs mounted; a provider of reports loaded.
# busybox's timeout must not be found as /usr/bin/timeout (it has no --foreground):
# without one, the harness's own limit of 30 s for each test remains.

SRC := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
O ?= $(abspath $(SRC)/../../../build)
OUT := $(abspath $(O))
PROGRAMS ?= $(OUT)/kselftest-programs
RESULT ?= $(OUT)/kselftest

KSELFTEST ?= $(error KSELFTEST=DIR is missing: tools/testing/selftests of a kernel's source)
KDIR ?= $(error KDIR=DIR is missing: the headers of the kernel to test)

TREE := $(OUT)/kselftest-tree
SELFTESTS := $(TREE)/tools/testing/selftests
CORE := Makefile lib.mk run_kselftest.sh kselftest kselftest.h kselftest_harness.h

install:
	@mkdir -p $(SELFTESTS) $(TREE)/scripts $(TREE)/usr
	@find $(TREE) -xtype l -delete	# of files that have another name now
	@cp -rsf $(realpath $(KSELFTEST)/../../../scripts/subarch.include) $(TREE)/scripts
	@cp -rsf $(addprefix $(realpath $(KSELFTEST))/,$(CORE)) $(SELFTESTS)
	@cp -rsfT $(SRC) $(SELFTESTS)/tsm
	@cp -rsfT $(abspath $(SRC)/../../../uapi) $(TREE)/usr/include
	@mkdir -p $(TREE)/Documentation/netlink
	@cp -rsfT $(abspath $(SRC)/../../../Documentation/netlink/specs) $(TREE)/Documentation/netlink/specs
	@find $(TREE) -xtype l -delete
	@rm -rf $(RESULT)
	@mkdir -p $(PROGRAMS)
	@$(MAKE) -C $(SELFTESTS) TARGETS=tsm FORCE_TARGETS=1 O=$(abspath $(PROGRAMS)) \
		KHDR_INCLUDES="-isystem $(TREE)/usr/include" \
		KDIR=$(realpath $(KDIR)) KSFT_INSTALL_PATH=$(abspath $(RESULT)) install

clean:
	rm -rf $(TREE) $(PROGRAMS) $(RESULT)

.PHONY: install clean
