# SPDX-License-Identifier: GPL-2.0-only
#
# What people do with this tree; `make help` prints the list.
#
# Use, on the machine that the programs are for:
#   make               the kernel module, for the running kernel (KDIR= for other headers)
#   make host          tsmctl and the libraries for this machine, and how to run them
#   make lib cli kbs   libtsm; tsmctl and tsm-keyprovider; libtsm-kbs
#   make install       what userspace/ has, below PREFIX (/usr/local), DESTDIR before it
#   make modules_install, dkms_install    the module; its source, for dkms(8)
#   make uninstall     all of the three
#
# Use, on any Debian 12 or 13 machine with root or sudo (sets up a cache first):
#   make realm         a shell in an emulated realm that has all of this in it
#   make demo          boot an emulated realm, take a token, check it
#   make demo-container  an encrypted container image, opened by a realm that may
#
# Build, there too:
#   make deb           Debian packages for amd64 and arm64, in build/deb
#   make docs          Documentation/ as HTML, in build/docs
#   make setup         only what the above begin with
#   make refresh       read the package index again, for newer kernels
#   make nl-regen      netlink code and uapi header anew, from the specification
#   make clean         remove what was built here
#   make clean-cache   remove the cache, too
#
# Test, there too:
#   make check         every test, but for those below
#   make check-quick   what tests the change in this tree, and one boot
#
# Long tests, there too:
#   make check-kernels every test of the module on every kernel with headers here
#   make check-debug   the same on a kernel with all its checkers, each allocation failing
#   make check-random  1,000,000 random requests of all kinds, on that kernel
#   make coverage      which lines ran: libraries by host tests, the module by check-debug
#   make check-failing-calls  each system call of tsmctl fails in turn, in a realm
#   make check-mutants break one promise after the other: which test says so?
#   make check-fuzz    fuzz all that reads input, 10 minutes each
#   make check-race    registers, log and tokens under writers that are killed
#   make check-memory  registers and log while memory is short
#   make check-install the packages, in a realm with Debian on a disk: 15 minutes
#   make bench         measure, as ratios to peers taken in the same run

O ?= $(CURDIR)/build
KDIR ?= /lib/modules/$(shell uname -r)/build
RELEASE = $(shell cat $(KDIR)/include/config/kernel.release 2>/dev/null)
MODULES = $(O)/kmod/$(RELEASE)
PREFIX ?= /usr/local
BEGAN := $(shell date +%s)
VERSION := $(shell sed -n 's/^VERSION := //p' userspace/build.mk)

# what $(1) puts into $$stage goes to its place, and is noted there under the name $(2)
put = @stage=$$(mktemp -d) && trap 'rm -rf "$$stage"' EXIT && { $(1); } && \
	scripts/installed put "$$stage" "$(DESTDIR)/" $(LISTS) $(2)
LISTS = $(PREFIX)/share/realm-tsm/installed
# of the system that runs, where that is what was installed into
on_system = @[ -n "$(DESTDIR)" ] || [ "$$(id -u)" != 0 ] || $(1)

modules:
	@scripts/can-build-module "$(KDIR)"
	@mkdir -p $(MODULES)
	$(MAKE) -C $(KDIR) O=$(KDIR) M=$(CURDIR) MO=$(MODULES) modules

lib:
	$(MAKE) -C userspace O=$(O) libtsm

host:
	@scripts/host $(O)

help:
	@sed -n '/^$$/q; s/^# \(.*:\)$$/\n\1/p; s/^#\(   *make\)/\1/p' Makefile

kbs:
	$(MAKE) -C userspace O=$(O) libtsm-kbs

cli:
	$(MAKE) -C userspace O=$(O) tsmctl tsm-keyprovider

install: lib kbs cli
	$(call put,$(MAKE) -s -C userspace O=$(O) PREFIX=$(PREFIX) DESTDIR="$$stage" install,userspace)
	$(call on_system,ldconfig)

modules_install: modules
	$(call put,$(MAKE) -s -C $(KDIR) O=$(KDIR) M=$(CURDIR) MO=$(MODULES) DEPMOD=true \
		CONFIG_MODULE_SIG_ALL= INSTALL_MOD_PATH="$$stage" modules_install,module-$(RELEASE))
	$(call on_system,depmod $(RELEASE))

DKMS_SOURCE = usr/src/realm-tsm-$(VERSION)

dkms_install:
	$(call put,mkdir -p "$$stage/$(DKMS_SOURCE)" && \
		cp -r --parents Kbuild kmod/*.[ch] uapi LICENSES "$$stage/$(DKMS_SOURCE)" && \
		sed 's/#MODULE_VERSION#/$(VERSION)/' kmod/dkms.conf >"$$stage/$(DKMS_SOURCE)/dkms.conf",dkms)

uninstall:
	@scripts/installed remove "$(DESTDIR)/" $(LISTS)
	$(call on_system,ldconfig)

demo: setup
	@scripts/enter scripts/demo $(BEGAN)

demo-container: setup
	@scripts/enter selftests/trips/container/demo.py

check: setup
	@scripts/enter selftests/check

check-quick: setup
	@scripts/enter selftests/check --quick

check-kernels: setup
	@scripts/enter selftests/check long-kernels

check-debug: setup
	@scripts/enter selftests/check long-debug long-debug-measure long-debug-late long-debug-beside long-debug-in-tree

coverage: setup
	@scripts/enter selftests/check coverage long-debug long-debug-measure long-debug-late long-debug-beside long-coverage

check-random: setup
	@scripts/enter selftests/check long-random

check-failing-calls: setup
	@scripts/enter selftests/check long-failing-calls

check-mutants: setup
	@scripts/enter selftests/check long-mutants

check-fuzz: setup
	@scripts/enter selftests/check long-fuzz

check-race: setup
	@scripts/enter selftests/check long-race long-race-beside

check-memory: setup
	@scripts/enter selftests/check long-memory

check-install: setup
	@disk=$$(scripts/enter --root selftests/packaging/debian_disk.py) && \
		scripts/enter selftests/packaging/check_install.py "$$disk"

bench: setup
	@scripts/enter selftests/bench/all.py

realm: setup
	@[ -t 0 ] || exec selftests/testbed/run; \
		selftests/testbed/run || case $$? in 118 | 119 | 12[45]) exit 1 ;; esac # else the shell's own

deb: setup
	@scripts/enter scripts/deb

docs: setup
	@scripts/enter sphinx-build -W --keep-going -q -b html -d build/docs/.doctrees Documentation build/docs
	@echo "build/docs/index.html"

nl-regen: setup
	@scripts/enter scripts/nl-regen

setup:
	@scripts/setup

refresh:
	@scripts/setup --refresh

clean:
	rm -rf $(O)

clean-cache: clean
	@scripts/setup --remove

.PHONY: modules host help lib kbs cli install modules_install dkms_install uninstall demo demo-container check check-quick check-kernels check-debug check-random check-failing-calls coverage check-mutants check-race check-memory check-fuzz check-install bench realm deb docs setup nl-regen refresh clean clean-cache
