/* SPDX-License-Identifier: MIT */
/*
 * Every physical address, size and mode constant that more than one side needs: C on the
 * host, C and NASM in the stub, and the linker script. awk converts this file for NASM, so
 * each definition is a plain "#define NAME value" on one line.
 *
 * The first MiB on arrival
 *
 *   00000  IVT, BDA                    the firmware's
 *   00500  free                        pieces, the payload's stack (0:7C00 down)
 *   07C00  free                        boot sectors; GRUB's core.img from 08000
 *   80000  STUB_HOME                   the stub runs here; at SERVICES first the runtime
 *                                      piece, with the survey after it, then the installer;
 *                                      free on arrival
 *   90000  SERVICES_SCRATCH            the installer's memory, if there are services; what
 *                                      stays resident goes to the top of base memory and
 *                                      may overwrite DISK_MAKER
 *   9A000  EBDA at its largest         the firmware's
 *   A0000  video memory, ROMs          never written, except text at B8000
 *  100000  HIGH_MEMORY                 pieces, the services piece too, and the image as it
 *                                      was loaded; in free memory MODULE_WORK
 */
#ifndef RJ_LAYOUT_H
#define RJ_LAYOUT_H

#define LOW_MEMORY          0x500       /* the end of the IVT and the BDA */
#define BOOT_SECTOR         0x7C00      /* also the top of the payload's stack */
#define STUB_HOME           0x80000     /* above the largest core.img, below every EBDA */
#define STUB_HOME_SIZE      0x10000     /* one real-mode segment */
#define EBDA_FLOOR          0x9A000     /* the lowest EBDA address that the host allows for */
#define VIDEO_MEMORY        0xA0000     /* base memory ends here at the latest */
#define HIGH_MEMORY         0x100000

/* The front of every image. Offsets from the start of the file. */
#define SETUP_HEADER        0x1F1       /* Linux/x86 boot protocol: struct setup_header */
#define SETUP_ENTRY         0x200       /* 16-bit entry: a short jump over the header */
#define SETUP_CODE          0x26C       /* after the header of protocol 2.15 */
#define SETUP_SIZE          0x400       /* two sectors; the stub follows them */

/* The stub. Offsets from its first byte, wherever the loader has put it. */
#define STUB_HEADER         0x08        /* struct rj_stub_header */
#define STUB_ENTRY_PVH      0x18        /* Xen's PVH, 32-bit */
#define STUB_ENTRY64        0x200       /* Linux/x86 boot protocol, 64-bit */
#define STUB_MESSAGE        28          /* bytes, at its end: printed if it is damaged */
                                        /* The stub's memory after the image, page-aligned: */
#define STUB_SCRATCH        0x12000     /* its size */
#define LOADER_INFO         0x2000      /* size of the first part: the loader's information, */
#define COMMAND_LINE        0x1000      /* with the command line at this offset, and for */
#define MODULE_ROW          0x1800      /* multiboot and PVH the first module's row at this; */
                                        /* then the old contents of STUB_HOME */
#define COMMAND_LINE_SIZE   0x800       /* protocol 2.15: cmdline_size, and a NUL */
#define MULTIBOOT_CMDLINE   16          /* offsets in the multiboot information, 3.3 */
#define MULTIBOOT_MODULES   24
#define PVH_CMDLINE         24          /* offsets in hvm_start_info */
#define PVH_MODULES         16

/* The console until the manifest has been read, and the packer's default. */
#define COM1                0x3F8
#define UART_BAUD           115200      /* at divisor 1 */
#define COM1_DIVISOR        1

/* The services. */
#define EFI_KEPT            0x85000     /* struct rj_efi, from the survey for the installer */
#define EFI_KEPT_SIZE       0x1000
#define SERVICES            0x86000     /* in the stub's home, after the stub; packed, they refer */
                                        /* to its code, and the survey to the installer, too */
#define SURVEY_WORK         0x8A400     /* the survey's memory, after page tables at SERVICES; also */
                                        /* for the tables of CRC-32, after the installer */
#define SURVEY              0x8C400     /* the survey, while the stub needs it */
#define SERVICES_END        0x8F000     /* the rest is the stack */
#define SERVICES_SCRATCH    0x90000     /* the installer's memory */
#define SERVICES_SCRATCH_END 0x92000    /* nothing stays below it */
#define DISK_MAKER          0x92000     /* makes a disk of the loader's file; to EBDA_FLOOR */
#define MODULE_WORK         0x18000     /* bytes above 1 MiB: a copy of the installer, to which */
                                        /* packed modules refer, and after it the module that */
                                        /* is installed */

/* System control port A (PS/2; ICH datasheet, PORT92). */
#define PORT_A              0x92
#define PORT_A_RESET        0x01        /* resets the machine */
#define PORT_A_A20          0x02

/* Selectors, in the order of the GDTs' rows: the front's, entry.asm; the home's, start.asm. */
#define CODE32              0x08        /* both: flat, 4 GiB */
#define DATA32              0x10        /* both: flat, 4 GiB */
#define CODE64              0x18        /* front: flat, 64-bit */
#define CODE16              0x18        /* home: STUB_HOME, 64 KiB */
#define DATA16              0x20        /* home: 0, 64 KiB */
#define UNREAL16            0x28        /* home: 0, 4 GiB, otherwise as DATA16 */

/* Offsets in the stub's home as a real-mode segment. */
#define ARRIVAL_REGS        0xFFC0      /* struct rj_regs; also the top of the stub's stack */
#define ARRIVE_VIDEO        1           /* flags for arrive: INT 10h text mode 3 */
#define ARRIVE_VIDEO_ROM    2           /* and first initialise the video ROM again */

#define SETUP_MAGIC         0x36314D52  /* in EAX, from the 16-bit to the 32-bit entry */

/* How the stub was started; its entry points pass this on. */
#define LOADER_NO_ROOM      0           /* image above 4 GiB, no known free memory below */
#define LOADER_LINUX16      1
#define LOADER_LINUX32      2
#define LOADER_LINUX64      3
#define LOADER_MULTIBOOT2   4
#define LOADER_LONG_MODE    5
#define LOADER_MULTIBOOT    6
#define LOADER_PVH          7

#endif
