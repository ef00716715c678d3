/* SPDX-License-Identifier: MIT */
/* I/O ports that more than one file uses (IBM PC/AT Technical Reference). */
#ifndef RJ_PORTS_H
#define RJ_PORTS_H

#define PIC_MASTER 0x20         /* command; data is the next port */
#define PIC_SLAVE  0xA0
#define PORT_B     0x61         /* system control port B */
#define CMOS_INDEX 0x70
#define CMOS_DATA  0x71

#endif
