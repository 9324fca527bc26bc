// SPDX-License-Identifier: GPL-2.0-only
/* Event logs as UEFI, shim, GRUB, systemd-boot and agents write them, and what they hold. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "array_size.h"
#include "firmware_log.h"

enum {
	POST_CODE = 0x01, SEPARATOR = 0x04, PLATFORM_CONFIG_FLAGS = 0x0a, IPL = 0x0d,
	VARIABLE_DRIVER_CONFIG = 0x80000001, VARIABLE_BOOT, BOOT_SERVICES_APPLICATION,
	GPT_EVENT = 0x80000006, ACTION, FIRMWARE_BLOB2 = 0x8000000a, HANDOFF_TABLES2,
	VARIABLE_AUTHORITY = 0x800000e0,
};

static const struct { uint32_t type; const char *name; } types[] = {
	{ POST_CODE, "EV_POST_CODE" },
	{ EV_NO_ACTION, "EV_NO_ACTION" },
	{ SEPARATOR, "EV_SEPARATOR" },
	{ EV_EVENT_TAG, "EV_EVENT_TAG" },
	{ PLATFORM_CONFIG_FLAGS, "EV_PLATFORM_CONFIG_FLAGS" },
	{ IPL, "EV_IPL" },
	{ VARIABLE_DRIVER_CONFIG, "EV_EFI_VARIABLE_DRIVER_CONFIG" },
	{ VARIABLE_BOOT, "EV_EFI_VARIABLE_BOOT" },
	{ BOOT_SERVICES_APPLICATION, "EV_EFI_BOOT_SERVICES_APPLICATION" },
	{ GPT_EVENT, "EV_EFI_GPT_EVENT" },
	{ ACTION, "EV_EFI_ACTION" },
	{ FIRMWARE_BLOB2, "EV_EFI_PLATFORM_FIRMWARE_BLOB2" },
	{ HANDOFF_TABLES2, "EV_EFI_HANDOFF_TABLES2" },
	{ VARIABLE_AUTHORITY, "EV_EFI_VARIABLE_AUTHORITY" },
};

static struct enc event;

static const char *type_name(uint32_t type)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++)
		if (types[i].type == type)
			return types[i].name;
	abort();
}

/* The header, whose fields nobody fills in alike. */
static void begin(struct firmware_log *f, uint32_t reg, uint32_t version, const char *vendor)
{
	static const uint8_t zeros[20];
	struct enc *e = &f->log.bytes;

	memset(f, 0, sizeof(*f));
	f->log.alg = SHA384;
	put_le(e, reg, 4);
	put_le(e, EV_NO_ACTION, 4);
	enc_raw(e, zeros, 20);
	put_le(e, 33 + (uint32_t)strlen(vendor), 4);
	enc_raw(e, "Spec ID Event03", 16);
	put_le(e, 0, 4);
	put_le(e, version, 4);
	put_le(e, 1, 4);
	put_le(e, SHA384, 2);
	put_le(e, 48, 2);
	put_le(e, (uint32_t)strlen(vendor), 1);
	enc_raw(e, vendor, strlen(vendor));
}

/* Puts what is in event; what is measured is something else for the most part. */
static void put(struct firmware_log *f, uint32_t reg, uint32_t type, const void *measured,
		size_t measured_len)
{
	struct firmware_record *r = &f->record[f->n++];

	if (f->n > ARRAY_SIZE(f->record))
		abort();
	r->reg = reg;
	r->type = type_name(type);
	if (type != EV_NO_ACTION &&
	    !EVP_Digest(measured, measured_len, r->digest, NULL, EVP_sha384(), NULL))
		abort();
	log_record(&f->log, reg, type, r->digest, event.data, event.len);
	r->event = f->log.bytes.data + f->log.bytes.len - event.len;
	r->len = event.len;
	event.len = 0;
}

static void put_event(struct firmware_log *f, uint32_t reg, uint32_t type)
{
	static struct enc measured;

	measured = event;
	put(f, reg, type, measured.data, measured.len);
}

static void put_text(struct firmware_log *f, uint32_t reg, uint32_t type, const char *text)
{
	enc_raw(&event, text, strlen(text));
	put_event(f, reg, type);
}

