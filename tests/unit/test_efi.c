/* SPDX-License-Identifier: MIT */
/* The container efi as a loader of PE files sees it; what its code takes from the firmware. */
#include "unit.h"

#include "abi/efi_blob.h"
#include "abi/stub_blob.h"
#include "efi/efi.h"
#include "image/check.h"
#include "image/container_layout.h"
#include "image/read.h"

#define PIECE 5000u
#define SIGNATURE 8u                    /* of a file that a signing tool has changed */

static struct rj_error error;

/* An image with one piece; returns its bytes. */
static uint8_t *pack(struct rj_input *file, struct rj_image *image)
{
	struct rj_blob blob = { rj_stub_blob, rj_stub_blob_size };
	struct rj_output output = { .fd = unit_file("", 0) };
	struct rj_plan plan;
	uint8_t *bytes;

	rj_plan_init(&plan, 0x80);
	assert_int_equal(rj_plan_add_bytes(&plan, ".raw", 0x8000, calloc(1, PIECE), PIECE, &error),
			 RJ_OK);
	rj_plan_set_entry(&plan, 0, 0x8000);
	assert_int_equal(rj_plan_seal(&plan, &error), RJ_OK);
	*file = (struct rj_input){ .fd = output.fd, .path = "unit" };
	assert_int_equal(container_efi.write(&container_efi, &plan, &blob, &output, image, &error),
			 RJ_OK);
	rj_plan_free(&plan);
	file->size = (uint64_t)lseek(file->fd, 0, SEEK_END);
	bytes = malloc(file->size);
	assert_int_equal(rj_input_peek(file, bytes, file->size, 0), file->size);
	return bytes;
}

static uint64_t number(const uint8_t *bytes, size_t at, size_t size)
{
	return le_load(bytes + at, size);
}

/* Offsets as the specification has them, in a file whose headers are at 40h. */
static void headers(void **state)
{
	static const struct {
		size_t at, size;
		uint64_t value;
	} rows[] = {
		{ 0x00, 2, 0x5A4D }, { 0x3C, 4, 0x40 }, { 0x40, 4, 0x4550 },
		{ 0x44, 2, 0x8664 }, { 0x46, 2, 3 }, { 0x48, 4, 0 }, { 0x54, 2, 160 },
		{ 0x58, 2, 0x20B },
		{ 0x58 + 32, 4, 4096 }, { 0x58 + 36, 4, 512 },          /* alignments */
		{ 0x58 + 60, 4, 1024 },                                 /* SizeOfHeaders */
		{ 0x58 + 68, 2, 10 }, { 0x58 + 70, 2, 0x100 },          /* subsystem, NX_COMPAT */
		{ 0x58 + 108, 4, 6 },
		{ 0x58 + 112 + 4 * 8, 4, 0 },                           /* no signature */
		{ 0x1FE, 2, 0xAA55 }, { 0x202, 4, HDRS_MAGIC },
	};
	struct rj_image image;
	struct rj_input file;
	uint8_t *bytes = pack(&file, &image);

	(void)state;
	FOR_EACH(i, rows)
		assert_int_equal(number(bytes, rows[i].at, rows[i].size), rows[i].value);
	free(bytes);
	rj_input_close(&file);
}

/* The sections follow each other in the file without gaps, and in memory without overlaps. */
static void sections(void **state)
{
	static const char *const names[] = { ".text", ".sbat", ".reloc" };
	uint64_t file_end = SETUP_SIZE, memory_end = 4096, entry;
	struct rj_image image;
	struct rj_input file;
	uint8_t *bytes = pack(&file, &image);

	(void)state;
	FOR_EACH(i, names) {
		const uint8_t *section = bytes + 0xF8 + 40 * i;
		uint32_t flags = le32(section + 36);

		assert_string_equal((const char *)section, names[i]);
		assert_int_equal(le32(section + 20), file_end);
		assert_int_equal(le32(section + 12), memory_end);
		assert_int_equal(le32(section + 16) % 512, 0);
		assert_true((flags & 0x80000000) == 0);                 /* none is writable, */
		assert_true(((flags & 0x20000000) != 0) == (i == 0));   /* one is executable */
		file_end += le32(section + 16);
		memory_end = ROUND_UP(memory_end + le32(section + 8), 4096);
	}
	assert_int_equal(file_end, file.size);
	assert_int_equal(memory_end, le32(bytes + 0x58 + 56));
	assert_true(le32(bytes + 0xF8 + 8) >= image.manifest.image_size + STUB_SCRATCH);
	entry = le32(bytes + 0x58 + 16) - 4096u + SETUP_SIZE;
	assert_memory_equal(bytes + entry, rj_efi_blob + sizeof(struct rj_efi_header), 64);
	assert_int_equal(le32(bytes + entry - sizeof(struct rj_efi_header)),
			 entry - sizeof(struct rj_efi_header) - SETUP_SIZE);
	free(bytes);
	rj_input_close(&file);
}

/* "PE Format": the sum of all words with carries added, without the field; then the size. */
static void checksum(void **state)
{
	struct rj_image image;
	struct rj_input file;
	uint8_t *bytes = pack(&file, &image);
	uint32_t sum = 0;

	(void)state;
	for (size_t at = 0; at < file.size; at += 2) {
		sum += at / 4 == (0x58 + 64) / 4 ? 0 : le16(bytes + at);
		sum = (sum & 0xFFFF) + (sum >> 16);
	}
	assert_int_equal(le32(bytes + 0x58 + 64), sum + file.size);
	free(bytes);
	rj_input_close(&file);
}

static void count(void *context, const struct rj_error *finding)
{
	(void)finding;
	++*(unsigned *)context;
}

/* A signature changes the checksum and a directory, and is no damage; what else changes is. */
static void signature(void **state)
{
	const uint8_t certificate[SIGNATURE] = { SIGNATURE, 0, 0, 0, 0, 2, 2, 0 };
	struct rj_image image;
	struct rj_input file;
	uint8_t *bytes = pack(&file, &image), field[4], directory[8];
	unsigned found = 0;

	(void)state;
	le_store(directory, file.size, 4);
	le_store(directory + 4, SIGNATURE, 4);
	assert_int_equal(pwrite(file.fd, directory, 8, 0x58 + 112 + 4 * 8), 8);
	assert_int_equal(pwrite(file.fd, certificate, SIGNATURE, (off_t)file.size), SIGNATURE);
	file.size += SIGNATURE;
	free(bytes);
	bytes = malloc(file.size);
	assert_int_equal(rj_input_peek(&file, bytes, file.size, 0), file.size);
	for (int pass = 0; pass < 2; pass++) {
		uint32_t sum = 0;

		for (size_t at = 0; at < file.size; at += 2)
			sum += at / 4 == (0x58 + 64) / 4 ? 0 : le16(bytes + at);
		sum = (sum & 0xFFFF) + (sum >> 16);
		sum = (sum & 0xFFFF) + (sum >> 16);
		le_store(field, sum + file.size - (pass ? 1 : 0), 4);
		assert_int_equal(pwrite(file.fd, field, 4, 0x58 + 64), 4);
		assert_int_equal(rj_image_read(&image, &file, &error), RJ_OK);
		rj_image_check(&image, &file, count, &found);
		assert_int_equal(found, pass);
	}
	free(bytes);
	rj_input_close(&file);
}

