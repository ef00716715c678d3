; SPDX-License-Identifier: MIT
; The test system's entries, and its interrupts.

extern kernel_main, kernel_low, gdt_low, pml4_low, pml5_low, pdpt_low, pd_low

CODE32		equ	08h
DATA32		equ	10h
CODE64		equ	18h
PTE_TABLE	equ	03h		; present, writable
PTE_LARGE	equ	83h		; and 2 MiB
CR0_VALUE	equ	80010033h	; PG, WP, NE, ET, MP, PE
CR4_PAE		equ	1 << 5
CR4_LA57	equ	1 << 12
EFER		equ	0C0000080h
EFER_VALUE	equ	0901h		; NXE, LME, SCE
EOI		equ	0FFFFFFFFFEE000B0h	; of the local APIC, as kernel.c maps it

; Multiboot2 specification 2.0, 3.1: only the end tag.
section .multiboot2 progbits alloc align=8
header:	dd	0E85250D6h, 0, .end - header, -(0E85250D6h + .end - header)
	dd	0, 8
.end:

; Xen, include/public/elfnote.h: XEN_ELFNOTE_PHYS32_ENTRY.
section .note note alloc align=4
	dd	4, 8, 18
	db	"Xen", 0
	dq	start

; These run where they were loaded.
section .boot progbits alloc exec align=16
; start: the entry for multiboot2 and PVH loaders.
;	In:	32-bit protected mode, flat, no paging; EAX = magic, EBX = information
;	Out:	to kernel_main(magic, information)
bits 32
global start
start:
	cli
	cld
	mov	edi, eax
	mov	esi, ebx
	xor	ebp, ebp
	jmp	enter_long_mode

; other_start: from the trampoline.
other_start:
	mov	ax, DATA32
	mov	ds, ax
	mov	ebp, 1

; enter_long_mode: enters long mode, with 5 levels of page tables if the CPU has them.
;	In:	EBP = 0 on the boot CPU; 32-bit mode, flat
;	Preserved: EDI, ESI, EBP
enter_long_mode:
	xor	eax, eax
	cpuid
	mov	edx, CR4_PAE
	cmp	eax, 7
	mov	eax, pml4_low
	jb	.levels
	mov	eax, 7
	xor	ecx, ecx
	cpuid
	mov	eax, pml4_low
	mov	edx, CR4_PAE
	bt	ecx, 16
	jnc	.levels
	mov	eax, pml5_low
	mov	edx, CR4_PAE | CR4_LA57
.levels:
	mov	cr4, edx
	mov	cr3, eax
	mov	ecx, EFER
	mov	eax, EFER_VALUE
	xor	edx, edx
	wrmsr
	mov	eax, CR0_VALUE
	mov	cr0, eax
	lgdt	[gdtr_low]
	jmp	CODE64:.long_mode
bits 64
.long_mode:
	xor	eax, eax
	mov	ds, ax
	mov	es, ax
	mov	ss, ax
	mov	rax, boot_cpu
	mov	rcx, other_cpu
	test	ebp, ebp
	cmovnz	rax, rcx
	jmp	rax

	align	4
gdtr_low: dw	gdt_end - gdt - 1
	dd	gdt_low

; The other CPUs start here, after this is copied to below 1 MiB.
bits 16
global trampoline
trampoline:
	cli
	o32 lgdt [cs:gdtr_low_copy - trampoline]
	mov	eax, cr0
	or	al, 1
	mov	cr0, eax
	jmp	dword CODE32:other_start
gdtr_low_copy:
	dw	gdt_end - gdt - 1
	dd	gdt_low
global trampoline_end
trampoline_end:

section .text
bits 64
boot_cpu:
	lgdt	[rel gdtr]		; the first page tables go away
	mov	rsp, stack_top
	jmp	kernel_main

; other_cpu: counts for ever.
other_cpu:
	lock inc dword [rel other_cpus]
.count:	lock inc dword [rel counter]
	jmp	.count

global pit_interrupt
pit_interrupt:
	push	rax
	inc	dword [rel pit_ticks]
	mov	al, 20h			; end of interrupt
	out	20h, al
	pop	rax
	iretq

global apic_interrupt
apic_interrupt:
	inc	dword [rel apic_ticks]
global left_interrupt
left_interrupt:
	mov	dword [abs EOI], 0
global spurious_interrupt
spurious_interrupt:
	iretq

section .data
	align	8
gdt:	dq	0
	dq	00CF9B000000FFFFh
	dq	00CF93000000FFFFh
	dq	00AF9B000000FFFFh
gdt_end:
gdtr:	dw	gdt_end - gdt - 1
	dq	gdt

; The kernel's own 2 MiB, where they were loaded (removed later) and where they run.
	align	4096
pml5:	dq	pml4_low + PTE_TABLE
	times	510 dq 0
	dq	pml4_low + PTE_TABLE
pml4:	dq	pdpt_low + PTE_TABLE
	times	510 dq 0
	dq	pdpt_low + PTE_TABLE
pdpt:	dq	pd_low + PTE_TABLE
	times	509 dq 0
	dq	pd_low + PTE_TABLE
	dq	0
pd:	times	8 dq 0
	dq	kernel_low + PTE_LARGE
	times	503 dq 0
global gdt, pml5, pml4, pdpt, pd

section .bss
global other_cpus, counter, pit_ticks, apic_ticks
other_cpus: resd 1
counter: resd 1
pit_ticks: resd 1
apic_ticks: resd 1
	alignb	16
	resb	16384
stack_top:
