/* SPDX-License-Identifier: MIT */
/* The stub's delays, on machines that lack some of the timers. */
#include "unit.h"

#include <sys/mman.h>
#include <sys/wait.h>

#include "fake_io.h"
#include "hardware/acpi.h"
#include "repairs/repair.h"

#define FADT         0x1000u
#define HPET         0xFED00000u
#define PM_PORT      0x608u
#define TICKS_PER_MS 2100000u   /* of the machine's time stamp counter */
#define STEP         900u       /* ticks that an access takes */
#define NEAR         40u        /* accesses */
#define FAR          1009u

/* The timers that run; the registers of the others exist but do not count. */
static struct machine {
	bool pit, pm_timer, hpet;
	uint32_t crystal_ecx, frequency;
	bool tables;
	unsigned taken_at;              /* before this access, the first being 1, other code has the CPU */
	bool again;                     /* and before each multiple of it */
	uint64_t taken;                 /* for so many ticks */
} machine;
static uint64_t now;
static unsigned accesses, used_at;      /* used_at: the first one to a timer that runs */
static uint8_t port_b = 0x0F;
static uint32_t hpet_configuration;
static bool second_byte;
static uint16_t latched;

static uint64_t counted(uint64_t hz)
{
	return now / TICKS_PER_MS * hz / 1000 + now % TICKS_PER_MS * hz / 1000 / TICKS_PER_MS;
}

static void step(bool is_used)
{
	accesses++;
	if (machine.again ? accesses % machine.taken_at == 0 : accesses == machine.taken_at)
		now += machine.taken;
	if (is_used && !used_at)
		used_at = accesses;
	now += STEP;
}

void outb(uint16_t port, uint8_t value)
{
	step(machine.pit);
	if (port == 0x61)
		port_b = value;
	else if (port == 0x43 && value == 0x80)
		latched = (uint16_t)-(machine.pit && port_b & 1 ? counted(1193182) : 0);
	second_byte = false;
}

uint8_t inb(uint16_t port)
{
	step(machine.pit);
	if (port == 0x61)
		return port_b;
	assert_int_equal(port, 0x42);
	second_byte = !second_byte;
	return (uint8_t)(second_byte ? latched : latched >> 8);
}

uint32_t inl(uint16_t port)
{
	assert_int_equal(port, PM_PORT);
	step(machine.pm_timer);
	return machine.pm_timer ? (uint32_t)counted(3579545) & 0xFFFFFF : 7;
}

uint32_t read32(uint32_t address)
{
	step(machine.hpet && (address & ~0xFFFu) == HPET);
	switch (address) {
	case FADT + 76:
		return PM_PORT;
	case HPET + 4:
		return 69841279;        /* 14.318180 MHz */
	case HPET + 0x10:
		return hpet_configuration;
	case HPET + 0xF0:
		return machine.hpet && hpet_configuration & 1 ? (uint32_t)counted(14318180) : 0;
	default:
		fail_msg("read of %x", address);
		return 0;
	}
}

void write32(uint32_t address, uint32_t value)
{
	assert_int_equal(address, HPET + 0x10);
	hpet_configuration = value;
}

uint64_t rdtsc(void)
{
	step(false);
	return now;
}

struct cpuid cpuid(uint32_t leaf)
{
	if (leaf == 0)
		return (struct cpuid){ .eax = 0x16 };
	if (leaf == 0x15 && machine.crystal_ecx)
		return (struct cpuid){ .eax = 2, .ebx = 175, .ecx = machine.crystal_ecx };
	return (struct cpuid){ .eax = leaf == 0x16 ? machine.frequency : 0 };
}

uint32_t acpi_find(uint32_t signature)
{
	assert_int_equal(signature, ACPI_FADT);
	return machine.tables ? FADT : 0;
}

uint32_t acpi_end(uint32_t table)
{
	return table + 116;
}

uint32_t hpet_registers(void)
{
	return machine.tables ? HPET : 0;
}

