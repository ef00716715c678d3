; SPDX-License-Identifier: MIT
; The entry of the 32-bit test system.

extern kernel_main
bits 32

; Multiboot2 specification 2.0, 3.1: only the end tag.
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

section .bss
	alignb	16
	resb	4096
stack_top:
