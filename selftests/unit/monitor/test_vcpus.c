// SPDX-License-Identifier: GPL-2.0-only
/*
 * Several vCPUs call at once: each has its own operation, they share the registers, the
 * faults and the address space. Built with ThreadSanitizer.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include <openssl/evp.h>

#include "config.h"
#include "fault.h"
#include "realm.h"
#include "fake_machine.h"

#define VCPUS	3
#define ROUNDS	50
#define OTHERS	IPA(VCPUS)	/* the granule that all of them touch */
#define DIGEST	32

static_assert(VCPUS < GRANULES, "a granule for each vCPU, and one for all");

static struct vcpu {
	struct rec rec;
	u64 x[SMC_REGISTERS];
	u8 read[ROUNDS][DIGEST];
	u8 token[ROUNDS][TOKEN_MAX];
	const char *wrong;	/* the first that was, since cmocka's own are for one thread */
} vcpus[VCPUS];

static pthread_barrier_t barrier;

static void note(struct vcpu *vcpu, const char *what)
{
	if (!vcpu->wrong)
		vcpu->wrong = what;
}

#define need(vcpu, x)	((x) ? (void)0 : note(vcpu, #x))

static u64 call(struct vcpu *vcpu, enum rsi_id id, u64 x1, u64 x2, u64 x3)
{
	memset(vcpu->x, 0x5a, sizeof(vcpu->x));
	vcpu->x[0] = RSI_FID_BASE + id;
	vcpu->x[1] = x1;
	vcpu->x[2] = x2;
	vcpu->x[3] = x3;
	rsi_dispatch(&vcpu->rec, vcpu->x);
	need(vcpu, !cpu.mapped && !cpu.simd);

	return vcpu->x[0];
}

/* The test's own door, README.md: gprs[0], gprs[1] and, behind them, a SPEC. */
static u64 control(struct vcpu *vcpu, u64 own, u64 request, u64 argument)
{
	u8 *at = machine.ram[own];

	memset(at, 0, 0x100);
	*(u16 *)at = 0x7473;
	*(u64 *)(at + 8) = request;
	*(u64 *)(at + 16) = argument;
	need(vcpu, !call(vcpu, RSI_HOST_CALL, IPA(own), 0, 0));

	return *(u64 *)(at + 8);
}

static void take_token(struct vcpu *vcpu, u64 own, u8 *token)
{
	u64 status, len, total = 0;

	need(vcpu, !call(vcpu, RSI_ATTESTATION_TOKEN_INIT, 0, 0, 0));
	do {
		/* where there may be RAM, and surely */
		status = call(vcpu, RSI_ATTESTATION_TOKEN_CONTINUE, OTHERS, 0, 0);
		need(vcpu, status == RSI_INCOMPLETE || status == RSI_ERROR_INPUT);
		status = call(vcpu, RSI_ATTESTATION_TOKEN_CONTINUE, IPA(own), 0, GRANULE_SIZE);
		len = vcpu->x[1];
		need(vcpu, len <= GRANULE_SIZE && total + len <= TOKEN_MAX);
		if (vcpu->wrong)
			return;
		memcpy(token + total, machine.ram[own], len);
		total += len;
	} while (status == RSI_INCOMPLETE);
	need(vcpu, status == RSI_SUCCESS && total);
}

static void *run(void *arg)
{
	u64 own = (u64)(uintptr_t)arg;
	struct vcpu *vcpu = &vcpus[own];

	pthread_barrier_wait(&barrier);
	for (u64 i = 0; i < ROUNDS && !vcpu->wrong; i++) {
		need(vcpu, !call(vcpu, RSI_MEASUREMENT_EXTEND, 1, DIGEST, 0));
		need(vcpu, !call(vcpu, RSI_MEASUREMENT_READ, 1, 0, 0));
		memcpy(vcpu->read[i], vcpu->x + 1, DIGEST);
		need(vcpu, !call(vcpu, RSI_IPA_STATE_SET, OTHERS, OTHERS + GRANULE_SIZE,
				 (own + i) % 2 ? RIPAS_RAM : RIPAS_EMPTY));
		need(vcpu, !call(vcpu, RSI_IPA_STATE_GET, RAM, OTHERS + GRANULE_SIZE, 0));
		need(vcpu, !call(vcpu, RSI_REALM_CONFIG, IPA(own), 0, 0));

		strcpy((char *)machine.ram[own] + 0x800, "features:error=state");
		need(vcpu, !control(vcpu, own, 1, IPA(own) + 0x800));
		call(vcpu, RSI_FEATURES, 0, 0, 0);
		need(vcpu, control(vcpu, own, 4, (RSI_FID_BASE + RSI_FEATURES) & 0xff) != -1ULL);
		need(vcpu, !control(vcpu, own, 2, 0));
		need(vcpu, !control(vcpu, own, 3, i % 2));
		take_token(vcpu, own, vcpu->token[i]);
	}

	return NULL;
}

static int setup(void **state)
{
	const char *line;

	(void)state;
	machine_reset();
	memset(&realm, 0, sizeof(realm));
	fault_clear();
	return config_parse("kernel_size=1\nhash=sha256\nwrapper=399\nprofile=2023\nsign=on\n",
			    &line) ? -1 : 0;
}

/* Extensions that were made one after the other, and nothing in between. */
static void registers_are_whole(void **state)
{
	static u8 chain[VCPUS * ROUNDS + 1][DIGEST];
	pthread_t threads[VCPUS];
	u8 message[2 * DIGEST];

	(void)state;
	pthread_barrier_init(&barrier, NULL, VCPUS);
	for (u64 i = 0; i < VCPUS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, run, (void *)(uintptr_t)i), 0);
	for (u64 i = 0; i < VCPUS; i++) {
		pthread_join(threads[i], NULL);
		if (vcpus[i].wrong)
			fail_msg("vCPU %llu: %s", i, vcpus[i].wrong);
	}
	pthread_barrier_destroy(&barrier);

	for (size_t n = 1; n < ARRAY_SIZE(chain); n++) {
		memcpy(message, chain[n - 1], DIGEST);
		/* the value: X3, and X4 to X6 as call() leaves them */
		memset(message + DIGEST, 0, 8);
		memset(message + DIGEST + 8, 0x5a, DIGEST - 8);
		assert_true(EVP_Digest(message, sizeof(message), chain[n], NULL, EVP_sha256(), NULL));
	}
	assert_memory_equal(realm.measurements[1], chain[VCPUS * ROUNDS], DIGEST);
	for (size_t i = 0; i < VCPUS; i++) {
		size_t at = 0;	/* what one vCPU sees only grows */

		for (size_t round = 0; round < ROUNDS; round++) {
			while (at < ARRAY_SIZE(chain) &&
			       memcmp(vcpus[i].read[round], chain[at], DIGEST))
				at++;
			while (at < ARRAY_SIZE(chain) &&
			       !memmem(vcpus[i].token[round], TOKEN_MAX, chain[at], DIGEST))
				at++;
			if (at == ARRAY_SIZE(chain))
				fail_msg("vCPU %zu, round %zu: no value that REM0 ever had", i, round);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(registers_are_whole, setup),
	};

	return cmocka_run_group_tests_name("monitor: vCPUs", tests, NULL, NULL);
}
