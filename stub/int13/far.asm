; SPDX-License-Identifier: MIT
; The caller's memory and the BIOS data area, for 16-bit C. CS = DS = ES = SS; calls and returns
; are 32 bits wide.

section .text
bits 16

; far_read: copies from the caller's memory.
;	In:	EAX = to, EDX = from, as segment:offset, ECX = bytes, a multiple of 2
;	Clobbers: EAX, ECX, EDX
global far_read
far_read:
	push	esi
	push	edi
	mov	edi, eax
	movzx	esi, dx
	shr	edx, 16
	mov	ds, dx
	shr	ecx, 2			; CF: and a word
	rep movsd
	jnc	far_end
	movsw
	jmp	far_end

; far_write: copies to the caller's memory.
;	In:	EAX = to, as segment:offset, EDX = from, ECX = bytes, a multiple of 2
;	Clobbers: EAX, ECX, EDX
global far_write
far_write:
	push	esi
	push	edi
	mov	esi, edx
	movzx	edi, ax
	shr	eax, 16
	mov	es, ax
	shr	ecx, 1
	rep movsw
far_end:
	mov	dx, cs
	mov	ds, dx
	mov	es, dx
	pop	edi
	pop	esi
	retd

; bda_put: In: AX = offset from 400h, DL = byte
global bda_put
bda_put:
	xor	cx, cx
	mov	fs, cx
	mov	[fs:eax + 400h], dl
	retd

; bda_get: In: AX = offset from 400h; Out: AL = byte
global bda_get
bda_get:
	xor	cx, cx
	mov	fs, cx
	mov	al, [fs:eax + 400h]
	retd

; bda_get16: In: EAX = offset from 400h; Out: EAX = the word. FS is 0 afterwards
global bda_get16
bda_get16:
	xor	cx, cx
	mov	fs, cx
	movzx	eax, word [fs:eax + 400h]
	retd

; bda_put16: In: EAX = offset from 400h, EDX = the word. FS is 0 afterwards
global bda_put16
bda_put16:
	xor	cx, cx
	mov	fs, cx
	mov	[fs:eax + 400h], dx
	retd
