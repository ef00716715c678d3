; SPDX-License-Identifier: MIT
; inflate's inner loop (RFC 1951). It compares with the ends of input and output only once for
; several symbols, and keeps all it needs in registers, which compilers do not achieve. All that
; is rare or ends the loop is left to inflate.c.
%include "constants.inc"
%include "install/either_mode.inc"

%ifdef HOST
	%define STATE edi
%else
	%define STATE eax
%endif

; In all of the following
;	EBP = struct inflate_fast
;	EBX = its hold
;	DL = its count - LITERAL_BITS: if not negative, hold is enough for an index. Only
;		DL is defined of EDX
;	ESI = its next
;	EDI = its to
%define entry	ebp + FAST_ENTRY
%define literals ebp + FAST_LITERALS
%define distances ebp + FAST_DISTANCES
BASE	equ	2		; offset of bits 31:16 of an entry
EXTRA	equ	1		; of bits 15:8
MANY	equ	32		; from here on, copy_match copies faster if a distance is below 4

; Adds as many whole bytes as fit to hold: then it has 24 to 31 bits.
;	Clobbers: EAX, ECX
%macro refill 0
	lea	ecx, [edx + LITERAL_INDEX]
	mov	eax, [esi]
	shl	eax, cl
	or	ebx, eax
	not	ecx
	and	ecx, 24
	add	dl, cl
	shr	ecx, 3
	add	esi, ecx
%endmacro

; Takes the number of bits in CL, modulo 32.
%macro take 0
	shr	ebx, cl
	sub	dl, cl
%endmacro

; The next bits of the input, as many as CL says, modulo 32, take the place of so many in EAX.
%macro extra 0
	shrd	eax, ebx, cl
	rol	eax, cl
%endmacro

section .text.inflate_fast progbits alloc exec nowrite align=1
; inflate_fast: inflate_fast.h.
;	In:	EAX = struct inflate_fast (64-bit: EDI)
;	Out:	EAX = 0 or an entry
;	Clobbers: ECX, EDX (64-bit: RSI, RDI as well)
;	Mode:	flat 32-bit
;	Stack:	16 bytes
global inflate_fast
inflate_fast:
	save	SAVED
	mov	ebp, STATE
	mov	ebx, [ebp + FAST_HOLD]
	mov	edx, [ebp + FAST_COUNT]
	sub	dl, LITERAL_INDEX
	mov	esi, [ebp + FAST_NEXT]
	mov	edi, [ebp + FAST_TO]
	jmp	.next

; A length without extra bits, whose bits have been taken. DL is less by ENTRY_LENGTH, which
; shift counts ignore; the distance's entry makes up for that.
.length:
	mov	[entry], ecx
.distance:
	refill
	movzx	eax, bl			; DISTANCE_BITS
	mov	ecx, [distances + eax * 4]
	sub	dl, cl
	js	.rare			; by its flags
	shr	ebx, cl
	movzx	eax, word [distances + BASE + eax * 4]
	mov	cl, ch
	extra				; the base is a multiple of 1 << CL, since it is less 1
	take
	not	eax
	add	eax, edi		; where the match's source begins, + 1, as EDI is
	cmp	eax, [ebp + FAST_START]
	jbe	.bad
	; The distance is 4 or more: copied in dwords, the source may overlap.
	mov	ecx, [eax - 1]
	mov	[edi - 1], ecx
	mov	ecx, [eax + 3]
	mov	[edi + 3], ecx
	movzx	ecx, word [entry + BASE]
	cmp	ecx, 8			; the length is one more
	jae	.longer
.copied:
	add	edi, ecx
.next:
	test	dl, dl
	js	.low
	cmp	esi, [ebp + FAST_STOP]
	jb	.symbol
.low:
	cmp	esi, [ebp + FAST_STOP]
	jae	.stop
	refill
; The subtraction borrows if less than an index is left, or by the flags of what is not a
; literal; then its sign tells the two apart.
.symbol:
	mov	eax, ebx
	and	eax, (1 << LITERAL_INDEX) - 1
	mov	ecx, [literals + eax * 4]
	shr	ebx, cl
	mov	[edi], ch		; in case that it is a literal
	inc	edi
	sub	dl, cl
	jae	.symbol
	js	.low			; a literal: -LITERAL_BITS to -1
.not_literal:
	test	ch, ch
	jz	.length
	js	.link
	test	ch, (ENTRY_END | ENTRY_BAD) >> 8
	jnz	.end
	; a length with extra bits
	mov	[entry], ecx
	refill
	mov	cl, [entry + EXTRA]
	xor	eax, eax
	extra
	take
	add	[entry + BASE], ax
	jmp	.distance

; The code is longer: its entry is in a further table.
.link:
	mov	[entry], ecx
	refill
	add	dl, ENTRY_RARE
	mov	cl, [entry + EXTRA]	; and LINK, modulo 32
	xor	eax, eax
	extra
	movzx	ecx, word [entry + BASE]
	add	eax, ecx
	mov	ecx, [literals + eax * 4]
	mov	[edi - 1], ch
	take
	test	cl, cl
	js	.not_literal
	jmp	.next

.longer:
	mov	ecx, [eax + 7]
	mov	[edi + 7], ecx
	mov	ecx, [eax + 11]
	mov	[edi + 11], ecx
	movzx	ecx, word [entry + BASE]
	cmp	ecx, 16
	jb	.copied
	add	eax, 15
	add	edi, 15
	shr	ecx, 2
	sub	ecx, 3
	xchg	eax, esi
	rep movsd			; up to 3 bytes more
	movzx	ecx, word [entry + BASE]
	and	ecx, 3
	lea	edi, [edi + ecx - 3]
	xchg	eax, esi
	jmp	.next

.rare:
	test	ch, ch			; LINK or BAD, or else the distance is below 4
	jnz	.careful
	cmp	word [entry + BASE], MANY
	jae	.careful
	shr	ebx, cl
	add	dl, (ENTRY_LENGTH + ENTRY_RARE) & 0FFh
	movzx	eax, word [distances + BASE + eax * 4]
	not	eax
	add	eax, edi
	cmp	eax, [ebp + FAST_START]
	jbe	.bad
	movzx	ecx, word [entry + BASE]
	inc	ecx
	dec	eax
	dec	edi
	xchg	eax, esi
	rep movsb
	xchg	eax, esi
	jmp	.next

; The distance is left in the input.
.careful:
	add	dl, cl
	add	dl, ENTRY_LENGTH
	mov	ecx, [entry]
	mov	ch, 0
	jmp	.taken
.bad:
	mov	ecx, ENTRY_RARE | ENTRY_BAD
	jmp	.taken
.end:
	add	dl, ENTRY_RARE
.taken:
	dec	edi
	jmp	.return

; next has reached stop: moves that on as far as the output has room for what the input may
; give.
.stop:
	mov	eax, [ebp + FAST_TO_LIMIT]
	sub	eax, edi
	jbe	.between
	shr	eax, RATIO_SHIFT
	lea	eax, [eax + esi + 1]
	mov	ecx, [ebp + FAST_LIMIT]
	cmp	eax, ecx
	jb	.new_stop
	xchg	eax, ecx
.new_stop:
	mov	[ebp + FAST_STOP], eax
	cmp	esi, eax
	jb	.low
.between:
	xor	ecx, ecx
.return:
	add	dl, LITERAL_INDEX
	movzx	edx, dl
	mov	[ebp + FAST_HOLD], ebx
	mov	[ebp + FAST_COUNT], edx
	mov	[ebp + FAST_NEXT], esi
	mov	[ebp + FAST_TO], edi
	xchg	eax, ecx
	restore	SAVED
	ret
