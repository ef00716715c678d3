; SPDX-License-Identifier: MIT
; What follows from keys that are more than a character. One 16-bit segment.

%include "constants.inc"

extern poll, result, resetter, stack_top

PAUSE_STATE	equ	18h		; IBM PC/AT Technical Reference: BIOS data area
PAUSED		equ	08h
KEYBOARD_RESET	equ	0FEh		; to the 8042's command port

CONFIG_ADDRESS	equ	0CF8h		; PCI 3.0, 3.2.2.3.2
RESET_CONTROL	equ	0CF9h		; ICH datasheet, "Reset Control Register"

section .text
bits 16

; key_act: does what key_scan has returned.
;	In:	[result] = enum rj_key_action
;	Clobbers: flags; interrupts are off
;	Stack:	6 bytes of the caller's, and what poll and other handlers need
global key_act
key_act:
	push	ax
	mov	al, [cs:result]
	cmp	al, ACTION_BREAK
	je	.break
	cmp	al, ACTION_PRINT
	je	.print
	cmp	al, ACTION_SYSTEM
	je	.system
	cmp	al, ACTION_RESET
	je	reset
	cmp	al, ACTION_PAUSE
	je	.pause
.end:	cli				; whatever a handler has left
	pop	ax
	ret
.break:	int	1Bh
	jmp	.end
.print:	int	05h
	jmp	.end
.system:
	mov	ax, 8500h		; the key is down
	int	15h
	jmp	.end
	; The next key ends the pause: key_scan clears the bit. On some machines no interrupt would
	; end a HLT. STI is in effect after the next instruction; in QEMU not if that is PAUSE.
.pause:	push	ds
	push	BDA_SEGMENT
	pop	ds
.wait:	sti
	nop
	pause
	cli
	call	poll
	test	byte [PAUSE_STATE], PAUSED
	jnz	.wait
	pop	ds
	jmp	.end

; reset: by the FADT's register, port CF9h, the keyboard controller, a triple fault.
;	Out:	does not return
global reset
reset:
	cli
	mov	ax, cs
	mov	ds, ax
	mov	ss, ax
	mov	sp, stack_top
	cmp	word [resetter + RESET_PORT], 0
	je	.chipset
	cmp	byte [resetter + RESET_IS_CONFIG], 0
	je	.port
	mov	eax, [resetter + RESET_ADDRESS]
	mov	dx, CONFIG_ADDRESS
	out	dx, eax
.port:	mov	dx, [resetter + RESET_PORT]
	mov	al, [resetter + RESET_VALUE]
	out	dx, al
	call	.delay
.chipset:
	mov	dx, RESET_CONTROL
	mov	al, 02h
	out	dx, al
	mov	al, 06h
	out	dx, al
	call	.delay
	mov	al, KEYBOARD_RESET
	out	KEYBOARD_COMMAND, al
	call	.delay
	o32 lidt [no_idt]		; a triple fault resets the CPU
	int	3
.delay:	rdtsc
	mov	ebx, eax
.wait:	rdtsc
	sub	eax, ebx
	cmp	eax, [resetter + RESET_DELAY]
	jb	.wait
	ret

section .rodata
no_idt:	dw	0
	dd	0
