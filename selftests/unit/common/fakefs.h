/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FAKEFS_H
#define FAKEFS_H

#include <stddef.h>
#include <stdint.h>

/*
 * configfs-tsm as drivers/virt/coco/guest/report.c and fs/configfs/file.c of
 * Linux 7.3 behave, played over real directories and files below a temporary
 * root. The library's own system calls end here (ld --wrap), so what is tested
 * is the library as shipped, with no hook in it; locks, descriptors, removal
 * and processes are the real ones.
 *
 *	root/sys/kernel/config/tsm/report/NAME/{inblob,outblob,auxblob,...}
 *	root/provider		its name; absent: no provider
 *	root/auxblob		served with every report; absent: no such attribute
 */

/* An empty world in a new temporary root, with a provider. */
void fake_begin(const char *provider);
/* Says what is left and should not be (directory, descriptor, unused fault); 0 if nothing. */
int fake_end(void);
/* For a process that finds the root in the environment (FAKE_ROOT, FAKE_FAULTS). */
void fake_from_environment(void);

extern char fake_root[64];

/*
 * At a point, be wrong: the call fails with this errno, @times times (-1: for
 * ever), after @skip times of being right. Points:
 *
 *	mkdir, open inblob, write inblob, read ATTRIBUTE, statfs
 *	lose		the write of an inblob is not carried out (any errno)
 *	intrude-write	somebody writes another inblob right after ours
 *	intrude-read	... right after a report was made
 *	remove		somebody removes the directory before it is read
 *	kill		the process is killed while the report is made
 *	pause		it waits there until fake_resume()
 */
void fake_fault(const char *point, int err, int times, int skip);
/* Take back all faults, used or not. */
void fake_clear(void);

/* What the provider makes of a challenge; the default is FAKE_REPORT_SIZE bytes around it. */
#define FAKE_REPORT_SIZE	9001
#define FAKE_CHALLENGE_AT	4090
extern size_t (*fake_make_report)(const uint8_t *challenge, size_t len, uint8_t *out);

void fake_set_provider(const char *name);	/* NULL: it goes */
void fake_set_auxblob(const void *data, size_t len);
void fake_mkdir(const char *name);		/* as root would, beforehand */
void fake_rmdir(const char *name);
int fake_count_dirs(void);
unsigned int fake_reports_made(void);

/* Files of sysfs, made with their folders. */
void fake_write(const char *path, const void *data, size_t len);

/* Between processes: who pauses, and who lets it go. */
void fake_wait_paused(void);
void fake_resume(void);

#endif
