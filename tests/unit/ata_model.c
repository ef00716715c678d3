/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "ata_model.h"
#include "be.h"
#include "drivers/ata_device.h"
#include "fake_io.h"

#define READING   20u                   /* ticks that a reading of the time stamp counter takes; others: 1 */
#define DISK_SIZE 0x00100000u           /* sectors */
#define CD_SIZE   0x00010000u
#define BLOCK     2048u                 /* bytes: the larger sector's */

enum { DATA, ERROR, COUNT, LBA_LOW, LBA_MID, LBA_HIGH, DEVICE, STATUS };
enum { ABORT = 0x04, READY = 0x40, NIEN = 0x02, SRST = 0x04, DEV = 0x10, NOT_FOUND = 0x10, ILLEGAL = 0x50 };

static struct model {
	struct ata_config config;
	uint64_t ticks;
	unsigned readings, taken_at;
	uint32_t taken_ms;
	struct pci_function pci;
	/* the channel */
	uint8_t former[8], registers[2][8];     /* both devices are written to, each is read */
	unsigned selected;
	uint8_t control;
	uint64_t reset_at, reset_over_at;
	unsigned looks;                 /* at alternate status since a selection, a command, or data */
#define LOOKS 4u                        /* that take the 400 ns until status is valid */
	bool is_stray;                  /* a register was written to a busy device: only a reset may follow */
	/* its devices */
	uint8_t status[2], error;
	uint64_t busy_until[2];
	bool fails, hangs, is_pending;
	/* the transfer of the selected device */
	uint8_t command, packet[ATAPI_PACKET_SIZE];
	uint32_t lba, left, part;       /* units of part bytes that are left */
	uint8_t store[2][MODEL_SECTORS][BLOCK];
	uint16_t words[ATA_IDENTIFY_WORDS];
} m;

static uint64_t in_ms(uint32_t ms)
{
	return m.ticks + (uint64_t)ms * HOST_TICKS;
}

static enum ata_kind kind(void)
{
	return m.config.devices[m.selected];
}

static bool is_empty(void)
{
	return !m.config.devices[0] && !m.config.devices[1];
}

static bool is_busy(unsigned n)
{
	return m.config.devices[n] && (m.ticks < m.busy_until[n] || m.control & SRST);
}

static uint8_t status(void)
{
	if (is_empty() || (!m.config.devices[0] && !m.selected))
		return m.config.nobody;
	if (!kind())
		return 0;               /* ATA/ATAPI-6, 9.16.1: device 0 answers */
	return is_busy(m.selected) ? ATA_BUSY : m.status[m.selected];
}

uint64_t rdtsc(void)
{
	if (++m.readings == m.taken_at)
		m.ticks += (uint64_t)m.taken_ms * HOST_TICKS;
	return m.ticks += READING;
}

uint32_t model_now_ms(void)
{
	return (uint32_t)(m.ticks / HOST_TICKS);
}

unsigned model_readings(void)
{
	return m.readings;
}

void model_take_cpu(unsigned reading, uint32_t ms)
{
	m.taken_at = reading ? m.readings + reading : 0;
	m.taken_ms = ms;
}

static void set(unsigned n, unsigned reg, uint32_t value)
{
	m.former[reg] = m.registers[n][reg];
	m.registers[n][reg] = (uint8_t)value;
}

/* ATA/ATAPI-6, 9.12 */
static void put_signature(unsigned n)
{
	bool is_cd = m.config.devices[n] == ATA_CD;

	set(n, COUNT, 1);
	set(n, LBA_LOW, 1);
	set(n, LBA_MID, is_cd ? 0x14 : 0);
	set(n, LBA_HIGH, is_cd ? 0xEB : 0);
}

static void end_reset(void)
{
	if (!m.reset_over_at || m.ticks < m.reset_over_at || (m.control & SRST))
		return;
	m.reset_over_at = 0;
	put_signature(0);
	put_signature(1);
}

static void write_control(uint8_t value)
{
	uint32_t ms = m.config.resets_for_ever ? UINT32_MAX : m.config.reset_ms;

	if (!(m.control & SRST) && value & SRST) {
		m.reset_at = m.ticks;
		m.selected = m.config.keeps_selection ? m.selected : 0;
	}
	if (m.control & SRST && !(value & SRST)) {
		assert_true(m.ticks >= m.reset_at + 5); /* us */
		m.reset_at = m.ticks;
		m.is_stray = m.is_pending = false;
		m.left = 0;
		for (unsigned n = 0; n < 2; n++) {
			m.status[n] = m.config.devices[n] == ATA_DISK ? READY : 0;
			m.busy_until[n] = m.reset_over_at = in_ms(ms);
		}
	}
	if (m.is_stray && !(value & SRST))
		fail_msg("a busy device was written to, and is not reset");
	m.control = value;
}

static void finish(uint8_t error)
{
	m.error = error;
	m.status[m.selected] = (uint8_t)((kind() == ATA_DISK ? READY : 0) | (error ? ATA_ERROR : 0));
	m.left = 0;
	m.is_pending = !(m.control & NIEN);
}

/* Left more units of so many bytes are to be moved, each once the device is no longer busy. */
static void start(uint32_t left, uint32_t part)
{
	uint8_t error = m.fails ? kind() == ATA_CD ? ILLEGAL : NOT_FOUND : 0;

	m.fails = false;
	if (!left || error) {
		finish(error);
		return;
	}
	m.left = left;
	m.part = part;
	m.status[m.selected] = READY | ATA_DATA;
	m.busy_until[m.selected] = in_ms(m.hangs ? UINT32_MAX : m.config.command_ms);
	m.hangs = false;
	if (kind() == ATA_CD) {
		set(m.selected, LBA_MID, part & 0xFF);
		set(m.selected, LBA_HIGH, part >> 8);
	}
}

static void fill_words(void)
{
	memset(m.words, 0, sizeof(m.words));
	m.words[49] = 0x0200;                           /* LBA */
	m.words[60] = DISK_SIZE & 0xFFFF;
	m.words[61] = DISK_SIZE >> 16;
	m.words[83] = 0x4000 | 0x0400 | 0x2000;         /* valid: 48 bits, FLUSH CACHE EXT */
	m.words[100] = DISK_SIZE & 0xFFFF;
	m.words[101] = DISK_SIZE >> 16;
}

static void start_sectors(void)
{
	const uint8_t *last = m.registers[m.selected];

	assert_int_equal(last[DEVICE] & ATA_LBA, ATA_LBA);
	m.lba = last[LBA_LOW] | (uint32_t)last[LBA_MID] << 8 | (uint32_t)last[LBA_HIGH] << 16;
	start(last[COUNT] | (uint32_t)m.former[COUNT] << 8, 512);
}

static void run_command(void)
{
	bool is_disk = kind() == ATA_DISK;

	if ((is_disk && m.command == ATA_IDENTIFY) || (!is_disk && m.command == ATA_IDENTIFY_PACKET)) {
		fill_words();
		start(1, sizeof(m.words));
	} else if (is_disk && (m.command == ATA_READ_SECTORS_EXT || m.command == ATA_WRITE_SECTORS_EXT)) {
		start_sectors();
	} else if (is_disk && m.command == ATA_FLUSH_CACHE_EXT) {
		start(0, 0);
	} else if (!is_disk && m.command == ATA_PACKET) {
		m.status[m.selected] = ATA_DATA;
		m.left = 1;
		m.part = ATAPI_PACKET_SIZE;
	} else {
		if (!is_disk)
			put_signature(m.selected);
		finish(ABORT);
	}
}

/* After the packet, the command is that of the data. */
static void run_packet(void)
{
	m.command = m.packet[0];
	switch (m.command) {
	case 0x00:
		start(0, 0);
		break;
	case 0x03:
		m.fails = false;
		start(1, 18);
		break;
	case 0x25:
		start(1, 8);
		break;
	case 0x28:
		m.lba = be32(m.packet + 2);
		start((uint32_t)m.packet[7] << 8 | m.packet[8], BLOCK);
		break;
	default:
		fail_msg("packet %x", m.command);
	}
}

static void write_register(unsigned reg, uint8_t value)
{
	if (is_busy(m.selected) || is_busy(0) || (kind() && m.status[m.selected] & (ATA_BUSY | ATA_DATA))) {
		assert_int_equal(reg, DEVICE);
		m.is_stray = !m.config.resets_for_ever; /* nothing comes of it */
		return;
	}
	if (reg == DEVICE) {
		m.selected = value & DEV ? 1 : 0;
		m.looks = 0;
	}
	if (reg != STATUS) {
		set(!m.selected, reg, value);
		set(m.selected, reg, value);
		return;
	}
	assert_true(m.looks >= LOOKS);
	assert_int_equal(m.control & NIEN, NIEN);
	m.looks = 0;
	m.command = value;
	if (kind())
		run_command();
}

static uint8_t read_register(unsigned reg)
{
	if (m.is_stray)
		fail_msg("a busy device was written to, and is not reset");
	if (reg == STATUS) {
		assert_true(m.looks >= LOOKS);
		assert_true(!m.reset_at || m.ticks >= m.reset_at + 2 * HOST_TICKS);
		m.is_pending = false;
		return status();
	}
	if (is_empty() || status() & ATA_BUSY)
		return status();
	return reg == ERROR ? m.error : m.registers[m.selected][reg];
}

static bool is_channel(uint16_t port, unsigned *reg)
{
	uint16_t block = m.config.native ? 0xC000 : 0x1F0, control = m.config.native ? 0xC012 : 0x3F6;

	*reg = port == control ? 8 : (unsigned)(port - block);
	return port == control || (port >= block && port < block + 8);
}

void outb(uint16_t port, uint8_t value)
{
	unsigned reg;

	m.ticks++;
	end_reset();
	if (!is_channel(port, &reg))
		return;
	if (reg == 8)
		write_control(value);
	else
		write_register(reg, value);
}

uint8_t inb(uint16_t port)
{
	unsigned reg;

	m.ticks++;
	end_reset();
	if (!is_channel(port, &reg))
		return m.config.nobody;
	if (reg < 8)
		return read_register(reg);
	m.looks++;
	return status();
}

/* Where the data of the next unit are; NULL: they are not kept. */
static uint8_t *data(void)
{
	static uint8_t capacity[8], nothing[18] = { [0] = 0x70, [2] = 0x05 };

	switch (m.command) {
	case ATA_IDENTIFY:
	case ATA_IDENTIFY_PACKET:
		return (uint8_t *)m.words;
	case ATA_PACKET:
		return m.packet;
	case 0x03:
		return nothing;
	case 0x25:
		capacity[1] = (CD_SIZE - 1) >> 16 & 0xFF;
		capacity[2] = (CD_SIZE - 1) >> 8 & 0xFF;
		capacity[3] = (CD_SIZE - 1) & 0xFF;
		capacity[6] = BLOCK >> 8;
		return capacity;
	default:
		return model_sector(kind(), m.lba++);
	}
}

static uint8_t *move(uint16_t port, uint32_t count)
{
	unsigned reg;

	assert_true(is_channel(port, &reg) && reg == DATA);
	assert_int_equal(status() & (ATA_BUSY | ATA_DATA), ATA_DATA);
	assert_int_equal(count * 2, m.part);
	m.looks = 0;
	return data();
}

static void moved(void)
{
	if (m.command == ATA_PACKET)
		run_packet();
	else
		start(m.left - 1, m.part);
}

void in_words(uint16_t port, void *to, uint32_t count)
{
	memcpy(to, move(port, count), 2 * (size_t)count);
	moved();
}

void out_words(uint16_t port, const void *from, uint32_t count)
{
	memcpy(move(port, count), from, 2 * (size_t)count);
	moved();
}

static void before_write_config(uint32_t offset, uint32_t value)
{
	assert_int_equal(offset, PCI_COMMAND);
	assert_int_equal(value, PCI_IO | PCI_INTX_DISABLE);
}

static void fill_header(void)
{
	m.pci = pci_function(ATA_PCI, 0x70108086, 0x01018000u | (m.config.native ? 0x0500u : 0), 0);
	for (uint32_t i = 0; i < 4; i++)
		m.pci.space[PCI_BAR0 / 4 + i] = 0xC001 + (i << 4);
	m.pci.before_write = before_write_config;
	pci_model_start(&m.pci, 1, NULL);
}

uint32_t read32(uint32_t address)
{
	fail_msg("register %x is read", address);
	return 0;
}

void model_fail_next(void)
{
	m.fails = true;
}

void model_hang_next(void)
{
	m.hangs = true;
}

uint8_t *model_sector(enum ata_kind of, uint32_t number)
{
	return m.store[of == ATA_CD][number % MODEL_SECTORS];
}

bool model_interrupts(void)
{
	return !(m.control & (NIEN | SRST)) && !m.is_pending;
}

void model_power_on(const struct ata_config *config)
{
	memset(&m, 0, sizeof(m));
	host_start(0, 0);
	m.config = *config;
	m.selected = config->selected;
	fill_header();
	for (unsigned n = 0; n < 2; n++) {
		m.status[n] = config->status;
		m.busy_until[n] = config->status & ATA_BUSY ? UINT64_MAX : 0;
		for (size_t i = 0; i < MODEL_SECTORS; i++)
			memset(m.store[n][i], (int)(0x40 * n + i + 1), BLOCK);
	}
}
