; SPDX-License-Identifier: MIT
; A boot sector that measures a read of 32 KiB by INT 13h AH=42h, and of a sector by AH=02h,
; from its own drive. It prints the minimum of RUNS in ticks of the TSC, in decimal on COM1.
; With QEMU's -icount shift=0 those are guest instructions. Polling a device counts as
; well, and the minimum has the least of that.
RUNS	equ	256
TARGET	equ	2000h			; segment

org 7C00h
bits 16
	cli
	xor	ax, ax
	mov	ds, ax
	mov	ss, ax
	mov	sp, 7C00h
	mov	[drive], dl
	push	word TARGET
	pop	es
	sti
	mov	dx, 3F8h + 3		; 8n1, in case nobody has set it
	mov	al, 3
	out	dx, al
	mov	di, 4200h
	call	measure
	mov	di, 0201h
	call	measure
	mov	dx, 0F4h		; isa-debug-exit
	out	dx, al
	hlt

; measure: In: DI = AX of the call. Clobbered: all but DI, DS, ES.
measure:
	mov	ebp, -1
	mov	word [runs], RUNS
.run:	mov	si, packet
	xor	bx, bx
	mov	cx, 1
	rdtsc
	mov	[start], eax
	mov	dh, 0
	mov	dl, [drive]
	mov	ax, di
	int	13h
	jc	.failed
	rdtsc
	sub	eax, [start]
	cmp	eax, ebp
	jae	.more
	mov	ebp, eax
.more:	dec	word [runs]
	jnz	.run
	mov	eax, ebp
	jmp	print_decimal
.failed:
	xor	eax, eax		; which no read takes
	jmp	print_decimal

%include "decimal.inc"

packet:	dw	10h, 64, 0, TARGET
	dd	0, 0

	times 510 - ($ - $$) db 0
	dw	0AA55h

drive	equ	600h
runs	equ	602h
start	equ	604h
