/* SPDX-License-Identifier: MIT */
#include "image/image.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "abi/layout.h"
#include "abi/repairs.h"
#include "base/compress.h"
#include "base/copy.h"
#include "common/le.h"
#include "image/check.h"
#include "image/container.h"
#include "image/regs.h"

#define STUB_SEARCH 0x10000u
#define STUB_ALIGN  16u
#define KNOWN_PIECE_FLAGS (RJ_PIECE_FIRMWARE | RJ_PIECE_OWN)
#define KNOWN_FLAGS (RJ_UNREAL | RJ_VERBOSE | RJ_HALT_ON_ERROR | RJ_CONSOLE_VGA | \
		     RJ_CONSOLE_SERIAL)

/* The numbers of the manifest's header, but for the registers. */
#define MANIFEST_FIELDS(row) row(magic, 32) row(version, 16) row(piece_count, 16) \
	row(size, 32) row(crc, 32) row(image_size, 32) row(stub_crc, 32) \
	row(flags, 32) row(serial_port, 16) row(serial_divisor, 16) \
	row(repairs, 32) row(zero, 32)
#define PIECE_FIELDS(row) row(flags, 32) row(address, 32) row(offset, 32) row(size, 32) \
	row(crc, 32)

#define REGS_AT offsetof(struct rj_manifest, regs)
#define CRC_AT offsetof(struct rj_manifest, crc)

size_t rj_manifest_size(size_t pieces)
{
	return sizeof(struct rj_manifest) + pieces * sizeof(struct rj_piece);
}

/* CRC-32 of a manifest's bytes, whatever its own field holds. */
static uint32_t manifest_crc(const uint8_t *bytes, size_t size)
{
	static const uint8_t zeros[4];
	uLong crc = crc32_z(0, bytes, CRC_AT);

	crc = crc32_z(crc, zeros, sizeof(zeros));
	return (uint32_t)crc32_z(crc, bytes + CRC_AT + sizeof(zeros),
				 size - CRC_AT - sizeof(zeros));
}

static uint8_t *piece_bytes(uint8_t *manifest, size_t n)
{
	return manifest + rj_manifest_size(n);
}

void rj_manifest_store(const struct rj_image *image, void *to)
{
	size_t size = rj_manifest_size(image->piece_count);
	const struct rj_manifest *manifest = &image->manifest;
	uint8_t *bytes = to;

#define STORE(field, bits) LE_PUT(bytes, struct rj_manifest, field, manifest->field);
	MANIFEST_FIELDS(STORE)
#undef STORE
	rj_regs_store(&manifest->regs, bytes + REGS_AT);
	for (size_t i = 0; i < image->piece_count; i++) {
		const struct rj_piece *piece = &image->pieces[i];
		uint8_t *at = piece_bytes(bytes, i);

		memcpy(at, piece->name, sizeof(piece->name));
#define STORE(field, bits) LE_PUT(at, struct rj_piece, field, piece->field);
		PIECE_FIELDS(STORE)
#undef STORE
	}
	LE_PUT(bytes, struct rj_manifest, crc, manifest_crc(bytes, size));
}

struct rj_manifest rj_manifest_of_plan(const struct rj_plan *plan, uint32_t image_size)
{
	return (struct rj_manifest){
		.magic = RJ_MANIFEST_MAGIC,
		.version = RJ_MANIFEST_VERSION,
		.piece_count = (uint16_t)plan->piece_count,
		.size = (uint32_t)rj_manifest_size(plan->piece_count),
		.image_size = image_size,
		.flags = plan->flags,
		.serial_port = plan->serial_port,
		.serial_divisor = plan->serial_divisor,
		.repairs = plan->repairs,
		.regs = plan->regs,
	};
}

enum rj_err rj_image_take_piece(struct rj_image *image, size_t n,
				const struct rj_plan_piece *from, int fd, uint64_t at,
				struct rj_error *err)
{
	struct rj_piece *to = &image->pieces[n];

