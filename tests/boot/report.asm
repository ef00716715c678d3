; SPDX-License-Identifier: MIT
; A boot sector for loaders under test to start. It reports on COM1 that it runs, with its
; drive, and ends QEMU.

bits 16
org 7C00h

COM1            equ 3F8h
LINE_STATUS     equ COM1 + 5
TRANSMITTER_IDLE equ 40h
DEBUG_EXIT      equ 0F4h
PASSED          equ 10h

	cli
	mov	bl, dl
	xor	ax, ax
	mov	ds, ax
	mov	si, message
	cld
.text:
	lodsb
	test	al, al
	jz	.drive
	call	send
	jmp	.text
.drive:
	mov	cx, 2
.digit:
	rol	bl, 4
	mov	al, bl
	and	al, 0Fh
	cmp	al, 10
	sbb	al, 69h
	das
	call	send
	loop	.digit
	mov	al, 10
	call	send
	mov	al, PASSED
	mov	dx, DEBUG_EXIT
	out	dx, al
	hlt

; Sends AL, and waits until it is sent.
send:
	mov	dx, COM1
	out	dx, al
	mov	dx, LINE_STATUS
.wait:
	in	al, dx
	test	al, TRANSMITTER_IDLE
	jz	.wait
	ret

message	db	10, "STARTED WITH DRIVE ", 0

	times 510 - ($ - $$) db 0
	dw	0AA55h
