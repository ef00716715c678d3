/* SPDX-License-Identifier: MIT */
/* What the SATA and the IDE driver share, without a device: QEMU has no 4K-native one. */
#include "unit.h"

#include "drivers/ata_device.h"

struct words {
	uint16_t number;
	uint16_t value;
};

/* What an ordinary disk says (ACS-3, 7.12.7): LBA, 2^28 - 1 sectors at least, flushing. */
static const struct words ordinary[] = {
	{ 49, 0x0300 }, { 60, 0xFFFF }, { 61, 0x0FFF }, { 83, 0x7400 },
	{ 100, 0x6DB0 }, { 101, 0x7470 },
};

static void fill(uint16_t *words, const struct words *changes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		words[changes[i].number] = changes[i].value;
}

static void identify(void **state)
{
	static const struct {
		struct words changes[4];
		uint64_t sectors;       /* 0: not to be served */
		uint32_t sector_size;
		uint32_t max_sectors;
		uint8_t flush;
	} rows[] = {
		{ { { 0, 0 } }, 0x74706DB0, 512, 65535, ATA_FLUSH_CACHE_EXT },
		{ { { 102, 0x0001 } }, 0x174706DB0, 512, 65535, ATA_FLUSH_CACHE_EXT },
		{ { { 103, 0x8000 } }, 0x8000000074706DB0, 512, 65535, ATA_FLUSH_CACHE_EXT },
		{ { { 83, 0x5400 } }, 0x74706DB0, 512, 65535, ATA_FLUSH_CACHE },
		{ { { 83, 0x6400 } }, 0x74706DB0, 512, 65535, ATA_FLUSH_CACHE_EXT },
		/* no 48-bit addresses; with FLUSH CACHE, without it, with an invalid word 83 */
		{ { { 83, 0x5000 } }, 0x0FFFFFFF, 512, 256, ATA_FLUSH_CACHE },
		{ { { 83, 0x6000 } }, 0x0FFFFFFF, 512, 256, 0 },
		{ { { 83, 0x4000 } }, 0x0FFFFFFF, 512, 256, 0 },
		{ { { 83, 0xF400 } }, 0x0FFFFFFF, 512, 256, 0 },
		{ { { 83, 0x3400 } }, 0x0FFFFFFF, 512, 256, 0 },
		/* 4K-native, 512e, an invalid word 106, sizes that nobody can serve */
		{ { { 106, 0x5000 }, { 117, 2048 } }, 0x74706DB0, 4096, 65535,
		  ATA_FLUSH_CACHE_EXT },
		{ { { 106, 0x6003 }, { 117, 2048 } }, 0x74706DB0, 512, 65535, ATA_FLUSH_CACHE_EXT },
		{ { { 106, 0xD000 }, { 117, 2048 } }, 0x74706DB0, 512, 65535, ATA_FLUSH_CACHE_EXT },
		{ { { 106, 0x5000 }, { 117, 260 } }, 0, 0, 0, 0 },
		{ { { 106, 0x5000 }, { 117, 128 } }, 0, 0, 0, 0 },
		{ { { 106, 0x5000 }, { 117, 4096 } }, 0, 0, 0, 0 },
		{ { { 106, 0x5000 }, { 117, 256 }, { 118, 1 } }, 0, 0, 0, 0 },
		{ { { 106, 0x5000 } }, 0, 0, 0, 0 },
		/* no LBA, no sectors */
		{ { { 49, 0x0100 } }, 0, 0, 0, 0 },
		{ { { 100, 0 }, { 101, 0 } }, 0, 0, 0, 0 },
	};

	(void)state;
	FOR_EACH(i, rows) {
		uint16_t words[ATA_IDENTIFY_WORDS] = { 0 };
		struct ata_features features;
		struct rj_disk disk = { 0 };

		fill(words, ordinary, sizeof(ordinary) / sizeof(ordinary[0]));
		fill(words, rows[i].changes, sizeof(rows[i].changes) / sizeof(rows[i].changes[0]));
		assert_int_equal(ata_identify(words, &disk, &features), rows[i].sectors != 0);
		if (!rows[i].sectors)
			continue;
		assert_true(disk.sectors == rows[i].sectors);
		assert_int_equal(disk.sector_size, rows[i].sector_size);
		assert_int_equal(disk.max_sectors, rows[i].max_sectors);
		assert_int_equal(features.lba48, rows[i].max_sectors == 65535);
		assert_int_equal(features.flush, rows[i].flush);
	}
}

static void packet_dma(void **state)
{
	uint16_t words[ATA_IDENTIFY_WORDS] = { 0 };

	(void)state;
	assert_int_equal(atapi_dma(words), 0);
	words[49] = 0x0100;
	assert_int_equal(atapi_dma(words), 1);
	words[62] = 0x8000;
	assert_int_equal(atapi_dma(words), 5);
}

