; SPDX-License-Identifier: MIT
; How 16-bit code of a resident module reaches 4 GiB of memory. One 16-bit segment, CS = DS =
; SS, linked at 0. Calls and returns are 32 bits wide.

%include "layout.inc"
%include "constants.inc"
%include "hardware/cpu.inc"

I8042_DATA	equ	60h		; IBM PC/AT Technical Reference, "Keyboard Controller"
I8042_COMMAND	equ	64h
I8042_INPUT_FULL equ	02h
I8042_WRITE_OUTPUT equ	0D1h
I8042_A20_ON	equ	0DFh
I8042_A20_OFF	equ	0DDh
I8042_PATIENCE	equ	10000h

section .text
bits 16

; copy: copies memory below 4 GiB, in real mode only.
;	In:	EAX = to, EDX = from, both physical; ECX = bytes
;	Clobbers: EAX, ECX, EDX; FS and GS are 0
global copy
copy:
	mov	[copied.to], eax
	mov	[copied.from], edx
	mov	[copied.bytes], ecx
	mov	eax, [flat + FLAT_BASE]
	add	eax, copy_flat
	jmp	call32

; call32: calls a function in flat 32-bit protected mode with A20 open; real mode only.
;	In:	EAX = function, EDX = context, ECX = offset of the argument
;	Out:	EAX = the function's result
;	Clobbers: ECX, EDX, flags; FS and GS are 0
;	Stack:	our own, in all modes
; Real mode keeps the limits that DS and ES get in protected mode (SDM 3A, 10.9.2).
global call32
call32:
	push	ebx
	push	ebp
	push	esi
	mov	ebx, eax
	mov	ebp, [flat + FLAT_BASE]
	add	ecx, ebp
	o32 sgdt [user_gdtr]
	o32 lgdt [gdtr]
	mov	eax, cr0
	inc	ax			; PE
	mov	cr0, eax
	jmp	far dword [flat_entry]
bits 32
.flat:
	mov	eax, DATA_FLAT
	mov	ds, eax
	mov	es, eax
	mov	fs, eax
	mov	gs, eax
	mov	ss, eax
	add	esp, ebp
	call	open_a20
	cmp	dword [ebp + flat + FLAT_PAGE_TABLES], 0
	je	.ready
	call	paging_on
.ready:
	mov	eax, edx		; regparm(3): EAX = context, EDX = argument
	mov	edx, ecx
	call	ebx
	cmp	dword [ebp + flat + FLAT_PAGE_TABLES], 0
	je	.done
	call	paging_off
.done:
	call	close_a20
	sub	esp, ebp
	jmp	CODE_SEG16:.segment
bits 16
.segment:
	mov	cx, DATA_FLAT16
	mov	ds, cx
	mov	es, cx
	mov	fs, cx
	mov	gs, cx
	mov	ss, cx
	mov	ecx, cr0
	dec	cx
	mov	cr0, ecx
	jmp	far [cs:real_entry]
.real:
	mov	cx, cs
	mov	ds, cx
	mov	es, cx
	mov	ss, cx
	xor	cx, cx
	mov	fs, cx
	mov	gs, cx
	o32 lgdt [user_gdtr]
	pop	esi
	pop	ebp
	pop	ebx
	retd

bits 32
copy_flat:
	push	edi
	mov	edi, [ebp + copied.to]
	mov	esi, [ebp + copied.from]
	mov	ecx, [ebp + copied.bytes]
	mov	edx, ecx
	shr	ecx, 2
	rep movsd
	mov	ecx, edx
	and	ecx, 3
	rep movsb
	pop	edi
	ret

; a20_is_open: tests the line itself, since no port shows every way to close it.
;	In:	EBP = base
;	Out:	ZF clear if A20 is open
;	Clobbers: AL
a20_is_open:
	call	.look
	jne	.end
.look:				; twice, as the bytes may be equal by chance
	inc	byte [ebp + wrapped]
	mov	al, [ebp + wrapped]
	cmp	al, [ebp + wrapped + HIGH_MEMORY]
.end:	ret

; open_a20, close_a20: open A20 if the caller (DOS) has closed it, and close it again, by the
; same ports as stub/repairs/a20.c, which cites the sources.
;	In:	EBP = base
;	Clobbers: ESI; open_a20 also EAX
open_a20:
	mov	byte [ebp + a20_found_closed], 0
	call	a20_is_open
	jne	.end
	inc	byte [ebp + a20_found_closed]
	in	al, PORT_A
	mov	[ebp + port_a], al
	or	al, PORT_A_A20
	and	al, ~PORT_A_RESET
	out	PORT_A, al
	call	a20_is_open
	jne	.end
	mov	ah, I8042_A20_ON
	call	i8042_output
.wait:	call	a20_is_open		; the controller takes some time
	jne	.end
	dec	esi
	jnz	.wait
.end:	ret

