/* SPDX-License-Identifier: MIT */
/*
 * SATA disks and CD drives by the Serial ATA Advanced Host Controller Interface 1.3.1; section
 * numbers alone refer to it. One command slot per port, no interrupts, and data goes directly
 * to and from the caller's buffer.
 */
#include "common/mem.h"
#include "drivers/ata_device.h"
#include "hardware/io.h"
#include "hardware/pci.h"

#define ABAR            5               /* 2.1.11 */

/* Generic host control (3.1). */
#define CAP             0x00
#define CAP_S64A        0x80000000u
#define GHC             0x04
#define GHC_RESET       0x00000001u
#define GHC_ENABLE      0x80000000u     /* and interrupts off */
#define PI              0x0C
#define CAP2            0x24
#define CAP2_HANDOFF    0x1u
#define BOHC            0x28
#define BOHC_FIRMWARE   0x01u
#define BOHC_OS         0x02u
#define BOHC_BUSY       0x10u

/* Of Intel's, for NVMe disks in the place of ports 14 and up: ahci.h in Linux. */
#define VENDOR_INTEL    0x8086u
#define VSCAP           0xA4u
#define VSCAP_REMAP     0x1u
#define REMAP_CAP       0x800u
#define REMAP_DEVICES   3u
#define REMAP_CLASS(n)  (0x880u + (n) * 0x80u)
#define CLASS_NVME      0x010802u

/* A port's registers (3.3). */
#define PORTS           32u
#define PORT(n)         (0x100u + (n) * 0x80u)
#define HBA_SIZE        PORT(PORTS)
#define CLB             0x00
#define CLBU            0x04
#define FB              0x08
#define FBU             0x0C
#define IS              0x10
#define IS_FATAL        0x78000000u     /* TFES, HBFS, HBDS, IFS (6.2.2) */
#define IE              0x14
#define CMD             0x18
#define CMD_START       0x00000001u
#define CMD_FIS_RECEIVE 0x00000010u
#define CMD_FIS_RUNNING 0x00004000u
#define CMD_RUNNING     0x00008000u
#define CMD_MULTIPLIER  0x00020000u     /* an operating system has found one (3.3.7, PMA) */
#define CMD_POWERED     0x10000006u     /* interface active, power on, spin up; no ALPE */
#define TFD             0x20            /* error << 8 | status */
#define SIG             0x24            /* LBA high, mid, low, count */
#define SSTS            0x28
#define SSTS_DEVICE     0xFu
#define SSTS_PRESENT    0x1u            /* odd: a device; 3: with a link */
#define SSTS_LINKED     0x3u
#define SCTL            0x2C
#define SCTL_NO_SLEEP   0x300u          /* no partial, no slumber */
#define SCTL_COMRESET   0x001u
#define SERR            0x30
#define CI              0x38
#define FBS             0x40
#define DEVSLP          0x44
#define DEVSLP_AGGRESSIVE 0x1u
#define ALL             0xFFFFFFFFu     /* written to clear all bits */

#define SLOT0           0x1u

/* Times in ms: the specification's, or generous ones where it has none. */
#define RESET_MS        1000            /* 10.4.3 */
#define STOP_MS         500             /* 10.3.1, 10.3.2 */
#define COMRESET_MS     1               /* 10.4.2 */
#define HANDOFF_MS      25              /* 10.6 */
#define HANDOFF_BUSY_MS 2000
#define PRESENT_MS      100             /* SATA: COMINIT comes 10 ms after COMRESET */
#define LINK_MS         1000
#define READY_MS        31000           /* long enough for a disk to spin up */
#define COMMAND_MS      31000

/* In memory (4.2). */
struct command_header {
	uint32_t flags;         /* PRD entries << 16 | HEADER_* */
	uint32_t transferred;
	uint32_t table, table_high;
	uint32_t zero[4];
};
_Static_assert(sizeof(struct command_header) == 32, "command header");
#define HEADER_FIS      5u              /* dwords of a register FIS */
#define HEADER_ATAPI    0x20u
#define HEADER_WRITE    0x40u
#define HEADER_PRD      0x10000u

struct prd {
	uint32_t address, address_high;
	uint32_t zero;
	uint32_t last;          /* bytes - 1 */
};
#define PRD_MAX         0x400000u       /* bytes */

/* The register FIS to a device (SATA 3.x, 10.5); byte 1 has bit C, byte 2 is the command. */
#define FIS_COMMAND(command) (0x8027u | (uint32_t)(command) << 16)
#define FIS_FEATURE(feature) ((uint32_t)(feature) << 24)
#define FIS_LBA         (ATA_LBA << 24)
#define FIS_LIMIT(bytes) ((bytes) << 8) /* on a packet's data by PIO */

/* A port's memory; the HBA reads and writes the first three fields. */
struct port {
	struct command_header list[32];
	uint8_t received[256];
	struct {
		uint32_t fis[16];
		uint8_t packet[16];
		uint8_t zero[48];
		struct prd prd;
	} table;
	uint32_t registers;     /* of the port */
	uint32_t hba;
	uint32_t low_lba;       /* mask of the bits in the FIS's dword 1 */
	bool is_64bit;
	uint8_t sector_shift;
	uint8_t command[3];     /* by enum rj_operation; RJ_FLUSH may be 0: none */
	uint8_t packet_feature;
	uint8_t data[ATA_IDENTIFY_WORDS * 2] __attribute__((aligned(16)));
};
_Static_assert(offsetof(struct port, received) % 256 == 0, "received FISes");
_Static_assert(offsetof(struct port, table) % 128 == 0, "command table");
#define LIST_ALIGNMENT  1024

/* 10.4.3. Stops every port; the ports keep their addresses. */
static bool ahci_reset_hba(uint32_t hba)
{
	write32(hba + GHC, GHC_ENABLE);
	write32(hba + GHC, GHC_ENABLE | GHC_RESET);
	if (!wait_for_bits(hba + GHC, GHC_RESET, 0, RESET_MS))
		return false;
	write32(hba + GHC, GHC_ENABLE);
	return true;
}

/* 10.3.1, 10.3.2: first commands, then reception of FISes. */
static bool ahci_stop(uint32_t port)
{
	write32(port + CMD, read32(port + CMD) & ~CMD_START);
	if (!wait_for_bits(port + CMD, CMD_RUNNING, 0, STOP_MS))
		return false;
	write32(port + CMD, read32(port + CMD) & ~CMD_FIS_RECEIVE);
	return wait_for_bits(port + CMD, CMD_FIS_RUNNING, 0, STOP_MS);
}

/* 10.4.2, on a port that is stopped; with power (10.10), and without speed limits. */
static void ahci_comreset(uint32_t port)
{
	write32(port + CMD, CMD_POWERED);
	write32(port + SCTL, SCTL_NO_SLEEP | SCTL_COMRESET);
}

static void ahci_comreset_end(uint32_t port)
{
	write32(port + SCTL, SCTL_NO_SLEEP);
}

/*
 * Starts a stopped port (10.1.2). PxSERR.DIAG.X holds back the device's first FIS, with its
 * signature, until it is cleared.
 */
static bool ahci_start(const struct port *port)
{
	uint32_t r = port->registers;

	if (!wait_for_bits(r + SSTS, SSTS_DEVICE, SSTS_LINKED, LINK_MS))
		return false;
	write32(r + CLB, (uint32_t)port->list);
	write32(r + CLBU, 0);
	write32(r + FB, (uint32_t)port->received);
	write32(r + FBU, 0);
	write32(r + SERR, ALL);
	write32(r + CMD, CMD_POWERED | CMD_FIS_RECEIVE);
	if (!wait_for_bits(r + TFD, ATA_BUSY | ATA_DATA, 0, READY_MS))
		return false;
	write32(r + SERR, ALL);
	write32(r + IS, ALL);
	write32(r + CMD, CMD_POWERED | CMD_FIS_RECEIVE | CMD_START);
	return true;
}

