; SPDX-License-Identifier: MIT
; services: calls the functions of a BIOS with good and bad arguments, and prints what each
; returns: NAME=EAX:EBX:ECX:EDX:c on COM1, with C for CF, - for a register that is not compared,
; and ! if the call changed another one. Then "SERVICES END".
;
; A boot sector that loads the rest of the file.
; -DINTERRUPTS_OFF	has interrupts off in every call
; -DIN_V86	calls them in virtual-8086 mode

MARK	equ 0x53525653
%define PROGRAM services
%define NAME 'services'

%include "sector.inc"

fields:					; none
fields_end:
%include "print.inc"

; A call: which interrupt, the registers before it, the bits of each register that are
; printed, and its name.
%macro ask 7-11 -1, -1, -1, -1	; name, number, EAX, EBX, ECX, EDX, flags; masks
	dw %%end - $
	db %2, %7
	dd %3, %4, %5, %6
	dd %8, %9, %10, %11
	db %1, 0
%%end:
%endmacro

F	equ 1				; CF and ZF before the call: set
OFF	equ 2				; interrupts off
N	equ 0				; nothing of this register is printed
W	equ 0xFFFF

services:
%ifdef IN_V86
	mov si, calls
	call v86_run
	mov eax, [v86_fault]
	test eax, eax
	jz .end
	mov si, .fault
	call puts
	mov bx, v86_fault
	mov cx, 4
	call print_number
	mov al, 10
	call putc
.end:
%else
	call calls
	call unreal
%endif
	mov si, over
	call puts
	mov al, 0x10
	jmp leave
%ifdef IN_V86
.fault:	db 'V86_FAULT=', 0
%endif
over:	db 'SERVICES END', 10, 0

calls:
	mov si, rows
.next:	cmp word [si], 0
	je .end
	call one
	add si, [si]
	jmp .next
.end:	call ticks
%ifndef IN_V86			; in which SeaBIOS does not wait
	call event
	call alarm
%endif
	call hooked
	call keys_full
	jmp copied_memory

; one: In: SI = row
one:
	push si
	mov al, [si + 2]
	mov [.number], al
	mov edi, 0x11112222
	mov ebp, 0x33330000 + text
	mov ax, ds
	mov es, ax
%ifndef INTERRUPTS_OFF
	test byte [si + 3], OFF
	jz .on
%endif
	cli
.on:	test byte [si + 3], F
	pushf
	mov eax, [si + 4]
	mov ebx, [si + 8]
	mov ecx, [si + 12]
	mov edx, [si + 16]
	popf				; ZF is set if F is clear
	clc
	jz .clear
	stc
.clear:
	db 0xCD				; INT
.number: db 0
	pushf
	push ds
	push word 0
	pop ds
	pop word [seen.ds]
	pop word [seen.flags]
	sti
	mov [seen.eax], eax
	mov [seen.ebx], ebx
	mov [seen.ecx], ecx
	mov [seen.edx], edx
	mov [seen.edi], edi
	mov [seen.ebp], ebp
	cld
	pop si
	push si
	add si, 36
	call puts
	mov al, '='
	call putc
	pop si
	mov bx, seen.eax
	lea bp, [si + 20]
	mov cx, 4
.register:
	push cx
	mov eax, [bp]
	and [bx], eax
	test eax, eax
	jnz .print
	mov al, '-'
	call putc
	jmp .printed
.print:	mov cx, 4
	call print_number
.printed:
	mov al, ':'
	call putc
	add bx, 4
	add bp, 4
	pop cx
	loop .register
	mov al, 'c'
	test byte [seen.flags], 1
	jz .carry
	mov al, 'C'
.carry:	call putc
	; what no call may change: DS, EBP, EDI
	mov al, '!'
	cmp word [seen.ds], 0
	jne .broken
	cmp dword [seen.edi], 0x11112222
	jne .broken
	cmp word [seen.ebp], text
	jne .broken
	jmp .done
.broken:
	call putc
.done:	mov al, 10
	jmp putc

seen:
.eax:	dd 0
.ebx:	dd 0
.ecx:	dd 0
.edx:	dd 0
.edi:	dd 0
.ebp:	dd 0
.flags:	dw 0
.ds:	dw 0

