/* SPDX-License-Identifier: MIT */
/*
 * The universal container: one file that is an ELF64 executable, carries a
 * multiboot2 header and a Linux/x86 header, and has a PT_INTERP segment, which
 * keeps kexec-tools' ELF loaders away from it. In file order:
 *
 *   0              ELF header, program headers, interpreter, multiboot2 header
 *   SETUP_HEADER   Linux header
 *   SETUP_CODE     16-bit entry                                   } the blob
 *   SETUP_SIZE     stub; loaders put everything from here to base } from stub/
 *                  manifest
 *                  section names, section headers
 *                  (nothing, up to MULTIBOOT_SEARCH, if a piece looks like a
 *                  multiboot header otherwise)
 *                  pieces, by address
 *                  zeros, then the image checksum in the last 4 bytes
 */
#include "container.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "container_elf.h"
#include "copy.h"
#include "le.h"

#define FOUR_GIB            (UINT64_C(1) << 32)
#define NAMES_MAX           (64 + RJ_MAX_PIECES * RJ_NAME_SIZE)
#define MANIFEST_MAX        (sizeof(struct rj_manifest) + RJ_MAX_PIECES * sizeof(struct rj_piece))

/* The sections that every image has, in file order; a piece's come after them. */
enum section { SEC_NULL, SEC_INTERP, SEC_MULTIBOOT2, SEC_SETUP, SEC_STUB, SEC_MANIFEST,
	       SEC_NAMES, SEC_FIRST_PIECE };
static const struct {
	const char *name;
	Elf64_Word type, flags;
	Elf64_Xword align;
} sections[] = {
	[SEC_INTERP] = { ".interp", SHT_PROGBITS, 0, 1 },
	[SEC_MULTIBOOT2] = { ".multiboot2", SHT_PROGBITS, 0, MULTIBOOT2_ALIGN },
	[SEC_SETUP] = { ".setup", SHT_PROGBITS, 0, 1 },
	[SEC_STUB] = { ".stub", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE | SHF_EXECINSTR, 16 },
	[SEC_MANIFEST] = { ".manifest", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 4 },
	[SEC_NAMES] = { ".shstrtab", SHT_STRTAB, 0, 1 },
};

/* Everything of the file but for the pieces' bytes. */
struct front {
	uint64_t base;
	uint64_t manifest_at, names_at, section_headers_at, pieces_at;
	uint64_t image_end, file_size;
	char names[NAMES_MAX];
	size_t names_size;
	Elf64_Word name_of[SEC_FIRST_PIECE + RJ_MAX_PIECES];
	uint8_t multiboot2[sizeof(struct multiboot2_header)];
	uint8_t setup[SETUP_SIZE - SETUP_HEADER];
	uint8_t manifest[MANIFEST_MAX];
};

uint64_t elf_memory_size(uint64_t image_size)
{
	/* a page more: a loader that rounds down leaves the scratch whole */
	return ROUND_UP(image_size + STUB_SCRATCH, SETUP_ALIGN) + SETUP_ALIGN;
}

uint64_t elf_file_size(uint64_t image_size)
{
	return SETUP_SIZE + ROUND_UP(image_size + SETUP_CRC_SIZE, SETUP_SYS_UNIT);
}

static Elf64_Word add_name(struct front *front, const char *name)
{
	size_t at = front->names_size, length = strlen(name) + 1;

	memcpy(front->names + at, name, length);
	front->names_size += length;
	return (Elf64_Word)at;
}

static void add_names(struct front *front, const struct rj_plan *plan)
{
	add_name(front, "");
	for (size_t i = SEC_INTERP; i < SEC_FIRST_PIECE; i++)
		front->name_of[i] = add_name(front, sections[i].name);
	for (size_t i = 0; i < plan->piece_count; i++)
		front->name_of[SEC_FIRST_PIECE + i] = add_name(front, plan->pieces[i].name);
}

