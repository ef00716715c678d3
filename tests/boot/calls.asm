; SPDX-License-Identifier: MIT
; A payload that makes the BIOS calls that any payload needs. It prints on the screen by
; INT 10h, and a NAME=VALUE line for each other call on COM1, which the stub has set
; up. Then it halts, with its text on the screen.

	org 0x7C00
	bits 16

%macro say 1+
	call puts
	db %1, 0
%endmacro

start:
	say 'CALLS'
	mov si, shown
.show:	lodsb
	mov ah, 0x0E
	xor bx, bx
	int 0x10
	cmp si, shown_end
	jb .show

	say 10, 'INT12='
	int 0x12
	call print

	say 10, 'INT13='
	mov ax, 0x0201
	mov bx, buffer
	mov cx, 1
	mov dx, 0x80
	int 0x13
	sbb ax, ax			; FFFF for an error
	or ax, [buffer + 510]
	call print

	say 10, 'INT15='
	mov ah, 0x88
	int 0x15
	call print

	say 10, 'INT1A='			; 4 ticks have to come
	mov ah, 0
	int 0x1A
	mov di, dx
.tick:	mov ah, 0
	int 0x1A
	sub dx, di
	cmp dx, 4
	jb .tick
	xchg ax, dx
	call print

	say 10, 'PROBE WAITS FOR A KEY', 10
	mov ah, 0
	int 0x16
	say 'KEY='
	call print

	say 10, 'CALLS END', 10
.stop:	hlt
	jmp .stop

; puts: prints the text after the call. Clobbered: BX, SI.
puts:
	pop si
	xchg ax, bx
.next:	lodsb
	test al, al
	jz .end
	call putc
	jmp .next
.end:	xchg ax, bx
	jmp si

; print: prints AX in hex. Clobbered: AX, CX.
print:
	mov cx, 4
.next:	rol ax, 4
	push ax
	and al, 15
	cmp al, 10
	sbb al, 0x69
	das				; 0-9, A-F
	call putc
	pop ax
	loop .next
	ret

%include "putc.inc"

shown:	db 'INT 10h prints'
shown_end:

buffer equ 0x8000