text:	db 'ab', 13, 'c'
text_end:

; say: prints "NAME=AL". In: SI = name, AL
say:	push ax
	call puts
	pop ax
	call print_byte
	mov al, 10
	jmp putc

; ticks: whether 40:6C moves with interrupts on, by itself; and that AH=86h waits as told.
ticks:
	mov si, .moves
	mov ebx, [0x46C]
	mov ecx, 0x4000000
.wait:	cmp ebx, [0x46C]
	jne .moved
	a32 loop .wait
.moved:	setne al
	call say
%ifndef IN_V86			; in which SeaBIOS does not wait
	mov eax, [0x46C]
	mov [.before], eax
	mov ah, 0x86			; 0.5 s
	mov cx, 7
	mov dx, 0xA120
	int 0x15
	mov eax, [0x46C]
	sub eax, [.before]
	sub al, 7			; 7 to 12 ticks: 9, unless the host is busy
	cmp al, 6
	setb al
	mov si, .waited
	jmp say
.before: dd 0
%else
	ret
%endif
.moves:	db 'TICKS_MOVE=', 0
.waited: db 'WAITED=', 0

%ifndef IN_V86
; event: INT 15h AH=83h for 0.2 s: a second wait, the byte, and a cancelled wait.
event:
	call .start
	mov si, .started
	call say
	call .start
	mov si, .second
	call say
	mov ebx, [0x46C]
	mov dl, 20
	call .wait
	mov eax, [0x46C]
	sub eax, ebx
	sub al, 3			; 3 to 8 ticks: 4, unless the host is busy
	cmp al, 6
	setb al
	mov si, .took
	call say
	mov al, [.byte]
	mov si, .over
	call say
	mov al, [0x4A0]
	mov si, .state
	call say
	mov byte [.byte], 0
	call .start
	mov ax, 0x8301
	int 0x15
	mov ebx, [0x46C]
	mov dl, 8
	call .wait
	mov al, [.byte]
	mov si, .cancelled
	jmp say
.start:	mov ax, 0x8300
	mov cx, 3
	mov dx, 0x0D40
	mov bx, .byte
	int 0x15
	setc al
	ret
; waits for the byte, but for at most DL ticks since EBX
.wait:	mov eax, [0x46C]
	sub eax, ebx
	cmp al, dl
	ja .end
	test byte [.byte], 0x80
	jz .wait
.end:	ret
.byte:	db 0
.started: db 'EVENT_STARTED=', 0
.second: db 'EVENT_SECOND=', 0
.took:	db 'EVENT_TOOK=', 0
.over:	db 'EVENT_BYTE=', 0
.state:	db 'EVENT_STATE=', 0
.cancelled: db 'EVENT_CANCELLED=', 0

; alarm: INT 1Ah AH=06h for each second.
alarm:
	cli
	mov word [0x4A * 4], .handler
	mov word [0x4A * 4 + 2], 0
	sti
	mov ah, 6
	mov cx, 0xFFFF			; as it may be (MC146818A datasheet)
	mov dx, 0xFF00
	int 0x1A
	mov ebx, [0x46C]
.wait:	mov eax, [0x46C]
	sub eax, ebx
	cmp al, 40
	ja .end
	cmp byte [.called], 0
	je .wait
.end:	mov ah, 7
	int 0x1A
	mov al, [.called]
	mov si, .name
	jmp say
.handler:
	mov byte [cs:.called], 1
	iret
.called: db 0
.name:	db 'ALARM=', 0
%endif

; hooked: whether a handler of INT 1Ch is called, and IRQ 0's flags there.
hooked:
	cli
	mov word [0x1C * 4], .handler
	mov word [0x1C * 4 + 2], 0
	sti
	mov ecx, 0x4000000
.wait:	cmp byte [.called], 0
	jne .end
	a32 loop .wait
.end:	mov al, [.called]
	mov si, .name
	jmp say
.handler:
	mov byte [cs:.called], 1
	iret
.called: db 0
.name:	db 'HOOK_1C=', 0

; keys_full: how many keys fit into the buffer, and the last that does not.
keys_full:
	mov bl, 0