	memcpy(to->name, from->name, sizeof(to->name));
	to->flags = from->flags;
	to->address = (uint32_t)from->address;
	to->offset = (uint32_t)(at - image->stub_at);
	to->size = (uint32_t)from->size;
	return rj_plan_copy_piece(from, fd, at, &to->crc, err);
}

static void load_manifest(struct rj_manifest *manifest, const uint8_t *bytes)
{
#define LOAD(field, bits) \
	manifest->field = (uint##bits##_t)LE_GET(bytes, struct rj_manifest, field);
	MANIFEST_FIELDS(LOAD)
#undef LOAD
	rj_regs_load(&manifest->regs, bytes + REGS_AT);
}

static void load_piece(struct rj_piece *piece, const uint8_t *bytes)
{
	memcpy(piece->name, bytes, sizeof(piece->name));
	piece->name[sizeof(piece->name) - 1] = '\0';
#define LOAD(field, bits) piece->field = (uint##bits##_t)LE_GET(bytes, struct rj_piece, field);
	PIECE_FIELDS(LOAD)
#undef LOAD
}

/* Finds the stub by its magic. Nothing in front of it is larger than STUB_SEARCH. A payload
   file has none: there the manifest comes first. */
static enum rj_err find_stub(struct rj_image *image, const struct rj_input *input,
			     struct rj_error *err)
{
	uint8_t front[STUB_SEARCH];
	size_t size = rj_input_peek(input, front, sizeof(front), 0);
	size_t header = STUB_HEADER + sizeof(struct rj_stub_header);

	if (size >= sizeof(uint32_t) && le32(front) == RJ_MANIFEST_MAGIC)
		return RJ_OK;
	for (size_t at = 0; at + header <= size; at += STUB_ALIGN) {
		const uint8_t *stub = front + at + STUB_HEADER;

		if (memcmp(stub, RJ_STUB_MAGIC, RJ_FIELD_SIZE(struct rj_stub_header, magic)) != 0)
			continue;
		image->stub_at = at;
		image->stub_size = (uint32_t)LE_GET(stub, struct rj_stub_header, stub_size);
		if (image->stub_size < header || image->stub_size > input->size - at)
			return rj_fail(err, RJ_ERR_STUB_BOUNDS, .subject = input->path);
		return RJ_OK;
	}
	return rj_fail(err, RJ_ERR_NO_STUB, .subject = input->path);
}

static enum rj_err check_manifest_header(const struct rj_manifest *manifest,
					 const char *path, uint64_t at,
					 struct rj_error *err)
{
	if (manifest->magic != RJ_MANIFEST_MAGIC)
		return rj_fail(err, RJ_ERR_MANIFEST_MAGIC, .subject = path, .located = true,
			       .at = at, .expected = RJ_MANIFEST_MAGIC, .found = manifest->magic);
	if (manifest->version != RJ_MANIFEST_VERSION)
		return rj_fail(err, RJ_ERR_MANIFEST_VERSION, .subject = path, .located = true,
			       .at = at + offsetof(struct rj_manifest, version),
			       .expected = RJ_MANIFEST_VERSION, .found = manifest->version);
	if (manifest->piece_count > RJ_MAX_PIECES)
		return rj_fail(err, RJ_ERR_TOO_MANY, .subject = path, .limit = RJ_MAX_PIECES);
	if (manifest->size != rj_manifest_size(manifest->piece_count))
		return rj_fail(err, RJ_ERR_MANIFEST_SIZE, .subject = path, .located = true,
			       .at = at + offsetof(struct rj_manifest, size),
			       .expected = rj_manifest_size(manifest->piece_count),
			       .found = manifest->size);
	return RJ_OK;
}

/* The manifest's bytes as far as the file has them. */
static size_t peek_manifest(const struct rj_image *image, const struct rj_input *input,
			    uint8_t *bytes)
{
	return rj_input_peek(input, bytes, RJ_MANIFEST_MAX, image->stub_at + image->stub_size);
}

static void recognise(struct rj_image *image, const struct rj_input *input)
{
	rj_faces_read(&image->faces, input);
	for (size_t i = 0; i < container_count && !image->container; i++)
		if (containers[i]->recognise(containers[i], image, input))
			image->container = containers[i]->name;
}

static void read_services(struct rj_image *image, const struct rj_input *input)
{
	uint8_t bytes[RJ_SERVICES_MAX];

	for (size_t i = 0; i < image->piece_count; i++) {
		const struct rj_piece *piece = &image->pieces[i];

		if (piece->flags & RJ_PIECE_SERVICES && piece->size <= sizeof(bytes) &&
		    rj_image_has_piece(image, piece) &&
		    rj_input_peek(input, bytes, piece->size, image->stub_at + piece->offset))
			rj_services_parse(&image->services, bytes, piece->size);
	}
}

static enum rj_err read_image(struct rj_image *image, const struct rj_input *input,
			      struct rj_error *err)
{
	uint8_t bytes[RJ_MANIFEST_MAX] = { 0 };
	size_t size;

	*image = (struct rj_image){ .file_size = input->size };
	if (find_stub(image, input, err))
		return err->code;
	size = peek_manifest(image, input, bytes);
	if (size < sizeof(struct rj_manifest))
		return rj_fail(err, RJ_ERR_MANIFEST_BOUNDS, .subject = input->path);
	load_manifest(&image->manifest, bytes);
	if (check_manifest_header(&image->manifest, input->path,
				  image->stub_at + image->stub_size, err))
		return err->code;
	if (image->manifest.size > size)
		return rj_fail(err, RJ_ERR_MANIFEST_BOUNDS, .subject = input->path);
	image->piece_count = image->manifest.piece_count;
	for (size_t i = 0; i < image->piece_count; i++)
		load_piece(&image->pieces[i], piece_bytes(bytes, i));
	recognise(image, input);
	read_services(image, input);
	return RJ_OK;
}

enum rj_err rj_image_read(struct rj_image *image, const struct rj_input *input,
			  struct rj_error *err)
{
	enum rj_err code = read_image(image, input, err);

	return rj_input_failure(err) ? err->code : code;
}

void rj_image_plan(const struct rj_image *image, struct rj_plan *plan)
{
	rj_plan_init(plan, (uint8_t)image->manifest.regs.edx);
	plan->regs = image->manifest.regs;
	plan->has_entry = true;
	plan->flags = image->manifest.flags;
	plan->repairs = image->manifest.repairs;
	plan->serial_port = image->manifest.serial_port;
	plan->serial_divisor = image->manifest.serial_divisor;
	plan->base = image->base;
	plan->piece_count = image->piece_count;
	for (size_t i = 0; i < image->piece_count; i++) {
		struct rj_plan_piece *piece = &plan->pieces[i];

		memcpy(piece->name, image->pieces[i].name, sizeof(piece->name));
		piece->flags = image->pieces[i].flags;
		piece->address = image->pieces[i].address;
		piece->size = image->pieces[i].size;
	}
}

bool rj_image_has_piece(const struct rj_image *image, const struct rj_piece *piece)
{
	uint64_t end = (uint64_t)piece->offset + piece->size;

	return piece->offset >= (uint64_t)image->stub_size + image->manifest.size &&
	       end <= image->manifest.image_size &&
	       end <= image->file_size - image->stub_at;
}

/* Where the container's own bytes behind the manifest end: at the first piece. */
static uint64_t gap_end(const struct rj_image *image)
{
	return image->piece_count ? image->pieces[0].offset : image->manifest.image_size;
}

enum rj_err rj_image_sum_stub(const struct rj_image *image, const struct rj_input *input,
			      uint32_t *crc, struct rj_error *err)
{
	uint64_t gap = (uint64_t)image->stub_size + image->manifest.size;
	uint64_t size = gap_end(image) > gap ? gap_end(image) - gap : 0;
	uint32_t stub, rest;

	if (rj_crc_input(input, image->stub_at, image->stub_size, &stub, err) ||
	    rj_crc_input(input, image->stub_at + gap, size, &rest, err))
		return err->code;
	*crc = (uint32_t)crc32_combine(stub, rest, (z_off_t)size);
	return RJ_OK;
}

static void check_bytes(const struct rj_check *check, enum rj_err code, const char *name,
			uint64_t at, uint64_t size, uint32_t expected)
{
	struct rj_error error;
	uint32_t found;

	if (rj_crc_input(check->input, at, size, &found, &error))
		rj_check_report(check, error);
	else
		rj_check_equal(check, code, name, at, expected, found);
}

/* Reports code when a field of the manifest at this offset has more than the known bits. */
static void check_bits(const struct rj_check *check, enum rj_err code, const char *name,
		       size_t offset, uint32_t found, uint32_t known)
{
	if (found & ~known)
		rj_check_report(check, (struct rj_error){
			.code = code, .name = name, .located = true,
			.at = check->image->stub_at + check->image->stub_size + offset,
			.expected = found & known, .found = found });
}

static void check_all_bits(const struct rj_check *check)
{
	const struct rj_image *image = check->image;

	check_bits(check, RJ_ERR_MANIFEST_FLAGS, NULL, offsetof(struct rj_manifest, flags),
		   image->manifest.flags, KNOWN_FLAGS);
	check_bits(check, RJ_ERR_MANIFEST_REPAIRS, NULL,
		   offsetof(struct rj_manifest, repairs), image->manifest.repairs,
		   RJ_ALL_REPAIRS);
	for (size_t i = 0; i < image->piece_count; i++)
		check_bits(check, RJ_ERR_PIECE_FLAGS, image->pieces[i].name,
			   rj_manifest_size(i) + offsetof(struct rj_piece, flags),
			   image->pieces[i].flags, KNOWN_PIECE_FLAGS);
}

static void check_manifest(const struct rj_check *check)
{
	const struct rj_image *image = check->image;
	const struct rj_manifest *manifest = &image->manifest;
	uint64_t at = image->stub_at + image->stub_size;
	uint8_t bytes[RJ_MANIFEST_MAX];

	if (peek_manifest(image, check->input, bytes) < manifest->size)
		return;
	rj_check_equal(check, RJ_ERR_MANIFEST_CRC, NULL, at, manifest->crc,
		    manifest_crc(bytes, manifest->size));
	check_all_bits(check);
	if (manifest->image_size > image->file_size - image->stub_at)
		rj_check_report(check, (struct rj_error){
			.code = RJ_ERR_IMAGE_SIZE, .located = true,
			.at = at + offsetof(struct rj_manifest, image_size),
			.expected = image->file_size - image->stub_at,
			.found = manifest->image_size });
}

/* Where the pieces stand in the image: in order, apart, behind the manifest. */
static void check_offsets(const struct rj_check *check)
{
	const struct rj_image *image = check->image;
	uint64_t from = (uint64_t)image->stub_size + image->manifest.size;

	for (size_t i = 0; i < image->piece_count; i++) {
		const struct rj_piece *piece = &image->pieces[i];
		uint64_t end = (uint64_t)piece->offset + piece->size;

		if (piece->offset < from || !rj_image_has_piece(image, piece))
			rj_check_report(check, (struct rj_error){
				.code = RJ_ERR_PIECE_BOUNDS, .name = piece->name,
				.at = piece->offset, .end = end, .other_at = from,
				.other_end = image->manifest.image_size });
		else
			from = end;
	}
}

const struct rj_piece *rj_image_disk(const struct rj_image *image)
{
	const struct rj_disk_image *disk = &image->services.block.image;

	for (size_t i = 0; i < image->piece_count && disk->size > 0; i++)
		if (image->pieces[i].address == disk->address &&
		    image->pieces[i].size == disk->packed_size &&
		    rj_image_has_piece(image, &image->pieces[i]))
			return &image->pieces[i];
	return NULL;
}

enum rj_err rj_image_unpack_disk(const struct rj_image *image, const struct rj_input *input,
				 int fd, struct rj_error *err)
{
	const struct rj_disk_image *disk = &image->services.block.image;
	const struct rj_piece *piece = rj_image_disk(image);
	struct rj_part plain = { input, image->stub_at + piece->offset, piece->size };
	enum rj_err code;
	uint32_t crc;

	if (disk->flags & RJ_DISK_DEFLATED)
		code = rj_inflate(input, plain.offset, plain.size, fd, disk->contents, &crc, err);
	else
		code = rj_copy(&plain, fd, 0, &crc, err);
	if (!code && crc != disk->crc)
		code = rj_fail(err, RJ_ERR_DISK_CRC, .located = true, .at = plain.offset,
			       .expected = disk->crc, .found = crc);
	if (!code && fd >= 0 && ftruncate(fd, disk->size) < 0)
		code = rj_fail(err, RJ_ERR_WRITE, .os_error = errno);
	if (code && rj_error_class(code) == RJ_BAD)
		err->subject = input->path;
	return code;
}

static void check_services(const struct rj_check *check)
{
	const struct rj_services_info *services = &check->image->services;
	const char *wrong = services->wrong;

	if (!wrong && services->block.image.size > 0 && !rj_image_disk(check->image))
		wrong = "RAM disk's address";
	if (wrong)
		rj_check_report(check, (struct rj_error){ .code = RJ_ERR_SERVICES_BLOCK,
							  .name = wrong });
}

static void check_disk(const struct rj_check *check)
{
	struct rj_error error;

	if (rj_image_disk(check->image) && !check->image->services.wrong &&
	    rj_image_unpack_disk(check->image, check->input, -1, &error))
		rj_check_report(check, error);
}

static void check_stub(const struct rj_check *check)
{
	const struct rj_image *image = check->image;
	struct rj_error error;
	uint32_t found = 0;

	if (rj_image_sum_stub(image, check->input, &found, &error))
		rj_check_report(check, error);
	else
		rj_check_equal(check, RJ_ERR_STUB_CRC, NULL, image->stub_at,
			    image->manifest.stub_crc, found);
}

/* Findings of the plan get the image's name instead of an input's. */
static void report_rule(void *context, const struct rj_error *error)
{
	if (rj_error_class(error->code) != RJ_NOTE)
		rj_check_report(context, *error);
}

static void check_headers(struct rj_check *check, bool with_checksum)
{
	const struct rj_image *image = check->image;
	struct rj_error error;
	struct rj_plan plan;

	check_manifest(check);
	check_offsets(check);
	rj_image_plan(image, &plan);
	rj_plan_check(&plan, report_rule, check);
	check_services(check);
	for (size_t i = 0; i < container_count; i++)
		if (containers[i]->name == image->container)
			containers[i]->check(containers[i], image, check->input, with_checksum,
					     check->report, check->context);
	if (!image->container)
		rj_check_report(check, (struct rj_error){ .code = RJ_ERR_NO_CONTAINER });
	if (rj_input_failure(&error))
		rj_check_report(check, error);
}

void rj_image_check_headers(const struct rj_image *image,
			    const struct rj_input *input, rj_finding *finding,
			    void *context)
{
	struct rj_check check = { image, input, finding, context };

	check_headers(&check, false);
}

void rj_image_check(const struct rj_image *image, const struct rj_input *input,
		    rj_finding *finding, void *context)
{
	struct rj_check check = { image, input, finding, context };

	check_headers(&check, true);
	check_stub(&check);
	check_disk(&check);
	for (size_t i = 0; i < image->piece_count; i++) {
		const struct rj_piece *piece = &image->pieces[i];

		if (rj_image_has_piece(image, piece))
			check_bytes(&check, RJ_ERR_PIECE_CRC, piece->name,
				    image->stub_at + piece->offset, piece->size, piece->crc);
	}
}
