/* SPDX-License-Identifier: MIT */
/*
 * One function per device, one file each: back to what a cold boot leaves
 * (the arrival contract). None fails, none waits without bound.
 */
#ifndef RJ_REPAIR_H
#define RJ_REPAIR_H

#include <stdbool.h>
#include <stdint.h>

/* 8259: vectors 08h and 70h, nothing in service or pending, the BIOS's masks. */
void repair_pic(void);

/* 8254: channel 0 counts 65536 in mode 2 (18.2 Hz), the speaker is off. */
void repair_pit(void);

/* CR0, CR2-CR4, EFER, PAT, the system call MSRs, DR0-DR7, x87: reset values. */
void repair_cpu(void);

/* Opens A20 if it is closed. False when it stays closed. */
bool open_a20(void);

/* About that many milliseconds, by the 8254's channel 2; less without one. */
void delay_ms(uint32_t ms);

#endif
