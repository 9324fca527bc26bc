// SPDX-License-Identifier: GPL-2.0-only
/* The monitor's last words, on the PL011 that the guest has as its console. */
#include "console.h"
#include "layout.h"
#include "psci.h"

#define UART_DR		0x00
#define UART_FR		0x18
#define UART_FR_TXFF	BIT(5)
#define UART_CR		0x30
#define UART_CR_ON	(BIT(0) | BIT(8))	/* UARTEN, TXE */

static u32 uart_read(u64 offset)
{
	u32 value;

	asm volatile("ldr %w0, [%1]" : "=r" (value) : "r" (UART_BASE + offset));

	return value;
}

static void uart_write(u64 offset, u32 value)
{
	asm volatile("str %w0, [%1]" : : "r" (value), "r" (UART_BASE + offset));
}

static void put(char c)
{
	while (uart_read(UART_FR) & UART_FR_TXFF)
		;
	uart_write(UART_DR, c);
}

static void text(const char *text)
{
	for (; *text && *text != '\n'; text++)
		put(*text);
}

static void hex(u64 value)
{
	text("0x");
	for (int shift = 60; shift >= 0; shift -= 4)
		put("0123456789abcdef"[value >> shift & 0xf]);
}

static void newline(void)
{
	put('\r');
	put('\n');
}

static void begin(const char *why)
{
	uart_write(UART_CR, UART_CR_ON);
	newline();
	text("monitor: ");
	text(why);
}

void die(const char *why, const char *detail)
{
	begin(why);
	text(detail);
	newline();
	psci_power_off();
}

void die_values(const char *why, const struct die_value *values, size_t count)
{
	begin(why);
	for (size_t i = 0; i < count; i++) {
		text(values[i].name);
		hex(values[i].value);
	}
	newline();
	psci_power_off();
}
