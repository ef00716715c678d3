/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "fake_io.h"
#include "sdhci_model.h"

#define STEP       50u                  /* that each access takes */
#define WINDOW     0xE0000000u
#define SLOT_SIZE  0x1000u
#define SECTOR     512u
#define RCA_SD     0xB368u

/* SDHC 2.1.1 and SD 4.10.1, as the model calls them. */
enum { SDMA = 0x00, BLOCK = 0x04, ARGUMENT = 0x08, MODE = 0x0C, COMMAND = 0x0E, RESPONSE = 0x10,
	DATA = 0x20, STATE = 0x24, HOST = 0x28, POWER = 0x29, CLOCK = 0x2C, TIMEOUT = 0x2E,
	RESET = 0x2F, STATUS = 0x30, ENABLE = 0x34, SIGNAL = 0x38, CAPABILITIES = 0x40, ADMA = 0x58,
	VERSION = 0xFE };
enum { COMPLETE = 1u, TRANSFERRED = 2u, CAN_WRITE = 0x10u, CAN_READ = 0x20u,
	NO_ANSWER = 1u << 16, COMMAND_CRC = 2u << 16, DATA_TIMEOUT = 1u << 20, DATA_CRC = 1u << 21,
	ADMA_ERROR = 1u << 25 };
enum { INHIBIT_COMMAND = 1u, INHIBIT_DATA = 2u, INSERTED = 1u << 16, STABLE = 1u << 17,
	WRITABLE = 1u << 19 };
#define OUT_OF_RANGE 0x80000000u
enum { WP_VIOLATION = 1u << 26, ILLEGAL = 1u << 22, ECC = 1u << 21,
	GENERAL = 1u << 19, READY_FOR_DATA = 1u << 8, APP = 1u << 5 };
enum state { OFF, IDLE, READY, IDENT, STANDBY, TRANSFER, SENDING, RECEIVING, STATES };

static struct model {
	struct sdhci_config config;
	uint64_t ticks, ready_at, busy_until, off_at, command_at;
	struct pci_function pci;
	uint8_t registers[2][256];
	/* the card */
	enum state state;
	enum card_kind kind;
	uint32_t serial, csd[4], status, rca;
	bool app, wide, if_cond, low_voltage, is_reset;
	enum card_fault fault;
	bool silent;
	/* the transfer */
	uint32_t lba, left, position, auto_stop;
	bool reading, dma, many, ext_csd;
	unsigned starts, transfers;
	uint8_t store[MODEL_SECTORS][SECTOR];
} m;

static bool is_mmc(void)
{
	return m.kind == CARD_MMC3 || m.kind == CARD_EMMC;
}

static bool by_sector(void)
{
	return m.kind == CARD_SDHC || m.kind == CARD_EMMC;
}

static uint8_t *regs(void)
{
	return m.registers[m.config.slot];
}

static uint32_t get(uint32_t offset)
{
	return le32(regs() + offset);
}

static void set(uint32_t offset, uint32_t value)
{
	le_store(regs() + offset, value, 4);
}

static void raise_status(uint32_t bits)
{
	if (bits & 0xFFFF0000u)
		bits |= 0x8000u;
	set(STATUS, get(STATUS) | (bits & (get(ENABLE) | 0x8000u)));
}

static void tick(void)
{
	m.ticks += STEP;
}

uint64_t rdtsc(void)
{
	tick();
	return m.ticks;
}

uint32_t model_now_ms(void)
{
	return (uint32_t)(m.ticks / HOST_TICKS);
}

/* Bits of a CSD, whose lowest 8 the controller drops. */
static void set_csd(uint32_t low, uint32_t count, uint32_t value)
{
	for (uint32_t i = 0; i < count; i++) {
		uint32_t bit = low - 8 + i;

		m.csd[bit / 32] |= (value >> i & 1) << bit % 32;
	}
}

static void fill_csd(void)
{
	memset(m.csd, 0, sizeof(m.csd));
	switch (m.kind) {
	case CARD_SDSC_V1:
	case CARD_SDSC:         /* (2047 + 1) * 2^(7 + 2) * 2^10 bytes: 1 GiB */
		set_csd(80, 4, 10);
		set_csd(62, 12, 2047);
		set_csd(47, 3, 7);
		break;
	case CARD_SDHC:         /* 32 GiB */
		set_csd(126, 2, 1);
		set_csd(80, 4, 9);
		set_csd(48, 22, 65535);
		break;
	case CARD_SDUC:
		set_csd(126, 2, 2);
		break;
	case CARD_MMC3:         /* 64 MiB */
		set_csd(126, 2, 2);
		set_csd(122, 4, 3);
		set_csd(80, 4, 9);
		set_csd(62, 12, 2047);
		set_csd(47, 3, 4);
		break;
	case CARD_EMMC:
		set_csd(126, 2, 3);
		set_csd(122, 4, 4);
		set_csd(80, 4, 9);
		set_csd(62, 12, 4095);
		set_csd(47, 3, 7);
		break;
	case CARD_NONE:
		break;
	}
	if (m.config.csd_protects)
		set_csd(12, 1, 1);
}

/* The sectors of each kind of card. */
static uint32_t sectors(void)
{
	static const uint32_t sizes[] = { [CARD_SDSC_V1] = 2 << 20, [CARD_SDSC] = 2 << 20,
		[CARD_SDHC] = 64 << 20, [CARD_MMC3] = 128 << 10, [CARD_EMMC] = 61071360 };

	return sizes[m.kind];
}

static void fill_slot(uint8_t *r, bool card)
{
	uint32_t base = m.config.no_base_clock ? 0 : 50;
	uint32_t capabilities = base << 8 | 0x80u | (m.config.no_adma ? 0 : 1u << 19)
		| (m.config.no_3v3 ? 1u << 26 : 1u << 24) | (m.config.embedded ? 1u << 30 : 0);

	memset(r, 0, 256);
	le_store(r + CAPABILITIES, capabilities, 4);
	le_store(r + VERSION, m.config.version, 2);
	le_store(r + STATE, STABLE | (card && !m.config.embedded ? INSERTED : 0)
		 | (m.config.switch_protects || m.config.embedded ? 0 : WRITABLE), 4);
}

static void card_off(void)
{
	m.state = OFF;
	m.silent = m.wide = m.app = m.if_cond = m.is_reset = false;
	m.status = m.rca = 0;
}

void model_insert(enum card_kind kind, uint32_t serial)
{
	m.kind = kind;
	m.serial = serial;
	m.low_voltage = m.config.at_1v8;
	card_off();
	fill_csd();
}

void model_remove(void)
{
	m.kind = CARD_NONE;
	card_off();
	set(STATE, get(STATE) & ~(uint32_t)INSERTED);
}

static uint32_t map(uint64_t physical, uint32_t size)
{
	assert_int_equal(size, 256);
	return (uint32_t)physical;
}

/* PCI: what was active is reset before Bus Master is on. */
static void before_write_config(uint32_t offset, uint32_t value)
{
	assert_int_equal(offset, PCI_COMMAND);
	if (value & PCI_BUS_MASTER)
		assert_false(get(STATE) & INHIBIT_DATA);
}

static void fill_header(void)
{
	m.pci = pci_function(SDHCI_PCI, 0x00071B36, 0x08050100, m.config.as_firmware ? PCI_MEMORY : 0);
	m.pci.space[PCI_BAR0 / 4] = WINDOW;
	m.pci.space[PCI_BAR0 / 4 + 1] = WINDOW + SLOT_SIZE;
	m.pci.space[0x40 / 4] = m.config.two_slots ? 0x10 : 0;  /* slot information */
	m.pci.before_write = before_write_config;
	pci_model_start(&m.pci, 1, NULL);
}

void model_power_on(const struct sdhci_config *config)
{
	memset(&m, 0, sizeof(m));
	host_start(0, 0);
	driver_host.map = map;
	m.config = *config;
	for (unsigned i = 0; i < 2; i++)
		fill_slot(m.registers[i], i == config->slot && config->kind != CARD_NONE);
	for (uint32_t i = 0; i < sizeof(m.store); i++)
		m.store[i / SECTOR][i % SECTOR] = (uint8_t)(i / SECTOR * 7 + i);
	model_insert(config->kind, 1);
	fill_header();
	if (config->as_found_running || config->as_firmware) {
		regs()[POWER] = 0x0F;
		le_store(regs() + CLOCK, 7, 2);
		m.state = TRANSFER;
	}
	if (config->as_found_running) {
		set(STATE, get(STATE) | INHIBIT_DATA | INHIBIT_COMMAND);
		set(SIGNAL, 0x3FF0033);
		set(ENABLE, 0x3FF0033);
		set(STATUS, 0x8000 | DATA_TIMEOUT);
		m.state = SENDING;
	}
}

/* --- The clock and the power ------------------------------------------------------------- */

static uint32_t khz(void)
{
	uint32_t clock = le16(regs() + CLOCK), divisor = clock >> 8;

	if (m.config.version >= 2)
		divisor |= (clock & 0xC0u) << 2;
	else
		assert_true((divisor & (divisor - 1)) == 0);
	return divisor ? 50000 / (2 * divisor) : 50000;
}

static bool is_clocked(void)
{
	return (le16(regs() + CLOCK) & 7u) == 7u;
}

static void write_clock(uint16_t value)
{
	if (value & 4u)
		assert_int_equal(le16(regs() + CLOCK) & 3u, 3u);        /* stable before */
	if (value & 1u && !m.config.clock_hangs)
		value |= 2u;
	if (!m.is_reset)                /* 74 clocks, and 1 ms (SD 6.4.1) */
		m.command_at = m.ticks + HOST_TICKS;
	le_store(regs() + CLOCK, value, 2);
}

static void write_power(uint8_t value)
{
	bool was_on = regs()[POWER] & 1u;

	if (value & 1u) {
		assert_int_equal(value & 0xEu, m.config.no_3v3 ? 0xAu : 0xEu);
		if (m.ticks - m.off_at >= HOST_TICKS)
			m.low_voltage = false;
		if (!was_on && m.kind != CARD_NONE) {
			m.state = IDLE;
			m.ready_at = m.ticks + (uint64_t)m.config.power_up_ms * HOST_TICKS;
		}
	} else if (was_on || !m.off_at) {
		m.off_at = m.ticks;
		card_off();
	}
	regs()[POWER] = value;
}

/* --- The card ---------------------------------------------------------------------------- */

enum { R0 = 0x00, R1 = 0x1A, R1B = 0x1B, R2 = 0x09, R3 = 0x02, WITH_DATA = 0x20, STOPS = 0xC0 };

/* Which commands there are, for which cards, in which states, with which response. */
static const struct command {
	uint8_t index, flags;
	bool app, sd, mmc;
	uint32_t states;
} commands[] = {
#define IN(state) (1u << (state))
	{ 0, R0, false, true, true, ~IN(OFF) },
	{ 1, R3, false, false, true, IN(IDLE) },
	{ 2, R2, false, true, true, IN(READY) },
	{ 3, R1, false, true, true, IN(IDENT) },
	{ 6, R1, true, true, false, IN(TRANSFER) },
	{ 6, R1B, false, false, true, IN(TRANSFER) },
	{ 7, R1B, false, true, true, IN(STANDBY) },
	{ 8, R1, false, true, false, IN(IDLE) },
	{ 8, R1 | WITH_DATA, false, false, true, IN(TRANSFER) },
	{ 9, R2, false, true, true, IN(STANDBY) },
	{ 12, R1B | STOPS, false, true, true, IN(SENDING) | IN(RECEIVING) },
	{ 13, R1, false, true, true, IN(STANDBY) | IN(TRANSFER) | IN(SENDING) | IN(RECEIVING) },
	{ 16, R1, false, true, true, IN(TRANSFER) },
	{ 17, R1 | WITH_DATA, false, true, true, IN(TRANSFER) },
	{ 18, R1 | WITH_DATA, false, true, true, IN(TRANSFER) },
	{ 25, R1 | WITH_DATA, false, true, true, IN(TRANSFER) },
	{ 41, R3, true, true, false, IN(IDLE) },
	{ 55, R1, false, true, false, ~IN(OFF) & ~IN(READY) & ~IN(IDENT) },
};

static const struct command *find(uint32_t index)
{
	for (size_t i = 0; i < COUNT_OF(commands); i++) {
		const struct command *c = &commands[i];

		if (c->index == index && c->app == m.app && (is_mmc() ? c->mmc : c->sd)
		    && c->states >> m.state & 1
		    && !(index == 8 && m.kind == CARD_SDSC_V1)
		    && !(is_mmc() && (index == 6 || index == 8) && m.kind == CARD_MMC3))
			return c;
	}
	return NULL;
}

static void respond(uint32_t value)
{
	set(RESPONSE, value);
}

/* R1: errors are cleared by being told (SD 4.10.1). */
static void respond_r1(void)
{
	static const uint8_t numbers[STATES] = { [IDLE] = 0, [READY] = 1, [IDENT] = 2, [STANDBY] = 3,
		[TRANSFER] = 4, [SENDING] = 5, [RECEIVING] = 6 };

	respond(m.status | (uint32_t)numbers[m.state] << 9
		| (m.ticks >= m.busy_until ? READY_FOR_DATA : 0) | (m.app ? APP : 0));
	m.status = 0;
}

static void respond_ocr(uint32_t argument)
{
	bool is_ready = m.ticks >= m.ready_at && !m.config.never_ready;
	uint32_t window = m.config.no_3v3 ? 0x80u : 0x00FF8000u;

	assert_true(argument & window);
	if (m.kind == CARD_SDHC || m.kind == CARD_SDUC) {
		assert_true(m.if_cond);
		assert_true(argument & 1u << 30);
	}
	if (m.kind == CARD_SDSC_V1)
		assert_false(argument & 1u << 30);
	respond(window | (is_ready ? 1u << 31 : 0) | (by_sector() || m.kind == CARD_SDUC ? 1u << 30 : 0));
	if (is_ready)
		m.state = READY;
}

static void respond_long(const uint32_t *words)
{
	for (uint32_t i = 0; i < 4; i++)
		set(RESPONSE + 4 * i, words[i]);
}

static void check_rca(uint32_t argument)
{
	assert_int_equal(argument, m.rca << 16);
}

/* Those by which a card is identified and selected (SD 4.2, MMC 6.4). Returns false for others. */
static bool identify(uint32_t index, uint32_t argument)
{
	switch (index) {
	case 0:
		assert_int_equal(argument, 0);
		m.state = IDLE;
		m.wide = m.if_cond = false;
		m.rca = m.status = 0;
		return true;
	case 1:
	case 41:
		respond_ocr(argument);
		return true;
	case 2:
		respond_long((const uint32_t[]){ m.serial, 2, 3, 4 });
		m.state = IDENT;
		return true;
	case 3:
		if (is_mmc())
			assert_int_not_equal(argument >> 16, 0);
		m.rca = is_mmc() ? argument >> 16 : RCA_SD;
		respond(m.rca << 16 | 0x520);
		m.state = STANDBY;
		return true;
	case 8:
		respond(argument & 0xFFF);
		m.if_cond = true;
		return true;
	case 9:
		check_rca(argument);
		respond_long(m.csd);
		return true;
	}
	return false;
}

/* Commands without data. */
static void obey(uint32_t index, uint32_t argument)
{
	if (identify(index, argument))
		return;
	switch (index) {
	case 6:
		if (is_mmc())           /* EXT_CSD, BUS_WIDTH */
			assert_int_equal(argument & ~0x100u, 0x03B70000);
		else
			assert_int_equal(argument, 2);
		m.wide = is_mmc() ? argument & 0x100u : true;
		break;
	case 7:
		check_rca(argument);
		respond_r1();
		m.state = TRANSFER;
		m.starts++;
		return;
	case 12:
		respond_r1();
		m.state = TRANSFER;
		return;
	case 13:
		check_rca(argument);
		break;
	case 16:
		assert_int_equal(argument, SECTOR);
		break;
	case 55:
		check_rca(argument);
		m.app = true;
		break;
	}
	respond_r1();
}

/* --- Data -------------------------------------------------------------------------------- */

static uint8_t *card_sector(void)
{
	static uint8_t ext_csd[SECTOR];

	if (!m.ext_csd)
		return m.store[m.lba % MODEL_SECTORS];
	le_store(ext_csd + 212, sectors(), 4);
	return ext_csd;
}

static bool lines_fit(void)
{
	bool host = regs()[HOST] & 2u;

	return host == m.wide && !(m.wide && m.config.one_line);
}

/* The end: CMD12 if it is wanted, and the card programs. */
static void end_transfer(void)
{
	if (m.fault == FAULT_PROGRAM)
		m.status |= GENERAL;
	if (m.fault == FAULT_PROTECTED)
		m.status |= WP_VIOLATION;
	if (m.fault == FAULT_LATE_TIMEOUT)
		raise_status(DATA_TIMEOUT);
	if (m.many) {
		/* reads up to the last sector may say so (SD 4.3.3) */
		set(RESPONSE + 12, m.status | (m.reading && m.lba == sectors() ? OUT_OF_RANGE : 0));
		m.status = 0;
	}
	m.fault = FAULT_NONE;
	m.state = TRANSFER;
	if (!m.reading)
		m.busy_until = m.ticks + (uint64_t)m.config.busy_ms * HOST_TICKS;
	set(STATE, get(STATE) & ~(uint32_t)INHIBIT_DATA);
	raise_status(TRANSFERRED);
}

/* Whether an error ends the transfer instead. */
static bool fails(void)
{
	switch (m.fault) {
	case FAULT_ECC:
		m.status |= ECC;
		raise_status(DATA_TIMEOUT);
		break;
	case FAULT_CRC:
		raise_status(DATA_CRC);
		break;
	case FAULT_ADMA:
		raise_status(ADMA_ERROR);
		break;
	case FAULT_RANGE:
		m.status |= OUT_OF_RANGE;
		raise_status(DATA_TIMEOUT);
		break;
	case FAULT_SILENT:
		m.silent = true;
		break;
	default:
		if (lines_fit())
			return false;
		raise_status(DATA_CRC);
		return true;
	}
	m.fault = FAULT_NONE;
	return true;
}

static void move_sector(uint8_t *buffer)
{
	if (m.reading)
		memcpy(buffer, card_sector(), SECTOR);
	else
		memcpy(card_sector(), buffer, SECTOR);
	m.lba++;
	m.left--;
}

static void by_dma(void)
{
	uint32_t table = get(ADMA), bytes, buffer;
	const uint8_t *entry = (const uint8_t *)(uintptr_t)table;

	assert_false(m.config.no_adma);
	assert_int_equal(regs()[HOST] & 0x18u, 0x10u);
	assert_int_equal(table % 4, 0);
	assert_true(model_command() & PCI_BUS_MASTER);
	assert_int_equal(le16(entry), 0x23);
	bytes = le16(entry + 2) ? le16(entry + 2) : 0x10000;
	buffer = le32(entry + 4);
	assert_int_equal(bytes, m.left * SECTOR);
	assert_int_equal(buffer % 4, 0);
	for (; m.left; buffer += SECTOR)
		move_sector((uint8_t *)(uintptr_t)buffer);
	end_transfer();
}

