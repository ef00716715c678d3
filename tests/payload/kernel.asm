; SPDX-License-Identifier: MIT
; A stand-in for a kernel of the Linux boot protocol. It prints how it was entered, what
; the loader wrote into its header, its command line, and the memory of its protected-mode
; part and initrd.
;
; -DPROTOCOL=n  the version of the protocol (default 20Fh); below 200h there is no header
; -DZIMAGE      the protected-mode part goes to 10000h
; -DALONE       there is no protected-mode part, and the size is that of the setup part
; -DWIMBOOT     looks like wimboot, which is also an EFI program

%ifndef PROTOCOL
%define PROTOCOL 0x20F
%endif
%ifdef ZIMAGE
%define FLAGS 0
%define REST 0x10000
%else
%define FLAGS 1
%define REST 0x100000
%endif
ENTRY		equ 0x200
SECTORS		equ 4			; which a 0 in the header means
INITRD_SHOWN	equ 24			; bytes

	org 0
	bits 16

%ifdef WIMBOOT
	db 'MZ'
	times 0x3C - ($ - $$) db 0
	dd 0x40
	db 'PE', 0, 0
%endif

	times 0x1F1 - ($ - $$) db 0
	db 0				; setup_sects: 4
	dw 0
%ifdef ALONE
	dd (rest - $$) / 16		; syssize
%else
	dd (rest_end - rest + 15) / 16
%endif
	dw 0
vid_mode: dw 0x1234
	dw 0, 0xAA55
	jmp short entry
%if PROTOCOL < 0x200
	dd 0x90909090
%else
	db 'HdrS'
%endif
	dw PROTOCOL
	dd 0
	dw 0x1000
	dw version - ENTRY
loader:	db 0
loadflags: db FLAGS
move_size: dw 0
	dd REST
ramdisk: dd 0, 0
	dd 0
heap_end: dd 0
cmd_line: dd 0
%if PROTOCOL >= 0x203
	dd 0x37FFFFFF
%endif
%if PROTOCOL >= 0x20A
	dd 0x200000			; kernel_alignment
	db 1, 0
	dw 0
	dd 40				; cmdline_size
	times 0x258 - ($ - $$) db 0
	dq 0x1000000			; pref_address
	dd 0x812345			; init_size
%endif
	times 0x26C - ($ - $$) db 0

; CS is 20h above the segment of the file.
%define here(label) cs:label - ENTRY
entry:
	mov [here(saved.esp)], esp
	mov [here(saved.cs)], cs
	mov [here(saved.ds)], ds
	mov [here(saved.es)], es
	mov [here(saved.fs)], fs
	mov [here(saved.gs)], gs
	mov [here(saved.ss)], ss
	pushfd
	pop dword [here(saved.eflags)]
	call .here
.here:	pop ax
	sub ax, .here - ENTRY
	mov [here(saved.ip)], ax
	mov ax, cs
	sub ax, ENTRY >> 4
	mov ds, ax
	push ax
	push word main
	retf

main:
	cld
	call serial_init
	call unreal
%ifndef ALONE
	mov eax, [fs:dword REST]
	mov [saved.rest], eax
	mov eax, [fs:dword REST + rest_end - rest - 4]
	mov [saved.rest_end], eax
%endif
	call print_fields
	call print_command_line
	call print_initrd
	mov si, .end
	call puts
	mov al, 0x10
	jmp leave
.end:	db 'PROBE END', 10, 0

%ifdef WIMBOOT
	times 0x400 - ($ - $$) db 0
	dd 0, 0x10D1A884, 0, 2, 0, 0	; its debug directory
	db 'wimboot.efi', 0
%endif

print_command_line:
	mov si, .name
	call puts
%if PROTOCOL >= 0x202
	mov esi, [cmd_line]
%else
	movzx esi, word [0x22]
	movzx eax, word [saved.ds]
	shl eax, 4
	add esi, eax
	cmp word [0x20], 0xA33F
	jne .end
%endif
.next:	mov al, [fs:esi]
	inc esi
	test al, al
	jz .end
	call putc
	jmp .next
.end:	mov al, 10
	jmp putc
.name:	db 'CMDLINE=', 0

print_initrd:
	mov si, .name
	call puts
	mov esi, [ramdisk]
	mov ecx, [ramdisk + 4]
	cmp ecx, INITRD_SHOWN
	jbe .next
	mov ecx, INITRD_SHOWN
.next:	jecxz .end
	mov al, [fs:esi]
	inc esi
	dec ecx
	call print_byte
	jmp .next
.end:	mov al, 10
	jmp putc
.name:	db 'INITRD=', 0

%include "console.inc"
%include "print.inc"
%include "unreal.inc"

fields:
	field 'CS', saved.cs, 2
	field 'IP', saved.ip, 2
	field 'DS', saved.ds, 2
	field 'ES', saved.es, 2
	field 'FS', saved.fs, 2
	field 'GS', saved.gs, 2
	field 'SS', saved.ss, 2
	field 'ESP', saved.esp, 4
	field 'EFLAGS', saved.eflags, 4
	field 'VID_MODE', vid_mode, 2
	field 'LOADER', loader, 1
	field 'LOADFLAGS', loadflags, 1
	field 'MOVE_SIZE', move_size, 2
	field 'HEAP_END', heap_end, 2
	field 'RAMDISK', ramdisk, 4
	field 'RAMDISK_SIZE', ramdisk + 4, 4
	field 'REST', saved.rest, 4
	field 'REST_END', saved.rest_end, 4
fields_end:

	align 4
saved:
.esp:	dd 0
.eflags: dd 0
.rest:	dd 0
.rest_end: dd 0
.cs:	dw 0
.ip:	dw 0
.ds:	dw 0
.es:	dw 0
.fs:	dw 0
.gs:	dw 0
.ss:	dw 0
%ifdef WIMBOOT
version: db 'v2.8.0', 0
%else
version: db '6.7.8-rjpack (who@where) #1', 0
%endif

	times (SECTORS + 1) * 512 - ($ - $$) db 0
rest:
%ifndef ALONE
	dd 0x44414548			; HEAD
	times 5001 db 0xCC
	dd 0x4C494154			; TAIL
%endif
rest_end:
