/* SPDX-License-Identifier: MIT */
/* PCI functions that have to be woken, against a model of one (PCI Power Management 1.2). */
#include "unit.h"

#include "drivers/driver.h"
#include "hardware/io.h"
#include "pci_model.h"

#define FUNCTION PCI_ADDRESS(3, 4, 5)
#define POWER    0x80u                  /* the capability's offset; another one comes before it */
#define CONTROL  (POWER + PCI_POWER_CONTROL)
#define OTHER    0x40u
#define D3HOT    3u
#define KEEPS    0x0008u                /* No_Soft_Reset, 3.2.4 */

static struct pci_function function;
static uint64_t now = 1;                /* one tick of the TSC is 1 us */
static uint64_t woken_at;               /* 0: it is asleep */
static bool is_early;                   /* an access in the 10 ms after that (5.4.1) */

static uint32_t *space(uint32_t offset)
{
	return &function.space[offset / 4];
}

static void wake(uint32_t offset, uint32_t value)
{
	if (offset != CONTROL || !(*space(CONTROL) & D3HOT) || value & D3HOT)
		return;
	woken_at = now;
	if (*space(CONTROL) & KEEPS)
		return;
	*space(PCI_COMMAND) &= 0xFFFF0000u;
	for (unsigned i = 0; i < PCI_BARS; i++)
		*space(PCI_BAR0 + 4 * i) = 0;
}

static void accessed(void)
{
	is_early |= woken_at && now - woken_at < 10000;
}

uint32_t read32(uint32_t address)
{
	fail_msg("register %x is read", address);
	return 0;
}

uint64_t rdtsc(void)
{
	return now += 10;
}

/* A function with six BARs in the state of this PMCSR. */
static void set_up(uint32_t control)
{
	function = pci_function(FUNCTION, 0x12348086, 0x01060100, PCI_MEMORY);
	function.before_write = wake;
	*space(PCI_COMMAND) |= PCI_HAS_CAPABILITIES << 16;
	*space(PCI_CAPABILITIES) = OTHER;
	*space(OTHER) = POWER << 8 | 0x05;
	*space(POWER) = PCI_POWER;
	*space(CONTROL) = control;
	function.writable[CONTROL / 4] = D3HOT;
	for (unsigned i = 0; i < PCI_BARS; i++) {
		*space(PCI_BAR0 + 4 * i) = 0xFE000000u + (i << 16);
		function.writable[PCI_BAR0 / 4 + i] = 0xFFFFF000;
	}
	pci_model_start(&function, 1, accessed);
	woken_at = 0;
	is_early = false;
	timer_init(1000);
}

static void is_awake(void)
{
	assert_int_equal(*space(CONTROL) & D3HOT, 0);
	assert_int_equal(pci_function_command(&function), PCI_MEMORY);
	for (unsigned i = 0; i < PCI_BARS; i++)
		assert_int_equal(*space(PCI_BAR0 + 4 * i), 0xFE000000u + (i << 16));
	assert_false(is_early);
}

static void wakes(void **state)
{
	static const uint32_t controls[] = { D3HOT, D3HOT | KEEPS, 1, 2 };

	(void)state;
	for (size_t i = 0; i < sizeof(controls) / sizeof(controls[0]); i++) {
		set_up(controls[i]);
		pci_wake(FUNCTION);
		assert_int_not_equal(woken_at, 0);
		is_awake();
	}
}

static void leaves_alone(void **state)
{
	(void)state;
	set_up(KEEPS);
	pci_wake(FUNCTION);
	assert_int_equal(woken_at, 0);
	is_awake();
	set_up(D3HOT);
	*space(PCI_COMMAND) = PCI_MEMORY;       /* without capabilities */
	pci_wake(FUNCTION);
	assert_int_equal(woken_at, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(wakes),
		cmocka_unit_test(leaves_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
