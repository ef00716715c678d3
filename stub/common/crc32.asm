; SPDX-License-Identifier: MIT
; CRC-32, with the lowest bit of a byte first. Intel, "Fast CRC Computation for Generic
; Polynomials Using PCLMULQDQ Instruction", 2009; M. E. Kounavis and F. L. Berry, "A Systematic
; Approach to Building High Performance Software-based CRC Generators", 2005 (slicing by 8).
;
; The stub assembles this file for 32-bit mode, the unit tests for 64-bit mode, with addresses
; below 4 GiB: the encodings of the two steps in between are the same.

%include "layout.inc"

POLYNOMIAL	equ	0EDB88320h	; 04C11DB7h
TABLES		equ	SURVEY_WORK	; of slicing: TABLES + k * TABLE has the effect of a
TABLE		equ	256 * 4		; byte, as index, on the CRC k bytes later
SLICES		equ	8
LANES		equ	2		; of 16 bytes, folded at once
BLOCK		equ	LANES * 16
SLICED		equ	2048		; bytes from which on the tables are worth building
%if SLICES * TABLE > SURVEY - SURVEY_WORK
	%error "no room for the tables"
%endif

%ifidn __OUTPUT_FORMAT__, elf64
	%define HOST
	%define rax_or_eax rax
	bits 64
	default abs
%else
	%define rax_or_eax eax
	bits 32
%endif

CPUID_FEATURES	equ	1
ECX_PCLMULQDQ	equ	1 << 1	; SDM 2A, "CPUID". It implies SSE2
CR0_EM_TS	equ	1 << 2 | 1 << 3	; either makes SSE fault; SDM 3A, 2.5
CR4_OSFXSR	equ	1 << 9		; SDM 3A, 14.1

section .text.crc32 progbits alloc exec nowrite align=1
%ifndef HOST
; rj_crc32: crc32.h.
;	In:	EAX = CRC-32 of what comes before, EDX = bytes, ECX = how many
;	Out:	EAX = CRC-32; CR4 as before. If SSE was used, CR0.EM and CR0.TS are 0, as on
;		arrival, and so are the XMM registers that were used
;	Clobbers: ECX, EDX; 8 KiB at SURVEY_WORK if there are SLICED bytes or more
;	Mode:	flat 32-bit
;	Stack:	48 bytes
global rj_crc32
rj_crc32:
	pushad
	not	eax
	mov	esi, edx
	mov	edi, ecx
	cmp	ecx, BLOCK
	jb	.few
	xchg	eax, ebp
	push	CPUID_FEATURES
	pop	eax
	cpuid
	test	cl, ECX_PCLMULQDQ
	xchg	eax, ebp
	mov	ecx, edi
	jz	.slice
	mov	edx, cr0
	mov	ebp, cr4
	and	dl, ~CR0_EM_TS
	push	ebp
	or	ebp, CR4_OSFXSR
	mov	cr0, edx
	mov	cr4, ebp
	call	fold
	pop	ebp
	mov	cr4, ebp
	jmp	.few
.slice:
	call	slice
.few:
	call	shift
	not	eax
	mov	[esp + 28], eax		; EAX of PUSHAD
	popad
	ret
%else
; crc32_by_folding, crc32_by_slicing: for tests, by the System V ABI.
;	In:	EDI = CRC-32 of what comes before, RSI = bytes, EDX = how many: for folding, at
;		least BLOCK
;	Out:	EAX = CRC-32
;	Clobbers: as that ABI allows
;	Stack:	32 bytes
%macro for_host 2
global %1
%1:
	push	rbx
	mov	eax, edi
	not	eax
	mov	ecx, edx
	call	%2
	call	shift
	not	eax
	pop	rbx
	ret
%endmacro
	for_host crc32_by_folding, fold
	for_host crc32_by_slicing, slice
%endif

; In all of the following, EAX is the CRC-32 without its final inversion, ESI the address of
; the next byte, and ECX the number of bytes left.

; shift_8: takes in one byte, which has been combined with AL.
;	Clobbers: DL
shift_8:
	mov	dl, 8
.bit:
	shr	eax, 1
	jnc	.zero
	xor	eax, POLYNOMIAL
.zero:
	dec	dl
	jnz	.bit
	ret

; shift: takes in all that is left.
;	Clobbers: DL
shift:
	jecxz	.end
.byte:
	xor	al, [esi]
	inc	esi
	call	shift_8
	loop	.byte
.end:
	ret

; slice: takes in all but up to 7 bytes if there are SLICED or more, 8 bytes at a time.
;	Clobbers: EBX, EDX, EDI
%macro slice_by 2-3 xor		; operand that has a byte, its table, what to do
	movzx	ebx, %1
	%3	edx, [TABLES + %2 * TABLE + ebx * 4]
%endmacro
slice:
	cmp	ecx, SLICED
	jb	shift.end
	push	rax_or_eax
	xor	ebx, ebx
.index:
	mov	eax, ebx
	lea	edi, [TABLES + ebx * 4]
.table:
	call	shift_8			; another byte, of zeros
	mov	[edi], eax
	add	edi, TABLE
	cmp	edi, TABLES + SLICES * TABLE
	jb	.table
	inc	bl
	jnz	.index
	pop	rax_or_eax
	mov	ebx, ecx
	and	ecx, 7
	and	ebx, ~7
	add	esi, ebx
	mov	edi, ebx
	neg	edi
.eight:
	xor	eax, [esi + edi]
	slice_by al, 7, mov
	slice_by ah, 6
	shr	eax, 16
	slice_by al, 5
	slice_by ah, 4
	slice_by byte [esi + edi + 4], 3
	slice_by byte [esi + edi + 5], 2
	slice_by byte [esi + edi + 6], 1
	slice_by byte [esi + edi + 7], 0
	mov	eax, edx
	add	edi, 8
	jnz	.eight
	ret

; fold: takes in all but less than BLOCK bytes, of at least BLOCK. A lane is a polynomial that
; may replace the bytes that it has taken in: multiplied by powers of x, it moves on to the
; bytes BLOCK further on. SSE must be enabled.
;	Clobbers: EBX, DL, EDI; sets XMM0, XMM1, XMM4, XMM5 and XMM7 to 0
fold:
	movups	xmm7, [multipliers]
	movd	xmm5, eax
%assign lane 0
%rep LANES
	movups	xmm %+ lane, [esi + 16 * lane]
	%assign lane lane + 1
%endrep
	xorps	xmm0, xmm5
	sub	ecx, BLOCK
	jmp	.next
.block:
%assign lane 0
%rep LANES
	movaps	xmm4, xmm %+ lane
	movups	xmm5, [esi + 16 * lane]
	pclmulqdq xmm %+ lane, xmm7, 00h
	pclmulqdq xmm4, xmm7, 11h
	xorps	xmm %+ lane, xmm5
	xorps	xmm %+ lane, xmm4
	%assign lane lane + 1
%endrep
.next:
	add	esi, BLOCK
	sub	ecx, BLOCK
	jae	.block
	mov	ebx, esi
	lea	edi, [ecx + BLOCK]
	mov	esi, lanes
%assign lane 0
%rep LANES
	movups	[esi + 16 * lane], xmm %+ lane
	xorps	xmm %+ lane, xmm %+ lane
	%assign lane lane + 1
%endrep
	xorps	xmm4, xmm4
	xorps	xmm5, xmm5
	xorps	xmm7, xmm7
	xor	eax, eax
	mov	ecx, BLOCK
	call	shift
	mov	esi, ebx
	mov	ecx, edi
	ret

; x to the power of BLOCK * 8 + 32 and of BLOCK * 8 - 32, each modulo the polynomial, with the
; lowest bit first and one bit further up.
section .rodata.crc32 progbits alloc noexec nowrite align=4
multipliers:
	dq	0F1DA05AAh, 15A546366h

section .bss.crc32 nobits alloc noexec write align=4
lanes:	resb	BLOCK
