; SPDX-License-Identifier: MIT
; A boot sector that prints its registers on COM1, and halts. The test that started it
; compares the memory.

bits 16
org 7C00h

COM1		equ 3F8h
LINE_STATUS	equ COM1 + 5
TRANSMITTER_IDLE equ 40h

start:
	cli
	mov	[cs:saved.esp], esp
	mov	[cs:saved.ss], ss
	push	cs
	pop	ss
	mov	esp, saved.end
	mov	[cs:saved.eax], eax
	pushfd				; MOV has left the flags as they were
	push	ebx
	push	ecx
	push	edx
	push	esi
	push	edi
	push	ebp
	push	ds
	push	es
	push	fs
	push	gs
	push	cs
	pop	ds
	cld
	mov	si, message
.text:
	lodsb
	test	al, al
	jz	.registers
	call	send
	jmp	.text
.registers:
	mov	si, sp
	mov	esp, 7C00h
.byte:
	lodsb
	mov	bl, al
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
	cmp	si, saved.last
	jb	.byte
	mov	al, 10
	call	send
.stand:	hlt
	jmp	.stand

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

message	db	10, "UNHARMED ", 0

; The comparison of memory ignores the last 64 bytes of the code, which are these.
	times 440 - 64 - ($ - $$) db 0
saved:
	times 40 db 0
.end:
.eax	dd 0
.esp	dd 0
.ss	dw 0
.last:
	times 510 - ($ - $$) db 0
	dw	0AA55h
