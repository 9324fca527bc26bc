/* SPDX-License-Identifier: GPL-2.0-only */
/* The key that wraps layers' keys. */
#ifndef KEK_H
#define KEK_H

#include <tsm/kbs.h>

#include "keyprovider.h"

/* The key that wraps, from the KBS at @url. STATUS_NO_KEY, with the KBS's words, if not. */
enum status kek_from_kbs(const char *url, const struct tsm_kbs_opts *opts, const char *kid,
			 uint8_t kek[KEK_SIZE]);

enum status kek_from_file(const char *name, uint8_t kek[KEK_SIZE]);

#endif
