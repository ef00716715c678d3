/* SPDX-License-Identifier: MIT */
#include "image/container_layout.h"

#include <errno.h>
#include <string.h>

#include "base/copy.h"
#include "common/le.h"
#include "image/finding.h"

#define STUB_SEARCH 0x10000u            /* what precedes a stub is smaller */
#define STUB_ALIGN  16u
#define STUB_FRONT  (STUB_HEADER + sizeof(struct rj_stub_header))

static Elf *open_elf(const struct rj_input *input)
{
	errno = 0;
	if (elf_version(EV_CURRENT) == EV_NONE)
		return NULL;
	return elf_begin(input->fd, ELF_C_READ, NULL);
}

static void close_elf(Elf *elf, const struct rj_input *input)
{
	if (elf)
		elf_end(elf);
	rj_input_heed_errno(input->path);
}

/* Whether these bytes, of which there are STUB_FRONT, start a stub. */
static bool is_stub(const uint8_t *bytes)
{
	return memcmp(bytes + STUB_HEADER, RJ_STUB_MAGIC,
		      RJ_FIELD_SIZE(struct rj_stub_header, magic)) == 0;
}

/* Takes the stub with these bytes at an offset; false if the file ends in it. */
static bool take_stub(struct rj_image *image, const uint8_t *bytes, uint64_t at)
{
	uint64_t size = LE_GET(bytes + STUB_HEADER, struct rj_stub_header, stub_size);

	if (size < STUB_FRONT || size > image->file_size - at)
		return false;
	image->stub_at = at;
	image->stub_size = (uint32_t)size;
	return true;
}

enum rj_err layout_find_stub(struct rj_image *image, const struct rj_input *input,
			     struct rj_error *err)
{
	uint8_t front[STUB_SEARCH];
	size_t size = rj_input_peek(input, front, sizeof(front), 0);

	for (size_t at = 0; at + STUB_FRONT <= size; at += STUB_ALIGN)
		if (is_stub(front + at))
			return take_stub(image, front + at, at)
			       ? RJ_OK : rj_fail_about(err, RJ_BAD, input->path,
						       "the stub ends beyond the file");
	return rj_fail_about(err, RJ_BAD, input->path,
			     "no rjpack stub in the file; use an image made by rjpack");
}

/* Whether the front starts as the container's does: an ELF header of its class, or its magic. */
static bool has_class(const struct container *container, const uint8_t *front)
{
	if (container->elf_class == ELFCLASSNONE)
		return le32(front) == container->front_magic;
	return memcmp(front, ELFMAG, SELFMAG) == 0 && front[EI_CLASS] == container->elf_class;
}

/* Where loaders put the stub: as the first segment says or, without one, the Linux header. */
static uint64_t base_of(const struct container *container, const struct rj_input *input,
			const uint8_t *setup)
{
	uint64_t base = LE_GET(setup, struct setup_header, pref_address);
	GElf_Phdr load;
	Elf *elf;

	if (container->elf_class == ELFCLASSNONE)
		return base;
	elf = open_elf(input);
	if (elf && gelf_getphdr(elf, 0, &load))
		base = load.p_paddr;
	close_elf(elf, input);
	return base;
}

bool layout_recognise(const struct container *container, struct rj_image *image,
		      const struct rj_input *input)
{
	uint8_t front[SETUP_SIZE + STUB_FRONT] = { 0 };
	const uint8_t *setup = front + SETUP_HEADER;
	bool kernel = container->parts & HAS(LINUX);

	rj_input_peek(input, front, sizeof(front), 0);
	if (!has_class(container, front) ||
	    (LE_GET(setup, struct setup_header, header) == HDRS_MAGIC) != kernel ||
	    !is_stub(front + SETUP_SIZE) || !take_stub(image, front + SETUP_SIZE, SETUP_SIZE))
		return false;
	image->base = base_of(container, input, setup);
	rj_features_read(&image->features, input);
	return true;
}

static void check_setup(const struct rj_check *check)
{
	uint64_t base = check->image->base;
	uint64_t image_size = check->image->manifest.image_size;
	uint8_t setup[sizeof(struct setup_header)] = { 0 };

	rj_input_peek(check->input, setup, sizeof(setup), SETUP_HEADER);
#define EXPECT(field, value) \
	rj_check_equal(check, SETUP_HEADER + offsetof(struct setup_header, field), (value), \
		       LE_GET(setup, struct setup_header, field), \
		       "the Linux header's %s is wrong", #field);
	SETUP_FIELDS(EXPECT)
#undef EXPECT
}

/* Only the container's own multiboot 1 header may be where loaders look for one. */
static void check_stray(const struct rj_check *check, const struct front_layout *layout)
{
	const struct front_range *own = &layout->parts[PART_MULTIBOOT];
	uint8_t bytes[MULTIBOOT_SEARCH] = { 0 };
	size_t at;

	rj_input_peek(check->input, bytes, sizeof(bytes), 0);
	if (multiboot_find(bytes, sizeof(bytes), &at) && !(own->size && at == own->at))
		rj_check_report(check,
				"there is a stray multiboot header at %s; "
				"kexec would load the image by that header", RJ_HEX(at));
}

static void check_parts(const struct rj_check *check, const struct front_layout *layout)
{
	static const char *const names[PART_COUNT] = {
		[PART_INTERPRETER] = "interpreter", [PART_PVH] = "PVH note",
		[PART_MULTIBOOT] = "multiboot header", [PART_MULTIBOOT2] = "multiboot2 header",
	};

	for (enum front_part part = 0; part < PART_LINUX; part++) {
		const struct front_range *range = &layout->parts[part];
		uint8_t expected[PART_BYTES_MAX], found[PART_BYTES_MAX] = { 0 };

		front_fill(part, check->image->base, expected);
		rj_input_peek(check->input, found, range->size, range->at);
		for (size_t i = 0; i < range->size; i++)
			rj_check_equal(check, range->at + i, expected[i], found[i],
				       "the %s is wrong", names[part]);
	}
	if (layout->parts[PART_LINUX].size)
		check_setup(check);
}

/* The fields have the same names in both ELF classes. */
#define AT(structure, field) (wide ? offsetof(Elf64_##structure, field) \
				   : offsetof(Elf32_##structure, field))
static void report_no_elf(const struct rj_check *check)
{
	rj_check_report(check, "not an ELF file: %s", elf_errmsg(-1));
}

#define ELF_FIELD "the ELF %s is wrong"
#define EHDR(field, value) \
	rj_check_equal(check, AT(Ehdr, field), (value), header.field, ELF_FIELD, #field)

static bool check_elf_header(const struct rj_check *check, const struct front_layout *layout,
			     Elf *elf)
{
	GElf_Ehdr header;
	bool wide;

	if (!elf || !gelf_getehdr(elf, &header)) {
		report_no_elf(check);
		return false;
	}
	wide = gelf_getclass(elf) == ELFCLASS64;
	EHDR(e_type, ET_EXEC);
	EHDR(e_machine, wide ? EM_X86_64 : EM_386);
	EHDR(e_version, EV_CURRENT);
	EHDR(e_entry, check->image->base);
	EHDR(e_phoff, layout->program_headers_at);
	EHDR(e_phnum, layout->segment_count);
	return header.e_phnum == layout->segment_count;
}

#define PHDR(field, value) \
	rj_check_equal(check, at + AT(Phdr, field), (value), segment.field, ELF_FIELD, #field)

static void check_segments(const struct rj_check *check, const struct front_layout *layout,
			   Elf *elf)
{
	const struct front_range *part = &layout->parts[layout->segment_part];
	uint64_t image_size = check->image->manifest.image_size, at = layout->program_headers_at;
	bool wide = gelf_getclass(elf) == ELFCLASS64;
	GElf_Phdr segment;

	if (gelf_getphdr(elf, 0, &segment)) {
		PHDR(p_type, PT_LOAD);
		PHDR(p_flags, PF_R | PF_W | PF_X);
		PHDR(p_offset, SETUP_SIZE);
		PHDR(p_vaddr, check->image->base);
		PHDR(p_filesz, image_size);
		PHDR(p_memsz, layout_memory_size(image_size));
	}
	at += wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
	if (layout->segment_count > 1 && gelf_getphdr(elf, 1, &segment)) {
		PHDR(p_type, layout->segment_type);
		PHDR(p_offset, part->at);
		PHDR(p_filesz, part->size);
	}
}

/* Whether a section with the piece's name has the piece's address, offset and size. */
static bool has_section(const struct rj_image *image, Elf *elf, size_t names,
			const struct rj_piece *piece)
{
	for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section));) {
		GElf_Shdr header;
		const char *name = gelf_getshdr(section, &header)
				   ? elf_strptr(elf, names, header.sh_name) : NULL;

		if (name && strcmp(name, piece->name) == 0 &&
		    header.sh_addr == image->base + piece->offset &&
		    header.sh_offset == image->stub_at + piece->offset &&
		    header.sh_size == piece->size)
			return true;
	}
	return false;
}

static void check_sections(const struct rj_check *check, Elf *elf)
{
	const struct rj_image *image = check->image;
	size_t names;

	if (elf_getshdrstrndx(elf, &names) < 0) {
		report_no_elf(check);
		return;
	}
	for (size_t i = 0; i < image->piece_count; i++)
		if (!has_section(image, elf, names, &image->pieces[i]))
			rj_check_report(check,
					"the ELF section of the piece %s does not match it",
					image->pieces[i].name);
}

static void check_elf(const struct rj_check *check, const struct front_layout *layout)
{
	Elf *elf = open_elf(check->input);

	if (check_elf_header(check, layout, elf)) {
		check_segments(check, layout, elf);
		check_sections(check, elf);
	}
	close_elf(elf, check->input);
}

static void check_checksum(const struct rj_check *check)
{
	struct rj_error error;
	uint32_t crc;

	if (rj_crc_input(check->input, 0, check->input->size, &crc, &error))
		rj_check_error(check, &error);
	else if (crc != SETUP_FILE_CRC)
		rj_check_report(check,
				"the image checksum is wrong; a byte of the file was changed");
}

void layout_check_front(const struct container *container, const struct rj_check *check)
{
	struct front_layout layout;

	front_lay_out(container, &layout);
	check_parts(check, &layout);
	check_stray(check, &layout);
	if (container->elf_class != ELFCLASSNONE)
		check_elf(check, &layout);
}

void layout_check(const struct container *container, const struct rj_image *image,
		  const struct rj_input *input, bool with_checksum, rj_finding *finding,
		  void *context)
{
	struct rj_check check = { image, input, finding, context };
	uint64_t size = layout_file_size(image->manifest.image_size);

	if (input->size != size)
		rj_check_report(&check,
				"the file's size is not that of its Linux header %s; "
				"the file is cut short, or has trailing data",
				RJ_FOUND(input->size, size, input->size));
	layout_check_front(container, &check);
	if (with_checksum)
		check_checksum(&check);
}
