/* SPDX-License-Identifier: MIT */
/*
 * The NVMe driver, on a model of a controller (NVM Express 1.4), which fails the test if the driver
 * breaks a rule that a real one may rely on.
 */
#include "unit.h"

#include "driver_host.h"
#include "fake_io.h"

#define NVME_PCI  PCI_ADDRESS(1, 0, 0)
#define WINDOW    0xE3000000u
#define DOORBELLS 0x1000u
#define STEP_US   20u                   /* that an access, or a look at the clock, takes */
#define ANSWER_US 100u
#define SECTORS   64u                   /* that a namespace has */
#define SECTOR    512u
#define MS(ms)    ((ms) * UINT64_C(1000))

enum { CAP = 0x00, CAP_HIGH = 0x04, VS = 0x08, CC = 0x14, CSTS = 0x1C, AQA = 0x24, ASQ = 0x28, ACQ = 0x30 };
enum { ENABLE = 1u, SHUTDOWN = 0xC000u };                       /* of CC */
enum { READY = 1u, FATAL = 2u, SHUT_DOWN = 8u };                /* of CSTS */
enum { CREATE_SQ = 1, CREATE_CQ = 5, IDENTIFY = 6, SET_FEATURES = 9, FLUSH = 0, WRITE = 1, READ = 2 };
enum { MEDIUM_ERROR = 0x281 };          /* type 2, code 81h (4.6.1) */

struct config {
	bool running, starting, shut_down, fatal;       /* as another system has left it */
	bool is_old;                    /* 1.0: without a list of namespaces */
	bool list_repeats;              /* the list has the same namespaces each time */
	bool never_ready, never_answers, out_of_reach, is_protected;
	uint32_t ready_ms;
};

static struct {
	struct config config;
	struct pci_function pci;
	uint32_t cc, csts, aqa;
	uint64_t asq, acq;
	uint64_t now, limit, ready_at;  /* ready_at: 0: CSTS.RDY does not change */
	struct queue {
		uint64_t submissions, completions;      /* 0: not created */
		uint32_t tail, head, answered, taken;
		uint64_t due;           /* 0: no command */
	} queues[2];
	bool is_silent;                 /* no answer to the next command */
	unsigned status;                /* of the next command with data */
	unsigned flushes, writes;
	uint8_t store[SECTORS * SECTOR];
} x;

static uint8_t *dma(uint64_t address, uint32_t bytes, const char *what)
{
	return host_dma(&x.pci, address, bytes, what);
}

/* 5.15.2: what there is: namespaces 1 and 3. */
static void identify(const uint8_t *command)
{
	uint8_t *to = dma(le64(command + 24), 4096, "IDENTIFY");
	uint32_t what = le32(command + 40), id = le32(command + 4);

	memset(to, 0, 4096);
	if (what == 0 && (id == 1 || id == 3)) {
		le_store(to, SECTORS, 8);
		to[99] = x.config.is_protected;
		le_store(to + 128, 9u << 16, 4);
	} else if (what == 1) {
		to[525] = 1;
		le_store(to + 516, 3, 4);
	} else if (what == 2) {
		le_store(to, id == 0 || x.config.list_repeats ? 1 : id == 1 ? 3 : 0, 4);
	}
}

/* 5.3 and 5.4: two entries, physically contiguous, no interrupts. */
static void create(const uint8_t *command)
{
	bool is_sq = command[0] == CREATE_SQ;

	assert_int_equal(le32(command + 40), 0x10001);
	assert_int_equal(le32(command + 44), is_sq ? 0x10001 : 1);
	assert_true(!is_sq || x.queues[1].completions);
	*(is_sq ? &x.queues[1].submissions : &x.queues[1].completions) = le64(command + 24);
}