.next:	mov ah, 5
	mov cx, 0x1E61
	int 0x16
	test al, al
	jnz .full
	inc bl
	cmp bl, 40
	jb .next
.full:	mov al, bl
	mov si, .name
	push bx
	call say
	pop bx
.empty:	mov ah, 0
	int 0x16
	dec bl
	jnz .empty
	mov ah, 1
	int 0x16
	setz al
	mov si, .drained
	jmp say
.name:	db 'KEYS_FIT=', 0
.drained: db 'KEYS_DRAINED=', 0

; copied_memory: INT 15h AH=87h, there and back, an odd number of words.
copied_memory:
	mov byte [0x6000], 0x5A
	mov dword [0x6003], 0x01020304
	mov word [0x7000 + 6], 0xEEEE
	mov dword [.from + 2], 0x93006000
	mov dword [.to + 2], 0x93200000
	call .copy
	push ax
	mov dword [.from + 2], 0x93200000
	mov dword [.to + 2], 0x93007000
	call .copy
	pop bx
	or al, bl
	mov si, .status
	call say
	mov si, .same
	mov eax, [0x6000]
	cmp eax, [0x7000]
	setne al
	mov dx, [0x6004]
	cmp dx, [0x7004]
	setne ah
	or al, ah
	cmp word [0x7006], 0xEEEE
	setne ah
	or al, ah
	jmp say
.copy:	mov ah, 0x87
	mov cx, 3
	mov si, .table
	int 0x15
	setc al
	or al, ah
	ret
.table:	dq 0, 0
.from:	dw 0xFFFF, 0, 0x9300, 0
.to:	dw 0xFFFF, 0, 0x9300, 0
	dq 0, 0
.status: db 'COPIED=', 0
.same:	db 'COPY_DIFFERS=', 0

; unreal: calls of each kind leave a limit of 4 GiB in FS.
unreal:
	cli
	o32 lgdt [.gdtr]
	mov eax, cr0
	or al, 1
	mov cr0, eax
	mov bx, 8
	mov fs, bx
	and al, ~1
	mov cr0, eax
	sti
	mov word [13 * 4], .fault	; #GP, or IRQ 5, which is masked
	mov word [13 * 4 + 2], 0
	mov ax, 0x0E41
	mov bx, 7
	int 0x10
	mov ah, 1
	int 0x16
	mov ax, 0x0201
	mov bx, 0x6000
	mov cx, 1
	mov dh, 0
	mov dl, [drive]
	int 0x13
	mov ah, 0
	int 0x1A
	mov edx, 0x100000
	mov ebx, [fs:edx]
	mov al, 1
	jmp .end
.fault:	mov al, 0
.end:	mov si, .name
	jmp say
.name:	db 'UNREAL=', 0
.gdt:	dq 0
	dw 0xFFFF, 0, 0x9300, 0x00CF
.gdtr:	dw 15
	dd .gdt

