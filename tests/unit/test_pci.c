/* SPDX-License-Identifier: MIT */
/* PCI functions that have to be woken, against a model of one (PCI Power Management 1.2). */
#include "unit.h"

#include "drivers/driver.h"
#include "hardware/io.h"
#include "hardware/pci.h"

#define FUNCTION PCI_ADDRESS(3, 4, 5)
#define POWER    0x80u                  /* the capability's offset; another one comes before it */
#define OTHER    0x40u
#define D3HOT    3u
#define KEEPS    0x0008u                /* No_Soft_Reset, 3.2.4 */

static uint32_t space[64];              /* configuration space */
static uint32_t selected;
static uint64_t now = 1;                /* one tick of the TSC is 1 us */
static uint64_t woken_at;               /* 0: it is asleep */
static bool is_early;                   /* an access in the 10 ms after that (5.4.1) */

static void wake(uint32_t control)
{
	if (!(space[(POWER + 4) / 4] & D3HOT) || control & D3HOT)
		return;
	woken_at = now;
	if (space[(POWER + 4) / 4] & KEEPS)
		return;
	space[PCI_COMMAND / 4] &= 0xFFFF0000u;
	for (unsigned i = 0; i < PCI_BARS; i++)
		space[PCI_BAR0 / 4 + i] = 0;
}

static uint32_t *dword(void)
{
	assert_int_equal(selected & 0xFFFFFF00u, 0x80000000u | FUNCTION);
	is_early |= woken_at && now - woken_at < 10000;
	return &space[(selected & 0xFF) / 4];
}

void outl(uint16_t port, uint32_t value)
{
	if (port == CONFIG_ADDRESS)
		selected = value;
	else
		*dword() = value;
}

void outw(uint16_t port, uint16_t value)
{
	uint32_t *to = dword(), shift = (port & 2u) * 8;

	if ((selected & 0xFF) == POWER + 4)
		wake(value);
	*to = (*to & ~(0xFFFFu << shift)) | (uint32_t)value << shift;
}

uint32_t inl(uint16_t port)
{
	(void)port;
	return *dword();
}

uint64_t rdtsc(void)
{
	return now += 10;
}

/* A function with six BARs in the state of this PMCSR. */
static void set_up(uint32_t control)
{
	memset(space, 0, sizeof(space));
	space[PCI_COMMAND / 4] = PCI_HAS_CAPABILITIES << 16 | PCI_MEMORY;
	space[PCI_CAPABILITIES / 4] = OTHER;
	space[OTHER / 4] = POWER << 8 | 0x05;
	space[POWER / 4] = PCI_POWER;
	space[(POWER + 4) / 4] = control;
	for (unsigned i = 0; i < PCI_BARS; i++)
		space[PCI_BAR0 / 4 + i] = 0xFE000000u + (i << 16);
	woken_at = 0;
	is_early = false;
	timer_init(1000);
}

static void is_awake(void)
{
	assert_int_equal(space[(POWER + 4) / 4] & D3HOT, 0);
	assert_int_equal(space[PCI_COMMAND / 4] & 0xFFFF, PCI_MEMORY);
	for (unsigned i = 0; i < PCI_BARS; i++)
		assert_int_equal(space[PCI_BAR0 / 4 + i], 0xFE000000u + (i << 16));
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
	space[PCI_COMMAND / 4] = PCI_MEMORY;    /* without capabilities */
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
