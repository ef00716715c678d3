; SPDX-License-Identifier: MIT
; The last instructions of the code that UEFI firmware starts.

CR0_WP	equ	1 << 16
CR4_CET	equ	1 << 23

section .text progbits alloc exec nowrite align=1
bits 64
; efi_leave: enters the stub as a loader of Linux does.
;	In:	RDI = the stub's 64-bit entry, RSI = boot_params; long mode on the
;		firmware's page tables, its services ended
;	Out:	to the entry; interrupts off, no write protection: the stub writes
;		to its own code, which the firmware may have mapped read-only
;	Stack:	none
global efi_leave
efi_leave:
	cli
	; WP cannot be cleared while CET is set (SDM 3A, 2.5).
	mov	rax, cr4
	and	rax, ~CR4_CET
	mov	cr4, rax
	mov	rax, cr0
	and	rax, ~CR0_WP
	mov	cr0, rax
	jmp	rdi
