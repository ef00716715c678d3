; SPDX-License-Identifier: MIT
; The entry of INT 13h. One 16-bit segment, CS = DS = SS, linked at 0. Its C code is compiled
; with -m16, so calls and returns are 32 bits wide.

%include "constants.inc"
%include "int13/own_stack.inc"
%include "int13.inc"

extern serve, int13, int13_init, int13_room, ram_read_chs, ram_read_packet, real_segment, return

STACK_SIZE	equ	1536

section .text
bits 16

; int13_entry: the handler of INT 13h.
;	In:	AH = function, DL = drive, others by function
;	Out:	AH = status, CF; others by function
;	Mode:	real, unreal or virtual-8086; afterwards DS, ES, FS and GS can reach
;		4 GiB, for callers that rely on it
;	Stack:	8 bytes of the caller's, then our own
; It begins with the "safe hook" of safe_hook.h.
global int13_entry
int13_entry:
	jmp	strict near route
	db	"$INT13SF"
	db	"RJPACK  "
old_int13:
	dd	0
	dd	0			; flags
	dd	0			; the mBFT
	dd	0, 0			; the installer's changes: magic, address
route:
	push	bx
	movzx	bx, dl
	mov	bl, [cs:int13 + INT13_MAP + bx]
	cmp	bl, dl
	jne	.not_the_same
	cmp	ah, 08h
	je	firmware
	pop	bx
	jmp	far [cs:old_int13]

.not_the_same:
	cmp	bl, INT13_UNIT		; signed: 00h to 3Fh and 80h to FFh are below
	jl	firmware
	cli				; the caller may be another handler's CALL
	cmp	byte [cs:int13 + INT13_BUSY], 0
	jne	busy
	mov	[cs:unit], bl
	cmp	bl, [cs:int13 + INT13_RAM_END]
	pop	bx
	jae	serve_call
	cmp	ah, 02h
	je	ram_read_chs
	cmp	ah, 42h
	je	ram_read_packet

; serve_call: serves any call to one of our drives.
;	In:	the caller's registers, [unit] = the map's value for DL
global serve_call
serve_call:
	to_own_stack real_segment
	inc	byte [int13 + INT13_BUSY]
	mov	eax, esp
	movzx	edx, byte [unit]
	call	dword serve		; EAX = CF
	dec	byte [int13 + INT13_BUSY]
	neg	al			; sets CF, which no instruction below changes
	from_own_stack
	jmp	return

; An interrupt handler has called while another call is active.
busy:
	pop	bx
	mov	ah, STATUS_NOT_READY
	stc
	jmp	return

; The firmware serves this drive, perhaps with another number, in BL.
firmware:
	push	ax
	push	dx
	mov	dl, bl
	push	bp
	mov	bp, sp
	mov	bx, [bp + 6]		; the caller's
	pop	bp
	pushf
	call	far [cs:old_int13]
	push	bp
	mov	bp, sp			; + 2, + 4, + 6: the caller's DX, AX, BX
	pushf
	jc	.same_drive
	cmp	byte [bp + 5], 15h	; for a hard disk, DX is a result
	jne	.not_15
	cmp	ah, 3
	je	.done
.not_15:
	cmp	byte [bp + 5], 08h
	jne	.same_drive
	mov	dl, [cs:int13 + INT13_HARD_DISKS]
	test	byte [bp + 2], 80h
	jnz	.done
	mov	dl, [cs:int13 + INT13_FLOPPIES]
	jmp	.done
.same_drive:
	mov	dl, [bp + 2]
.done:
	popf
	pop	bp
	lea	sp, [esp + 6]		; not ADD, which changes CF
	jmp	return

section .init.data progbits alloc noexec write align=4
global interface
interface:				; struct rj_resident
	dd	int13_room, int13_init, 0, 0
	dw	int13 + INT13_CHANGES, 1
	dw	13h, int13_entry, old_int13

section .bss
global unit
unit:	resw	1
user_esp:
	resd	1
user_ss:
	resw	1
	alignb	16
	resb	STACK_SIZE
stack_top:

; The end of the module; the drives follow.
section .table nobits alloc noexec write align=4
global int13_units
int13_units:
