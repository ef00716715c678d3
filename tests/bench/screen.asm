; SPDX-License-Identifier: MIT
; A boot sector that measures text by INT 10h on a screen of 80x25 characters:
;   a character by AH=0Eh, on average over a row
;   a scroll by a row, by a line feed in the last one and by AH=06h
;   a screen, each cell of it by AH=02h and 09h, as menus are drawn
; All cells change in each. It prints ticks of the TSC, in decimal on COM1. With QEMU's
; -icount shift=0 those are guest instructions, the same in each run.
;
;	-DVBE=mode		on the screen in this mode, which it sets
COLUMNS	equ	80
ROWS	equ	25
CELL	equ	0007h			; BX: page 0, grey on black

org 7C00h
bits 16
	xor	ax, ax
	mov	ds, ax
	mov	ss, ax
	mov	sp, 7C00h
	cld
	mov	dx, 3F8h + 3		; 8n1, in case nobody has set it
	mov	al, 3
	out	dx, al
%ifdef VBE
	mov	ax, 4F02h
	mov	bx, VBE
	int	10h
%endif
	mov	bp, tests
.next:	call	measure
	xor	edx, edx
	movzx	ebx, word [bp + 4]
	div	ebx
	call	print_decimal
	add	bp, 6
	cmp	bp, tests.end
	jne	.next
	mov	dx, 0F4h		; isa-debug-exit
	out	dx, al
	hlt

; What comes before, what is measured, and how many times the latter does it.
tests:
	dw	go_to_middle, type_row, COLUMNS
	dw	fill, line_feed, 1
	dw	fill, scroll, 1
	dw	nothing, fill, 1
.end:

; measure: In: BP = row of tests. Out: EAX = ticks. Clobbered: all but BP, DS.
measure:
	cli
	call	[bp]
	rdtsc
	mov	[start], eax
	call	[bp + 2]
	rdtsc
	sub	eax, [start]
nothing:
	ret

go_to_middle:
	mov	dx, ROWS / 2 << 8
; go_to: In: DH = row, DL = column.
go_to:	mov	ah, 02h
	mov	bx, CELL
	int	10h
	ret

type_row:
	mov	si, COLUMNS
.next:	call	next_character
	mov	ah, 0Eh
	mov	bx, CELL
	int	10h
	dec	si
	jnz	.next
	ret

line_feed:
	mov	ax, 0E00h + 10
	mov	bx, CELL
	int	10h
	ret

scroll:	mov	ax, 0601h
	mov	bx, CELL << 8
	xor	cx, cx
	mov	dx, (ROWS - 1) << 8 | (COLUMNS - 1)
	int	10h
	ret

; fill: Out: the cursor is in the last row.
fill:	xor	dx, dx
.next:	call	go_to
	call	next_character
	mov	ah, 09h
	mov	cx, 1
	int	10h
	inc	dl
	cmp	dl, COLUMNS
	jne	.next
	mov	dl, 0
	inc	dh
	cmp	dh, ROWS
	jne	.next
	ret

; next_character: from ! to ~, so that no cell gets the one that it has, or that is below it.
; Out: AL
next_character:
	mov	al, [character]
	inc	ax
	cmp	al, '~'
	jbe	.valid
	mov	al, '!'
.valid:	mov	[character], al
	ret

%include "decimal.inc"

character:
	db	'!'

	times 510 - ($ - $$) db 0
	dw	0AA55h

start	equ	600h