/* 4.3: a page, another one, or a list of them. */
static uint8_t *part(const uint8_t *command, uint32_t at)
{
	uint64_t first = le64(command + 24), second = le64(command + 32);
	uint32_t in_first = 4096 - first % 4096, bytes = (le32(command + 48) + 1) * SECTOR;

	if (at < in_first)
		return dma(first + at, SECTOR, "PRP 1");
	if (bytes > in_first + 4096)
		second = le64(dma(second + (at - in_first) / 4096 * 8, 8, "list of PRPs"));
	assert_int_equal(second % 4096, 0);
	return dma(second + (at - in_first) % 4096, SECTOR, "PRP");
}

static unsigned move(const uint8_t *command)
{
	uint32_t count = le32(command + 48) + 1;
	uint64_t lba = le64(command + 40);
	unsigned status = x.status;

	x.status = 0;
	assert_true(le32(command + 4) == 1 || le32(command + 4) == 3);
	if (status)
		return status;
	if (lba + count > SECTORS)
		return 0x80;
	for (uint32_t i = 0; i < count; i++) {
		uint8_t *sector = x.store + (lba + i) * SECTOR;

		if (command[0] == WRITE)
			memcpy(sector, part(command, i * SECTOR), SECTOR);
		else
			memcpy(part(command, i * SECTOR), sector, SECTOR);
	}
	return 0;
}

static unsigned execute(size_t n, const uint8_t *command)
{
	if (n == 1 && command[0] == FLUSH) {
		x.flushes++;
		return 0;
	}
	if (n == 1 && (command[0] == READ || command[0] == WRITE))
		return move(command);
	if (n == 0 && command[0] == IDENTIFY)
		identify(command);
	else if (n == 0 && (command[0] == CREATE_CQ || command[0] == CREATE_SQ))
		create(command);
	else if (n != 0 || command[0] != SET_FEATURES)
		fail_msg("command %x in queue %zu", command[0], n);
	return 0;
}

/* 4.6: the phase tag is 1 in the first pass through the queue. */
static void answer(size_t n)
{
	struct queue *q = &x.queues[n];
	unsigned status = execute(n, dma(q->submissions + q->head * 64, 64, "submission"));
	uint8_t *to = dma(q->completions + q->answered % 2 * 16, 16, "completion");

	q->due = 0;
	q->head = (q->head + 1) % 2;
	le_store(to + 12, status << 17 | (uint32_t)(q->answered / 2 % 2 == 0) << 16, 4);
	q->answered++;
}

static void tick(void)
{
	x.now += STEP_US;
	if (x.now > x.limit)
		fail_msg("not done in time");
	if (x.ready_at && x.now >= x.ready_at) {
		x.ready_at = 0;
		x.csts = x.cc & ENABLE ? READY : 0;
	}
	for (size_t n = 0; n < 2; n++)
		if (x.queues[n].due && x.now >= x.queues[n].due)
			answer(n);
}

uint64_t rdtsc(void)
{
	tick();
	return x.now * HOST_TICKS / 1000;
}

static bool is_memory(uint32_t address)
{
	return host_has(address, 4);
}

uint32_t read32(uint32_t address)
{
	if (is_memory(address))
		return le32((const uint8_t *)(uintptr_t)address);
	tick();
	assert_true(pci_function_has(&x.pci, PCI_MEMORY));
	switch (address - WINDOW) {
	case CAP: return 19u << 24 | 1;         /* 10 s, two entries at least */
	case CAP_HIGH: return 1u << 5;
	case VS: return x.config.is_old ? 0x10000 : 0x10400;
	case CC: return x.cc;
	case CSTS: return x.csts;
	}
	fail_msg("register %x is read", address);
	return 0;
}

/* 3.1.5 */
static void write_cc(uint32_t value)
{
	bool is_stuck = x.csts & (FATAL | SHUT_DOWN);

	if ((x.cc | value) & ENABLE && (x.cc ^ value) & ~(uint32_t)(ENABLE | SHUTDOWN))
		fail_msg("CC: %x is written, and it is %x", value, x.cc);
	if ((x.cc ^ value) & ENABLE && !(x.csts & READY) == !(value & ENABLE) && !is_stuck)
		fail_msg("CC: %x is written while CSTS is %x", value, x.csts);
	if (value & ENABLE && !(x.cc & ENABLE)) {
		assert_int_equal(x.aqa, 0x10001);
		memset(x.queues, 0, sizeof(x.queues));
		x.queues[0] = (struct queue){ .submissions = x.asq, .completions = x.acq };
	}
	if (!(value & ENABLE))
		memset(x.queues, 0, sizeof(x.queues));
	if ((x.cc ^ value) & ENABLE && !x.config.never_ready)
		x.ready_at = x.now + 1 + MS(x.config.ready_ms);
	x.cc = value;
}