/*
 * 6.2.2.1, after a failure. A device that is still busy, or has not answered and may yet
 * write into memory, gets a COMRESET.
 */
static bool ahci_restart(const struct port *port, bool has_answered)
{
	uint32_t r = port->registers;

	if (!ahci_stop(r)) {
		ahci_reset_hba(port->hba);
		has_answered = false;
	}
	if (!has_answered || read32(r + TFD) & (ATA_BUSY | ATA_DATA)) {
		ahci_comreset(r);
		delay_ms(COMRESET_MS);
		ahci_comreset_end(r);
	}
	return ahci_start(port);
}

static enum rj_status ahci_failed(const struct port *port, uint32_t flags)
{
	uint32_t result = read32(port->registers + TFD);

	ahci_restart(port, true);
	if (flags & HEADER_ATAPI)
		return atapi_status(result >> 8);
	return ata_status(result, result >> 8, flags & HEADER_WRITE);
}

/*
 * A failed port is started again at once. If it is stopped here, the HBA was reset because
 * of another port, or its device did not come back.
 */
static bool ahci_is_started(const struct port *port)
{
	return read32(port->registers + CMD) & CMD_START || ahci_restart(port, false);
}

/* Executes the command in the table, in slot 0 (5.5.1). A stopped port would ignore PxCI. */
static enum rj_status ahci_execute(struct port *port, uint32_t flags)
{
	uint32_t r = port->registers;
	uint64_t deadline = deadline_in(COMMAND_MS);

	if (!ahci_is_started(port))
		return RJ_DISK_TIMEOUT;
	port->list[0].flags = flags;
	port->list[0].transferred = 0;
	barrier();
	write32(r + IS, ALL);
	write32(r + CI, SLOT0);
	while (read32(r + CI) & SLOT0 && !(read32(r + IS) & IS_FATAL)) {
		if (expired(&deadline)) {
			ahci_restart(port, false);
			return RJ_DISK_TIMEOUT;
		}
		relax();
	}
	if (read32(r + IS) & IS_FATAL || read32(r + TFD) & (ATA_ERROR | ATA_FAULT))
		return ahci_failed(port, flags);
	return RJ_DISK_OK;
}

/* The command's data: one PRD entry, at most 4 MiB (4.2.3.3). */
static void ahci_set_data(struct port *port, uint64_t buffer, uint32_t bytes)
{
	port->table.prd.address = (uint32_t)buffer;
	port->table.prd.address_high = (uint32_t)(buffer >> 32);
	port->table.prd.last = bytes - 1;
}

static bool ahci_is_reached(const struct port *port, uint64_t buffer, uint32_t bytes)
{
	return port->is_64bit || !((buffer + bytes - 1) >> 32);
}

static enum rj_status ahci_no_data(struct port *port, const struct rj_request *request)
{
	if (request->operation == RJ_RESET)
		return ahci_is_started(port) ? RJ_DISK_OK : RJ_DISK_TIMEOUT;
	if (!port->command[RJ_FLUSH])
		return RJ_DISK_OK;
	port->table.fis[0] = FIS_COMMAND(port->command[RJ_FLUSH]);
	port->table.fis[1] = 0;
	port->table.fis[2] = 0;
	port->table.fis[3] = 0;
	return ahci_execute(port, HEADER_FIS);
}

static enum rj_status ahci_transfer_disk(void *context, const struct rj_request *request)
{
	struct port *port = context;
	uint32_t bytes = request->count << port->sector_shift;
	uint32_t flags = HEADER_FIS | HEADER_PRD;

