/* SPDX-License-Identifier: MIT */
/*
 * SD host controllers on PCI: SD Host Controller Simplified Specification 4.20 ("SDHC"), with
 * what version 1.00 has as far as possible: ADMA2 if the controller can, else programmed I/O.
 */
#include "drivers/sd_card.h"

#include "common/bda.h"
#include "hardware/io.h"
#include "hardware/pci.h"

/* SDHC 2.1.1: registers. */
#define BLOCK            0x04u          /* size; the count in bits 31:16 */
#define ARGUMENT         0x08u
#define TRANSFER_MODE    0x0Cu
#define COMMAND          0x0Eu
#define RESPONSE         0x10u
#define DATA             0x20u
#define STATE            0x24u
#define HOST_CONTROL     0x28u
#define POWER            0x29u
#define CLOCK            0x2Cu
#define TIMEOUT          0x2Eu
#define RESET            0x2Fu
#define STATUS           0x30u          /* bits 31:16: errors */
#define STATUS_ENABLE    0x34u
#define SIGNAL_ENABLE    0x38u
#define CAPABILITIES     0x40u
#define ADMA_ADDRESS     0x58u
#define VERSION          0xFEu
#define REGISTERS        0x100u         /* bytes */

/* 2.2.5 and 2.2.6, besides what sd_card.h has. */
#define WITH_DMA         0x01u
#define AUTO_CMD12       0x04u
#define RESPONSE_TYPE    0x03u
#define BUSY             0x03u          /* as type */
#define AUTO_RESPONSE    3u             /* where CMD12's response is (2.2.7) */

/* 2.2.9: present state. */
#define COMMAND_INHIBIT  0x00000001u
#define DATA_INHIBIT     0x00000002u
#define CARD_INSERTED    0x00010000u
#define CARD_STABLE      0x00020000u
#define WRITE_ENABLED    0x00080000u    /* by the card's switch */

/* 2.2.10, 2.2.11, 2.2.14, 2.2.15, 2.2.16 */
#define FOUR_LINES       0x02u
#define ADMA2            0x10u          /* with 32-bit addresses */
#define POWER_ON         0x01u
#define POWER_3_3        0x0Eu
#define POWER_3_0        0x0Cu
#define POWER_1_8        0x0Au
#define CLOCK_INTERNAL   0x0001u
#define CLOCK_STABLE     0x0002u
#define CLOCK_CARD       0x0004u
#define TIMEOUT_LONGEST  0x0Eu
#define RESET_ALL        0x01u
#define RESET_COMMAND    0x02u
#define RESET_DATA       0x04u

/* 2.2.18 and 2.2.19: status. */
#define COMMAND_COMPLETE  0x00000001u
#define TRANSFER_COMPLETE 0x00000002u
#define CAN_WRITE         0x00000010u
#define CAN_READ          0x00000020u
#define COMMAND_TIMEOUT   0x00010000u
#define DATA_TIMEOUT      0x00100000u
#define DATA_CRC          0x00200000u
#define DATA_END          0x00400000u
#define ERRORS            0xFFFF0000u
#define ENABLED           0x03FF0033u   /* these, and all errors of version 4.20 */

/* 2.2.26 */
#define CAN_ADMA2(cap)    ((cap) >> 19 & 1)
#define CAN_3_3(cap)      ((cap) >> 24 & 1)
#define CAN_3_0(cap)      ((cap) >> 25 & 1)
#define CAN_1_8(cap)      ((cap) >> 26 & 1)
#define IS_EMBEDDED(cap)  ((cap) >> 30 == 1)

/* SD Physical Layer Simplified Specification 9.10, 5.1: bits of the OCR. */
#define OCR_3V  0x00FF8000u
#define OCR_1V8 0x00000080u

/* 1.13.3.2: an entry of ADMA2's table: valid, the last one, transfer data. */
#define ADMA_LAST 0x23u

/* C.3 */
#define SLOT_INFORMATION 0x40u

#define IDENTIFY_KHZ  400u
#define RESET_MS      100u
#define STABLE_MS     150u              /* 2.2.14 */
#define INSERT_MS     200u
#define OFF_MS        10u
#define ON_MS         10u
#define CLOCKS_MS     2u                /* 74 clocks, and 1 ms (SD 6.4.1) */
#define COMMAND_MS    1000u
#define DATA_MS       10000u

static uint32_t sdhci_get(const struct sd_card *c, uint32_t offset)
{
	return read32(c->registers + offset);
}

uint32_t sdhci_response(const struct sd_card *c, uint32_t number)
{
	return sdhci_get(c, RESPONSE + 4 * number);
}

/* 2.2.17 */
static bool sdhci_reset(const struct sd_card *c, uint8_t what)
{
	uint64_t deadline = deadline_in(RESET_MS);

	write8(c->registers + RESET, what);
	while (read8(c->registers + RESET) & what) {
		if (expired(&deadline))
			return false;
		relax();
	}
	return true;
}

/* 3.10.1 has one after the other. */
void sdhci_recover(struct sd_card *c)
{
	sdhci_reset(c, RESET_COMMAND);
	sdhci_reset(c, RESET_DATA);
}

static enum rj_status sdhci_error(uint32_t errors)
{
	if (errors & (COMMAND_TIMEOUT | DATA_TIMEOUT))
		return RJ_DISK_TIMEOUT;
	if (errors & (DATA_CRC | DATA_END))
		return RJ_DISK_BAD_DATA;
	return RJ_DISK_CONTROLLER;
}

/* 2.2.18: a transfer that is complete has not timed out, whatever that bit says. */
static enum rj_status sdhci_wait(const struct sd_card *c, uint32_t event, uint32_t ms)
{
	uint64_t deadline = deadline_in(ms);

	for (;;) {
		uint32_t status = sdhci_get(c, STATUS), errors = status & ERRORS;

		if (status & TRANSFER_COMPLETE)
			errors &= ~DATA_TIMEOUT;
		if (errors)
			return sdhci_error(errors);
		if (status & event) {
			write32(c->registers + STATUS, event);
			return RJ_DISK_OK;
		}
		if (expired(&deadline))
			return RJ_DISK_TIMEOUT;
		relax();
	}
}

/* 3.7.1.1: a command that uses the data lines waits for them, except the one that stops others. */
static bool sdhci_wait_idle(const struct sd_card *c, uint32_t command)
{
	bool uses_data = (command & SDHCI_DATA || (command & RESPONSE_TYPE) == BUSY)
		&& (command & SDHCI_STOP) != SDHCI_STOP;
	uint32_t inhibit = uses_data ? COMMAND_INHIBIT | DATA_INHIBIT : COMMAND_INHIBIT;

	return wait_for_bits(c->registers + STATE, inhibit, 0, COMMAND_MS);
}

/* 3.7.1.1 and 3.7.1.2: the write of the command register sends it. */
static enum rj_status sdhci_send(const struct sd_card *c, uint32_t command, uint32_t argument,
				 uint32_t mode)
{
	if (!sdhci_wait_idle(c, command))
		return RJ_DISK_TIMEOUT;
	write32(c->registers + STATUS, UINT32_MAX);
	write32(c->registers + ARGUMENT, argument);
	write16(c->registers + TRANSFER_MODE, (uint16_t)mode);
	write16(c->registers + COMMAND, (uint16_t)command);
	return sdhci_wait(c, COMMAND_COMPLETE, COMMAND_MS);
}

enum rj_status sdhci_command(struct sd_card *c, uint32_t command, uint32_t argument)
{
	enum rj_status status = sdhci_send(c, command, argument, 0);

	if (status == RJ_DISK_OK && (command & RESPONSE_TYPE) == BUSY)
		status = sdhci_wait(c, TRANSFER_COMPLETE, DATA_MS);
	if (status != RJ_DISK_OK)
		sdhci_recover(c);
	return status;
}

/* 3.7.2.3, without interrupts. */
static enum rj_status sdhci_copy(const struct sd_card *c, const struct sdhci_data *data)
{
	uint32_t *word = (uint32_t *)(uintptr_t)data->buffer, *end;
	bool read = data->mode & SDHCI_READ;

	for (uint32_t i = 0; i < data->sectors; i++) {
		enum rj_status status = sdhci_wait(c, read ? CAN_READ : CAN_WRITE, DATA_MS);

		if (status != RJ_DISK_OK)
			return status;
		for (end = word + SD_SECTOR / sizeof(*word); word < end; word++)
			if (read)
				*word = sdhci_get(c, DATA);
			else
				write32(c->registers + DATA, *word);
	}
	return RJ_DISK_OK;
}

/* SD 4.3.3: after the last sector of a card, a read of many may say that it is out of range. */
static enum rj_status sdhci_stopped(const struct sd_card *c, uint32_t mode)
{
	enum rj_status status;

	if (!(mode & AUTO_CMD12))
		return RJ_DISK_OK;
	status = sd_status(sdhci_response(c, AUTO_RESPONSE));
	return status == RJ_DISK_NOT_FOUND && mode & SDHCI_READ ? RJ_DISK_OK : status;
}

enum rj_status sdhci_move(struct sd_card *c, const struct sdhci_data *data)
{
	enum rj_status status;

	c->descriptor[0] = (data->sectors * SD_SECTOR & 0xFFFF) << 16 | ADMA_LAST;
	c->descriptor[1] = data->buffer;
	barrier();
	write32(c->registers + ADMA_ADDRESS, (uint32_t)(uintptr_t)c->descriptor);
	write32(c->registers + BLOCK, data->sectors << 16 | SD_SECTOR);
	status = sdhci_send(c, data->command, data->argument, data->mode | (c->dma ? WITH_DMA : 0));
	if (status == RJ_DISK_OK)
		status = sd_status(sdhci_response(c, 0));
	if (status == RJ_DISK_OK && !c->dma)
		status = sdhci_copy(c, data);
	if (status == RJ_DISK_OK)
		status = sdhci_wait(c, TRANSFER_COMPLETE, DATA_MS);
	barrier();
	return status == RJ_DISK_OK ? sdhci_stopped(c, data->mode) : status;
}

void sdhci_set_width(struct sd_card *c, bool is_four)
{
	write8(c->registers + HOST_CONTROL, (is_four ? FOUR_LINES : 0) | (c->dma ? ADMA2 : 0));
}

/*
 * 2.2.14: half the base clock, divided by this; 0 is the base clock itself. Before version 3.00 only
 * powers of two are possible, and the base clock has fewer bits (2.2.26).
 */
static uint32_t sdhci_divisor(const struct sd_card *c, uint32_t khz)
{
	bool is_old = (read16(c->registers + VERSION) & 0xFF) < 2;
	uint32_t base = (sdhci_get(c, CAPABILITIES) >> 8 & (is_old ? 0x3F : 0xFF)) * 1000;
	uint32_t most = is_old ? 128 : 1023, divisor = 1;

	if (base <= khz)
		return 0;
	while (divisor < most && base > 2 * divisor * khz)
		divisor = is_old ? 2 * divisor : divisor + 1;
	return divisor;
}

/* 3.2.1 and 3.2.3 */
bool sdhci_set_clock(struct sd_card *c, uint32_t khz)
{
	uint32_t divisor = sdhci_divisor(c, khz), at = c->registers + CLOCK;
	uint16_t clock = (uint16_t)((divisor & 0xFF) << 8 | (divisor & 0x300) >> 2 | CLOCK_INTERNAL);
	uint64_t deadline = deadline_in(STABLE_MS);

	write16(at, 0);
	write16(at, clock);
	while (!(read16(at) & CLOCK_STABLE)) {
		if (expired(&deadline))
			return false;
		relax();
	}
	write16(at, clock | CLOCK_CARD);
	return true;
}

/* 2.2.11. A card that was switched to 1.8 V only leaves that without power (SD 4.2.4.2). */
static void sdhci_set_power(struct sd_card *c)
{
	uint32_t can = sdhci_get(c, CAPABILITIES);
	uint8_t power = CAN_3_3(can) ? POWER_3_3 : CAN_3_0(can) ? POWER_3_0 : POWER_1_8;

	c->voltages = power == POWER_1_8 ? OCR_1V8 : OCR_3V;
	write8(c->registers + POWER, 0);
	delay_ms(OFF_MS);
	write8(c->registers + POWER, power | POWER_ON);
	delay_ms(ON_MS);
}

bool sdhci_power_up(struct sd_card *c)
{
	if (!sdhci_reset(c, RESET_ALL))
		return false;
	write32(c->registers + STATUS_ENABLE, ENABLED);
	write32(c->registers + SIGNAL_ENABLE, 0);
	write8(c->registers + TIMEOUT, TIMEOUT_LONGEST);
	c->dma = CAN_ADMA2(sdhci_get(c, CAPABILITIES));
	sdhci_set_width(c, false);
	sdhci_set_power(c);
	if (!sdhci_set_clock(c, IDENTIFY_KHZ))
		return false;
	delay_ms(CLOCKS_MS);
	return true;
}

