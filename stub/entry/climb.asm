; SPDX-License-Identifier: MIT
; Copies the image from above 4 GiB, where kexec may put it, to below. This code runs in
; the image and in the scratch memory after it, on page tables built there, since the
; loader's tables may be where the copy has to go.

%include "layout.inc"
%include "constants.inc"
%include "hardware/cpu.inc"

extern below_4g_in_stub, stub_size

LARGE_PAGE	equ	1 << 21
FOUR_GIB	equ	1 << 32

; Page-table entries (SDM 3A, 4.5): present, writable; PS makes a 2 MiB page.
PTE_TABLE	equ	03h
PTE_LARGE	equ	83h
SHIFT_PD	equ	21		; lowest bit of a page directory's index
SHIFT_PML4	equ	39
SHIFT_PML5	equ	48

ISA_HOLE	equ	0F00000h	; some chipsets can leave a hole of 1 MiB here

section .entry.climb progbits alloc exec write align=1
bits 64
; climb_down: copies the image to memory below 4 GiB and continues there.
;	In:	RBP = address of the stub, a multiple of PAGE; R14 = bytes of the
;		image; R15 = the scratch memory; EBX = LOADER_*; long mode, the
;		image and the scratch memory identity-mapped
;	Out:	to below_4g in the copy; if there is no room, EBX = LOADER_NO_ROOM
;		and only the stub is copied
;	Stack:	set up at the end of the scratch memory
global climb_down
climb_down:
	lea	r9, [r15 + LOADER_INFO]	; the root of the page tables
	mov	rdi, r9
	mov	ecx, (STUB_SCRATCH - LOADER_INFO) / 8
	xor	eax, eax
	rep stosq
	mov	rsp, rdi
	lea	r8, [r9 + PAGE]		; the next free page
	mov	r10d, SHIFT_PML4
	mov	rdx, cr4
	test	edx, CR4_LA57
	jz	.four_levels
	mov	r10d, SHIFT_PML5
.four_levels:
	mov	rdx, FOUR_GIB
	call	map			; 0 to 4 GiB
	mov	rax, rbp
	and	rax, -LARGE_PAGE
	mov	rdx, rsp
	call	map			; the image and the scratch memory
	mov	cr3, r9
	call	find_room
	mov	rsi, rbp
	mov	rbp, rdi
	mov	rcx, r14
	rep movsb
	lea	rax, [rbp + below_4g_in_stub]
	jmp	rax

; The gap before the 64-bit entry has room for this.
section .entry.gap progbits alloc exec write align=1
; map: identity-maps a range with 2 MiB pages.
;	In:	RAX = start, a multiple of 2 MiB; RDX = end; R8 = the next free page,
;		zeroed; R9 = root; R10D = lowest bit of the root's index
;	Out:	R8 = the next free page
;	Clobbers: RAX, RCX, R11-R13
map:
	mov	r11, r9
	mov	ecx, r10d
.walk:
	mov	r12, rax
	shr	r12, cl
	and	r12d, 1FFh
	lea	r12, [r11 + r12 * 8]
	cmp	ecx, SHIFT_PD
	je	.leaf
	test	byte [r12], PTE_TABLE
	jnz	.next_level
	lea	r13, [r8 + PTE_TABLE]
	mov	[r12], r13
	add	r8, PAGE
.next_level:
	mov	r11, [r12]
	and	r11, -PAGE
	sub	ecx, 9
	jmp	.walk
.leaf:
	lea	r13, [rax + PTE_LARGE]
	mov	[r12], r13
	add	rax, LARGE_PAGE
	cmp	rax, rdx
	jb	map
	ret

section .entry.climb
; find_room: finds memory for the image between 1 MiB and 4 GiB, outside the initrd.
;	In:	R14 = bytes of the image, R15 = a copy of boot_params if EBX =
;		LOADER_LINUX64; RBP = address of the image
;	Out:	RDI = address, a multiple of PAGE; R14 = bytes to copy, with the
;		scratch memory. Without room: RDI = 1 MiB, R14 = bytes of the stub,
;		EBX = LOADER_NO_ROOM
;	Clobbers: RAX, RCX, RDX, RSI, R8, R9
find_room:
	cmp	ebx, LOADER_LINUX64
	jne	.no_map
	lea	r14, [r15 + STUB_SCRATCH]
	sub	r14, rbp
	mov	r8d, [r15 + BOOT_PARAMS_INITRD_HIGH]
	shl	r8, 32
	mov	eax, [r15 + BOOT_PARAMS_INITRD]
	or	r8, rax
	mov	r9d, [r15 + BOOT_PARAMS_INITRD_SIZE_HIGH]
	shl	r9, 32
	mov	eax, [r15 + BOOT_PARAMS_INITRD_SIZE]
	or	r9, rax
	add	r9, r8			; the end of the initrd
	movzx	ecx, byte [r15 + BOOT_PARAMS_E820_COUNT]
	lea	rsi, [r15 + BOOT_PARAMS_E820]
	jrcxz	.no_map
.entry:
	cmp	dword [rsi + MEMORY_TYPE], MEMORY_FREE
	jne	.next
	mov	rdi, [rsi]
	mov	rdx, rdi
	add	rdx, [rsi + MEMORY_SIZE]	; its end
	add	rdi, PAGE - 1
	and	rdi, -PAGE
	mov	eax, HIGH_MEMORY
	cmp	rdi, rax
	cmovb	rdi, rax
	mov	rax, FOUR_GIB
	cmp	rdx, rax
	cmova	rdx, rax
	lea	rax, [rdi + r14]
	cmp	rax, r8
	jbe	.apart
	cmp	rdi, r9
	jae	.apart
	lea	rdi, [r9 + PAGE - 1]	; after the initrd
	and	rdi, -PAGE
.apart:
	sub	rdx, rdi
	jbe	.next
	cmp	rdx, r14
	jae	.found
.next:
	add	rsi, MEMORY_ENTRY
	loop	.entry
	jmp	short .none
	; There is no memory map. But a PC with memory above 4 GiB has memory from 1 MiB
	; to at least 15 MiB, where ISA cards may be; the checksums show whether it does.
.no_map:
	mov	edi, HIGH_MEMORY
	cmp	r14, ISA_HOLE - HIGH_MEMORY - STUB_SCRATCH - PAGE
	jbe	.found
.none:
	mov	edi, HIGH_MEMORY
	mov	r14d, stub_size
	mov	ebx, LOADER_NO_ROOM
.found:
	ret
