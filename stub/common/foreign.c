/* SPDX-License-Identifier: MIT */
#include "common/foreign.h"

#include "common/mem.h"

static const struct rj_foreign foreign[] = {
#define QEMU_IMG "convert it with qemu-img convert -O raw"
#define DSKCONV  "convert it with dskconv -otype raw"
#define DOWNLOAD "download the file itself"
	{ "\177ELF", 4, "an ELF file", "kexec and multiboot loaders start it directly; a BIOS cannot" },
	{ "QFI\xFB", 4, "a qcow2 image", QEMU_IMG },
	{ "KDMV", 4, "a VMDK image", QEMU_IMG },
	{ "COWD", 4, "a VMDK image", QEMU_IMG },
	{ "# Disk DescriptorFile", 21, "a VMDK descriptor file", QEMU_IMG },
	{ "<<< ", 4, "a VDI image", QEMU_IMG },
	{ "conectix", 8, "a VHD image", QEMU_IMG },
	{ "vhdxfile", 8, "a VHDX image", QEMU_IMG },
	{ "QED", 4, "a QED image", QEMU_IMG },
	{ "WithoutFreeSpace", 16, "a Parallels image", QEMU_IMG },
	{ "WithouFreSpacExt", 16, "a Parallels image", QEMU_IMG },
	{ "Bochs Virtual HD Image", 22, "a Bochs image", QEMU_IMG },
	{ "DOSEMU", 7, "a disk image with DOSEMU's header", "remove it with tail -c +129" },
	{ "\x3A\xFF\x26\xED", 4, "an Android sparse image", "convert it with simg2img" },
	{ "EVF\t\r\n\xFF", 7, "an EWF image", "convert it with ewfexport -f raw" },
	{ "\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 12, "a CD's raw sectors",
	  "convert them with ccd2iso" },
	{ "TD", 3, "a TeleDisk image", DSKCONV },
	{ "td", 3, "a TeleDisk image", DSKCONV },
	{ "IMD ", 4, "an ImageDisk image", DSKCONV },
	{ "CQ\x14", 3, "a CopyQM image", DSKCONV },
	{ "\xFD" "7zXZ", 6, "an xz file", "unpack it with unxz" },
	{ "\x28\xB5\x2F\xFD", 4, "a zstd file", "unpack it with unzstd" },
	{ "BZh", 3, "a bzip2 file", "unpack it with bunzip2" },
	{ "\x04\x22\x4D\x18", 4, "an lz4 file", "unpack it with unlz4" },
	{ "LZIP", 4, "an lzip file", "unpack it with lzip -d" },
	{ "PK\3\4", 4, "a zip file", "unpack it with unzip" },
	{ "7z\xBC\xAF\x27\x1C", 6, "a 7z file", "unpack it with 7z x" },
	{ "Rar!\x1A\7", 6, "a RAR file", "unpack it with unrar x" },
	{ "\x89LZO", 5, "an lzop file", "unpack it with lzop -d" },
	{ "\x02\x21\x4C\x18", 4, "an lz4 file", "unpack it with unlz4" },
	{ "07070", 5, "a cpio archive", "pass it to a kernel with --initrd" },
	{ "<!DOCTYPE ", 10, "a web page", DOWNLOAD },
	{ "<!doctype ", 10, "a web page", DOWNLOAD },
	{ "<html", 5, "a web page", DOWNLOAD },
	{ "version https://git-lfs", 23, "a Git LFS pointer", "download the file with git lfs pull" },
#undef QEMU_IMG
#undef DSKCONV
#undef DOWNLOAD
};

const struct rj_foreign *rj_foreign_of(const uint8_t *front)
{
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		if (memcmp(front, foreign[i].magic, foreign[i].length) == 0)
			return &foreign[i];
	return NULL;
}