static void start_data(uint32_t index, uint32_t argument)
{
	uint32_t mode = le16(regs() + MODE), block = get(BLOCK);

	m.many = index == 18 || index == 25;
	m.reading = index != 25;
	m.ext_csd = index == 8;
	m.dma = mode & 1u;
	assert_int_equal(mode & ~1u, (m.many ? 0x26u : 0) | (m.reading ? 0x10u : 0));
	assert_int_equal(block & 0xFFFu, SECTOR);
	m.left = block >> 16;
	assert_true(m.left > 0 && (m.many || m.left == 1));
	if (!by_sector())
		assert_int_equal(argument % SECTOR, 0);
	m.lba = by_sector() ? argument : argument / SECTOR;
	if (!m.ext_csd)
		assert_true(m.lba + m.left <= sectors());
	m.position = 0;
	m.transfers += !m.ext_csd;
	m.state = m.reading ? SENDING : RECEIVING;
	set(STATE, get(STATE) | INHIBIT_DATA);
	if (fails()) {
		if (!m.many && m.state == SENDING)
			m.state = TRANSFER;
		return;
	}
	if (m.dma)
		by_dma();
	else
		raise_status(m.reading ? CAN_READ : CAN_WRITE);
}

/* A word of the buffer, by programmed I/O. */
static uint32_t data_port(uint32_t value)
{
	uint8_t *at = card_sector() + m.position;

	assert_true(m.left && !m.dma && m.state == (m.reading ? SENDING : RECEIVING));
	if (m.position == 0)            /* it was announced, and that was taken note of */
		assert_false(get(STATUS) & (m.reading ? CAN_READ : CAN_WRITE));
	if (m.reading)
		value = le32(at);
	else
		le_store(at, value, 4);
	m.position += 4;
	if (m.position < SECTOR)
		return value;
	m.position = 0;
	m.lba++;
	if (--m.left)
		raise_status(m.reading ? CAN_READ : CAN_WRITE);
	else
		end_transfer();
	return value;
}

/* --- Commands ---------------------------------------------------------------------------- */

static void check_ready(uint32_t flags)
{
	bool uses_data = (flags & WITH_DATA || (flags & 3u) == 3u) && (flags & STOPS) != STOPS;

	assert_true(is_clocked());
	assert_true(regs()[POWER] & 1u);
	assert_true(m.ticks >= m.command_at);
	assert_int_equal(get(SIGNAL), 0);
	assert_int_equal(get(STATUS), 0);
	assert_int_equal(regs()[TIMEOUT], 0xE);
	assert_false(get(STATE) & INHIBIT_COMMAND);
	assert_false(uses_data && get(STATE) & INHIBIT_DATA);
	assert_between(khz(), 100, m.state > OFF && m.state < STANDBY ? 400 : is_mmc() ? 20000 : 25000);
}

static void no_answer(uint32_t error)
{
	set(STATE, get(STATE) | INHIBIT_COMMAND);
	raise_status(COMPLETE | error);
}

static void write_command(uint16_t value)
{
	uint32_t index = value >> 8, flags = value & 0xFFu, argument = get(ARGUMENT);
	const struct command *c;

	check_ready(flags);
	if (m.state == IDLE && !m.is_reset)
		assert_int_equal(index, 0);
	m.is_reset = true;
	c = m.silent || m.low_voltage || m.kind == CARD_NONE ? NULL : find(index);
	if (!c) {
		m.app = false;
		m.status |= m.kind != CARD_NONE ? ILLEGAL : 0;
		if (flags != R0)
			no_answer(NO_ANSWER);
		else
			raise_status(COMPLETE);
		return;
	}
	assert_int_equal(flags, c->flags);
	if (flags & WITH_DATA && m.fault == FAULT_COMMAND_CRC) {
		m.fault = FAULT_NONE;
		no_answer(COMMAND_CRC);
		return;
	}
	if (index != 55)
		m.app = false;
	if (flags & WITH_DATA)
		respond_r1();
	else
		obey(index, argument);
	raise_status(COMPLETE | ((flags & 3u) == 3u ? TRANSFERRED : 0));
	if (flags & WITH_DATA)
		start_data(index, argument);
}

static void write_reset(uint8_t value)
{
	assert_true(value == 1 || value == 2 || value == 4);
	if (m.config.reset_hangs) {
		regs()[RESET] = value;
		return;
	}
	if (value == 1) {
		bool power = regs()[POWER] & 1u;

		fill_slot(regs(), m.kind != CARD_NONE);
		if (power) {
			card_off();
			m.off_at = m.ticks;
		}
	} else if (value == 2) {
		set(STATE, get(STATE) & ~(uint32_t)INHIBIT_COMMAND);
		set(STATUS, get(STATUS) & ~(uint32_t)COMPLETE);
	} else {
		set(STATE, get(STATE) & ~(uint32_t)INHIBIT_DATA);
		set(STATUS, get(STATUS) & ~(uint32_t)(TRANSFERRED | CAN_READ | CAN_WRITE));
		m.left = 0;
	}
}

