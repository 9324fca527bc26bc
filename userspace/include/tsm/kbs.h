/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TSM_KBS_H
#define TSM_KBS_H

#include <tsm/tsm.h>

/*
 * Get secrets from a Key Broker Service (KBS, of Trustee), which releases them to a
 * realm that attests itself. A library of its own, libtsm-kbs (pkg-config tsm-kbs),
 * so that libtsm needs no HTTP.
 *
 *	tsm_kbs_new(ctx, "https://kbs.example:8080", &opts, &kbs)
 *	tsm_kbs_resource_new(ctx, kbs, "kbs:///default/key/1", &resource)
 *	data = tsm_kbs_resource_data(resource, &len)
 *
 * The contract is that of <tsm/tsm.h>; the ctx is one of libtsm's, whose report
 * backend takes the tokens and whose tsm_error() has the texts. A struct tsm_kbs is
 * used by one thread at a time, and after a fork by the parent alone: they share its
 * connection, which closes on exec. Signals end no call.
 *
 * Protocol: RCAR, version 0.4.0, tee "cca". The first resource begins a session: a
 * challenge from the KBS, a token made for the hash of it and of a key that is made
 * for this session, and a result token. Further resources use the session as long as
 * the KBS accepts it; when it no longer does, the realm attests once more.
 *
 * Evidence: as Confidential Containers' attester for CCA sends it. A token in the
 * wrapper 907 is sent in 399, the only one that Trustee's own verifier reads; the
 * wrapper is not signed. An event log goes along as cc_eventlog, where there is one:
 * opts.eventlog, the report's, or of the kernel's (<tsm/measurement.h>) what fits the
 * token; not where the KBS answers that it is too long. Trustee does not look at it
 * today, and takes 2 MiB by default.
 *
 * Trust: a resource is encrypted to a key that is sent in the clear. Whoever answers
 * for the KBS could make one up, so the server is authenticated: by the system's CAs,
 * those of opts.ca_file, or by its very certificate, opts.pin_file. http:// needs
 * TSM_KBS_PLAIN_HTTP.
 *
 * Waiting: opts.timeout_ms bounds a call as a whole. What may pass (no connection, an
 * overloaded or failing KBS, no answer) is tried again until then, after a random
 * part of a time that doubles, 250 ms to 8 s, so that many realms that start at once
 * do not come back at once; a Retry-After is heeded.
 *
 * Secrets: the session's key and what opens a resource are wiped after use. A
 * resource lies in pages of its own, which are kept out of core dumps and, as far as
 * RLIMIT_MEMLOCK allows, out of swap, and is wiped when freed. The session's private
 * key lies in OpenSSL's memory until tsm_kbs_free(): a process that holds one should
 * call prctl(PR_SET_DUMPABLE, 0), which is not a library's to decide. Nothing secret
 * is in texts or logs.
 *
 * Errors of tsm_kbs_attest() and tsm_kbs_resource_new():
 *
 *   -EINVAL		the arguments; init data that the realm was not started with
 *   -EKEYREJECTED	the KBS refuses the evidence, or this realm the resource
 *   -ENOKEY		the KBS has no such resource, or cannot read it
 *   -EHOSTUNREACH	until the timeout, there was no connection, or it was cut
 *   -EAGAIN		until the timeout, the KBS was overloaded or failing
 *   -ETIMEDOUT		until the timeout, the KBS did not answer
 *   -ECONNABORTED	the server cannot prove to be the KBS (TLS)
 *   -EPROTO		an answer is not of the protocol, or is a redirection
 *   -EPROTONOSUPPORT	the KBS does not accept the protocol's version, or "cca"
 *   -EBADMSG		the resource does not open: not made for this session's key
 *   -EMSGSIZE		an answer is longer than opts.max_size, or the evidence, without
 *			its log, than the KBS takes
 *   -EINTR		opts.cancel ended the call
 *   -ENOMEM		out of memory
 *   -EIO		the cryptographic library failed, or the kernel's token cannot be
 *			read or is for another challenge
 * and those of tsm_report_new(), about the token. Where the KBS said why, tsm_error()
 * holds its words.
 */

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct tsm_kbs;
struct tsm_kbs_resource;

