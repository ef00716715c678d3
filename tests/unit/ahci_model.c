/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "ahci_model.h"
#include "be.h"
#include "fake_io.h"

#define WINDOW     0xE2000000u
#define SIZE       0x1100u
#define STEP_US    20u                  /* that an access, or a look at the clock, takes */
#define STOP_US    1000u                /* from ST = 0 to CR = 0, from FRE = 0 to FR = 0 */
#define COMMAND_US 200u
#define LIMIT_MS   120000u
#define SECTOR     512u
#define CD_SECTOR  2048u
#define DISK_SIZE  (1u << 26)           /* sectors */
#define CD_SIZE    1000u

/* Generic host control (3.1), and Intel's own registers: ahci.h in Linux. */
enum { CAP = 0x00, GHC = 0x04, PI = 0x0C, CAP2 = 0x24, BOHC = 0x28, VSCAP = 0xA4, REMAP = 0x800 };
#define GHC_RESET  1u
#define GHC_ENABLE 0x80000000u
#define CAP_S64A   0x80000000u
#define CAP_SPM    0x00020000u
enum { FIRMWARE_OWNS = 1u, OS_OWNS = 2u, FIRMWARE_BUSY = 0x10u };

/* A port (3.3). */
enum { CLB = 0x00, CLBU = 0x04, FB = 0x08, FBU = 0x0C, IS = 0x10, IE = 0x14, CMD = 0x18, TFD = 0x20,
	SIG = 0x24, SSTS = 0x28, SCTL = 0x2C, SERR = 0x30, CI = 0x38, FBS = 0x40, DEVSLP = 0x44 };
enum { START = 1u, SPIN_UP = 2u, POWER_ON = 4u, RECEIVE = 0x10u, RECEIVING = 0x4000u,
	RUNNING = 0x8000u, MULTIPLIER = 0x20000u };
#define ACTIVE     0x10000000u          /* ICC */
enum { BUSY = 0x80u, REQUEST = 8u, FAILED = 1u, READY = 0x50u };
#define IS_TASK_FILE 0x40000000u
#define IS_INTERFACE 0x08000000u
#define SERR_EXCHANGED 0x04000000u      /* DIAG.X */

static struct ahci_port {
	struct ahci_port_config config;
	uint32_t clb, clbu, fb, fbu, is, ie, cmd, tfd, sig, ssts, sctl, serr, ci, fbs, devslp;
	uint64_t present_at, signature_at, running_end, receiving_end, comreset_at;     /* 0: none */
	uint64_t due;                   /* of the command; 0: none */
	bool is_halted;                 /* after an error, until ST is 0 (6.2.2.1) */
	bool attention;
	uint8_t sense_key, sense_code;
	enum ahci_fault fault;
	unsigned comresets;
	uint8_t store[AHCI_SECTORS * SECTOR];
} ports[AHCI_PORTS];

static struct {
	struct ahci_config config;
	struct pci_function pci;
	uint32_t ghc, bohc;
	uint64_t now, limit, reset_end, handoff_end;
	uint32_t limit_ms;
	unsigned writes, resets;
} x;

static uint8_t *dma(uint32_t low, uint32_t high, uint32_t bytes, const char *what)
{
	return host_dma(&x.pci, (uint64_t)high << 32 | low, bytes, what);
}

static void aligned(uint32_t address, uint32_t alignment, const char *what)
{
	if (address % alignment)
		fail_msg("%s: %x is not aligned to %u", what, address, alignment);
}

/* Devices. */
static bool is_cd(const struct ahci_port *p)
{
	return p->config.kind == AHCI_CD || p->config.kind == AHCI_CD_EMPTY;
}

/* SATA 3.x, 13: a port multiplier shows the device at its port 0 until its port 15 is reset. */
static uint32_t signature_of(const struct ahci_port *p)
{
	if (p->config.kind == AHCI_OTHER)
		return 0xC33C0101;
	return is_cd(p) ? 0xEB140101 : 0x00000101;
}

/* A register FIS to the host (SATA 3.x, 10.5.6), which memory gets if FRE is 1 (5.3.2). */
static void post_registers(struct ahci_port *p, uint32_t result)
{
	p->tfd = result;
	if (p->cmd & RECEIVE)
		dma(p->fb, p->fbu, 256, "received FIS")[0x40] = 0x34;
}

/* The first FIS after a COMRESET is accepted even without FRE, but not while DIAG.X is 1. */
static void link_tick(struct ahci_port *p)
{
	if (p->present_at && x.now >= p->present_at) {
		p->present_at = 0;
		p->ssts = p->config.no_link ? 0x1 : 0x133;
		p->serr |= SERR_EXCHANGED;
		p->tfd |= BUSY;
		if (!p->config.silent && p->config.kind != AHCI_MULTIPLIER_EMPTY && !p->config.no_link)
			p->signature_at = x.now + 1 + p->config.ready_ms * UINT64_C(1000);
	}
	if (p->signature_at && x.now >= p->signature_at && !(p->serr & SERR_EXCHANGED)) {
		p->signature_at = 0;
		p->sig = signature_of(p);
		post_registers(p, 1u << 8 | (is_cd(p) ? 0 : READY));
	}
}

static void comreset(struct ahci_port *p)
{
	p->comresets++;
	p->tfd = 0x7F;
	p->sig = UINT32_MAX;
	p->ssts = 0;
	p->due = p->ci = 0;
	p->attention = true;
	p->signature_at = p->present_at = 0;
}

static void comreset_end(struct ahci_port *p)
{
	if (p->config.kind != AHCI_EMPTY)
		p->present_at = x.now + 1 + p->config.present_ms * UINT64_C(1000);
}

/* Commands (ACS-3). */
struct command {
	const uint8_t *fis, *packet;
	uint8_t *data;
	uint32_t bytes;
	bool write;
};

static bool check(struct ahci_port *p, uint8_t key, uint8_t code)
{
	p->sense_key = key;
	p->sense_code = code;
	p->tfd = (uint32_t)key << 12 | READY | FAILED;
	return false;
}

static void answer(const struct command *c, const uint8_t *data, uint32_t size)
{
	if (c->write || !c->bytes)
		fail_msg("the data's direction is wrong");
	memcpy(c->data, data, size < c->bytes ? size : c->bytes);
}

static bool identify(struct ahci_port *p, const struct command *c)
{
	uint8_t words[SECTOR] = { 0 };

	if (c->bytes != SECTOR)
		fail_msg("IDENTIFY: %u bytes", c->bytes);
	if (is_cd(p) != (c->fis[2] == 0xA1))
		return check(p, 0, 0);
	le_store(words + 2 * 49, 0x0300, 2);            /* LBA, DMA */
	le_store(words + 2 * 60, DISK_SIZE, 4);
	le_store(words + 2 * 83, 0x7400, 2);            /* LBA48, both FLUSH CACHE */
	le_store(words + 2 * 100, DISK_SIZE, 8);
	answer(c, words, sizeof(words));
	return true;
}

static bool move_sectors(struct ahci_port *p, const struct command *c, bool write)
{
	uint64_t lba = le32(c->fis + 4) & 0xFFFFFF;
	uint32_t count = le16(c->fis + 12);

	lba |= (uint64_t)(le32(c->fis + 8) & 0xFFFFFF) << 24;
	if (c->fis[7] != 0x40 || c->write != write || c->bytes != count * SECTOR)
		fail_msg("command %x: %u sectors, %u bytes, %s, device %x", c->fis[2], count, c->bytes,
			 c->write ? "write" : "read", c->fis[7]);
	if (lba + count > DISK_SIZE) {
		p->tfd = 0x1051;                        /* ID not found */
		return false;
	}
	for (uint32_t i = 0; i < c->bytes; i++) {
		uint8_t *at = &p->store[(lba * SECTOR + i) % sizeof(p->store)];

		*(write ? at : &c->data[i]) = write ? c->data[i] : *at;
	}
	return true;
}

static bool read_cd(struct ahci_port *p, const struct command *c)
{
	uint32_t lba = (uint32_t)c->packet[4] << 8 | c->packet[5];
	uint32_t count = (uint32_t)c->packet[7] << 8 | c->packet[8];

	if (c->bytes != count * CD_SECTOR || c->fis[3] != 1)
		fail_msg("READ(10): %u sectors, %u bytes, features %x", count, c->bytes, c->fis[3]);
	if (lba + count > CD_SIZE)
		return check(p, 5, 0x21);
	for (uint32_t i = 0; i < c->bytes; i++)
		c->data[i] = p->store[(lba * CD_SECTOR + i) % sizeof(p->store)];
	return true;
}

static bool packet(struct ahci_port *p, const struct command *c)
{
	uint8_t capacity[8], sense[18] = { 0x70, 0, p->sense_key, 0, 0, 0, 0, 10, 0, 0, 0, 0,
					   p->sense_code };

	if (c->packet[0] == 0x03) {
		answer(c, sense, sizeof(sense));
		return true;
	}
	if (p->attention) {
		p->attention = false;
		return check(p, 6, 0x29);
	}
	if (p->config.kind == AHCI_CD_EMPTY)
		return check(p, 2, 0x3A);
	switch (c->packet[0]) {
	case 0x00:
		return true;
	case 0x25:
		put_be32(capacity, CD_SIZE - 1);
		put_be32(capacity + 4, CD_SECTOR);
		answer(c, capacity, sizeof(capacity));
		return true;
	case 0x28:
		return read_cd(p, c);
	}
	fail_msg("packet command %x", c->packet[0]);
	return false;
}

/* Returns whether it is done; if not, the task file has why. */
static bool execute(struct ahci_port *p, const struct command *c)
{
	switch (c->fis[2]) {
	case 0xEC: case 0xA1:
		return identify(p, c);
	case 0x25:
		return move_sectors(p, c, false);
	case 0x35:
		return move_sectors(p, c, true);
	case 0xEA:
		if (c->bytes)
			fail_msg("FLUSH CACHE EXT: %u bytes", c->bytes);
		return true;
	case 0xA0:
		return packet(p, c);
	}
	fail_msg("command %x", c->fis[2]);
	return false;
}

/* Slot 0: header, table, at most one PRD entry (4.2). */
static struct command fetch(struct ahci_port *p)
{
	const uint8_t *header = dma(p->clb, p->clbu, 1024, "command list");
	uint32_t flags = le32(header), entries = flags >> 16, table = le32(header + 8);
	const uint8_t *t = dma(table, le32(header + 12), 0x80 + entries * 16, "command table");
	struct command c = { .fis = t, .packet = t + 0x40, .write = flags & 0x40 };

	aligned(table, 128, "command table");
	if ((flags & 0x1F) != 5 || flags & 0xFF80 || entries > 1 || le32(header + 4))
		fail_msg("command header %x, %u bytes (4.2.2)", flags, le32(header + 4));
	if (t[0] != 0x27 || t[1] != 0x80)
		fail_msg("FIS %x, %x (SATA 3.x, 10.5.5)", t[0], t[1]);
	if (!(flags & 0x20) != (t[2] != 0xA0))
		fail_msg("command %x, and the header's bit A is %u", t[2], flags >> 5 & 1);
	if (!entries)
		return c;
	c.bytes = (le32(t + 0x8C) & 0x3FFFFF) + 1;
	if (c.bytes & 1 || le32(t + 0x8C) >> 22 || le32(t + 0x88) || le32(t + 0x80) & 1)
		fail_msg("PRD %x, %x, %x (4.2.3.3)", le32(t + 0x80), le32(t + 0x88), le32(t + 0x8C));
	c.data = dma(le32(t + 0x80), le32(t + 0x84), c.bytes, "data");
	return c;
}

static void fail_command(struct ahci_port *p, uint32_t cause)
{
	p->is |= cause;
	p->is_halted = true;
}

static void command_tick(struct ahci_port *p)
{
	enum ahci_fault fault = p->fault;
	struct command c;

	if (!p->due || x.now < p->due)
		return;
	p->due = 0;
	p->fault = AHCI_GOOD;
	if (fault == AHCI_NO_ANSWER)
		return;
	if (fault == AHCI_INTERFACE_ERROR) {
		fail_command(p, IS_INTERFACE);
		return;
	}
	c = fetch(p);
	p->tfd = READY;
	if (fault == AHCI_MEDIUM_ERROR)
		p->tfd = 0x4051;
	if (fault == AHCI_MEDIUM_ERROR || !execute(p, &c)) {
		post_registers(p, p->tfd);
		fail_command(p, IS_TASK_FILE);
		return;
	}
	le_store(dma(p->clb, p->clbu, 32, "command list") + 4, c.bytes, 4);
	post_registers(p, p->tfd);
	p->ci = 0;
}

static void port_tick(struct ahci_port *p)
{
	if (p->running_end && x.now >= p->running_end) {
		p->cmd &= ~(uint32_t)RUNNING;
		p->running_end = 0;
	}
	if (p->receiving_end && x.now >= p->receiving_end) {
		p->cmd &= ~(uint32_t)RECEIVING;
		p->receiving_end = 0;
	}
	link_tick(p);
	command_tick(p);
}

/* The HBA's reset (10.4.3): all but the addresses; then a COMRESET at each port. */
static void reset_port(struct ahci_port *p)
{
	p->cmd = SPIN_UP | POWER_ON;
	p->is = p->ie = p->serr = p->fbs = p->devslp = p->sctl = 0;
	p->running_end = p->receiving_end = 0;
	p->is_halted = false;
	p->config.stuck = p->config.active = false;
	comreset(p);
	comreset_end(p);
}

static void tick(void)
{
	x.now += STEP_US;
	if (x.now > x.limit)
		fail_msg("not done after %u ms", x.limit_ms);
	if (x.reset_end && x.now >= x.reset_end) {
		x.reset_end = 0;
		x.ghc = 0;
		for (unsigned n = 0; n < AHCI_PORTS; n++)
			reset_port(&ports[n]);
	}
	if (x.handoff_end && x.now >= x.handoff_end) {
		x.handoff_end = 0;
		x.bohc &= ~(uint32_t)(FIRMWARE_OWNS | FIRMWARE_BUSY);
	}
	for (unsigned n = 0; n < AHCI_PORTS; n++)
		port_tick(&ports[n]);
}

uint64_t rdtsc(void)
{
	tick();
	return x.now * HOST_TICKS / 1000;
}

void ahci_limit_ms(uint32_t ms)
{
	x.limit_ms = ms;
	x.limit = x.now + ms * UINT64_C(1000);
}

/* The port's command register (3.3.7, 10.3). */
static void start_port(struct ahci_port *p)
{
	if (p->cmd & RUNNING || !(p->cmd & RECEIVE))
		fail_msg("ST is set while CMD is %x (10.3.1)", p->cmd);
	if (p->tfd & (BUSY | REQUEST) || (p->ssts & 0xF) != 3)
		fail_msg("ST is set while TFD is %x, and SSTS %x (10.3.1)", p->tfd, p->ssts);
	if (p->ie || p->fbs || p->serr)
		fail_msg("ST is set while IE is %x, FBS %x, SERR %x", p->ie, p->fbs, p->serr);
	dma(p->clb, p->clbu, 1024, "command list");
	p->cmd |= RUNNING;
	p->is_halted = false;
}

static void stop_port(struct ahci_port *p)
{
	p->ci = 0;
	p->due = 0;
	if (!p->config.stuck)
		p->running_end = x.now + STOP_US;
}

