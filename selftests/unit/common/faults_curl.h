/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FAULTS_CURL_H
#define FAULTS_CURL_H

#include <stdbool.h>

/* Before libcurl is used, once: its own allocations are a library's of faults.h. */
bool faults_curl_begin(void);

#endif
