// SPDX-License-Identifier: LGPL-2.1-or-later
/* What one record of a log says: register, type, digests, event. */
#include <string.h>

#include "base/ctx.h"
#include "log/eventlog_priv.h"

/* Only these have a length that we can vouch for. */
static const struct tcg_alg algs[] = {
	{ 0x0004, 20, TSM_HASH_NONE },		/* SHA-1 */
	{ 0x000b, 32, TSM_HASH_SHA256 },
	{ 0x000c, 48, TSM_HASH_SHA384 },
	{ 0x000d, 64, TSM_HASH_SHA512 },
	{ 0x0012, 32, TSM_HASH_NONE },		/* SM3 */
};

/* TCG PC Client Platform Firmware Profile, section 10.4.1 */
static const struct {
	uint32_t type;
	const char *name;
} types[] = {
	{ 0x00000000, "EV_PREBOOT_CERT" },
	{ 0x00000001, "EV_POST_CODE" },
	{ 0x00000003, "EV_NO_ACTION" },
	{ 0x00000004, "EV_SEPARATOR" },
	{ 0x00000005, "EV_ACTION" },
	{ 0x00000006, "EV_EVENT_TAG" },
	{ 0x00000007, "EV_S_CRTM_CONTENTS" },
	{ 0x00000008, "EV_S_CRTM_VERSION" },
	{ 0x00000009, "EV_CPU_MICROCODE" },
	{ 0x0000000a, "EV_PLATFORM_CONFIG_FLAGS" },
	{ 0x0000000b, "EV_TABLE_OF_DEVICES" },
	{ 0x0000000c, "EV_COMPACT_HASH" },
	{ 0x0000000d, "EV_IPL" },
	{ 0x0000000e, "EV_IPL_PARTITION_DATA" },
	{ 0x0000000f, "EV_NONHOST_CODE" },
	{ 0x00000010, "EV_NONHOST_CONFIG" },
	{ 0x00000011, "EV_NONHOST_INFO" },
	{ 0x00000012, "EV_OMIT_BOOT_DEVICE_EVENTS" },
	{ 0x00000013, "EV_POST_CODE2" },
	{ 0x80000001, "EV_EFI_VARIABLE_DRIVER_CONFIG" },
	{ 0x80000002, "EV_EFI_VARIABLE_BOOT" },
	{ 0x80000003, "EV_EFI_BOOT_SERVICES_APPLICATION" },
	{ 0x80000004, "EV_EFI_BOOT_SERVICES_DRIVER" },
	{ 0x80000005, "EV_EFI_RUNTIME_SERVICES_DRIVER" },
	{ 0x80000006, "EV_EFI_GPT_EVENT" },
	{ 0x80000007, "EV_EFI_ACTION" },
	{ 0x80000008, "EV_EFI_PLATFORM_FIRMWARE_BLOB" },
	{ 0x80000009, "EV_EFI_HANDOFF_TABLES" },
	{ 0x8000000a, "EV_EFI_PLATFORM_FIRMWARE_BLOB2" },
	{ 0x8000000b, "EV_EFI_HANDOFF_TABLES2" },
	{ 0x8000000c, "EV_EFI_VARIABLE_BOOT2" },
	{ 0x8000000d, "EV_EFI_GPT_EVENT2" },
	{ 0x80000010, "EV_EFI_HCRTM_EVENT" },
	{ 0x800000e0, "EV_EFI_VARIABLE_AUTHORITY" },
	{ 0x800000e1, "EV_EFI_SPDM_FIRMWARE_BLOB" },
	{ 0x800000e2, "EV_EFI_SPDM_FIRMWARE_CONFIG" },
	{ 0x800000e3, "EV_EFI_SPDM_DEVICE_POLICY" },
	{ 0x800000e4, "EV_EFI_SPDM_DEVICE_AUTHORITY" },
};

const struct tcg_alg *tcg_alg(uint32_t id)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(algs); i++)
		if (algs[i].id == id)
			return &algs[i];
	return NULL;
}

const char *tsm_register_name(uint32_t number)
{
	static const char *const names[] = { "rim", "rem0", "rem1", "rem2", "rem3" };

	return number < ARRAY_SIZE(names) ? names[number] : NULL;
}

uint32_t tsm_record_register(const struct tsm_record *record)
{
	return record ? record->index : 0;
}

uint32_t tsm_record_type(const struct tsm_record *record)
{
	return record ? record->type : 0;
}

const char *tsm_record_type_name(const struct tsm_record *record)
{
	size_t i;

	for (i = 0; record && i < ARRAY_SIZE(types); i++)
		if (types[i].type == record->type)
			return types[i].name;
	return NULL;
}

const uint8_t *tsm_record_digest(const struct tsm_record *record, enum tsm_hash hash, size_t *len)
{
	const uint8_t *at;
	uint32_t i;

	if (len)
		*len = 0;
	if (!record || !tsm_hash_size(hash))
		return NULL;
	at = record->log->data + record->digests_at;
	for (i = 0; i < record->digests; i++) {
		const struct tcg_alg *alg = tcg_alg(at[0] | (uint32_t)at[1] << 8);

		at += 2;
		if (alg->hash == hash) {
			if (len)
				*len = alg->size;
			return at;
		}
		at += alg->size;
	}
	return NULL;
}

struct bytes record_event(const struct tsm_record *record)
{
	return (struct bytes){ record->log->data + record->event_at, record->event_len };
}

const uint8_t *tsm_record_event(const struct tsm_record *record, size_t *len)
{
	if (len)
		*len = record ? record->event_len : 0;
	return record ? record_event(record).data : NULL;
}

const char *tsm_record_text(const struct tsm_record *record, size_t *len)
{
	bool has = record && (record->is_aael || record->is_init);
	size_t at = has && record->is_aael ? AAEL_TEXT : 0;

	if (len)
		*len = has ? record->event_len - at : 0;
	return has ? (const char *)record_event(record).data + at : NULL;
}
