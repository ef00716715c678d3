; SPDX-License-Identifier: MIT
; The first and last instructions at STUB_HOME. The section .real of this file begins
; there, so an offset in it is an offset in the home's segment.

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
; For bios_call, where arrive's registers will be:
regs	equ	ARRIVAL_REGS	; struct bios_regs
vector	equ	regs + BIOS_REGS_SIZE

section .real progbits alloc exec write align=16
bits 32
; home_start: the first instruction at STUB_HOME.
;	In:	EBP = address of the image, EBX = LOADER_*; as go_home leaves it
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
	mov	eax, ebp		; regparm: arguments are in EAX, EDX, ECX
	mov	edx, ebx
	call	stub_main
	jmp	$

; unpack_to: unpack, called from C.
;	In:	EAX = destination, EDX = packed bytes
;	Out:	EAX = the first byte after the unpacked bytes
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

; bios_call: calls a firmware interrupt in real mode.
;	In:	EAX = struct bios_regs, EDX = interrupt number
;	Out:	the registers in that structure
;	Mode:	flat 32-bit before and after
;	Stack:	the home's
global bios_call
bios_call:
	pushad
	mov	edx, [edx * 4]
	mov	[STUB_HOME + vector], edx
	mov	esi, eax
	mov	edi, STUB_HOME + regs
	mov	ecx, BIOS_REGS_SIZE / 4
	rep movsd
	mov	eax, UNREAL16		; firmware may rely on it
	call	to_real
bits 16
	push	cs
	pop	ds
	mov	eax, [regs + BIOS_REGS_EAX]
	mov	ebx, [regs + BIOS_REGS_EBX]
	mov	ecx, [regs + BIOS_REGS_ECX]
	mov	edx, [regs + BIOS_REGS_EDX]
	mov	esi, [regs + BIOS_REGS_ESI]
	mov	edi, [regs + BIOS_REGS_EDI]
	mov	es, [regs + BIOS_REGS_ES]
	mov	ds, [regs + BIOS_REGS_DS]
	pushf
	call	far [cs:vector]
	cli
	cld
	push	ds
	push	cs
	pop	ds
	mov	[regs + BIOS_REGS_EAX], eax
	mov	[regs + BIOS_REGS_EBX], ebx
	mov	[regs + BIOS_REGS_ECX], ecx
	mov	[regs + BIOS_REGS_EDX], edx
	mov	[regs + BIOS_REGS_ESI], esi
	mov	[regs + BIOS_REGS_EDI], edi
	pop	word [regs + BIOS_REGS_DS]
	mov	[regs + BIOS_REGS_ES], es
	setc	[regs + BIOS_REGS_CARRY]
	o32 lgdt [gdtr - $$]
	mov	eax, cr0
	or	al, CR0_PE
	mov	cr0, eax
	jmp	dword CODE32:STUB_HOME + .back - $$
bits 32
.back:
	mov	eax, DATA32
	load_segments eax
	movzx	esp, sp
	add	esp, STUB_HOME
	lidt	[STUB_HOME + no_idt - $$]
	mov	edi, [esp + 28]		; EAX of PUSHAD
	mov	esi, STUB_HOME + regs
	mov	ecx, BIOS_REGS_SIZE / 4
	rep movsd
	popad
	ret

; to_real: from flat protected mode down to real mode.
;	In:	EAX = selector whose limits DS, ES, FS and GS keep: DATA16, or UNREAL16
;	Out:	to the caller in real mode: SS = CS, DS = ES = FS = GS = 0, IVT at 0
;	Clobbers: EAX
;	Stack:	the home's, in both modes
to_real:
	lidt	[STUB_HOME + real_idt - $$]
	jmp	CODE16:.protected16 - $$
bits 16
.protected16:
	; Real mode keeps the limits of these descriptors (SDM 3A, 10.9.2).
	mov	ds, ax
	mov	es, ax
	mov	fs, ax
	mov	gs, ax
	mov	ax, DATA16
	mov	ss, ax
	mov	eax, cr0
	and	al, ~CR0_PE
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
	sub	esp, STUB_HOME
	pop	eax			; its low 16 bits are an offset in the home
	jmp	ax

; arrive: down to real mode, text mode 3, registers, payload.
;	In:	EAX = selector whose limit DS, ES, FS and GS keep: DATA16, or
;		UNREAL16 for unreal mode; EDX = ARRIVE_*; ECX = bus, device and
;		function of the video adapter, which its ROM expects in AX;
;		struct rj_regs at ARRIVAL_REGS
;	Out:	to the payload, with the registers in struct rj_regs
;	Stack:	the home's
bits 32
global arrive
arrive:
	cli
	mov	ebx, eax
	xchg	ecx, edx
	mov	esp, STUB_HOME + ARRIVAL_REGS
	mov	eax, cr0
	and	eax, CR0_CD | CR0_NW | CR0_PE	; keep CD and NW as the firmware set them
	or	al, CR0_ET
	mov	cr0, eax
	mov	eax, DATA16
	call	to_real
bits 16
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
	mov	bx, cs			; a ROM may have changed SS and SP
	mov	ss, bx
	mov	sp, ARRIVAL_REGS - 2
	pop	bx
	; That call may use protected mode and leave other limits, so set them
	; again. CS does not change, so no jump is needed.
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
	popfd				; an interrupt from here on uses the stub's stack,
	o32 lss	esp, [cs:ARRIVAL_REGS + REGS_ESP]	; below the bytes still to be read
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
