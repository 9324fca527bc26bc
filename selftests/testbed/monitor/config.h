/* SPDX-License-Identifier: GPL-2.0-only */
/* What the realm is to be: text that QEMU's loader device puts into memory. */
#ifndef CONFIG_H
#define CONFIG_H

/*
 * Read key=value lines into realm, and arm faults. The text ends with NUL.
 * Return: NULL, or what is wrong; *line is then the line in question, or empty.
 */
const char *config_parse(const char *text, const char **line);

#endif
