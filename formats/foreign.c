/* SPDX-License-Identifier: MIT */
#include "foreign.h"

#include "mem.h"

static const struct rj_foreign foreign[] = {
#define QEMU_IMG "convert it with qemu-img convert -O raw"
	{ "\177ELF", 4, "an ELF file", "kexec and multiboot loaders start it themselves, a BIOS does not" },
	{ "QFI\xFB", 4, "a qcow2 image", QEMU_IMG },
	{ "KDMV", 4, "a VMDK image", QEMU_IMG },
	{ "COWD", 4, "a VMDK image", QEMU_IMG },
	{ "# Disk DescriptorFile", 21, "the description of a VMDK image", QEMU_IMG },
	{ "<<< ", 4, "a VDI image", QEMU_IMG },
	{ "conectix", 8, "a VHD image", QEMU_IMG },
	{ "vhdxfile", 8, "a VHDX image", QEMU_IMG },
	{ "\xFD" "7zXZ", 6, "an xz file", "unpack it with unxz" },
	{ "\x28\xB5\x2F\xFD", 4, "a zstd file", "unpack it with unzstd" },
	{ "BZh", 3, "a bzip2 file", "unpack it with bunzip2" },
	{ "\x04\x22\x4D\x18", 4, "an lz4 file", "unpack it with unlz4" },
	{ "LZIP", 4, "an lzip file", "unpack it with lzip -d" },
	{ "PK\3\4", 4, "a zip file", "unpack it with unzip" },
	{ "7z\xBC\xAF\x27\x1C", 6, "a 7z file", "unpack it with 7z x" },
#undef QEMU_IMG
};

const struct rj_foreign *rj_foreign_of(const uint8_t *front)
{
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		if (memcmp(front, foreign[i].magic, foreign[i].length) == 0)
			return &foreign[i];
	return NULL;
}
