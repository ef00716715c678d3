; SPDX-License-Identifier: MIT
; A partition's boot sector, with the BIOS parameter block of a FAT16, that prints what was
; passed to it: one NAME=VALUE line each on COM1, then "PROBE END"; then QEMU ends.
;
; -DSECTOR=n    sector size (default 512)

%ifndef SECTOR
%define SECTOR 512
%endif
%define MARK 0x5652424D

	org 0x7C00
	bits 16

	jmp strict near start
	db 'STANDIN '
	dw SECTOR
	db 1				; sectors of a cluster
	dw 1				; reserved ones
	db 2				; FATs
	dw 512, 2048			; root entries, sectors
	db 0xF8
	dw 8, 63, 16			; sectors of a FAT, of a track; heads
hidden:	dd 0x11111111, 0
drive:	db 0xEE, 0, 0x29
	dd 0
	db 'STANDIN    FAT16   '

start:
	mov [cs:saved.ds], ds
	mov [cs:saved.eax], eax
	mov [cs:saved.si], si
	push cs
	call .here
.here:	pop ax
	sub ax, .here - start
	mov [cs:saved.ip], ax
	pop ax
	mov [cs:saved.cs], ax
	mov [cs:saved.ebx], ebx
	mov [cs:saved.edx], edx
	mov [cs:saved.bp], bp
	xor ax, ax
	mov es, ax
	mov di, entry
	mov cx, 36
	rep movsb			; from DS:SI, wherever that is
	mov ds, ax
	call serial_init
	call print_fields
	mov si, .end
	call puts
	mov al, 0x10
	jmp leave
.end:	db 'PROBE END', 10, 0

%include "console.inc"
%include "print.inc"

fields:
	field 'EAX', saved.eax, 4
	field 'EBX', saved.ebx, 4
	field 'EDX', saved.edx, 4
	field 'DS', saved.ds, 2
	field 'SI', saved.si, 2
	field 'BP', saved.bp, 2
	field 'CS', saved.cs, 2
	field 'IP', saved.ip, 2
	field 'ENTRY', entry, 16
	field 'LENGTH', entry + 16, 4
	field 'GPT', entry + 20, 16
	field 'ACTIVE1', 0x7BE, 1
	field 'FIRST1', 0x7BE + 8, 4
	field 'HIDDEN', hidden, 4
	field 'DRIVE', drive, 1
	field 'LAST', last, 4
fields_end:

	times 510 - ($ - $$) db 0
	dw 0xAA55
%if SECTOR > 512
	times SECTOR - 4 - ($ - $$) db 0xCC
last:	dd MARK
%else
last	equ 0x7C00 + 506
%endif

	absolute 0x6000
saved:
.eax:	resd 1
.ebx:	resd 1
.edx:	resd 1
.ds:	resw 1
.si:	resw 1
.bp:	resw 1
.cs:	resw 1
.ip:	resw 1
entry:	resb 36