	if (request->operation > RJ_WRITE)
		return ahci_no_data(port, request);
	if (!ahci_is_reached(port, request->buffer, bytes))
		return RJ_DISK_BOUNDARY;
	if (request->operation == RJ_WRITE)
		flags |= HEADER_WRITE;
	ahci_set_data(port, request->buffer, bytes);
	port->table.fis[0] = FIS_COMMAND(port->command[request->operation]);
	port->table.fis[1] = FIS_LBA | ((uint32_t)request->lba & port->low_lba);
	port->table.fis[2] = (uint32_t)(request->lba >> 24);
	port->table.fis[3] = request->count;
	return ahci_execute(port, flags);
}

/* If feature is 0, data goes by PIO, at most bytes at a time. */
static enum rj_status ahci_send_packet(struct port *port, uint32_t feature, uint64_t buffer,
				       uint32_t bytes)
{
	uint32_t flags = HEADER_FIS | HEADER_ATAPI;

	if (bytes)
		flags |= HEADER_PRD;
	ahci_set_data(port, buffer, bytes);
	port->table.fis[0] = FIS_COMMAND(ATA_PACKET) | FIS_FEATURE(feature);
	port->table.fis[1] = feature ? 0 : FIS_LIMIT(bytes);
	port->table.fis[2] = 0;
	port->table.fis[3] = 0;
	return ahci_execute(port, flags);
}

static enum rj_status ahci_send(void *device, const uint8_t *packet, void *data,
				uint32_t bytes)
{
	struct port *port = device;

	memcpy(port->table.packet, packet, ATAPI_PACKET_SIZE);
	return ahci_send_packet(port, 0, (uint32_t)data, bytes);
}

static enum rj_status ahci_transfer_cd(void *context, const struct rj_request *request)
{
	struct port *port = context;
	uint32_t bytes = request->count * ATAPI_SECTOR;
	enum rj_status status;

	if (request->operation == RJ_WRITE)
		return RJ_DISK_WRITE_PROTECTED;
	if (request->operation != RJ_READ)
		return ahci_no_data(port, request);
	if (!ahci_is_reached(port, request->buffer, bytes))
		return RJ_DISK_BOUNDARY;
	atapi_read_packet(port->table.packet, request);
	status = ahci_send_packet(port, port->packet_feature, request->buffer, bytes);
	if (status != RJ_DISK_OK && status != RJ_DISK_TIMEOUT)
		atapi_request_sense(ahci_send, port, port->data);
	return status;
}

static INIT uint32_t ahci_map_hba(uint32_t pci, const struct rj_host *host)
{
	uint64_t abar = pci_memory(pci, ABAR);

	return abar ? host->map(abar, HBA_SIZE) : 0;
}

static INIT bool ahci_is_in_free_ram(uint32_t low, uint32_t high, const struct rj_host *host)
{
	return !(low | high) || host->is_free_ram((uint64_t)high << 32 | low);
}

/* Started, with a device, and not using memory of an operating system. */
static INIT bool ahci_is_port_firmwares(uint32_t port, bool is_64bit,
					const struct rj_host *host)
{
	const uint32_t started = CMD_START | CMD_FIS_RECEIVE;

	return (read32(port + SSTS) & SSTS_DEVICE) == SSTS_LINKED
		&& (read32(port + CMD) & started) == started
		&& !ahci_is_in_free_ram(read32(port + CLB), is_64bit ? read32(port + CLBU) : 0,
					host)
		&& !ahci_is_in_free_ram(read32(port + FB), is_64bit ? read32(port + FBU) : 0,
					host);
}

static INIT bool ahci_is_firmwares(uint32_t pci, const struct rj_host *host)
{
	uint32_t hba = ahci_map_hba(pci, host);
	uint32_t implemented;

	if (!hba || !(read32(hba + GHC) & GHC_ENABLE))
		return false;
	implemented = read32(hba + PI);
	for (unsigned n = 0; n < PORTS; n++)
		if (implemented >> n & 1
		    && ahci_is_port_firmwares(hba + PORT(n), read32(hba + CAP) & CAP_S64A,
					      host))
			return true;
	return false;
}

/* 10.6: takes the HBA over from the firmware, if that still owns it. */
static INIT void ahci_take_from_firmware(uint32_t hba)
{
	if (!(read32(hba + CAP2) & CAP2_HANDOFF))
		return;
	write32(hba + BOHC, read32(hba + BOHC) | BOHC_OS);
	if (!wait_for_bits(hba + BOHC, BOHC_FIRMWARE, 0, HANDOFF_MS)
	    && read32(hba + BOHC) & BOHC_BUSY)
		wait_for_bits(hba + BOHC, BOHC_FIRMWARE, 0, HANDOFF_BUSY_MS);
}

/* Turns off interrupts and what an operating system may have turned on (3.3.16, 3.3.17). */
static INIT void ahci_plain(uint32_t port)
{
	write32(port + IE, 0);
	write32(port + FBS, 0);
	write32(port + DEVSLP, read32(port + DEVSLP) & ~DEVSLP_AGGRESSIVE);
}

/*
 * A port multiplier shows the disk at its first port, as if it were not there, until a software
 * reset of its control port (SATA 3.x, 13), which is not sent here.
 */
static INIT void ahci_tell_multiplier(unsigned number, const struct rj_host *host)
{
	host->warn("AHCI port %u: only the first disk behind its port multiplier is supported; "
		   "pack with --from-running or --disk", number);
}

/*
 * Stops all ports, by a reset if necessary, and sends a COMRESET to all devices. Returns false if
 * that fails.
 */
static INIT bool ahci_take(uint32_t hba, uint32_t implemented, const struct rj_host *host)
{
	bool stopped = true;

	for (unsigned n = 0; n < PORTS; n++)
		if (implemented >> n & 1) {
			if (read32(hba + PORT(n) + CMD) & CMD_MULTIPLIER)
				ahci_tell_multiplier(n, host);
			stopped &= ahci_stop(hba + PORT(n));
		}
	if (!stopped && !ahci_reset_hba(hba))
		return false;
	for (unsigned n = 0; n < PORTS; n++)
		if (implemented >> n & 1) {
			ahci_plain(hba + PORT(n));
			ahci_comreset(hba + PORT(n));
		}
	delay_ms(COMRESET_MS);
	for (unsigned n = 0; n < PORTS; n++)
		if (implemented >> n & 1)
			ahci_comreset_end(hba + PORT(n));
	return true;
}

static INIT bool ahci_identify(struct port *port, uint8_t command)
{
	ahci_set_data(port, (uint32_t)port->data, sizeof port->data);
	port->table.fis[0] = FIS_COMMAND(command);
	return ahci_execute(port, HEADER_FIS | HEADER_PRD) == RJ_DISK_OK;
}

static INIT uint8_t ahci_shift_of(uint32_t power_of_two)
{
	return (uint8_t)__builtin_ctz(power_of_two);
}

static INIT bool ahci_attach_disk(struct port *port, struct rj_disk *disk)
{
	struct ata_features has;

	if (!ahci_identify(port, ATA_IDENTIFY)
	    || !ata_identify((const uint16_t *)port->data, disk, &has))
		return false;
	port->low_lba = has.lba48 ? 0xFFFFFF : 0xFFFFFFF;
	port->command[RJ_READ] = has.lba48 ? ATA_READ_DMA_EXT : ATA_READ_DMA;
	port->command[RJ_WRITE] = has.lba48 ? ATA_WRITE_DMA_EXT : ATA_WRITE_DMA;
	port->command[RJ_FLUSH] = has.flush;
	port->sector_shift = ahci_shift_of(disk->sector_size);
	disk->transfer = ahci_transfer_disk;
	return true;
}

static INIT bool ahci_attach_cd(struct port *port, struct rj_disk *disk)
{
	if (!ahci_identify(port, ATA_IDENTIFY_PACKET))
		return false;
	port->packet_feature = atapi_dma((const uint16_t *)port->data);
	disk->transfer = ahci_transfer_cd;
	return atapi_medium(ahci_send, port, port->data, disk);
}

/* EDD 4.0's "SATA" has the port, which "ATA" has not; Linux knows it. */
static INIT void ahci_add(struct port *port, unsigned number, struct rj_disk *disk,
			  const struct rj_host *host)
{
	uint32_t most = PRD_MAX / disk->sector_size;

	memcpy(disk->interface, "SATA    ", sizeof disk->interface);
	disk->device_path[0] = number;
	disk->unit = number;
	disk->context = port;
	disk->alignment = 2;            /* 4.2.3.3 */
	if (disk->max_sectors > most)
		disk->max_sectors = most;
	host->add_disk(disk);
}

/* Attaches a port with a device. The HBA uses the port's memory from now on. */
static INIT void ahci_attach_port(uint32_t hba, unsigned number, const struct rj_host *host)
{
	struct port *port = host->alloc(sizeof *port, LIST_ALIGNMENT);
	struct rj_disk disk = { 0 };
	uint32_t signature;
	bool found = false;

	if (!port) {
		host->print("AHCI port %u: no memory", number);
		return;
	}
	port->hba = hba;
	port->registers = hba + PORT(number);
	port->is_64bit = read32(hba + CAP) & CAP_S64A;
	port->list[0].table = (uint32_t)&port->table;
	if (!ahci_start(port)) {
		host->print("AHCI port %u: the device does not become ready", number);
		return;
	}
	signature = read32(port->registers + SIG) >> 16;
	if (signature == ATA_SIGNATURE_ATAPI)
		found = ahci_attach_cd(port, &disk);
	else if (signature == ATA_SIGNATURE_DISK)
		found = ahci_attach_disk(port, &disk);
	if (found)
		ahci_add(port, number, &disk, host);
	else
		host->print("AHCI port %u: no disk or no medium, signature %x", number,
			    signature);
}

/*
 * Intel's Rapid Storage can hide NVMe disks behind the HBA. There is no specification; ahci.c in
 * Linux has these registers.
 */
static INIT void ahci_tell_hidden(uint32_t pci, uint32_t hba, const struct rj_host *host)
{
	if ((pci_read(pci, PCI_VENDOR) & 0xFFFF) != VENDOR_INTEL || !(read32(hba + VSCAP) & VSCAP_REMAP))
		return;
	for (uint32_t i = 0; i < REMAP_DEVICES; i++)
		if (read32(hba + REMAP_CAP) >> i & 1 && read32(hba + REMAP_CLASS(i)) == CLASS_NVME)
			host->warn("AHCI: Intel RST hides an NVMe disk behind this controller; "
				   "set it to AHCI mode in the firmware's setup");
}

static INIT void ahci_attach(uint32_t pci, const struct rj_host *host)
{
	uint32_t hba = ahci_map_hba(pci, host);
	uint32_t implemented;
	uint64_t deadline;

	timer_init(host->ticks_per_ms);
	if (!hba) {
		host->print("AHCI: registers out of reach");
		return;
	}
	pci_enable(pci, PCI_MEMORY);
	write32(hba + GHC, read32(hba + GHC) | GHC_ENABLE);
	ahci_take_from_firmware(hba);
	write32(hba + GHC, GHC_ENABLE);
	ahci_tell_hidden(pci, hba, host);
	implemented = read32(hba + PI);
	if (!ahci_take(hba, implemented, host)) {
		host->print("AHCI: the controller does not come back from a reset");
		return;
	}
	/* only now: a port that still ran would have written to another system's memory */
	pci_enable(pci, PCI_BUS_MASTER);
	deadline = deadline_in(PRESENT_MS);
	for (unsigned n = 0; n < PORTS; n++) {
		if (!(implemented >> n & 1))
			continue;
		while (!(read32(hba + PORT(n) + SSTS) & SSTS_PRESENT) && !expired(&deadline))
			relax();
		if (read32(hba + PORT(n) + SSTS) & SSTS_PRESENT)
			ahci_attach_port(hba, n, host);
	}
}

DRIVER(ahci_is_firmwares, ahci_attach);
