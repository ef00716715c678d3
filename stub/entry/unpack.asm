; SPDX-License-Identifier: MIT
; Unpacks pack.c's output, in the format of packed.h. Linked twice: into the front, which
; unpacks the home, and into the home, which unpacks the services. Position-independent.

%include "packed.inc"

; Offsets from EBP, where the contexts begin.
END_AT		equ	-4
RANGE		equ	-8
CODE		equ	-12
DISTANCE	equ	-16

section .unpack progbits alloc exec write align=1
bits 32
; unpack: does not check its input, which the caller must have done.
;	In:	ESI = packed bytes, EDI = destination
;	Out:	EDI = the first byte after the unpacked bytes
;	Clobbers: EAX, ECX, EDX, ESI
;	Stack:	PACKED_CONTEXTS * 2 + 44 bytes
global unpack
unpack:
	push	ebp
	push	ebx
	lodsd
	lea	edx, [edi + eax]
	mov	ecx, PACKED_CONTEXTS / 2
	mov	eax, PACKED_ONE / 2 * 10001h
.context:
	push	eax
	loop	.context
	mov	ebp, esp
	push	edx
	push	-1
	lodsd
	bswap	eax
	push	eax
	push	eax
.byte:
	push	1
	pop	eax
.bits:
	lea	ebx, [eax + PACKED_BYTE]
	call	.bit
	adc	eax, eax
	test	ah, ah
	jz	.bits
	stosb
	xor	edx, edx		; DL: 1 after a match
.item:
	cmp	edi, [ebp + END_AT]
	jae	.end
	lea	ebx, [edx + PACKED_MATCH]
	call	.bit
	jnc	.byte
	test	edx, edx
	jnz	.distance
	mov	bx, PACKED_AGAIN
	call	.bit
	jc	.length
.distance:
	mov	bx, PACKED_DISTANCE
	call	.number
	mov	[ebp + DISTANCE], ecx
.length:
	mov	bx, PACKED_LENGTH
	call	.number
	inc	ecx
	push	esi
	mov	esi, edi
	sub	esi, [ebp + DISTANCE]
	rep movsb
	pop	esi
	mov	dl, 1
	jmp	.item
.end:
	lea	esp, [ebp + PACKED_CONTEXTS * 2]
	pop	ebx
	pop	ebp
	ret
; In: EBX = the number's first context; Out: ECX = the number, at least 1
.number:
	push	1
	pop	ecx
.digit:
	call	.bit
	jnc	.got
	call	.bit
	adc	ecx, ecx
	jmp	.digit
; In: EBX = context; Out: CF = the bit, EBX = the next context
.bit:
	push	eax
	push	edx
.shift:
	cmp	byte [ebp + RANGE + 3], 0
	jne	.decode
	shl	dword [ebp + RANGE], 8
	shl	dword [ebp + CODE], 8
	lodsb
	mov	[ebp + CODE], al
	jmp	.shift
.decode:
	movzx	edx, word [ebp + ebx * 2]
	mov	eax, [ebp + RANGE]
	shr	eax, PACKED_ONE_BITS
	imul	eax, edx
	cmp	eax, [ebp + CODE]
	jbe	.one
	mov	[ebp + RANGE], eax
	sub	edx, PACKED_ONE - (1 << PACKED_SHIFT) + 1
	sar	edx, PACKED_SHIFT
	sub	[ebp + ebx * 2], dx
	clc
	jmp	.taken
.one:
	sub	[ebp + CODE], eax
	sub	[ebp + RANGE], eax
	shr	edx, PACKED_SHIFT
	sub	[ebp + ebx * 2], dx
	stc
.taken:
	inc	ebx
	pop	edx
	pop	eax
.got:
	ret
