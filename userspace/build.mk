# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What the userspace parts and their tests have in common. To be given where
# wanted: O (where to build), CC, CFLAGS, LDFLAGS, PKG_CONFIG.

TOP := $(abspath $(dir $(lastword $(MAKEFILE_LIST)))..)
O ?= $(TOP)/build
override O := $(abspath $(O))

VERSION := 1.0.0

# What libtsm is made of, for itself and for its tests. Each folder may include itself
# and those above it; guest/ knows nothing of tokens, appraisal/ nothing of this realm.
LIBTSM_SOURCES := $(addprefix base/,ctx.c err.c opts.c buf.c digest.c crypto.c) \
	$(addprefix log/,record.c eventlog.c replay.c) \
	$(addprefix token/,cbor.c cose.c claims.c rules.c token.c) \
	$(addprefix guest/,kfile.c nl.c device.c realm.c place.c report.c report_failed.c \
		configfs.c netlink.c measurement.c event.c monitor.c) \
	$(addprefix appraisal/,store.c key.c anchors.c refvalues.c signature.c verdict.c \
		policy.c steps.c verify.c)
# its private headers are named with their folder
LIBTSM_CPPFLAGS := -iquote $(TOP)/userspace/libtsm
LIBTSM_HEADERS := tsm.h realm.h report.h measurement.h monitor.h token.h eventlog.h verify.h
LIBTSM_PACKAGES := libcbor libcrypto jansson libnl-genl-3.0

LIBTSM_KBS_SOURCES := kbs.c rcar.c evidence.c evidence_log.c jwe.c teekey.c uri.c answer.c http.c pin.c \
	retry.c jcs.c parse.c secret.c fail.c base/opts.c
LIBTSM_KBS_HEADERS := kbs.h
LIBTSM_KBS_PACKAGES := libcurl jose jansson libcrypto

ifeq ($(origin CC),default)
CC := gcc
endif
MACHINE := $(shell $(CC) -dumpmachine)

# the target's own pkg-config, or, for a cross-compiler, that target's folder
ifndef PKG_CONFIG
ifneq ($(shell command -v $(MACHINE)-pkg-config),)
PKG_CONFIG := $(MACHINE)-pkg-config
else ifneq ($(wildcard /usr/lib/$(MACHINE)/pkgconfig),)
PKG_CONFIG := env PKG_CONFIG_LIBDIR=/usr/lib/$(MACHINE)/pkgconfig pkg-config
else
PKG_CONFIG := pkg-config
endif
endif
CFLAGS ?= -O2 -g

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wold-style-definition -Wpointer-arith -Wwrite-strings -Wcast-qual -Wvla -Wundef \
	-Wformat=2 -Wno-missing-field-initializers

# flags of every C file; the caller's CFLAGS come last and win
TSM_CFLAGS = -std=gnu11 -D_GNU_SOURCE $(WARNINGS) -I$(TOP)/userspace/include -I$(TOP)/uapi \
	-MMD -MP

# $(call pkg,--cflags,NAMES): asked once, and an absent library stops here
pkg = $(or $(shell $(PKG_CONFIG) $(1) $(2)),$(if $(filter 0,$(.SHELLSTATUS)),,$(error \
	$(PKG_CONFIG) does not find: $(2))))

# commands are shown with V=1
quiet = $(if $(V),,@printf '  %-7s %s\n' $(1) $(@:$(O)/%=%);)

PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
BINDIR ?= $(PREFIX)/bin

INSTALL ?= install

.DELETE_ON_ERROR:
