/* SPDX-License-Identifier: MIT */
#include "image/loaders.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <gelf.h>

#include "base/setup_header.h"
#include "common/le.h"
#include "common/units.h"
#include "image/multiboot.h"
#include "image/pe.h"
#include "image/pvh.h"

#define MULTIBOOT2_SEARCH  32768u
#define NOTES_MAX          4096u
#define SEGMENTS_MAX       16u          /* KEXEC_SEGMENT_MAX */

static void read_linux(struct rj_features *features, const uint8_t *setup)
{
	unsigned version = (unsigned)LE_GET(setup, struct setup_header, version);
	unsigned flags = (unsigned)LE_GET(setup, struct setup_header, xloadflags);

	if (LE_GET(setup, struct setup_header, header) != HDRS_MAGIC ||
	    LE_GET(setup, struct setup_header, boot_flag) != SETUP_BOOT_FLAG)
		return;
	features->linux16 = version >= 0x0200;
	features->linux32 = version >= 0x0205 &&
			 LE_GET(setup, struct setup_header, relocatable_kernel) != 0 &&
			 LE_GET(setup, struct setup_header, loadflags) & LOADED_HIGH;
	features->linux64 = features->linux32 && version >= 0x020C && flags & XLF_KERNEL_64 &&
			 flags & XLF_CAN_BE_LOADED_ABOVE_4G &&
			 LE_GET(setup, struct setup_header, cmdline_size) > 0;
}

/* The headers of a PE file may be anywhere in it. */
static bool is_efi(const struct rj_input *input, const uint8_t *front)
{
	const size_t headers = offsetof(struct pe_front, signature);
	uint8_t pe[sizeof(struct pe_front)] = { 0 };

	if (LE_GET(front, struct pe_front, dos_magic) != PE_DOS_MAGIC)
		return false;
	rj_input_peek(input, pe + headers, sizeof(pe) - headers,
		      LE_GET(front, struct pe_front, pe_at));
	return LE_GET(pe, struct pe_front, signature) == PE_SIGNATURE &&
	       LE_GET(pe, struct pe_front, machine) == PE_AMD64 &&
	       LE_GET(pe, struct pe_front, magic) == PE_PLUS &&
	       LE_GET(pe, struct pe_front, subsystem) == PE_EFI_APPLICATION;
}

static bool find_multiboot2(const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i + sizeof(struct multiboot2_header) <= size; i += MULTIBOOT2_ALIGN) {
		const uint8_t *at = bytes + i;
		uint32_t rest = (uint32_t)(LE_GET(at, struct multiboot2_header, architecture) +
					   LE_GET(at, struct multiboot2_header, length) +
					   LE_GET(at, struct multiboot2_header, checksum));

		if (le32(at) == MULTIBOOT2_MAGIC && MULTIBOOT2_MAGIC + rest == 0 &&
		    LE_GET(at, struct multiboot2_header, architecture) == MULTIBOOT2_I386)
			return true;
	}
	return false;
}

/* A note has a name and contents, each padded to 4 bytes. */
static bool has_pvh_note(const struct rj_input *input, uint64_t at, uint64_t size)
{
	uint8_t notes[NOTES_MAX];
	size_t end = rj_input_peek(input, notes, size < sizeof(notes) ? (size_t)size
								      : sizeof(notes), at);

	for (size_t i = 0; i + sizeof(struct pvh_note) <= end;) {
		const uint8_t *note = notes + i;
		uint64_t name = LE_GET(note, struct pvh_note, name_size);
		uint64_t entry = LE_GET(note, struct pvh_note, entry_size);

		if (name == sizeof(PVH_NOTE_NAME) &&
		    LE_GET(note, struct pvh_note, type) == PVH_NOTE_ENTRY &&
		    memcmp(note + offsetof(struct pvh_note, name), PVH_NOTE_NAME, (size_t)name) == 0)
			return true;
		name = offsetof(struct pvh_note, name) + ((name + 3) & ~UINT64_C(3)) +
		       ((entry + 3) & ~UINT64_C(3));
		if (name > end - i)
			break;
		i += (size_t)name;
	}
	return false;
}

static void read_segment(struct rj_features *features, const GElf_Phdr *segment, uint64_t entry)
{
	features->segments++;
	if (segment->p_paddr % PAGE != 0)
		features->on_pages = false;
	if (segment->p_vaddr != segment->p_paddr)
		features->same_addresses = false;
	if (segment->p_paddr < HIGH_MEMORY || segment->p_memsz > FOUR_GIB ||
	    segment->p_paddr > FOUR_GIB - segment->p_memsz)
		features->high = false;
	if (entry >= segment->p_vaddr && entry - segment->p_vaddr < segment->p_memsz)
		features->entry_inside = true;
}

static void read_segments(struct rj_features *features, const struct rj_input *input, Elf *elf)
{
	GElf_Ehdr header;
	GElf_Phdr segment;
	size_t count;

	if (!gelf_getehdr(elf, &header) || elf_getphdrnum(elf, &count) < 0 ||
	    header.e_machine != (gelf_getclass(elf) == ELFCLASS64 ? EM_X86_64 : EM_386))
		return;
	features->elf = true;
	features->elf64 = gelf_getclass(elf) == ELFCLASS64;
	features->on_pages = features->same_addresses = features->high = true;
	for (size_t i = 0; i < count && gelf_getphdr(elf, (int)i, &segment); i++) {
		if (segment.p_type == PT_LOAD)
			read_segment(features, &segment, header.e_entry);
		features->interpreter |= segment.p_type == PT_INTERP;
		features->pvh |= segment.p_type == PT_NOTE &&
			      has_pvh_note(input, segment.p_offset, segment.p_filesz);
	}
}

static void read_elf(struct rj_features *features, const struct rj_input *input)
{
	Elf *elf;

	errno = 0;
	elf = elf_version(EV_CURRENT) == EV_NONE ? NULL : elf_begin(input->fd, ELF_C_READ, NULL);
	if (elf && elf_kind(elf) == ELF_K_ELF)
		read_segments(features, input, elf);
	for (Elf_Scn *section = NULL; features->elf && (section = elf_nextscn(elf, section));) {
		GElf_Shdr header;

		if (gelf_getshdr(section, &header))
			features->relocations |= header.sh_type == SHT_REL || header.sh_type == SHT_RELA;
	}
	if (elf)
		elf_end(elf);
	rj_input_heed_errno(input->path);
}

void rj_features_read(struct rj_features *features, const struct rj_input *input)
{
	static uint8_t front[MULTIBOOT2_SEARCH];
	size_t size = rj_input_peek(input, front, sizeof(front), 0), at;

	memset(front + size, 0, sizeof(front) - size);
	*features = (struct rj_features){ 0 };
	read_linux(features, front + SETUP_HEADER);
	features->multiboot = multiboot_find(front, MULTIBOOT_SEARCH, &at);
	features->multiboot2 = find_multiboot2(front, size);
	features->efi = is_efi(input, front);
	read_elf(features, input);
}

/* What every ELF loader requires. */
static const char *refuses_elf(const struct rj_features *f)
{
	if (!f->elf || f->segments == 0)
		return "not an ELF file with something to load";
	if (!f->entry_inside)
		return "the entry is outside of what is loaded";
	if (!f->high)
		return "not loaded between 1 MiB and 4 GiB";
	return NULL;
}

/* kexec-tools tries its ELF loaders first; they refuse a file with an interpreter. */
static const char *refuses_kexec_elf(const struct rj_features *f)
{
	const char *why = refuses_elf(f);

	if (why)
		return why;
	if (f->interpreter)
		return "kexec's ELF loaders refuse an interpreter";
	if (!f->on_pages)
		return "not loaded at a multiple of 4 KiB";
	if (f->segments > SEGMENTS_MAX)
		return "more than 16 segments";
	if (!f->multiboot && !f->multiboot2)
		return "no multiboot header";
	return NULL;
}

static const char *refuses_kexec_file(const struct rj_features *f)
{
	if (!f->linux64)
		return "kexec_file_load takes only Linux/x86 2.12 that loads above 4 GiB";
	if (f->elf && !f->interpreter)
		return "kexec's ELF loaders take it first, and fail in this mode";
	if (f->multiboot)
		return "kexec's multiboot loader takes it first, and fails in this mode";
	return NULL;
}

static const char *refuses_multiboot2(const struct rj_features *f)
{
	const char *why = f->multiboot2 ? refuses_elf(f) : "no multiboot2 header";

	if (why)
		return why;
	if (f->relocations)
		return "there are relocations";
	if (!f->same_addresses)
		return "virtual and physical addresses differ";
	return NULL;
}

static const char *refuses_multiboot(const struct rj_features *f)
{
	const char *why = f->multiboot ? refuses_elf(f) : "no multiboot 1 header";

	if (why)
		return why;
	if (f->elf64)
		return "a 64-bit ELF file";
	if (!f->same_addresses)
		return "virtual and physical addresses differ";
	return NULL;
}

static const char *refuses_linux32(const struct rj_features *f)
{
	if (!f->linux32)
		return "no relocatable Linux/x86 header of 2.05 or later";
	return NULL;
}

static const char *refuses_linux16(const struct rj_features *f)
{
	if (!f->linux16)
		return "no Linux/x86 header";
	return NULL;
}

/* QEMU looks for a Linux header, then for multiboot 1, then for ELF with the note. */
static const char *refuses_qemu(const struct rj_features *f)
{
	if (f->linux16)
		return NULL;
	if (f->multiboot)
		return refuses_multiboot(f);
	if (!f->pvh)
		return "no Linux header, multiboot 1 header or PVH note";
	return refuses_elf(f);
}

static const char *refuses_pvh(const struct rj_features *f)
{
	if (!f->pvh)
		return "no PVH note";
	return refuses_elf(f);
}

static const char *refuses_ipxe(const struct rj_features *f)
{
	return f->linux16 ? NULL : refuses_multiboot(f);
}

/* IA-32 firmware takes no application for x86-64 (UEFI 2.10, 2.1.1). */
static const char *refuses_uefi(const struct rj_features *f)
{
	return f->efi ? NULL : "not an EFI application for x86-64";
}

/* An image packed with --boot initrd, which takes a payload file as initrd or module. */
static const char *refuses_image(const struct rj_features *f)
{
	return f->payload_file ? NULL : "it is not a payload file";
}

const struct rj_loader rj_loaders[] = {
	{ "kexec", "Linux", "kexec -l ", " && kexec -e", false, refuses_kexec_file },
	{ "kexec-file", "Linux, by file", "kexec -s -l ", " && kexec -e", false,
	  refuses_kexec_file },
	{ "kexec-elf", "Linux, as ELF", "kexec -c -l ", " && kexec -e", false, refuses_kexec_elf },
	{ "grub", "GRUB", "multiboot2 /", "", true, refuses_multiboot2 },
	{ "grub-linux", "GRUB, or else", "linux /", "", true, refuses_linux32 },
	{ "grub-linux16", "GRUB, on a BIOS", "linux16 /", "", true, refuses_linux16 },
	{ "multiboot1", "GRUB, multiboot 1", "multiboot /", "", true, refuses_multiboot },
	{ "qemu", "QEMU", "qemu-system-x86_64 -kernel ", "", false, refuses_qemu },
	{ "syslinux", "SYSLINUX", "LINUX /", "", true, refuses_linux16 },
	{ "mboot.c32", "SYSLINUX, multiboot 1", "COM32 mboot.c32 /", "", true, refuses_multiboot },
	{ "ipxe", "iPXE", "kernel ", "", true, refuses_ipxe },
	{ "limine", "Limine", "protocol: linux, path: boot():/", "", true, refuses_linux32 },
	{ "pvh", "Xen, PVH", "kernel = ", "", false, refuses_pvh },
	{ "uefi", "UEFI firmware", "efibootmgr -c -L rjpack -l /", "", true, refuses_uefi },
	{ "systemd-boot", "systemd-boot", "efi /", "", true, refuses_uefi },
	{ "refind", "rEFInd", "loader /", "", true, refuses_uefi },
	{ "grub-efi", "GRUB, on UEFI", "chainloader /", "", true, refuses_uefi },
	{ "ipxe-efi", "iPXE, on UEFI", "chain ", "", true, refuses_uefi },
	{ "rjpack.lkrn", "rjpack.lkrn", "kexec -l rjpack.lkrn --initrd=", " && kexec -e", false,
	  refuses_image },
};
const size_t rj_loader_count = sizeof(rj_loaders) / sizeof(rj_loaders[0]);

enum rj_err rj_loader_next(const char **list, const struct rj_loader **loader,
			   struct rj_error *err)
{
	size_t length = strcspn(*list, ",");
	const char *name = *list;
	struct rj_list names = { "" };

	*list = name[length] ? name + length + 1 : NULL;
	for (size_t i = 0; i < rj_loader_count; i++) {
		*loader = &rj_loaders[i];
		if (strlen((*loader)->name) == length &&
		    memcmp((*loader)->name, name, length) == 0)
			return RJ_OK;
		rj_list_add(&names, "%s", (*loader)->name);
	}
	return rj_fail(err, RJ_USAGE, "there is no loader \"%s\"; the loaders are %s", name,
		       names.text);
}

void rj_loader_command(const struct rj_loader *loader, const char *image, char *text,
		       size_t size)
{
	const char *slash = strrchr(image, '/');

	if (loader->by_base_name && slash && slash[1])
		image = slash + 1;
	snprintf(text, size, "%s%s%s", loader->before, image, loader->after);
}

bool rj_loader_accepting(const struct rj_loader **loader, const struct rj_features *features,
			 const char *image, char *text, size_t size)
{
	for (size_t i = *loader ? (size_t)(*loader - rj_loaders) + 1 : 0; i < rj_loader_count; i++) {
		if (rj_loaders[i].refuses(features))
			continue;
		*loader = &rj_loaders[i];
		rj_loader_command(*loader, image, text, size);
		return true;
	}
	return false;
}