static void write_cmd(struct ahci_port *p, uint32_t value)
{
	uint32_t old = p->cmd, writable = 0xFF00001Fu | (x.config.no_multipliers ? 0 : MULTIPLIER);
	uint32_t set = value & ~old, cleared = old & ~value;

	if (cleared & RECEIVE && (old & (START | RUNNING)))
		fail_msg("FRE is cleared while CMD is %x (10.3.2)", old);
	if (set & RECEIVE && old & RECEIVING)
		fail_msg("FRE is set while CMD is %x", old);
	if (cleared & (SPIN_UP | POWER_ON))
		fail_msg("the power is turned off, CMD %x", value);
	if (set & RECEIVE)
		dma(p->fb, p->fbu, 256, "received FIS");
	if (set & START)
		start_port(p);
	if (cleared & START)
		stop_port(p);
	p->cmd = (value & writable) | (p->cmd & (RUNNING | RECEIVING));
	if (set & RECEIVE)
		p->cmd |= RECEIVING;
	if (cleared & RECEIVE)
		p->receiving_end = x.now + STOP_US;
}

static void write_sctl(struct ahci_port *p, uint32_t value)
{
	if (value & 1 && p->cmd & (START | RUNNING))
		fail_msg("COMRESET while CMD is %x (3.3.11)", p->cmd);
	if (value & 1 && !(p->sctl & 1)) {
		p->comreset_at = x.now;
		comreset(p);
	}
	if (!(value & 1) && p->sctl & 1) {
		if (x.now < p->comreset_at + 1000)
			fail_msg("COMRESET is too short (10.4.2)");
		comreset_end(p);
	}
	p->sctl = value;
}

static void write_ci(struct ahci_port *p, uint32_t value)
{
	if (value != 1)
		fail_msg("CI: %x is written", value);
	if (!(p->cmd & START) || p->is_halted || p->ci)
		fail_msg("CI: CMD is %x, %s, CI %x (3.3.14, 6.2.2.1)", p->cmd,
			 p->is_halted ? "halted" : "not halted", p->ci);
	p->ci = value;
	p->tfd |= BUSY;
	p->due = x.now + COMMAND_US;
}

/* Registers that may change only while the port does not use them (3.3.1 to 3.3.4, 3.3.16). */
static void set_idle(struct ahci_port *p, uint32_t busy, uint32_t alignment, uint32_t *at,
		     uint32_t value)
{
	if (p->cmd & busy)
		fail_msg("an address, or FBS, is changed while CMD is %x", p->cmd);
	aligned(value, alignment, "an address");
	*at = value;
}

static void write_port(struct ahci_port *p, uint32_t offset, uint32_t value)
{
	switch (offset) {
	case CLB:
		set_idle(p, START | RUNNING, 1024, &p->clb, value);
		return;
	case CLBU:
		set_idle(p, START | RUNNING, 1, &p->clbu, value);
		return;
	case FB:
		set_idle(p, RECEIVE | RECEIVING, 256, &p->fb, value);
		return;
	case FBU:
		set_idle(p, RECEIVE | RECEIVING, 1, &p->fbu, value);
		return;
	case FBS:
		set_idle(p, START | RUNNING, 1, &p->fbs, value);
		return;
	case IS:
		p->is &= ~value;
		return;
	case SERR:
		p->serr &= ~value;
		return;
	case IE:
		p->ie = value;
		return;
	case DEVSLP:
		p->devslp = value;
		return;
	case CMD:
		write_cmd(p, value);
		return;
	case SCTL:
		write_sctl(p, value);
		return;
	case CI:
		write_ci(p, value);
		return;
	}
	fail_msg("register %x of a port is written, %x", offset, value);
}

