// SPDX-License-Identifier: LGPL-2.1-or-later
/* A report through configfs: is the outblob the answer to this challenge? */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/err.h"
#include "guest/backend.h"
#include "guest/kfile.h"
#include "guest/place.h"

#define MAX_LOST	8	/* nobody else's doing, so no reason to go on until the timeout */

/* Worth another try, in a new directory; one that was given is then missed for good. */
static int directory_gone(struct tsm_ctx *ctx)
{
	return err_set(ctx, -EBUSY, "somebody removed the report directory");
}

static int read_provider(struct tsm_ctx *ctx, int dir, char *name, size_t size)
{
	char why[64];
	int rc = kfile_read_text(dir, "provider", name, size);

	if (rc == -ENOENT)
		return directory_gone(ctx);
	if (rc == -ENXIO)
		return place_no_provider(ctx);
	if (rc)
		return err_set(ctx, rc, "cannot read who provides reports: %s",
			       err_name(rc, why, sizeof(why)));
	return 0;
}

static int read_generation(struct tsm_ctx *ctx, struct place *place, unsigned long long *gen)
{
	char text[32], why[64], *end;
	int rc = kfile_read_text(place->dir, "generation", text, sizeof(text));

	if (rc == -ENOENT)
		return directory_gone(ctx);
	if (rc)
		return err_set(ctx, rc, "cannot read the generation of report directory %s: %s",
			       place->shown, err_name(rc, why, sizeof(why)));
	*gen = strtoull(text, &end, 10);
	if (end == text || *end)
		return err_set(ctx, -EIO, "the generation of report directory %s is no number: %s",
			       place->shown, text);
	return 0;
}

/*
 * configfs carries out the write of a binary attribute at close(2) and ignores
 * its result: that the generation moved by exactly one is the only proof that
 * this challenge, and nobody else's, is in place.
 */
static int write_challenge(struct tsm_ctx *ctx, const struct report_request *req,
			   struct place *place, unsigned long long *gen)
{
	unsigned long long before;
	char why[64];
	int rc;

	rc = read_generation(ctx, place, &before);
	if (rc)
		return rc;
	rc = kfile_write(place->dir, "inblob", req->challenge, req->len);
	if (rc == -ENOENT)
		return directory_gone(ctx);
	if (rc)
		return err_set(ctx, rc, "cannot write the challenge to report directory %s: %s",
			       place->shown, err_name(rc, why, sizeof(why)));
	rc = read_generation(ctx, place, gen);
	if (rc)
		return rc;
	if (*gen == before)
		return err_set(ctx, -ESTALE,
			       "the kernel lost the challenge written to report directory %s: try again, then see the kernel log",
			       place->shown);
	if (*gen != before + 1)
		return err_set(ctx, -EBUSY,
			       "others are writing to report directory %s: try again, or use one each",
			       place->shown);
	return 0;
}

static int outblob_failed(struct tsm_ctx *ctx, const struct report_request *req,
			  struct place *place, int rc)
{
	char name[TSM_PROVIDER_MAX] = "the provider";
	int gone = read_provider(ctx, place->dir, name, sizeof(name));

	switch (rc) {
	case -ENXIO:
		if (gone == -ENXIO)
			return gone;
		break;
	case -EACCES:
	case -EPERM:
		return err_set(ctx, rc,
			       "no permission to read the report in directory %s: root must make its outblob readable for you",
			       place->shown);
	case -ENOENT:
		return directory_gone(ctx);
	}
	return report_failed(ctx, req, name, rc);
}

static int exchange(struct tsm_ctx *ctx, const struct report_request *req, struct place *place,
		    struct tsm_report *report)
{
	unsigned long long written, after;
	int rc;

	rc = write_challenge(ctx, req, place, &written);
	if (rc)
		return rc;
	rc = kfile_read(place->dir, "outblob", req->max_size, &report->blob);
	if (rc)
		return outblob_failed(ctx, req, place, rc);

	/* whatever is wrong with the extra data, the report is not lost over it */
	report->aux_rc = kfile_read(place->dir, "auxblob", req->max_size, &report->aux);
	if (report->aux_rc == -ENOENT || (!report->aux_rc && !report->aux.len))
		report->aux_rc = -ENODATA;

	rc = read_provider(ctx, place->dir, report->provider, sizeof(report->provider));
	if (!rc)
		rc = read_generation(ctx, place, &after);
	if (rc)
		return rc;
	if (after != written)
		return err_set(ctx, -EBUSY,
			       "others are writing to report directory %s: try again, or use one each",
			       place->shown);
	if (!report->blob.len)
		return err_set(ctx, -ENODATA,
			       "%s called an empty report a success: see the kernel log",
			       report->provider);
	return 0;
}

static unsigned long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (unsigned long long)t.tv_sec * 1000 + (unsigned long long)t.tv_nsec / 1000000;
}

/* Longer with each try, and never in step with others who wait. */
static int back_off(unsigned int tries)
{
	long max_ms = 1L << (tries < 7 ? tries : 7);
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_nsec = max_ms * 500000 + t.tv_nsec % (max_ms * 500000);
	t.tv_sec = 0;
	return nanosleep(&t, NULL) ? -EINTR : 0;
}

int configfs_report(struct tsm_ctx *ctx, const struct report_request *req,
		    struct tsm_report *report)
{
	unsigned long long start = now_ms();
	unsigned int tries = 0, lost = 0;
	char last[sizeof(ctx->error)];
	struct place place;
	int rc;

	for (;;) {
		rc = place_open(ctx, req->dir, &place);
		if (!rc)
			rc = exchange(ctx, req, &place, report);
		place_close(&place);
		tries++;
		if (rc != -EBUSY && rc != -ESTALE)
			return rc;

		buf_free(&report->blob);
		buf_free(&report->aux);
		memcpy(last, ctx->error, sizeof(last));
		lost += rc == -ESTALE;
		if (lost == MAX_LOST || now_ms() - start >= req->timeout_ms)
			return err_set(ctx, rc, "%.400s (tried %u times in %llu ms)", last, tries,
				       now_ms() - start);
		log_msg(ctx, TSM_LOG_DEBUG, "trying again: %s", last);
		if (back_off(tries))
			return err_set(ctx, -EINTR, "a signal arrived; before that: %.400s", last);
	}
}

struct provider_query {
	struct tsm_ctx *ctx;
	char *name;
	size_t size;
	bool found;
};

static void ask_directory(int reports, const char *name, void *arg)
{
	struct provider_query *query = arg;
	int dir;

	if (query->found)
		return;
	dir = kfile_open_dir_at(reports, name);
	if (dir < 0)
		return;
	query->found = !read_provider(query->ctx, dir, query->name, query->size);
	kfile_close(dir);
}

int configfs_provider(struct tsm_ctx *ctx, char *name, size_t size)
{
	struct provider_query query = { .ctx = ctx, .name = name, .size = size };
	unsigned int tries = 0;
	struct place place;
	int rc;

	rc = place_open_all(ctx);
	if (rc < 0)
		return rc;
	kfile_each(rc, "", ask_directory, &query);
	kfile_close(rc);
	if (query.found)
		return 0;

	do {
		rc = place_open(ctx, NULL, &place);
		if (!rc)
			rc = read_provider(ctx, place.dir, name, size);
		place_close(&place);
	} while (rc == -EBUSY && ++tries < 8 && !back_off(tries));
	return rc;
}
