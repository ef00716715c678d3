; SPDX-License-Identifier: MIT
; An operating system that changes everything, and then enters the image. QEMU starts the
; first sector, after it has put this whole file at WORK and the image at IMAGE
; (-device loader).
;
;	-DIMAGE=address		of the stub's first byte, below 4 GiB, 2 MiB-aligned
;	-DMODE=...		one of the names below
;	-DCPUS=n		number of other CPUs to start
;	-DZERO_IVT, -DZERO_BDA, -DZERO_EBDA
;	-DLA57			5-level paging
;	-DX2APIC		x2APIC mode
;	-DVMXON, -DVMXE		in VMX operation; CR4.VMXE alone
;	-DA20_OFF		A20 off

%define LINUX32		2	; 32-bit, ESI = boot_params
%define LINUX64		3	; 64-bit at +200h, RSI = boot_params

%ifndef CPUS
  %define CPUS 3
%endif

CODE32		equ	08h
DATA32		equ	10h
CODE64		equ	18h

; At 32 MiB, away from the image and with address bit 20 clear: this file, then what it
; builds. Page tables map everything below 4 GiB, except the first 2 MiB.
%define WORK	2000000h
STACK		equ	WORK + 10000h	; downwards
PARAMS		equ	WORK + 10000h
IDT		equ	WORK + 11000h
VMX_REGION	equ	WORK + 12000h
TABLES		equ	WORK + 20000h
PML5		equ	TABLES
PML4		equ	TABLES + 1000h
PDPT		equ	TABLES + 2000h
PD		equ	TABLES + 3000h	; four of them
TABLES_END	equ	TABLES + 7000h
LARGE_PAGE	equ	200000h
PTE_TABLE	equ	003h		; present, writable
PTE_LARGE	equ	183h		; and 2 MiB, global

; The other CPUs run here in real mode; a piece of the image goes here.
AP_CODE		equ	70000h
AP_DATA		equ	71000h		; dwords: the counter, how many have come

LAPIC		equ	0FEE00000h	; SDM 3A, 11.4.1
LAPIC_TPR	equ	LAPIC + 080h
LAPIC_SVR	equ	LAPIC + 0F0h
LAPIC_ICR	equ	LAPIC + 300h
LAPIC_TIMER	equ	LAPIC + 320h
LAPIC_LINT0	equ	LAPIC + 350h
LAPIC_LINT1	equ	LAPIC + 360h
LAPIC_ERROR	equ	LAPIC + 370h
LAPIC_COUNT	equ	LAPIC + 380h
LAPIC_DIVIDE	equ	LAPIC + 3E0h
TIMER_VECTOR	equ	40h
PERIODIC	equ	20000h

IOAPIC		equ	0FEC00000h	; 82093AA datasheet, 3.0
IOAPIC_PINS	equ	24

HPET		equ	0FED00000h	; IA-PC HPET specification 1.0a, 2.3
HPET_CONFIG	equ	HPET + 10h
HPET_TIMER0	equ	HPET + 100h
HPET_COMPARATOR0 equ	HPET + 108h

section sector start=0 vstart=7C00h
bits 16
	cli
	cld
	xor	ax, ax
	mov	ds, ax
	in	al, 92h
	or	al, 2
	out	92h, al
	lgdt	[gdtr]
	mov	eax, cr0
	or	al, 1
	mov	cr0, eax
	jmp	dword CODE32:protected

	align	8, db 0
gdt:	dq	0
	dq	00CF9B000000FFFFh
	dq	00CF93000000FFFFh
	dq	00AF9B000000FFFFh
gdtr:	dw	$ - gdt - 1
	dd	gdt

	times 510 - ($ - $$) db 0
	dw	0AA55h

section body follows=sector vstart=WORK+200h
bits 32
protected:
	mov	ax, DATA32
	mov	ds, ax
	mov	es, ax
	mov	fs, ax
	mov	gs, ax
	mov	ss, ax
	mov	esp, STACK
	lgdt	[own_gdtr]		; the sector's memory may be overwritten
	call	make_params
	call	start_cpus
	call	zero_memory
	call	pic
	call	keyboard
	call	pci
	call	local_apic
	call	io_apic
	call	hpet
	call	timers
	call	msrs
	call	debug_registers
	call	fpu
%ifidn MODE, LINUX32
	call	cr4_bits
	and	eax, ~(1 << 17)		; PCIDE is for long mode
	mov	cr4, eax
	call	last_words
	mov	esi, PARAMS
	xor	eax, eax
	xor	ebx, ebx
	xor	esp, esp
	jmp	CODE32:IMAGE
%else
	call	make_tables
	mov	ecx, PML4
	mov	eax, 1 << 5		; PAE
%ifdef LA57
	mov	ecx, PML5
	or	eax, 1 << 12
%endif
	mov	cr4, eax
	mov	cr3, ecx
	mov	ecx, 0C0000080h
	rdmsr
	or	eax, 1 << 8		; LME
	wrmsr
	mov	eax, cr0
	or	eax, 80000000h
	mov	cr0, eax
	jmp	CODE64:long_mode
bits 64
long_mode:
	xor	eax, eax
	mov	ds, ax
	mov	es, ax
	mov	ss, ax
	call	cr4_bits_64
	mov	cr4, rax
	bt	eax, 18			; OSXSAVE: all that XSAVE knows
	jnc	.no_xsave
	mov	eax, 0Dh
	xor	ecx, ecx
	cpuid
	xor	ecx, ecx
	xsetbv
.no_xsave:
%ifdef VMXON
	mov	ecx, 3Ah		; IA32_FEATURE_CONTROL: locked, VMX outside SMX
	rdmsr
	test	al, 1
	jnz	.locked
	or	al, 5
	wrmsr
.locked:
	mov	rax, cr4
	bts	rax, 13
	mov	cr4, rax
	mov	ecx, 480h		; IA32_VMX_BASIC: the revision
	rdmsr
	mov	[abs VMX_REGION], eax
	mov	eax, VMX_REGION
	push	rax
	vmxon	[rsp]
	jbe	stop			; SDM 3C, 31.2: CF or ZF
%elifdef VMXE
	mov	rax, cr4
	bts	rax, 13
	mov	cr4, rax
%endif
	; GS and FS bases and a stack pointer that point to nothing.
	mov	ecx, 0C0000100h
	mov	eax, 12345678h
	mov	edx, 1234h
	wrmsr
	inc	ecx
	wrmsr
	inc	ecx
	wrmsr
	call	last_words_64
	mov	rsp, 0DEAD00000000h
	mov	esi, PARAMS
	mov	eax, IMAGE + 200h
	sti				; the task priority holds back all there is
	jmp	rax
stop:
	hlt
	jmp	stop
bits 32
%endif

; make_params: like loader.asm: base memory, and 1 MiB to 128 MiB.
; Clobbered: EAX, ECX, EDI.
make_params:
	mov	edi, PARAMS
	mov	ecx, (TABLES_END - PARAMS) / 4
	xor	eax, eax
	rep stosd
	mov	edi, PARAMS
	mov	byte [edi + 1E8h], 2
	mov	dword [edi + 2D0h + 8], 9FC00h
	mov	dword [edi + 2D0h + 16], 1
	mov	dword [edi + 2E4h], 100000h
	mov	dword [edi + 2E4h + 8], 7F00000h
	mov	dword [edi + 2E4h + 16], 1
	ret

; start_cpus: sends INIT and SIPI, and waits until all run (SDM 3A, 9.4.4). No second SIPI:
; if the host lets a CPU sleep meanwhile, QEMU keeps it pending across the stub's INIT.
; Clobbered: EAX, ECX, ESI, EDI.
start_cpus:
	mov	esi, ap_code
	mov	edi, AP_CODE
	mov	ecx, ap_code_end - ap_code
	rep movsb
	mov	dword [AP_DATA], 0
	mov	dword [AP_DATA + 4], 0
%if CPUS > 0
	mov	dword [LAPIC_ICR], 0C4500h
	call	delay
	mov	dword [LAPIC_ICR], 0C4600h + (AP_CODE >> 12)
.wait:
	pause
	cmp	dword [AP_DATA + 4], CPUS
	jb	.wait
%endif
	ret

; delay: waits more than 10 ms, by writes to an ISA port of at least 1 us each.
; Clobbered: ECX.
delay:
	mov	ecx, 10000
.next:	out	80h, al
	loop	.next
	ret

; ap_code: counts. This code is copied, so it must be position-independent.
bits 16
ap_code:
	mov	ax, AP_DATA >> 4
	mov	ds, ax
	lock inc dword [4]
.loop:	lock inc dword [0]
	jmp	.loop
ap_code_end:
bits 32

; zero_memory: zeroes the firmware's memory.
; Clobbered: EAX, ECX, EDI.
zero_memory:
	xor	eax, eax
%ifdef ZERO_EBDA
	movzx	edi, word [40Eh]
	shl	edi, 4
	mov	ecx, 0A0000h
	sub	ecx, edi
	rep stosb
%endif
%ifdef ZERO_IVT
	xor	edi, edi
	mov	ecx, 400h
	rep stosb
%endif
%ifdef ZERO_BDA
	mov	edi, 400h
	mov	ecx, 100h
	rep stosb
%endif
	ret

; write_ports: writes rows of port and value.
; In: ESI = rows, EDI = their end. Clobbered: AL, EDX, ESI.
write_ports:
	movzx	edx, byte [esi]
	mov	al, [esi + 1]
	add	esi, 2
	out	dx, al
	cmp	esi, edi
	jb	write_ports
	ret

; pic: other vectors, the timer tick in service (a poll acknowledges it: 8259A
; datasheet, "Poll Command"), automatic end of interrupt in the second chip.
; Clobbered: AL, EDX, ESI, EDI.
pic:
	mov	esi, .init
	mov	edi, .end
	call	write_ports
	mov	al, 0Ah			; read the IRR
	out	20h, al
.tick:
	in	al, 20h
	test	al, 1
	jz	.tick
	mov	al, 0Ch
	out	20h, al
	in	al, 20h
	mov	al, 0FFh
	out	21h, al
	out	0A1h, al
	ret
.init:	db	20h, 11h,  21h, 20h,  21h, 4,  21h, 1,  21h, 0FEh
	db	0A0h, 11h,  0A1h, 28h,  0A1h, 2,  0A1h, 3,  0A1h, 0FFh
.end:

; keyboard: no scan codes, no IRQ1, no translation, and unread bytes.
; Clobbered: AL, EDX, ESI.
keyboard:
	mov	esi, .writes
.next:
	in	al, 64h
	test	al, 2
	jnz	.next
	movzx	edx, byte [esi]
	mov	al, [esi + 1]
	add	esi, 2
	out	dx, al
	cmp	esi, .end
	jb	.next
	ret
.writes: db	60h, 0F5h,  64h, 0ADh,  64h, 0A7h,  64h, 60h,  60h, 30h,  64h, 0D2h,  60h, 'x'
.end:

; pci: Bus Master off, INTx off, MSI and MSI-X on, in every function of bus 0
; (PCI Local Bus Specification 3.0: 6.2.2, 6.8.1.3, 6.8.2.3).
; Clobbered: all.
pci:
	mov	ebx, 80000000h
.function:
	mov	al, 0
	call	pci_read
	cmp	ax, 0FFFFh
	je	.next
	mov	al, 4
	call	pci_read
	push	eax
	and	eax, 0FFFBh		; the status is cleared by ones
	or	ah, 4
	out	dx, eax
	pop	eax
	test	eax, 100000h
	jz	.next
	mov	al, 34h
	call	pci_read
.capability:
	and	al, 0FCh
	jz	.next
	call	pci_read
	cmp	al, 5
	jne	.no_msi
	or	eax, 10000h
.no_msi:
	cmp	al, 11h
	jne	.no_msi_x
	or	eax, 80000000h
.no_msi_x:
	out	dx, eax
	shr	eax, 8
	jmp	.capability
.next:
	add	ebx, 100h
	cmp	ebx, 80010000h
	jb	.function
	ret

; pci_read: In: EBX = function, AL = register. Out: EAX = its value, EDX = its port.
; Clobbered: ECX.
pci_read:
	movzx	ecx, al
	lea	eax, [ebx + ecx]
	mov	dx, 0CF8h
	out	dx, eax
	mov	dx, 0CFCh
	in	eax, dx
	ret

; local_apic: the timer runs, its interrupt is in service and pending again; everything
; else is as a BIOS would never set it.
; Clobbered: EAX.
local_apic:
	mov	dword [IDT + TIMER_VECTOR * 8], (CODE32 << 16) | (timer_interrupt - protected + 200h)
	mov	dword [IDT + TIMER_VECTOR * 8 + 4], (WORK & 0FFFF0000h) | 8E00h
	lidt	[idtr]
	mov	dword [LAPIC_SVR], 13Fh
	mov	dword [LAPIC_LINT0], 10000h
	mov	dword [LAPIC_LINT1], 10000h
	mov	dword [LAPIC_DIVIDE], 0Bh
	mov	dword [LAPIC_TIMER], PERIODIC | TIMER_VECTOR
	mov	dword [LAPIC_COUNT], 100000
	sti
.wait:
	pause
	cmp	byte [taken], 0
	je	.wait
	cli
	mov	dword [LAPIC_TPR], 0F3h
	mov	dword [LAPIC_LINT0], 31h
	mov	dword [LAPIC_LINT1], 8032h
	mov	dword [LAPIC_ERROR], 33h
	lidt	[no_idtr]
%ifdef X2APIC
	mov	ecx, 1Bh
	rdmsr
	or	eax, 400h
	wrmsr
%endif
	ret

timer_interrupt:
	mov	byte [taken], 1
	iret

; io_apic: routes each pin to a meaningless vector.
; Clobbered: EAX, ECX.
io_apic:
	xor	ecx, ecx
.next:
	lea	eax, [ecx * 2 + 11h]
	mov	[IOAPIC], eax
	mov	dword [IOAPIC + 10h], 0
	dec	eax
	mov	[IOAPIC], eax
	lea	eax, [ecx + 50h]
	mov	[IOAPIC + 10h], eax
	inc	ecx
	cmp	ecx, IOAPIC_PINS
	jb	.next
	ret

; hpet: replaces the PIT and the RTC, at 10 kHz if it counts at 100 MHz.
; Clobbered: nothing.
hpet:
	mov	dword [HPET_CONFIG], 0
	mov	dword [HPET_TIMER0], 4Ch	; interrupts, periodic, both values
	mov	dword [HPET_COMPARATOR0], 10000
	mov	dword [HPET_COMPARATOR0], 10000
	mov	dword [HPET_CONFIG], 3
	ret

; timers: the PIT fires once and the speaker is on; all RTC interrupts are on; NMI is off.
; Clobbered: AL, EDX, ESI, EDI.
timers:
	mov	esi, .writes
	mov	edi, .end
	jmp	write_ports
.writes: db	43h, 30h,  40h, 34h,  40h, 0,  43h, 0B6h,  42h, 0,  42h, 4,  61h, 3
	db	70h, 8Ah,  71h, 2Fh,  70h, 8Bh,  71h, 72h
.end:

; msrs: writes rows of number, value, CPUID leaf and bit of EDX.
; Clobbered: all.
%macro msr 4
	dd	%1, (%2) & 0FFFFFFFFh, (%2) >> 32, %3, %4
%endmacro
msrs:
	mov	esi, .rows
.next:
	mov	eax, [esi + 12]
	cpuid
	mov	ecx, [esi + 16]
	bt	edx, ecx
	jnc	.skip
	mov	ecx, [esi]
	mov	eax, [esi + 4]
	mov	edx, [esi + 8]
	wrmsr
.skip:
	add	esi, 20
	cmp	esi, .end
	jb	.next
	mov	eax, 80000001h		; EFER: SVME, where the CPU has SVM
	cpuid
	bt	ecx, 2
	jnc	.no_svm
	mov	ecx, 0C0000080h
	rdmsr
	or	eax, 1 << 12
	wrmsr
.no_svm:
	ret
.rows:
	msr	0C0000080h, 801h, 80000001h, 20			; EFER: NXE, SCE
	msr	0C0000081h, 0023001012345678h, 80000001h, 29	; STAR
	msr	0C0000082h, 0FFFFFFFF81234567h, 80000001h, 29	; LSTAR
	msr	0C0000083h, 0FFFFFFFF81234568h, 80000001h, 29	; CSTAR
	msr	0C0000084h, 47700h, 80000001h, 29		; FMASK
	msr	0C0000103h, 3, 80000001h, 27			; TSC_AUX
	msr	174h, 10h, 1, 11				; SYSENTER_CS
	msr	175h, 12345678h, 1, 11				; SYSENTER_ESP
	msr	176h, 87654321h, 1, 11				; SYSENTER_EIP
	msr	277h, 0407050600070106h, 1, 16			; PAT
.end:

; debug_registers: sets breakpoints where the stub and the payload run, and where they
; write.
; Clobbered: EAX.
debug_registers:
	mov	eax, 80000h
	mov	dr0, eax
	mov	eax, 7C00h
	mov	dr1, eax
	mov	eax, 41Ah
	mov	dr2, eax
	mov	eax, 8FFC0h
	mov	dr3, eax
	mov	eax, 0D9D007AAh		; DR2 and DR3 for writes of 2 and 4 bytes
	mov	dr7, eax
	ret

; fpu: no exception is masked, and one is pending; SSE has another rounding and a value.
; Clobbered: EAX, XMM3.
fpu:
	mov	eax, cr0
	and	eax, ~0Ch		; EM, TS
	or	eax, 22h		; NE, MP
	mov	cr0, eax
	fninit
	fldcw	[.control]
	fld1
	fldz
	mov	eax, cr4
	or	eax, 1 << 9		; OSFXSR
	mov	cr4, eax
	ldmxcsr	[.mxcsr]
	pcmpeqd	xmm3, xmm3
	fdivp
	ret
	align	4, db 0
.mxcsr:	dd	7F80h
.control: dw	0340h

; cr4_bits: Out: EAX = all that this CPU supports, except LA57, VMXE and SMXE.
; Clobbered: all.
%macro feature 4		; leaf, register, bit there, bit in CR4
	db	%1, %2, %3, %4
%endmacro
EBX_	equ	0
ECX_	equ	1
EDX_	equ	2
%macro cr4_code 0
	xor	edi, edi
	mov	esi, cr4_rows
%%next:
	movzx	eax, byte [esi]
	xor	ecx, ecx
	cpuid
	cmp	byte [esi + 1], ECX_
	cmovb	eax, ebx
	cmove	eax, ecx
	cmova	eax, edx
	movzx	ecx, byte [esi + 2]
	bt	eax, ecx
	jnc	%%skip
	movzx	ecx, byte [esi + 3]
	bts	edi, ecx
%%skip:
	add	esi, 4
	cmp	esi, cr4_rows_end
	jb	%%next
	mov	eax, edi
%ifdef LA57
	or	eax, 1 << 12
%endif
	ret
%endmacro
cr4_bits:
	cr4_code
cr4_rows:
	feature	1, EDX_, 1, 0		; VME
	feature	1, EDX_, 1, 1		; PVI
	feature	1, EDX_, 4, 2		; TSD
	feature	1, EDX_, 2, 3		; DE
	feature	1, EDX_, 3, 4		; PSE
	feature	1, EDX_, 6, 5		; PAE
	feature	1, EDX_, 7, 6		; MCE
	feature	1, EDX_, 13, 7		; PGE
	feature	1, EDX_, 24, 9		; OSFXSR
	feature	1, EDX_, 25, 10		; OSXMMEXCPT
	feature	7, ECX_, 2, 11		; UMIP
	feature	7, EBX_, 0, 16		; FSGSBASE
	feature	1, ECX_, 17, 17		; PCIDE
	feature	1, ECX_, 26, 18		; OSXSAVE
	feature	7, EBX_, 7, 20		; SMEP
	feature	7, EBX_, 20, 21		; SMAP
	feature	7, ECX_, 3, 22		; PKE
	feature	7, ECX_, 7, 23		; CET
cr4_rows_end:

; last_words: sets what would hinder the code above: A20, and the rest of CR0.
; Clobbered: EAX.
CR0_LAST	equ	5002Eh		; AM, WP, NE, TS, EM, MP
%macro close_a20 0
%ifdef A20_OFF
	in	al, 92h
	and	al, ~3
	out	92h, al
%endif
%endmacro
last_words:
	close_a20
	mov	eax, cr0
	or	eax, CR0_LAST
	mov	cr0, eax
	ret

; make_tables: Clobbered: EAX, ECX, EDI.
make_tables:
	mov	dword [PML5], PML4 + PTE_TABLE
	mov	dword [PML4], PDPT + PTE_TABLE
	mov	edi, PDPT
	mov	eax, PD + PTE_TABLE
	mov	ecx, 4
.next_pd:
	mov	[edi], eax
	add	eax, 1000h
	add	edi, 8
	loop	.next_pd
	mov	edi, PD + 8
	mov	eax, LARGE_PAGE + PTE_LARGE
.next_page:
	mov	[edi], eax
	add	edi, 8
	add	eax, LARGE_PAGE
	jnc	.next_page
	ret

bits 64
cr4_bits_64:
	cr4_code
last_words_64:
	close_a20
	mov	rax, cr0
	or	eax, CR0_LAST
	mov	cr0, rax
	ret

	align	8, db 0
own_gdt: dq	0
	dq	00CF9B000000FFFFh
	dq	00CF93000000FFFFh
	dq	00AF9B000000FFFFh
own_gdtr: dw	$ - own_gdt - 1
	dd	own_gdt, 0
idtr:	dw	7FFh
	dd	IDT
no_idtr: dw	0
	dd	0, 0
taken:	db	0
