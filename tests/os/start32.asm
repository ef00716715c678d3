; SPDX-License-Identifier: MIT
; The entry of the 32-bit test systems, and the functions of the C library that compilers call.

extern kernel_main
bits 32

; Multiboot2 specification 2.0, 3.1: only the end tag.
global header
section .multiboot2 progbits alloc align=8
header:	dd	0E85250D6h, 0, .end - header, -(0E85250D6h + .end - header)
	dd	0, 8
.end:

section .text
; start: In: flat segments, EBX = information. Out: to kernel_main(information).
global start
start:
	cli
	cld
	mov	esp, stack_top
	push	ebx
	call	kernel_main

; memmove, memcpy, memset, memcmp, bcmp: as in C.
;	Mode:	32-bit, flat segments, DF = 0
;	In:	three arguments on the stack
;	Out:	EAX
;	Clobbers: ECX, EDX
global memmove, memcpy, memset, memcmp, bcmp
memmove:
memcpy:
	push	edi
	push	esi
	mov	edi, [esp + 12]
	mov	esi, [esp + 16]
	mov	ecx, [esp + 20]
	mov	eax, edi
	mov	edx, edi
	sub	edx, esi
	cmp	edx, ecx		; below: the end of the source would be lost
	jae	.copy
	lea	edi, [edi + ecx - 1]
	lea	esi, [esi + ecx - 1]
	std
.copy:	rep	movsb
	cld
	pop	esi
	pop	edi
	ret

memset:
	push	edi
	mov	edi, [esp + 8]
	mov	eax, [esp + 12]
	mov	ecx, [esp + 16]
	rep	stosb
	mov	eax, [esp + 8]
	pop	edi
	ret

memcmp:
bcmp:
	push	edi
	push	esi
	mov	esi, [esp + 12]
	mov	edi, [esp + 16]
	mov	ecx, [esp + 20]
	xor	eax, eax
	cmp	eax, eax		; equal, if there is nothing to compare
	repe	cmpsb
	je	.done
	movzx	eax, byte [esi - 1]
	movzx	edx, byte [edi - 1]
	sub	eax, edx
.done:
	pop	esi
	pop	edi
	ret

section .bss
	alignb	16
	resb	4096
stack_top:
