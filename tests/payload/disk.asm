; SPDX-License-Identifier: MIT
; disk: a boot sector, and the sectors that it loads, that test INT 13h on the drive in DL.
;
; The program prints a NAME=VALUE line for each fact or test on COM1, then "PROBE END", and
; ends QEMU through isa-debug-exit. The result of a test is ok, bad (after lines that say
; why), none if the drive does not have the function, or the AH of an error.
; guest/disktest.py has the expected results and makes the disks: this file is at their
; front, and from PATTERN on each dword is STEP times its index.
;
; -DHOLD        at the end call INT 13h with data segments of 4 GiB, print "PROBE HOLDS"
;               and wait for a character on COM1
; -DBAD_SECTOR=n   a sector that cannot be read
; -DSECTORS=n   number of sectors of the drive, if the BIOS does not know it
; -DMOST=n      number of sectors to transfer at once
; -DNOT_<tests> leave some out: A20, A20_8042, V86, WRITES
; -DSECTOR=n    sector size of its disk, if not 512
; -DTOTAL=n -DHEADS=n -DTRACK=n   with a floppy disk's BIOS parameter block: its sectors,
;               heads and sectors per track
; -DFILE_SECTORS=n   number of sectors in the disk's file; those after it are zeros

%define ORIGIN 0x7C00
%define MARK 0x4B534944
PATTERN		equ 0x10000		; bytes
STEP		equ 0x9E3779B1
BUFFER		equ 0x20000
BUFFER_SIZE	equ 0x60000
%ifndef SECTOR
%define SECTOR 512
%endif
%ifndef MOST
%define MOST 127			; EDD 3.0, 8.2
%endif
%include "rest.inc"

GUARD		equ 64			; bytes on either side of a buffer, left alone
FILL		equ 0xCCCCCCCC
STACK		equ 0xFC00
ROUNDS		equ 96
OK		equ 0			; results
BAD		equ 1
NONE		equ 2

%macro say 1+
	call tell
	db %1, 0
%endmacro

	org ORIGIN
	bits 16

; Write nothing into the first sector, which is compared with that of the disk.
start:
%ifdef TOTAL				; DOS 3.31
	jmp short .code
	nop
	db 'DISKTEST'
	dw SECTOR
	db 1
	dw 1
	db 2
	dw 224, TOTAL
	db 0xF0
	dw 9, TRACK, HEADS
	dd 0, 0
	times 0x3E - ($ - $$) db 0
.code:
%endif
	cli
	cld
	xor ax, ax
	mov ds, ax
	mov es, ax
	mov ss, ax
	mov sp, STACK
	jmp 0:.here
.here:	mov di, bss
	mov cx, bss_end - bss
	rep stosb
	mov [drive], dl
	sti
	call serial_init
	load_rest tests, SECTOR, drive, 'disk'

%include "console.inc"

; tell: prints the text after the call. Preserved: all.
tell:
	xchg si, [.si]
	pop si
	push ax
.next:	lodsb
	test al, al
	jz .end
	call putc
	jmp .next
.end:	pop ax
	push si
	xchg si, [.si]
	ret
	times 510 - ($ - $$) db 0
	dw 0xAA55
.si:	dw 0

%include "print.inc"
%include "unreal.inc"
%include "a20.inc"
%include "int13.inc"
%include "v86.inc"

tests:
	mov dword [random], 0x12345678
	mov word [flags], 2 | INTERRUPTS
	mov dword [buffer], BUFFER
	mov byte [op], 0x42
	call parameters
	mov si, fields
	call print_fields
	call ask_all
	mov si, table
.next:	mov [row], si
	mov ax, [si]
	mov [op], al
	call [si + 2]
	call result_print
	mov si, [row]
	add si, 4
	call skip_text
	cmp si, table_end
	jb .next
	call find_all
	call el_torito
%ifndef NOT_WRITES
	call leave_written
%endif
	mov byte [result], OK
	cmp word [spoilt], 0
	je .kept
	mov byte [result], BAD
.kept:	say 'REGISTERS='
	call verdict_print
%ifdef HOLD
	call hold_unreal
%endif
	mov si, .end
	call puts
	mov al, 0x10
	jmp leave
.end:	db 'PROBE END', 10, 0

; result_print: prints the row's name and its result, and resets the result.
result_print:
	mov si, [row]
	add si, 4
	call puts
	mov al, '='
	call putc
verdict_print:
	mov bx, refused
	cmp byte [bx], 0
	je .word
	mov cx, 1
	call print_bytes
	mov byte [refused], 0
	ret
.word:	movzx bx, byte [result]
	mov byte [result], OK
	shl bx, 1
	mov si, [.words + bx]
	jmp puts
.words:	dw .ok, .bad, .none
.ok:	db 'ok', 10, 0
.bad:	db 'bad', 10, 0
.none:	db 'none', 10, 0

; skip_text: Out: SI = after the text. Clobbered: AL.
skip_text:
	lodsb
	test al, al
	jnz skip_text
	ret

; hold_unreal: calls INT 13h with segments of 4 GiB, and lets the harness read their limits
; afterwards.
hold_unreal:
	mov word [flags], 2
	mov byte [op], 0x42
	cmp byte [edd], 0
	jne .op
	mov byte [op], 0x02
	cmp dword [sectors], 0		; no drive
	je .end
.op:	mov word [count], 1
	call pick
	call unreal
	call io
	jnc .hold
	say 'HOLD=bad', 10
.hold:	mov si, .holds
	call puts
	mov dx, 0x3FD
.wait:	in al, dx
	test al, 1
	jz .wait
	mov dx, 0x3F8
	in al, dx
	sti
.end:	ret
.holds:	db 'PROBE HOLDS', 10, 0

; ---- What the drive is

; parameters: fills in what AH=08h, 15h, 41h and 48h return.
parameters:
	mov ax, 0x0800
	call prepare
	or word [changes], CHANGES_BX | CHANGES_CX | CHANGES_DX | CHANGES_DI | CHANGES_ES
	call call13
	jc .type
	mov cx, [out + registers.ecx]
	mov al, cl
	and al, 63
	mov [sectors_per_track], al
	shr cl, 6
	xchg cl, ch
	inc cx
	mov [cylinders], cx
	movzx ax, byte [out + registers.edx + 1]
	inc ax
	mov [heads], ax
	mov al, [out + registers.edx]
	mov [drives], al
	mov al, [out + registers.ebx]
	mov [floppy_type], al
	movzx eax, word [cylinders]
	movzx ecx, word [heads]
	mul ecx
	movzx ecx, byte [sectors_per_track]
	mul ecx
	mov [chs_limit], eax
	mov [sectors], eax
.type:
	mov ax, 0x1500
	call prepare
	or word [changes], CHANGES_CX | CHANGES_DX
	call call13
	mov [type], ah
	mov ax, [out + registers.edx]
	mov [type_sectors], ax
	mov ax, [out + registers.ecx]
	mov [type_sectors + 2], ax

	mov word [sector_size], 512
	mov ax, 0x4100
	call prepare
	mov word [in + registers.ebx], 0x55AA
	or word [changes], CHANGES_BX | CHANGES_CX
	call call13
	jc .limits
	cmp word [out + registers.ebx], 0xAA55
	jne .limits
	mov [edd], ah
	mov ax, [out + registers.ecx]
	mov [edd_support], ax

	mov word [edd_result], edd_result.end - edd_result
	mov ax, 0x4800
	call prepare
	mov word [in + registers.esi], edd_result
	call call13
	mov [edd_error], ah
	jc .limits
	mov ax, [edd_result.sector_size]
	mov [sector_size], ax
	mov eax, [edd_result.sectors]
%ifdef SECTORS
	mov eax, SECTORS
%endif
	mov [sectors], eax
	cmp eax, [chs_limit]
	jae .limits
	mov [chs_limit], eax
.limits:
	movzx ecx, word [sector_size]
	xor edx, edx
	mov eax, PATTERN
	div ecx
	mov [first], eax
	xor edx, edx
	mov eax, BUFFER_SIZE
	div ecx
	cmp eax, MOST
	jb .most
	mov eax, MOST
.most:	mov [most], ax
	ret

fields:
	field 'DRIVE', drive, 1
	field 'CYLINDERS', cylinders, 2
	field 'HEADS', heads, 2
	field 'SECTORS_PER_TRACK', sectors_per_track, 1
	field 'DRIVES', drives, 1
	field 'FLOPPY_TYPE', floppy_type, 1
	field 'TYPE', type, 1
	field 'TYPE_SECTORS', type_sectors, 4
	field 'EDD', edd, 1
	field 'EDD_SUPPORT', edd_support, 2
	field 'EDD_ERROR', edd_error, 1
	field 'EDD_SIZE', edd_result, 2
	field 'EDD_FLAGS', edd_result.flags, 2
	field 'EDD_CYLINDERS', edd_result.cylinders, 4
	field 'EDD_HEADS', edd_result.heads, 4
	field 'EDD_SECTORS_PER_TRACK', edd_result.sectors_per_track, 4
	field 'EDD_SECTORS', edd_result.sectors, 8
	field 'EDD_SECTOR_SIZE', edd_result.sector_size, 2
	field 'EDD_INTERFACE', edd_result.interface, 8
	field 'EDD_PATH', edd_result.path, 8
