; SPDX-License-Identifier: MIT
; The installer's entry, at its first byte.

extern install, scratch_start, scratch_dwords

section .first progbits alloc exec write align=16
bits 32
; installer: the stub calls this.
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