close_a20:
	cmp	byte [ebp + a20_found_closed], 0
	je	.end
	push	eax
	mov	al, [ebp + port_a]
	and	al, ~PORT_A_RESET
	out	PORT_A, al
	call	a20_is_open
	je	.closed
	mov	al, [ebp + port_a]
	and	al, ~(PORT_A_RESET | PORT_A_A20)
	out	PORT_A, al
	call	a20_is_open
	je	.closed
	mov	ah, I8042_A20_OFF
	call	i8042_output
.closed:
	pop	eax
.end:	ret

; i8042_output: writes the keyboard controller's output port.
;	In:	AH = the byte
;	Out:	ESI = I8042_PATIENCE
;	Clobbers: AL
i8042_output:
	mov	al, I8042_WRITE_OUTPUT
	call	.wait
	out	I8042_COMMAND, al
	mov	al, ah
	call	.wait
	out	I8042_DATA, al
.wait:	push	eax
	mov	esi, I8042_PATIENCE
.busy:	in	al, I8042_COMMAND
	test	al, I8042_INPUT_FULL
	jz	.free
	dec	esi
	jnz	.busy
.free:	mov	esi, I8042_PATIENCE
	pop	eax
	ret
bits 16

; is_virtual: SMSW is not privileged, and PE is clear in real mode.
;	Out:	EAX = 1 in virtual-8086 mode, 0 in real mode
global is_virtual
is_virtual:
	smsw	ax
	and	eax, 1			; PE
	retd

bits 32
; paging_on, paging_off: turn paging with the installer's tables on and off. CR4 and EFER get
; the caller's values back: the tables need PAE, and with LME, paging would be that of 64-bit
; mode. A machine with registers above 4 GiB has EFER.
;	In:	EBP = base
;	Clobbers: ESI
paging_on:
	mov	esi, cr4
	mov	[ebp + user_cr4], esi
	or	esi, CR4_PAE
	mov	cr4, esi
	mov	esi, [ebp + flat + FLAT_PAGE_TABLES]
	mov	cr3, esi
	push	eax
	push	ecx
	push	edx
	mov	ecx, MSR_EFER
	rdmsr
	mov	[ebp + user_efer], eax
	and	eax, ~EFER_LME
	wrmsr
	pop	edx
	pop	ecx
	pop	eax
	mov	esi, cr0
	or	esi, CR0_PG
	mov	cr0, esi
	ret

paging_off:
	mov	esi, cr0
	and	esi, ~CR0_PG
	mov	cr0, esi
	mov	esi, [ebp + user_cr4]
	mov	cr4, esi
	xor	esi, esi
	mov	cr3, esi
	push	eax
	mov	ecx, MSR_EFER
	rdmsr
	mov	eax, [ebp + user_efer]
	wrmsr
	pop	eax
	ret

section .data
	align	8, db 0
gdt:
	dq	0
CODE_FLAT	equ	$ - gdt
	descriptor 0, 0FFFFFh, FLAT_CODE
DATA_FLAT	equ	$ - gdt
	descriptor 0, 0FFFFFh, FLAT_DATA
DATA_FLAT16	equ	$ - gdt		; base 0, 4 GiB, for 16-bit code
global DATA_FLAT16
	descriptor 0, 0FFFFFh, UNREAL_DATA
CODE_SEG16	equ	$ - gdt
segment_row:
	descriptor 0, 0FFFFh, REAL_CODE	; flat_place sets the base
GDT_SIZE	equ	$ - gdt

global gdtr
gdtr:	dw	GDT_SIZE - 1
gdt_base:
	dd	gdt			; + the base
flat_entry:
	dd	call32.flat		; + the base
	dw	CODE_FLAT
global real_segment
real_entry:
	dw	call32.real
real_segment:
	dw	0

section .init.text progbits alloc exec nowrite align=1
bits 32
; flat_place: sets the segment's base and the tables for paging.
;	In:	EAX = base, physical, a multiple of 16, below 1 MiB; EDX = for CR3 or 0
;	Mode:	flat 32-bit
global flat_place
flat_place:
	mov	[flat + FLAT_BASE], eax
	mov	[flat + FLAT_PAGE_TABLES], edx
	add	[gdt_base], eax
	add	[flat_entry], eax
	or	[segment_row + 2], eax	; bits 23:0 of a descriptor's base
	shr	eax, 4
	mov	[real_segment], ax
	ret

section .bss
global flat, user_gdtr
	alignb	4
flat:	resb	FLAT_SIZE		; struct rj_flat
user_gdtr:
	resb	6
user_cr4:
	resd	1
user_efer:
	resd	1
copied:				; copy's arguments
.to:	resd	1
.from:	resd	1
.bytes:	resd	1
port_a:	resb	1
a20_found_closed:
	resb	1
global wrapped
wrapped:			; a byte for a20_is_open
	resb	1
