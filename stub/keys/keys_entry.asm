; SPDX-License-Identifier: MIT
; The module "keys": the entries of INT 08h and INT 16h. One 16-bit segment, linked at 0.

%include "constants.inc"

extern keys_init, keys_wanted, keys_next, key_scan, scan_code
extern run_alone, result, key_act

section .text
bits 16

; int08: the timer, for programs that read keys in the BIOS data area. The old handler comes
; first, since it ends the interrupt: what a key causes may wait for others.
int08:
	pushf
	call	far [cs:old_int08]
	call	poll
	iret

; int16: the keyboard. The old handler reads the keys where poll puts them.
;	In:	AH = function
;	Stack:	24 bytes of the caller's, and what other handlers need
int16:
	test	ah, 0EFh		; 00h and 10h
	jz	.read
	call	poll
.old:	jmp	far [cs:old_int16]

; The old handler would wait for its own keys. On some machines no interrupt would end a HLT.
.read:	call	poll
	push	ax
	inc	ah			; 01h and 11h: is there a key?
	pushf
	call	far [cs:old_int16]
	pop	ax
	jnz	.old
	sti				; in effect after the next instruction
	pause
	jmp	.read

; poll: takes what keyboards have sent. A handler that this calls may call it again, which then
; goes on with the codes that follow, but not while a code is between keys_next and key_scan.
;	Stack:	18 bytes of the caller's, and what other handlers need
global poll
poll:
	pushf
	cli
	push	ax
	cmp	byte [cs:busy], 0
	jne	.end
.next:	mov	ax, keys_next
	call	run_alone
	cmp	byte [cs:result], 0
	je	.end
	inc	byte [cs:busy]
	mov	al, [cs:scan_code]
	mov	ah, 4Fh			; lets a program change or swallow it
	stc
	int	15h
	cli
	mov	[cs:scan_code], al
	mov	byte [cs:busy], 0
	jnc	.next			; swallowed
	mov	ax, key_scan
	call	run_alone
	call	key_act
	jmp	.next
.end:	pop	ax
	popf
	ret

section .init.data progbits alloc noexec write align=4
global interface
interface:				; struct rj_resident
	dd	0, keys_init, 0, keys_wanted
	dw	0, (interface_end - vectors) / 6
vectors:
	dw	08h, int08, old_int08
	dw	16h, int16, old_int16
interface_end:

section .bss
old_int08:
	resd	1
old_int16:
	resd	1
busy:	resb	1			; a code is on its way to key_scan
