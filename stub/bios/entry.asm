; SPDX-License-Identifier: MIT
; The module "bios": the entries of a BIOS's interrupts. One 16-bit segment, linked at 0. What
; is called often is served here; the rest in C, which runs with interrupts off on a stack of
; our own, so that it is never reentered. Waits run on the caller's stack, with interrupts on.

%include "layout.inc"
%include "constants.inc"

extern bios, bios_init, bios_room, bios_start, bios_wanted, scan_code
extern int10, int15, int16, int1a, key_scan, serial_poll, ticks_poll, apic_eoi, mirror
extern run, run_alone, key_act, reset, screen_text

; The BIOS data area, offsets from segment 40h (IBM PC/AT Technical Reference).
MOTOR_COUNT	equ	40h
DISK_STATUS	equ	74h
EVENT_POINTER	equ	98h		; of INT 15h AH=83h: offset, then segment,
EVENT_LEFT	equ	9Ch		; microseconds,
EVENT_STATE	equ	0A0h
EVENT_WAITS	equ	01h
EVENT_OVER	equ	80h		; in the caller's byte

PIC_MASTER	equ	20h		; Intel 8259A datasheet (231468)
PIC_SLAVE	equ	0A0h
PIC_READ_ISR	equ	0Bh		; OCW3
PIC_EOI		equ	20h		; OCW2, non-specific
FPU_BUSY	equ	0F0h		; clears the coprocessor's latch (ICH, "COPROC_ERR")
RTC_INDEX	equ	70h
RTC_DATA	equ	71h
RTC_B		equ	0Bh		; Motorola MC146818A datasheet, registers B and C
B_PERIODIC	equ	40h
B_ALARM		equ	20h
RTC_C		equ	0Ch		; has the same bits

KEYBOARD_FULL	equ	01h		; status; IBM PC/AT and PS/2 Technical References
KEYBOARD_AUX	equ	20h		; the byte is of the mouse

UART_LSR	equ	5		; 16550D datasheet, 8.6.3
LSR_DATA	equ	01h

section .text
bits 16

; in_c: an interrupt that a C function serves; it gets a struct call.
%macro in_c 2			; label, function
%1:	push	word %2
	call	run
	add	sp, 2
	iret
%endmacro

	in_c	int10_entry, int10
	in_c	int15_in_c, int15
	in_c	int16_in_c, int16
	in_c	int1a_in_c, int1a

; ---- interrupts of the hardware ----

; int08: IRQ 0, the timer.
int08:
	cmp	byte [cs:bios + BIOS_MIRRORS], 0
	je	.tick
	push	word mirror
	call	run
	add	sp, 2
.tick:	push	ax
	push	dx
	push	ds
	mov	ax, BDA_SEGMENT
	mov	ds, ax
	inc	dword [TICKS]
	cmp	dword [TICKS], TICKS_A_DAY
	jae	.midnight
.counted:
	sub	byte [MOTOR_COUNT], 1
	adc	byte [MOTOR_COUNT], 0	; stays 0
	int	1Ch
	cli
	call	event_poll
	mov	al, PIC_EOI
	out	PIC_MASTER, al
	mov	dx, [cs:bios + BIOS_UART]
	test	dx, dx
	jnz	.console
.done:	pop	ds
	pop	dx
	pop	ax
	iret
.midnight:
	and	dword [TICKS], 0
	inc	byte [MIDNIGHT]
	jmp	.counted
.console:
	add	dx, UART_LSR
	in	al, dx
	test	al, LSR_DATA
	jz	.done
	pop	ds
	pop	dx
	pop	ax
	push	word serial_poll
	call	run
	add	sp, 2
	iret

; int6f: the local APIC's timer counts ticks.
int6f:
	push	word apic_eoi
	call	run
	add	sp, 2
	int	08h			; so that it reaches handlers that programs have hooked
	iret

; int09: IRQ 1, the keyboard.
int09:
	push	ax
	in	al, KEYBOARD_DATA
	mov	ah, 4Fh			; lets a program change or swallow it
	stc
	int	15h
	cli
	mov	[cs:scan_code], al
	mov	al, PIC_EOI
	out	PIC_MASTER, al
	mov	ax, key_scan
	jnc	.end			; swallowed
	call	run_alone
	call	key_act
.end:	pop	ax
	iret

