/* SPDX-License-Identifier: MIT */
/* INT 13h for a RAM disk and for a driver's disk, with memory and driver played here. */
#include "unit.h"

#include "int13/edd.h"
#include "int13/far.h"
#include "int13/int13.h"
#include "int13/serve.h"

#define MEMORY   0x200000u
#define RAM_DISK 0x180000u
#define BOUNCE   0x140000u
#define SECTORS  300u
#define MOST     50u            /* sectors that the driver takes at once */
#define BUFFER_SEGMENT 0x2000
#define PACKET_AT 0x600u
#define RAM      0              /* rows of units */
#define DISK     1
#define CALLS    64


static uint8_t memory[MEMORY], medium[SECTORS * 512], bda[256];
static struct rj_request calls[CALLS];
static unsigned call_count;
static uint64_t bad_lba;        /* the driver fails there */
static bool is_v86, has_monitor;
struct rj_flat flat;
struct rj_unit int13_units[2];

void far_read(void *to, uint32_t from, uint32_t bytes)
{
	assert_true((from & 0xFFFF) + bytes <= 0x10000 && bytes % 2 == 0);
	memcpy(to, memory + ((from >> 16) << 4) + (from & 0xFFFF), bytes);
}

void far_write(uint32_t to, const void *from, uint32_t bytes)
{
	assert_true((to & 0xFFFF) + bytes <= 0x10000 && bytes % 2 == 0);
	memcpy(memory + ((to >> 16) << 4) + (to & 0xFFFF), from, bytes);
}

uint8_t bda_get(uint32_t offset)
{
	return bda[offset];
}

void bda_put(uint32_t offset, uint8_t value)
{
	bda[offset] = value;
}

bool is_virtual(void)
{
	return is_v86;
}

void copy(uint32_t to, uint32_t from, uint32_t bytes)
{
	assert_false(is_v86);
	assert_true(to <= MEMORY - bytes && from <= MEMORY - bytes && bytes % 4 == 0);
	memmove(memory + to, memory + from, bytes);
}

bool copy_virtual(uint32_t to, uint32_t from, uint32_t bytes)
{
	assert_true(is_v86);
	if (has_monitor)
		memmove(memory + to, memory + from, bytes);
	return has_monitor;
}

uint32_t call32(rj_function32 *function, void *context, const void *argument)
{
	assert_false(is_v86);
	return ((rj_transfer *)function)(context, argument);
}

static enum rj_status driver(void *context, const struct rj_request *request)
{
	uint8_t *bytes = memory + request->buffer, *sectors = medium + request->lba * 512;

	assert_ptr_equal(context, medium);
	assert_true(call_count < CALLS);
	calls[call_count++] = *request;
	if (request->operation == RJ_FLUSH || request->operation == RJ_RESET)
		return RJ_DISK_OK;
	assert_between(request->count, 1, MOST);
	assert_true(request->lba + request->count <= SECTORS);
	assert_int_equal(request->buffer % 2, 0);
	if (request->lba <= bad_lba && bad_lba < request->lba + request->count)
		return RJ_DISK_BAD_DATA;
	if (request->operation == RJ_READ)
		memcpy(bytes, sectors, request->count * 512);
	else
		memcpy(sectors, bytes, request->count * 512);
	return RJ_DISK_OK;
}

static void fill(uint8_t *bytes, size_t size, unsigned seed)
{
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)((i * 2654435761u + seed) >> 9);
}

static int set_up(void **state)
{
	(void)state;
	memset(&int13, 0, sizeof(int13));
	memset(memory, 0, sizeof(memory));
	fill(memory + RAM_DISK, SECTORS * 512, 1);
	fill(medium, sizeof(medium), 2);
	call_count = 0;
	bad_lba = UINT64_MAX;
	is_v86 = false;
	int13.bounce = BOUNCE;
	int13.hard_disks = 2;
	int13.unit_count = 2;
	int13_units[RAM] = (struct rj_unit){
		.disk = { .sectors = SECTORS, .sector_size = 512, .alignment = 1,
			  .context = (void *)(uintptr_t)RAM_DISK },
		.sector_shift = 9, .cylinders = 5, .heads = 4, .sectors_per_track = 15 };
	int13_units[DISK] = int13_units[RAM];
	int13_units[DISK].disk.transfer = driver;
	int13_units[DISK].disk.context = medium;
	int13_units[DISK].disk.max_sectors = MOST;
	int13_units[DISK].disk.alignment = 2;
	return 0;
}

static const uint8_t *data(unsigned row)
{
	return row == RAM ? memory + RAM_DISK : medium;
}

/* Makes a call; returns AH, or -1 if AH and CF do not agree. */
static int call(struct frame *f, unsigned row, uint8_t function)
{
	bool carry;

	f->ah = function;
	f->dl = (uint8_t)(0x80 + row);
	carry = serve(f, INT13_UNIT + row);
	return carry == (f->ah != 0) ? f->ah : -1;
}

static int chs(unsigned row, uint8_t function, unsigned cylinder, unsigned head,
	       unsigned sector, uint8_t count, uint16_t offset)
{
	struct frame f = { .es = BUFFER_SEGMENT, .bx = offset, .al = count,
			   .ch = (uint8_t)cylinder, .dh = (uint8_t)head,
			   .cl = (uint8_t)(sector | (cylinder >> 2 & 0xC0)) };
	int status = call(&f, row, function);

	if (status == 0)
		assert_int_equal(f.al, count);
	return status;
}

struct packet {
	uint8_t size, zero;
	uint16_t count, offset, segment;
	uint64_t lba, flat;
};

static int packet(unsigned row, uint8_t function, const struct packet *packet)
{
	struct frame f = { .ds = 0, .esi = 0xABCD0000 | PACKET_AT };

	memcpy(memory + PACKET_AT, packet, sizeof(*packet));
	return call(&f, row, function);
}

static unsigned count_left(void)
{
	return memory[PACKET_AT + 2] | (unsigned)memory[PACKET_AT + 3] << 8;
}

static const uint8_t *buffer(uint32_t offset)
{
	return memory + BUFFER_SEGMENT * 16 + offset;
}

static void reads_by_chs(void **state)
{
	(void)state;
	for (unsigned row = RAM; row <= DISK; row++) {
		assert_int_equal(chs(row, 0x02, 0, 0, 1, 1, 0), 0);
		assert_memory_equal(buffer(0), data(row), 512);
		assert_int_equal(chs(row, 0x02, 4, 3, 15, 1, 7), 0);
		assert_memory_equal(buffer(7), data(row) + 299 * 512, 512);
		assert_int_equal(chs(row, 0x02, 1, 2, 3, 100, 0xFFFE), 0);
		assert_memory_equal(buffer(0xFFFE), data(row) + 92 * 512, 100 * 512);
	}
}

static void refuses_what_is_not_there(void **state)
{
	static const struct {
		unsigned cylinder, head, sector;
		uint8_t count;
		int status;
	} rows[] = {
		{ 0, 0, 0, 1, RJ_DISK_INVALID }, { 0, 0, 16, 1, RJ_DISK_INVALID },
		{ 0, 4, 1, 1, RJ_DISK_INVALID }, { 5, 0, 1, 1, RJ_DISK_INVALID },
		{ 1023, 0, 1, 1, RJ_DISK_INVALID }, { 0, 0, 1, 0, RJ_DISK_INVALID },
		{ 0, 0, 1, 129, RJ_DISK_INVALID }, { 4, 3, 15, 2, RJ_DISK_NOT_FOUND },
	};

	(void)state;
	for (unsigned row = RAM; row <= DISK; row++)
		FOR_EACH(i, rows)
			assert_int_equal(chs(row, 0x02, rows[i].cylinder, rows[i].head,
					     rows[i].sector, rows[i].count, 0), rows[i].status);
	assert_int_equal(call_count, 0);
	assert_int_equal(bda[0x74], RJ_DISK_NOT_FOUND);
}