/* Text of GRUB's and shim's ends in a zero, and is measured without it. */
static void put_ipl(struct firmware_log *f, const char *text)
{
	enc_raw(&event, text, strlen(text) + 1);
	put(f, 3, IPL, text, strlen(text));
}

static void utf16(const char *text)
{
	for (; *text; text++)
		put_le(&event, (uint8_t)*text, 2);
}

/* UEFI_VARIABLE_DATA; the GUID is nobody's */
static void put_variable(struct firmware_log *f, uint32_t reg, uint32_t type, const char *name,
			 const char *value, size_t len)
{
	size_t i;

	for (i = 0; i < 16; i++)
		put_le(&event, (uint32_t)(0xa0 + i), 1);
	put_le(&event, (uint32_t)strlen(name), 4);
	put_le(&event, 0, 4);
	put_le(&event, (uint32_t)len, 4);
	put_le(&event, 0, 4);
	utf16(name);
	enc_raw(&event, value, len);
	put_event(f, reg, type);
}

/* UEFI_PLATFORM_FIRMWARE_BLOB2, or UEFI_HANDOFF_TABLE_POINTERS2 with one table */
static void put_described(struct firmware_log *f, uint32_t reg, uint32_t type, const char *text)
{
	put_le(&event, (uint32_t)strlen(text), 1);
	enc_raw(&event, text, strlen(text));
	put_le(&event, type == HANDOFF_TABLES2 ? 1 : 0xffc00000, 4);
	put_le(&event, 0, 4);
	if (type == HANDOFF_TABLES2)
		utf16("GUIDGUID");
	put_le(&event, 0x84000, 4);
	put_le(&event, 0, 4);
	put(f, reg, type, text, strlen(text));
}

/* UEFI_IMAGE_LOAD_EVENT, with the device path of a file */
static void put_image(struct firmware_log *f, const char *file)
{
	uint32_t len = 4 + 2 * ((uint32_t)strlen(file) + 1);

	put_le(&event, 0x7b000018, 4);
	put_le(&event, 0, 4);
	put_le(&event, 0x100000, 4);
	put_le(&event, 0, 4);
	put_le(&event, 0, 4);
	put_le(&event, 0, 4);
	put_le(&event, len + 4, 4);
	put_le(&event, 0, 4);
	put_le(&event, 0x0404, 2);
	put_le(&event, len, 2);
	utf16(file);
	put_le(&event, 0, 2);
	put_le(&event, 0x0004ff7f, 4);
	put(f, 2, BOOT_SERVICES_APPLICATION, file, strlen(file));
}

/* UEFI_GPT_DATA: the header and two partitions */
static void put_gpt(struct firmware_log *f)
{
	uint32_t i;

	enc_raw(&event, "EFI PART", 8);
	for (i = 8; i < 92; i++)
		put_le(&event, i, 1);
	put_le(&event, 2, 4);
	put_le(&event, 0, 4);
	for (i = 0; i < 2 * 128; i++)
		put_le(&event, i * 3, 1);
	put_event(f, 2, GPT_EVENT);
}

/* TCG_PCClientTaggedEvent of Linux' EFI stub: no AAEL */
static void put_tagged(struct firmware_log *f, uint32_t id, const char *text)
{
	put_le(&event, id, 4);
	put_le(&event, 2 * (uint32_t)strlen(text) + 2, 4);
	utf16(text);
	put_le(&event, 0, 2);
	put(f, 3, EV_EVENT_TAG, text, strlen(text));
}

static void put_aael(struct firmware_log *f, uint32_t reg, const char *text)
{
	aael(&event, text);
	put_event(f, reg, EV_EVENT_TAG);
	f->record[f->n - 1].text = text;
}

static void put_separator(struct firmware_log *f, uint32_t reg)
{
	put_le(&event, 0, 4);
	put_event(f, reg, SEPARATOR);
}

