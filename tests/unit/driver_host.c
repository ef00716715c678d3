/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <sys/mman.h>

#include "driver_host.h"

#define ARENA_SIZE (8u << 20)
#define PAGE       4096u
#define ALIGNMENT_MAX 65536u

struct host_found host_found;

static uint8_t *arena;                  /* below 4 GiB */
static uint32_t used;
static unsigned allowed, allocated;
static uint64_t free_from, free_to;

void host_start(uint32_t skew, unsigned allocations)
{
	if (!arena) {
		arena = mmap(NULL, ARENA_SIZE, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
		assert_true(arena != MAP_FAILED);
	}
	memset(&host_found, 0, sizeof(host_found));
	driver_host.no_disks = false;
	used = PAGE + skew;
	allowed = allocations;
	allocated = 0;
	free_from = free_to = 0;
}

void *host_alloc(uint32_t size, uint32_t alignment)
{
	uint32_t start = (used + alignment - 1) & ~(alignment - 1);

	assert_true(alignment && !(alignment & (alignment - 1)) && alignment <= ALIGNMENT_MAX);
	if (allowed && allocated++ == allowed)
		return NULL;
	assert_true(size <= ARENA_SIZE - start);
	used = start + size;
	memset(arena + start, 0, size);
	return arena + start;
}

bool host_has(uint64_t address, uint32_t bytes)
{
	uint64_t base = (uintptr_t)arena;

	return address >= base && bytes <= used && address - base <= used - bytes;
}

uint8_t *host_bytes(uint64_t address, uint32_t bytes, const char *what)
{
	if (!host_has(address, bytes))
		fail_msg("%s: DMA to %llx, %u bytes, which the driver does not have", what,
			 (unsigned long long)address, bytes);
	return (uint8_t *)(uintptr_t)address;
}

uint8_t *host_dma(const struct pci_function *f, uint64_t address, uint32_t bytes, const char *what)
{
	if (!pci_function_has(f, PCI_BUS_MASTER))
		fail_msg("%s: DMA while Bus Master is off", what);
	return host_bytes(address, bytes, what);
}

void host_set_free_ram(uint64_t from, uint64_t to)
{
	free_from = from;
	free_to = to;
}

static bool is_free_ram(uint64_t address)
{
	return address >= free_from && address < free_to;
}

static void add_disk(const struct rj_disk *disk)
{
	assert_true(host_found.disk_count < HOST_DISKS);
	assert_false(driver_host.no_disks);
	host_found.disks[host_found.disk_count++] = *disk;
}

static void add_keyboards(const struct rj_keyboards *keyboards)
{
	host_found.keyboards = *keyboards;
	host_found.keyboards_count++;
}

static void put(const char *text)
{
	assert_true(strlen(host_found.text) + strlen(text) < sizeof(host_found.text));
	strcat(host_found.text, text);
}

/* As vprint() in hardware/console.c. */
static void keep_text(const char *format, va_list args)
{
	char text[16] = "?";

	for (; *format; format++) {
		if (*format != '%')
			snprintf(text, sizeof(text), "%c", *format);
		else if (*++format == 'x')
			snprintf(text, sizeof(text), "%08X", va_arg(args, uint32_t));
		else if (*format == 'u')
			snprintf(text, sizeof(text), "%u", va_arg(args, uint32_t));
		else if (*format == 's') {
			put(va_arg(args, const char *));
			continue;
		} else
			fail_msg("the stub's console does not know %%%c", *format);
		put(text);
	}
	put("\n");
}

static void print(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	keep_text(format, args);
	va_end(args);
}

static void warn(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	keep_text(format, args);
	va_end(args);
	host_found.warnings++;
}

struct rj_host driver_host = {
	.alloc = host_alloc, .add_disk = add_disk, .add_keyboards = add_keyboards,
	.is_free_ram = is_free_ram, .print = print, .warn = warn, .ticks_per_ms = HOST_TICKS,
};

enum rj_status host_request(const struct rj_disk *disk, enum rj_operation operation, uint64_t lba,
			    uint32_t count, void *buffer)
{
	const struct rj_request request = { .lba = lba, .buffer = (uintptr_t)buffer, .count = count,
					    .operation = operation };

	return disk->transfer(disk->context, &request);
}
