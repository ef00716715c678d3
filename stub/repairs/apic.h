/* SPDX-License-Identifier: MIT */
/* The local APIC in either mode (Intel SDM volume 3A, chapter "APIC"). */
#ifndef RJ_APIC_H
#define RJ_APIC_H

#include <stdbool.h>
#include <stdint.h>

/* Register offsets of xAPIC mode; x2APIC's MSR is 800h + offset / 16. */
#define APIC_ID     0x020       /* x2APIC: the whole register; else bits 31:24 */
#define APIC_TPR    0x080
#define APIC_EOI    0x0B0
#define APIC_LDR    0x0D0
#define APIC_DFR    0x0E0       /* xAPIC mode only */
#define APIC_SVR    0x0F0
#define APIC_ISR    0x100       /* 8 registers, 16 bytes apart */
#define APIC_IRR    0x200
#define APIC_ESR    0x280
#define APIC_CMCI   0x2F0
#define APIC_ICR    0x300
#define APIC_ICR_HIGH 0x310     /* xAPIC mode only */
#define APIC_TIMER  0x320
#define APIC_THERMAL 0x330
#define APIC_COUNTERS 0x340
#define APIC_LINT0  0x350
#define APIC_LINT1  0x360
#define APIC_ERROR  0x370
#define APIC_TIMER_COUNT 0x380
#define APIC_TIMER_DIVIDE 0x3E0

#define CPUID_EDX_APIC (1u << 9)        /* CPUID_FEATURES */
#define MSR_APIC_BASE 0x1B
#define APIC_BASE_BSP    0x100u
#define APIC_BASE_X2APIC 0x400u
#define APIC_BASE_ENABLE 0x800u

/* Whether this CPU has a local APIC that is enabled. */
bool apic_on(void);

bool apic_is_x2apic(void);
uint32_t apic_read(uint32_t offset);
void apic_write(uint32_t offset, uint32_t value);

#endif
