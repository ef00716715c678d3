; SPDX-License-Identifier: MIT
; A stand-in for a PXE boot program. It prints how it was called, then returns; INT 18h
; must follow.

	org 0x7C00
	bits 16

start:
	mov [cs:saved.eax], eax
	mov [cs:saved.ebx], ebx
	mov [cs:saved.edx], edx
	mov [cs:saved.es], es
	mov [cs:saved.ss], ss
	mov [cs:saved.sp], sp
	mov [cs:saved.cs], cs
	mov bp, sp
	mov eax, [bp]
	mov [cs:saved.return], eax
	mov eax, [bp + 4]
	mov [cs:saved.pxe], eax
	xor ax, ax
	mov ds, ax
	cld
	mov word [0x18 * 4], no_boot
	mov [0x18 * 4 + 2], cs
	mov eax, [last]
	mov [saved.last], eax
	call serial_init
	call print_fields
	retf

no_boot:
	mov si, .message
	call puts
	mov al, 0x10
	jmp leave
.message: db 'INT18', 10, 0

%include "console.inc"
%include "print.inc"

fields:
	field 'CS', saved.cs, 2
	field 'EAX', saved.eax, 4
	field 'EBX', saved.ebx, 4
	field 'EDX', saved.edx, 4
	field 'ES', saved.es, 2
	field 'SS', saved.ss, 2
	field 'SP', saved.sp, 2
	field 'RETURN', saved.return, 4
	field 'PXE', saved.pxe, 4
	field 'LAST', saved.last, 4
fields_end:

saved:
.eax:	dd 0
.ebx:	dd 0
.edx:	dd 0
.return: dd 0
.pxe:	dd 0
.last:	dd 0
.cs:	dw 0
.es:	dw 0
.ss:	dw 0
.sp:	dw 0
	times 30000 db 0x90
last:	dd 0x4C494154			; TAIL
