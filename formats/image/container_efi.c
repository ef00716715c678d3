/* SPDX-License-Identifier: MIT */
/* Microsoft, "PE Format"; the Shim project, SBAT.md. */
#include "image/container_efi.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "abi/efi_blob.h"
#include "base/copy.h"
#include "base/crc.h"
#include "common/le.h"
#include "image/container_layout.h"
#include "image/finding.h"

#define SUM_BUFFER 16384u
#define SUM_ONES   0xFFFFu              /* the sum of the file's words, without the field */

static const char sbat[] =
	"sbat,1,SBAT Version,sbat,1,https://github.com/rhboot/shim/blob/main/SBAT.md\n"
	"rjpack,1,rjpack,rjpack,1,-\n";
static_assert(sizeof(sbat) <= PE_FILE_ALIGN, ".sbat");

struct pe_layout pe_lay_out(uint64_t image_size, uint64_t text_end)
{
	struct pe_layout layout = { .code_at = layout_file_size(image_size), .text_end = text_end };
	uint64_t text = text_end - SETUP_SIZE, scratch = layout_memory_size(image_size);

	layout.file_size = text_end + 2 * (uint64_t)PE_FILE_ALIGN;
	layout.text_memory = text > scratch ? text : scratch;
	layout.sbat = PE_TEXT_AT + ROUND_UP(layout.text_memory, PE_MEMORY_ALIGN);
	layout.relocations = layout.sbat + PE_MEMORY_ALIGN;
	layout.memory_end = layout.relocations + PE_MEMORY_ALIGN;
	return layout;
}

/* A section of size bytes in the file. */
static void store_section(uint8_t *front, size_t n, struct pe_section section)
{
	uint8_t *to = front + offsetof(struct pe_front, section) + n * sizeof(section);

	memcpy(to, section.name, sizeof(section.name));
	LE_PUT(to, struct pe_section, virtual_size, section.virtual_size);
	LE_PUT(to, struct pe_section, virtual_address, section.virtual_address);
	LE_PUT(to, struct pe_section, raw_size, section.raw_size);
	LE_PUT(to, struct pe_section, raw_at, section.raw_at);
	LE_PUT(to, struct pe_section, characteristics, section.characteristics);
}

static void store_sections(const struct pe_layout *layout, uint8_t *to)
{
	store_section(to, 0, (struct pe_section){
		".text", (uint32_t)layout->text_memory, PE_TEXT_AT,
		(uint32_t)(layout->text_end - SETUP_SIZE), SETUP_SIZE, 0, 0, 0, 0,
		PE_CODE | PE_EXECUTE | PE_READ });
	store_section(to, 1, (struct pe_section){
		".sbat", sizeof(sbat) - 1, (uint32_t)layout->sbat,
		PE_FILE_ALIGN, (uint32_t)layout->text_end, 0, 0, 0, 0, PE_DATA | PE_READ });
	store_section(to, 2, (struct pe_section){
		".reloc", sizeof(struct pe_relocations), (uint32_t)layout->relocations,
		PE_FILE_ALIGN, (uint32_t)layout->text_end + PE_FILE_ALIGN, 0, 0, 0, 0,
		PE_DATA | PE_DISCARDABLE | PE_READ });
}

#define PE_FIELDS(row) \
	row(dos_magic, PE_DOS_MAGIC) \
	row(pe_at, offsetof(struct pe_front, signature)) \
	row(signature, PE_SIGNATURE) \
	row(machine, PE_AMD64) \
	row(sections, PE_SECTIONS) \
	row(optional_size, PE_OPTIONAL_SIZE) \
	row(characteristics, PE_EXECUTABLE | PE_LINES_STRIPPED | PE_LARGE_ADDRESS | \
			     PE_DEBUG_STRIPPED) \
	row(magic, PE_PLUS) \
	row(code_size, layout->text_end - SETUP_SIZE) \
	row(data_size, 2 * PE_FILE_ALIGN) \
	row(entry, PE_TEXT_AT + layout->code_at - SETUP_SIZE + sizeof(struct rj_efi_header)) \
	row(code_at, PE_TEXT_AT) \
	row(section_align, PE_MEMORY_ALIGN) \
	row(file_align, PE_FILE_ALIGN) \
	row(image_size, layout->memory_end) \
	row(headers_size, SETUP_SIZE) \
	row(checksum, SUM_ONES + layout->file_size) \
	row(subsystem, PE_EFI_APPLICATION) \
	row(dll_characteristics, PE_NX_COMPAT) \
	row(directories, PE_DIRECTORIES) \
	row(directory[PE_RELOCATIONS].at, layout->relocations) \
	row(directory[PE_RELOCATIONS].size, sizeof(struct pe_relocations))

void pe_store_front(const struct pe_layout *layout, uint8_t to[sizeof(struct pe_front)])
{
	memset(to, 0, sizeof(struct pe_front));
#define PUT(field, value) LE_PUT(to, struct pe_front, field, value);
	PE_FIELDS(PUT)
#undef PUT
	store_sections(layout, to);
}

/* The sum of little-endian words; size is even. */
static uint64_t sum_words(const uint8_t *bytes, size_t size)
{
	uint64_t sum = 0;

	for (size_t i = 0; i + 1 < size; i += 2)
		sum += le16(bytes + i);
	return sum;
}

/* The same for the first bytes of a file, without the checksum's field. */
static enum rj_err sum_file(const struct rj_input *file, uint64_t size, uint64_t *sum,
			    struct rj_error *err)
{
	uint8_t bytes[SUM_BUFFER];

	*sum = 0;
	for (uint64_t at = 0; at < size; at += sizeof(bytes)) {
		size_t part = size - at < sizeof(bytes) ? (size_t)(size - at) : sizeof(bytes);

		if (rj_input_read(file, bytes, part, at, err))
			return err->class;
		if (at == 0)
			LE_PUT(bytes, struct pe_front, checksum, 0);
		*sum += sum_words(bytes, part);
	}
	return RJ_OK;
}

/* CRC-32 of a bzImage with this front, whose bytes after SETUP_SIZE have that CRC-32. */
static enum rj_err sum_image(const struct rj_input *file, const uint8_t *front, uint32_t rest,
			     uint64_t rest_size, uint32_t *crc, struct rj_error *err)
{
	uint8_t setup[SETUP_SIZE];

	if (rj_input_read(file, setup, sizeof(setup), 0, err))
		return err->class;
	memcpy(setup, front, sizeof(struct pe_front));
	*crc = (uint32_t)crc32_combine(rj_crc(0, setup, sizeof(setup)), rest, (z_off_t)rest_size);
	return RJ_OK;
}

/* What follows the image: the firmware's code, .sbat, .reloc. */
static void fill_tail(const struct pe_layout *layout, uint32_t text_crc, uint8_t *to)
{
	const struct rj_efi_header header = { 0, 0, { 0 } };
	uint8_t *reloc = to + layout->text_end + PE_FILE_ALIGN - layout->code_at;

	memcpy(to, rj_efi_blob, rj_efi_blob_size);
	LE_PUT(to, struct rj_efi_header, distance, layout->code_at - SETUP_SIZE);
	LE_PUT(to, struct rj_efi_header, crc,
	       rj_crc(text_crc, to + sizeof(header), rj_efi_blob_size - sizeof(header)));
	memcpy(to + layout->text_end - layout->code_at, sbat, sizeof(sbat) - 1);
	LE_PUT(reloc, struct pe_relocations, page, PE_TEXT_AT);
	LE_PUT(reloc, struct pe_relocations, size, sizeof(struct pe_relocations));
}

/* Writes the front, and the image checksum with it; *text_crc becomes that of the image. */
static enum rj_err write_front(const struct pe_layout *layout, const struct rj_input *file,
			       uint32_t *text_crc, struct rj_error *err)
{
	uint64_t size = layout->code_at - SETUP_SIZE - SETUP_CRC_SIZE;
	uint8_t front[sizeof(struct pe_front)], stored[SETUP_CRC_SIZE];
	uint32_t crc;

	pe_store_front(layout, front);
	if (rj_crc_input(file, SETUP_SIZE, size, text_crc, err) ||
	    sum_image(file, front, *text_crc, size, &crc, err))
		return err->class;
	le_store(stored, ~crc & UINT32_MAX, sizeof(stored));
	*text_crc = rj_crc(*text_crc, stored, sizeof(stored));
	if (rj_write(file->fd, front, sizeof(front), 0, err))
		return err->class;
	return rj_write(file->fd, stored, sizeof(stored), layout->code_at - sizeof(stored), err);
}

static enum rj_err write_tail(const struct pe_layout *layout, const struct rj_input *file,
			      uint32_t text_crc, struct rj_error *err)
{
	size_t size = (size_t)(layout->file_size - layout->code_at);
	uint8_t *tail = calloc(1, size);
	enum rj_err code;
	uint64_t sum;

	if (!tail)
		return rj_no_memory(err);
	fill_tail(layout, text_crc, tail);
	code = sum_file(file, layout->code_at, &sum, err);
	if (!code) {
		sum += sum_words(tail, size);
		le_store(tail + size - 2, SUM_ONES - sum % SUM_ONES, 2);
		code = rj_write(file->fd, tail, size, layout->code_at, err);
	}
	free(tail);
	return code;
}

static enum rj_err efi_write(const struct container *container, struct rj_plan *plan,
			     const struct rj_blob *blob, const struct rj_output *output,
			     struct rj_image *image, struct rj_error *err)
{
	struct rj_input file = { .fd = output->fd };
	struct pe_layout layout;
	uint32_t text_crc;

	if (layout_write(container, plan, blob, output, image, err))
		return err->class;
	layout = pe_lay_out(image->manifest.image_size,
			    ROUND_UP(image->file_size + rj_efi_blob_size, PE_FILE_ALIGN));
	file.size = layout.code_at;
	image->file_size = layout.file_size;
	if (output->fd < 0)
		return RJ_OK;
	if (write_front(&layout, &file, &text_crc, err))
		return err->class;
	return write_tail(&layout, &file, text_crc, err);
}

/* The end of .text as the headers say, or what the file must have at least. */
static uint64_t text_end(const struct rj_check *check, const uint8_t *front)
{
	const uint8_t *text = front + offsetof(struct pe_front, section);
	uint64_t end = SETUP_SIZE + LE_GET(text, struct pe_section, raw_size);
	uint64_t least = layout_file_size(check->image->manifest.image_size) +
			 sizeof(struct rj_efi_header);

	return ROUND_UP(end < least ? least : end, PE_FILE_ALIGN);
}

/* Bytes of the signature at the file's end, which a signing tool has put there. */
static uint64_t signature_size(const uint8_t *front)
{
	return LE_GET(front, struct pe_front, directory[PE_CERTIFICATES].at)
	       ? LE_GET(front, struct pe_front, directory[PE_CERTIFICATES].size) : 0;
}

/* Signing changes the checksum, and says where the signature is. */
static bool is_signed_field(size_t at)
{
	const size_t sum = offsetof(struct pe_front, checksum);
	const size_t certificates = offsetof(struct pe_front, directory[PE_CERTIFICATES]);

	return (at >= sum && at < sum + 4) || (at >= certificates && at < certificates + 8);
}

/* Reports the first byte that differs. */
static void check_front(const struct rj_check *check, const uint8_t *expected,
			const uint8_t *found)
{
	size_t i = 0;

	while (i < sizeof(struct pe_front) &&
	       (expected[i] == found[i] || (is_signed_field(i) && signature_size(found))))
		i++;
	if (i < sizeof(struct pe_front))
		rj_check_equal(check, i, expected[i], found[i], "the PE header is wrong");
}

static bool sums_are_right(const struct pe_layout *layout, const struct rj_input *file,
			   const uint8_t *front, struct rj_error *err)
{
	uint64_t image_size = layout->code_at - SETUP_SIZE, sum;
	uint8_t code[PE_FILE_ALIGN], found[sizeof(struct pe_front)];
	uint32_t text_crc, crc;

	if (rj_crc_input(file, SETUP_SIZE, image_size, &text_crc, err) ||
	    sum_image(file, front, text_crc, image_size, &crc, err) ||
	    sum_file(file, file->size & ~UINT64_C(1), &sum, err) ||
	    rj_input_read(file, found, sizeof(found), 0, err) ||
	    rj_input_read(file, code, sizeof(struct rj_efi_header), layout->code_at, err))
		return false;
	while (sum >> 16)
		sum = (sum & 0xFFFF) + (sum >> 16);
	return crc == SETUP_FILE_CRC &&
	       LE_GET(found, struct pe_front, checksum) == (uint32_t)(sum + file->size) &&
	       LE_GET(code, struct rj_efi_header, distance) == image_size;
}

static void check_sums(const struct rj_check *check, const struct pe_layout *layout,
		       const uint8_t *front)
{
	struct rj_error error = { .class = RJ_OK };

	if (sums_are_right(layout, check->input, front, &error))
		return;
	if (error.class)
		rj_check_error(check, &error);
	else
		rj_check_report(check,
				"the image checksum is wrong; a byte of the file was changed");
}

static void efi_check(const struct container *container, const struct rj_image *image,
		      const struct rj_input *input, bool with_checksum, rj_finding *finding,
		      void *context)
{
	struct rj_check check = { image, input, finding, context };
	uint8_t expected[sizeof(struct pe_front)], found[sizeof(struct pe_front)] = { 0 };
	struct pe_layout layout;
	uint64_t size;

	rj_input_peek(input, found, sizeof(found), 0);
	layout = pe_lay_out(image->manifest.image_size, text_end(&check, found));
	pe_store_front(&layout, expected);
	size = layout.file_size + signature_size(found);
	if (input->size != size)
		rj_check_report(&check,
				"the file's size is not that of its PE header %s; "
				"the file is cut short, or has trailing data",
				RJ_FOUND(input->size, size, input->size));
	check_front(&check, expected, found);
	layout_check_front(container, &check);
	if (with_checksum && input->size >= layout.file_size)
		check_sums(&check, &layout, expected);
}

const struct container container_efi = {
	.name = "efi",
	.help = "an EFI application and a Linux/x86 kernel in one",
	.suffixes = "efi",
	.front_magic = PE_DOS_MAGIC,
	.elf_class = ELFCLASSNONE, .parts = HAS(LINUX),
	.features = { .linux16 = true, .linux32 = true, .linux64 = true, .efi = true },
	.write = efi_write, .recognise = layout_recognise,
	.memory_size = layout_image_memory, .check = efi_check,
};
