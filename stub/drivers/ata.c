/* SPDX-License-Identifier: MIT */
/*
 * IDE disks and CD drives by programmed I/O, by the protocols of ATA/ATAPI-7
 * (T13/1532D) volume 2, clause 11, on the ports of the PCI IDE Controller
 * Specification 1.0.
 *
 * Interrupts are off at the device (nIEN) during a command and on again after
 * it, with nothing pending, which is how a BIOS leaves the channel: its own
 * INT 13h may still serve the other device, and wait for IRQ 14 or 15.
 */
#include "common/mem.h"
#include "drivers/ata_device.h"
#include "hardware/io.h"
#include "hardware/pci.h"

#define NATIVE(channel) (1u << (channel) * 2) /* of the class's interface byte */
#define NATIVE_CONTROL  2               /* offset in the second BAR of a channel */
#define CHANNELS        2u
#define DEVICES         2u

/* The command block; a register that is written has another name at times. */
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
#define NOBODY          0xFF            /* what floating lines read as */

/* The control block's one register: reads alternate status, writes device control. */
#define CONTROL_ON      0x08            /* bit 3 was 1 before ATA-4 */
#define CONTROL_NIEN    0x02
#define CONTROL_RESET   0x04            /* SRST */

#define DEVICE_OLD      0xA0u           /* 1 before ATA-5 */
#define DEVICE_SELECT   0x10u

#define RESET_MS        2               /* until status may be read */
#define COMMAND_MS      31000           /* a disk that spins up */
#define PACKET_LIMIT    0xF800u         /* bytes at a time: an even count of sectors */

struct device {
	uint16_t command_block;
	uint16_t control;
	uint8_t select;
	bool is_lba48;
	bool is_cd;
	uint8_t command[3];             /* by enum rj_operation; flush 0: none */
	uint32_t sector_size;
};

static void in_words(uint16_t port, void *to, uint32_t count)
{
	__asm__ volatile("rep insw" : "+D"(to), "+c"(count) : "d"(port) : "memory");
}

static void out_words(uint16_t port, const void *from, uint32_t count)
{
	__asm__ volatile("rep outsw" : "+S"(from), "+c"(count) : "d"(port) : "memory");
}

static uint8_t get(const struct device *device, unsigned reg)
{
	return inb((uint16_t)(device->command_block + reg));
}

static void put(const struct device *device, unsigned reg, uint32_t value)
{
	outb((uint16_t)(device->command_block + reg), (uint8_t)value);
}

/* 400 ns, after which status is the selected device's or the command's. */
static void delay_400ns(const struct device *device)
{
	for (unsigned i = 0; i < 4; i++)
		inb(device->control);
}

/* The status once the device is not busy; busy: it never was anything else. */
static uint8_t settle(const struct device *device)
{
	uint64_t deadline = deadline_in(COMMAND_MS);
	uint8_t status;

	delay_400ns(device);
	while ((status = get(device, STATUS)) & ATA_BUSY) {
		if (status == NOBODY || expired(deadline))
			return ATA_BUSY;
		relax();
	}
	return status;
}

static uint8_t select(const struct device *device, uint32_t bits)
{
	put(device, DEVICE, device->select | bits);
	return settle(device);
}

/* Software reset protocol, 11.2: both devices of the channel. */
static bool reset(const struct device *device)
{
	outb(device->control, CONTROL_ON | CONTROL_NIEN | CONTROL_RESET);
	delay_ms(1);                    /* 5 us at least */
	outb(device->control, CONTROL_ON | CONTROL_NIEN);
	delay_ms(RESET_MS);
	settle(device);
	return !(select(device, 0) & (ATA_BUSY | ATA_DATA));
}

/* What status says of a command that failed; a device that is stuck is reset. */
static enum rj_status failed(const struct device *device, uint8_t status, bool write)
{
	uint8_t error = get(device, ERROR);

	if (status & (ATA_BUSY | ATA_DATA))
		reset(device);
	if (status & ATA_BUSY)
		return RJ_DISK_TIMEOUT;
	return device->is_cd ? atapi_status(error) : ata_status(status, error, write);
}

/* Selects the device, which may be a reset away from taking a command. */
static bool ready(const struct device *device, uint32_t bits)
{
	outb(device->control, CONTROL_ON | CONTROL_NIEN);
	if (!(select(device, bits) & (ATA_BUSY | ATA_DATA)))
		return true;
	return reset(device) && !(select(device, bits) & (ATA_BUSY | ATA_DATA));
}

static void put_address(const struct device *device, uint32_t lba, uint32_t count)
{
	put(device, COUNT, count);
	put(device, LBA_LOW, lba);
	put(device, LBA_MID, lba >> 8);
	put(device, LBA_HIGH, lba >> 16);
}

/* 48 bits go through the same registers twice, the upper halves first. */
static bool command(const struct device *device, uint8_t code, uint64_t lba, uint32_t count)
{
	uint32_t low = (uint32_t)lba;

	if (!ready(device, ATA_LBA | (device->is_lba48 ? 0 : low >> 24 & 0xF)))
		return false;
	if (device->is_lba48)
		put_address(device, (uint32_t)(lba >> 24), count >> 8);
	put_address(device, low, count);
	put(device, COMMAND, code);
	return true;
}

/* PIO data-in and data-out protocols, 11.5 and 11.6: one sector for each DRQ. */
static enum rj_status move(const struct device *device, uint32_t buffer, uint32_t count, bool write)
{
	uint16_t port = (uint16_t)(device->command_block + DATA);
	uint8_t status;

	for (; count; count--) {
		status = settle(device);
		if ((status & (ATA_ERROR | ATA_FAULT | ATA_DATA)) != ATA_DATA)
			return failed(device, status, write);
		if (write)
			out_words(port, (const void *)buffer, device->sector_size / 2);
		else
			in_words(port, (void *)buffer, device->sector_size / 2);
		buffer += device->sector_size;
	}
	status = settle(device);
	if (status & (ATA_BUSY | ATA_DATA | ATA_ERROR | ATA_FAULT))
		return failed(device, status, write);
	return RJ_DISK_OK;
}

static enum rj_status no_data(const struct device *device, uint32_t operation)
{
	if (operation == RJ_RESET)
		return ready(device, 0) ? RJ_DISK_OK : RJ_DISK_TIMEOUT;
	if (!device->command[RJ_FLUSH])
		return RJ_DISK_OK;
	if (!command(device, device->command[RJ_FLUSH], 0, 0))
		return RJ_DISK_TIMEOUT;
	return move(device, 0, 0, true);
}

static enum rj_status serve_disk(const struct device *device, const struct rj_request *request)
{
	if (request->operation > RJ_WRITE)
		return no_data(device, request->operation);
	if ((request->buffer + request->count * device->sector_size - 1) >> 32)
		return RJ_DISK_BOUNDARY;
	if (!command(device, device->command[request->operation], request->lba, request->count))
		return RJ_DISK_TIMEOUT;
	return move(device, (uint32_t)request->buffer, request->count,
		    request->operation == RJ_WRITE);
}

static enum rj_status transfer_disk(void *context, const struct rj_request *request)
{
	const struct device *device = context;
	enum rj_status status = serve_disk(device, request);

	outb(device->control, CONTROL_ON);
	return status;
}

/* PACKET protocol, 11.8: the packet, then data in parts whose size the device says. */
static enum rj_status send_packet(const struct device *device, const uint8_t *packet,
				  uint32_t buffer, uint32_t bytes)
{
	uint16_t port = (uint16_t)(device->command_block + DATA);
	uint8_t status;
	uint32_t part;

	if (!ready(device, 0))
		return RJ_DISK_TIMEOUT;
	put(device, FEATURE, 0);
	put_address(device, PACKET_LIMIT << 8, 0);
	put(device, COMMAND, ATA_PACKET);
	status = settle(device);
	if ((status & (ATA_ERROR | ATA_DATA)) != ATA_DATA)
		return failed(device, status, false);
	out_words(port, packet, ATAPI_PACKET_SIZE / 2);
	while ((status = settle(device)) & ATA_DATA && !(status & ATA_ERROR)) {
		part = get(device, LBA_MID) | (uint32_t)get(device, LBA_HIGH) << 8;
		if (!part || part > bytes)
			break;
		in_words(port, (void *)buffer, (part + 1) / 2);
		buffer += part;
		bytes -= part;
	}
	if (bytes || status & (ATA_BUSY | ATA_DATA | ATA_ERROR))
		return failed(device, status, false);
	return RJ_DISK_OK;
}

static enum rj_status send(void *device, const uint8_t *packet, void *data, uint32_t bytes)
{
	return send_packet(device, packet, (uint32_t)data, bytes);
}

