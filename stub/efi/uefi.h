/* SPDX-License-Identifier: MIT */
/* The part of UEFI that is used here: UEFI specification 2.10; the names are its own. */
#ifndef RJ_UEFI_H
#define RJ_UEFI_H

#include <stddef.h>
#include <stdint.h>

/* 2.3.4.2 "Detailed Calling Conventions" */
#define EFIAPI __attribute__((ms_abi))

typedef uint64_t efi_status;
typedef void *efi_handle;

/* Appendix D "Status Codes" */
#define EFI_ERROR(code)      (UINT64_C(1) << 63 | (code))
#define EFI_SUCCESS          UINT64_C(0)
#define EFI_LOAD_ERROR       EFI_ERROR(1)
#define EFI_BUFFER_TOO_SMALL EFI_ERROR(5)

/* Appendix A "GUID and Time Formats": three little-endian numbers, then bytes. */
struct efi_guid {
	uint32_t a;
	uint16_t b, c;
	uint8_t d[8];
};
_Static_assert(sizeof(struct efi_guid) == 16, "EFI_GUID");

/* 12.4 "Simple Text Output Protocol" */
struct efi_text_output {
	void *reset;
	efi_status (EFIAPI *output_string)(struct efi_text_output *self, const uint16_t *text);
};

/* 7.2 "Memory Allocation Services" */
enum efi_memory_type {
	EFI_LOADER_CODE = 1, EFI_LOADER_DATA, EFI_BOOT_SERVICES_CODE, EFI_BOOT_SERVICES_DATA,
	EFI_CONVENTIONAL_MEMORY = 7, EFI_UNUSABLE_MEMORY, EFI_ACPI_RECLAIM_MEMORY,
	EFI_ACPI_MEMORY_NVS, EFI_PERSISTENT_MEMORY = 14,
};
/* 7.2.1 "EFI_BOOT_SERVICES.AllocatePages()": how */
#define EFI_ALLOCATE_MAX_ADDRESS 1u

/* 10.2 "EFI Device Path Protocol": the header of each node */
struct efi_device_path {
	uint8_t type, subtype;
	uint8_t length[2];              /* little-endian, with the header */
};
#define EFI_PATH_MEDIA  0x04u
#define EFI_MEDIA_VENDOR 0x03u          /* 10.3.5.3: a GUID follows */
#define EFI_MEDIA_FILE  0x04u           /* 10.3.5.4: a part of the path follows */
#define EFI_PATH_END    0x7Fu
#define EFI_PATH_END_ALL 0xFFu

/* 7.3.16 "EFI_BOOT_SERVICES.LocateHandleBuffer()": the search type */
#define EFI_BY_PROTOCOL 2u

/* 4.4 "EFI Boot Services Table" */
struct efi_boot_services {
	uint8_t header[24];
	void *unused1[2];
	efi_status (EFIAPI *allocate_pages)(uint32_t how, uint32_t type, uint64_t pages,
					    uint64_t *address);
	efi_status (EFIAPI *free_pages)(uint64_t address, uint64_t pages);
	efi_status (EFIAPI *get_memory_map)(uint64_t *size, void *map, uint64_t *key,
					    uint64_t *row_size, uint32_t *version);
	efi_status (EFIAPI *allocate_pool)(uint32_t type, uint64_t size, void **to);
	efi_status (EFIAPI *free_pool)(void *at);
	void *unused2[9];
	efi_status (EFIAPI *handle_protocol)(efi_handle handle, const struct efi_guid *guid,
					     void **interface);
	void *unused3[3];
	efi_status (EFIAPI *locate_device_path)(const struct efi_guid *guid,
						const struct efi_device_path **path,
						efi_handle *handle);
	void *unused6[5];
	efi_status (EFIAPI *exit_boot_services)(efi_handle image, uint64_t key);
	void *unused4;
	efi_status (EFIAPI *stall)(uint64_t microseconds);
	efi_status (EFIAPI *set_watchdog_timer)(uint64_t seconds, uint64_t code, uint64_t size,
						const uint16_t *data);
	void *unused5[6];
	efi_status (EFIAPI *locate_handle_buffer)(uint32_t search, const struct efi_guid *guid,
						  void *key, uint64_t *count,
						  efi_handle **handles);
};
_Static_assert(offsetof(struct efi_boot_services, get_memory_map) == 56, "GetMemoryMap");
_Static_assert(offsetof(struct efi_boot_services, locate_device_path) == 184, "LocateDevicePath");
_Static_assert(offsetof(struct efi_boot_services, handle_protocol) == 152, "HandleProtocol");
_Static_assert(offsetof(struct efi_boot_services, exit_boot_services) == 232, "ExitBootServices");
_Static_assert(offsetof(struct efi_boot_services, set_watchdog_timer) == 256, "SetWatchdogTimer");
_Static_assert(offsetof(struct efi_boot_services, locate_handle_buffer) == 312,
	       "LocateHandleBuffer");

/* 4.3 "EFI System Table" */
struct efi_system_table {
	uint8_t header[24];
	void *unused1[5];
	struct efi_text_output *console;
	void *unused2[3];
	struct efi_boot_services *boot;
};
_Static_assert(offsetof(struct efi_system_table, console) == 64, "ConOut");
_Static_assert(offsetof(struct efi_system_table, boot) == 96, "BootServices");

/* 9.1 "EFI Loaded Image Protocol" */
#define EFI_LOADED_IMAGE_GUID \
	{ 0x5B1B31A1, 0x9562, 0x11D2, { 0x8E, 0x3F, 0x00, 0xA0, 0xC9, 0x69, 0x72, 0x3B } }
struct efi_loaded_image {
	uint8_t unused[24];
	efi_handle device;
	const struct efi_device_path *path;
	void *reserved;
	uint32_t options_size;
	void *options;
};
_Static_assert(offsetof(struct efi_loaded_image, options) == 56, "LoadOptions");

/* 13.2 "Load File 2 Protocol" */
#define EFI_LOAD_FILE2_GUID \
	{ 0x4006C0C1, 0xFCB3, 0x403E, { 0x99, 0x6D, 0x4A, 0x6C, 0x87, 0x24, 0xE0, 0x6D } }
struct efi_load_file2 {
	efi_status (EFIAPI *load_file)(struct efi_load_file2 *self,
				       const struct efi_device_path *path, uint8_t boot_policy,
				       uint64_t *size, void *to);
};

/* Linux: Documentation/arch/x86/boot.rst, include/linux/efi.h: the vendor of the initrd's path */
#define LINUX_INITRD_GUID \
	{ 0x5568E427, 0x68FC, 0x4F3D, { 0xAC, 0x74, 0xCA, 0x55, 0x52, 0x31, 0xCC, 0x68 } }

/* 13.4 "Simple File System Protocol", 13.5 "File Protocol" */
#define EFI_FILE_SYSTEM_GUID \
	{ 0x964E5B22, 0x6459, 0x11D2, { 0x8E, 0x39, 0x00, 0xA0, 0xC9, 0x69, 0x72, 0x3B } }
struct efi_file {
	uint64_t revision;
	efi_status (EFIAPI *open)(struct efi_file *self, struct efi_file **file,
				  const uint16_t *name, uint64_t mode, uint64_t attributes);
	efi_status (EFIAPI *close)(struct efi_file *self);
	void *unused1;
	efi_status (EFIAPI *read)(struct efi_file *self, uint64_t *size, void *to);
	void *unused2;
	efi_status (EFIAPI *get_position)(struct efi_file *self, uint64_t *position);
	efi_status (EFIAPI *set_position)(struct efi_file *self, uint64_t position);
};
_Static_assert(offsetof(struct efi_file, set_position) == 56, "SetPosition");
struct efi_file_system {
	uint64_t revision;
	efi_status (EFIAPI *open_volume)(struct efi_file_system *self, struct efi_file **root);
};
#define EFI_FILE_READ 1u                /* the mode */
#define EFI_FILE_END  UINT64_MAX        /* a position */

/* 12.9 "Graphics Output Protocol" */
#define EFI_GRAPHICS_OUTPUT_GUID \
	{ 0x9042A9DE, 0x23DC, 0x4A38, { 0x96, 0xFB, 0x7A, 0xDE, 0xD0, 0x80, 0x51, 0x6A } }
enum efi_pixel_format { EFI_PIXEL_RGB, EFI_PIXEL_BGR, EFI_PIXEL_MASKS, EFI_PIXEL_BLT_ONLY };
struct efi_graphics_mode_info {
	uint32_t version, width, height;
	uint32_t format;                /* enum efi_pixel_format */
	uint32_t red, green, blue, reserved;    /* masks, with EFI_PIXEL_MASKS */
	uint32_t line;                  /* pixels */
};
struct efi_graphics_mode {
	uint32_t modes, mode;
	struct efi_graphics_mode_info *info;
	uint64_t info_size;
	uint64_t base, size;            /* the framebuffer's */
};
_Static_assert(offsetof(struct efi_graphics_mode, base) == 24, "FrameBufferBase");
struct efi_graphics_output {
	void *unused[3];
	struct efi_graphics_mode *mode;
};

/* EFI 1.10, 10.5: on the handles of the screens that the console uses. */
#define EFI_CONSOLE_OUT_DEVICE_GUID \
	{ 0xD3B36F2C, 0xD551, 0x11D4, { 0x9A, 0x46, 0x00, 0x90, 0x27, 0x3F, 0xC1, 0x4D } }

#endif
