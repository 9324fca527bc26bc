// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which certificate is in a file, and what is its key's pin? */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "fail.h"
#include "pin.h"

#define FILE_MAX	65536
#define PIN_PREFIX	"sha256//"

static int read_file(struct tsm_ctx *ctx, const char *name, struct pin *pin)
{
	FILE *f = fopen(name, "re");
	int err = errno;

	if (!f)
		return kbs_fail(ctx, -err, "KBS: cannot open the pinned certificate %s: %m", name);
	pin->pem = malloc(FILE_MAX);
	if (pin->pem)
		pin->len = fread(pin->pem, 1, FILE_MAX, f);
	err = !pin->pem ? ENOMEM : ferror(f) ? EIO : 0;
	fclose(f);
	return err ? kbs_fail(ctx, -err, "KBS: cannot read the pinned certificate %s", name) : 0;
}

static X509 *read_certificate(const struct pin *pin)
{
	BIO *bio = BIO_new_mem_buf(pin->pem, (int)pin->len);
	X509 *cert = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;

	BIO_free(bio);
	return cert;
}

int pin_read(struct tsm_ctx *ctx, const char *file, struct pin *pin)
{
	unsigned char *spki = NULL, digest[32];
	X509 *cert = NULL;
	int len = -1, rc;

	*pin = (struct pin){ 0 };
	ERR_clear_error();
	rc = read_file(ctx, file, pin);
	if (rc)
		goto out;
	cert = read_certificate(pin);
	if (!cert) {
		rc = kbs_fail_input(ctx, -EBADMSG, "the pinned file holds no certificate in PEM");
		goto out;
	}
	len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &spki);
	if (len < 0 || !EVP_Digest(spki, (size_t)len, digest, NULL, EVP_sha256(), NULL)) {
		rc = kbs_fail_crypto(ctx, "hash the pinned key");
		goto out;
	}
	memcpy(pin->key, PIN_PREFIX, strlen(PIN_PREFIX));
	EVP_EncodeBlock((unsigned char *)pin->key + strlen(PIN_PREFIX), digest, sizeof(digest));
out:
	OPENSSL_free(spki);
	X509_free(cert);
	if (rc)
		pin_free(pin);
	return rc;
}

void pin_free(struct pin *pin)
{
	free(pin->pem);
	*pin = (struct pin){ 0 };
}
