; SPDX-License-Identifier: MIT
; The module "memory": INT 15h, which hides the memory that we use. One 16-bit segment,
; linked at 0. The installer sets it up last, when that memory is known.

%include "constants.inc"

extern int15_room, int15_init, return

SMAP		equ	534D4150h

section .text
bits 16
; int15_entry: the handler of INT 15h.
;	In:	AX, for E820h EBX, ECX, EDX, ES:DI
;	Out:	by function (ACPI 6.3, 15.1; RBIL)
int15_entry:
	cmp	word [cs:int15 + INT15_COUNT], 0
	je	.old
	cmp	ax, 0E820h
	je	.e820
	cmp	ax, 0E801h
	je	.e801
	cmp	ax, 0E881h		; E801h in 32-bit registers
	je	.e881
	cmp	ah, 88h
	je	.88
.old:	jmp	far [cs:old_int15]

.88:	mov	ax, [cs:int15 + INT15_KIB_88]
	clc
	jmp	return

.e881:	xor	eax, eax
	xor	ebx, ebx
	xor	ecx, ecx
	xor	edx, edx
.e801:	mov	ax, [cs:int15 + INT15_KIB_ABOVE_1M]
	mov	bx, [cs:int15 + INT15_BLOCKS_ABOVE_16M]
	mov	cx, ax
	mov	dx, bx
	clc
	jmp	return

.e820:	cmp	edx, SMAP
	jne	.old
	mov	eax, edx
	cmp	ecx, MEMORY_ENTRY
	jb	.bad
	cmp	bx, [cs:int15 + INT15_COUNT]
	jae	.bad
	push	ds
	push	si
	push	di
	push	cs
	pop	ds
	imul	si, bx, MEMORY_ENTRY
	add	si, [int15 + INT15_TABLE]
	mov	cx, MEMORY_ENTRY / 2
	cld
	rep movsw
	pop	di
	pop	si
	pop	ds
	mov	ecx, MEMORY_ENTRY
	inc	ebx
	cmp	bx, [cs:int15 + INT15_COUNT]
	jb	.more
	xor	ebx, ebx		; that was the last row
.more:	clc
	jmp	return
.bad:	mov	ah, 86h
	stc
	jmp	return

section .init.data progbits alloc noexec write align=4
global interface
interface:				; struct rj_resident
	dd	int15_room, int15_init, 0, 0
	dw	0, 1
	dw	15h, int15_entry, old_int15

section .bss
global int15
	alignb	4
old_int15:
	resd	1
int15:	resb	INT15_SIZE		; struct rj_int15

; The end of the module; the table follows.
section .table nobits alloc noexec write align=4
global int15_table
int15_table:
