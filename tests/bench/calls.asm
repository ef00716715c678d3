; SPDX-License-Identifier: MIT
; A boot sector that measures calls of the BIOS: INT 16h AH=01h without a key, INT 1Ah AH=00h,
; and the handler of IRQ 0, called by INT 08h. It prints the minimum of RUNS in ticks of the TSC,
; in decimal on COM1. With QEMU's -icount shift=0 those are guest instructions.
RUNS	equ	64

org 7C00h
bits 16
	xor	ax, ax
	mov	ds, ax
	mov	ss, ax
	mov	sp, 7C00h
	mov	dx, 3F8h + 3		; 8n1, in case nobody has set it
	mov	al, 3
	out	dx, al
	mov	byte [measure.number], 16h
	mov	di, 0100h
	call	measure
	mov	byte [measure.number], 1Ah
	mov	di, 0
	call	measure
	mov	byte [measure.number], 08h
	call	measure
	mov	dx, 0F4h		; isa-debug-exit
	out	dx, al
	hlt

; measure: In: DI = AX of the call, [number]. Clobbered: all but DI, DS.
measure:
	mov	ebp, -1
	mov	word [runs], RUNS
.run:	cli
	rdtsc
	mov	[start], eax
	mov	ax, di
	db	0CDh			; INT
.number: db	0
	cli
	rdtsc
	sub	eax, [start]
	cmp	eax, ebp
	jae	.more
	mov	ebp, eax
.more:	dec	word [runs]
	jnz	.run
	mov	eax, ebp
	jmp	print_decimal

%include "decimal.inc"

runs:	dw	0
start:	dd	0
	times 510 - ($ - $$) db 0
	dw	0AA55h
