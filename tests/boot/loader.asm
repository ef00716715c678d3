; SPDX-License-Identifier: MIT
; A boot sector that acts as the loader of an operating system. The image is already in
; memory (QEMU's -device loader); this code enters it through one of the stub's entries,
; in the worst state that the contract allows.
;
;	-DIMAGE=address		of the stub's first byte
;	-DMODE=...		one of the names below
;	-DLA57			5-level paging
;	-DNO_MAP		boot_params without a memory map
;	-DGIVEN=address -DGIVEN_SIZE=bytes	an initrd or a module
;	-DGIVEN_FROM=address	the same, copied from this address, away from the firmware's memory
;	-DBASE_MEMORY=KiB	size of base memory that an earlier program left in the BDA
;	-DBASE_MEMORY_USED	a vector points into the memory above that
;	-DRANGES=n -DTYPES=n	INT 15h AX=E820h returns n ranges of 1 MiB, of 1 or 2 types
;	-DNO_BIOS		the ROM and the vectors are destroyed, as if the machine had no BIOS
;				(QEMU's -M pc)
;	-DVBE=mode		the screen is in this mode; 4000h: as a linear framebuffer
;	-DCOMMAND_LINE='...'	for the entries of the Linux protocol
;	-DWAIT=n		print "WAITS" on COM1, and wait there for a character; then a
;				watchdog (QEMU's ib700) resets the machine after 30 - 2n s

%define MULTIBOOT2	1	; 32-bit, EAX = magic, EBX = information
%define LINUX32		2	; 32-bit, ESI = boot_params
%define LINUX64		3	; 64-bit at +200h, RSI = boot_params
%define LONG_MODE	4	; 64-bit at +0, nothing said

%ifidn MODE, MULTIBOOT2
  %define MODE_32
%elifidn MODE, LINUX32
  %define MODE_32
%endif

WATCHDOG	equ	443h		; ib700
MAGIC		equ	36D76289h
CONFIG_ADDRESS	equ	0CF8h
CONFIG_DATA	equ	0CFCh
PAM		equ	58h		; 82441FX datasheet, "PAM": the first one is at 59h
PAM_RAM		equ	30h		; F0000h to FFFFFh can be written
ROM		equ	0F000h		; segment
HIGH_COPY	equ	9F00h		; segment: this sector once more, with INT 15h in it
STARTED		equ	600h		; the TSC before the jump, for a payload to read
CODE32		equ	08h
DATA32		equ	10h
CODE64		equ	18h

; At 32 MiB, away from the image: a copy of this sector, boot_params, page tables.
WORK		equ	2000000h
PARAMS		equ	WORK + 1000h
ROOT		equ	WORK + 2000h
PML4		equ	WORK + 3000h
PDPT		equ	WORK + 4000h
PD_WORK		equ	WORK + 5000h
PD_IMAGE	equ	WORK + 6000h
WORK_END	equ	WORK + 7000h
LARGE_PAGE	equ	200000h
IMAGE_PAGES	equ	8		; 16 MiB of image are mapped, and WORK; nothing else

org 7C00h
bits 16
	cli
	cld
	xor	ax, ax
	mov	ds, ax
%ifdef WAIT
	mov	si, waits
	mov	dx, 3F8h
	mov	cx, waits.end - waits
	rep outsb
	add	dx, 5			; line status: is there a character?
.wait:
	in	al, dx
	test	al, 1
	jz	.wait
	sub	dx, 5
	in	al, dx
	mov	al, WAIT
	mov	dx, WATCHDOG
	out	dx, al
%endif
%ifdef VBE
	mov	ax, 4F02h
	mov	bx, VBE
	int	10h
%endif
%ifdef NO_BIOS
	mov	dword [13h * 4], 0
	mov	eax, 80000000h + PAM
	mov	dx, CONFIG_ADDRESS
	out	dx, eax
	mov	al, PAM_RAM
	mov	dx, CONFIG_DATA + 1
	out	dx, al
	push	word ROM
	pop	es
	mov	byte [es:0FFF0h], 0	; the reset vector
%endif
%ifdef BASE_MEMORY
	mov	word [413h], BASE_MEMORY
%endif
%ifdef BASE_MEMORY_USED
	mov	word [60h * 4 + 2], BASE_MEMORY * 64
%endif
%ifdef RANGES
	mov	byte [413h], (HIGH_COPY * 16 / 1024) & 0FFh
	push	word HIGH_COPY
	pop	es
	mov	si, 7C00h
	xor	di, di
	mov	cx, 256
	rep movsw
	mov	eax, [15h * 4]
	mov	[es:old_int15 - 7C00h], eax
	mov	dword [15h * 4], (HIGH_COPY << 16) + (int15 - $$)
%endif
	mov	al, 0FFh		; no interrupt, until somebody wants one
	out	21h, al
	out	0A1h, al
	in	al, 92h
	or	al, 2
	out	92h, al
	lgdt	[gdtr]
	mov	eax, cr0
	or	al, 1
	mov	cr0, eax
	jmp	CODE32:protected
bits 32
protected:
	mov	ax, DATA32
	mov	ds, ax
	mov	es, ax
	mov	ss, ax
	mov	edi, WORK
	mov	ecx, (WORK_END - WORK) / 4
	xor	eax, eax
	rep stosd
	mov	esi, 7C00h
	mov	edi, WORK
	mov	ecx, 512 / 4
	rep movsd
%ifdef INITRD_FROM
	mov	esi, INITRD_FROM
	mov	edi, INITRD
	mov	ecx, INITRD_SIZE
	rep movsb
%endif
	mov	esi, PARAMS
%ifndef NO_MAP
	mov	byte [esi + 1E8h], 2	; E820 entries: base memory, 1 MiB to 128 MiB
	mov	dword [esi + 2D0h + 8], 9FC00h
	mov	dword [esi + 2D0h + 16], 1
	mov	dword [esi + 2E4h], 100000h
	mov	dword [esi + 2E4h + 8], 7F00000h
	mov	dword [esi + 2E4h + 16], 1
%endif
%ifdef COMMAND_LINE
	mov	dword [esi + 228h], WORK + command_line - 7C00h
%endif
%ifdef INITRD
%ifidn MODE, MULTIBOOT2
	mov	byte [esi], 40		; the information's size
	mov	byte [esi + 8], 3	; a tag: module
	mov	byte [esi + 12], 17
	mov	dword [esi + 16], INITRD
	mov	dword [esi + 20], INITRD + INITRD_SIZE
%else
	mov	dword [esi + 218h], INITRD & 0FFFFFFFFh
	mov	byte [esi + 0C0h], INITRD >> 32
	mov	dword [esi + 21Ch], INITRD_SIZE
%endif
%endif
%ifdef MODE_32
	mov	ebx, PARAMS		; as good a place for 8 bytes of information
	rdtsc
	mov	[STARTED], eax
%ifidn MODE, MULTIBOOT2
	mov	eax, MAGIC
%else
	xor	eax, eax
	xor	ebx, ebx
%endif
	xor	esp, esp
	jmp	CODE32:IMAGE
%else
	mov	dword [ROOT], PML4 + 3
	mov	dword [PML4], PDPT + 3
	mov	dword [PD_WORK + WORK / LARGE_PAGE * 8], WORK + 83h
	mov	edi, PD_IMAGE + (IMAGE & 3FFFFFFFh) / LARGE_PAGE * 8
%if IMAGE < 40000000h
	mov	edi, PD_WORK + IMAGE / LARGE_PAGE * 8
%endif
	mov	eax, (IMAGE & 0FFE00000h) + 83h
	mov	ecx, IMAGE_PAGES
.map:
	mov	[edi], eax
	mov	dword [edi + 4], IMAGE >> 32
	add	eax, LARGE_PAGE
	add	edi, 8
	loop	.map
%if IMAGE >= 40000000h
	mov	dword [PDPT + (IMAGE >> 30) * 8], PD_IMAGE + 3
%endif
	mov	dword [PDPT], PD_WORK + 3
	rdtsc
	mov	[STARTED], eax
	jmp	WORK + paging - 7C00h
paging:
%ifdef LA57
	mov	eax, (1 << 12) | (1 << 7) | (1 << 5)	; LA57, PGE, PAE
	mov	ecx, ROOT
%else
	mov	eax, (1 << 7) | (1 << 5)
	mov	ecx, PML4
%endif
	mov	cr4, eax
	mov	cr3, ecx
	mov	ecx, 0C0000080h
	mov	eax, (1 << 8) | (1 << 0)		; LME, SCE
	xor	edx, edx
	wrmsr
	mov	eax, cr0
	or	eax, (1 << 31) | (1 << 16) | (1 << 5) | (1 << 1)	; PG, WP, NE, MP
	mov	cr0, eax
	lgdt	[WORK + gdtr64 - 7C00h]
	jmp	CODE64:WORK + long_mode - 7C00h
bits 64
long_mode:
%ifndef LA57
	mov	rax, cr4
	bts	eax, 17			; PCIDE, which PG cannot be cleared with
	mov	cr4, rax
%endif
	xor	eax, eax
	mov	ds, ax
	mov	es, ax
	mov	ss, ax
	mov	rsp, 0DEAD00000000h
%ifidn MODE, LINUX64
	mov	esi, PARAMS
	mov	rax, IMAGE + 200h
%else
	mov	rsi, rsp
	mov	rax, IMAGE
%endif
	sti				; and no IDT: whoever lets one in resets
	jmp	rax
%endif

%ifdef RANGES
bits 16
int15:
	cmp	ax, 0E820h
	jne	.old
	mov	eax, edx
	mov	ecx, 9F000h		; base memory
	xor	edx, edx
	test	ebx, ebx
	jz	.this
	mov	edx, ebx
	shl	edx, 20
	mov	ecx, 1 << 20
.this:
	mov	[es:di], edx
	mov	[es:di + 8], ecx
	mov	edx, ebx
	and	edx, TYPES - 1
	inc	edx
	mov	[es:di + 16], edx
	xor	edx, edx
	mov	[es:di + 4], edx
	mov	[es:di + 12], edx
	mov	cx, 20
	movzx	ecx, cx
	inc	ebx
	cmp	ebx, RANGES
	jb	.more
	xor	ebx, ebx
.more:	clc
	retf	2
.old:	jmp	far [cs:old_int15 - 7C00h]
old_int15:
	dd	0
%endif

	align	8, db 0
gdt:	dq	0
	dq	00CF9B000000FFFFh
	dq	00CF93000000FFFFh
	dq	00AF9B000000FFFFh
.end:
%ifdef WAIT
waits:	db	"WAITS", 10
.end:
	align	8, db 0
%endif
%ifdef COMMAND_LINE
command_line:
	db	COMMAND_LINE, 0
	align	8, db 0
%endif
gdtr:	dw	gdt.end - gdt - 1
	dd	gdt
gdtr64:	dw	gdt.end - gdt - 1
	dq	WORK + gdt - 7C00h

	times 510 - ($ - $$) db 0
	dw	0AA55h