rows:
	ask "INT11", 0x11, 0, 0, 0, 0, 0
	ask "INT12", 0x12, 0, 0, 0, 0, 0
	ask "INT10_MODE", 0x10, 3, 0, 0, 0, 0, W
	ask "INT10_STATE", 0x10, 0x0F00, 0, 0, 0, 0
	ask "INT10_CURSOR", 0x10, 0x0300, 0, 0, 0, 0
	ask "INT10_SHAPE", 0x10, 0x0100, 0, 0x0607, 0, 0
	ask "INT10_SHAPE_IS", 0x10, 0x0300, 0, 0, 0, 0
	ask "INT10_MOVE", 0x10, 0x0200, 0, 0, 0x0A05, 0
	ask "INT10_MOVED", 0x10, 0x0300, 0, 0, 0, 0
	ask "INT10_PAGE_1", 0x10, 0x0300, 0x0100, 0, 0, 0
	ask "INT10_WRITE", 0x10, 0x0941, 0x001E, 3, 0, 0
	ask "INT10_STAYS", 0x10, 0x0300, 0, 0, 0, 0
	ask "INT10_READ", 0x10, 0x0800, 0, 0, 0, 0
	ask "INT10_CHARACTER", 0x10, 0x0A42, 0, 1, 0, 0
	ask "INT10_READ_2", 0x10, 0x0800, 0, 0, 0, 0
	ask "INT10_TYPE", 0x10, 0x0E43, 7, 0, 0, F
	ask "INT10_TYPED", 0x10, 0x0300, 0, 0, 0, 0
	ask "INT10_TO_EDGE", 0x10, 0x0200, 0, 0, 0x0A4F, 0
	ask "INT10_WRAP", 0x10, 0x0E44, 7, 0, 0, 0
	ask "INT10_WRAPPED", 0x10, 0x0300, 0, 0, 0, 0
	ask "INT10_BS", 0x10, 0x0E08, 7, 0, 0, 0
	ask "INT10_BS_AT_0", 0x10, 0x0300, 0, 0, 0, 0
	ask "INT10_TAB", 0x10, 0x0E09, 7, 0, 0, 0
	ask "INT10_TABBED", 0x10, 0x0300, 0, 0, 0, 0
	ask "INT10_LF", 0x10, 0x0E0A, 7, 0, 0, 0
	ask "INT10_CR", 0x10, 0x0E0D, 7, 0, 0, 0
	ask "INT10_LINE", 0x10, 0x0300, 0, 0, 0, 0
	ask "INT10_TO_END", 0x10, 0x0200, 0, 0, 0x184F, 0
	ask "INT10_LAST", 0x10, 0x0E45, 7, 0, 0, 0
	ask "INT10_SCROLLED", 0x10, 0x0300, 0, 0, 0, 0
	ask "INT10_UP", 0x10, 0x0200, 0, 0, 0x174F, 0
	ask "INT10_UP_READ", 0x10, 0x0800, 0, 0, 0, 0
	ask "INT10_AT_A", 0x10, 0x0200, 0, 0, 0x0904, 0
	ask "INT10_WINDOW", 0x10, 0x0601, 0x2F00, 0x0904, 0x0906, 0
	ask "INT10_WINDOW_READ", 0x10, 0x0800, 0, 0, 0, 0
	ask "INT10_DOWN", 0x10, 0x0701, 0x3F00, 0x0800, 0x0A4F, 0
	ask "INT10_DOWN_READ", 0x10, 0x0800, 0, 0, 0, 0
	ask "INT10_STRING", 0x10, 0x1301, 0x001E, text_end - text, 0x0510, 0
	ask "INT10_STRING_END", 0x10, 0x0300, 0, 0, 0, 0
	ask "INT10_CLEAR", 0x10, 0x0600, 0x0700, 0, 0x184F, 0
	ask "INT10_CLEARED", 0x10, 0x0800, 0, 0, 0, 0
	ask "INT10_SET_PAGE", 0x10, 0x0500, 0, 0, 0, 0
	ask "INT10_BAD", 0x10, 0xFE00, 1, 2, 3, F
	ask "INT13_RESET", 0x13, 0, 0, 0, 0x80, F
	ask "INT13_STATUS", 0x13, 0x0100, 0, 0, 0x80, F
	ask "INT13_NO_DRIVE", 0x13, 0x0201, 0x6000, 1, 0x9F, 0
	ask "INT13_NO_TYPE", 0x13, 0x1500, 0, 0, 0x9F, 0
	ask "INT13_NO_EDD", 0x13, 0x4100, 0x55AA, 0, 0x9F, 0
	ask "INT13_BAD", 0x13, 0xFE00, 0, 0, 0x80, 0
	ask "INT14_STATUS", 0x14, 0x0300, 0, 0, 3, 0
	ask "INT15_A20_ON", 0x15, 0x2401, 0, 0, 0, F
	ask "INT15_A20_IS", 0x15, 0x2402, 0, 0, 0, F
	ask "INT15_A20_HOW", 0x15, 0x2403, 0, 0, 0, F
	ask "INT15_A20_BAD", 0x15, 0x2404, 0, 0, 0, 0
	ask "INT15_KEY", 0x15, 0x4F1E, 0, 0, 0, F
	ask "INT15_WAIT", 0x15, 0x8600, 0, 0, 1000, 0
	ask "INT15_WAIT_CLI", 0x15, 0x8600, 0, 0, 1000, OFF
	ask "INT15_EVENT_BAD", 0x15, 0x8302, 0, 0, 0, 0, 0xFF00
	ask "INT15_EVENT_NONE", 0x15, 0x8301, 0, 0, 0, F
	ask "INT15_BUSY", 0x15, 0x9000, 0, 0, 0, F
	ask "INT15_READY", 0x15, 0x9100, 0, 0, 0, F
	ask "INT15_CONFIG", 0x15, 0xC000, 0, 0, 0, F, -1, N
	ask "INT15_APM", 0x15, 0x5300, 0, 0, 0, 0, N
	ask "INT15_E820_BAD", 0x15, 0xE820, 0, 20, 0x12345678, 0, W
	ask "INT15_EC00", 0x15, 0xEC00, 2, 0, 0, 0, W
	ask "INT15_BAD", 0x15, 0xFE00, 1, 2, 3, 0
	ask "INT16_NONE", 0x16, 0x0100, 0, 0, 0, 0
	ask "INT16_NONE_11", 0x16, 0x1100, 0, 0, 0, 0
	ask "INT16_PUT", 0x16, 0x0500, 0, 0x48E0, 0, 0
	ask "INT16_PEEK", 0x16, 0x0100, 0, 0, 0, 0
	ask "INT16_PEEK_11", 0x16, 0x1100, 0, 0, 0, 0
	ask "INT16_READ", 0x16, 0x0000, 0, 0, 0, 0
	ask "INT16_PUT_ENTER", 0x16, 0x0500, 0, 0xE00D, 0, 0
	ask "INT16_ENTER", 0x16, 0x0000, 0, 0, 0, 0
	ask "INT16_PUT_SLASH", 0x16, 0x0500, 0, 0xE02F, 0, 0
	ask "INT16_SLASH", 0x16, 0x1000, 0, 0, 0, OFF
	ask "INT16_PUT_F11", 0x16, 0x0500, 0, 0x8500, 0, 0
	ask "INT16_F11", 0x16, 0x1000, 0, 0, 0, 0
	ask "INT16_SHIFT", 0x16, 0x0200, 0, 0, 0, 0
	ask "INT16_SHIFT_12", 0x16, 0x1200, 0, 0, 0, 0
	ask "INT16_RATE", 0x16, 0x0305, 0, 0, 0, 0
	ask "INT16_BAD", 0x16, 0xFE00, 1, 2, 3, 0
	ask "INT17_STATUS", 0x17, 0x0200, 0, 0, 2, 0
	ask "INT1A_SET", 0x1A, 0x0100, 0, 0x0012, 0x3400, 0, N
	ask "INT1A_GET", 0x1A, 0x0000, 0, 0, 0, F, 0xFF, -1, -1, 0xFFFFFF00
	ask "INT1A_TIME", 0x1A, 0x0200, 0, 0, 0, F, N, -1, 0xFFFF0000, 0xFFFF00FF
	ask "INT1A_DATE", 0x1A, 0x0400, 0, 0, 0, F, N
	ask "INT1A_ALARM", 0x1A, 0x0600, 0, 0, 0, F
	ask "INT1A_ALARM_IS", 0x1A, 0x0600, 0, 0, 0, 0
	ask "INT1A_ALARM_OFF", 0x1A, 0x0700, 0, 0, 0, F, 0xFF00
	ask "INT1A_PCI", 0x1A, 0xB101, 0, 0, 0, 0, N, N, N, N
	ask "INT1A_BAD", 0x1A, 0xFE00, 1, 2, 3, 0
	ask "INT40", 0x40, 0x0201, 0x6000, 1, 5, 0
	ask "INT1B", 0x1B, 0, 0, 0, 0, F
	ask "INT1C", 0x1C, 0, 0, 0, 0, F
	ask "INT4A", 0x4A, 0, 0, 0, 0, F
	ask "INT05", 0x05, 0, 0, 0, 0, F, N, N, N, N
	dw 0
%ifdef IN_V86
%include "v86.inc"
%endif
end:

%ifdef IN_V86
	section .bss
v86_fault: resd 2
v86_moves: resd 1
v86_routine: resw 1
v86_sp:	resw 1
v86_carry: resw 1
v86_ah:	resb 1
	alignb 8
v86_idt: resb V86_VECTORS * 8
%endif