static void failures(void **state)
{
	static const struct { uint8_t status, error; bool write; enum rj_status means; } rows[] = {
		{ 0x51, 0x40, false, RJ_DISK_BAD_DATA },
		{ 0x51, 0x40, true, RJ_DISK_WRITE_PROTECTED },
		{ 0x51, 0x10, false, RJ_DISK_NOT_FOUND }, { 0x51, 0x10, true, RJ_DISK_NOT_FOUND },
		{ 0x51, 0x04, false, RJ_DISK_CONTROLLER }, { 0x51, 0x84, true, RJ_DISK_CONTROLLER },
		{ 0x71, 0x40, false, RJ_DISK_CONTROLLER }, { 0x70, 0x00, true, RJ_DISK_WRITE_FAULT },
	};
	static const struct { uint8_t error; enum rj_status means; } packets[] = {
		{ 0x24, RJ_DISK_NOT_READY }, { 0x30, RJ_DISK_BAD_DATA },
		{ 0x44, RJ_DISK_CONTROLLER }, { 0x54, RJ_DISK_NOT_FOUND }, { 0x64, RJ_DISK_CHANGED },
		{ 0x70, RJ_DISK_WRITE_PROTECTED }, { 0xB4, RJ_DISK_CONTROLLER },
	};

	(void)state;
	FOR_EACH(i, rows)
		assert_int_equal(ata_status(rows[i].status, rows[i].error, rows[i].write),
				 rows[i].means);
	FOR_EACH(i, packets)
		assert_int_equal(atapi_status(packets[i].error), packets[i].means);
}

static void read_packet(void **state)
{
	static const uint8_t expected[ATAPI_PACKET_SIZE] = { 0x28, 0, 0x12, 0x34, 0x56, 0x78, 0,
							     0xAB, 0xCD };
	const struct rj_request request = { .lba = 0x12345678, .count = 0xABCD };
	uint8_t packet[ATAPI_PACKET_SIZE];

	(void)state;
	memset(packet, 0xFF, sizeof(packet));
	atapi_read_packet(packet, &request);
	assert_memory_equal(packet, expected, sizeof(packet));
}

/* A drive whose next answers to TEST UNIT READY are a string of these letters. */
struct drive {
	const char *answers;    /* r: ready; a: unit attention; b: becoming ready; n: no medium; t */
	uint8_t asc;
	bool senses;
	bool has_capacity;
};

static uint32_t now;

uint64_t deadline_in(uint32_t ms)
{
	return now + ms;
}

bool expired(uint64_t *deadline)
{
	bool is_last = *deadline == 0;

	if (now >= *deadline)
		*deadline = 0;
	return is_last;
}

void delay_ms(uint32_t ms)
{
	now += ms;
}

static enum rj_status test_unit_ready(struct drive *drive)
{
	char answer = *drive->answers;

	if (drive->answers[1])
		drive->answers++;
	drive->asc = answer == 'n' ? 0x3A : answer == 'b' ? 0x04 : 0x29;
	switch (answer) {
	case 'r':
		return RJ_DISK_OK;
	case 'a':
		return RJ_DISK_CHANGED;
	case 't':
		return RJ_DISK_TIMEOUT;
	default:
		return RJ_DISK_NOT_READY;
	}
}

static enum rj_status send(void *device, const uint8_t *packet, void *data, uint32_t bytes)
{
	static const uint8_t capacity[8] = { 0x00, 0x05, 0x7E, 0x3F, 0, 0, 8, 0 };
	struct drive *drive = device;

	switch (packet[0]) {
	case 0x00:
		assert_int_equal(bytes, 0);
		return test_unit_ready(drive);
	case 0x03:
		assert_int_equal(bytes, 18);
		assert_int_equal(packet[4], 18);
		memset(data, 0, bytes);
		((uint8_t *)data)[12] = drive->asc;
		return drive->senses ? RJ_DISK_OK : RJ_DISK_CONTROLLER;
	case 0x25:
		assert_int_equal(bytes, sizeof(capacity));
		memcpy(data, capacity, sizeof(capacity));
		return drive->has_capacity ? RJ_DISK_OK : RJ_DISK_BAD_DATA;
	default:
		fail();
		return RJ_DISK_INVALID;
	}
}

static void media(void **state)
{
	static const struct { struct drive drive; bool found; uint32_t most_ms; } rows[] = {
		{ { "r", 0, true, true }, true, 0 }, { { "aar", 0, true, true }, true, 0 },
		{ { "abbbr", 0, true, true }, true, 1000 }, { { "abn", 0, true, true }, false, 1000 },
		{ { "n", 0, true, true }, false, 0 }, { { "b", 0, true, true }, false, 30000 },
		{ { "at", 0, true, true }, false, 0 }, { { "ar", 0, false, true }, false, 0 },
		{ { "r", 0, true, false }, false, 0 },
	};

	(void)state;
	FOR_EACH(i, rows) {
		struct drive drive = rows[i].drive;
		struct rj_disk disk = { 0 };
		uint8_t data[ATAPI_DATA];

		now = 1;
		assert_int_equal(atapi_medium(send, &drive, data, &disk), rows[i].found);
		assert_true(now - 1 <= rows[i].most_ms);
		if (!rows[i].found)
			continue;
		assert_int_equal(disk.sectors, 0x57E40);
		assert_int_equal(disk.sector_size, 2048);
		assert_int_equal(disk.flags, RJ_DISK_CD | RJ_DISK_READONLY | RJ_DISK_REMOVABLE);
	}
}

UNIT_MAIN(cmocka_unit_test(identify), cmocka_unit_test(packet_dma), cmocka_unit_test(failures),
	  cmocka_unit_test(read_packet), cmocka_unit_test(media))