static void ring(uint32_t number, uint32_t value)
{
	struct queue *q = &x.queues[number / 2];

	assert_true(number < 4 && value < 2 && x.csts & READY && q->submissions && q->completions);
	if (number & 1) {
		q->taken++;
		assert_int_equal(q->taken, q->answered);
		assert_int_equal(value, q->taken % 2);
		return;
	}
	assert_true(!q->due && q->taken == q->answered && value != q->tail);
	q->tail = value;
	q->due = x.is_silent || x.config.never_answers ? 0 : x.now + ANSWER_US;
	x.is_silent = false;
}

void write32(uint32_t address, uint32_t value)
{
	uint32_t offset = address - WINDOW;

	tick();
	x.writes++;
	if (offset >= DOORBELLS && offset < DOORBELLS + 16) {
		ring((offset - DOORBELLS) / 4, value);
		return;
	}
	if (offset == CC) {
		write_cc(value);
		return;
	}
	if (x.cc & ENABLE || x.csts & READY)
		fail_msg("register %x is written while the controller is enabled", offset);
	switch (offset) {
	case AQA: x.aqa = value; return;
	case ASQ: x.asq = value; return;
	case ACQ: x.acq = value; return;
	case ASQ + 4: case ACQ + 4:
		assert_int_equal(value, 0);
		return;
	}
	fail_msg("register %x is written, %x", offset, value);
}

/* What another system's queues point to would be written. */
static void before_write_config(uint32_t offset, uint32_t value)
{
	if (offset == PCI_COMMAND && value & PCI_BUS_MASTER && (x.cc & ENABLE || x.csts & READY))
		fail_msg("Bus Master is turned on while the controller is enabled");
}

static uint32_t map(uint64_t physical, uint32_t size)
{
	assert_true(physical == WINDOW && size <= DOORBELLS + 16);
	return size > DOORBELLS && x.config.out_of_reach ? 0 : WINDOW;
}

static uint32_t attach(const struct config *config, uint64_t limit_ms)
{
	memset(&x, 0, sizeof(x));
	x.config = *config;
	x.limit = MS(limit_ms);
	x.cc = config->running || config->starting ? ENABLE | 0x460000 : 0;
	x.ready_at = config->starting ? MS(config->ready_ms) : 0;
	x.csts = (config->running ? READY : 0) | (config->fatal ? FATAL : 0)
		| (config->shut_down ? SHUT_DOWN : 0);
	for (uint32_t i = 0; i < sizeof(x.store); i++)
		x.store[i] = (uint8_t)(i / SECTOR * 7 + i);
	x.pci = pci_function(NVME_PCI, 0x00101B36, 0x01080200, 0);
	x.pci.space[PCI_BAR0 / 4] = WINDOW | 4;
	x.pci.before_write = before_write_config;
	pci_model_start(&x.pci, 1, tick);
	host_start(0, 0);
	driver_host.map = map;
	interface.attach(NVME_PCI, &driver_host);
	return (uint32_t)(x.now / 1000);
}

static enum rj_status request(enum rj_operation operation, uint64_t lba, uint32_t count, void *buffer)
{
	x.limit = x.now + MS(42000);
	return host_request(&host_found.disks[0], operation, lba, count, buffer);
}

