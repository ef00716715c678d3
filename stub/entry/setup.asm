; SPDX-License-Identifier: MIT
; The 16-bit entry of the Linux/x86 boot protocol. The loader has put the first
; SETUP_SIZE bytes of the image anywhere below 640 KiB, and the rest at
; code32_start. The BIOS still works. Offsets here are offsets in the file.

%include "layout.inc"
%include "hardware/cpu.inc"

extern gdt_in_stub		; offset of the front's GDT from the stub's first byte

CODE32_START	equ	SETUP_HEADER + 23h	; setup_header.code32_start, 214h

section .setup progbits alloc exec write align=1
bits 16
; setup: switches from real mode to the stub's 32-bit entry.
;	In:	CS = segment of the setup code + 20h, SS:SP a stack
;	Out:	32-bit protected mode, flat, interrupts off; EAX = SETUP_MAGIC,
;		ESI = linear address of the setup code; to code32_start
;	Stack:	the loader's, for one BIOS call
global setup
setup:
	mov	ax, cs
	sub	ax, SETUP_ENTRY >> 4
	mov	ds, ax
	push	ax
	push	word .normal		; from here on CS = DS
	retf
.normal:
	mov	ax, 2401h		; enable A20: the stub is above 1 MiB
	int	15h
	cli
	cld
	in	al, PORT_A		; in case the BIOS does not have this call
	test	al, 2
	jnz	.a20_on
	or	al, 2
	and	al, ~1			; bit 0 would reset the machine
	out	PORT_A, al
.a20_on:
	xor	esi, esi
	mov	si, ds
	shl	esi, 4
	mov	eax, [CODE32_START]
	mov	[.stub], eax
	add	eax, gdt_in_stub
	mov	[.gdtr + 2], eax
	o32 lgdt [.gdtr]
	mov	eax, cr0
	or	al, CR0_PE
	mov	cr0, eax
	; CS still has its real-mode base, so the pointer is read through CS.
	; The stub needs flat data and stack segments (SDM 3A, 10.9.1).
	mov	ax, DATA32
	mov	ds, ax
	mov	es, ax
	mov	ss, ax
	mov	eax, SETUP_MAGIC
	jmp	dword far [cs:.stub]

	align	4, db 0
.stub:	dd	0
	dw	CODE32
.gdtr:	dw	0FFFFh			; the stub later loads the true limit
	dd	0
