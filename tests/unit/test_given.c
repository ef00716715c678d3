/* SPDX-License-Identifier: MIT */
/* What is given at run time: the image for it, and what it makes of disks. */
#include "unit.h"

#include <zlib.h>

#include "boot_sector.h"
#include "container.h"
#include "layout.h"
#include "le.h"
#include "payload.h"
#include "runtime/disk.h"
#include "runtime/gzip.h"
#include "services.h"
#include "stub_blob.h"

extern const struct payload_kind payload_disk, payload_boot;

#define MIB 0x100000u

/* The same drive as rjpack --disk makes of the image when nothing more is said of it. */
static void like_packed(const uint8_t *bytes, uint32_t size)
{
	struct rj_input file = unit_input(bytes, SECTOR_SIZE);
	struct rj_drive drive;
	struct rj_error error;
	struct rj_plan plan;

	assert_int_equal(ftruncate(file.fd, size), 0);
	file.size = size;
	rj_plan_init(&plan, 0x80);
	plan.wishes.level = 0;
	assert_int_equal(payload_disk.read(&plan, &file, &(struct payload_argument){ 0 }, &error),
			 RJ_OK);
	disk_describe(&drive, bytes, size);
	assert_memory_equal(&drive, &plan.services.drives[0], sizeof(drive));
	assert_int_equal(plan.regs.edx & 0xFF, drive.number);
	rj_plan_free(&plan);
	rj_input_close(&file);
}

static void disks(void **state)
{
	static const uint32_t kib[] = { 160, 180, 320, 360, 640, 720, 1200, 1440, 1680, 1722, 2880,
					1, 100, 1441, 504 * 1024, 505 * 1024 };
	uint8_t sector[SECTOR_SIZE] = { [0x1FE] = 0x55, [0x1FF] = 0xAA };

	(void)state;
	FOR_EACH(i, kib)
		like_packed(sector, kib[i] * 1024);
	like_packed(sector, 3 * SECTOR_SIZE);
	/* by a partition table for 240 heads of 63 sectors, and by a parameter block */
	memcpy(sector + PARTITION_TABLE, "\x80\x01\x01\x00\x83\xEF\x3F\x03\x3F\0\0\0\x81\xEC\0\0", 16);
	like_packed(sector, 4 * 240 * 63 * SECTOR_SIZE);
	memset(sector + PARTITION_TABLE, 0, 16);
	memcpy(sector, "\xEB\x3C\x90MSDOS5.0", 11);
	le_store(sector + BPB_SECTOR_SIZE, SECTOR_SIZE, 2);
	sector[BPB_MEDIA] = 0xF8;
	le_store(sector + BPB_TRACK_SECTORS, 32, 2);
	le_store(sector + BPB_HEADS, 8, 2);
	like_packed(sector, 40 * MIB);
}

/* gzip as zlib writes it, with whatever the header may have. */
static size_t make_gzip(uint8_t *to, size_t size, bool all, const uint8_t *bytes, size_t count)
{
	uint8_t extra[] = "extra", name[] = "name", comment[] = "comment";
	gz_header header = { .extra = extra, .extra_len = sizeof(extra), .name = name,
			     .comment = comment, .hcrc = 1 };
	z_stream z = { .next_in = (uint8_t *)(uintptr_t)bytes, .avail_in = (uInt)count,
		       .next_out = to, .avail_out = (uInt)size };

	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	if (all)
		assert_int_equal(deflateSetHeader(&z, &header), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	size = z.total_out;
	deflateEnd(&z);
	return size;
}

static void gzips(void **state)
{
	uint8_t bytes[2 * SECTOR_SIZE], file[2048], again[sizeof(bytes)];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7 + i / 256);
	for (int all = 0; all < 2; all++) {
		size_t size = make_gzip(file, sizeof(file), all, bytes, sizeof(bytes));
		z_stream z = { 0 };
		struct gzip gzip;

		assert_true(gzip_read(&gzip, file, (uint32_t)size));
		assert_int_equal(gzip.size, sizeof(bytes));
		assert_int_equal(gzip.crc, crc32(0, bytes, sizeof(bytes)));
		z.next_in = file + gzip.start;
		z.avail_in = gzip.packed_size;
		z.next_out = again;
		z.avail_out = sizeof(again);
		assert_int_equal(inflateInit2(&z, -15), Z_OK);
		assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
		assert_int_equal(z.avail_in, 0);
		inflateEnd(&z);
		assert_memory_equal(again, bytes, sizeof(bytes));
	}
}

/* Cut anywhere and with any flags: what is found lies in the file, or nothing is. */
static void damaged_gzips(void **state)
{
	uint8_t bytes[SECTOR_SIZE] = { 1 }, file[2048];
	size_t size = make_gzip(file, sizeof(file), true, bytes, sizeof(bytes));

	(void)state;
	for (size_t length = 0; length <= size; length++) {
		uint8_t *cut = malloc(length ? length : 1);

		memcpy(cut, file, length);
		for (unsigned flags = 0; flags < 256; flags++) {
			struct gzip gzip;

			if (length > 3)
				cut[3] = (uint8_t)flags;
			if (gzip_read(&gzip, cut, (uint32_t)length))
				assert_true((uint64_t)gzip.start + gzip.packed_size + 8 == length);
		}
		free(cut);
	}
}

static void seal(struct rj_plan *plan)
{
	struct rj_service_table table = { rj_service_blobs, rj_service_blob_count };
	struct rj_error error;

	rj_plan_init(plan, 0x80);
	assert_int_equal(payload_boot.take(plan, "given", &error), RJ_OK);
	assert_int_equal(rj_services_plan(plan, &table, &error), RJ_OK);
	assert_int_equal(rj_plan_seal(plan, &error), RJ_OK);
}

/* The piece that runs at run time comes before the services, whatever they are. */
static void image_for_it(void **state)
{
	for (unsigned mode = 0; mode < RJ_INT13_COUNT; mode++) {
		struct rj_service_table table = { rj_service_blobs, rj_service_blob_count };
		struct rj_services_info info;
		struct rj_error error;
		struct rj_plan plan;

		rj_plan_init(&plan, 0x80);
		plan.services.int13 = (uint8_t)mode;
		assert_int_equal(payload_boot.take(&plan, "given", &error), RJ_OK);
		assert_int_equal(rj_services_plan(&plan, &table, &error), RJ_OK);
		assert_int_equal(rj_plan_seal(&plan, &error), RJ_OK);
		assert_int_equal(plan.piece_count, 3);
		assert_int_equal(plan.pieces[0].size, SECTOR_SIZE);
		assert_int_equal(plan.pieces[1].flags, RJ_PIECE_RUNTIME);
		assert_int_equal(plan.pieces[2].flags, RJ_PIECE_SERVICES);
		rj_services_of_plan(&info, &plan);
		assert_true(info.carried && !info.wrong);
		assert_string_equal(info.modules[info.module_count - 1].name, "inflate");
		rj_plan_free(&plan);
	}
	(void)state;
}

/* It cannot be given to itself. */
static void not_as_payload(void **state)
{
	struct rj_blob blob = { rj_stub_blob, rj_stub_blob_size };
	struct rj_image image;
	struct rj_error error;
	struct rj_plan plan;

	(void)state;
	seal(&plan);
	assert_int_equal(container_payload.write(&container_payload, &plan, &blob, -1, &image,
						 &error), RJ_ERR_PAYLOAD_GIVEN);
	rj_plan_free(&plan);
}

UNIT_MAIN(cmocka_unit_test(disks), cmocka_unit_test(gzips), cmocka_unit_test(damaged_gzips),
	  cmocka_unit_test(image_for_it), cmocka_unit_test(not_as_payload))