/* The firmware's memory map: neighbours of one type become one row. */
static void memory_map(void **state)
{
	static const struct efi_memory_descriptor rows[] = {
		{ EFI_BOOT_SERVICES_CODE, 0, 0, 0, 1, 0 },
		{ EFI_CONVENTIONAL_MEMORY, 0, 0x1000, 0, 0x9F, 0 },
		{ EFI_ACPI_MEMORY_NVS, 0, 0x800000, 0, 8, 0 },
		{ EFI_ACPI_RECLAIM_MEMORY, 0, 0x808000, 0, 1, 0 },
		{ EFI_LOADER_DATA, 0, 0x809000, 0, 1, EFI_MEMORY_SP },
		{ EFI_UNUSABLE_MEMORY, 0, 0x80A000, 0, 1, 0 },
		{ EFI_PERSISTENT_MEMORY, 0, 0x80B000, 0, 1, 0 },
		{ 11, 0, 0xFEC00000, 0, 1, 0 },
		{ EFI_LOADER_CODE, 0, UINT64_C(0x100000000), 0, 0x10000, 0 },
	};
	static const struct rj_memory expected[] = {
		{ 0, 0xA0000, RJ_MEMORY_FREE }, { 0x800000, 0x8000, RJ_MEMORY_NVS },
		{ 0x808000, 0x1000, RJ_MEMORY_ACPI }, { 0x809000, 0x1000, RJ_MEMORY_RESERVED },
		{ 0x80A000, 0x1000, RJ_MEMORY_UNUSABLE }, { 0x80B000, 0x1000, RJ_MEMORY_PERSISTENT },
		{ 0xFEC00000, 0x1000, RJ_MEMORY_RESERVED },
		{ UINT64_C(0x100000000), 0x10000000, RJ_MEMORY_FREE },
	};
	struct rj_memory list[sizeof(rows) / sizeof(rows[0])];
	struct boot_params params = { .e820_count = 0 };
	uint8_t copy[sizeof(rows)];
	const struct efi_map map = {
		.rows = copy, .size = sizeof(copy), .row_size = sizeof(rows[0]), .version = 1,
		.list = list };

	(void)state;
	memcpy(copy, rows, sizeof(rows));
	efi_map_list(&map, &params);
	assert_int_equal(params.e820_count, sizeof(expected) / sizeof(expected[0]));
	assert_int_equal(params.header.setup_data, 0);
	assert_int_equal(params.efi.map, (uint32_t)(uintptr_t)copy);
	assert_int_equal(params.efi.map_high, (uintptr_t)copy >> 32);
	assert_int_equal(params.efi.map_size, sizeof(copy));
	assert_int_equal(params.efi.row_size, sizeof(rows[0]));
	assert_int_equal(params.efi.row_version, 1);
	FOR_EACH(i, expected)
		assert_memory_equal(&params.e820[i], &expected[i], sizeof(expected[i]));
}

/* The rest of a map that is longer than the list in boot_params is in setup_data. */
static void long_memory_map(void **state)
{
	enum { MORE = 5, ALL = BOOT_PARAMS_E820_MAX + MORE };
	static const uint32_t counts[] = { BOOT_PARAMS_E820_MAX, BOOT_PARAMS_E820_MAX + 1, ALL };
	struct efi_memory_descriptor rows[ALL];
	struct rj_memory list[ALL], row;
	struct efi_map map = { .rows = (uint8_t *)rows, .row_size = sizeof(rows[0]), .list = list };

	(void)state;
	for (uint32_t i = 0; i < ALL; i++)
		rows[i] = (struct efi_memory_descriptor){
			.type = EFI_LOADER_DATA, .start = i * UINT64_C(0x2000), .pages = 1 };
	FOR_EACH(n, counts) {
		struct boot_params params = { .e820_count = 0 };
		uint32_t more = counts[n] - BOOT_PARAMS_E820_MAX;
		const uint8_t *data;

		map.size = counts[n] * sizeof(rows[0]);
		efi_map_list(&map, &params);
		assert_int_equal(params.e820_count, BOOT_PARAMS_E820_MAX);
		assert_int_equal(params.e820[BOOT_PARAMS_E820_MAX - 1].base,
				 (BOOT_PARAMS_E820_MAX - 1) * 0x2000);
		data = (const uint8_t *)(uintptr_t)params.header.setup_data;
		assert_int_equal(data != NULL, more > 0);
		if (!more)
			continue;
		assert_int_equal(le_load(data, 8), 0);          /* next */
		assert_int_equal(le32(data + 8), 1);            /* SETUP_E820_EXT */
		assert_int_equal(le32(data + 12), more * 20);
		for (uint32_t i = 0; i < more; i++) {
			memcpy(&row, data + 16 + i * sizeof(row), sizeof(row));
			assert_int_equal(row.base, (BOOT_PARAMS_E820_MAX + i) * 0x2000);
			assert_int_equal(row.size, 0x1000);
			assert_int_equal(row.type, RJ_MEMORY_FREE);
		}
	}
}

/* What the firmware's pool and pages hold. */
static struct {
	uint64_t map_size, pool_size, pages;
	bool is_full;
} heap;
static uint64_t pool[512];

static efi_status EFIAPI get_map(uint64_t *size, void *map, uint64_t *key, uint64_t *row_size,
				 uint32_t *version)
{
	bool fits = *size >= heap.map_size;

	*size = heap.map_size;
	*row_size = 48;
	*version = 1;
	if (!fits)
		return EFI_BUFFER_TOO_SMALL;
	assert_ptr_equal(map, pool);
	*key = 7;
	return EFI_SUCCESS;
}

static efi_status EFIAPI allocate_pool(uint32_t type, uint64_t size, void **to)
{
	assert_int_equal(type, EFI_LOADER_DATA);
	assert_true(size <= sizeof(pool));
	if (heap.is_full)
		return EFI_ERROR(9);
	heap.pool_size = size;
	*to = pool;
	return EFI_SUCCESS;
}

static efi_status EFIAPI free_map(void *at)
{
	assert_ptr_equal(at, pool);
	heap.pool_size = 0;
	return EFI_SUCCESS;
}

/* The memory has room for a map that grows, and for its list; it is given back once. */
static void map_memory(void **state)
{
	struct efi_boot_services boot = { .get_memory_map = get_map,
		.allocate_pool = allocate_pool, .free_pool = free_map };

	(void)state;
	for (int full = 0; full < 2; full++) {
		struct efi_map map = { 0 };

		heap.map_size = 10u * 48;
		heap.is_full = full;
		assert_int_equal(efi_map_allocate(&boot, &map) == EFI_SUCCESS, !full);
		if (!full) {
			heap.map_size += 16u * 48;
			assert_int_equal(efi_map_read(&boot, &map), EFI_SUCCESS);
			assert_int_equal(map.size, 26u * 48);
			assert_int_equal(map.key, 7);
			assert_true((uint8_t *)map.list >= map.rows + map.size);
			assert_true((uint8_t *)(map.list + 26) <= map.rows + heap.pool_size);
			heap.map_size += 48;
			assert_int_equal(efi_map_read(&boot, &map), EFI_BUFFER_TOO_SMALL);
		}
		efi_map_free(&boot, &map);
		assert_int_equal(heap.pool_size, 0);
	}
}

/* A machine's screens: its handles are these rows. */
static struct screen {
	bool is_console;
	struct efi_graphics_mode_info info;
	struct efi_graphics_mode mode;
	struct efi_graphics_output output;
} screens[3];
static uint64_t screen_count;
static efi_handle handles[3];

static efi_status EFIAPI locate(uint32_t search, const struct efi_guid *guid, void *key,
				uint64_t *found, efi_handle **list)
{
	assert_int_equal(search, EFI_BY_PROTOCOL);
	assert_int_equal(guid->a, 0x9042A9DE);
	assert_null(key);
	*found = screen_count;
	*list = handles;
	return screen_count ? EFI_SUCCESS : EFI_ERROR(14);
}

static efi_status EFIAPI protocol(efi_handle handle, const struct efi_guid *guid, void **to)
{
	struct screen *screen = handle;

	*to = &screen->output;
	return guid->a == 0x9042A9DE || screen->is_console ? EFI_SUCCESS : EFI_ERROR(3);
}

static efi_status EFIAPI free_pool(void *at)
{
	assert_ptr_equal(at, handles);
	return EFI_SUCCESS;
}

static struct screen_info take_screen(void)
{
	static struct efi_boot_services boot;
	struct screen_info info = { .type = 0 };

	boot.locate_handle_buffer = locate;
	boot.handle_protocol = protocol;
	boot.free_pool = free_pool;
	for (size_t i = 0; i < screen_count; i++) {
		screens[i].output.mode = &screens[i].mode;
		screens[i].mode.info = &screens[i].info;
		handles[i] = &screens[i];
	}
	efi_screen(&boot, &info);
	return info;
}

static void screen_formats(void **state)
{
	static const struct {
		struct efi_graphics_mode_info info;
		uint16_t depth;
		struct colour_field red, green, blue, reserved;
	} rows[] = {
		{ { 0, 800, 600, EFI_PIXEL_BGR, 0, 0, 0, 0, 832 }, 32,
		  { 8, 16 }, { 8, 8 }, { 8, 0 }, { 8, 24 } },
		{ { 0, 800, 600, EFI_PIXEL_RGB, 0, 0, 0, 0, 832 }, 32,
		  { 8, 0 }, { 8, 8 }, { 8, 16 }, { 8, 24 } },
		{ { 0, 800, 600, EFI_PIXEL_MASKS, 0xF800, 0x07E0, 0x001F, 0, 832 }, 16,
		  { 5, 11 }, { 6, 5 }, { 5, 0 }, { 0, 0 } },
	};

	(void)state;
	screen_count = 1;
	FOR_EACH(i, rows) {
		struct screen_info found;

		screens[0].info = rows[i].info;
		screens[0].mode.base = UINT64_C(0x4000000000);
		found = take_screen();
		assert_int_equal(found.type, SCREEN_EFI);
		assert_int_equal(found.depth, rows[i].depth);
		assert_int_equal(found.pitch, 832 * rows[i].depth / 8);
		assert_int_equal(found.size, found.pitch * 600);
		assert_int_equal(found.base, 0);
		assert_int_equal(found.base_high, 0x40);
		assert_int_equal(found.capabilities, SCREEN_64BIT);
		assert_memory_equal(&found.red, &rows[i].red, 2);
		assert_memory_equal(&found.green, &rows[i].green, 2);
		assert_memory_equal(&found.blue, &rows[i].blue, 2);
		assert_memory_equal(&found.reserved, &rows[i].reserved, 2);
	}
}

/* The console's screen, else the first; one without a framebuffer never. */
static void which_screen(void **state)
{
	(void)state;
	screen_count = 3;
	memset(screens, 0, sizeof(screens));
	for (size_t i = 0; i < screen_count; i++) {
		screens[i].info = (struct efi_graphics_mode_info){ 0, 640, 480, EFI_PIXEL_BGR, 0, 0, 0, 0, 640 };
		screens[i].mode.base = 0x80000000 + 0x1000000 * i;
	}
	screens[0].info.format = EFI_PIXEL_BLT_ONLY;
	screens[0].is_console = true;
	assert_int_equal(take_screen().base, 0x81000000);
	screens[2].is_console = true;
	assert_int_equal(take_screen().base, 0x82000000);
	screens[1].mode.base = screens[2].mode.base = 0;
	assert_int_equal(take_screen().type, 0);
	screen_count = 0;
	assert_int_equal(take_screen().type, 0);
}

/* A disk with one file, and what its image was started with. */
static struct {
	const char *name;
	uint64_t size, at;
	bool fails, has_initrd, is_full;
	int open;                       /* handles */
} disk;
static uint8_t memory[512];

static efi_status EFIAPI locate_path(const struct efi_guid *guid,
				     const struct efi_device_path **path, efi_handle *handle)
{
	static const uint8_t expected[] = {
		4, 3, 20, 0, 0x27, 0xE4, 0x68, 0x55, 0xFC, 0x68, 0x3D, 0x4F, 0xAC, 0x74, 0xCA, 0x55,
		0x52, 0x31, 0xCC, 0x68, 0x7F, 0xFF, 4, 0 };

	assert_int_equal(guid->a, 0x4006C0C1);
	assert_memory_equal(*path, expected, sizeof(expected));
	*path = (const void *)((const uint8_t *)*path + 20);
	*handle = &disk;
	return disk.has_initrd ? EFI_SUCCESS : EFI_ERROR(14);
}

static efi_status EFIAPI load_file(struct efi_load_file2 *self, const struct efi_device_path *path,
				   uint8_t boot_policy, uint64_t *size, void *to)
{
	(void)self;
	assert_int_equal(path->type, EFI_PATH_END);
	assert_int_equal(boot_policy, 0);
	if (*size < disk.size) {
		*size = disk.size;
		return EFI_BUFFER_TOO_SMALL;
	}
	assert_non_null(to);
	return disk.fails ? EFI_ERROR(7) : EFI_SUCCESS;
}

static efi_status EFIAPI allocate_pages(uint32_t how, uint32_t type, uint64_t pages, uint64_t *at)
{
	assert_int_equal(how, EFI_ALLOCATE_MAX_ADDRESS);
	assert_int_equal(type, EFI_LOADER_DATA);
	assert_int_equal(pages, 1);
	assert_int_equal(*at, 0xFFFFFFFF);
	if (disk.is_full)
		return EFI_ERROR(9);
	*at = (uintptr_t)memory;
	heap.pages += pages;
	return EFI_SUCCESS;
}

static efi_status EFIAPI free_pages(uint64_t at, uint64_t pages)
{
	assert_int_equal(at, (uint32_t)(uintptr_t)memory);
	heap.pages -= pages;
	return EFI_SUCCESS;
}

static efi_status EFIAPI open_file(struct efi_file *self, struct efi_file **file,
				   const uint16_t *name, uint64_t mode, uint64_t attributes)
{
	const char *expected = disk.name;

	assert_int_equal(mode, EFI_FILE_READ);
	assert_int_equal(attributes, 0);
	if (!expected)
		return EFI_ERROR(14);
	while (*name && *name == (uint8_t)*expected)
		name++, expected++;
	if (*name || *expected)
		return EFI_ERROR(14);
	disk.open++;
	*file = self;
	return EFI_SUCCESS;
}

static efi_status EFIAPI close_file(struct efi_file *self)
{
	(void)self;
	disk.open--;
	return EFI_SUCCESS;
}

static efi_status EFIAPI read_file(struct efi_file *self, uint64_t *size, void *to)
{
	(void)self;
	assert_ptr_equal(to, memory);
	assert_int_equal(disk.at, 0);
	assert_int_equal(*size, disk.size);
	*size -= disk.fails;
	return EFI_SUCCESS;
}

static efi_status EFIAPI get_position(struct efi_file *self, uint64_t *position)
{
	(void)self;
	*position = disk.at == EFI_FILE_END ? disk.size : disk.at;
	return EFI_SUCCESS;
}

static efi_status EFIAPI set_position(struct efi_file *self, uint64_t position)
{
	(void)self;
	disk.at = position;
	return EFI_SUCCESS;
}

static struct efi_file root = { .open = open_file, .close = close_file, .read = read_file,
				.get_position = get_position, .set_position = set_position };

static efi_status EFIAPI open_volume(struct efi_file_system *self, struct efi_file **volume)
{
	(void)self;
	disk.open++;
	*volume = &root;
	return EFI_SUCCESS;
}

static efi_status EFIAPI disk_protocol(efi_handle handle, const struct efi_guid *guid, void **to)
{
	static struct efi_load_file2 loader = { load_file };
	static struct efi_file_system system = { .open_volume = open_volume };

	assert_ptr_equal(handle, &disk);
	*to = guid->a == 0x4006C0C1 ? (void *)&loader : (void *)&system;
	return EFI_SUCCESS;
}

/* The image's path in two nodes, which firmware may use. */
static const uint8_t image_path[] = {
	1, 1, 6, 0, 0, 0,
	4, 4, 14, 0, '\\', 0, 'E', 0, 'F', 0, 'I', 0, 0, 0,
	4, 4, 12, 0, '\\', 0, 'a', 0, '.', 0, 'e', 0,
	0x7F, 0xFF, 4, 0 };

static const char *supply(const char *line, bool needs_file, struct boot_params *params)
{
	struct efi_boot_services boot = { .handle_protocol = disk_protocol,
		.locate_device_path = locate_path, .allocate_pages = allocate_pages,
		.free_pages = free_pages };
	struct efi_loaded_image image = { .device = &disk, .path = (const void *)image_path };
	const char *wrong;

	*params = (struct boot_params){ .e820_count = 0 };
	wrong = efi_supply(&boot, &image, line, needs_file, params);
	assert_int_equal(heap.pages, params->header.ramdisk_size ? 1 : 0);
	efi_supply_free(&boot, params);
	assert_int_equal(heap.pages, 0);
	assert_int_equal(disk.open, 0);
	return wrong;
}

static void supplies(void **state)
{
	static const struct {
		const char *name, *line;
		bool has_initrd, needs_file, is_taken;
		const char *wrong;
	} rows[] = {
		{ NULL, "", false, false, false, NULL },
		{ NULL, "", true, false, true, NULL },
		{ NULL, "", true, true, true, NULL },
		{ "\\EFI\\rjpack.rjp", "", false, false, false, NULL },
		{ "\\EFI\\rjpack.rjp", "", false, true, true, NULL },
		{ "\\EFI\\rjpack.img", "quiet", false, true, true, NULL },
		{ "\\EFI\\dos.img", "a.efi rj.file=dos.img quiet", false, true, true, NULL },
		{ "\\dos\\dos.img", "rjrj.file=/dos/dos.img", false, true, true, NULL },
		{ "\\EFI\\rjpack.rjp", "rj.file=other", false, true, false, "the file of rj.file=" },
	};

	(void)state;
	FOR_EACH(i, rows) {
		for (int bad = 0; bad < 3; bad++) {
			struct boot_params params;
			const char *wrong;

			memset(&disk, 0, sizeof(disk));
			disk.name = rows[i].name;
			disk.size = 50;
			disk.has_initrd = rows[i].has_initrd;
			disk.fails = bad == 1;
			disk.is_full = bad == 2;
			wrong = supply(rows[i].line, rows[i].needs_file, &params);
			if (rows[i].wrong)
				assert_memory_equal(wrong, rows[i].wrong, strlen(rows[i].wrong));
			else
				assert_true((wrong != NULL) == (bad && rows[i].is_taken));
			if (!bad)
				assert_int_equal(params.header.ramdisk_size,
						 rows[i].is_taken ? disk.size : 0);
		}
	}
}

/* With no file beside the image, a boot sector with INT 19h. */
static void first_disk(void **state)
{
	struct boot_params params;

	(void)state;
	memset(&disk, 0, sizeof(disk));
	disk.name = "\\rjpack.img";             /* in another folder */
	disk.size = 50;
	assert_null(supply("", true, &params));
	assert_int_equal(params.header.ramdisk_size, 512);
	assert_int_equal(le16(memory), 0x19CD);
	assert_int_equal(le16(memory + 510), 0xAA55);
	disk.is_full = true;
	assert_non_null(supply("", true, &params));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers), cmocka_unit_test(sections), cmocka_unit_test(checksum),
		cmocka_unit_test(signature), cmocka_unit_test(memory_map),
		cmocka_unit_test(long_memory_map), cmocka_unit_test(map_memory),
		cmocka_unit_test(screen_formats),
		cmocka_unit_test(which_screen), cmocka_unit_test(supplies),
		cmocka_unit_test(first_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
