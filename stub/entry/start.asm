; SPDX-License-Identifier: MIT
; The first and the last instructions at STUB_HOME, which is where this file's
; section .real begins: an offset in it is an offset in the home's segment.

%include "layout.inc"
%include "constants.inc"
%include "hardware/cpu.inc"

extern stub_main, bss_start, bss_dwords, unpack

CR0_ET	equ	1 << 4
CR0_NW	equ	1 << 29
CR0_CD	equ	1 << 30
VIDEO_ROM	equ	0C000h		; segment; PnP BIOS specification 1.0A, 3.2:
VIDEO_ROM_START	equ	3		; the initialisation entry, AX = PCI address
HOME_SEGMENT	equ	STUB_HOME >> 4

section .real progbits alloc exec write align=16
bits 32
; home_start: the stub at its home, at STUB_HOME itself.
;	In:	EBP = where the image stands, EBX = LOADER_*; as go_home leaves it
;	Out:	to stub_main(image, loader), which does not return
;	Stack:	set up here
global home_start
home_start:
	mov	esp, STUB_HOME + ARRIVAL_REGS
	mov	edi, bss_start
	mov	ecx, bss_dwords
	xor	eax, eax
	rep stosd
	lidt	[STUB_HOME + no_idt - $$]	; a fault before arrival resets
	lgdt	[STUB_HOME + gdtr - $$]
	mov	eax, ebp		; arguments come in EAX, EDX, ECX
	mov	edx, ebx
	call	stub_main
	jmp	$

; unpack_to: unpack for C.
;	In:	EAX = where to, EDX = the packed bytes
;	Out:	EAX = behind the unpacked bytes
;	Stack:	that of unpack, and 12 bytes
global unpack_to
unpack_to:
	push	edi
	push	esi
	mov	edi, eax
	mov	esi, edx
	call	unpack
	mov	eax, edi
	pop	esi
	pop	edi
	ret

; arrive: down to real mode, text mode 3, registers, payload.
;	In:	EAX = selector whose limit DS, ES, FS and GS keep: DATA16, or
;		UNREAL16 for unreal mode; EDX = ARRIVE_*; ECX = what a video ROM
;		expects in AX: bus, device and function of its adapter;
;		struct rj_regs at ARRIVAL_REGS
;	Out:	to the payload, with the registers as given
;	Stack:	the home's
global arrive
arrive:
	cli
	mov	ebx, eax
	xchg	ecx, edx
	lidt	[STUB_HOME + real_idt - $$]
	jmp	CODE16:.protected16 - $$
bits 16
.protected16:
	; The limits of these descriptors are what real mode goes on with
	; (SDM 3A, 10.9.2).
	mov	ax, DATA16
	mov	ds, ax
	mov	es, ax
	mov	fs, ax
	mov	gs, ax
	mov	ss, ax
	mov	eax, cr0
	and	eax, CR0_CD | CR0_NW	; as found: the firmware's choice
	or	al, CR0_ET
	mov	cr0, eax
	jmp	HOME_SEGMENT:.real - $$
.real:
	xor	ax, ax
	mov	ds, ax
	mov	es, ax
	mov	fs, ax
	mov	gs, ax
	mov	ax, cs
	mov	ss, ax
	mov	esp, ARRIVAL_REGS
	sti
	push	bx
	test	cl, ARRIVE_VIDEO_ROM
	jz	.video
	push	cx
	mov	ax, dx
	call	VIDEO_ROM:VIDEO_ROM_START
	pop	cx
.video:
	test	cl, ARRIVE_VIDEO
	jz	.limits
	mov	ax, 0003h		; 80x25 text
	int	10h
.limits:
	cli
	mov	bx, cs			; a ROM may have left any of them
	mov	ss, bx
	mov	sp, ARRIVAL_REGS - 2
	pop	bx
	; Firmware may use protected mode inside that call and leave its own
	; limits, so they are set once more. CS is not touched, so no jump.
	o32 lgdt [cs:gdtr - $$]
	mov	eax, cr0
	or	al, CR0_PE
	mov	cr0, eax
	mov	ds, bx
	mov	es, bx
	mov	fs, bx
	mov	gs, bx
	mov	cx, DATA16
	mov	ss, cx
	and	al, ~CR0_PE
	mov	cr0, eax
	mov	ax, cs
	mov	ss, ax
	mov	sp, ARRIVAL_REGS
	pop	gs
	pop	fs
	pop	es
	pop	ds
	popad
	popfd				; an interrupt from here on uses our stack,
	o32 lss	esp, [cs:ARRIVAL_REGS + REGS_ESP]	; below what is still read
	jmp	far [cs:ARRIVAL_REGS + REGS_IP]

	align	8, db 0
gdt:	dq	0
	seg	CODE32, 0, 0FFFFFh, FLAT_CODE
	seg	DATA32, 0, 0FFFFFh, FLAT_DATA
	seg	CODE16, STUB_HOME, 0FFFFh, REAL_CODE
	seg	DATA16, 0, 0FFFFh, REAL_DATA
	seg	UNREAL16, 0, 0FFFFFh, UNREAL_DATA
.end:
gdtr:	dw	gdt.end - gdt - 1
	dd	STUB_HOME + gdt - $$

no_idt:	dw	0
	dd	0
real_idt:
	dw	3FFh			; 256 vectors at 0 (SDM 3A, 21.1.4)
	dd	0