static uint32_t read_port(const struct ahci_port *p, uint32_t offset)
{
	switch (offset) {
	case CLB: return p->clb;
	case CLBU: return p->clbu;
	case FB: return p->fb;
	case FBU: return p->fbu;
	case IS: return p->is;
	case CMD: return p->cmd;
	case TFD: return p->tfd;
	case SIG: return p->sig;
	case SSTS: return p->ssts;
	case CI: return p->ci;
	case DEVSLP: return p->devslp;
	}
	fail_msg("register %x of a port is read", offset);
	return 0;
}

/* The HBA's own registers. */
static void write_ghc(uint32_t value)
{
	if (!(x.ghc & GHC_ENABLE) && value != GHC_ENABLE)
		fail_msg("GHC: %x is written while AE is 0 (3.1.2)", value);
	x.ghc = value & (GHC_ENABLE | 2);
	if (!(value & GHC_RESET))
		return;
	x.resets++;
	x.ghc |= GHC_RESET;
	if (!x.config.reset_hangs)
		x.reset_end = x.now + 1 + x.config.reset_ms * UINT64_C(1000);
}

static void write_bohc(uint32_t value)
{
	if (!x.config.firmware_owns || !(value & OS_OWNS))
		fail_msg("BOHC: %x is written", value);
	x.bohc |= OS_OWNS;
	if (!x.config.handoff_ms)
		return;
	x.bohc |= FIRMWARE_BUSY;
	x.handoff_end = x.now + x.config.handoff_ms * UINT64_C(1000);
}

static uint32_t implemented(void)
{
	uint32_t mask = 0;

	for (unsigned n = 0; n < AHCI_PORTS; n++)
		mask |= (uint32_t)!x.config.ports[n].not_implemented << n;
	return mask;
}

static uint32_t read_hba(uint32_t offset)
{
	switch (offset) {
	case CAP:
		return (x.config.is_64bit ? CAP_S64A : 0) | (x.config.no_multipliers ? 0 : CAP_SPM)
			| (AHCI_PORTS - 1);
	case GHC: return x.ghc;
	case PI: return implemented();
	case CAP2: return x.config.firmware_owns;
	case BOHC: return x.bohc;
	case VSCAP: return x.config.vscap;
	case REMAP: return x.config.remap;
	case 0x880: return x.config.remapped[0];
	case 0x900: return x.config.remapped[1];
	case 0x980: return x.config.remapped[2];
	}
	fail_msg("register %x is read", offset);
	return 0;
}

/* Intel's registers overlay ports that such an HBA does not have. */
static struct ahci_port *port_of(uint32_t offset)
{
	unsigned n = (offset - 0x100) / 0x80;

	if (offset < 0x100 || n >= AHCI_PORTS)
		return NULL;
	if (!(implemented() >> n & 1))
		fail_msg("port %u, which is not implemented, is used (3.1.4)", n);
	if (!(x.ghc & GHC_ENABLE) || x.ghc & GHC_RESET)
		fail_msg("port %u is used while GHC is %x", n, x.ghc);
	return &ports[n];
}

static uint32_t offset_of(uint32_t address)
{
	if (address < WINDOW || address >= WINDOW + SIZE || address & 3)
		fail_msg("register %x", address);
	if (!pci_function_has(&x.pci, PCI_MEMORY))
		fail_msg("register %x, which is not decoded", address);
	return address - WINDOW;
}

uint32_t read32(uint32_t address)
{
	uint32_t offset = offset_of(address);
	const struct ahci_port *p;

	tick();
	p = port_of(offset);
	return p ? read_port(p, (offset - 0x100) % 0x80) : read_hba(offset);
}

void write32(uint32_t address, uint32_t value)
{
	uint32_t offset = offset_of(address);
	struct ahci_port *p;

	tick();
	x.writes++;
	p = port_of(offset);
	if (p && x.handoff_end)
		fail_msg("a port is used while the firmware is busy with it (10.6.3)");
	if (p)
		write_port(p, (offset - 0x100) % 0x80, value);
	else if (offset == GHC)
		write_ghc(value);
	else if (offset == BOHC)
		write_bohc(value);
	else
		fail_msg("register %x is written, %x", offset, value);
}

/* PCI: what a command of another system points to would be written. */
static void before_write_config(uint32_t offset, uint32_t value)
{
	for (unsigned n = 0; n < AHCI_PORTS; n++)
		if (offset == PCI_COMMAND && value & PCI_BUS_MASTER && ports[n].config.active
		    && ports[n].cmd & RUNNING)
			fail_msg("Bus Master is turned on while port %u is active", n);
}

static void fill_header(const struct ahci_config *c)
{
	x.pci = pci_function(AHCI_PCI, 0x29220000u | (c->vendor ? c->vendor : 0x8086), 0x01060102,
			     (uint16_t)(PCI_MEMORY | (c->bus_master ? PCI_BUS_MASTER : 0)));
	x.pci.space[PCI_BAR0 / 4 + 5] = c->no_bar ? 0 : WINDOW;
	x.pci.before_write = before_write_config;
	pci_model_start(&x.pci, 1, tick);
}

static uint32_t map(uint64_t physical, uint32_t size)
{
	if (physical != WINDOW || size != SIZE)
		fail_msg("map of %llx, %x bytes", (unsigned long long)physical, size);
	return (uint32_t)physical;
}

/* Set up. */
static void fill_port(struct ahci_port *p, const struct ahci_port_config *config)
{
	*p = (struct ahci_port){ .config = *config, .cmd = SPIN_UP | POWER_ON, .sig = UINT32_MAX,
				 .tfd = 0x7F };
	for (uint32_t i = 0; i < sizeof(p->store); i++)
		p->store[i] = (uint8_t)(i / SECTOR * 5 + i + (uint32_t)(p - ports));
	if (config->kind != AHCI_EMPTY) {
		p->ssts = config->no_link ? 0x1 : 0x133;
		p->sig = config->multiplier_on ? 0x96690101 : signature_of(p);
		p->tfd = config->silent ? BUSY : READY;
	}
	if (config->multiplier_on)
		p->cmd |= MULTIPLIER;
	if (!config->running)
		return;
	p->cmd |= ACTIVE | START | RUNNING | RECEIVE | RECEIVING;
	p->clb = config->list;
	p->fb = config->received;
	p->ie = 0x7DC000FF;
	p->fbs = config->multiplier_on;
	p->ci = config->active ? 0x80000001 : 0;
	p->tfd |= config->active ? BUSY : 0;
}

void ahci_power_on(const struct ahci_config *config)
{
	memset(&x, 0, sizeof(x));
	host_start(0, 0);
	driver_host.map = map;
	x.config = *config;
	x.ghc = config->legacy ? 0 : GHC_ENABLE | 2;
	x.bohc = config->firmware_owns ? FIRMWARE_OWNS : 0;
	fill_header(config);
	for (unsigned n = 0; n < AHCI_PORTS; n++)
		fill_port(&ports[n], &config->ports[n]);
	ahci_limit_ms(LIMIT_MS);
}

uint32_t ahci_attach_hba(const struct ahci_config *config, uint32_t limit_ms)
{
	uint64_t start;

	ahci_power_on(config);
	start = x.now;
	ahci_limit_ms(limit_ms);
	interface.attach(AHCI_PCI, &driver_host);
	return (uint32_t)((x.now - start) / 1000);
}

void ahci_fail_next(unsigned port, enum ahci_fault fault)
{
	ports[port].fault = fault;
}

void ahci_stick(unsigned port)
{
	ports[port].config.stuck = true;
}

uint8_t *ahci_sector(unsigned port, uint32_t lba)
{
	return &ports[port].store[lba % AHCI_SECTORS * SECTOR];
}

uint16_t ahci_command(void)
{
	return pci_function_command(&x.pci);
}

unsigned ahci_writes(void)
{
	return x.writes + x.pci.writes;
}

unsigned ahci_resets(void)
{
	return x.resets;
}

unsigned ahci_comresets(unsigned port)
{
	return ports[port].comresets;
}
