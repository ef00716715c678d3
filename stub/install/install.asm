; SPDX-License-Identifier: MIT
; The installer's entry, and its way into real mode and back for calls to the
; firmware. Linked at SERVICES, so an offset in section .first is one in that
; real-mode segment.

%include "layout.inc"
%include "constants.inc"
%include "hardware/cpu.inc"

extern install, scratch_start, scratch_dwords

section .first progbits alloc exec write align=16
bits 32
; installer: what the stub calls.
;	In:	EAX, EDX, ECX = the arguments of rj_installer
;	Stack:	the stub's
global installer
installer:
	push	edi
	push	eax
	push	ecx
	mov	edi, scratch_start
	mov	ecx, scratch_dwords
	xor	eax, eax
	rep stosd
	pop	ecx
	pop	eax
	pop	edi
	jmp	install

; bios_call: an interrupt of the firmware's, in real mode.
;	In:	EAX = struct bios_regs, EDX = number
;	Out:	the registers there
;	Mode:	flat 32-bit, and again; GDTR and IDTR as they were
;	Stack:	the stub's, in its home
global bios_call
bios_call:
	pushad
	sgdt	[their_gdtr]
	sidt	[their_idtr]
	mov	edx, [edx * 4]
	mov	[vector], edx
	mov	esi, eax
	mov	edi, regs
	mov	ecx, BIOS_REGS_SIZE / 4
	rep movsd
	lgdt	[gdtr]
	lidt	[real_idtr]
	jmp	CODE16:.protected16 - $$
bits 16
.protected16:
	mov	ax, UNREAL16		; firmware may be used to it
	mov	ds, ax
	mov	es, ax
	mov	fs, ax
	mov	gs, ax
	mov	ax, DATA16
	mov	ss, ax
	mov	eax, cr0
	and	al, ~CR0_PE
	mov	cr0, eax
	jmp	SERVICES >> 4:.real - $$
.real:
	mov	ax, STUB_HOME >> 4
	mov	ss, ax
	sub	esp, STUB_HOME
	mov	ax, cs
	mov	ds, ax
	xor	ax, ax
	mov	fs, ax
	mov	gs, ax
	mov	eax, [regs.eax - $$]
	mov	ebx, [regs.ebx - $$]
	mov	ecx, [regs.ecx - $$]
	mov	edx, [regs.edx - $$]
	mov	esi, [regs.esi - $$]
	mov	edi, [regs.edi - $$]
	mov	es, [regs.es - $$]
	mov	ds, [regs.ds - $$]
	pushf
	call	far [cs:vector - $$]
	cli
	cld
	push	ds
	push	cs
	pop	ds
	mov	[regs.eax - $$], eax
	mov	[regs.ebx - $$], ebx
	mov	[regs.ecx - $$], ecx
	mov	[regs.edx - $$], edx
	mov	[regs.esi - $$], esi
	mov	[regs.edi - $$], edi
	pop	word [regs.ds - $$]
	mov	[regs.es - $$], es
	setc	[regs.carry - $$]
	o32 lgdt [gdtr - $$]
	mov	eax, cr0
	or	al, CR0_PE
	mov	cr0, eax
	jmp	dword CODE32:.back
bits 32
.back:
	mov	eax, DATA32
	mov	ds, eax
	mov	es, eax
	mov	fs, eax
	mov	gs, eax
	mov	ss, eax
	movzx	esp, sp
	add	esp, STUB_HOME
	lgdt	[their_gdtr]
	lidt	[their_idtr]
	mov	edi, [esp + 28]		; EAX of PUSHAD
	mov	esi, regs
	mov	ecx, BIOS_REGS_SIZE / 4
	rep movsd
	popad
	ret

	align	8, db 0
gdt:	dq	0
	seg	CODE32, 0, 0FFFFFh, FLAT_CODE
	seg	DATA32, 0, 0FFFFFh, FLAT_DATA
	seg	CODE16, SERVICES, 0FFFFh, REAL_CODE
	seg	DATA16, 0, 0FFFFh, REAL_DATA
	seg	UNREAL16, 0, 0FFFFFh, UNREAL_DATA
.end:
gdtr:	dw	gdt.end - gdt - 1
	dd	gdt
real_idtr:
	dw	3FFh
	dd	0
their_gdtr:
	dw	0
	dd	0
their_idtr:
	dw	0
	dd	0
vector:	dd	0
regs:				; struct bios_regs
.eax:	dd	0
.ebx:	dd	0
.ecx:	dd	0
.edx:	dd	0
.esi:	dd	0
.edi:	dd	0
.ds:	dw	0
.es:	dw	0
.carry:	dd	0
