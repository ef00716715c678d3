; SPDX-License-Identifier: MIT
; Linux: Documentation/arch/x86/boot.rst, "32-bit Boot Protocol".

%include "hardware/cpu.inc"

bits 32
section .text

; linux_enter: the kernel's 32-bit entry, with flat segments at the selectors that the protocol
; names, interrupts off and no IDT.
;	In:	EAX = code32_start, EDX = boot_params
;	Out:	to the kernel: ESI = boot_params; EBP = EDI = EBX = 0
;	Mode:	flat 32-bit, without paging
;	Stack:	the home's
global linux_enter
linux_enter:
	cli
	cld
	lidt	[no_idt]
	lgdt	[gdtr]
	mov	ecx, BOOT_DS
	load_segments ecx
	mov	esi, edx
	xor	ebx, ebx
	xor	edi, edi
	xor	ebp, ebp
	push	BOOT_CS
	push	eax
	retf

section .data
	align	8, db 0
gdt:	dq	0, 0
BOOT_CS	equ	$ - gdt
	descriptor 0, 0FFFFFh, FLAT_CODE
BOOT_DS	equ	$ - gdt
	descriptor 0, 0FFFFFh, FLAT_DATA
.end:
gdtr:	dw	gdt.end - gdt - 1
	dd	gdt
no_idt:	dw	0
	dd	0