; irq_master, irq_slave: interrupts that nothing serves.
irq_master:
	push	ax
	mov	al, PIC_READ_ISR
	out	PIC_MASTER, al
	in	al, PIC_MASTER
	test	al, al			; spurious: no bit
	jz	eoi_done
eoi_master:
	mov	al, PIC_EOI
	out	PIC_MASTER, al
eoi_done:
	pop	ax
	iret
irq_slave:
	push	ax
	mov	al, PIC_READ_ISR
	out	PIC_SLAVE, al
	in	al, PIC_SLAVE
	test	al, al
	jz	eoi_master		; of the slave only; the master has a bit for it
eoi_both:
	mov	al, PIC_EOI
	out	PIC_SLAVE, al
	jmp	eoi_master

; int70: IRQ 8, the clock. A read of register C lets it interrupt again.
int70:
	push	ax
	push	ds
	mov	ax, BDA_SEGMENT
	mov	ds, ax
	mov	al, RTC_B
	out	RTC_INDEX, al
	in	al, RTC_DATA
	mov	ah, al
	mov	al, RTC_C
	out	RTC_INDEX, al
	in	al, RTC_DATA
	and	al, ah			; what is on, and has come
	test	al, B_ALARM
	jz	.event
	sti
	int	4Ah
	cli
.event:	call	event_poll
	pop	ds
	jmp	eoi_both

; event_poll: ends the wait of INT 15h AX=8300h if its time has come.
;	In:	DS = BDA; interrupts off
;	Clobbers: flags
;	Stack:	14 bytes
event_poll:
	test	byte [EVENT_STATE], EVENT_WAITS
	jz	.end
	push	eax
	push	edx
	rdtsc
	sub	eax, [cs:event_end]
	sbb	edx, [cs:event_end + 4]
	jc	.waits
	push	es
	push	bx
	les	bx, [EVENT_POINTER]
	or	byte [es:bx], EVENT_OVER
	pop	bx
	pop	es
	call	event_end_wait
.waits:	pop	edx
	pop	eax
.end:	ret

; event_end_wait: no event is waited for any more.
;	In:	DS = BDA; interrupts off
;	Clobbers: AX, flags
event_end_wait:
	and	dword [EVENT_LEFT], 0
	mov	byte [EVENT_STATE], 0
	mov	ah, 0

; rtc_periodic: turns the clock's interrupts of 1024 Hz on or off.
;	In:	AH = B_PERIODIC or 0
;	Clobbers: AX, flags
rtc_periodic:
	mov	al, RTC_B
	out	RTC_INDEX, al
	in	al, RTC_DATA
	and	al, ~B_PERIODIC
	or	al, ah
	out	RTC_DATA, al
	ret

; int75: IRQ 13, the coprocessor.
int75:
	push	ax
	xor	al, al
	out	FPU_BUSY, al
	mov	al, PIC_EOI
	out	PIC_SLAVE, al
	out	PIC_MASTER, al
	pop	ax
	int	02h
	iret

; ---- services ----

; int11, int12: the equipment, and KiB of base memory. Out: AX
int11:	mov	al, 10h
	jmp	from_bda
int12:	mov	al, 13h
from_bda:
	push	bx
	push	ds
	push	BDA_SEGMENT
	pop	ds
	movzx	bx, al
	mov	ax, [bx]
	pop	ds
	pop	bx
	iret

; int13_none: INT 13h and 40h for drives that do not exist.
;	Out:	AH = 1 and CF
int13_none:
	mov	ah, 1
	push	ds
	push	BDA_SEGMENT
	pop	ds
	mov	[DISK_STATUS], ah
	pop	ds
	jmp	failed

; int14: no serial ports. Out: AH = 80h, time-out
int14:	mov	ah, 80h
	iret

; int17: no printers. Out: AH = 1, time-out
int17:	mov	ah, 1
	iret

; int15_entry: system services.
;	In:	AH = function
int15_entry:
	cmp	ah, 4Fh			; the caller's CF stays
	je	nothing
	cmp	ah, 83h
	je	event
	cmp	ah, 86h
	jne	int15_in_c

; wait_cx_dx: INT 15h AH=86h, waits CX:DX microseconds, by the time stamp counter.
;	Stack:	38 bytes of the caller's
wait_cx_dx:
	pushad
	call	time_after
	sti
.wait:	pause
	rdtsc
	sub	eax, ebx
	sbb	edx, esi
	jc	.wait
	popad

succeeded:
	push	bp
	mov	bp, sp
	and	byte [bp + 6], ~CALL_CARRY
	pop	bp
nothing:
	iret
failed:
	push	bp
	mov	bp, sp
	or	byte [bp + 6], CALL_CARRY
	pop	bp
	iret

; time_after: what the time stamp counter will be in CX:DX microseconds.
;	Out:	ESI:EBX
;	Clobbers: EAX, ECX, EDX, flags
;	Stack:	6 bytes
time_after:
	mov	ax, cx
	shl	eax, 16
	mov	ax, dx
	mul	dword [cs:bios + BIOS_TICKS_PER_MS]
	mov	ecx, 1000
	push	eax
	mov	eax, edx
	xor	edx, edx
	div	ecx
	mov	esi, eax		; the quotient's high part
	pop	eax
	div	ecx
	mov	ebx, eax
	rdtsc
	add	ebx, eax
	adc	esi, edx
	ret

; event: INT 15h AH=83h: bit 7 of a byte becomes 1 after a time (RBIL). The clock's interrupts
; and those of the timer look whether it is over.
;	In:	AL = 0: start, ES:BX = the byte, CX:DX = microseconds; AL = 1: cancel
;	Out:	CF, and AH = 86h: there is such a wait already, or no interrupts come
;	Stack:	40 bytes of the caller's
event:
	cmp	al, 1
	ja	int15_in_c
	cmp	byte [cs:bios + BIOS_POLLS_TICKS], 0
	jne	int15_in_c
	push	ds
	push	BDA_SEGMENT
	pop	ds
	pushad
	test	al, al
	jnz	.cancel
	test	byte [EVENT_STATE], EVENT_WAITS
	jnz	.refuse
	mov	[EVENT_POINTER], bx
	mov	[EVENT_POINTER + 2], es
	mov	[EVENT_LEFT], dx
	mov	[EVENT_LEFT + 2], cx
	call	time_after
	mov	[cs:event_end], ebx
	mov	[cs:event_end + 4], esi
	mov	byte [EVENT_STATE], EVENT_WAITS
	mov	ah, B_PERIODIC
	call	rtc_periodic
.end:	popad
	pop	ds
	jmp	succeeded
.cancel:
	call	event_end_wait
	jmp	.end
.refuse:
	popad
	pop	ds
	jmp	int15_in_c

; int16_entry: the keyboard.
;	In:	AH = function
int16_entry:
	test	ah, 0EFh		; 00h and 10h
	jz	read_key
	cmp	ah, 01h
	je	peek_key
	cmp	ah, 11h
	je	peek_key
	cmp	ah, 02h
	jne	int16_in_c
	push	ds
	push	BDA_SEGMENT
	pop	ds
	mov	al, [SHIFT_FLAGS]
	pop	ds
	iret

; take: finds the next key.
;	In:	AH = function, DS = BDA
;	Out:	ZF set: there is none. Otherwise AX = the key for this function, BX = where the
;		following one is
;	Clobbers: BX, flags
take:
	mov	bx, [KEYS_HEAD]
	cmp	bx, [KEYS_TAIL]
	je	.end
	test	ah, 10h
	mov	ax, [bx]
	jnz	.taken
	; For old programs, the keys of larger keyboards are as those of the first one.
	cmp	ax, 0E00Dh		; Enter and / of the keypad
	je	.enter
	cmp	ax, 0E02Fh
	je	.slash
	cmp	al, 0F0h
	je	.no_character
	cmp	al, 0E0h
	jne	.taken
.no_character:
	test	ah, ah			; a letter of the code page, typed by its number
	jz	.taken
	mov	al, 0
	jmp	.taken
.enter:	mov	ah, 1Ch
	jmp	.taken
.slash:	mov	ah, 35h
.taken:	inc	bx			; never 0, so ZF becomes clear
	inc	bx
	cmp	bx, [KEYS_TO]
	jb	.inside
	mov	bx, [KEYS_FROM]
.inside:
	test	sp, sp			; clears ZF
.end:	ret

; peek_key: INT 16h AH=01h and 11h. Out: ZF, AX = the key
;	Stack:	44 bytes of the caller's
peek_key:
	push	ds
	push	bx
	push	bp
	mov	bp, sp
	push	BDA_SEGMENT
	pop	ds
	and	byte [bp + 10], ~CALL_ZERO
	call	take
	jz	.none
.end:	pop	bp
	pop	bx
	pop	ds
	iret
.none:	call	poll
	call	take
	jnz	.end
	or	byte [bp + 10], CALL_ZERO
	jmp	.end

; read_key: INT 16h AH=00h and 10h. Waits for a key, in AX.
;	Stack:	44 bytes of the caller's
read_key:
	push	ds
	push	bx
	push	BDA_SEGMENT
	pop	ds
.again:	cli
	call	take
	jnz	.end
	call	poll
	call	take
	jnz	.end
	sti				; in effect after the next instruction
	pause
	jmp	.again
.end:	mov	[KEYS_HEAD], bx
	pop	bx
	pop	ds
	iret

; poll: what interrupts do not do: serial keys, and on some machines ticks.
;	Stack:	36 bytes of the caller's
global poll
poll:
	pushf
	push	ax
	push	dx
	cmp	byte [cs:bios + BIOS_POLLS_KEYS], 0
	je	.console
	in	al, KEYBOARD_COMMAND	; FFh if there is none
	and	al, KEYBOARD_FULL | KEYBOARD_AUX
	cmp	al, KEYBOARD_FULL
	jne	.console
	cli
	pushf
	push	cs
	call	int09
.console:
	mov	dx, [cs:bios + BIOS_UART]
	test	dx, dx
	jz	.ticks
	add	dx, UART_LSR
	in	al, dx
	test	al, LSR_DATA
	jz	.ticks
	mov	ax, serial_poll
	call	run_alone
.ticks:	cmp	byte [cs:bios + BIOS_POLLS_TICKS], 0
	je	.end
	mov	ax, ticks_poll
	call	run_alone
.end:	pop	dx
	pop	ax
	popf
	ret

; int1a_entry: the clock.
;	In:	AH = function
int1a_entry:
	cmp	ah, 1
	ja	int1a_in_c
	push	ds
	push	BDA_SEGMENT
	pop	ds
	je	.set
	cmp	byte [cs:bios + BIOS_POLLS_TICKS], 0
	jne	.poll
.get:	mov	al, 0
	xchg	al, [MIDNIGHT]
	mov	dx, [TICKS]
	mov	cx, [TICKS + 2]
.end:	pop	ds
	jmp	succeeded
.poll:	call	poll
	jmp	.get
.set:	mov	[TICKS], dx
	mov	[TICKS + 2], cx
	mov	byte [MIDNIGHT], 0
	mov	ah, 0
	jmp	.end

; int19: boots the first drive with a boot sector: hard disks, then floppies.
;	Out:	to 0:7C00, DL = drive; to INT 18h if there is none
int19:
	cli
	xor	ax, ax
	mov	ss, ax
	mov	sp, BOOT_SECTOR
	mov	dl, 80h
.try:	sti
	xor	ax, ax
	mov	es, ax
	mov	bx, BOOT_SECTOR
	mov	cx, 1
	mov	dh, 0
	mov	ax, 0201h
	push	dx
	int	13h
	pop	dx
	mov	bx, 0			; keeps CF
	mov	ds, bx
	jc	.next
	cmp	word [BOOT_SECTOR + 510], 0AA55h
	jne	.next
	mov	es, bx
	jmp	0:BOOT_SECTOR
.next:	inc	dl
	cmp	dl, 90h
	jne	.more
	mov	dl, 0
.more:	cmp	dl, 2
	jne	.try
	int	18h

; int18: nothing can be booted. Says so, and resets the machine at a key or after a minute.
int18:
	xor	ax, ax
	mov	ss, ax
	mov	sp, BOOT_SECTOR
	sti				; for ticks and keys
	mov	ax, cs
	mov	ds, ax
	mov	si, no_disk
	mov	bx, 7
.next:	lodsb
	test	al, al
	jz	.wait
	mov	ah, 0Eh
	int	10h
	jmp	.next
.wait:	mov	ah, 0
	int	1Ah
	lea	si, [edx + 60 * 182 / 10]
.key:	mov	ah, 1
	int	16h
	jnz	reset
	mov	ah, 0
	int	1Ah
	sub	dx, si
	js	.key
	jmp	reset

; cell_get: In: EAX = the cell's number; Out: EAX = the word. Clobbers: ECX, FS
global cell_get
cell_get:
	xor	ecx, ecx
	lfs	cx, [bios + BIOS_CELLS]
	movzx	eax, word [fs:ecx + eax * 2]
	retd

; cell_put: In: EAX = the cell's number, EDX = the word. Clobbers: ECX, FS
global cell_put
cell_put:
	xor	ecx, ecx
	lfs	cx, [bios + BIOS_CELLS]
	mov	[fs:ecx + eax * 2], dx
	retd

; cells_move: In: EAX = to, EDX = from, the numbers of cells; ECX = how many
global cells_move
cells_move:
	push	esi
	push	edi
	les	di, [bios + BIOS_CELLS]
	mov	si, di
	add	ax, ax
	add	di, ax
	add	dx, dx
	add	si, dx
	push	es
	pop	ds
	rep movsw
	push	cs
	pop	ds
	push	cs
	pop	es
	pop	edi
	pop	esi
	retd

; cells_fetch: copies cells to screen_text.cells, where they have the same numbers.
;	In:	EAX = the first one's number, EDX = how many
global cells_fetch
cells_fetch:
	push	esi
	push	edi
	add	ax, ax
	lds	si, [bios + BIOS_CELLS]
	add	si, ax
	mov	di, screen_text + TEXT_CELLS
	add	di, ax
	mov	cx, dx
	rep movsw
	push	cs
	pop	ds
	pop	edi
	pop	esi
	retd

bits 32
; eoi_flat: writes the local APIC's EOI register (SDM 3A, 10.8.5; x2APIC: 10.12.1.2).
;	Mode:	flat 32-bit
MSR_APIC_BASE	equ	1Bh
APIC_X2		equ	400h
MSR_X2_EOI	equ	80Bh
APIC_EOI	equ	0FEE000B0h
global eoi_flat
eoi_flat:
	mov	ecx, MSR_APIC_BASE
	rdmsr
	test	eax, APIC_X2
	jnz	.msr
	mov	dword [APIC_EOI], 0
	ret
.msr:	mov	ecx, MSR_X2_EOI
	xor	eax, eax
	xor	edx, edx
	wrmsr
	ret

section .rodata
no_disk:
	db	"rjpack: no disk can be booted; a key or a minute resets the machine", 13, 10, 0
global floppy_table
floppy_table:				; INT 1Eh, for a drive of 1.44 MB
	db	0DFh, 02h, 25h, 2, 18, 1Bh, 0FFh, 54h, 0F6h, 0Fh, 08h

section .init.data progbits alloc noexec write align=4
; The other vectors: bytes of interrupt number, last number, then the handler's offset.
global default_vectors
default_vectors:
	db	00h, 07h
	dw	nothing
	db	0Ah, 0Fh
	dw	irq_master
	db	18h, 1Ch
	dw	nothing
	db	20h, 3Fh
	dw	nothing
	db	42h, 42h
	dw	nothing
	db	44h, 45h
	dw	nothing
	db	47h, 5Fh
	dw	nothing
	db	68h, APIC_VECTOR - 1
	dw	nothing
	db	70h, 77h
	dw	irq_slave
	db	78h, 0FFh
	dw	nothing
	dd	0

global interface
interface:				; struct rj_resident
	dd	bios_room, bios_init, bios_start, bios_wanted
	dw	0, (interface_end - vectors) / 6
vectors:
	dw	08h, int08, old
	dw	09h, int09, old
	dw	10h, int10_entry, old
	dw	11h, int11, old
	dw	12h, int12, old
	dw	13h, int13_none, old
	dw	14h, int14, old
	dw	15h, int15_entry, old
	dw	16h, int16_entry, old
	dw	17h, int17, old
	dw	18h, int18, old
	dw	19h, int19, old
	dw	1Ah, int1a_entry, old
	dw	40h, int13_none, old
	dw	APIC_VECTOR, int6f, old
	dw	70h, int70, old
	dw	75h, int75, old
interface_end:

section .table nobits alloc noexec write align=16
global font_room
font_room:			; after the module's end, if there is a screen: its font
section .bss
old:	resd	1			; no vector leads to an earlier handler
event_end:
	resq	1			; of the time stamp counter