static enum rj_status serve_cd(struct device *device, const struct rj_request *request)
{
	uint32_t bytes = request->count * ATAPI_SECTOR;
	uint8_t packet[ATAPI_PACKET_SIZE], sense[ATAPI_DATA];
	enum rj_status status;

	if (request->operation == RJ_WRITE)
		return RJ_DISK_WRITE_PROTECTED;
	if (request->operation != RJ_READ)
		return no_data(device, request->operation);
	if ((request->buffer + bytes - 1) >> 32)
		return RJ_DISK_BOUNDARY;
	atapi_read_packet(packet, request);
	status = send_packet(device, packet, (uint32_t)request->buffer, bytes);
	if (status != RJ_DISK_OK && status != RJ_DISK_TIMEOUT)
		atapi_request_sense(send, device, sense);
	return status;
}

static enum rj_status transfer_cd(void *context, const struct rj_request *request)
{
	struct device *device = context;
	enum rj_status status = serve_cd(device, request);

	outb(device->control, CONTROL_ON);
	return status;
}

/* Ports have no state that an operating system could have taken from the firmware. */
static INIT bool is_firmwares(uint32_t pci, const struct rj_host *host)
{
	(void)pci;
	(void)host;
	return true;
}

/* A device that is not there takes no command: status 0 or FFh, and no data. */
static INIT bool identify(const struct device *device, uint8_t code, uint16_t *words)
{
	if (!ready(device, 0))
		return false;
	put(device, COMMAND, code);
	if ((settle(device) & (ATA_ERROR | ATA_DATA)) != ATA_DATA)
		return false;
	in_words((uint16_t)(device->command_block + DATA), words, ATA_IDENTIFY_WORDS);
	return true;
}

static INIT bool attach_disk(struct device *device, const uint16_t *words, struct rj_disk *disk)
{
	struct ata_features has;

	if (!ata_identify(words, disk, &has))
		return false;
	device->is_lba48 = has.lba48;
	device->command[RJ_READ] = has.lba48 ? ATA_READ_SECTORS_EXT : ATA_READ_SECTORS;
	device->command[RJ_WRITE] = has.lba48 ? ATA_WRITE_SECTORS_EXT : ATA_WRITE_SECTORS;
	device->command[RJ_FLUSH] = has.flush;
	device->sector_size = disk->sector_size;
	disk->transfer = transfer_disk;
	memcpy(disk->interface, "ATA     ", sizeof disk->interface);
	return true;
}

static INIT bool attach_cd(struct device *device, uint16_t *words, struct rj_disk *disk)
{
	device->is_cd = true;
	disk->transfer = transfer_cd;
	memcpy(disk->interface, "ATAPI   ", sizeof disk->interface);
	return identify(device, ATA_IDENTIFY_PACKET, words)
		&& atapi_medium(send, device, (uint8_t *)words, disk);
}

/* After the channel's reset: the signature is there, and the command settles it. */
static INIT bool attach_device(struct device *device, struct rj_disk *disk)
{
	uint16_t words[ATA_IDENTIFY_WORDS];

	if (!ready(device, 0))
		return false;
	if ((get(device, LBA_MID) | get(device, LBA_HIGH) << 8) == ATA_SIGNATURE_ATAPI)
		return attach_cd(device, words, disk);
	return identify(device, ATA_IDENTIFY, words) && attach_disk(device, words, disk);
}

static INIT void add(const struct device *found, unsigned unit, struct rj_disk *disk,
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

static INIT void attach_channel(uint16_t command_block, uint16_t control, unsigned channel,
				const struct rj_host *host)
{
	struct device device = { .command_block = command_block, .control = control,
				 .select = DEVICE_OLD };

	reset(&device);
	for (unsigned i = 0; i < DEVICES; i++) {
		struct rj_disk disk = { 0 };

		device.select = (uint8_t)(DEVICE_OLD | i * DEVICE_SELECT);
		device.is_lba48 = false;
		device.is_cd = false;
		if (attach_device(&device, &disk))
			add(&device, channel * DEVICES + i, &disk, host);
		else
			host->print("IDE unit %u: no disk, or no medium", channel * DEVICES + i);
	}
	outb(control, CONTROL_ON);
}

/* PCI IDE Controller Specification, 2.0: compatibility ports, or four BARs. */
static INIT void attach(uint32_t pci, const struct rj_host *host)
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
		attach_channel(block, control, i, host);
	}
}

DRIVER(is_firmwares, attach);
