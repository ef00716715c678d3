; SPDX-License-Identifier: MIT
; Prints the ticks of the TSC since tests/boot/loader.asm jumped, in decimal on COM1. With
; QEMU's -icount shift=0 that is the number of guest instructions. A boot sector, or with
; -DKERNEL a kernel of the Linux boot protocol.
STARTED	equ	600h

bits 16
%ifdef KERNEL
	times 1F1h db 0
	db	1			; setup_sects
	dw	0
	dd	1			; syssize
	dw	0, 0, 0, 0AA55h
	jmp	short code
	db	'HdrS'
	dw	202h
	times 211h - ($ - $$) db 0
	db	1			; loadflags: the rest is at 1 MiB
	dw	0
	dd	100000h
	times 230h - ($ - $$) db 0
code:
%endif
	rdtsc
	xor	bx, bx
	mov	ds, bx
	sub	eax, [STARTED]
	call	print_decimal
	mov	dx, 0F4h		; isa-debug-exit
	out	dx, al
	hlt

%include "decimal.inc"

%ifdef KERNEL
	times 1024 - ($ - $$) db 0
	times 16 db 0
%else
	times 510 - ($ - $$) db 0
	dw	0AA55h
%endif