/* Aligned to 4 only, so that pages are crossed, with two pages and a list of them. */
static void check_moves(void)
{
	static const uint32_t counts[] = { 1, 8, 9, 64 };
	uint8_t *buffer = (uint8_t *)host_alloc(2 * sizeof(x.store), 4096) + 3072;

	FOR_EACH(i, counts) {
		memset(buffer, 0, sizeof(x.store));
		assert_int_equal(request(RJ_READ, 0, counts[i], buffer), RJ_DISK_OK);
		assert_memory_equal(buffer, x.store, counts[i] * SECTOR);
		memset(buffer, (int)i + 1, sizeof(x.store));
		assert_int_equal(request(RJ_WRITE, 64 - counts[i], counts[i], buffer), RJ_DISK_OK);
		assert_memory_equal(buffer, x.store + (64 - counts[i]) * SECTOR, counts[i] * SECTOR);
	}
	assert_int_equal(request(RJ_FLUSH, 0, 0, NULL), RJ_DISK_OK);
	assert_int_equal(x.flushes, 1);
}

static void finds(void **state)
{
	static const struct {
		const char *name;
		struct config config;
		size_t disks;
		uint32_t flags;
	} rows[] = {
		{ "fresh", { .ready_ms = 50 }, 2, 0 },
		{ "running", { .running = true, .ready_ms = 50 }, 2, 0 },
		{ "starting", { .starting = true, .ready_ms = 500 }, 2, 0 },
		{ "shut down", { .running = true, .shut_down = true }, 2, 0 },
		{ "failed", { .running = true, .fatal = true }, 2, 0 },
		{ "slow", { .running = true, .ready_ms = 4000 }, 2, 0 },
		{ "version 1.0", { .is_old = true }, 2, 0 },
		{ "a list that repeats", { .list_repeats = true }, 1, 0 },
		{ "protected", { .is_protected = true }, 2, RJ_DISK_READONLY },
	};

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].name) {
		attach(&rows[i].config, 9000);
		assert_int_equal(host_found.disk_count, rows[i].disks);
		assert_int_equal(host_found.disks[0].unit, 1);
		assert_int_equal(host_found.disks[rows[i].disks - 1].unit, rows[i].disks == 2 ? 3 : 1);
		assert_int_equal(host_found.disks[0].sectors, SECTORS);
		assert_int_equal(host_found.disks[0].flags, rows[i].flags);
		assert_int_equal(pci_function_command(&x.pci),
				 PCI_MEMORY | PCI_BUS_MASTER | PCI_INTX_DISABLE);
		check_moves();
	}
}

/* Each wait ends. */
static void nothing(void **state)
{
	(void)state;
	attach(&(struct config){ .never_ready = true }, 12000);
	assert_string_equal(host_found.text, "nvme: controller not ready, status 00000000\n");
	attach(&(struct config){ .never_answers = true }, 31000);
	assert_string_equal(host_found.text, "nvme: IDENTIFY failed\n");
	attach(&(struct config){ .out_of_reach = true }, 1000);
	assert_string_equal(host_found.text, "nvme: doorbells out of reach\n");
	assert_int_equal(x.writes, 0);
	assert_int_equal(host_found.disk_count, 0);
}

/* An error is told, and the next request works; so it does after a command without an answer. */
static void errors(void **state)
{
	uint64_t start;
	uint8_t *buffer;

	(void)state;
	attach(&(struct config){ .ready_ms = 10 }, 1000);
	buffer = host_alloc(SECTOR, 4);
	x.status = MEDIUM_ERROR;
	assert_int_equal(request(RJ_READ, 1, 1, buffer), RJ_DISK_BAD_DATA);
	assert_int_equal(request(RJ_READ, SECTORS, 1, buffer), RJ_DISK_NOT_FOUND);
	x.is_silent = true;
	start = x.now;
	assert_int_equal(request(RJ_READ, 1, 1, buffer), RJ_DISK_TIMEOUT);
	assert_between(x.now - start, MS(30000), MS(31000));
	assert_int_equal(x.queues[1].tail, 0);          /* it is started anew, so that none comes later */
	check_moves();
}

UNIT_MAIN(cmocka_unit_test(finds), cmocka_unit_test(nothing), cmocka_unit_test(errors))