/* --- Accesses ---------------------------------------------------------------------------- */

/* The offset in the slot with the card. Those of the other one are plain memory. */
static uint8_t *other_slot(uint32_t address, uint32_t *offset)
{
	uint32_t slot = (address - WINDOW) / SLOT_SIZE;

	tick();
	*offset = (address - WINDOW) % SLOT_SIZE;
	if (address < WINDOW || slot > 1 || *offset >= 256)
		fail_msg("memory at %x", address);
	if (!(model_command() & PCI_MEMORY))
		fail_msg("registers without decoding");
	return slot == m.config.slot ? NULL : m.registers[slot];
}

static uint32_t present_state(void)
{
	uint32_t state = get(STATE) | (m.config.stays_inhibited ? INHIBIT_COMMAND : 0);

	return model_now_ms() < m.config.settle_ms ? state & ~(uint32_t)(STABLE | INSERTED) : state;
}

uint32_t read32(uint32_t address)
{
	uint32_t offset;
	uint8_t *other = other_slot(address, &offset);

	if (!other && offset == DATA)
		return data_port(0);
	if (!other && offset == STATE)
		return present_state();
	return le32((other ? other : regs()) + offset);
}

uint16_t read16(uint32_t address)
{
	uint32_t offset;
	uint8_t *other = other_slot(address, &offset);

	return le16((other ? other : regs()) + offset);
}

uint8_t read8(uint32_t address)
{
	uint32_t offset;
	uint8_t *other;

	if (address == 0x475)           /* hard disks of the BIOS */
		return 1;
	other = other_slot(address, &offset);
	return (other ? other : regs())[offset];
}

void write32(uint32_t address, uint32_t value)
{
	uint32_t offset;
	uint8_t *other = other_slot(address, &offset);

	if (other)
		le_store(other + offset, value, 4);
	else if (offset == DATA)
		data_port(value);
	else if (offset == STATUS)
		set(STATUS, get(STATUS) & ~value & ~0x8000u);
	else if (offset == BLOCK || offset == ARGUMENT || offset == ENABLE || offset == SIGNAL
		 || offset == ADMA)
		set(offset, value);
	else
		fail_msg("register %x is written, %x", offset, value);
}

void write16(uint32_t address, uint16_t value)
{
	uint32_t offset;
	uint8_t *other = other_slot(address, &offset);

	if (other || offset == MODE)
		le_store((other ? other : regs()) + offset, value, 2);
	else if (offset == CLOCK)
		write_clock(value);
	else if (offset == COMMAND)
		write_command(value);
	else
		fail_msg("register %x is written, %x", offset, value);
}

void write8(uint32_t address, uint8_t value)
{
	uint32_t offset;
	uint8_t *other = other_slot(address, &offset);

	if (other) {
		if (offset != RESET)
			other[offset] = value;
	} else if (offset == POWER) {
		write_power(value);
	} else if (offset == RESET) {
		write_reset(value);
	} else if (offset == HOST || offset == TIMEOUT) {
		regs()[offset] = value;
	} else {
		fail_msg("register %x is written, %x", offset, value);
	}
}

/* --- What happens to it ----------------------------------------------------------------- */

void model_fail_next(enum card_fault fault)
{
	m.fault = fault;
}

uint8_t *model_sector(uint32_t number)
{
	return m.store[number % MODEL_SECTORS];
}

unsigned model_lines(void)
{
	return regs()[HOST] & 2u ? 4 : 1;
}

unsigned model_starts(void)
{
	return m.starts;
}

unsigned model_transfers(void)
{
	return m.transfers;
}

uint16_t model_command(void)
{
	return pci_function_command(&m.pci);
}