fields_end:

; ---- Valid and invalid requests, whose AH is printed

%macro ask 5				; name, AX, CX, DX less the drive, BX
	dw %2, %3, %4, %5
	db %1, 0
%endmacro
OTHER		equ 0x0F		; on DL: a drive that is not there

; ask_all: makes the calls by register, then those with a packet.
ask_all:
	mov si, asks
.next:	mov [row], si
	mov ax, [si]
	call prepare
	mov si, [row]
	mov ax, [si + 2]
	mov [in + registers.ecx], ax
	mov ax, [si + 4]
	xor [in + registers.edx], ax
	mov ax, [si + 6]
	mov [in + registers.ebx], ax
	mov word [in + registers.esi], packet
	or word [changes], CHANGES_BX | CHANGES_CX | CHANGES_DX
	call call13
	mov si, [row]
	lea si, [si + 8]
	call .print
	cmp si, asks_end
	jb .next
	mov si, packets
.packet:
	mov [row], si
	mov ah, [si]
	mov al, 0
	call prepare
	mov si, [row]
	test byte [si + 12], TOO_LONG
	jz .fits
	cmp word [sector_size], BUFFER_SIZE / 128
	ja .skip
.fits:	movzx ax, byte [si + 1]
	mov [packet], ax
	mov ax, [si + 2]
	mov [packet.count], ax
	mov word [packet.buffer], 0
	mov word [packet.buffer + 2], BUFFER >> 4
	mov eax, [si + 4]
	test byte [si + 12], FROM_END
	jz .absolute
	add eax, [sectors]
.absolute:
	mov [packet.lba], eax
	mov eax, [si + 8]
	mov [packet.lba + 4], eax
	mov word [in + registers.esi], packet
	call call13
	mov si, [row]
	lea si, [si + 13]
	call .print
.more:	cmp si, packets_end
	jb .packet
	ret
.skip:	lea si, [si + 13]		; the buffer is too small
	call skip_text
	jmp .more

; .print: In: SI = name, CF and AH. Out: SI = after the name.
.print:	pushf
	mov [status], ah
	call puts
	mov al, '='
	call putc
	popf
	jnc .fine
	mov bx, status
	mov cx, 1
	jmp print_bytes
.fine:	cmp byte [status], 0
	jne .odd
	say 'ok', 10
	ret
.odd:	say 'ok,'			; no error, but a status
	mov bx, status
	mov cx, 1
	jmp print_bytes

asks:
	ask 'RESET', 0x0000, 0, 0, 0
	ask 'STATUS', 0x0100, 0, 0, 0
	ask 'SEEK_TRACK_0', 0x0C00, 0x0001, 0, 0
	ask 'RESET_DISK', 0x0D00, 0, 0, 0
	ask 'READY', 0x1000, 0, 0, 0
	ask 'RECALIBRATE', 0x1100, 0, 0, 0
	ask 'E_SECTOR_0', 0x0201, 0x0000, 0, 0
	ask 'E_STATUS', 0x0100, 0, 0, 0
	ask 'E_HEAD', 0x0201, 0x0001, 0xFF00, 0
	ask 'E_CYLINDER', 0x0201, 0xFFC1, 0, 0
	ask 'E_SECTOR_63', 0x0201, 0x003F, 0xFF00, 0
	ask 'E_COUNT_0', 0x0200, 0x0001, 0, 0
	ask 'E_COUNT_129', 0x0281, 0x0001, 0, 0
	ask 'E_VERIFY', 0x0401, 0xFFFF, 0xFF00, 0
	ask 'E_SEEK', 0x0C00, 0xFFFF, 0xFF00, 0
	ask 'E_FUNCTION', 0x6600, 0, 0, 0
	ask 'E_FUNCTION_EDD', 0x4F00, 0, 0, 0
	ask 'E_DRIVE', 0x0201, 0x0001, OTHER, 0
	ask 'E_DRIVE_EDD', 0x4200, 0x0001, OTHER, 0
	ask 'E_DRIVE_PARAMETERS', 0x0800, 0, OTHER, 0
	ask 'E_CHECK', 0x4100, 0, 0, 0x1234
asks_end:

FROM_END	equ 1			; the LBA is counted from the end
TOO_LONG	equ 2			; for the buffer, if sectors are large
; name, AH, size, count, LBA, its upper half, the two above
%macro request 7
	db %2, %3
	dw %4
	dd %5, %6
	db %7
	db %1, 0
%endmacro

packets:
	request 'E_LBA', 0x42, 0x10, 1, 0, 0, FROM_END
	request 'E_LBA_FAR', 0x42, 0x10, 1, -2, 0, 0
	request 'E_LBA_HIGH', 0x42, 0x10, 1, 64, 1, 0
	request 'E_LBA_TOP', 0x42, 0x10, 1, -1, -1, 0
	request 'E_LBA_END', 0x42, 0x10, 2, -1, 0, FROM_END
	request 'E_LBA_WRITE', 0x43, 0x10, 1, 0, 0, FROM_END
	request 'E_LBA_VERIFY', 0x44, 0x10, 1, 0, 0, FROM_END
	request 'E_LBA_SEEK', 0x47, 0x10, 1, 0, 0, FROM_END
	request 'E_EDD_COUNT_0', 0x42, 0x10, 0, 1, 0, 0
	request 'E_EDD_COUNT_128', 0x42, 0x10, 128, 1, 0, TOO_LONG
	request 'E_EDD_PACKET', 0x42, 0x08, 1, 1, 0, 0
	request 'E_EDD_PARAMETERS', 0x48, 0x10, 0, 0, 0, 0
	request 'STATUS_EDD', 0x01, 0, 0, 0, 0, 0
packets_end:

; ---- Transfers

; A row has the function for io, the routine, the name.
%macro test_row 3
	dw %2, %3
	db %1, 0
%endmacro
table:
	test_row 'FIRST', 0x02, first_sector
	test_row 'FIRST_EDD', 0x42, first_sector
	test_row 'LAST', 0x02, last_sector
	test_row 'LAST_EDD', 0x42, last_sector
%ifdef FILE_SECTORS
	test_row 'ZEROS', 0x02, zeros
	test_row 'ZEROS_EDD', 0x42, zeros
%endif
%ifdef BAD_SECTOR
	test_row 'ERROR', 0x02, bad_sector
	test_row 'ERROR_EDD', 0x42, bad_sector
%endif
	test_row 'COUNTS', 0x02, counts
	test_row 'COUNTS_EDD', 0x42, counts
	test_row 'RANDOM', 0x02, randoms
	test_row 'RANDOM_EDD', 0x42, randoms
	test_row 'ALIGN', 0x02, alignments
	test_row 'ALIGN_EDD', 0x42, alignments
	test_row 'BOUNDARY', 0x02, boundary
	test_row 'BOUNDARY_EDD', 0x42, boundary
	test_row 'SEGMENT', 0x02, segment_end
	test_row 'SEGMENT_EDD', 0x42, segment_end
	test_row 'FLAT_EDD', 0x42, flat_low
	test_row 'FLAT_HIGH_EDD', 0x42, flat_high
	test_row 'QUIET', 0x02, quiet
	test_row 'QUIET_EDD', 0x42, quiet
	test_row 'VERIFY', 0x04, untouched
	test_row 'VERIFY_EDD', 0x44, untouched
	test_row 'SEEK', 0x0C, untouched
	test_row 'SEEK_EDD', 0x47, untouched
	test_row 'ENDS_EDD', 0x42, past_end
%ifndef NOT_A20
	test_row 'A20', 0x02, a20_closed
	test_row 'A20_EDD', 0x42, a20_closed
%ifndef NOT_A20_8042
	test_row 'A20_8042', 0x02, a20_closed_8042
	test_row 'A20_8042_EDD', 0x42, a20_closed_8042
%endif
%endif
%ifndef NOT_V86
	test_row 'V86', 0x02, v86
	test_row 'V86_EDD', 0x42, v86
%endif
%ifndef NOT_WRITES
	test_row 'WRITE', 0x03, writes
	test_row 'WRITE_EDD', 0x43, writes
%ifndef NOT_V86
	test_row 'WRITE_V86_EDD', 0x43, writes_v86
%endif
%endif
	test_row 'AFTER', 0x02, randoms
	test_row 'AFTER_EDD', 0x42, randoms
