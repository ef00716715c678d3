/* SPDX-License-Identifier: MIT */
/*
 * The planner: bytes decide on pieces, registers, base and services. A plan that is sealed
 * keeps the rules of rjpack-image(5), which are checked here again, and becomes an image
 * that rjpack verify accepts.
 */
#include <stdlib.h>
#include <string.h>

#include "abi/stub_blob.h"
#include "common/le.h"
#include "fuzz.h"
#include "image/container.h"
#include "image/services.h"

#define FOUR_GIB     (UINT64_C(1) << 32)
#define HEAD_SIZE    16u
#define ROW_SIZE     12u
#define SMALL        0x20000u           /* images up to here are written */
#define SOURCE_SIZE  0x140000000u       /* of the file that the large pieces are from */

/* Addresses next to which something changes. */
static const uint64_t edges[] = { 0, 0x400, 0x500, 0x7C00, 0x80000, 0x86000, 0x90000, 0x9A000,
				  0xA0000, 0x100000, 0x200000, 0xFFFFF000 };

static uint64_t address_of(const uint8_t *row)
{
	uint64_t address = le32(row + 4);

	if (row[0] & 1)
		address = edges[row[1] % (sizeof(edges) / sizeof(edges[0]))] + row[4] % 32 - 16;
	else if (row[0] & 2)
		address %= 0x100000;
	return row[0] & 4 && row[1] > 250 ? address << 8 : address;
}

static uint64_t size_of(const uint8_t *row)
{
	static const uint32_t masks[] = { 0xFF, 0xFFF, 0x1FFFF, 0xFFFFFFFF };
	uint32_t mask = masks[row[2] % 16 < 13 ? row[2] % 3 : 3];

	return le32(row + 8) & mask;
}

static enum rj_err add_row(struct rj_plan *plan, const struct rj_input *source,
			   const uint8_t *row, struct rj_error *err)
{
	char name[] = { (char)(row[3] % 4 ? 'a' + row[3] % 26 : row[3]), '\0' };
	uint64_t address = address_of(row), size = size_of(row);
	uint8_t *bytes;

	if (row[0] & 8 && row[3] % 8 == 0)
		return rj_plan_add_firmware(plan, name, address, source, 0, size, err);
	if (!(row[0] & 16) || size > SMALL)
		return rj_plan_add(plan, name, address, source, row[1], size, err);
	bytes = calloc(1, size + 1);
	require(bytes != NULL, "no memory");
	return rj_plan_add_bytes(plan, name, address, bytes, size, err);
}

static void set_head(struct rj_plan *plan, const uint8_t *head)
{
	rj_plan_init(plan, head[0]);
	plan->base = HIGH_MEMORY + (uint64_t)(le16(head + 2) & (head[1] & 1 ? 0xFF : 0xFFFF)) * 4096;
	plan->services.int13 = head[1] & 2 ? RJ_INT13_firmware : head[1] >> 2 & 3;
	plan->services.usb = head[0] & 3;
	plan->boots_initrd = (head[1] & 0xF0) == 0x10;
	plan->regs.ss = (uint16_t)le16(head + 4);
	plan->regs.esp = le32(head + 6);
	if (head[1] & 4)
		rj_plan_set_entry(plan, (uint16_t)le16(head + 12), (uint16_t)le16(head + 10));
}

static bool apart(const struct rj_plan_piece *piece, uint64_t from, uint64_t end)
{
	return piece->address + piece->size <= from || piece->address >= end;
}

/* rjpack-image(5), "Rules". */
static void check_piece(const struct rj_plan *plan, size_t n, bool services)
{
	const struct rj_plan_piece *piece = &plan->pieces[n];
	const struct rj_plan_piece *next = n + 1 < plan->piece_count ? piece + 1 : NULL;

	require(piece->size > 0 && piece->address + piece->size <= FOUR_GIB, "a piece beyond 4 GiB");
	if (next && !(piece->flags & RJ_PIECE_RUNTIME))
		require(piece->address + piece->size <= next->address, "pieces overlap");
	for (size_t i = 0; i < n; i++)
		require(strcmp(plan->pieces[i].name, piece->name), "two pieces of one name");
	if (piece->flags & RJ_PIECE_MAKER)
		require(piece->address == 0x92000 && piece->size <= 0x8000, "the maker elsewhere");
	else if (piece->flags & RJ_PIECE_RUNTIME)
		require(piece->address == 0x86000 && piece->size <= 0x4800, "the run-time piece elsewhere");
	else if (piece->flags & RJ_PIECE_SERVICES)
		require(piece->address >= 0x100000 && piece->size <= 0x20000, "services elsewhere");
	else
		require(apart(piece, 0x80000, services ? 0x9A000 : 0x90000), "a piece at the stub's home");
	if (piece->flags & RJ_PIECE_FIRMWARE)
		require(piece->address + piece->size <= 0xA0000, "firmware's memory above its own");
	else
		require(apart(piece, 0, 0x500) && apart(piece, 0x9A000, 0x100000),
			"a piece in the firmware's memory");
}

static void check_rules(const struct rj_plan *plan)
{
	uint64_t entry = plan->regs.cs * UINT64_C(16) + plan->regs.ip;
	bool services = false, entered = false;

	for (size_t i = 0; i < plan->piece_count; i++)
		services |= plan->pieces[i].flags & RJ_PIECE_SERVICES;
	for (size_t i = 0; i < plan->piece_count; i++) {
		check_piece(plan, i, services);
		entered |= !plan->pieces[i].flags && !apart(&plan->pieces[i], entry, entry + 1);
	}
	require(entered, "the entry is in no piece");
}

static uint64_t bytes_of(const struct rj_plan *plan)
{
	uint64_t total = 0;

	for (size_t i = 0; i < plan->piece_count; i++)
		total += plan->pieces[i].size;
	return total;
}

static void write_plan(struct rj_plan *plan, const struct container *container)
{
	const struct rj_blob blob = { rj_stub_blob, rj_stub_blob_size };
	struct rj_input file = open_bytes(NULL, 0, 0);
	const struct rj_output output = { .fd = file.fd };
	static struct rj_image image;
	struct rj_error error = { 0 };

	if (container->write(container, plan, &blob, &output, &image, &error)) {
		read_error(&error);
	} else {
		file.size = image.file_size;
		require(check_image(&file) == 0, "rjpack verify finds fault with a plan");
		require(image.base + image.memory_size <= FOUR_GIB, "an image beyond 4 GiB");
	}
	rj_input_close(&file);
}

void fuzz_plan(const uint8_t *bytes, size_t size)
{
	const struct rj_service_table table = { rj_service_blobs, rj_service_blob_count };
	static struct rj_plan plan;
	struct rj_error error = { 0 };
	struct rj_input source;
	bool good = true;

	if (size < HEAD_SIZE)
		return;
	source = open_bytes(NULL, 0, SOURCE_SIZE);
	set_head(&plan, bytes);
	for (size_t at = HEAD_SIZE; good && at + ROW_SIZE <= size; at += ROW_SIZE)
		good = !add_row(&plan, &source, bytes + at, &error);
	if (good && !rj_services_plan(&plan, &table, &error) && !rj_plan_seal(&plan, &error)) {
		check_rules(&plan);
		if (bytes_of(&plan) <= SMALL)
			write_plan(&plan, containers[bytes[15] % container_count]);
	}
	if (error.class)
		read_error(&error);
	rj_plan_free(&plan);
	rj_input_close(&source);
}
