; SPDX-License-Identifier: MIT
; The front of the stub: position-independent code that runs wherever the loader
; has put it, switches the CPU to 32-bit protected mode without paging, unpacks
; the rest of the stub to STUB_HOME and continues there (start.asm).
;
; This code writes nothing below 1 MiB before paging is off, since a long-mode loader
; need not map that memory, and leaves the image unchanged, since the image is
; checked later.

%include "layout.inc"
%include "constants.inc"
%include "packed.inc"
%include "hardware/cpu.inc"

extern climb_down, home_in_stub, stub_size, summed_dwords, unpack

MULTIBOOT2_MAGIC	equ	36D76289h	; Multiboot2 specification, 3.3
MULTIBOOT_MAGIC	equ	2BADB002h	; Multiboot specification 0.6.96, 3.2
PVH_MAGIC	equ	336EC578h	; of hvm_start_info; our PVH entry puts it in EAX
CR4_VMXE	equ	1 << 13
GATE		equ	16		; bytes, in 64-bit mode (SDM 3A, 6.14.1)
UD_GATE		equ	6 * GATE	; invalid opcode
IDTR		equ	7 * GATE
COM1_LINE_STATUS	equ	COM1 + 5	; 16550D datasheet, 8.6.3
TRANSMITTER_EMPTY	equ	20h
I8042_COMMAND	equ	64h		; IBM PC/AT Technical Reference
I8042_PULSE_RESET	equ	0FEh
INTERRUPT_GATE	equ	8E00h		; present, 64-bit interrupt gate, no IST

section .entry progbits alloc exec write align=16
; stub: the entry for multiboot 1 and 2 and the 32-bit Linux boot protocol (all 32-bit),
; and of the ELF file (where a long-mode loader jumps in 64-bit mode).
;	In:	multiboot: EAX = magic, EBX = information
;		Linux: ESI = boot_params; from setup.asm EAX = SETUP_MAGIC
;		long mode: nothing
;	Out:	to home_start
;	Stack:	none needed
bits 32
global stub
stub:
	jmp	short .any_mode		; EB xx, the same in both modes
	times STUB_HEADER - ($ - $$) db 0
	db	"RJPACK", 13, 10	; struct rj_stub_header
	dd	stub_size
	dd	home_in_stub
; pvh: the entry for Xen's PVH, at STUB_ENTRY_PVH.
;	In:	EBX = hvm_start_info; EAX is undefined (docs/misc/pvh.pandoc)
;	Out:	as stub
;	Stack:	none needed
	times STUB_ENTRY_PVH - ($ - $$) db 0
	mov	eax, PVH_MAGIC
.any_mode:
	cli
	cld
	mov	edx, eax
	xor	eax, eax
	mov	dr7, eax		; a breakpoint below would reset the machine
	db	40h			; 32-bit: INC EAX. 64-bit: a REX prefix of
	nop				; this NOP. So EAX shows the mode.
	test	eax, eax
	jz	long_mode

	; Reading EIP needs a stack, which no protocol guarantees. Borrow a dword:
	; "reserved" in the multiboot2 information, the first dword of multiboot's and
	; PVH's, or the scratch field of boot_params.
	mov	edi, LOADER_MULTIBOOT2
	lea	esp, [ebx + 8]
	cmp	edx, MULTIBOOT2_MAGIC
	je	.borrow
	mov	edi, LOADER_MULTIBOOT
	lea	esp, [ebx + 4]
	cmp	edx, MULTIBOOT_MAGIC
	je	.borrow
	mov	edi, LOADER_PVH
	cmp	edx, PVH_MAGIC
	je	.borrow
	mov	ebx, esi
	lea	esp, [ebx + BOOT_PARAMS_SCRATCH + 4]
	mov	edi, LOADER_LINUX16
	cmp	edx, SETUP_MAGIC
	je	.borrow
	mov	edi, LOADER_LINUX32
.borrow:
	mov	eax, [esp - 4]
	call	.here
.here:
	pop	ebp
	mov	[esp - 4], eax
	lea	esp, [ebp + .whole - .here]
	sub	ebp, .here - stub
	mov	esi, ebp
	jmp	sum
.whole:
	; Copy the loader's information: the stub's home or a piece may overwrite it.
	mov	edx, edi
	mov	esi, ebx
	mov	edi, [ebp + stub_size + MANIFEST_IMAGE_SIZE]
	lea	edi, [ebp + edi + PAGE - 1]
	and	edi, -PAGE
	mov	ecx, LOADER_INFO / 4
	rep movsd
	movzx	esi, word [ebp + edx * 2 + command_lines - stub]
	test	esi, esi		; multiboot2's is a tag of the information
	jz	.copied
	mov	esi, [ebx + esi]	; if this is 0, the copy is not read
	sub	edi, LOADER_INFO - COMMAND_LINE
	lea	esp, [edi + MODULE_ROW - COMMAND_LINE]
	mov	ecx, COMMAND_LINE_SIZE
.command_line:
	lodsb
	stosb
	test	al, al
	loopnz	.command_line
	movzx	ecx, byte [ebp + edx + modules - stub]
	jecxz	.copied			; Linux's initrd is in boot_params
	mov	esi, [ebx + ecx]	; without modules, the copy is not read
	mov	edi, esp
	movsd
	movsd
	movsd
	movsd
.copied:
	mov	edi, edx

; go_home: unpacks the stub to its home and has restore_calls jump there.
;	In:	EBP = address of the stub, EDI = LOADER_*; 32-bit mode, flat;
;		the copy of the loader's information after the image
;	Out:	to home_start: EBP, EBX = LOADER_*; paging off, the stub's own GDT,
;		DS = ES = SS = FS = GS = DATA32
;	Stack:	the home's, after its old contents are saved
go_home:
	lea	eax, [ebp + gdt - stub]
	mov	[ebp + gdtr.base - stub], eax
	lgdt	[ebp + gdtr - stub]
	mov	ax, DATA32
	mov	ds, ax
	mov	es, ax
	mov	fs, ax
	mov	gs, ax
	mov	ss, ax
	; From compatibility mode this leaves IA-32e mode: PG first, from an
	; identity-mapped page, then the rest (SDM 3A, 10.8.5.4).
	mov	eax, cr0
	and	eax, ~CR0_PG
	mov	cr0, eax
	xor	eax, eax
	mov	[ebp + gdtr.base - stub], eax
	mov	[ebp + compatible - stub], eax
	mov	ebx, edi
	mov	edx, STUB_HOME
	test	ebx, ebx		; LOADER_NO_ROOM
	jz	.unpack
	; A module may be where the stub goes: save it.
	mov	edi, [ebp + stub_size + MANIFEST_IMAGE_SIZE]
	lea	edi, [ebp + edi + LOADER_INFO + PAGE - 1]
	and	edi, -PAGE
	mov	esi, edx
	mov	ecx, STUB_HOME_SIZE / 4
	rep movsd
.unpack:
	mov	esp, STUB_HOME + ARRIVAL_REGS
	lea	esi, [ebp + packed - stub]
	mov	edi, edx
	call	unpack
	jmp	restore_calls

gdtr:	dw	gdt.end - gdt - 1
.base:	dq	0

; By LOADER_*: the offset of the command line's address in the loader's information,
command_lines:
	dw	0, BOOT_PARAMS_COMMAND_LINE, BOOT_PARAMS_COMMAND_LINE
	dw	BOOT_PARAMS_COMMAND_LINE, 0, 0
	dw	MULTIBOOT_CMDLINE, PVH_CMDLINE
; and the offset of the module list's address.
modules:
	db	0, 0, 0, 0, 0, 0, MULTIBOOT_MODULES, PVH_MODULES

section .entry.gdt progbits alloc exec write align=8
global gdt
gdt:	dq	0
	seg	CODE32, 0, 0FFFFFh, FLAT_CODE
	seg	DATA32, 0, 0FFFFFh, FLAT_DATA
	seg	CODE64, 0, 0FFFFFh, LONG_CODE
.end:

; The part of the stub that runs at STUB_HOME.
section .packed progbits alloc noexec nowrite align=4
global packed
packed:
	incbin	"home.packed"

section .entry.calls progbits alloc exec write align=1
; restore_calls: restores the calls of the unpacked home (packed.h), and jumps there.
;	In:	EDI = the home's end, after which there is memory; EBP and EBX for home_start
;	Out:	to home_start
;	Stack:	none
restore_calls:
	mov	esi, STUB_HOME
.byte:
	lodsb
	and	al, 0FEh
	cmp	al, PACKED_CALL_CODE
	jne	.next
	cmp	word [esi + 2], STUB_HOME >> 16
	jne	.next
	sub	[esi], esi
	lodsd
.next:
	cmp	esi, edi
	jb	.byte
	jmp	CODE32:STUB_HOME

section .entry.sum progbits alloc exec write align=1
; sum: continues only if no single byte of the stub is damaged. CRC-32s protect all that
; follows, but the code that computes them and prints errors has to be intact itself. The
; bytes of this code do the same in 32-bit and in 64-bit mode.
;	In:	ESI or RSI = address of the stub, ESP or RSP = where to continue
;	Out:	there
;	Clobbers: EAX, ECX, EDX, ESI
;	Stack:	none
sum:
	mov	ecx, summed_dwords
	xor	edx, edx
.add:
	lodsd
	add	edx, eax
	loop	.add			; keeps the flags
	jnz	damaged
	jmp	esp

section .entry.gap progbits alloc exec write align=1
; damaged: prints the message, and resets the machine. Video memory may not be mapped.
;	In:	ESI or RSI = the message, which follows the sum
damaged:
	mov	dx, COM1
	mov	cl, message.end - message
.send:
	mov	dl, COM1_LINE_STATUS & 0FFh
	in	al, dx
	test	al, TRANSMITTER_EMPTY	; also set if there is no such port
	jz	.send
	mov	dl, COM1 & 0FFh
	outsb
	loop	.send
	mov	al, I8042_PULSE_RESET	; even with --on-error halt: the manifest
	out	I8042_COMMAND, al	; has not been read yet
	hlt				; there may be no such controller

; The end of the stub: first the dword that makes the sum 0 (sum.sh).
section .tail progbits alloc noexec nowrite align=1
	dd	0
message:
	db	"rjpack: the stub is damaged", 10
.end:

; This section is at STUB_ENTRY64; the linker script fills the gap before it.
section .entry64 progbits alloc exec write align=1
; entry64: the entry for the 64-bit Linux boot protocol.
;	In:	RSI = boot_params; the image, boot_params and the command line
;		identity-mapped
;	Out:	to go_home
;	Stack:	none needed
bits 64
global entry64
entry64:
	mov	edi, LOADER_LINUX64
	jmp	leave_long_mode
long_mode:
	xor	esi, esi		; there is no boot_params
	mov	edi, LOADER_LONG_MODE
leave_long_mode:
	cli
	cld
	xor	eax, eax
	mov	dr7, rax
	mov	ebx, edi
	lea	rbp, [rel stub]
	mov	r8, rsi
	mov	rsi, rbp
	lea	rsp, [rel .whole]
	jmp	sum
.whole:
	mov	rsi, r8
	mov	r14d, [rbp + stub_size + MANIFEST_IMAGE_SIZE]
	lea	r15, [rbp + r14 + PAGE - 1]
	and	r15, -PAGE		; the scratch memory after the image
	test	rsi, rsi
	jz	.no_information
	mov	rdi, r15
	mov	ecx, COMMAND_LINE / 8
	rep movsq
	mov	esi, [r15 + BOOT_PARAMS_COMMAND_LINE_HIGH]
	shl	rsi, 32
	mov	eax, [r15 + BOOT_PARAMS_COMMAND_LINE]
	or	rsi, rax
	jz	.no_information
	mov	ecx, COMMAND_LINE_SIZE
.command_line:
	lodsb
	stosb
	test	al, al
	loopnz	.command_line
.no_information:
	lea	rax, [rel gdt]
	mov	[rel gdtr.base], rax
	lgdt	[rel gdtr]

	; Turn off whatever could make turning paging off fault:
	; VMX operation pins PG, PCIDE does too, and LA57 and PAE cannot be
	; changed in IA-32e mode (SDM 3C, "Restrictions on VMX Operation"; 3A,
	; "Control Registers" and "Paging"). Outside of VMX operation VMXOFF is
	; an invalid opcode, and software cannot find out which applies; so the
	; gate for that exception leads to the instruction after VMXOFF.
	mov	rax, cr4
	test	eax, CR4_VMXE
	jz	.no_vmx
	lea	rsp, [r15 + STUB_SCRATCH]
	lea	rdi, [r15 + LOADER_INFO]
	lea	rax, [rel .no_vmx]
	mov	[rdi + UD_GATE], ax
	mov	word [rdi + UD_GATE + 2], CODE64
	mov	word [rdi + UD_GATE + 4], INTERRUPT_GATE
	shr	rax, 16
	mov	[rdi + UD_GATE + 6], ax
	shr	rax, 16
	mov	[rdi + UD_GATE + 8], rax
	mov	word [rdi + IDTR], IDTR - 1
	mov	[rdi + IDTR + 2], rdi
	lidt	[rdi + IDTR]
	vmxoff
.no_vmx:
	mov	rax, cr4
	and	eax, CR4_PAE | CR4_LA57
	mov	cr4, rax
	lea	rax, [r15 + STUB_SCRATCH]
	shr	rax, 32
	jnz	climb_down

; below_4g: leaves 64-bit mode and continues at go_home.
;	In:	RBP = address of the stub, below 4 GiB; EBX = LOADER_*
;	Out:	to go_home
;	Stack:	none
global below_4g
below_4g:
	mov	edi, ebx
	lea	rax, [rel gdt]
	mov	[rel gdtr.base], rax
	lgdt	[rel gdtr]
	mov	eax, DATA32		; 64-bit mode runs with null selectors,
	mov	ds, eax			; compatibility mode does not (SDM 3A, 5.3.1)
	mov	ss, eax
	lea	eax, [rbp + go_home - stub]
	mov	[rel compatible], eax
	jmp	dword far [rel compatible]

	align	4, db 0
compatible:			; go_home in compatibility mode
	dd	0
	dw	CODE32
