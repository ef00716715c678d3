; SPDX-License-Identifier: MIT
; How a module's entries call C, which runs with interrupts off on a stack of the module's own,
; so that it is never reentered. One 16-bit segment.

%include "constants.inc"
%include "int13/own_stack.inc"

extern real_segment

STACK_SIZE	equ	1024

section .text
bits 16

; run: calls a C function with the caller's registers and flags, as a struct call.
;	In:	stack: the return address, the function, IP, CS, flags
;	Out:	[result] = what the function returned; the registers and flags that it set
;	Mode:	real or virtual-8086; interrupts off
;	Stack:	10 bytes of the caller's, then our own
global run
run:
	cli
	to_own_stack real_segment, 0
	mov	gs, [user_ss]
	mov	bx, [user_esp]
	mov	ax, [gs:bx + 8]
	mov	[esp + CALL_FLAGS], ax
	movzx	ecx, word [gs:bx + 2]
	mov	eax, esp
	call	ecx			; a 32-bit call, as C returns
	mov	[result], al
	mov	gs, [user_ss]
	mov	bx, [user_esp]
	mov	ax, [esp + CALL_FLAGS]
	mov	[gs:bx + 8], ax
	from_own_stack
	ret

; run_alone: calls a C function that takes nothing of a caller's.
;	In:	AX = the function
;	Out:	[result]; interrupts off
;	Clobbers: flags
;	Stack:	12 bytes of the caller's, then our own
global run_alone
run_alone:
	pushf				; run wants the frame of an interrupt
	push	cs
	push	cs			; instead of IP, which is not used
	push	ax
	call	run
	add	sp, 8
	ret

section .bss
user_ss:
	resw	1
user_esp:
	resd	1
global result, stack_top
result:	resb	1
	alignb	16
	resb	STACK_SIZE
stack_top:
