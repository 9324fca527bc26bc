/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The report directory in configfs that a transaction has for itself. */
#ifndef LIBTSM_PLACE_H
#define LIBTSM_PLACE_H

#include "base/ctx.h"

#define PLACE_PREFIX	"libtsm-"
#define PLACE_RANDOM	16	/* bytes, in hex behind the prefix */
#define PLACE_NAME_SIZE	(sizeof(PLACE_PREFIX) + 2 * PLACE_RANDOM)

/* Where a transaction happens: a report directory, locked. */
struct place {
	int reports;		/* directory of @own; -1 if a path was given */
	int dir;
	int lock;
	char own[PLACE_NAME_SIZE]; /* to be removed at the end; "" if it was given */
	const char *shown;	/* name for error texts */
};

/*
 * A private directory, or the one that @given names. -EBUSY: worth another try.
 * place_close() is due also after a failure.
 */
int place_open(struct tsm_ctx *ctx, const char *given, struct place *place);
void place_close(struct place *place);

/*
 * A name for a private directory that nobody can guess; and the removal, in @parent,
 * of those whose owners were killed: of the file @lock there, which only users may
 * open for writing, every owner holds the lock. -EINTR: a signal.
 */
int place_make_name(char name[PLACE_NAME_SIZE]);
void place_sweep(struct tsm_ctx *ctx, int parent, const char *lock);

/* The directory that holds all report directories. */
int place_open_all(struct tsm_ctx *ctx);

/* Error text for the kernel's word that nobody provides reports any more. */
int place_no_provider(struct tsm_ctx *ctx);

#endif
