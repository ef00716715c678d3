; SPDX-License-Identifier: MIT
; Sectors that print which one was started: STARTED=NAME and "PROBE END" on COM1; then QEMU
; ends.
;
; -DNAME="'text'"
; -DNEXT        instead, an MBR that reads and starts the sector after it, as boot managers
;               and encrypted disks do

	org 0x7C00
	bits 16

%ifdef NEXT
RUNS	equ 0x600

	xor ax, ax
	mov ds, ax
	mov es, ax
	mov ss, ax
	mov sp, 0x7C00
	mov si, sp
	mov di, RUNS
	mov cx, 256
	rep movsw
	jmp 0:RUNS + .moved - $$
.moved:	mov ax, 0x0201			; one sector
	mov bx, 0x7C00
	mov cx, 2			; from the second on
	mov dh, 0
	int 0x13
	jmp 0:0x7C00
%else
	jmp 0:.start
.start:	mov ax, cs
	mov ds, ax
	call serial_init
	mov si, .text
	call puts
	mov al, 0x10
	jmp leave
.text:	db 'STARTED=', NAME, 10, 'PROBE END', 10, 0

%include "console.inc"

	times 510 - ($ - $$) db 0
	dw 0xAA55
%endif
