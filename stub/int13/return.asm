; SPDX-License-Identifier: MIT
section .text
bits 16
; return: returns from an interrupt handler.
;	In:	CF for the caller
FLAG_CARRY	equ	1
global return
return:
	push	bp
	mov	bp, sp
	jc	.failed
	and	byte [bp + 6], ~FLAG_CARRY
	pop	bp
	iret
.failed:
	or	byte [bp + 6], FLAG_CARRY
	pop	bp
	iret
