#compdef rjpack
_rjpack_first()
{
	_alternative 'commands:command:(build inspect extract verify load doctor snapshot kinds completion)' 'files:file:_files'
}

_rjpack()
{
	_arguments \
		'*--mbr=[a disk'\''s boot sector, with the core.img that follows it]:FILE:_files' \
		'*--vbr=[a partition'\''s boot sector\: alone, or in a partition'\''s or disk'\''s image]:FILE:_files' \
		'*--grub=[GRUB'\''s core.img, also after another of GRUB'\''s boot images]:CORE.IMG:_files' \
		'*--grub-legacy=[GRUB Legacy'\''s stage2, stage2_eltorito or stage1]:STAGE2:_files' \
		'*--syslinux=[boot sector of SYSLINUX or EXTLINUX, isolinux.bin, or its CD'\''s image]:FILE:_files' \
		'*--linux=[a Linux kernel, in real mode; memdisk, ipxe.lkrn, memtest86+]:BZIMAGE:_files' \
		'*--chain=[what a partition'\''s boot sector loads\: of Windows, ReactOS, DOS, GRUB4DOS]:KIND=FILE:_files' \
		'*--nbp=[a PXE boot program that needs no PXE stack, such as ipxe.pxe]:FILE:_files' \
		'*--disk=[a RAM disk\: image of a hard disk, floppy or CD, or a .gz of one]:IMAGE:_files' \
		'*--boot=[no file\: the firmware'\''s boot order, or what the loader supplies]:int19|int18|initrd:(int19 int18 initrd)' \
		'*--from-disk=[what a disk or its image would boot\: core.img, a boot sector]:DISK:_files' \
		'*--from-running[the Linux that runs here\: kernel, initrd and command line]' \
		'*--raw=[any bytes, placed at a physical address; repeatable]:FILE@ADDRESS:_files' \
		'*--partition=[the partition to boot, from 1]:N:' \
		'*--hidden=[its first sector, when there is no partition table]:LBA:' \
		'*--bpb=[what to set in its parameter block\: hidden, drive]:LIST:(hidden drive hidden,drive)' \
		'*--sector-size=[size of the disk'\''s sectors\: 512 or 4096]:BYTES:(512 4096)' \
		'*--menu=[GRUB Legacy'\''s menu, as in (hd0,0)/grub/menu.lst]:PATH:' \
		'*--initrd=[an initrd for the kernel; repeatable]:FILE:_files' \
		'*--append=[the kernel'\''s command line]:STRING:' \
		'*--boot-sector=[the partition'\''s boot sector, or a disk with it]:FILE:_files' \
		'*--boot-drive=[--disk\: its number, also in DL (hd0, fd0; a CD\: 0xE0)]:DRIVE:' \
		'*--geometry=[--disk\: cylinders, heads, sectors per track]:C,H,S:' \
		'*--disk-readonly[--disk\: refuse writes]' \
		'*--compress=[--disk\: none or zlib\[\:LEVEL\] (zlib\:6)]:HOW:' \
		'*--entry=[where to start\: two hexadecimal numbers]:SEG\:OFF:' \
		'*--reg=[set a register; repeatable]:NAME=VALUE:' \
		'*--drive=[boot drive in DL\: hd0, fd0, 0x80 (hd0; a RAM disk\: its own)]:DRIVE:' \
		'*--unreal[leave 4 GiB limits in DS, ES, FS and GS]' \
		'*--restore=[put the firmware'\''s memory back (see rjpack snapshot)]:SNAPSHOT:_files' \
		'*--bios=[whose BIOS serves\: auto, machine, own (auto)]:MODE:(auto machine own)' \
		'*--int13=[who serves INT 13h, see below (auto)]:MODE:(auto firmware none ahci nvme virtio ata pvscsi megaraid fusion mptsas mpt3 lsi sdhci usb)' \
		'*--usb=[what is served on USB, see below (auto)]:MODE:(auto none keyboard all)' \
		'*--drive-map=[hd0=pci\:BB\:DD.F, then /portN /nsN /targetN /ldN /pdN /slotN /usbN\[.N\]\[/lunN\]; repeatable]:DRIVE=DISK:' \
		'*--output=[write the image here; - is standard output]:FILE|-:_files' \
		'*-o[write the image here; - is standard output]:FILE|-:_files' \
		'*--no-sync[do not wait until the disk has the image\: for build trees]' \
		'*--depfile=[list the image'\''s input files here, as a rule for make and ninja]:FILE:_files' \
		'*--format=[the file format, see below (by suffix, else elf)]:NAME:(elf elf-strict elf32 bzimage efi payload)' \
		'*--base=[where loaders are to put the image (1M)]:ADDRESS:' \
		'*--dry-run[check everything, show the plan, write nothing]' \
		'*--console=[vga,serial\[\:PORT\[,BAUD\]\] or none (vga,serial\:0x3F8,115200)]:LIST:' \
		'*--verbose[the stub reports its steps]' \
		'*--on-error=[reboot or halt (reboot)]:WHAT:(reboot halt)' \
		'*--repair=[what to put back\: all, none, NAME, -NAME (all)]:LIST:(all none a20 smp pci iommu pirq hpet ioapic apic pic pit rtc nmi i8042 cpu video)' \
		'*--panic[start the image when Linux panics]' \
		'*--now[stop this system, and start what is loaded]' \
		'*--unload[unload what is loaded]' \
		'*--directory=[extract\: write the pieces here]:DIR:_files' \
		'*-C[extract\: write the pieces here]:DIR:_files' \
		'*--range=[snapshot\: also save this memory below 640K; repeatable]:ADDR+LENGTH:' \
		'*--root=[doctor, snapshot, load, --from-running\: read /proc and the like from this tree]:DIR:_files' \
		'*--for=[verify\: check for these loaders, see below]:LIST:' \
		'*--svg=[inspect\: draw the memory into this file instead]:FILE|-:_files' \
		'*--json[print JSON]' \
		'*--config=[read options from an INI file; the command line wins]:FILE:_files' \
		'*-v[report what was detected and why, and what is carried]' \
		'*--help[print this help]' \
		'*-h[print this help]' \
		'*--version[print the version]' \
		'*-V[print the version]' \
		'1: :_rjpack_first' \
		'*:file:_files'
}

_rjpack "$@"
