; SPDX-License-Identifier: MIT
; probe: a boot sector, and the sectors that it loads, that print the state of the machine.
;
; The program prints a NAME=VALUE line for each fact on COM1, then "PROBE END", and ends
; QEMU through isa-debug-exit: 10h if every check succeeded, 11h otherwise.
;
; The first sector saves the state on arrival before anything can change it. The rest is
; in memory already if a loader loaded the whole file; otherwise the sector reads it
; through INT 13h from the drive in DL, so that the same file also boots natively.
;
; -DORIGIN=n    offset of the file in its segment (default 7C00h)
; -DDISK        also read the first sector of the drive in DL
; -DHOLD        first print "PROBE HOLDS" and wait for a character on COM1
; -DKEY         print "PROBE WAITS FOR A KEY", then the key as INT 16h returns it
; pieces.inc    rows "piece address, length, seed" of memory to check

%ifndef ORIGIN
%define ORIGIN 0x7C00
%endif
%define MARK 0x5052424F
%include "rest.inc"

	org ORIGIN
	bits 16

start:
	mov [cs:saved.eax], eax
	mov [cs:saved.esp], esp
	mov [cs:saved.ss], ss
	mov eax, cs
	mov ss, ax
	mov sp, stack
	pushfd				; MOV leaves the flags as they were
	pop dword [cs:saved.eflags]
	cli
	cld
	mov [cs:saved.ds], ds
	mov ds, ax
	mov [saved.cs], cs
	mov [saved.es], es
	mov [saved.fs], fs
	mov [saved.gs], gs
	mov [saved.ebx], ebx
	mov [saved.ecx], ecx
	mov [saved.edx], edx
	mov [saved.esi], esi
	mov [saved.edi], edi
	mov [saved.ebp], ebp
	mov es, ax
	call .here
.here:	pop ax
	sub ax, .here - start
	mov [saved.ip], ax
	mov al, 0x0A			; OCW3: read IRR
	out 0x20, al
	out 0xA0, al
	in al, 0x20
	and al, ~1			; the tick may just be due
	mov [saved.irr], al
	in al, 0xA0
	mov [saved.irr + 1], al
	sti

	call serial_init
	load_rest probe, 512, saved.edx, 'probe'

%include "console.inc"

	align 4
saved:
.eax:	dd 0
.ebx:	dd 0
.ecx:	dd 0
.edx:	dd 0
.esi:	dd 0
.edi:	dd 0
.ebp:	dd 0
.esp:	dd 0
.eflags: dd 0
.cs:	dw 0
.ip:	dw 0
.ss:	dw 0
.ds:	dw 0
.es:	dw 0
.fs:	dw 0
.gs:	dw 0
.irr:	dw 0

	times 0x1B8 - ($ - $$) db 0
	times 510 - ($ - $$) db 0
	dw 0xAA55

; After the first sector, registers and flags may change.
probe:
%ifdef HOLD
	pushf
	cli				; or a BIOS with a serial console takes the character
	mov si, .holds
	call puts
	mov dx, 0x3FD
.hold:	in al, dx
	test al, 1
	jz .hold
	mov dx, 0x3F8
	in al, dx
	popf
%endif
	call cpu_read
	call pic_read
	call apic_read
	call ioapic_read
	call hpet_read
	call vtd_read
	call keyboard_read
	call ports_read
	call pirq_read
	call pit_read
	call clock_read
	call firmware_read
	call a20_read
	call limits_read
	call print_fields
	call memory_print
	call pci_print
	call calls_print
	call map_print
%ifdef KEY
	call key_print
%endif
%ifdef DISK
	call disk_print
%endif
	call pieces_check
	call cpus_print
	mov si, .end
	call puts
	mov al, [verdict]
	jmp leave
%ifdef HOLD
.holds:	db 'PROBE HOLDS', 10, 0
%endif
.end:	db 'PROBE END', 10, 0

verdict: db 0x10

%include "print.inc"
%include "cpu.inc"
%include "timer.inc"
%include "apic.inc"
%include "chipset.inc"
%include "pci.inc"
%include "firmware.inc"
%include "memory.inc"

; The fields to print, in this order: field NAME, LABEL, BYTES.
fields:
	field 'CS', saved.cs, 2
	field 'IP', saved.ip, 2
	field 'SS', saved.ss, 2
	field 'DS', saved.ds, 2
	field 'ES', saved.es, 2
	field 'FS', saved.fs, 2
	field 'GS', saved.gs, 2
	field 'EAX', saved.eax, 4
	field 'EBX', saved.ebx, 4
	field 'ECX', saved.ecx, 4
	field 'EDX', saved.edx, 4
	field 'ESI', saved.esi, 4
	field 'EDI', saved.edi, 4
	field 'EBP', saved.ebp, 4
	field 'ESP', saved.esp, 4
	field 'EFLAGS', saved.eflags, 4
	field 'CR0', state.cr0, 4
	field 'CR2', state.cr2, 4
	field 'CR3', state.cr3, 4
	field 'CR4', state.cr4, 4
	field 'DR0123', state.dr0123, 4
	field 'DR6', state.dr6, 4
	field 'DR7', state.dr7, 4
	field 'IDT_BASE', state.idtr + 2, 4
	field 'IDT_LIMIT', state.idtr, 2
	field 'FPU_CW', state.fpu, 2
	field 'FPU_SW', state.fpu + 4, 2
	field 'FPU_TW', state.fpu + 8, 2
	field 'EFER', state.efer, 8
	field 'PAT', state.pat, 8
	field 'STAR', state.star, 8
	field 'LSTAR', state.lstar, 8
	field 'CSTAR', state.cstar, 8
	field 'FMASK', state.fmask, 8
	field 'FS_BASE', state.fs_base, 8
	field 'GS_BASE', state.gs_base, 8
	field 'KERNEL_GS_BASE', state.kernel_gs_base, 8
	field 'SYSENTER_CS', state.sysenter_cs, 8
	field 'SYSENTER_ESP', state.sysenter_esp, 8
	field 'SYSENTER_EIP', state.sysenter_eip, 8
	field 'MTRR_DEFAULT', state.mtrr_default, 8
	field 'MTRRS', state.mtrrs, 8
	field 'TSC_AUX', state.tsc_aux, 4
	field 'XCR0', state.xcr0, 4
	field 'MXCSR', state.mxcsr, 4
	field 'XMM', state.xmm, 8
	field 'PIC_MASK', pic.mask, 2
	field 'PIC_ISR', pic.isr, 2
	field 'PIC_IRR', saved.irr, 2
	field 'PIC_DUE', pic.due, 2
	field 'PIT0_MODE', pit.mode, 1
	field 'PIT0_SPAN', pit.span, 1
	field 'TICKS', pit.ticks, 1
	field 'APIC_BASE', apic.base, 8
	field 'APIC_VERSION', apic.version, 4
	field 'APIC_TPR', apic.tpr, 4
	field 'APIC_LDR', apic.ldr, 4
	field 'APIC_DFR', apic.dfr, 4
	field 'APIC_SVR', apic.svr, 4
	field 'APIC_ESR', apic.esr, 4
	field 'APIC_TIMER', apic.timer, 4
	field 'APIC_THERMAL', apic.thermal, 4
	field 'APIC_COUNTERS', apic.counters, 4
	field 'APIC_LINT0', apic.lint0, 4
	field 'APIC_LINT1', apic.lint1, 4
	field 'APIC_ERROR', apic.error, 4
	field 'APIC_CMCI', apic.cmci, 4
	field 'APIC_COUNT', apic.count, 4
	field 'APIC_DIVIDE', apic.divide, 4
	field 'APIC_ISR', apic.isr, 4
	field 'APIC_IRR', apic.irr, 4
	field 'IOAPIC_PINS', ioapic.pins, 1
	field 'IOAPIC_OPEN', ioapic.open, 1
	field 'IOAPIC_SUM', ioapic.sum, 4
	field 'HPET_CONFIG', hpet.config, 4
	field 'HPET_TIMERS_ON', hpet.on, 1
	field 'VTD_STATUS', vtd, 4
	field 'RTC_A', clock.a, 1
	field 'RTC_B', clock.b, 1
	field 'RTC_C', clock.c, 1
	field 'RTC_RUNS', clock.runs, 1
	field 'CMOS_SHUTDOWN', clock.shutdown, 1
	field 'KEYBOARD_STATUS', keyboard.status, 1
	field 'KEYBOARD_MODE', keyboard.mode, 1
	field 'PORT_61', port.b, 1
	field 'PORT_92', port.a, 1
	field 'ELCR', port.elcr, 2
	field 'PIRQ', pirq, 8
	field 'A20', a20, 1
	field 'LIMITS', limits, 1
	field 'VIDEO_INT10', firmware.video, 2
	field 'VIDEO_BDA', firmware.bda_video, 2
	field 'INT12', firmware.int12, 2
fields_end:

	align 512			; INT 13h reads whole sectors
	times 512 - 4 db 0
mark:	dd MARK
end:

; The stack is above the file, so that its contents were not read from the disk.
stack equ end + 0x400
