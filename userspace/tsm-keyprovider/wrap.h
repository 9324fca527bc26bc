/* SPDX-License-Identifier: GPL-2.0-only */
/* Wrapping a layer's key. */
#ifndef WRAP_H
#define WRAP_H

#include "packet.h"

/* Fills iv, made at random, and wrapped. */
enum status key_wrap(const uint8_t kek[KEK_SIZE], const struct bytes *plain, struct packet *packet);

/* Of a packet that was read: STATUS_WRONG_KEY if the packet was not wrapped with this key, as far as its type tells. */
enum status key_unwrap(const uint8_t kek[KEK_SIZE], const struct packet *packet, struct bytes *plain);

#endif
