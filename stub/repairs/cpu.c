/* SPDX-License-Identifier: MIT */
/*
 * Intel SDM volume 3A, table 10-1 "IA-32 and Intel 64 Processor States
 * Following Power-up, Reset, or INIT", and volume 4 for the MSRs' numbers.
 * EFER, STAR, LSTAR, CSTAR and FMASK also: AMD APM volume 2, 3.1.7 and 6.1.
 */
#include "repairs/repair.h"

#include "hardware/io.h"

#define CR0_PE 0x00000001u
#define CR0_ET 0x00000010u
#define CR0_NW 0x20000000u
#define CR0_CD 0x40000000u

#define EDX_SEP (1u << 11)
#define EDX_PAT (1u << 16)
#define ECX_XSAVE (1u << 26)
#define CPUID_EXTENDED 0x80000000u
#define CPUID_EXTENDED_FEATURES 0x80000001u
#define EDX_NX  (1u << 20)
#define EDX_RDTSCP (1u << 27)
#define EDX_LONG_MODE (1u << 29)

#define CR4_OSFXSR  0x00000200u
#define CR4_OSXSAVE 0x00040000u
#define MXCSR_AT_RESET 0x1F80u
#define XCR0_AT_RESET 1u        /* x87 state alone */

#define PAT_AT_RESET 0x0007040600070406ull

struct msr {
	uint32_t number;
	uint32_t feature;       /* bits of EDX in the table's CPUID leaf; any of them suffices */
	uint64_t value;
};

static const struct msr msrs[] = {
	{ 0x174, EDX_SEP, 0 },                  /* IA32_SYSENTER_CS */
	{ 0x175, EDX_SEP, 0 },                  /* IA32_SYSENTER_ESP */
	{ 0x176, EDX_SEP, 0 },                  /* IA32_SYSENTER_EIP */
	{ 0x277, EDX_PAT, PAT_AT_RESET },       /* IA32_PAT */
};

static const struct msr extended_msrs[] = {
	{ 0xC0000080, EDX_LONG_MODE | EDX_NX, 0 },      /* IA32_EFER */
	{ 0xC0000081, EDX_LONG_MODE, 0 },       /* IA32_STAR */
	{ 0xC0000082, EDX_LONG_MODE, 0 },       /* IA32_LSTAR */
	{ 0xC0000083, EDX_LONG_MODE, 0 },       /* IA32_CSTAR */
	{ 0xC0000084, EDX_LONG_MODE, 0 },       /* IA32_FMASK */
	{ 0xC0000100, EDX_LONG_MODE, 0 },       /* IA32_FS_BASE */
	{ 0xC0000101, EDX_LONG_MODE, 0 },       /* IA32_GS_BASE */
	{ 0xC0000102, EDX_LONG_MODE, 0 },       /* IA32_KERNEL_GS_BASE */
	{ 0xC0000103, EDX_RDTSCP, 0 },          /* IA32_TSC_AUX */
};

static void write_msrs(const struct msr *list, uint32_t n, uint32_t features)
{
	for (uint32_t i = 0; i < n; i++)
		if (list[i].feature & features)
			wrmsr(list[i].number, list[i].value);
}

static void reset_msrs(void)
{
	write_msrs(msrs, sizeof(msrs) / sizeof(*msrs), cpuid(CPUID_FEATURES).edx);
	if (cpuid(CPUID_EXTENDED).eax >= CPUID_EXTENDED_FEATURES)
		write_msrs(extended_msrs, sizeof(extended_msrs) / sizeof(*extended_msrs),
			   cpuid(CPUID_EXTENDED_FEATURES).edx);
}

/* SDM volume 1, 11.6.4 MXCSR. 32-bit code cannot reach registers above XMM7. */
static void reset_sse(void)
{
	const uint32_t mxcsr = MXCSR_AT_RESET;

	if (!(cpuid(CPUID_FEATURES).edx & CPUID_EDX_SSE))
		return;
	__asm__ volatile("mov %0, %%cr4" : : "r"(CR4_OSFXSR));
	__asm__ volatile("ldmxcsr %0" : : "m"(mxcsr));
	__asm__ volatile("xorps %xmm0, %xmm0\n\txorps %xmm1, %xmm1\n\t"
			 "xorps %xmm2, %xmm2\n\txorps %xmm3, %xmm3\n\t"
			 "xorps %xmm4, %xmm4\n\txorps %xmm5, %xmm5\n\t"
			 "xorps %xmm6, %xmm6\n\txorps %xmm7, %xmm7");
	__asm__ volatile("mov %0, %%cr4" : : "r"(0));
}

/* SDM volume 3A, 2.6: XSETBV needs CR4.OSXSAVE. Leaves CR4 at 0. */
static void reset_xcr0(void)
{
	if (!(cpuid(CPUID_FEATURES).ecx & ECX_XSAVE))
		return;
	__asm__ volatile("mov %0, %%cr4" : : "r"(CR4_OSXSAVE));
	__asm__ volatile("xsetbv" : : "c"(0), "a"(XCR0_AT_RESET), "d"(0));
	__asm__ volatile("mov %0, %%cr4" : : "r"(0));
}

/*
 * CR4 comes before the MSRs, since a feature that CR4 turns on can prevent a change of
 * EFER; CR0 before FNINIT, which faults if EM or TS is set; DR7 before the other debug
 * registers, so that no breakpoint matches while they change.
 */
void repair_cpu(void)
{
	uint32_t cr0;

	__asm__ volatile("mov %0, %%cr4" : : "r"(0));
	reset_msrs();
	reset_xcr0();
	__asm__ volatile("mov %%cr0, %0" : "=r"(cr0));
	__asm__ volatile("mov %0, %%cr0" : : "r"((cr0 & (CR0_CD | CR0_NW)) | CR0_ET | CR0_PE));
	__asm__ volatile("mov %0, %%cr2\n\tmov %0, %%cr3" : : "r"(0));
	__asm__ volatile("fninit");
	reset_sse();
	__asm__ volatile("mov %0, %%dr7" : : "r"(0x400));
	__asm__ volatile("mov %0, %%dr0\n\tmov %0, %%dr1\n\tmov %0, %%dr2\n\tmov %0, %%dr3"
			 : : "r"(0));
	__asm__ volatile("mov %0, %%dr6" : : "r"(0xFFFF0FF0));
}