/* 2.2.9: the pin is read once it is stable. What is soldered in has none. */
static INIT bool sdhci_has_card(const struct sd_card *c)
{
	if (IS_EMBEDDED(sdhci_get(c, CAPABILITIES)))
		return true;
	wait_for_bits(c->registers + STATE, CARD_STABLE, CARD_STABLE, INSERT_MS);
	return sdhci_get(c, STATE) & CARD_INSERTED;
}

static INIT uint32_t sdhci_flags(const struct sd_card *c)
{
	bool is_embedded = IS_EMBEDDED(sdhci_get(c, CAPABILITIES));
	bool is_locked = !is_embedded && !(sdhci_get(c, STATE) & WRITE_ENABLED);

	return (is_embedded ? 0 : RJ_DISK_REMOVABLE)
		| (is_locked || sd_is_protected(c) ? RJ_DISK_READONLY : 0);
}

static INIT void sdhci_add_card(struct sd_card *c, const struct rj_host *host)
{
	struct rj_disk disk = {
		.interface = "SD      ",        /* EDD 3.0 has no name for it */
		.device_path = { c->slot },
		.sector_size = SD_SECTOR, .max_sectors = SDHCI_SECTORS, .alignment = 4,
		.transfer = sd_transfer, .context = c, .unit = c->slot,
	};

	if (!sdhci_has_card(c)) {
		host->print("sdhci: slot %u has no card", c->slot);
		return;
	}
	if (!(sdhci_get(c, CAPABILITIES) >> 8 & 0xFF)) {
		host->warn("sdhci: slot %u does not report its base clock", c->slot);
		return;
	}
	if (!sd_start(c)) {
		host->print("sdhci: slot %u: the card does not answer", c->slot);
		return;
	}
	disk.sectors = sd_sectors(c);
	if (!disk.sectors) {
		host->print("sdhci: slot %u: a card of this size is not supported", c->slot);
		return;
	}
	c->known = true;
	disk.flags = sdhci_flags(c);
	host->add_disk(&disk);
}

/* C.3.2: how many slots there are, and the first one's BAR. Returns 0 after the last one. */
static INIT uint32_t sdhci_map(uint32_t pci, uint32_t slot, const struct rj_host *host)
{
	uint32_t information = pci_read(pci, SLOT_INFORMATION), number = (information & 7) + slot;
	uint64_t physical = 0;

	if (slot <= (information >> 4 & 7) && number < PCI_BARS)
		physical = pci_memory(pci, number);
	return physical ? host->map(physical, REGISTERS) : 0;
}

/* Bus Master stays off until all slots are reset: a transfer of another system may be active. */
static INIT void sdhci_attach(uint32_t pci, const struct rj_host *host)
{
	struct sd_card *cards[PCI_BARS];
	uint32_t count = 0, registers;

	timer_init(host->ticks_per_ms);
	pci_enable(pci, PCI_MEMORY);
	while ((registers = sdhci_map(pci, count, host)) != 0) {
		struct sd_card *c = host->alloc(sizeof(*c), 8);

		if (!c) {
			host->print("sdhci: not enough memory");
			break;
		}
		c->registers = registers;
		c->slot = (uint8_t)count;
		if (!sdhci_reset(c, RESET_ALL)) {
			host->warn("sdhci: slot %u cannot be reset", count);
			return;
		}
		cards[count++] = c;
	}
	if (!count)
		host->print("sdhci: registers out of reach");
	pci_enable(pci, PCI_BUS_MASTER);
	for (uint32_t i = 0; i < count; i++)
		sdhci_add_card(cards[i], host);
}

/* Its card has power and a clock. An operating system would have enabled interrupts. */
static INIT bool sdhci_is_in_use(uint32_t registers)
{
	return read8(registers + POWER) & POWER_ON && read16(registers + CLOCK) & CLOCK_CARD
		&& read32(registers + SIGNAL_ENABLE) == 0;
}

static INIT bool sdhci_is_firmwares(uint32_t pci, const struct rj_host *host)
{
	uint32_t registers, slot = 0;

	if (!(pci_read16(pci, PCI_COMMAND) & PCI_MEMORY) || !read8(BDA_HARD_DISKS))
		return false;
	while ((registers = sdhci_map(pci, slot++, host)) != 0)
		if (sdhci_is_in_use(registers))
			return true;
	return false;
}

DRIVER(sdhci_is_firmwares, sdhci_attach);
