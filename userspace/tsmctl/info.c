// SPDX-License-Identifier: GPL-2.0-only
/* tsmctl info: what are this system, its kernel and its provider of reports? */
#include <stdio.h>

#include <tsm/realm.h>
#include <tsm/report.h>

#include "out.h"

struct info {
	const struct tsm_realm *realm;
	char version[32];
	const char *provider;	/* NULL: why_not says why */
	const char *why_not;
};

static const char *or_unknown(const char *text)
{
	return text && *text ? text : "the kernel does not say (modprobe realm_tsm)";
}

static enum status print_text_info(const struct info *info)
{
	const uint8_t *rpv;
	size_t len;

	printf("realm    %s\n", tsm_realm_present(info->realm) ? "yes" : "no");
	if (tsm_realm_present(info->realm)) {
		printf("RSI      %s\n", or_unknown(info->version));
		printf("hash     %s\n", or_unknown(tsm_hash_name(tsm_realm_hash(info->realm))));
		rpv = tsm_realm_rpv(info->realm, &len);
		printf("RPV      ");
		if (rpv)
			print_hex(stdout, rpv, len);
		else
			fputs(or_unknown(NULL), stdout);
		printf("\ndevice   %s\n", or_unknown(tsm_realm_device(info->realm)));
	}
	printf("reports  %s%s\n", info->provider ? "" : "unknown: ",
	       info->provider ? info->provider : info->why_not);
	return STATUS_OK;
}

static enum status print_json_info(const struct info *info)
{
	const uint8_t *rpv;
	size_t len;

	rpv = tsm_realm_rpv(info->realm, &len);
	return print_json(json_pack("{s:b, s:s?, s:s?, s:o, s:s?, s:s?, s:s?}",
				    "realm", tsm_realm_present(info->realm),
				    "rsi-version", *info->version ? info->version : NULL,
				    "hash", tsm_hash_name(tsm_realm_hash(info->realm)),
				    "rpv", rpv ? json_hex(rpv, len) : json_null(),
				    "device", tsm_realm_device(info->realm),
				    "provider", info->provider,
				    "provider-unknown", info->why_not));
}

enum status verb_info(int argc, char **argv)
{
	char provider[TSM_PROVIDER_MAX];
	struct tsm_realm *realm = NULL;
	struct info info = { 0 };
	struct tsm_ctx *ctx;
	unsigned int major, minor;
	enum status status;
	int json, first, rc;

	status = parse_json_only(argc, argv, &json, &first);
	if (status)
		return status;
	if (first < argc)
		return fail(STATUS_USAGE, "info takes no %s: see tsmctl --help", argv[first]);
	if (tsm_ctx_new(NULL, &ctx))
		return fail(STATUS_FAILED, "out of memory");

	rc = tsm_realm_new(ctx, &realm);
	if (rc) {
		status = fail_tsm(ctx, rc);
	} else {
		info.realm = realm;
		if (!tsm_realm_rsi_version(realm, &major, &minor))
			snprintf(info.version, sizeof(info.version), "%u.%u", major, minor);
		if (tsm_provider_get(ctx, provider, sizeof(provider)))
			info.why_not = tsm_error(ctx);
		else
			info.provider = provider;
		status = json ? print_json_info(&info) : print_text_info(&info);
		if (!status && !tsm_realm_present(realm))
			status = fail(STATUS_NO_REALM,
				      "this machine is no Arm CCA realm, or its kernel does not know: it takes Linux 6.13 in a realm");
	}
	tsm_realm_free(&realm);
	tsm_ctx_free(&ctx);
	return status;
}
