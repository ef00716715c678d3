; SPDX-License-Identifier: MIT
; CRC-32 by SSE, with few instructions and no tables: S. Russell, "Chorba: A novel CRC32
; implementation", 2024 (sparse multiples of the polynomial).
%include "constants.inc"
%include "install/either_mode.inc"

; A multiple of the polynomial: x^203 + x^186 + x^123 + x^85 + x^79 + 1. Modulo 2, the square of a
; sum is the sum of the squares; so x^128 may take the place of x: blocks of 128 bits. A block at
; the front may be removed if it is added to the blocks so many further on:
%define LAGS	17, 80, 118, 124, 203
BLOCK		equ	16
UNROLLED	equ	4
ROUND		equ	VECTORS_ROUND	; bytes: more than the longest lag
%if ROUND % (UNROLLED * BLOCK) || ROUND <= 203 * BLOCK
	%error "a round is too short, or ends within a step"
%endif

; Adds to %2, by instruction %1, what is a lag before EDI + %3.
%macro add_lagging 3
	%define by %1
	%define to %2
	%define at %3
	each_lag LAGS
%endmacro
%macro each_lag 1-*
	%rep %0
	by	to, [edi + at - %1 * BLOCK]
	%rotate 1
	%endrep
%endmacro

CR0_EM_TS	equ	1 << 2 | 1 << 3	; either makes SSE fault; SDM 3A, 2.5
CR4_OSFXSR	equ	1 << 9		; SDM 3A, 14.1
POLYNOMIAL	equ	0EDB88320h	; 04C11DB7h

section .text.crc32_vectors progbits alloc exec nowrite align=1
; crc32_vectors: crc32_vectors.h.
;	In:	EAX = bytes, EDX = how many rounds, ECX = ring (64-bit: EDI, ESI, EDX)
;	Out:	EAX = CRC-32; CR4 as before. CR0.EM, CR0.TS and XMM0 are 0, as on arrival
;	Clobbers: ECX, EDX (64-bit: RSI, RDI as well)
;	Mode:	flat 32-bit
;	Stack:	24 bytes
global crc32_vectors
crc32_vectors:
	save	SAVED
%ifdef HOST
	mov	ebp, edx
	mov	edx, esi
	mov	esi, edi
	call	sum
%else
	mov	esi, eax
	mov	ebp, ecx
	mov	eax, cr0
	and	eax, ~CR0_EM_TS
	mov	cr0, eax
	mov	eax, cr4
	push	eax
	or	eax, CR4_OSFXSR
	mov	cr4, eax
	call	sum
	pop	ecx
	mov	cr4, ecx
%endif
	restore	SAVED
	ret

; sum: EBP is the ring, of two rounds: the last one's blocks, then those of this one, where EDI is;
; so the lags reach back into the last one's. What is stored here is stored there, too, behind
; what this round still reads, for the next one to find.
;	In:	ESI = bytes, EDX = how many rounds, EBP = ring
;	Out:	EAX = CRC-32
;	Clobbers: ECX, EDX, EBX, ESI, EDI; sets XMM0 to 0
sum:
	lea	ebx, [ebp + 2 * ROUND]
	call	clear
	dec	eax			; the initial value, added to the first dword: only the
	mov	[ebp + BLOCK], eax	; longest lag of the first block gets there
.round:
	lea	edi, [ebp + ROUND]
.step:
%assign offset 0
%rep UNROLLED
	movups	xmm0, [esi + offset]
	add_lagging xorps, xmm0, offset
	movaps	[edi + offset], xmm0
	movaps	[edi + offset - ROUND], xmm0
	%assign offset offset + BLOCK
%endrep
	add	esi, UNROLLED * BLOCK
	add	edi, UNROLLED * BLOCK
	cmp	edi, ebx
	jb	.step
	dec	edx
	jnz	.round
	xorps	xmm0, xmm0

	; The last round's blocks are there as if all had been removed. Takes in instead, bit by
	; bit, what they were before: to them were added only blocks of rounds that are over.
	call	clear
.word:
	xor	eax, [edi]
	add_lagging xor, eax, 0
	mov	cl, 32
.bit:
	shr	eax, 1
	jnc	.zero
	xor	eax, POLYNOMIAL
.zero:
	dec	cl
	jnz	.bit
	add	edi, 4
	cmp	edi, ebx
	jb	.word
	not	eax
	ret

; clear: makes the last round's blocks 0.
;	In:	EBP = ring
;	Out:	EAX = 0, ECX = 0, EDI = EBP + ROUND
clear:
	mov	edi, ebp
	mov	ecx, ROUND / 4
	xor	eax, eax
	rep stosd
	ret
