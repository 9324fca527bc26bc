/* SPDX-License-Identifier: GPL-2.0-only */
/* An end by a signal that leaves nothing behind. */
#ifndef TSMCTL_SIGNALS_H
#define TSMCTL_SIGNALS_H

/*
 * From here on, what would end us ends calls of the libraries, with EINTR, so that
 * they leave nothing behind; signals_obey() then gives the signal what it came for.
 */
void signals_catch(void);
void signals_obey(void);

/* Has one come? Of the type that libtsm-kbs wants for a cancellation. */
int signals_came(void *unused);

#endif