/* Each machine in a process of its own: the stub measures once. */
static void check(const char *name, const struct machine *m, uint32_t least, uint32_t most)
{
	uint64_t start;
	uint32_t took;

	machine = *m;
	took = ticks_per_ms();
	if (took < least || took > most)
		fail_msg("%s: %u ticks a ms", name, took);
	if (now > 3 * UINT64_C(400000000))
		fail_msg("%s: measuring took %llu ticks", name, (unsigned long long)now);
	assert_int_equal(port_b & 0x0C, 0x0C);
	assert_int_equal(hpet_configuration, 0);
	start = now;
	delay_ms(10000);
	took = (uint32_t)((now - start) / TICKS_PER_MS);
	if (took < 9900 || took > 24000)
		fail_msg("%s: 10 s took %u ms", name, took);
}

static void machines(void **state)
{
	static const struct {
		const char *name;
		struct machine machine;
		uint32_t least, most;
	} rows[] = {
		{ "PIT", { .pit = true }, TICKS_PER_MS, 2130000 },
		{ "PM timer", { .pm_timer = true, .tables = true }, TICKS_PER_MS, 2130000 },
		{ "HPET", { .hpet = true, .tables = true }, TICKS_PER_MS, 2130000 },
		{ "CPUID 15h", { .crystal_ecx = 24000000, .tables = true }, 2100000, 2100000 },
		{ "CPUID 16h", { .frequency = 2100 }, 2100000, 2100000 },
		{ "none", { .tables = true }, 5000000, 5000000 },
		{ "none, no tables", { .tables = false }, 5000000, 5000000 },
	};

	(void)state;
	FOR_EACH(i, rows) {
		int status;
		pid_t child = fork();

		if (!child) {
			check(rows[i].name, &rows[i].machine, rows[i].least, rows[i].most);
			_exit(0);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
	}
}

/* What measuring on a machine came to: shared with the process that did it. */
static struct outcome {
	uint32_t ticks;
	unsigned accesses, used_at;
} *outcome;

static void measure_on(const struct machine *m)
{
	int status;
	pid_t child = fork();

	if (!child) {
		machine = *m;
		outcome->ticks = ticks_per_ms();
		outcome->accesses = accesses;
		outcome->used_at = used_at;
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* Around the accesses that matter, which are the first and the last of each window, and here and there. */
static unsigned after(unsigned at, const struct outcome *whole)
{
	unsigned middle = (whole->used_at + whole->accesses) / 2;
	bool is_near = at < whole->used_at + NEAR || at + NEAR > whole->accesses
		|| (at + NEAR > middle && at < middle + NEAR);

	return at + (is_near ? 1 : FAR);
}

static const struct machine one_timer[] = {
	{ .pit = true }, { .pm_timer = true, .tables = true }, { .hpet = true, .tables = true },
};
static const uint64_t lengths[] = {
	TICKS_PER_MS, 15 * TICKS_PER_MS, 60 * TICKS_PER_MS, UINT64_C(1) << 32,
};

static void share(void)
{
	outcome = mmap(NULL, sizeof(*outcome), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(outcome != MAP_FAILED);
}

/* Other code has the CPU once while it is measured: what is wrong in one window is right in the other. */
static void taken(void **state)
{
	(void)state;
	share();
	FOR_EACH(i, one_timer) {
		struct machine m = one_timer[i];
		struct outcome whole;

		measure_on(&m);
		whole = *outcome;
		FOR_EACH(n, lengths) {
			m.taken = lengths[n];
			for (m.taken_at = whole.used_at; m.taken_at <= whole.accesses;
			     m.taken_at = after(m.taken_at, &whole)) {
				measure_on(&m);
				if (outcome->ticks < TICKS_PER_MS || outcome->ticks > 2130000)
					fail_msg("access %u, from %u to %u: %u ticks a ms", m.taken_at,
						 whole.used_at, whole.accesses, outcome->ticks);
			}
		}
	}
}

/* And again and again: delays may get longer then, but no shorter. */
static void taken_again(void **state)
{
	static const unsigned periods[] = { 2, 3, 5, 7, 101, 1009, 9001 };

	(void)state;
	share();
	FOR_EACH(i, one_timer) {
		struct machine m = one_timer[i];

		m.again = true;
		FOR_EACH(n, lengths) {
			m.taken = lengths[n];
			FOR_EACH(p, periods) {
				m.taken_at = periods[p];
				measure_on(&m);
				assert_true(outcome->ticks >= TICKS_PER_MS);
			}
		}
	}
}

UNIT_MAIN(cmocka_unit_test(machines), cmocka_unit_test(taken), cmocka_unit_test(taken_again))