/* The pieces' first bytes as they follow each other; gives how many. */
static size_t peek_pieces(const struct rj_plan *plan, uint8_t *to, size_t size)
{
	size_t done = 0;

	for (size_t i = 0; i < plan->piece_count && done < size; i++) {
		const struct rj_plan_piece *piece = &plan->pieces[i];
		size_t part = size - done < piece->size ? size - done : (size_t)piece->size;

		if (piece->input)
			rj_input_peek(piece->input, to + done, part, piece->offset);
		else
			memcpy(to + done, piece->bytes, part);
		done += part;
	}
	return done;
}

/* Whether a piece that starts at this offset would pass for a multiboot header. */
static bool looks_like_multiboot(const struct rj_plan *plan, uint64_t at)
{
	uint8_t bytes[MULTIBOOT_SEARCH] = { 0 };
	size_t found;

	if (at >= sizeof(bytes))
		return false;
	peek_pieces(plan, bytes + at, (size_t)(sizeof(bytes) - at));
	return multiboot_find(bytes, sizeof(bytes), &found);
}

static enum rj_err lay_out(struct front *front, const struct rj_plan *plan,
			   const struct rj_blob *blob, struct rj_error *err)
{
	uint64_t at;

	front->base = plan->base;
	add_names(front, plan);
	front->manifest_at = ROUND_UP(blob->size, 4);
	front->names_at = front->manifest_at + rj_manifest_size(plan->piece_count);
	front->section_headers_at = ROUND_UP(front->names_at + front->names_size, 8);
	at = front->section_headers_at +
	     (SEC_FIRST_PIECE + plan->piece_count) * sizeof(Elf64_Shdr);
	if (looks_like_multiboot(plan, at))
		at = MULTIBOOT_SEARCH;
	front->pieces_at = at;
	for (size_t i = 0; i < plan->piece_count; i++)
		at += plan->pieces[i].size;
	front->image_end = at;
	front->file_size = elf_file_size(at - SETUP_SIZE);
	at = plan->base + elf_memory_size(at - SETUP_SIZE);
	if (at > FOUR_GIB)
		return rj_fail(err, RJ_ERR_BASE_HIGH, .at = plan->base, .end = at);
	return RJ_OK;
}

static void describe(const struct front *front, const struct rj_plan *plan,
		     const struct rj_blob *blob, struct rj_image *image)
{
	uint32_t image_size = (uint32_t)(front->image_end - SETUP_SIZE);

	*image = (struct rj_image){
		.container = container_elf.name,
		.file_size = front->file_size,
		.stub_at = SETUP_SIZE,
		.stub_size = (uint32_t)(blob->size - SETUP_SIZE),
		.piece_count = plan->piece_count,
		.base = front->base,
		.memory_size = elf_memory_size(image_size),
		.manifest = {
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
		},
	};
}

/* The pieces to the file, and into the description. */
static enum rj_err copy_pieces(const struct front *front, const struct rj_plan *plan,
			       int fd, struct rj_image *image, struct rj_error *err)
{
	uint64_t at = front->pieces_at;

	for (size_t i = 0; i < plan->piece_count; i++) {
		const struct rj_plan_piece *from = &plan->pieces[i];
		struct rj_piece *to = &image->pieces[i];

		memcpy(to->name, from->name, sizeof(to->name));
		to->flags = from->flags;
		to->address = (uint32_t)from->address;
		to->offset = (uint32_t)(at - SETUP_SIZE);
		to->size = (uint32_t)from->size;
		if (rj_copy_piece(from, fd, at, &to->crc, err))
			return err->code;
		at += from->size;
	}
	return RJ_OK;
}

static void fill_setup(struct front *front, const struct rj_blob *blob)
{
	uint64_t base = front->base, image_size = front->image_end - SETUP_SIZE;

	memcpy(front->setup, blob->bytes + SETUP_HEADER, sizeof(front->setup));
	memset(front->setup, 0, sizeof(struct setup_header));
#define PUT(field, value) LE_PUT(front->setup, struct setup_header, field, value);
	ELF_SETUP_FIELDS(PUT)
#undef PUT
}

static bool set_headers(Elf *elf, const struct front *front)
{
	Elf64_Ehdr *header = elf64_newehdr(elf);
	Elf64_Phdr *segments = elf64_newphdr(elf, ELF_SEGMENTS);
	uint64_t image_size = front->image_end - SETUP_SIZE;

	if (!header || !segments)
		return false;
	header->e_ident[EI_DATA] = ELFDATA2LSB;
	header->e_type = ET_EXEC;
	header->e_machine = EM_X86_64;
	header->e_version = EV_CURRENT;
	header->e_entry = front->base;
	header->e_phoff = ELF_PROGRAM_HEADERS_AT;
	header->e_shoff = front->section_headers_at;
	header->e_shstrndx = SEC_NAMES;
	segments[ELF_LOAD] = (Elf64_Phdr){
		.p_type = PT_LOAD, .p_flags = PF_R | PF_W | PF_X, .p_offset = SETUP_SIZE,
		.p_vaddr = front->base, .p_paddr = front->base, .p_filesz = image_size,
		.p_memsz = elf_memory_size(image_size), .p_align = SETUP_SIZE,
	};
	segments[ELF_INTERP] = (Elf64_Phdr){
		.p_type = PT_INTERP, .p_flags = PF_R, .p_offset = ELF_INTERPRETER_AT,
		.p_filesz = sizeof(ELF_INTERPRETER), .p_memsz = sizeof(ELF_INTERPRETER),
		.p_align = 1,
	};
	return true;
}

/* A section at an offset in the file; bytes are NULL when they are not libelf's to write. */
static bool add_section(Elf *elf, Elf64_Shdr values, const void *bytes)
{
	Elf_Scn *section = elf_newscn(elf);
	Elf64_Shdr *header = section ? elf64_getshdr(section) : NULL;
	Elf_Data *data = header && bytes ? elf_newdata(section) : NULL;

	if (!header || (bytes && !data))
		return false;
	*header = values;
	if (data) {
		/* libelf only reads it: the file is opened for ELF_C_WRITE */
		memcpy(&data->d_buf, &bytes, sizeof(bytes));
		data->d_size = values.sh_size;
		data->d_align = values.sh_addralign;
	}
	return true;
}

static bool add_fixed(Elf *elf, const struct front *front, enum section number,
		      uint64_t at, const void *bytes, uint64_t size)
{
	return add_section(elf, (Elf64_Shdr){
		.sh_name = front->name_of[number], .sh_type = sections[number].type,
		.sh_flags = sections[number].flags, .sh_offset = at, .sh_size = size,
		.sh_addr = sections[number].flags & SHF_ALLOC ? front->base + at - SETUP_SIZE : 0,
		.sh_addralign = sections[number].align }, bytes);
}

static bool add_sections(Elf *elf, const struct front *front,
			 const struct rj_blob *blob, const struct rj_image *image)
{
	bool good = add_fixed(elf, front, SEC_INTERP, ELF_INTERPRETER_AT, ELF_INTERPRETER,
			      sizeof(ELF_INTERPRETER)) &&
		    add_fixed(elf, front, SEC_MULTIBOOT2, ELF_MULTIBOOT2_AT, front->multiboot2,
			      sizeof(front->multiboot2)) &&
		    add_fixed(elf, front, SEC_SETUP, SETUP_HEADER, front->setup,
			      sizeof(front->setup)) &&
		    add_fixed(elf, front, SEC_STUB, SETUP_SIZE, blob->bytes + SETUP_SIZE,
			      image->stub_size) &&
		    add_fixed(elf, front, SEC_MANIFEST, front->manifest_at, front->manifest,
			      image->manifest.size) &&
		    add_fixed(elf, front, SEC_NAMES, front->names_at, front->names,
			      front->names_size);

	for (size_t i = 0; good && i < image->piece_count; i++)
		good = add_section(elf, (Elf64_Shdr){
			.sh_name = front->name_of[SEC_FIRST_PIECE + i],
			.sh_type = SHT_PROGBITS, .sh_flags = SHF_ALLOC | SHF_WRITE,
			.sh_addr = front->base + image->pieces[i].offset,
			.sh_offset = SETUP_SIZE + image->pieces[i].offset,
			.sh_size = image->pieces[i].size, .sh_addralign = 1 }, NULL);
	return good;
}

static enum rj_err write_front(const struct front *front, const struct rj_blob *blob,
			       const struct rj_image *image, int fd, struct rj_error *err)
{
	Elf *elf = NULL;
	bool good;

	if (elf_version(EV_CURRENT) != EV_NONE)
		elf = elf_begin(fd, ELF_C_WRITE, NULL);
	good = elf && set_headers(elf, front) && add_sections(elf, front, blob, image);
	if (good)
		elf_flagelf(elf, ELF_C_SET, ELF_F_LAYOUT);
	good = good && elf_update(elf, ELF_C_WRITE) >= 0;
	if (!good)
		rj_fail(err, RJ_ERR_LIBELF, .name = elf_errmsg(-1));
	if (elf)
		elf_end(elf);
	return good ? RJ_OK : err->code;
}

/* The file as it has been written so far, to be read back. */
static struct rj_input written(const struct front *front, int fd)
{
	return (struct rj_input){ .fd = fd, .size = front->file_size };
}

/* The whole file's checksum out of the front's, read back, and the pieces'. */
static enum rj_err write_checksum(const struct front *front, const struct rj_image *image,
				  int fd, struct rj_error *err)
{
	struct rj_input file = written(front, fd);
	size_t tail = (size_t)(front->file_size - front->image_end);
	uint8_t zeros[SETUP_SYS_UNIT + SETUP_CRC_SIZE] = { 0 };
	uint32_t front_crc;
	uLong crc;

	if (rj_crc_input(&file, 0, front->pieces_at, &front_crc, err))
		return err->code;
	crc = front_crc;
	for (size_t i = 0; i < image->piece_count; i++)
		crc = crc32_combine(crc, image->pieces[i].crc, (z_off_t)image->pieces[i].size);
	crc = crc32_z(crc, zeros, tail - SETUP_CRC_SIZE);
	le_store(zeros + tail - SETUP_CRC_SIZE, ~(uint32_t)crc & UINT32_MAX, SETUP_CRC_SIZE);
	return rj_write(fd, zeros, tail, front->image_end, err);
}

/* The manifest, last of the front: it sums up what libelf has written behind it. */
static enum rj_err write_manifest(struct front *front, struct rj_image *image, int fd,
				  struct rj_error *err)
{
	struct rj_input file = written(front, fd);

	if (rj_image_sum_stub(image, &file, &image->manifest.stub_crc, err))
		return err->code;
	rj_manifest_store(image, front->manifest);
	image->manifest.crc = le32(front->manifest + offsetof(struct rj_manifest, crc));
	return rj_write(fd, front->manifest, image->manifest.size, front->manifest_at, err);
}

static enum rj_err write_image(struct front *front, const struct rj_plan *plan,
			       const struct rj_blob *blob, int fd,
			       struct rj_image *image, struct rj_error *err)
{
	if (lay_out(front, plan, blob, err))
		return err->code;
	describe(front, plan, blob, image);
	if (copy_pieces(front, plan, fd, image, err))
		return err->code;
	if (fd < 0)
		return RJ_OK;
	multiboot2_store(front->multiboot2, (uint32_t)front->base);
	fill_setup(front, blob);
	if (write_front(front, blob, image, fd, err) ||
	    write_manifest(front, image, fd, err))
		return err->code;
	return write_checksum(front, image, fd, err);
}

static enum rj_err elf_write(const struct rj_plan *plan, const struct rj_blob *blob,
			     int fd, struct rj_image *image, struct rj_error *err)
{
	struct front *front = calloc(1, sizeof(*front));
	enum rj_err code;

	if (!front)
		return rj_fail(err, RJ_ERR_MEMORY);
	code = write_image(front, plan, blob, fd, image, err);
	free(front);
	return code;
}

const struct container container_elf = {
	.name = "elf",
	.help = "ELF64, multiboot2 and Linux/x86 in one, for every loader",
	.write = elf_write,
	.recognise = elf_recognise,
	.check = elf_check,
};
