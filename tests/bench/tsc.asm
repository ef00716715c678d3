; SPDX-License-Identifier: MIT
; A boot sector that tells how far the TSC has come since tests/boot/loader.asm
; jumped to the stub, in decimal on COM1. Under QEMU's -icount shift=0 that is
; the number of guest instructions.
STARTED	equ	600h

org 7C00h
bits 16
	rdtsc
	sub	eax, [STARTED]
	mov	ebx, 10
	xor	cx, cx
.digit:
	xor	edx, edx
	div	ebx
	push	dx
	inc	cx
	test	eax, eax
	jnz	.digit
	mov	dx, 3F8h
.print:
	pop	ax
	add	al, '0'
	out	dx, al
	loop	.print
	mov	al, 10
	out	dx, al
	mov	dx, 0F4h		; isa-debug-exit
	out	dx, al
	hlt

	times 510 - ($ - $$) db 0
	dw	0AA55h
