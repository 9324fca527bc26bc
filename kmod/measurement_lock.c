// SPDX-License-Identifier: GPL-2.0-only
/* The lock that keeps registers and log in agreement; below all who take it. */
#include "measurement_lock.h"

DECLARE_RWSEM(measurement_lock);
