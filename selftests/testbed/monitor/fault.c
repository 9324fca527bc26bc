// SPDX-License-Identifier: GPL-2.0-only
/* Calls that misbehave because a test asked for it. */
#include "fault.h"
#include "machine.h"
#include "parse.h"

#include <string.h>

#define FAULTS_MAX	32

static struct lock lock;	/* guards all below */
static struct fault faults[FAULTS_MAX];
static size_t armed;
static u64 counts[RSI_CALLS];

static bool parse_status(const char **text, u64 *value)
{
	static const struct {
		const char *name;
		u64 status;
	} names[] = {
		{ "input", RSI_ERROR_INPUT },
		{ "state", RSI_ERROR_STATE },
		{ "unknown", RSI_ERROR_UNKNOWN },
		{ "device", RSI_ERROR_DEVICE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (parse_literal(text, names[i].name)) {
			*value = names[i].status;
			return true;
		}
	}

	return parse_number(text, value);
}

static bool parse_effect(const char **text, struct fault *fault)
{
	static const struct {
		const char *name;
		enum effect effect;
		bool (*value)(const char **text, u64 *value);
		int only;	/* for this call, or any: -1 */
	} effects[] = {
		{ "error=", EFFECT_ERROR, parse_status, -1 },
		{ "stall", EFFECT_STALL, NULL, RSI_ATTESTATION_TOKEN_CONTINUE },
		{ "length=", EFFECT_LENGTH, parse_number, RSI_ATTESTATION_TOKEN_CONTINUE },
		{ "bound=", EFFECT_BOUND, parse_number, RSI_ATTESTATION_TOKEN_INIT },
		{ "endless", EFFECT_ENDLESS, NULL, RSI_ATTESTATION_TOKEN_CONTINUE },
		{ "pad=", EFFECT_PAD, parse_number, RSI_ATTESTATION_TOKEN_INIT },
		{ "delay=", EFFECT_DELAY, parse_number, -1 },
		{ "lose", EFFECT_LOSE, NULL, -1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(effects); i++) {
		if (!parse_literal(text, effects[i].name))
			continue;
		fault->effect = effects[i].effect;
		return (effects[i].only < 0 || effects[i].only == (int)fault->call) &&
		       (!effects[i].value || effects[i].value(text, &fault->value));
	}

	return false;
}

/* CALL[@N[xCOUNT]]:EFFECT, ended by NUL or newline */
static bool parse_fault(const char *text, struct fault *fault)
{
	size_t size = strcspn(text, "@:\n");

	*fault = (struct fault){ .first = 1, .count = 1 };
	if (!rsi_find_name(text, size, &fault->call))
		return false;
	text += size;

	if (parse_literal(&text, "@")) {
		if (!parse_decimal(&text, &fault->first) || !fault->first)
			return false;
		if (parse_literal(&text, "x")) {
			if (parse_literal(&text, "*"))
				fault->count = UINT64_MAX;
			else if (!parse_decimal(&text, &fault->count) || !fault->count)
				return false;
		}
	}

	return parse_literal(&text, ":") && parse_effect(&text, fault) &&
	       (*text == '\0' || *text == '\n');
}

bool fault_arm(const char *spec)
{
	struct fault fault;
	bool room;

	if (!parse_fault(spec, &fault))
		return false;

	spin_lock(&lock);
	room = armed < FAULTS_MAX;
	if (room) {
		fault.since = counts[fault.call];
		faults[armed++] = fault;
	}
	spin_unlock(&lock);

	return room;
}

void fault_clear(void)
{
	spin_lock(&lock);
	armed = 0;
	memset(counts, 0, sizeof(counts));
	spin_unlock(&lock);
}

u64 fault_count(enum rsi_id call)
{
	u64 count;

	spin_lock(&lock);
	count = counts[call];
	spin_unlock(&lock);

	return count;
}

struct fault fault_take(enum rsi_id call)
{
	struct fault found = { .effect = EFFECT_NONE };
	u64 count;

	spin_lock(&lock);
	count = ++counts[call];
	for (size_t i = 0; i < armed; i++) {
		const struct fault *fault = &faults[i];

		if (fault->call != call || count - fault->since < fault->first ||
		    count - fault->since - fault->first >= fault->count)
			continue;
		found = *fault;
		break;
	}
	spin_unlock(&lock);

	return found;
}

bool fault_instead(const struct fault *fault, struct rec *rec, u64 *out)
{
	switch (fault->effect) {
	case EFFECT_ERROR:
		out[0] = fault->value;
		return true;
	case EFFECT_STALL:
		out[0] = RSI_INCOMPLETE;
		return true;
	case EFFECT_ENDLESS:
		rec->token.endless = true;
		return false;
	case EFFECT_LOSE:
		rec->token.state = TOKEN_NONE;
		return false;
	default:
		return false;
	}
}

void fault_after(const struct fault *fault, struct rec *rec, u64 *out)
{
	switch (fault->effect) {
	case EFFECT_LENGTH:
	case EFFECT_BOUND:
		/* An answer that has no length or bound keeps having none. */
		if (out[0] == RSI_SUCCESS || out[0] == RSI_INCOMPLETE)
			out[1] = fault->value;
		break;
	case EFFECT_PAD:
		if (out[0] == RSI_SUCCESS) {
			rec->token.pad = fault->value;
			out[1] += fault->value;
		}
		break;
	case EFFECT_DELAY:
		delay(fault->value);
		break;
	default:
		break;
	}
}
