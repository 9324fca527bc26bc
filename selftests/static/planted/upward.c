// SPDX-License-Identifier: GPL-2.0-only
/* Wrong on purpose: includes.py has to see an include that points up, and one with dots. */
#include "token/cbor.h"
#include "../../../userspace/libtsm/base/buf.h"
