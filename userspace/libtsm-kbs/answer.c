// SPDX-License-Identifier: LGPL-2.1-or-later
/* What a KBS's refusal of a step means, as an errno and in words. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "answer.h"
#include "fail.h"
#include "parse.h"

#define WORDS_MAX	300

/* What each step is called, and what it means that it is refused. */
static const struct step {
	const char *wants;
	int refused;
	int missing;		/* 404 */
} steps[] = {
	[ANSWER_AUTH] = { "to begin with protocol 0.4.0 and tee cca", -EPROTONOSUPPORT, -EPROTO },
	[ANSWER_ATTEST] = { "the evidence", -EKEYREJECTED, -EPROTO },
	[ANSWER_RESOURCE] = { "the resource", -EKEYREJECTED, -ENOKEY },
};

struct words {
	char text[WORDS_MAX + 100];
	bool of_plugin;
};

/* In its own words: {"type": ".../errors/NAME", "detail": TEXT}, or how the body begins. */
static void find_words(const struct http_answer *answer, struct words *words)
{
	json_t *json = json_loadb(answer->body, answer->len, 0, NULL);
	const char *detail = json_string_value(json_object_get(json, "detail"));
	const char *type = json_string_value(json_object_get(json, "type"));
	const char *slash = type ? strrchr(type, '/') : NULL;
	const char *name = slash ? slash + 1 : type ? type : "";

	words->of_plugin = !strcmp(name, "PluginInternalError");
	if (detail)
		snprintf(words->text, sizeof(words->text), "\"%.*s\"%s%.60s%s", WORDS_MAX, detail,
			 type ? " (" : "", name, type ? ")" : "");
	else if (answer->len)
		snprintf(words->text, sizeof(words->text),
			 "no words of the protocol, but \"%.100s\"", answer->body);
	else
		snprintf(words->text, sizeof(words->text), "nothing more");
	json_decref(json);
}

int answer_check(struct tsm_ctx *ctx, enum answer_step step, const struct http_answer *answer)
{
	const struct step *s = &steps[step];
	long status = answer->status;
	struct words said;
	const char *words = said.text;

	if (status == 200)
		return 0;
	find_words(answer, &said);
	/* Trustee has no other error for a resource that is not there, and says it with 401 */
	if (status == 401 && step == ANSWER_RESOURCE && said.of_plugin)
		return kbs_fail(ctx, -ENOKEY, "KBS: it has no such resource, or cannot read it: %s",
				words);
	if (status == 401 || status == 403)
		return kbs_fail(ctx, s->refused, "KBS: it refuses %s: %s", s->wants, words);
	if (status == 413)
		return kbs_fail(ctx, -EMSGSIZE,
				"KBS: %s: longer than what it takes (413): %s", s->wants, words);
	if (status == 404)
		return kbs_fail(ctx, s->missing, "KBS: %s: %s", s->missing == -ENOKEY ?
			    "it has no such resource" : "there is no KBS at this URL (404)", words);
	if (status == 429 || status >= 500)
		return kbs_fail(ctx, -EAGAIN, "KBS: it is overloaded or failing (%ld): %s", status,
				words);
	if (status >= 300 && status < 400)
		return kbs_fail(ctx, -EPROTO,
				"KBS: it answers with a redirection (%ld), which is not followed",
				status);
	return kbs_fail(ctx, -EPROTO, "KBS: it answers with status %ld: %s", status, words);
}

int answer_object(struct tsm_ctx *ctx, enum answer_step step, const struct http_answer *answer,
		  json_t **out)
{
	json_t *json;

	if (parse_json(answer->body, answer->len, &json))
		return kbs_fail_memory(ctx);
	if (!json_is_object(json)) {
		json_decref(json);
		return kbs_fail(ctx, -EPROTO, "KBS: asked for %s, it answers with no JSON object",
				steps[step].wants);
	}
	*out = json;
	return 0;
}