static void put_uefi(struct firmware_log *f, bool secure_boot)
{
	static const char certificate[] = "a certificate, for all that a reader knows of it";
	const char *keys = secure_boot ? certificate : "";
	static const char *const names[] = { "PK", "KEK", "db", "dbx" };
	size_t i;

	put_described(f, 1, HANDOFF_TABLES2, "HandOffs");
	put_described(f, 1, FIRMWARE_BLOB2, "Fv(of nobody)");
	put_variable(f, 1, VARIABLE_DRIVER_CONFIG, "SecureBoot", secure_boot ? "\1" : "\0", 1);
	for (i = 0; i < ARRAY_SIZE(names); i++)
		put_variable(f, 1, VARIABLE_DRIVER_CONFIG, names[i], keys, strlen(keys));
	put_separator(f, 1);
	put_text(f, 1, POST_CODE, "ACPI DATA");
	put_text(f, 1, PLATFORM_CONFIG_FLAGS, "etc/table-loader");
	put_variable(f, 2, VARIABLE_BOOT, "BootOrder", "\1\0\0\0", 4);
	put_variable(f, 2, VARIABLE_BOOT, "Boot0001", "\1\0\0\0U\0E\0F\0I\0", 12);
	put_text(f, 2, ACTION, "Calling EFI Application from Boot Option");
	put_separator(f, 2);
	put_gpt(f);
}

static void put_grub(struct firmware_log *f)
{
	static const char *const commands[] = {
		"grub_cmd: set pager=1", "grub_cmd: [  ]", "grub_cmd: insmod part_gpt",
		"grub_cmd: menuentry Example GNU/Linux {\n\tlinux /vmlinuz\n}",
		"grub_linuxefi Kernel", "grub_kernel_cmdline /vmlinuz root=/dev/vda2 quiet",
		"grub_linuxefi Initrd",
	};
	size_t i;

	put_image(f, "\\EFI\\example\\shimx64.efi");
	put_ipl(f, "MokList");
	put_ipl(f, "MokListX");
	put_variable(f, 1, VARIABLE_AUTHORITY, "SbatLevel", "sbat,1,2031010100\n", 18);
	put_image(f, "\\EFI\\example\\grubx64.efi");
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		put_ipl(f, commands[i]);
	put_tagged(f, 0x11223344, "LOADED_IMAGE::LoadOptions");
	put_tagged(f, 0x55667788, "Linux initrd");
	put_text(f, 2, ACTION, "Exit Boot Services Invocation");
	put_text(f, 2, ACTION, "Exit Boot Services Returned with Success");
}

static void put_stub(struct firmware_log *f)
{
	static const char *const sections[] = { ".linux", ".osrel", ".cmdline", ".initrd", ".uname" };
	size_t i;

	put_image(f, "\\EFI\\Linux\\example.efi");
	for (i = 0; i < ARRAY_SIZE(sections); i++)
		put_ipl(f, sections[i]);
	put_text(f, 2, ACTION, "Exit Boot Services Invocation");
}

const char *firmware_name(enum firmware which)
{
	static const char *const names[] = { "direct", "GRUB", "stub", "agent" };

	return names[which];
}

void firmware_log(struct firmware_log *f, enum firmware which)
{
	event.len = 0;
	switch (which) {
	case FIRMWARE_DIRECT:
		begin(f, 0, 0x02690200, "example");
		put_text(f, 1, PLATFORM_CONFIG_FLAGS, "");
		put_separator(f, 1);
		put_separator(f, 2);
		put_described(f, 2, FIRMWARE_BLOB2, "payload");
		f->area = 1 << 20;
		return;
	case FIRMWARE_GRUB:
		begin(f, 1, 0x02000200, "");
		put_uefi(f, true);
		put_grub(f);
		f->area = 1 << 16;
		break;
	case FIRMWARE_STUB:
		begin(f, 1, 0x02000200, "");
		/* with a digest of zeros, which extends nothing */
		enc_raw(&event, "SP800-155 Event3 of nobody", 26);
		put(f, 0, EV_NO_ACTION, NULL, 0);
		enc_raw(&event, "StartupLocality\0\3", 17);
		put(f, 0, EV_NO_ACTION, NULL, 0);
		put_uefi(f, true);
		put_stub(f);
		f->area = 1 << 18;
		break;
	default:
		begin(f, 1, 0x02000200, "");
		put_uefi(f, false);
		put_grub(f);
		put_aael(f, 4, "example.org start-container image=sha256:00");
		put_aael(f, 4, "example.org some-operation {\"member\": {\"of\": \"JSON\"}}");
		f->area = f->log.bytes.len + 11;
		break;
	}
	f->fill = 0xff;
}
