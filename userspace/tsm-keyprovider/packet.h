/* SPDX-License-Identifier: GPL-2.0-only */
/* The annotation of an encrypted layer. */
#ifndef PACKET_H
#define PACKET_H

#include "keyprovider.h"

/*
 * What the annotation of an encrypted layer holds, Confidential Containers' annotation
 * packet: v1 {kid, wrapped_data, iv, wrap_type}; v2 has version, provider,
 * provider_settings and annotations besides.
 */

enum wrap_type {
	WRAP_A256GCM,	/* the tag behind the data, nothing else authenticated */
	WRAP_A256CTR,	/* not authenticated */
};

struct packet {
	char *kid;		/* the URI of the key that wraps */
	enum wrap_type type;
	struct bytes iv;
	struct bytes wrapped;
};

size_t wrap_iv_size(enum wrap_type type);
size_t wrap_tag_size(enum wrap_type type);
enum status wrap_type_read(const char *name, enum wrap_type *type);

enum status packet_read(const struct bytes *text, struct packet *packet);
enum status packet_write(const struct packet *packet, int v2, struct bytes *text);
void packet_free(struct packet *packet);

#endif
