; SPDX-License-Identifier: MIT
; chain: a stand-in for a second stage that a boot sector loads. It prints how it was
; started and what is in memory, one NAME=VALUE line each, to COM1, then "CHAIN END".
; guest/chain.py writes the signature of the real loader over its first bytes, and marks over
; the last bytes that are loaded.
;
; -DORIGIN=n    offset of its first loaded byte in the segment with which it is entered
; -DLANDING=n   offset of the target of its signature's jump
; -DLAST=n      offset of the last dword that is loaded
; -DSECTOR=n    physical address where the boot sector should be

%define CODE 0x2200			; after everything that signatures need
%define PUSHES 100			; as many words the stack has to hold

	org ORIGIN
	bits 16

	times LANDING db 0
	jmp strict near start
	times CODE - ($ - $$) db 0

start:
	mov [cs:saved.eax], eax
	mov [cs:saved.esp], esp
	mov [cs:saved.ss], ss
	mov [cs:saved.ds], ds
	mov [cs:saved.es], es
	mov ax, cs
	mov ds, ax
	mov es, ax
	mov [saved.cs], cs
	mov [saved.ebx], ebx
	mov [saved.ecx], ecx
	mov [saved.edx], edx
	mov [saved.esi], esi
	mov [saved.edi], edi
	mov [saved.ebp], ebp

	; Use the stack first, before looking at anything.
	mov cx, PUSHES
.push:	push cx
	loop .push
	int 0x12
	mov [memory_size], ax
	mov cx, PUSHES
.pop:	pop ax
	loop .pop

	cli
	mov ax, cs
	mov ss, ax
	mov sp, stack
	sti
	cld
	call .here
.here:	pop ax
	sub ax, .here - $$
	mov [saved.ip], ax		; of the first loaded byte
	movzx eax, ax
	movzx ecx, word [saved.cs]
	shl ecx, 4
	add eax, ecx
	mov [load], eax

	mov edi, first
	mov ecx, 8
	call copy
	mov eax, [load]
	add eax, LAST
	mov edi, last
	mov ecx, 4
	call copy
	mov eax, SECTOR + 3
	mov edi, oem
	mov ecx, 8
	call copy
	mov eax, SECTOR + 0x1C
	mov edi, hidden
	mov ecx, 4
	call copy
	mov eax, SECTOR + 0x24
	mov edi, drive
	mov ecx, 1
	call copy
	mov eax, SECTOR + 0x1FE
	mov edi, signature
	mov ecx, 2
	call copy
	mov eax, 0x500
	mov edi, entries
	mov ecx, 64
	call copy

	call serial_init
	call print_fields
	mov si, .end
	call puts
	mov al, 0x10
	jmp leave
.end:	db 'CHAIN END', 10, 0

; copy: ECX bytes from the physical address EAX to DI.
copy:
	push ds
	mov esi, eax
	and si, 15
	shr eax, 4
	mov ds, ax
	rep movsb
	pop ds
	ret

%include "console.inc"
%include "print.inc"

fields:
	field 'CS', saved.cs, 2
	field 'IP', saved.ip, 2
	field 'SS', saved.ss, 2
	field 'ESP', saved.esp, 4
	field 'DS', saved.ds, 2
	field 'ES', saved.es, 2
	field 'EAX', saved.eax, 4
	field 'EBX', saved.ebx, 4
	field 'ECX', saved.ecx, 4
	field 'EDX', saved.edx, 4
	field 'ESI', saved.esi, 4
	field 'EDI', saved.edi, 4
	field 'EBP', saved.ebp, 4
	field 'LOAD', load, 4
	field 'FIRST', first, 8
	field 'LAST', last, 4
	field 'OEM', oem, 8
	field 'HIDDEN', hidden, 4
	field 'DRIVE', drive, 1
	field 'SIGNATURE', signature, 2
	field 'BIO', entries, 11
	field 'BIO_CLUSTER', entries + 0x1A, 2
	field 'DOS', entries + 0x20, 11
	field 'DOS_CLUSTER', entries + 0x3A, 2
fields_end:

	align 4
saved:
.eax:	dd 0
.ebx:	dd 0
.ecx:	dd 0
.edx:	dd 0
.esi:	dd 0
.edi:	dd 0
.ebp:	dd 0
.esp:	dd 0
.cs:	dw 0
.ip:	dw 0
.ss:	dw 0
.ds:	dw 0
.es:	dw 0
load:	dd 0
first:	times 8 db 0
last:	dd 0
oem:	times 8 db 0
hidden:	dd 0
drive:	db 0
signature: dw 0
entries: times 64 db 0
memory_size: dw 0
	align 4
	times 256 db 0
stack:
