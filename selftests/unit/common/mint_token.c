// SPDX-License-Identifier: GPL-2.0-only
/* mint_token NAME [ANCHOR]: a token for tests of the command line, on stdout; its trust anchor */
#include <stdio.h>
#include <string.h>

#include "mint.h"

/* The platform's public key, a COSE_Key of P-384. */
static bool write_anchor(const char *name)
{
	static struct enc key;
	uint8_t x[66], y[66];
	size_t size = mint_public(-35, PLATFORM, x, y);
	FILE *f = fopen(name, "wb");
	bool done;

	enc_hex(&key, "a4 0102 2002 21");
	enc_bytes(&key, x, size);
	enc_hex(&key, "22");
	enc_bytes(&key, y, size);
	done = f && fwrite(key.data, 1, key.len, f) == key.len;
	return f && !fclose(f) && done;
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";
	static struct enc token;
	static struct mint m;

	mint_init(&m, strstr(name, "907") ? 907 : 399, strstr(name, "legacy") ? 0 : 2024, 2023,
		  "sha-256", strstr(name, "eddsa") ? -7 : -35);
	if (strstr(name, "eddsa"))
		m.part[REALM].protected_hex = "a1 01 27";
	if (strstr(name, "unknown")) {
		claim_add_hex(&m.part[REALM].claims, "19 9999", "82 01 a1 20 42 beef");
		/* "foo ESC[31m": "bar LF e-acute" */
		claim_add_hex(&m.part[REALM].claims, "68 666f6f1b5b33316d", "66 6261720a c3a9");
		claim_add_hex(&m.part[REALM].claims, "19 9998", "f6");
	}
	if (strstr(name, "no-rim"))
		claim_drop(&m.part[REALM].claims, 44238);
	mint_token(&m, &token);
	if (argc > 2 && !write_anchor(argv[2]))
		return 1;
	return fwrite(token.data, 1, token.len, stdout) != token.len;
}
