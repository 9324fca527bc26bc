# SPDX-License-Identifier: GPL-2.0-only
#
# What fakehttp.c makes up: link with it, without http.c and pin.c of libtsm-kbs, with
# selftests/unit/common/faults.c, and with $(FAKEHTTP_LINK).

FAKEHTTP_LINK := -Wl,--wrap=EVP_PKEY_Q_keygen
FAKEHTTP_KBS := $(filter-out http.c pin.c base/opts.c,$(LIBTSM_KBS_SOURCES))
