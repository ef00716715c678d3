; SPDX-License-Identifier: MIT
; Reads the first hard disk until that fails, as when it is pulled out, and then the second one.
;	READ_STATUS	AH of the read that failed
;	READ_AGAIN	AH of the one after it
;	READ_SECONDS	how long these two took, by the BIOS's ticks
;	READ_OTHER	AH of a read of the second hard disk

bits 16
org 7C00h

TICKS		equ 46Ch		; the BIOS's, 18.2 a second
BUFFER		equ 2000h		; segment
FIRST		equ 80h
SECOND		equ 81h
ANNOUNCED	equ 20			; reads before the first line

start:
	xor ax, ax
	mov ds, ax
	mov es, ax
	mov ss, ax
	mov sp, 7C00h
	sti
	cld
	call serial_init
.next:	mov ebx, [TICKS]
	mov dl, FIRST
	call read
	jc .failed
	add word [packet.lba], 16
	inc word [reads]
	cmp word [reads], ANNOUNCED
	jne .next
	mov si, reading
	call puts
	jmp .next
.failed:
	mov [status], ah
	mov dl, FIRST
	call read
	mov [again], ah
	mov eax, [TICKS]
	sub eax, ebx
	mov bl, 18
	div bl
	mov [seconds], al
	mov dl, SECOND
	call read
	mov [other], ah
	call print_fields
	mov si, end_text
	call puts
	mov al, 10h
	jmp leave

; read: reads 32 KiB by INT 13h AH=42h. In: DL = drive. Out: CF, AH; 0 without CF.
read:
	mov word [packet.count], 64
	mov si, packet
	mov ah, 42h
	int 13h
	ret

%include "console.inc"
%include "print.inc"

fields:
	field 'READ_STATUS', status, 1
	field 'READ_AGAIN', again, 1
	field 'READ_SECONDS', seconds, 1
	field 'READ_OTHER', other, 1
fields_end:
reading: db 'READING', 10, 0
end_text: db 'PROBE END', 10, 0

	align	4, db 0
packet:	dw 16				; EDD 3.0, disk address packet
.count:	dw 0
	dw 0, BUFFER
.lba:	dq 0
reads:	dw 0
status:	db 0
again:	db 0
seconds: db 0
other:	db 0