table_end:

; has_op: ends the test that calls it if the drive has no function "op".
has_op:
	mov al, [edd]
	cmp byte [op], 0x40
	jae .test
	mov eax, [first]		; a CD may have a geometry of one sector
	cmp eax, [chs_limit]
	sbb al, al
.test:	test al, al
	jnz .end
	mov byte [result], NONE
	pop ax
.end:	ret

; limit: Out: EAX = sectors that "op" reaches and that are in the disk's file.
limit:
%ifdef FILE_SECTORS
	mov eax, FILE_SECTORS
	ret
%endif
reach:
	mov eax, [sectors]
	cmp byte [op], 0x40
	jae .end
	mov eax, [chs_limit]
.end:	ret

; next_random: Out: EAX. (Marsaglia's xorshift.) Clobbered: EDX.
next_random:
	mov eax, [random]
	mov edx, eax
	shl edx, 13
	xor eax, edx
	mov edx, eax
	shr edx, 17
	xor eax, edx
	mov edx, eax
	shl edx, 5
	xor eax, edx
	mov [random], eax
	ret

; random_below: Out: EAX below ECX. Clobbered: EDX.
random_below:
	call next_random
	xor edx, edx
	div ecx
	mov eax, edx
	ret

; pick: sets "lba" for "count" sectors, anywhere after PATTERN. Clobbered: EAX, ECX, EDX.
pick:
	call limit
	sub eax, [first]
	movzx ecx, word [count]
	sub eax, ecx
	lea ecx, [eax + 1]
	call random_below
	add eax, [first]
	mov [lba], eax
	ret

; scatter: reads a random number of sectors from a random sector to a random address.
; Clobbered: EAX, ECX, EDX.
scatter:
	movzx ecx, word [most]
	call random_below
	inc ax
	mov [count], ax
	call pick
	mov ecx, 0x1000
	call random_below
	add eax, BUFFER + GUARD
	mov [buffer], eax
	movzx ecx, word [most]
	sub cx, [count]
	inc cx
	shl ecx, 5
	call random_below
	mov [skew], ax
	ret

first_sector:
	call has_op
	mov dword [lba], 0
	mov word [count], 1
	mov dword [buffer], BUFFER
	call fill
	call io
	jc fail
	push word BUFFER >> 4
	pop es
	xor di, di
	mov si, start
	mov cx, 512 / 2
	repe cmpsw
	push ds
	pop es
	jne fail
	ret

last_sector:
	call has_op
	call limit
	dec eax
	mov [lba], eax
	mov word [count], 1
	jmp read_check

%ifdef FILE_SECTORS
; The first and the last sector that are not in the disk's file.
zeros:
	call has_op
	mov word [count], 1
	mov dword [lba], FILE_SECTORS
	call .read
	call reach
	dec eax
	mov [lba], eax
.read:	call fill
	call io
	jc fail
	call extent
	xor eax, eax
.next:	mov ebx, [fs:edi]
	cmp ebx, eax
	jne check_failed
	add edi, 4
	dec ecx
	jnz .next
	jmp check_guards
%endif

%ifdef BAD_SECTOR
bad_sector:
	call has_op
	mov dword [lba], BAD_SECTOR
	mov word [count], 1
	call fill
	call io
	jnc fail
	mov [refused], ah
	jmp check_guards
%endif

counts:
	call has_op
	mov word [count], 1
.next:	call pick
	call read_check
	inc word [count]
	mov ax, [count]
	cmp ax, [most]
	jbe .next
	ret

randoms:
	call has_op
	mov cx, ROUNDS
.next:	push cx
	call scatter
	call read_check
	pop cx
	loop .next
	jmp plain

; plain: sets the buffer's default address.
plain:
	mov dword [buffer], BUFFER
	mov word [skew], 0
	ret

alignments:
	call has_op
	mov word [count], 3
	mov cx, 32
.next:	push cx
	call pick
	call read_check
	inc dword [buffer]
	pop cx
	loop .next
	jmp plain

boundary:
	call has_op
	mov word [count], 4
	mov si, .offsets
.next:	lodsw
	push si
	movzx eax, ax
	neg eax
	add eax, BUFFER + 0x10000
	mov [buffer], eax
	call pick
	call read_check
	pop si
	cmp si, .end
	jb .next
	jmp plain
.offsets: dw 1, 2, 4, 16, 511, 512, 513, 1024, 1537, 2047, 4095, 8192
.end:

; The end of the segment does not stop a transfer, which continues at the next linear address.
segment_end:
	call has_op
	mov word [count], 4
	mov word [skew], 0xFF0
	mov si, .offsets
.next:	lodsw
	push si
	movzx eax, ax
	add eax, BUFFER + 0x10000
	mov [buffer], eax
	call pick
	call read_check
	pop si
	cmp si, .end
	jb .next
	jmp plain
.offsets: dw 0, 1, 14, 15, 0x80, 0xFF
.end:

flat_low:
	call has_op
	mov byte [flat], 1
	call counts
	mov dword [buffer], BUFFER + 3
	call counts
	mov byte [flat], 0
	jmp plain

flat_high:
	call has_op
	call find_high
	jc .none
	mov [buffer], eax
	mov byte [flat], 1
	call counts
	add dword [buffer], 5
	call counts
	mov byte [flat], 0
	jmp plain
.none:	mov byte [result], NONE
	ret

; find_high: Out: EAX = free memory above 1 MiB for BUFFER_SIZE bytes; CF: none.
; Clobbered: EBX, ECX, EDX, DI.
find_high:
	xor ebx, ebx
.next:	mov eax, 0xE820
	mov edx, 0x534D4150
	mov ecx, 20
	mov di, map
	int 0x15
	jc .end
	cmp dword [map + 16], 1
	jne .more
	cmp dword [map + 4], 0
	jne .more
	mov eax, [map]
	cmp eax, 0x100000
	jb .more
	cmp dword [map + 8], 2 * BUFFER_SIZE
	jb .more
	add eax, GUARD
	clc
	ret
.more:	test ebx, ebx
	jnz .next
	stc
.end:	ret

; Without interrupts, and with the direction flag set.
quiet:
	call has_op
	mov word [flags], 2 | DIRECTION
	mov word [count], 5
	call pick
	call read_check
	mov word [flags], 2 | INTERRUPTS
	ret

; Functions that move no data.
untouched:
	call has_op
	mov word [count], 9
	call pick
	call fill
	call io
	jc fail
	jmp check_filled

; A read past the end returns an error, and stays within its buffer.
past_end:
	call has_op
	call reach
	dec eax
	mov [lba], eax
	mov word [count], 3
	call fill
	call io
	jnc fail
	mov word [count], 3
	jmp check_guards

%ifndef NOT_A20
; Through the keyboard controller, whose state port 92h does not show.
a20_closed_8042:
	call has_op
	mov al, 0xD1
	out 0x64, al
.busy:	in al, 0x64
	test al, 2
	jnz .busy
	mov al, 0xDD
	out 0x60, al
	jmp a20_closed.test

a20_closed:
	call has_op
	in al, 0x92
	and al, ~3
	out 0x92, al
.test:	mov byte [a20], 0
	call a20_read
	cmp byte [a20], 0
	jne .none
	mov word [count], 7
	call pick
	call fill_closed
	call io
	pushf
	mov byte [a20], 0
	call a20_read
	call .open
	popf
	jc fail
	cmp byte [a20], 0
	jne fail
	jmp check
.none:	mov byte [result], NONE
.open:	in al, 0x92
	and al, ~1
	or al, 2
	out 0x92, al
	ret
; fill writes only below 1 MiB, so A20 does not matter.
fill_closed equ fill
%endif

%ifndef NOT_V86
v86:
	call has_op
	mov byte [in_v86], 1
	mov word [count], 5
	call pick
	call fill
	call io
	jc .refused
	call check
	mov word [count], 1
	inc dword [buffer]
	call pick
	call read_check
.end:	mov byte [in_v86], 0
	jmp plain
.refused:
	cmp dword [v86_fault], 0
	jne .fault
	mov [refused], ah
	jmp .end
.fault:	call fail
	jmp .end
%ifndef NOT_WRITES
writes_v86:
	mov byte [in_v86], 1
	call writes
	mov byte [in_v86], 0
	ret
%endif
%endif

%ifndef NOT_WRITES
; writes: writes flipped bits to random sectors and reads them back; checks that their
; neighbours are unchanged; and flips the bits back.
writes:
	call has_op
	mov cx, ROUNDS / 4
.next:	push cx
	call scatter
	call write_flipped
	jc .refused
	call write_back
	call neighbours
	pop cx
	loop .next
	jmp plain
.refused:
	pop cx
	mov [refused], ah
	jmp plain

; write_flipped: writes flipped bits, and reads them back. Out: CF.
write_flipped:
	mov dword [flip], 0xFFFFFFFF
	call generate
	call io
	jc .end
	dec byte [op]
	call read_check
	inc byte [op]
	clc
.end:	mov dword [flip], 0
	ret

write_back:
	call generate
	call io
	jc fail
	dec byte [op]
	call read_check
	inc byte [op]
	ret

; neighbours: checks the sectors before and after those that were written.
neighbours:
	push word [count]
	dec byte [op]
	movzx ebx, word [count]
	mov word [count], 1
	mov eax, [lba]
	add ebx, eax
	dec eax
	cmp eax, [first]
	jb .behind
	mov [lba], eax
	push ebx
	call read_check
	pop ebx
.behind:
	call limit
	cmp ebx, eax
	jae .end
	mov [lba], ebx
	call read_check
.end:	inc byte [op]
	pop word [count]
	ret

; leave_written: flips bits that stay flipped; the host checks them in the disk's file.
leave_written:
	cmp dword [sectors], 0
	je .end
	mov byte [op], 0x43
	cmp byte [edd], 0
	jne .op
	mov byte [op], 0x03
.op:	mov cx, 4
.next:	push cx
	call scatter
	pop cx
	push cx
	cmp cx, 1
	jne .some
	call limit			; one of them the last sector
	dec eax
	mov [lba], eax
	mov word [count], 1
.some:	call write_flipped
	jc .refused
	say 'WROTE_'
	mov bx, lba
	mov cx, 4
	call print_number
	say '='
	mov bx, count
	mov cx, 2
	call print_bytes
.refused:
	pop cx
	loop .next
	call plain
	mov ax, 0x0D00			; what is in caches, is not written yet
	cmp byte [drive], 0x80
	jae .reset
	mov ah, 0
.reset:	call prepare
	call call13
	jc fail
.end:	ret
%endif

; ---- CDs, and other drives

; find_all: prints which drives of 00h-03h, 80h-87h, E0h-E3h answer AH=15h.
find_all:
	say 'FOUND='
	mov si, .drives
.next:	lodsb
	push si
	mov bl, al
	mov ax, 0x1500
	call prepare
	mov [in + registers.edx], bl
	or word [changes], CHANGES_CX | CHANGES_DX
	call call13
	jc .absent
	test ah, ah
	jz .absent
	mov al, [in + registers.edx]
	call print_byte
.absent:
	pop si
	cmp si, .end
	jb .next
	say '.', 10
	ret
.drives: db 0, 1, 2, 3, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0xE0, 0xE1, 0xE2, 0xE3
.end:

; el_torito: prints the packet of AX=4B01h, byte by byte.
el_torito:
	mov ax, 0x4B01
	call prepare
	mov word [in + registers.esi], el_torito_packet
	mov byte [el_torito_packet], 0x13
	call call13
	mov si, .name
	call ask_all.print
	cmp byte [status], 0
	jne .end
	say 'EL_TORITO_PACKET='
	mov si, el_torito_packet
	mov cx, 0x13
.next:	lodsb
	call print_byte
	loop .next
	mov al, 10
	call putc
.end:	ret
.name:	db 'EL_TORITO', 0

; ---- Data

; fail: prints a line about the call and marks the test as bad. Preserved: all.
fail:
	pushad
	mov byte [result], BAD
	inc word [failures]
	cmp word [failures], 16
	ja .end
	say 'wrong: AX '
	mov bx, in + registers.eax
	call .word
	say ' gave '
	mov bx, out + registers.eax
	call .word
	say ' flags '
	mov bx, out + registers.eflags
	call .word
	say ' LBA '
	mov bx, lba
	call .dword
	say ' count '
	mov bx, count
	call .word
	say ' buffer '
	mov bx, buffer
	call .dword
	say ' skew '
	mov bx, skew
	call .word
	say ' at '
	mov bx, where
	call .dword
	say ' is '
	mov bx, is
	call .dword
	cmp dword [v86_fault], 0
	je .line
	say ' fault '
	mov bx, v86_fault
	call .dword
	say ' '
	mov bx, v86_fault + 4
	call .dword
	mov dword [v86_fault], 0
.line:	say 10
.end:	popad
	ret
.word:	mov cx, 2
	jmp print_number
.dword:	mov cx, 4
	jmp print_number

; read_check: reads, and compares.
read_check:
	call fill
	call io
	jc fail
	cmp byte [op], 0x40
	jae .packet
	mov al, [out + registers.eax]
	cmp al, [count]
	jne fail
	jmp check
.packet:
	mov ax, [packet.count]
	cmp ax, [count]
	jne fail
; check: checks that the buffer contains the sectors, and nothing was written around it.
check:
	call extent
	call first_dword
	mov edx, [flip]
.next:	mov ebx, [fs:edi]
	xor ebx, edx
	cmp ebx, eax
	jne check_failed
	add eax, STEP
	add edi, 4
	dec ecx
	jnz .next
check_guards:
	call extent
	lea esi, [edi + ecx * 4]
	sub edi, GUARD
	mov cx, GUARD / 4
.next:	mov ebx, [fs:edi]
	cmp ebx, FILL
	jne check_failed
	mov edi, edi
	mov ebx, [fs:esi]
	cmp ebx, FILL
	jne check_failed
	add edi, 4
	add esi, 4
	loop .next
	sti
	ret

; check_filled: checks that nothing was written to the buffer.
check_filled:
	call extent
.next:	mov ebx, [fs:edi]
	cmp ebx, FILL
	jne check_failed
	add edi, 4
	dec ecx
	jnz .next
	jmp check_guards

check_failed:
	sti
	mov [where], edi
	mov [is], ebx
	call fail
	mov dword [where], 0
	ret

; fill: fills the buffer and the bytes around it.
fill:
	call extent
	sub edi, GUARD
	add ecx, 2 * GUARD / 4
.next:	mov dword [fs:edi], FILL
	add edi, 4
	dec ecx
	jnz .next
	sti
	ret

; generate: fills the buffer with what the sectors should contain.
generate:
	call extent
	call first_dword
	mov edx, [flip]
.next:	mov ebx, eax
	xor ebx, edx
	mov [fs:edi], ebx
	add eax, STEP
	add edi, 4
	dec ecx
	jnz .next
	sti
	ret

; extent: Out: EDI = buffer, ECX = its dwords; FS reaches it. Interrupts are off.
; Clobbered: EAX, BX.
extent:
	call unreal
	mov edi, [buffer]
	movzx ecx, word [count]
	movzx eax, word [sector_size]
	shr ax, 2
	imul ecx, eax
	ret

; first_dword: Out: EAX, of the sector "lba".
first_dword:
	movzx eax, word [sector_size]
	shr eax, 2
	imul eax, [lba]
	imul eax, STEP
	ret

	; INT 13h reads whole sectors
	times (2 * SECTOR - 4 - ($ - $$) % SECTOR) % SECTOR db 0
mark:	dd MARK
end:

	section .bss
bss:
in:	resb registers_size
	alignb 4
out:	resb registers_size
	alignb 4
lba:	resd 2
buffer:	resd 1
sectors: resd 2
chs_limit: resd 1
first:	resd 1
flip:	resd 1
random:	resd 1
where:	resd 1
is:	resd 1
type_sectors: resd 1
map:	resd 5
v86_fault: resd 2
v86_moves: resd 1
count:	resw 1
skew:	resw 1
most:	resw 1
flags:	resw 1
row:	resw 1
changes: resw 1
spoilt:	resw 1
failures: resw 1
sector_size: resw 1
cylinders: resw 1
heads:	resw 1
edd_support: resw 1
v86_routine: resw 1
v86_sp:	resw 1
v86_carry: resw 1
v86_ah:	resb 1
drive:	resb 1
op:	resb 1
flat:	resb 1
in_v86:	resb 1
result:	resb 1
refused: resb 1
status:	resb 1
sectors_per_track: resb 1
drives:	resb 1
floppy_type: resb 1
type:	resb 1
edd:	resb 1
edd_error: resb 1
	alignb 4
packet:	resw 1				; EDD 3.0, 7.2: the disk address packet
.count:	resw 1
.buffer: resw 2
.lba:	resd 2
.flat:	resd 2
edd_result: resw 1			; EDD 3.0, 8.8: the result buffer
.flags:	resw 1
.cylinders: resd 1
.heads:	resd 1
.sectors_per_track: resd 1
.sectors: resd 2
.sector_size: resw 1
.parameters: resd 1
.key:	resw 1
.key_size: resb 1
	resb 3
.bus:	resb 4
.interface: resb 8
.bus_path: resb 8
.path:	resb 16
	resb 1
.sum:	resb 1
.end:
el_torito_packet: resb 0x13
	alignb 8
v86_idt: resb V86_VECTORS * 8
bss_end:
