; SPDX-License-Identifier: MIT
%include "layout.inc"
%include "hardware/cpu.inc"

STARTED	equ	1			; what becomes of swap_state, which is 0
GIVEN_UP equ	2
HALTED	equ	3			; after STARTED: this CPU is done with the stack

section .text
bits 32
; swap_cpu: lets another CPU go on in the place of this one, with the same stack.
;	In:	EAX = ticks of the time stamp counter to wait, up to 2^32 - 1;
;		EDX = a function that has another CPU start in real mode at swap_entry
;	Out:	EAX = 1 on the other CPU, and this one has halted; 0 on this CPU: the other one
;		has not come in time, and will halt if it comes later
;	Mode:	flat 32-bit, interrupts off, on both CPUs
;	Stack:	the caller's
global swap_cpu
swap_cpu:
	pushad
	mov	[frame], esp
	sgdt	[gdtr]
	sidt	[idtr]
	mov	ebx, eax
	call	edx
	rdtsc
	mov	esi, eax
.wait:	pause
	cmp	byte [swap_state], STARTED
	je	.halt
	rdtsc
	sub	eax, esi
	cmp	eax, ebx
	jb	.wait
	; Whoever changes swap_state first goes on.
	xor	eax, eax
	mov	dl, GIVEN_UP
	lock cmpxchg [swap_state], dl
	jne	.halt
	mov	dword [esp + 28], 0	; EAX of PUSHAD
	popad
	ret
.halt:	mov	byte [swap_state], HALTED
	cli
.hlt:	hlt
	jmp	.hlt

; swap_entry: where the other CPU starts.
;	In:	CS = STUB_HOME's segment
;	Mode:	real; A20 may be closed, since all of this is at even megabytes
global swap_entry
bits 16
swap_entry:
	cli
	cld
	mov	ax, cs
	mov	ds, ax
	mov	eax, gdtr - STUB_HOME
	o32 lgdt [eax]
	mov	eax, cr0
	or	al, CR0_PE
	mov	cr0, eax
	jmp	dword CODE32:.flat
bits 32
.flat:
	mov	eax, DATA32
	load_segments eax
	lidt	[idtr]
	xor	eax, eax
	mov	dl, STARTED
	lock cmpxchg [swap_state], dl
	jne	.late
.wait:	pause				; the other CPU sees this at once
	cmp	byte [swap_state], HALTED
	jne	.wait
	mov	esp, [frame]
	mov	dword [esp + 28], 1
	popad
	ret
.late:	hlt
	jmp	.late

section .data
	align	4, db 0
frame:	dd	0
gdtr:	dw	0
	dd	0
idtr:	dw	0
	dd	0
swap_state: db	0
