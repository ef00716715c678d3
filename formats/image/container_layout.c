/* SPDX-License-Identifier: MIT */
#include "image/container_layout.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/copy.h"
#include "base/crc.h"
#include "base/share.h"
#include "common/le.h"
#include "common/units.h"

#define NAMES_MAX           (64 + RJ_MAX_PIECES * RJ_NAME_SIZE)

/*
 * The sections of every ELF image, in file order; those of the pieces follow. All are
 * SHF_ALLOC: SYSLINUX's mboot.c32 writes an address into the header of any other section
 * before it moves the segment, which includes the headers, and the stub would find it damaged.
 */
enum section { SEC_NULL, SEC_PARTS, SEC_STUB = SEC_PARTS + PART_COUNT, SEC_MANIFEST,
	       SEC_NAMES, SEC_FIRST_PIECE };
#define SECTION(part) (SEC_PARTS + (unsigned)(part))
static const struct {
	const char *name;
	GElf_Word type, flags;
	GElf_Xword align;
	size_t size;                    /* of a part */
} sections[] = {
#define PART_SECTION(part, name, type, align, size) \
	[SECTION(PART_##part)] = { name, type, SHF_ALLOC, align, size },
	FRONT_PARTS(PART_SECTION)
#undef PART_SECTION
	[SEC_STUB] = { ".stub", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE | SHF_EXECINSTR, 16, 0 },
	[SEC_MANIFEST] = { ".manifest", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 4, 0 },
	[SEC_NAMES] = { ".shstrtab", SHT_STRTAB, SHF_ALLOC, 1, 0 },
};

/* Everything in the file except the pieces' bytes. */
struct front {
	const struct container *container;
	struct front_layout layout;
	uint64_t base;
	uint64_t manifest_at, names_at, section_headers_at;
	uint64_t pieces_at, piece_at[RJ_MAX_PIECES];    /* the first; each, in the file */
	uint64_t image_end, file_size;
	char names[NAMES_MAX];
	size_t names_size;
	GElf_Word name_of[SEC_FIRST_PIECE + RJ_MAX_PIECES];
	size_t section_count, names_index;
	uint8_t parts[PART_COUNT][PART_BYTES_MAX];
	uint8_t manifest[RJ_MANIFEST_MAX];
};

uint64_t layout_memory_size(uint64_t image_size)
{
	/* one page more: if a loader rounds down, the scratch memory still fits */
	return ROUND_UP(image_size + STUB_SCRATCH, SETUP_ALIGN) + SETUP_ALIGN;
}

uint64_t layout_file_size(uint64_t image_size)
{
	return SETUP_SIZE + ROUND_UP(image_size + SETUP_CRC_SIZE, SETUP_SYS_UNIT);
}

uint64_t layout_image_memory(const struct rj_image *image)
{
	return layout_memory_size(image->manifest.image_size);
}

static GElf_Word add_name(struct front *front, const char *name)
{
	size_t at = front->names_size, length = strlen(name) + 1;

	memcpy(front->names + at, name, length);
	front->names_size += length;
	return (GElf_Word)at;
}

/* Whether the container has this section. */
static bool has_section(const struct front *front, size_t section)
{
	return section >= SEC_STUB || front->layout.parts[section - SEC_PARTS].size > 0;
}

static void add_names(struct front *front, const struct rj_plan *plan)
{
	front->section_count = 1;
	if (front->container->elf_class == ELFCLASSNONE)
		return;
	add_name(front, "");
	for (size_t i = SEC_PARTS; i < SEC_FIRST_PIECE; i++) {
		if (!has_section(front, i))
			continue;
		front->names_index = front->section_count++;
		front->name_of[i] = add_name(front, sections[i].name);
	}
	for (size_t i = 0; i < plan->piece_count; i++)
		front->name_of[SEC_FIRST_PIECE + i] = add_name(front, plan->pieces[i].name);
	front->section_count += plan->piece_count;
}

void front_lay_out(const struct container *container, struct front_layout *layout)
{
	bool wide = container->elf_class == ELFCLASS64;
	uint64_t at = 0;

	*layout = (struct front_layout){ .segment_count = 1 };
	for (enum front_part part = 0; part < PART_COUNT; part++)
		if (container->parts >> part & 1)
			layout->parts[part].size = sections[SECTION(part)].size;
	layout->segment_part = layout->parts[PART_PVH].size ? PART_PVH : PART_INTERPRETER;
	layout->segment_type = layout->segment_part == PART_PVH ? PT_NOTE : PT_INTERP;
	if (layout->parts[layout->segment_part].size)
		layout->segment_count++;
	if (container->elf_class != ELFCLASSNONE) {
		at = wide ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr);
		layout->program_headers_at = at;
		at += layout->segment_count * (wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr));
	}
	for (enum front_part part = 0; part < PART_LINUX; part++) {
		at = ROUND_UP(at, sections[SECTION(part)].align);
		layout->parts[part].at = at;
		at += layout->parts[part].size;
	}
	layout->parts[PART_LINUX].at = SETUP_HEADER;
}

static void fill_note(uint64_t base, uint8_t *to)
{
	memset(to, 0, sizeof(struct pvh_note));
	LE_PUT(to, struct pvh_note, name_size, sizeof(PVH_NOTE_NAME));
	LE_PUT(to, struct pvh_note, entry_size,
	       sizeof(struct pvh_note) - offsetof(struct pvh_note, entry));
	LE_PUT(to, struct pvh_note, type, PVH_NOTE_ENTRY);
	memcpy(to + offsetof(struct pvh_note, name), PVH_NOTE_NAME, sizeof(PVH_NOTE_NAME));
	LE_PUT(to, struct pvh_note, entry, base + STUB_ENTRY_PVH);
}

void front_fill(enum front_part part, uint64_t base, uint8_t *to)
{
	if (part == PART_INTERPRETER)
		memcpy(to, ELF_INTERPRETER, sizeof(ELF_INTERPRETER));
	else if (part == PART_PVH)
		fill_note(base, to);
	else if (part == PART_MULTIBOOT)
		multiboot_store(to);
	else if (part == PART_MULTIBOOT2)
		multiboot2_store(to, (uint32_t)base);
}

/* Places the pieces in the file, from `at` on; returns the end of the last one. */
static uint64_t place_pieces(struct front *front, const struct rj_plan *plan, uint64_t at)
{
	for (size_t i = 0; i < plan->piece_count; i++) {
		const struct rj_plan_piece *piece = &plan->pieces[i];
		const struct rj_part part = { piece->input, piece->offset, piece->size };

		front->piece_at[i] = rj_share_align(&part, at);
		at = front->piece_at[i] + piece->size;
	}
	front->pieces_at = plan->piece_count ? front->piece_at[0] : at;
	return at;
}

/* Whether the pieces, where they are placed, would look like a multiboot header. */
static bool looks_like_multiboot(const struct front *front, const struct rj_plan *plan)
{
	uint8_t bytes[MULTIBOOT_SEARCH] = { 0 };
	size_t found;

	for (size_t i = 0; i < plan->piece_count; i++) {
		const struct rj_plan_piece *piece = &plan->pieces[i];
		size_t at = front->piece_at[i] < sizeof(bytes) ? (size_t)front->piece_at[i]
							       : sizeof(bytes);
		size_t size = piece->size < sizeof(bytes) - at ? (size_t)piece->size
							       : sizeof(bytes) - at;

		if (piece->input)
			rj_input_peek(piece->input, bytes + at, size, piece->offset);
		else
			memcpy(bytes + at, piece->bytes, size);
	}
	return multiboot_find(bytes, sizeof(bytes), &found);
}

static uint64_t section_headers_size(const struct front *front)
{
	switch (front->container->elf_class) {
	case ELFCLASS64: return front->section_count * sizeof(Elf64_Shdr);
	case ELFCLASS32: return front->section_count * sizeof(Elf32_Shdr);
	default: return 0;
	}
}

static enum rj_err lay_out(struct front *front, const struct rj_plan *plan,
			   const struct rj_blob *blob, struct rj_error *err)
{
	uint64_t at;

	front->base = plan->base;
	front_lay_out(front->container, &front->layout);
	add_names(front, plan);
	front->manifest_at = ROUND_UP(blob->size, 4);
	front->names_at = front->manifest_at + rj_manifest_size(plan->piece_count);
	front->section_headers_at = ROUND_UP(front->names_at + front->names_size, 8);
	at = front->section_headers_at + section_headers_size(front);
	front->image_end = place_pieces(front, plan, at);
	if (looks_like_multiboot(front, plan))
		front->image_end = place_pieces(front, plan, MULTIBOOT_SEARCH);
	front->file_size = layout_file_size(front->image_end - SETUP_SIZE);
	at = plan->base + layout_memory_size(front->image_end - SETUP_SIZE);
	if (at > FOUR_GIB)
		return rj_fail(err, RJ_BAD,
			       "loaded at %s, the image ends beyond 4 GiB; use a lower --base",
			       RJ_RANGE(plan->base, at));
	return RJ_OK;
}

static void describe(const struct front *front, const struct rj_plan *plan,
		     const struct rj_blob *blob, struct rj_image *image)
{
	uint32_t image_size = (uint32_t)(front->image_end - SETUP_SIZE);

	*image = (struct rj_image){
		.container = front->container,
		.features = front->container->features,
		.file_size = front->file_size,
		.stub_at = SETUP_SIZE,
		.stub_size = (uint32_t)(blob->size - SETUP_SIZE),
		.piece_count = plan->piece_count,
		.base = front->base,
		.memory_size = layout_memory_size(image_size),
		.manifest = rj_manifest_of_plan(plan, image_size),
	};
}

static void fill_setup(struct front *front, const struct rj_blob *blob)
{
	uint64_t base = front->base, image_size = front->image_end - SETUP_SIZE;
	uint8_t *setup = front->parts[PART_LINUX];

	memcpy(setup, blob->bytes + SETUP_HEADER, sections[SECTION(PART_LINUX)].size);
	memset(setup, 0, sizeof(struct setup_header));
#define PUT(field, value) LE_PUT(setup, struct setup_header, field, value);
	SETUP_FIELDS(PUT)
#undef PUT
}

static void fill_parts(struct front *front, const struct rj_blob *blob)
{
	for (enum front_part part = 0; part < PART_LINUX; part++)
		front_fill(part, front->base, front->parts[part]);
	fill_setup(front, blob);
}

static bool set_segments(Elf *elf, const struct front *front)
{
	uint64_t image_size = front->image_end - SETUP_SIZE;
	const struct front_layout *layout = &front->layout;
	const struct front_range *part = &layout->parts[layout->segment_part];
	GElf_Phdr load = {
		.p_type = PT_LOAD, .p_flags = PF_R | PF_W | PF_X, .p_offset = SETUP_SIZE,
		.p_vaddr = front->base, .p_paddr = front->base, .p_filesz = image_size,
		.p_memsz = layout_memory_size(image_size), .p_align = SETUP_SIZE,
	};
	GElf_Phdr other = {
		.p_type = layout->segment_type, .p_flags = PF_R, .p_offset = part->at,
		.p_filesz = part->size, .p_memsz = part->size,
		.p_align = sections[SECTION(layout->segment_part)].align,
	};

	return gelf_newphdr(elf, layout->segment_count) && gelf_update_phdr(elf, 0, &load) &&
	       (layout->segment_count == 1 || gelf_update_phdr(elf, 1, &other));
}

static bool set_headers(Elf *elf, const struct front *front)
{
	int class = front->container->elf_class;
	GElf_Ehdr header;

	if (!gelf_newehdr(elf, class) || !gelf_getehdr(elf, &header))
		return false;
	header.e_ident[EI_DATA] = ELFDATA2LSB;
	header.e_type = ET_EXEC;
	header.e_machine = class == ELFCLASS64 ? EM_X86_64 : EM_386;
	header.e_version = EV_CURRENT;
	header.e_entry = front->base;
	header.e_phoff = front->layout.program_headers_at;
	header.e_shoff = front->section_headers_at;
	header.e_shstrndx = (GElf_Half)front->names_index;
	return gelf_update_ehdr(elf, &header) && set_segments(elf, front);
}

/*
 * If memory for its header is lacking, elf_newscn returns a section anyway, which must not be
 * used.
 */
static Elf_Scn *new_section(Elf *elf)
{
	Elf_Scn *section;

	elf_errno();
	section = elf_newscn(elf);
	return elf_errno() ? NULL : section;
}

/* Adds a section at an offset in the file; bytes is NULL if libelf does not write them. */
static bool add_section(Elf *elf, GElf_Shdr values, const void *bytes)
{
	Elf_Scn *section = new_section(elf);
	Elf_Data *data = section && bytes ? elf_newdata(section) : NULL;

	if (!section || (bytes && !data) || !gelf_update_shdr(section, &values))
		return false;
	if (data) {
		/* libelf only reads it: the file is opened for ELF_C_WRITE */
		memcpy(&data->d_buf, &bytes, sizeof(bytes));
		data->d_size = values.sh_size;
		data->d_align = values.sh_addralign;
	}
	return true;
}

/* A part of the file before the pieces, which becomes a section. */
struct part {
	enum section section;
	uint64_t at;
	const void *bytes;
	uint64_t size;
};
#define FRONT_MAX (PART_COUNT + 3)

/* Lists the parts that this container has; returns how many. Only ELF files have names. */
static size_t list_parts(const struct front *front, const struct rj_blob *blob,
			 const struct rj_image *image, struct part *parts)
{
	size_t count = 0;

	for (enum front_part part = 0; part < PART_COUNT; part++)
		if (front->layout.parts[part].size)
			parts[count++] = (struct part){
				SECTION(part), front->layout.parts[part].at,
				front->parts[part], front->layout.parts[part].size };
	parts[count++] = (struct part){ SEC_STUB, SETUP_SIZE, blob->bytes + SETUP_SIZE,
					image->stub_size };
	parts[count++] = (struct part){ SEC_MANIFEST, front->manifest_at, front->manifest,
					image->manifest.size };
	if (front->names_size)
		parts[count++] = (struct part){ SEC_NAMES, front->names_at, front->names,
						front->names_size };
	return count;
}

static bool add_sections(Elf *elf, const struct front *front, const struct part *parts,
			 size_t count, const struct rj_image *image)
{
	bool good = true;

	for (size_t i = 0; good && i < count; i++) {
		enum section number = parts[i].section;

		good = add_section(elf, (GElf_Shdr){
			.sh_name = front->name_of[number], .sh_type = sections[number].type,
			.sh_flags = sections[number].flags, .sh_offset = parts[i].at,
			.sh_addr = front->base + parts[i].at - SETUP_SIZE,
			.sh_size = parts[i].size, .sh_addralign = sections[number].align },
			parts[i].bytes);
	}
	for (size_t i = 0; good && i < image->piece_count; i++)
		good = add_section(elf, (GElf_Shdr){
			.sh_name = front->name_of[SEC_FIRST_PIECE + i],
			.sh_type = SHT_PROGBITS, .sh_flags = SHF_ALLOC | SHF_WRITE,
			.sh_addr = front->base + image->pieces[i].offset,
			.sh_offset = SETUP_SIZE + image->pieces[i].offset,
			.sh_size = image->pieces[i].size, .sh_addralign = 1 }, NULL);
	return good;
}

static enum rj_err write_elf(const struct front *front, const struct part *parts, size_t count,
			     const struct rj_image *image, int fd, struct rj_error *err)
{
	Elf *elf = NULL;
	const char *why;
	bool good;

	if (elf_version(EV_CURRENT) != EV_NONE)
		elf = elf_begin(fd, ELF_C_WRITE, NULL);
	good = elf && set_headers(elf, front) && add_sections(elf, front, parts, count, image);
	if (good)
		elf_flagelf(elf, ELF_C_SET, ELF_F_LAYOUT);
	good = good && elf_update(elf, ELF_C_WRITE) >= 0;
	why = good ? NULL : elf_errmsg(0);
	if (why)
		rj_fail(err, RJ_HOST, "libelf: %s", why);
	else if (!good)         /* new_section has cleared libelf's error */
		rj_no_memory(err);
	if (elf)
		elf_end(elf);
	return good ? RJ_OK : err->class;
}

static enum rj_err write_front(const struct front *front, const struct rj_blob *blob,
			       const struct rj_image *image, int fd, struct rj_error *err)
{
	struct part parts[FRONT_MAX];
	size_t count = list_parts(front, blob, image, parts);

	if (front->container->elf_class != ELFCLASSNONE)
		return write_elf(front, parts, count, image, fd, err);
	for (size_t i = 0; i < count; i++)
		if (rj_write(fd, parts[i].bytes, parts[i].size, parts[i].at, err))
			return err->class;
	return RJ_OK;
}

/* The file as written so far, to be read back. */
static struct rj_input written(const struct front *front, int fd)
{
	return (struct rj_input){ .fd = fd, .size = front->file_size };
}

/* The CRC-32 of some bytes and then zeros, at most RJ_SHARE_UNIT. */
static uLong sum_zeros(uLong crc, uint64_t size)
{
	static const uint8_t zeros[RJ_SHARE_UNIT];

	return crc32_z(crc, zeros, (size_t)size);
}

/*
 * Writes the checksum of the whole file, combined from the CRC-32 of the front, read back, and
 * those of the gaps and the pieces.
 */
static enum rj_err write_checksum(const struct front *front, const struct rj_image *image,
				  int fd, struct rj_error *err)
{
	struct rj_input file = written(front, fd);
	size_t tail = (size_t)(front->file_size - front->image_end);
	uint8_t zeros[SETUP_SYS_UNIT + SETUP_CRC_SIZE] = { 0 };
	uint64_t at = front->pieces_at;
	uint32_t front_crc;
	uLong crc;

	if (rj_crc_input(&file, 0, front->pieces_at, &front_crc, err))
		return err->class;
	crc = front_crc;
	for (size_t i = 0; i < image->piece_count; i++) {
		crc = sum_zeros(crc, front->piece_at[i] - at);
		crc = crc32_combine(crc, image->pieces[i].crc, (z_off_t)image->pieces[i].size);
		at = front->piece_at[i] + image->pieces[i].size;
	}
	crc = sum_zeros(crc, tail - SETUP_CRC_SIZE);
	le_store(zeros + tail - SETUP_CRC_SIZE, ~(uint32_t)crc & UINT32_MAX, SETUP_CRC_SIZE);
	return rj_write(fd, zeros, tail, front->image_end, err);
}

/*
 * Writes the manifest, the last part of the front: stub_crc covers what libelf has written
 * after it.
 */
static enum rj_err write_manifest(struct front *front, struct rj_image *image, int fd,
				  struct rj_error *err)
{
	struct rj_input file = written(front, fd);

	if (rj_image_sum_stub(image, &file, &image->manifest.stub_crc, err))
		return err->class;
	rj_manifest_store(&image->manifest, image->pieces, front->manifest);
	image->manifest.crc = le32(front->manifest + offsetof(struct rj_manifest, crc));
	return rj_write(fd, front->manifest, image->manifest.size, front->manifest_at, err);
}

static enum rj_err write_image(struct front *front, struct rj_plan *plan,
			       const struct rj_blob *blob, const struct rj_output *output,
			       struct rj_image *image, struct rj_error *err)
{
	if (lay_out(front, plan, blob, err))
		return err->class;
	describe(front, plan, blob, image);
	if (rj_image_take_pieces(image, plan, front->piece_at, output, err))
		return err->class;
	if (output->fd < 0)
		return RJ_OK;
	fill_parts(front, blob);
	if (write_front(front, blob, image, output->fd, err) ||
	    write_manifest(front, image, output->fd, err))
		return err->class;
	return write_checksum(front, image, output->fd, err);
}

enum rj_err layout_write(const struct container *container, struct rj_plan *plan,
			 const struct rj_blob *blob, const struct rj_output *output,
			 struct rj_image *image, struct rj_error *err)
{
	struct front *front = calloc(1, sizeof(*front));
	enum rj_err code;

	if (!front)
		return rj_no_memory(err);
	front->container = container;
	code = write_image(front, plan, blob, output, image, err);
	if (!code)
		code = rj_input_failure(err);
	free(front);
	return code;
}
