/* SPDX-License-Identifier: MIT */
/*
 * IDE disks and CD drives by programmed I/O, with the protocols of ATA/ATAPI-7
 * (T13/1532D) volume 2, clause 11, at the ports of the PCI IDE Controller
 * Specification 1.0.
 *
 * The device's interrupts are off (nIEN) during a command, then on again with
 * nothing pending, as a BIOS leaves the channel: its own INT 13h may still serve
 * the other device and wait for IRQ 14 or 15.
 */
#include <stddef.h>

#include "common/mem.h"
#include "drivers/ata_device.h"
#include "hardware/io.h"
#include "hardware/pci.h"

#define NATIVE(channel) (1u << (channel) * 2) /* in the class code's interface byte */
#define NATIVE_CONTROL  2               /* offset in the second BAR of a channel */
#define CHANNELS        2u
#define DEVICES         2u

/* The command block; some registers have another name when written. */
#define DATA            0
#define ERROR           1
#define FEATURE         1
#define COUNT           2
#define LBA_LOW         3
#define LBA_MID         4
#define LBA_HIGH        5
#define DEVICE          6
#define STATUS          7
#define COMMAND         7
#define NOBODY          0xFF            /* read from a floating bus */

/* The control block's only register: reads alternate status, writes device control. */
#define CONTROL_ON      0x08            /* bit 3 was 1 before ATA-4 */
#define CONTROL_NIEN    0x02
#define CONTROL_RESET   0x04            /* SRST */

#define DEVICE_OLD      0xA0u           /* these bits were 1 before ATA-5 */
#define DEVICE_SELECT   0x10u

#define RESET_MS        2               /* before status may be read */
#define COMMAND_MS      31000           /* long enough for a disk to spin up */
#define PACKET_LIMIT    0xF800u         /* bytes at a time: whole sectors */

struct device {
	uint16_t command_block;
	uint16_t control;
	uint8_t select;
	bool is_lba48;
	bool is_cd;
	uint8_t command[3];             /* by enum rj_operation; RJ_FLUSH may be 0: none */
	uint32_t sector_size;
};

static uint8_t ata_get(const struct device *device, unsigned reg)
{
	return inb((uint16_t)(device->command_block + reg));
}

static void ata_put(const struct device *device, unsigned reg, uint32_t value)
{
	outb((uint16_t)(device->command_block + reg), (uint8_t)value);
}

/* After 400 ns, status is valid for the selected device and the command. */
static void ata_delay_400ns(const struct device *device)
{
	for (unsigned i = 0; i < 4; i++)
		inb(device->control);
}

/* Returns the status when the device is no longer busy; ATA_BUSY: a timeout. */
static uint8_t ata_settle(const struct device *device)
{
	uint64_t deadline = deadline_in(COMMAND_MS);
	uint8_t status;

	ata_delay_400ns(device);
	while ((status = ata_get(device, STATUS)) & ATA_BUSY) {
		if (status == NOBODY || expired(&deadline))
			return ATA_BUSY;
		relax();
	}
	return status;
}

static uint8_t ata_select(const struct device *device, uint32_t bits)
{
	ata_put(device, DEVICE, device->select | bits);
	return ata_settle(device);
}

/*
 * Software reset protocol, 11.2; resets both devices of the channel. Device 0 is selected first: the
 * status of a device 1 that does not exist is 0 even while device 0 is busy (ATA/ATAPI-6, 9.16.1).
 * QEMU keeps the selection over a reset, and ignores a new one until the reset is over.
 */
static bool ata_reset(const struct device *device)
{
	ata_put(device, DEVICE, DEVICE_OLD);
	outb(device->control, CONTROL_ON | CONTROL_NIEN | CONTROL_RESET);
	delay_ms(1);                    /* 5 us at least */
	outb(device->control, CONTROL_ON | CONTROL_NIEN);
	delay_ms(RESET_MS);
	ata_settle(device);
	return !(ata_select(device, 0) & (ATA_BUSY | ATA_DATA));
}

/* Converts the status of a failed command; resets a device that is stuck. */
static enum rj_status ata_failed(const struct device *device, uint8_t status, bool write)
{
	uint8_t error = ata_get(device, ERROR);

	if (status & (ATA_BUSY | ATA_DATA))
		ata_reset(device);
	if (status & ATA_BUSY)
		return RJ_DISK_TIMEOUT;
	return device->is_cd ? atapi_status(error) : ata_status(status, error, write);
}

/* Selects the device, and resets it if it cannot take a command. */
static bool ata_ready(const struct device *device, uint32_t bits)
{
	outb(device->control, CONTROL_ON | CONTROL_NIEN);
	if (!(ata_select(device, bits) & (ATA_BUSY | ATA_DATA)))
		return true;
	return ata_reset(device) && !(ata_select(device, bits) & (ATA_BUSY | ATA_DATA));
}

static void ata_put_address(const struct device *device, uint32_t lba, uint32_t count)
{
	ata_put(device, COUNT, count);
	ata_put(device, LBA_LOW, lba);
	ata_put(device, LBA_MID, lba >> 8);
	ata_put(device, LBA_HIGH, lba >> 16);
}

/* A 48-bit address is written in two halves to the same registers, the upper first. */
static bool ata_command(const struct device *device, uint8_t code, uint64_t lba,
			uint32_t count)
{
	uint32_t low = (uint32_t)lba;

	if (!ata_ready(device, ATA_LBA | (device->is_lba48 ? 0 : low >> 24 & 0xF)))
		return false;
	if (device->is_lba48)
		ata_put_address(device, (uint32_t)(lba >> 24), count >> 8);
	ata_put_address(device, low, count);
	ata_put(device, COMMAND, code);
	return true;
}

/* PIO data-in and data-out protocols, 11.5 and 11.6: one sector for each DRQ. */
static enum rj_status ata_move(const struct device *device, uint8_t *buffer, uint32_t count,
			       bool write)
{
	uint16_t port = (uint16_t)(device->command_block + DATA);
	uint8_t status;

	for (; count; count--) {
		status = ata_settle(device);
		if ((status & (ATA_ERROR | ATA_FAULT | ATA_DATA)) != ATA_DATA)
			return ata_failed(device, status, write);
		if (write)
			out_words(port, buffer, device->sector_size / 2);
		else
			in_words(port, buffer, device->sector_size / 2);
		buffer += device->sector_size;
	}
	status = ata_settle(device);
	if (status & (ATA_BUSY | ATA_DATA | ATA_ERROR | ATA_FAULT))
		return ata_failed(device, status, write);
	return RJ_DISK_OK;
}

static enum rj_status ata_no_data(const struct device *device, uint32_t operation)
{
	if (operation == RJ_RESET)
		return ata_ready(device, 0) ? RJ_DISK_OK : RJ_DISK_TIMEOUT;
	if (!device->command[RJ_FLUSH])
		return RJ_DISK_OK;
	if (!ata_command(device, device->command[RJ_FLUSH], 0, 0))
		return RJ_DISK_TIMEOUT;
	return ata_move(device, NULL, 0, true);
}

static enum rj_status ata_serve_disk(const struct device *device,
				     const struct rj_request *request)
{
	if (request->operation > RJ_WRITE)
		return ata_no_data(device, request->operation);
	if ((request->buffer + request->count * device->sector_size - 1) >> 32)
		return RJ_DISK_BOUNDARY;
	if (!ata_command(device, device->command[request->operation], request->lba,
			 request->count))
		return RJ_DISK_TIMEOUT;
	return ata_move(device, (uint8_t *)(uintptr_t)request->buffer, request->count,
			request->operation == RJ_WRITE);
}

static enum rj_status ata_transfer_disk(void *context, const struct rj_request *request)
{
	const struct device *device = context;
	enum rj_status status = ata_serve_disk(device, request);

	outb(device->control, CONTROL_ON);
	return status;
}

/* PACKET protocol, 11.8: the packet, then data in parts whose size the device sets. */
static enum rj_status ata_send_packet(const struct device *device, const uint8_t *packet,
				      uint8_t *buffer, uint32_t bytes)
{
	uint16_t port = (uint16_t)(device->command_block + DATA);
	uint8_t status;
	uint32_t part;

	if (!ata_ready(device, 0))
		return RJ_DISK_TIMEOUT;
	ata_put(device, FEATURE, 0);
	ata_put_address(device, PACKET_LIMIT << 8, 0);
	ata_put(device, COMMAND, ATA_PACKET);
	status = ata_settle(device);
	if ((status & (ATA_ERROR | ATA_DATA)) != ATA_DATA)
		return ata_failed(device, status, false);
	out_words(port, packet, ATAPI_PACKET_SIZE / 2);
	while ((status = ata_settle(device)) & ATA_DATA && !(status & ATA_ERROR)) {
		part = ata_get(device, LBA_MID) | (uint32_t)ata_get(device, LBA_HIGH) << 8;
		if (!part || part > bytes)
			break;
		in_words(port, buffer, (part + 1) / 2);
		buffer += part;
		bytes -= part;
	}
	if (bytes || status & (ATA_BUSY | ATA_DATA | ATA_ERROR))
		return ata_failed(device, status, false);
	return RJ_DISK_OK;
}

static enum rj_status ata_send(void *device, const uint8_t *packet, void *data, uint32_t bytes)
{
	return ata_send_packet(device, packet, data, bytes);
}

static enum rj_status ata_serve_cd(struct device *device, const struct rj_request *request)
{
	uint32_t bytes = request->count * ATAPI_SECTOR;
	uint8_t packet[ATAPI_PACKET_SIZE], sense[ATAPI_DATA];
	enum rj_status status;

	if (request->operation == RJ_WRITE)
		return RJ_DISK_WRITE_PROTECTED;
	if (request->operation != RJ_READ)
		return ata_no_data(device, request->operation);
	if ((request->buffer + bytes - 1) >> 32)
		return RJ_DISK_BOUNDARY;
	atapi_read_packet(packet, request);
	status = ata_send_packet(device, packet, (uint8_t *)(uintptr_t)request->buffer, bytes);
	if (status != RJ_DISK_OK && status != RJ_DISK_TIMEOUT)
		atapi_request_sense(ata_send, device, sense);
	return status;
}

static enum rj_status ata_transfer_cd(void *context, const struct rj_request *request)
{
	struct device *device = context;
	enum rj_status status = ata_serve_cd(device, request);

	outb(device->control, CONTROL_ON);
	return status;
}

/* The ports have no state that an operating system could have changed. */
static INIT bool ata_is_firmwares(uint32_t pci, const struct rj_host *host)
{
	(void)pci;
	(void)host;
	return true;
}

/*
 * Without a device, status is 0 or FFh after the command, and there is no data. A device that hangs
 * is reset, since the other one cannot be selected while it is busy.
 */
static INIT bool ata_ask_identity(const struct device *device, uint8_t code, uint16_t *words)
{
	uint8_t status;

	if (!ata_ready(device, 0))
		return false;
	ata_put(device, COMMAND, code);
	status = ata_settle(device);
	if ((status & (ATA_ERROR | ATA_DATA)) != ATA_DATA) {
		ata_failed(device, status, false);
		return false;
	}
	in_words((uint16_t)(device->command_block + DATA), words, ATA_IDENTIFY_WORDS);
	return true;
}

static INIT bool ata_attach_disk(struct device *device, const uint16_t *words,
				 struct rj_disk *disk)
{
	struct ata_features has;

	if (!ata_identify(words, disk, &has))
		return false;
	device->is_lba48 = has.lba48;
	device->command[RJ_READ] = has.lba48 ? ATA_READ_SECTORS_EXT : ATA_READ_SECTORS;
	device->command[RJ_WRITE] = has.lba48 ? ATA_WRITE_SECTORS_EXT : ATA_WRITE_SECTORS;
	device->command[RJ_FLUSH] = has.flush;
	device->sector_size = disk->sector_size;
	disk->transfer = ata_transfer_disk;
	memcpy(disk->interface, "ATA     ", sizeof disk->interface);
	return true;
}

static INIT bool ata_attach_cd(struct device *device, uint16_t *words, struct rj_disk *disk)
{
	device->is_cd = true;
	disk->transfer = ata_transfer_cd;
	memcpy(disk->interface, "ATAPI   ", sizeof disk->interface);
	return ata_ask_identity(device, ATA_IDENTIFY_PACKET, words)
		&& atapi_medium(ata_send, device, (uint8_t *)words, disk);
}

/* After the channel's reset. The signature shows the type, IDENTIFY confirms it. */
static INIT bool ata_attach_device(struct device *device, struct rj_disk *disk)
{
	uint16_t words[ATA_IDENTIFY_WORDS];

	if (!ata_ready(device, 0))
		return false;
	if ((ata_get(device, LBA_MID) | ata_get(device, LBA_HIGH) << 8) == ATA_SIGNATURE_ATAPI)
		return ata_attach_cd(device, words, disk);
	return ata_ask_identity(device, ATA_IDENTIFY, words)
		&& ata_attach_disk(device, words, disk);
}

static INIT void ata_add(const struct device *found, unsigned unit, struct rj_disk *disk,
			 const struct rj_host *host)
{
	struct device *device = host->alloc(sizeof *device, sizeof(uint32_t));

	if (!device) {
		host->print("IDE unit %u: no memory", unit);
		return;
	}
	*device = *found;
	disk->context = device;
	disk->alignment = 1;
	disk->unit = unit;
	disk->device_path[0] = unit % DEVICES;  /* EDD 3.0, 7.5.2 */
	host->add_disk(disk);
}

static INIT void ata_attach_channel(uint16_t command_block, uint16_t control, unsigned channel,
				    const struct rj_host *host)
{
	struct device device = { .command_block = command_block, .control = control,
				 .select = DEVICE_OLD };

	ata_reset(&device);
	for (unsigned i = 0; i < DEVICES; i++) {
		struct rj_disk disk = { 0 };

		device.select = (uint8_t)(DEVICE_OLD | i * DEVICE_SELECT);
		device.is_lba48 = false;
		device.is_cd = false;
		if (ata_attach_device(&device, &disk))
			ata_add(&device, channel * DEVICES + i, &disk, host);
		else
			host->print("IDE unit %u: no disk or no medium",
				    channel * DEVICES + i);
	}
	outb(control, CONTROL_ON);
}

/* PCI IDE Controller Specification, 2.0: compatibility ports, or four BARs. */
static INIT void ata_attach(uint32_t pci, const struct rj_host *host)
{
	static const uint16_t compatible[CHANNELS][2] INIT_DATA = {
		{ 0x1F0, 0x3F6 }, { 0x170, 0x376 }
	};
	uint32_t native = pci_read(pci, PCI_CLASS) >> 8;

	timer_init(host->ticks_per_ms);
	pci_enable(pci, PCI_IO);
	for (unsigned i = 0; i < CHANNELS; i++) {
		uint16_t block = compatible[i][0];
		uint16_t control = compatible[i][1];

		if (native & NATIVE(i)) {
			block = pci_ports(pci, i * 2);
			control = pci_ports(pci, i * 2 + 1);
			if (!block || !control)
				continue;
			control = (uint16_t)(control + NATIVE_CONTROL);
		}
		ata_attach_channel(block, control, i, host);
	}
}

DRIVER(ata_is_firmwares, ata_attach);