static void reads_by_packet(void **state)
{
	const struct packet far = { 16, 0, 127, 3, BUFFER_SEGMENT, 100, 0 };
	const struct packet high = { 24, 0, 2, 0xFFFF, 0xFFFF, 298, 0x110000 };
	const struct packet nothing = { 16, 0, 0, 0, BUFFER_SEGMENT, 5, 0 };

	(void)state;
	for (unsigned row = RAM; row <= DISK; row++) {
		assert_int_equal(packet(row, 0x42, &far), 0);
		assert_memory_equal(buffer(3), data(row) + 100 * 512, 127 * 512);
		assert_int_equal(count_left(), 127);
		assert_int_equal(packet(row, 0x42, &high), 0);
		assert_memory_equal(memory + 0x110000, data(row) + 298 * 512, 2 * 512);
		assert_int_equal(packet(row, 0x42, &nothing), 0);
	}
}

static void refuses_packets(void **state)
{
	const struct packet small = { 15, 0, 1, 0, BUFFER_SEGMENT, 0, 0 };
	const struct packet after_end = { 16, 0, 1, 0, BUFFER_SEGMENT, 300, 0 };
	const struct packet across = { 16, 0, 2, 0, BUFFER_SEGMENT, 299, 0 };
	const struct packet wraps = { 16, 0, 2, 0, BUFFER_SEGMENT, UINT64_MAX, 0 };

	(void)state;
	for (unsigned row = RAM; row <= DISK; row++) {
		assert_int_equal(packet(row, 0x42, &small), RJ_DISK_INVALID);
		assert_int_equal(packet(row, 0x42, &after_end), RJ_DISK_NOT_FOUND);
		assert_int_equal(packet(row, 0x42, &across), RJ_DISK_NOT_FOUND);
		assert_int_equal(count_left(), 0);
		assert_int_equal(packet(row, 0x42, &wraps), RJ_DISK_NOT_FOUND);
		assert_int_equal(packet(row, 0x47, &after_end), RJ_DISK_NOT_FOUND);
	}
	assert_int_equal(call_count, 0);
}

/* 120 sectors of at most 50: three calls, at the right places. */
static void splits_requests(void **state)
{
	const struct packet whole = { 16, 0, 120, 0, BUFFER_SEGMENT, 10, 0 };

	(void)state;
	assert_int_equal(packet(DISK, 0x42, &whole), 0);
	assert_int_equal(call_count, 3);
	assert_int_equal(calls[0].count, MOST);
	assert_int_equal(calls[1].lba, 60);
	assert_int_equal(calls[2].count, 20);
	assert_int_equal(calls[2].buffer, BUFFER_SEGMENT * 16 + 100 * 512);
	assert_memory_equal(buffer(0), medium + 10 * 512, 120 * 512);
}

static void bounces_odd_buffers(void **state)
{
	(void)state;
	assert_int_equal(chs(DISK, 0x02, 0, 0, 1, 100, 1), 0);
	assert_int_equal(calls[0].buffer, BOUNCE);
	assert_int_equal(calls[1].buffer, BOUNCE);
	assert_memory_equal(buffer(1), medium, 100 * 512);
	fill(memory + BUFFER_SEGMENT * 16 + 1, 3 * 512, 9);
	assert_int_equal(chs(DISK, 0x03, 0, 0, 5, 3, 1), 0);
	assert_memory_equal(medium + 4 * 512, buffer(1), 3 * 512);
}

