/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FAULTS_CURL_H
#define FAULTS_CURL_H

#include <stdbool.h>

/* Failures of libcurl's own allocations; before it is used, once: faults_curl_begin(). */
bool faults_curl_begin(void);

/* Number @n from here on fails, from 1; 0: none does. */
void faults_curl_at(unsigned int n);

/* No more; returns whether one was made to fail. */
bool faults_curl_end(void);

#endif
