/* SPDX-License-Identifier: MIT */
/*
 * Every physical address, size and mode constant that more than one side needs:
 * C on the host, C and NASM in the stub, and the linker script read this file.
 * NASM gets it through awk, so a line here is "#define NAME value" and no more.
 *
 * The first MiB on arrival
 *
 *   00000  IVT, BDA                    the firmware's
 *   00500  free                        pieces, the payload's stack (0:7C00 down)
 *   07C00  free                        boot sectors; GRUB's core.img from 08000
 *   80000  STUB_HOME                   the stub runs here; free on arrival
 *   90000  free
 *   9A000  EBDA at its largest         the firmware's
 *   A0000  video memory, ROMs          never written, but for text at B8000
 *  100000  HIGH_MEMORY                 pieces, and the image as it was loaded
 */
#ifndef RJ_LAYOUT_H
#define RJ_LAYOUT_H

#define LOW_MEMORY          0x500       /* below it the IVT and the BDA */
#define BOOT_SECTOR         0x7C00      /* also the top of the payload's stack */
#define STUB_HOME           0x80000     /* above the largest core.img, below every EBDA */
#define STUB_HOME_SIZE      0x10000     /* one real-mode segment */
#define EBDA_FLOOR          0x9A000     /* the lowest EBDA that the host allows for */
#define HIGH_MEMORY         0x100000

/* The front of every image. Offsets from the start of the file. */
#define SETUP_HEADER        0x1F1       /* Linux/x86 boot protocol: struct setup_header */
#define SETUP_ENTRY         0x200       /* 16-bit entry: a short jump over the header */
#define SETUP_CODE          0x26C       /* behind the header of protocol 2.15 */
#define SETUP_SIZE          0x400       /* two sectors; the stub stands behind them */

/* The stub. Offsets from its first byte, wherever a loader has put that. */
#define STUB_HEADER         0x08        /* struct rj_stub_header */
#define STUB_ENTRY64        0x200       /* Linux/x86 boot protocol, 64-bit */
#define STUB_SCRATCH        0x9000      /* the stub's beyond the image: page tables */

/* Who started the stub, as the entries tell the rest of it. */
#define LOADER_LINUX16      1
#define LOADER_LINUX32      2
#define LOADER_LINUX64      3
#define LOADER_MULTIBOOT2   4
#define LOADER_LONG_MODE    5

#endif
