; SPDX-License-Identifier: MIT
; The fast path for what boot loaders do most: reading a RAM disk with 512-byte sectors in
; real mode. It serves only calls that are valid in every respect; any other goes unchanged
; to serve_call, which reports the error.

%include "layout.inc"
%include "constants.inc"
%include "hardware/cpu.inc"
%include "int13.inc"

extern DATA_FLAT16, flat, int13_units, unit, gdtr, user_gdtr, wrapped, serve_call, return

BDA_FLOPPY_STATUS equ	441h
BDA_DISK_STATUS	equ	474h
PUSHED_EDX	equ	20		; offset after PUSHAD
SECTOR_SHIFT	equ	9

; A field of the unit; EBP = UNIT_SIZE times the map's value.
%define UNIT(field) cs:ebp + int13_units - INT13_UNIT * UNIT_SIZE + UNIT_ %+ field

section .text
bits 16

; ram_read_chs, ram_read_packet: INT 13h AH=02h and AH=42h.
;	In:	the caller's registers, [unit] = the map's value for DL, a RAM disk's
;	Out:	to the caller, or to serve_call
;	Mode:	real or virtual-8086; DS and ES can reach 4 GiB afterwards
;	Stack:	36 bytes of the caller's
global ram_read_chs
ram_read_chs:
	push	ds
	push	es
	pushad
	movzx	ebp, byte [cs:unit]
	imul	ebp, ebp, UNIT_SIZE
	movzx	esi, cl
	and	esi, 3Fh
	dec	esi
	cmp	esi, [UNIT(SECTORS_PER_TRACK)]
	jae	long_way
	shr	cl, 6
	xchg	cl, ch
	movzx	ecx, cx			; cylinder
	cmp	ecx, [UNIT(CYLINDERS)]
	jae	long_way
	movzx	edx, dh			; head
	cmp	edx, [UNIT(HEADS)]
	jae	long_way
	imul	ecx, [UNIT(HEADS)]
	add	ecx, edx
	imul	ecx, [UNIT(SECTORS_PER_TRACK)]
	add	ecx, esi
	movzx	eax, al
	lea	edx, [eax - 1]
	cmp	edx, CHS_COUNT_MAX
	jae	long_way
	xor	edi, edi
	mov	di, es
	movzx	ebx, bx

; read: In: ECX = first sector, EAX = number of sectors, EDI:EBX = segment and offset of
; the buffer, EBP as for UNIT
read:
	shl	edi, 4
	add	edi, ebx
	cmp	dword [UNIT(SECTOR_SHIFT)], SECTOR_SHIFT
	jne	long_way
	mov	edx, [UNIT(SECTORS)]
	sub	edx, ecx
	jbe	long_way
	cmp	eax, edx
	ja	long_way
	shl	ecx, SECTOR_SHIFT
	add	ecx, [UNIT(CONTEXT)]
	mov	esi, ecx
	mov	ecx, eax
	shl	ecx, SECTOR_SHIFT - 2
	smsw	ax
	test	al, CR0_PE		; virtual-8086 mode
	jnz	long_way
	mov	bp, sp			; the caller's DL
	mov	dl, [bp + PUSHED_EDX]
	o32 sgdt [cs:user_gdtr]
	o32 lgdt [cs:gdtr]
	mov	eax, cr0		; limits of 4 GiB, as in copy
	mov	bx, DATA_FLAT16
	inc	ax
	mov	cr0, eax
	mov	ds, bx
	mov	es, bx
	dec	ax
	mov	cr0, eax
	mov	ebx, [cs:flat + FLAT_BASE]
	inc	byte [ebx + wrapped]	; A20 is open if the byte 1 MiB above differs
	mov	al, [ebx + wrapped]
	cmp	al, [ebx + wrapped + HIGH_MEMORY]
	je	a20_closed
	cld
	a32 rep movsd
	o32 lgdt [cs:user_gdtr]
	mov	ds, cx
	mov	bx, BDA_FLOPPY_STATUS
	test	dl, dl
	jns	.floppy
	mov	bx, BDA_DISK_STATUS
.floppy:
	mov	[bx], cl		; no error
	popad
	pop	es
	pop	ds
	mov	ah, 0
	clc
	jmp	return

global ram_read_packet
ram_read_packet:
	push	ds
	push	es
	pushad
	cmp	byte [si], PACKET_SIZE
	jb	long_way
	mov	ebx, [si + 4]
	cmp	ebx, -1
	je	long_way		; a 64-bit address
	cmp	dword [si + 12], 0
	jne	long_way
	mov	ecx, [si + 8]
	movzx	eax, word [si + 2]
	mov	edi, ebx
	shr	edi, 16
	movzx	ebx, bx
	movzx	ebp, byte [cs:unit]
	imul	ebp, ebp, UNIT_SIZE
	test	byte [UNIT(FLAGS)], DISK_FLOPPY
	jz	read			; AH=42h is not for floppies

; Or the bytes are equal by chance.
a20_closed:
	o32 lgdt [cs:user_gdtr]
long_way:
	popad
	pop	es
	pop	ds
	jmp	serve_call
