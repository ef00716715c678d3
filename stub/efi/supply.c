/* SPDX-License-Identifier: MIT */
/*
 * UEFI 2.10, 13.2 "Load File 2 Protocol", 13.5 "File Protocol".
 * Linux: Documentation/admin-guide/efi-stub.rst: how loaders offer an initrd.
 */
#include "common/boot_sector.h"
#include "common/mem.h"
#include "efi/efi.h"

#define PATH_MAX      260u
#define LAST_ADDRESS  0xFFFFFFFFu       /* the stub reaches no more without paging */
#define INT           0xCDu             /* the instruction */
#define BOOTSTRAP     0x19u
#define NO_MEMORY     "not enough memory below 4 GiB for the file"

static const struct efi_guid load_file2_guid = EFI_LOAD_FILE2_GUID;
static const struct efi_guid file_system_guid = EFI_FILE_SYSTEM_GUID;

static const struct {
	struct efi_device_path vendor;
	struct efi_guid guid;
	struct efi_device_path end;
} initrd_path = {
	{ EFI_PATH_MEDIA, EFI_MEDIA_VENDOR, { sizeof(struct efi_device_path) + 16, 0 } },
	LINUX_INITRD_GUID,
	{ EFI_PATH_END, EFI_PATH_END_ALL, { sizeof(struct efi_device_path), 0 } },
};
_Static_assert(sizeof(initrd_path) == 24, "path of the initrd");

static uint64_t pages_of(uint64_t size)
{
	return (size + EFI_PAGE - 1) / EFI_PAGE;
}

/* Memory for the file, which boot_params then lists; NULL: there is not enough. */
static void *allocate(struct efi_boot_services *boot, uint64_t size, struct boot_params *params)
{
	uint64_t address = LAST_ADDRESS;

	if (size > LAST_ADDRESS
	    || boot->allocate_pages(EFI_ALLOCATE_MAX_ADDRESS, EFI_LOADER_DATA,
				    pages_of(size), &address) != EFI_SUCCESS)
		return NULL;
	params->header.ramdisk_image = (uint32_t)address;
	params->header.ramdisk_size = (uint32_t)size;
	return (void *)(uintptr_t)address;
}

void efi_supply_free(struct efi_boot_services *boot, const struct boot_params *params)
{
	if (params->header.ramdisk_size)
		boot->free_pages(params->header.ramdisk_image,
				 pages_of(params->header.ramdisk_size));
}

/* Returns what is wrong, or NULL. */
static const char *take_offered(struct efi_boot_services *boot, struct efi_load_file2 *loader,
				const struct efi_device_path *path, struct boot_params *params)
{
	uint64_t size = 0;
	void *to;

	if (loader->load_file(loader, path, 0, &size, NULL) != EFI_BUFFER_TOO_SMALL || !size)
		return NULL;
	to = allocate(boot, size, params);
	if (!to)
		return NO_MEMORY;
	return loader->load_file(loader, path, 0, &size, to) == EFI_SUCCESS
		? NULL : "the loader's initrd cannot be read";
}

static const char *read_file(struct efi_boot_services *boot, struct efi_file *file,
			     struct boot_params *params)
{
	uint64_t size = 0, done;
	void *to;

	file->set_position(file, EFI_FILE_END);
	file->get_position(file, &size);
	file->set_position(file, 0);
	if (!size)
		return "the file is empty";
	to = allocate(boot, size, params);
	if (!to)
		return NO_MEMORY;
	done = size;
	return file->read(file, &done, to) == EFI_SUCCESS && done == size
		? NULL : "the file cannot be read";
}

static uint32_t length_of(const struct efi_device_path *node)
{
	return node->length[0] | (uint32_t)node->length[1] << 8;
}

/* The folder of the image, with the last backslash; returns its length. */
static uint32_t folder_of(const struct efi_device_path *node, uint16_t *path)
{
	uint32_t length = 0, folder = 0;

	for (; node && node->type != EFI_PATH_END && length_of(node) >= sizeof(*node);
	     node = (const void *)((const uint8_t *)node + length_of(node))) {
		const uint8_t *text = (const uint8_t *)(node + 1);

		if (node->type != EFI_PATH_MEDIA || node->subtype != EFI_MEDIA_FILE)
			continue;
		for (uint32_t i = sizeof(*node); i + 2 <= length_of(node); i += 2, text += 2) {
			uint16_t c = (uint16_t)(text[0] | text[1] << 8);

			if (!c || length == PATH_MAX)
				break;
			path[length++] = c;
			if (c == '\\')
				folder = length;
		}
	}
	return folder;
}

/* Opens a file by the first word of the text; NULL: it is not there. */
static struct efi_file *open_file(struct efi_file *root, uint16_t *path, uint32_t folder,
				  const char *name)
{
	uint32_t length = *name == '/' || *name == '\\' ? 0 : folder;
	struct efi_file *file;

	for (; *name && *name != ' ' && length < PATH_MAX; name++)
		path[length++] = *name == '/' ? '\\' : (uint8_t)*name;
	path[length] = 0;
	return root->open(root, &file, path, EFI_FILE_READ, 0) == EFI_SUCCESS ? file : NULL;
}

/* The value of rj.file=, or NULL. */
static const char *named_in(const char *line)
{
	static const char option[] = "rj.file=";
	uint32_t same = 0;

	for (; *line; line++) {
		same = *line == option[same] ? same + 1 : *line == option[0];
		if (same == sizeof(option) - 1)
			return line + 1;
	}
	return NULL;
}

/* NULL: it is not there, or the image does not come from a file system. */
static struct efi_file *find_file(struct efi_boot_services *boot,
				  const struct efi_loaded_image *image, const char *name)
{
	uint16_t path[PATH_MAX + 1];
	uint32_t folder = folder_of(image->path, path);
	struct efi_file_system *system;
	struct efi_file *root, *file;

	if (boot->handle_protocol(image->device, &file_system_guid, (void **)&system) != EFI_SUCCESS
	    || system->open_volume(system, &root) != EFI_SUCCESS)
		return NULL;
	file = open_file(root, path, folder, name ? name : "rjpack.rjp");
	if (!file && !name)
		file = open_file(root, path, folder, "rjpack.img");
	root->close(root);
	return file;
}

/* A boot sector that has the BIOS boot the first disk. */
static const char *take_first_disk(struct efi_boot_services *boot, struct boot_params *params)
{
	uint8_t *sector = allocate(boot, SECTOR_SIZE, params);

	if (!sector)
		return NO_MEMORY;
	memset(sector, 0, SECTOR_SIZE);
	sector[0] = INT;
	sector[1] = BOOTSTRAP;
	sector[SIGNATURE_OFFSET] = SIGNATURE & 0xFF;
	sector[SIGNATURE_OFFSET + 1] = SIGNATURE >> 8;
	return NULL;
}

static const char *take_file(struct efi_boot_services *boot, const struct efi_loaded_image *image,
			     const char *line, struct boot_params *params)
{
	const char *name = named_in(line), *wrong;
	struct efi_file *file = find_file(boot, image, name);

	if (!file)
		return name ? "the file of rj.file= is not there; give its path on the image's file system"
			    : take_first_disk(boot, params);
	wrong = read_file(boot, file, params);
	file->close(file);
	return wrong;
}

const char *efi_supply(struct efi_boot_services *boot, const struct efi_loaded_image *image,
		       const char *line, bool needs_file, struct boot_params *params)
{
	const struct efi_device_path *path = &initrd_path.vendor;
	struct efi_load_file2 *loader;
	const char *wrong = NULL;
	efi_handle handle;

	if (boot->locate_device_path(&load_file2_guid, &path, &handle) == EFI_SUCCESS
	    && boot->handle_protocol(handle, &load_file2_guid, (void **)&loader) == EFI_SUCCESS)
		wrong = take_offered(boot, loader, path, params);
	if (wrong || !needs_file || params->header.ramdisk_size)
		return wrong;
	return take_file(boot, image, line, params);
}