static void writes_and_flushes(void **state)
{
	(void)state;
	fill(memory + BUFFER_SEGMENT * 16, 60 * 512, 5);
	assert_int_equal(chs(DISK, 0x03, 0, 1, 1, 60, 0), 0);
	assert_memory_equal(medium + 15 * 512, buffer(0), 60 * 512);
	assert_int_equal(call_count, 3);
	assert_int_equal(calls[2].operation, RJ_FLUSH);
	assert_int_equal(chs(RAM, 0x03, 0, 1, 1, 60, 0), 0);
	assert_memory_equal(memory + RAM_DISK + 15 * 512, buffer(0), 60 * 512);
}

static void protects_what_is_read_only(void **state)
{
	static uint8_t before[sizeof(medium)];

	(void)state;
	memcpy(before, medium, sizeof(medium));
	int13_units[DISK].disk.flags = RJ_DISK_READONLY;
	assert_int_equal(chs(DISK, 0x03, 0, 0, 1, 1, 0), RJ_DISK_WRITE_PROTECTED);
	assert_int_equal(chs(DISK, 0x02, 0, 0, 1, 1, 0), 0);
	assert_memory_equal(medium, before, sizeof(medium));
}

static void tells_how_far_it_came(void **state)
{
	const struct packet whole = { 16, 0, 120, 0, BUFFER_SEGMENT, 0, 0 };

	(void)state;
	bad_lba = 70;
	assert_int_equal(packet(DISK, 0x42, &whole), RJ_DISK_BAD_DATA);
	assert_int_equal(count_left(), MOST);
	assert_int_equal(chs(DISK, 0x04, 0, 0, 1, 100, 0), RJ_DISK_BAD_DATA);
	assert_int_equal(bda[0x74], RJ_DISK_BAD_DATA);
	bad_lba = UINT64_MAX;
	memset(memory + BUFFER_SEGMENT * 16, 0xEE, 512);
	assert_int_equal(chs(DISK, 0x04, 0, 0, 1, 100, 0), 0);
	assert_int_equal(*buffer(0), 0xEE);
}

static void works_in_virtual_mode(void **state)
{
	(void)state;
	is_v86 = has_monitor = true;
	assert_int_equal(chs(RAM, 0x02, 0, 0, 1, 2, 0), 0);
	assert_memory_equal(buffer(0), data(RAM), 1024);
	assert_int_equal(chs(DISK, 0x02, 0, 0, 1, 2, 0), RJ_DISK_CONTROLLER);
	has_monitor = false;
	assert_int_equal(chs(RAM, 0x02, 0, 0, 1, 2, 0), RJ_DISK_CONTROLLER);
	assert_int_equal(call_count, 0);
}

static void tells_the_geometry(void **state)
{
	struct frame f = { 0 };

	(void)state;
	int13_units[DISK].cylinders = 1024;
	int13_units[DISK].heads = 256;
	int13_units[DISK].sectors_per_track = 63;
	assert_int_equal(call(&f, DISK, 0x08), 0);
	assert_int_equal(f.ch, 0xFF);
	assert_int_equal(f.cl, 0xC0 | 63);
	assert_int_equal(f.dh, 255);
	assert_int_equal(f.dl, 2);
	f.ah = 0x15;
	assert_false(serve(&f, INT13_UNIT + DISK));
	assert_int_equal(f.ah, 3);
	assert_int_equal(f.cx << 16 | f.dx, SECTORS);
}

static void answers_the_check(void **state)
{
	struct frame f = { .bx = 0x55AA, .ah = 0x41, .dl = 0x80 };

	(void)state;
	assert_false(serve(&f, INT13_UNIT + RAM));
	assert_int_equal(f.ah, 0x30);
	assert_int_equal(f.bx, 0xAA55);
	assert_int_equal(f.cx, 5);
	f.bx = 0;
	assert_int_equal(call(&f, RAM, 0x41), RJ_DISK_INVALID);
	int13_units[RAM].disk.flags = RJ_DISK_FLOPPY;
	f.bx = 0x55AA;
	assert_int_equal(call(&f, RAM, 0x41), RJ_DISK_INVALID);
}

/* Each version of EDD's table, no byte more than the caller has room for. */
static void fills_the_parameters(void **state)
{
	static const struct { uint16_t room, size; } rows[] = {
		{ 26, 26 }, { 29, 26 }, { 30, 30 }, { 65, 30 }, { 66, 66 }, { 74, 74 }, { 999, 74 } };

	(void)state;
	int13_units[DISK].disk.pci = 0x1FA;
	memcpy(int13_units[DISK].disk.interface, "ATA     ", 8);
	FOR_EACH(i, rows) {
		struct frame f = { .esi = PACKET_AT };
		uint8_t *table = memory + PACKET_AT, sum = 0;

		memset(table, 0xEE, 128);
		memcpy(table, &rows[i].room, 2);
		assert_int_equal(call(&f, DISK, 0x48), 0);
		assert_int_equal(table[0] | table[1] << 8, rows[i].size);
		assert_int_equal(table[16], SECTORS & 0xFF);
		assert_int_equal(table[rows[i].size], 0xEE);
		for (size_t n = 30; n < rows[i].size; n++)
			sum = (uint8_t)(sum + table[n]);
		assert_int_equal(sum, 0);
	}
}

/* The last cylinder of EDD's, too, need not be whole. */
static void counts_the_last_cylinder(void **state)
{
	static const struct { unsigned sectors, cylinders; } rows[] = {
		{ 1, 1 }, { 59, 1 }, { 60, 1 }, { 61, 2 }, { SECTORS, 5 }, { SECTORS + 1, 6 } };

	(void)state;
	FOR_EACH(i, rows) {
		struct frame f = { .esi = PACKET_AT };
		uint8_t *table = memory + PACKET_AT;

		int13_units[DISK].disk.sectors = rows[i].sectors;
		table[0] = 26;
		assert_int_equal(call(&f, DISK, 0x48), 0);
		assert_int_equal(table[4] | table[5] << 8, rows[i].cylinders);
	}
}

static void counts_locks(void **state)
{
	struct frame f = { .al = 0 };

	(void)state;
	assert_int_equal(call(&f, DISK, 0x45), 0xB2);
	int13_units[DISK].disk.flags = RJ_DISK_REMOVABLE;
	assert_int_equal(call(&f, DISK, 0x45), 0);
	assert_int_equal(f.al, 1);
	f.al = 0;
	assert_int_equal(call(&f, DISK, 0x46), 0xB1);
	f.al = 1;
	assert_int_equal(call(&f, DISK, 0x45), 0);
	assert_int_equal(f.al, 0);
	f.al = 1;
	assert_int_equal(call(&f, DISK, 0x45), 0xB0);
}

static void has_no_other_drives(void **state)
{
	struct frame f = { .ah = 0x02, .al = 1, .cl = 1, .dl = 0x82 };

	(void)state;
	assert_true(serve(&f, INT13_NOBODY));
	assert_int_equal(f.ah, RJ_DISK_INVALID);
	f.ah = 0x15;
	assert_false(serve(&f, INT13_NOBODY));
	assert_int_equal(f.ah, 0);
	f.ah = 0x7F;
	f.dl = 0x80;
	assert_true(serve(&f, INT13_UNIT));
	assert_int_equal(f.ah, RJ_DISK_INVALID);
}

#define T(name) cmocka_unit_test_setup(name, set_up)

UNIT_MAIN(
	T(reads_by_chs), T(refuses_what_is_not_there), T(reads_by_packet), T(refuses_packets),
	T(splits_requests), T(bounces_odd_buffers), T(writes_and_flushes),
	T(protects_what_is_read_only), T(tells_how_far_it_came), T(works_in_virtual_mode),
	T(tells_the_geometry), T(answers_the_check), T(fills_the_parameters), T(counts_the_last_cylinder), T(counts_locks),
	T(has_no_other_drives))
