/* SPDX-License-Identifier: MIT */
#include "container_elf.h"

#include <string.h>

#include "check.h"
#include "copy.h"
#include "le.h"

static Elf *open_elf(const struct rj_input *input)
{
	if (elf_version(EV_CURRENT) == EV_NONE)
		return NULL;
	return elf_begin(input->fd, ELF_C_READ, NULL);
}

/* The segments, or NULL when they are not what this container has. */
static Elf64_Phdr *get_segments(Elf *elf)
{
	size_t count;

	if (!elf || elf_kind(elf) != ELF_K_ELF || elf_getphdrnum(elf, &count) < 0 ||
	    count != ELF_SEGMENTS)
		return NULL;
	return elf64_getphdr(elf);
}

bool elf_recognise(struct rj_image *image, const struct rj_input *input)
{
	uint8_t front[SETUP_SIZE] = { 0 };
	const uint8_t *setup = front + SETUP_HEADER;
	Elf64_Phdr *segments;
	Elf *elf;

	rj_input_peek(input, front, sizeof(front), 0);
	if (image->stub_at != SETUP_SIZE ||
	    (memcmp(front, ELFMAG, SELFMAG) != 0 &&
	     LE_GET(setup, struct setup_header, header) != HDRS_MAGIC))
		return false;
	elf = open_elf(input);
	segments = get_segments(elf);
	image->base = segments ? segments[ELF_LOAD].p_paddr
			       : LE_GET(setup, struct setup_header, code32_start);
	image->memory_size = elf_memory_size(image->manifest.image_size);
	if (elf)
		elf_end(elf);
	return true;
}

static void check_setup(const struct rj_check *check)
{
	uint64_t base = check->image->base;
	uint64_t image_size = check->image->manifest.image_size;
	uint8_t setup[sizeof(struct setup_header)] = { 0 };

	rj_input_peek(check->input, setup, sizeof(setup), SETUP_HEADER);
#define EXPECT(field, value) \
	rj_check_equal(check, RJ_ERR_LINUX_FIELD, #field, \
	       SETUP_HEADER + offsetof(struct setup_header, field), (value), \
	       LE_GET(setup, struct setup_header, field));
	ELF_SETUP_FIELDS(EXPECT)
#undef EXPECT
}

static void check_multiboot(const struct rj_check *check)
{
	uint8_t bytes[MULTIBOOT_SEARCH] = { 0 };
	uint8_t header[sizeof(struct multiboot2_header)];
	size_t at;

	rj_input_peek(check->input, bytes, sizeof(bytes), 0);
	if (multiboot_find(bytes, sizeof(bytes), &at))
		rj_check_report(check, (struct rj_error){ .code = RJ_ERR_STRAY_MULTIBOOT, .at = at });
	multiboot2_store(header, (uint32_t)check->image->base);
	for (size_t i = 0; i < sizeof(header); i += 4)
		rj_check_equal(check, RJ_ERR_MULTIBOOT2, NULL, ELF_MULTIBOOT2_AT + i,
		       le32(header + i), le32(bytes + ELF_MULTIBOOT2_AT + i));
}

#define EHDR(field, value) \
	rj_check_equal(check, RJ_ERR_ELF_FIELD, #field, offsetof(Elf64_Ehdr, field), \
	       (value), header->field)

static bool check_elf_header(const struct rj_check *check, Elf *elf)
{
	const Elf64_Ehdr *header = elf ? elf64_getehdr(elf) : NULL;

	if (!header) {
		rj_check_report(check, (struct rj_error){ .code = RJ_ERR_ELF_PARSE,
						 .name = elf_errmsg(-1) });
		return false;
	}
	EHDR(e_type, ET_EXEC);
	EHDR(e_machine, EM_X86_64);
	EHDR(e_version, EV_CURRENT);
	EHDR(e_entry, check->image->base);
	EHDR(e_phoff, ELF_PROGRAM_HEADERS_AT);
	EHDR(e_phnum, ELF_SEGMENTS);
	return true;
}

#define PHDR(number, field, value) \
	rj_check_equal(check, RJ_ERR_ELF_FIELD, #field, ELF_PROGRAM_HEADERS_AT + \
	       (number) * sizeof(Elf64_Phdr) + offsetof(Elf64_Phdr, field), \
	       (value), segments[number].field)

static void check_segments(const struct rj_check *check, Elf *elf)
{
	const Elf64_Phdr *segments = get_segments(elf);
	uint64_t image_size = check->image->manifest.image_size;

	if (!segments) {
		rj_check_report(check, (struct rj_error){ .code = RJ_ERR_ELF_PARSE,
						 .name = "its segments are others" });
		return;
	}
	PHDR(ELF_LOAD, p_type, PT_LOAD);
	PHDR(ELF_LOAD, p_flags, PF_R | PF_W | PF_X);
	PHDR(ELF_LOAD, p_offset, SETUP_SIZE);
	PHDR(ELF_LOAD, p_vaddr, check->image->base);
	PHDR(ELF_LOAD, p_filesz, image_size);
	PHDR(ELF_LOAD, p_memsz, elf_memory_size(image_size));
	PHDR(ELF_INTERP, p_type, PT_INTERP);
	PHDR(ELF_INTERP, p_offset, ELF_INTERPRETER_AT);
	PHDR(ELF_INTERP, p_filesz, sizeof(ELF_INTERPRETER));
}

/* Whether a section of the piece's name stands where the piece does. */
static bool has_section(const struct rj_image *image, Elf *elf, size_t names,
			const struct rj_piece *piece)
{
	for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section));) {
		const Elf64_Shdr *header = elf64_getshdr(section);
		const char *name = header ? elf_strptr(elf, names, header->sh_name) : NULL;

		if (name && strcmp(name, piece->name) == 0 &&
		    header->sh_addr == image->base + piece->offset &&
		    header->sh_offset == image->stub_at + piece->offset &&
		    header->sh_size == piece->size)
			return true;
	}
	return false;
}

static void check_sections(const struct rj_check *check, Elf *elf)
{
	const struct rj_image *image = check->image;
	size_t names;

	if (elf_getshdrstrndx(elf, &names) < 0) {
		rj_check_report(check, (struct rj_error){ .code = RJ_ERR_ELF_PARSE,
						 .name = elf_errmsg(-1) });
		return;
	}
	for (size_t i = 0; i < image->piece_count; i++)
		if (!has_section(image, elf, names, &image->pieces[i]))
			rj_check_report(check, (struct rj_error){ .code = RJ_ERR_ELF_SECTION,
							 .name = image->pieces[i].name });
}

static void check_checksum(const struct rj_check *check)
{
	struct rj_error error;
	uint32_t crc;

	if (rj_crc_input(check->input, 0, check->input->size, &crc, &error))
		rj_check_report(check, error);
	else if (crc != SETUP_FILE_CRC)
		rj_check_report(check, (struct rj_error){ .code = RJ_ERR_FILE_CRC });
}

void elf_check(const struct rj_image *image, const struct rj_input *input,
	       bool with_checksum, rj_finding *finding, void *context)
{
	struct rj_check check = { image, input, finding, context };
	Elf *elf = open_elf(input);

	rj_check_equal(&check, RJ_ERR_FILE_SIZE, NULL, input->size,
	       elf_file_size(image->manifest.image_size), input->size);
	check_setup(&check);
	check_multiboot(&check);
	if (check_elf_header(&check, elf)) {
		check_segments(&check, elf);
		check_sections(&check, elf);
	}
	if (elf)
		elf_end(elf);
	if (with_checksum)
		check_checksum(&check);
}