/* The session's key, and how a resource is encrypted to it. */
enum tsm_kbs_key {
	TSM_KBS_KEY_P256 = 0,		/* ECDH-ES+A256KW; what Trustee's own client uses */
	TSM_KBS_KEY_P521 = 1,
	TSM_KBS_KEY_RSA = 2,		/* RSA-OAEP-256, 3072 bits */
};

#define TSM_KBS_PLAIN_HTTP	0x1	/* the server is not authenticated */

struct tsm_kbs_opts {
	size_t size;		/* sizeof(struct tsm_kbs_opts) */
	const char *ca_file;	/* PEM: trust these CAs instead of the system's */
	const char *pin_file;	/* PEM: trust this certificate alone, whatever its name */
	const char *proxy;	/* URL; "": none; NULL: as https_proxy, no_proxy say */
	unsigned int timeout_ms; /* of a call, with all that is tried again; 0: 60000 */
	unsigned int request_timeout_ms; /* of one request; 0: 15000 */
	size_t max_size;	/* bytes of an answer; 0: 4 MiB */
	unsigned int flags;	/* TSM_KBS_... */
	enum tsm_kbs_key key;
	/* Asked every 100 ms at least, except while the kernel makes a token; else than 0: stop. */
	int (*cancel)(void *data);
	void *cancel_data;
	const char *report_dir;	/* as tsm_report_opts.dir */
	/*
	 * The init data that the realm was started with, a TOML text. Its digest has to
	 * be the RPV: the host puts it there. Trustee as it is today finds only a
	 * SHA-512 there; others are worth a warning.
	 */
	const char *initdata;
	const void *eventlog;	/* a CCEL, say, and what came after: instead of the kernel's */
	size_t eventlog_len;
};

/**
 * tsm_kbs_new() - a client of one KBS
 * @ctx: the context
 * @url: the KBS's: https://HOST[:PORT][/PATH]; "/kbs/v0/..." is added
 * @opts: options, or NULL; nothing of them is used after the return
 * @out: receives the client
 *
 * Reads opts.pin_file; makes no connection.
 *
 * Return: 0; -EINVAL for a URL or options that make no sense; the errno of reading
 * pin_file, -EBADMSG if it holds no certificate; -ENOMEM.
 */
int tsm_kbs_new(struct tsm_ctx *ctx, const char *url, const struct tsm_kbs_opts *opts,
		struct tsm_kbs **out);

void tsm_kbs_free(struct tsm_kbs **kbs);

/**
 * tsm_kbs_attest() - begin a session, also if there is one
 * @ctx: the context
 * @kbs: the client
 *
 * Return: 0 or an error of the list above.
 */
int tsm_kbs_attest(struct tsm_ctx *ctx, struct tsm_kbs *kbs);

/*
 * The session's result token, a JWT as the KBS sent it; NULL without a session. The
 * signature is for relying parties to check: it is not looked at here.
 */
const char *tsm_kbs_token(const struct tsm_kbs *kbs);

/**
 * tsm_kbs_resource_new() - get a resource
 * @ctx: the context
 * @kbs: the client
 * @uri: kbs:///REPOSITORY/TYPE/TAG, or of a plugin kbs+PLUGIN:///PATH, maybe with
 *       ?QUERY. A host in it has to be that of the client's URL.
 * @out: receives the resource
 *
 * Return: 0 or an error of the list above.
 */
int tsm_kbs_resource_new(struct tsm_ctx *ctx, struct tsm_kbs *kbs, const char *uri,
			 struct tsm_kbs_resource **out);

/* Wipes it. */
void tsm_kbs_resource_free(struct tsm_kbs_resource **resource);

/* The resource, decrypted; may be empty. */
const uint8_t *tsm_kbs_resource_data(const struct tsm_kbs_resource *resource, size_t *len);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
