; SPDX-License-Identifier: MIT
; Watches the receive buffers of an RTL8139C+ network card (RTL8139C+ datasheet, "Receive
; descriptor"): fills them, waits, and counts the bytes that have changed.
;	RING_RECEIVES	the command register: bit 3, the receiver is on
;	RING_CHANGED	number of bytes that have changed

bits 16
org 7C00h

RTL8139		equ 813910ECh
COMMAND		equ 37h			; its registers, at ports
RING_START	equ 0E4h
DESCRIPTORS	equ 64
DESCRIPTOR	equ 16
BUFFER		equ 8			; in a descriptor: its address
WATCHED		equ 64			; bytes of each, a short packet
FILLING		equ 0A5h
TICKS		equ 46Ch		; the BIOS's, 18.2 a second
SECONDS_3	equ 55

start:
	xor ax, ax
	mov ds, ax
	mov es, ax
	mov ss, ax
	mov sp, 7C00h
	cld
	call serial_init
	call find
	mov dx, [port]
	add dx, COMMAND
	in al, dx
	mov [command], al
	add dx, RING_START - COMMAND
	in eax, dx
	mov [ring], eax
	mov bp, fill
	call each_buffer
	sti
	mov bx, [TICKS]
.wait:	hlt
	mov ax, [TICKS]
	sub ax, bx
	cmp ax, SECONDS_3
	jb .wait
	mov bp, count
	call each_buffer
	sti
	call print_fields
	mov si, end_text
	call puts
	mov al, 10h
	jmp leave

; each_buffer: calls BP for each, with EDI = its address, ECX = WATCHED, AL = FILLING.
each_buffer:
	call unreal
	mov esi, [ring]
	mov dx, DESCRIPTORS
.next:	mov edi, [esi + BUFFER]
	mov ecx, WATCHED
	mov al, FILLING
	call bp
	add esi, DESCRIPTOR
	dec dx
	jnz .next
	ret

fill:
	a32 rep stosb
	ret

count:
	a32 scasb
	je .same
	inc word [changed]
.same:	loop count, ecx
	ret

; find: finds the card, which exists. Out: [port]. Clobbered: EAX, DX, EBP.
find:
	mov ebp, 1 << 31
.next:	mov al, 0
	call pci_read
	cmp eax, RTL8139
	je .found
	add ebp, 100h
	jmp .next
.found:	mov al, 10h
	call pci_read
	and al, 0FCh
	mov [port], ax
	ret

pci_read:
	movzx eax, al
	or eax, ebp
	mov dx, 0CF8h
	out dx, eax
	mov dx, 0CFCh
	in eax, dx
	ret

%include "console.inc"
%include "print.inc"
%include "unreal.inc"

fields:
	field 'RING_RECEIVES', command, 1
	field 'RING_CHANGED', changed, 2
fields_end:
end_text: db 'PROBE END', 10, 0

port:	dw 0
ring:	dd 0
changed: dw 0
command: db 0
