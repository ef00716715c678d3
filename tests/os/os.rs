// SPDX-License-Identifier: MIT
//! The system of kernel.c in Rust, which starts an image by rjload.rs. It takes the same words on its
//! command line, and has the same start.asm and kernel.lds.
//!
//! Debian has no core for a bare machine, so this is linked with that of a Linux program. Such code
//! uses SSE registers and the 128 bytes below the stack pointer: the system enables SSE before its
//! first function runs, and has a stack of its own for interrupts.
#![no_std]
#![no_main]

mod back {
    include!(env!("BACK_RS")); // the manual's
}
mod kernel;
mod serial;

use core::arch::{asm, global_asm};
use core::ptr::{addr_of, addr_of_mut};
use core::sync::atomic::{AtomicU32, Ordering::SeqCst};
use kernel::*;

const MULTIBOOT2_MAGIC: u32 = 0x36D7_6289; // in EAX; Multiboot2 specification 2.0, 3.3
const PVH_MAGIC: u32 = 0x336E_C578; // Xen, include/public/arch-x86/hvm/start_info.h
const TRAMPOLINE: u64 = 0x8000; // where other CPUs start
const CR4_LA57: u64 = 0x1000;

const LAPIC_TPR: u64 = 0x080;
const LAPIC_SVR: u64 = 0x0F0;
const LAPIC_ICR: u64 = 0x300;
const LAPIC_TIMER: u64 = 0x320;
const LAPIC_LINT0: u64 = 0x350;
const LAPIC_COUNT: u64 = 0x380;
const LAPIC_DIVIDE: u64 = 0x3E0;
const PIT_VECTOR: usize = 0x20;
const APIC_VECTOR: usize = 0x40;
const SPURIOUS_VECTOR: usize = 0xFF; // of the local APIC, as SVR has it

const CODE64: u64 = 0x18; // as in start.asm
const TASK: u16 = 0x20;

extern "C" {
    fn kernel_low(); // as kernel_base
    fn kernel_end();
    fn trampoline();
    fn trampoline_end();
    static gdt: [u64; 4];
    static other_cpus: AtomicU32;
    static counter: AtomicU32;
    static pit_ticks: AtomicU32;
    static apic_ticks: AtomicU32;
    fn pit_interrupt();
    fn apic_interrupt();
    fn left_interrupt();
    fn spurious_interrupt();
}

/// Task-state segment (SDM 3A, 7.7): only the stack of interrupts is of use.
#[repr(C, packed(4))]
struct Tss {
    unused: u32,
    stacks: [u64; 4],
    interrupt_stacks: [u64; 7],
    more: [u32; 2],
    io_map: u32,
}

/// What LGDT and LIDT take.
#[repr(C, packed)]
struct TableAddress {
    limit: u16,
    base: u64,
}

#[repr(C, align(16))]
struct Stack([u8; 4096]);

static mut COMMAND_LINE: [u8; rjload::OPTIONS_MAX] = [0; rjload::OPTIONS_MAX];
static mut IDT: [[u64; 2]; 256] = [[0; 2]; 256];
static mut GDT: [u64; 6] = [0; 6];
static mut TSS: Tss = Tss {
    unused: 0,
    stacks: [0; 4],
    interrupt_stacks: [0; 7],
    more: [0; 2],
    io_map: 0,
};
static mut INTERRUPT_STACK: Stack = Stack([0; 4096]);

// kernel_main: In: EDI, ESI = what the loader has given. Out: to os_main(), with CR4.OSFXSR and
// OSXMMEXCPT set (SDM 3A, 2.5).
// memcpy and others: as in C; the compiler calls them.
global_asm!(
    ".global kernel_main, memcpy, memmove, memset, memcmp, bcmp",
    "kernel_main:",
    "mov rax, cr4",
    "or eax, 0x600",
    "mov cr4, rax",
    "call os_main",
    "memmove:",
    "mov rax, rdi",
    "sub rax, rsi",
    "cmp rax, rdx",
    "jb 2f",
    "memcpy:",
    "mov rax, rdi",
    "mov rcx, rdx",
    "rep movsb",
    "ret",
    "2:",
    "mov rax, rdi",
    "mov rcx, rdx",
    "lea rdi, [rdi + rdx - 1]",
    "lea rsi, [rsi + rdx - 1]",
    "std",
    "rep movsb",
    "cld",
    "ret",
    "memset:",
    "mov r8, rdi",
    "mov eax, esi",
    "mov rcx, rdx",
    "rep stosb",
    "mov rax, r8",
    "ret",
    "memcmp:",
    "bcmp:",
    "xor eax, eax",
    "mov rcx, rdx",
    "cmp eax, eax",
    "repe cmpsb",
    "je 3f",
    "movzx eax, byte ptr [rdi - 1]",
    "movzx ecx, byte ptr [rsi - 1]",
    "sub ecx, eax",
    "mov eax, ecx",
    "3: ret",
);

fn command_line() -> &'static [u8] {
    // SAFETY: written once, before anybody reads it.
    unsafe { &*addr_of!(COMMAND_LINE) }
}

fn keep_command_line(physical: u64) {
    let text = bytes(physical, rjload::OPTIONS_MAX as u64).split(|&byte| byte == 0);
    if let Some(text) = text.into_iter().next() {
        // SAFETY: only the boot CPU runs.
        let line = unsafe { &mut *addr_of_mut!(COMMAND_LINE) };
        line[..text.len()].copy_from_slice(text);
    }
}

/// The value of a word on the command line, a hexadecimal number.
fn option(name: &str) -> Option<u64> {
    let words = command_line().split(|&byte| byte == b' ' || byte == 0);
    let value = words
        .filter_map(|word| word.strip_prefix(name.as_bytes()))
        .next()?;
    u64::from_str_radix(core::str::from_utf8(value).ok()?, 16).ok()
}

/// The number of 32 bits at a physical address.
fn dword(physical: u64) -> u32 {
    // SAFETY: mapped, and of any value.
    unsafe { window(physical, 4).cast::<u32>().read_unaligned() }
}

fn qword(physical: u64) -> u64 {
    u64::from(dword(physical)) | u64::from(dword(physical + 4)) << 32
}

/// Multiboot2 specification 2.0, 3.6: tags of a type and a size, the last is of type 0. Gives the
/// address and the size of the module.
fn read_multiboot2(info: u64) -> (u64, u64) {
    let end = info + u64::from(dword(info));
    let (mut at, mut module) = (info + 8, (0, 0));
    while at < end && dword(at) != 0 {
        match dword(at) {
            1 => keep_command_line(at + 8),
            3 => {
                module = (
                    u64::from(dword(at + 8)),
                    u64::from(dword(at + 12) - dword(at + 8)),
                )
            }
            _ => {}
        }
        at += u64::from((dword(at + 4) + 7) & !7);
    }
    module
}

/// The same of hvm_start_info.
fn read_pvh(info: u64) -> (u64, u64) {
    let is_known = dword(info) == PVH_MAGIC && dword(info + 12) != 0;
    assert!(is_known, "the loader is not known, or has brought no image");
    let (modules, line) = (qword(info + 16), qword(info + 24));
    if line != 0 {
        keep_command_line(line);
    }
    (qword(modules), qword(modules + 8))
}

/// Copied to after the kernel, since its old place may be overwritten.
fn keep((address, size): (u64, u64)) -> &'static [u8] {
    let (low, end) = (
        kernel_low as *const u8 as u64,
        physical_of(kernel_end as *const u8),
    );
    let to = (end + PAGE - 1) & !(PAGE - 1);
    let is_apart = address >= to || address + size <= low;
    assert!(is_apart, "the loader has put the image over the kernel");
    let kept = bytes(to, size);
    kept.copy_from_slice(bytes(address, size));
    kept
}

/// More than 10 ms: a write to an ISA port takes 1 us and more.
fn delay() {
    for _ in 0..10000 {
        out8(0x80, 0);
    }
}

/// INIT, SIPI (SDM 3A, 9.4.4); kernel.c says why there is no second SIPI. They count in long mode
/// until somebody stops them.
fn start_cpus(cpus: u32) {
    // SAFETY: the symbols are two ends of one section, mapped where the kernel runs; the variables
    // are of start.asm.
    let (others, count) = unsafe {
        let (from, to) = (
            trampoline as *const u8 as u64,
            trampoline_end as *const u8 as u64,
        );
        let code = kernel_address(from) as *const u8;
        let code = core::slice::from_raw_parts(code, (to - from) as usize);
        bytes(TRAMPOLINE, to - from).copy_from_slice(code);
        (&other_cpus, &counter)
    };
    lapic_write(LAPIC_ICR, 0xC4500);
    delay();
    lapic_write(LAPIC_ICR, 0xC4600 | (TRAMPOLINE >> 12) as u32);
    while others.load(SeqCst) < cpus {
        core::hint::spin_loop();
    }
    let before = count.load(SeqCst);
    while cpus > 0 && count.load(SeqCst) == before {
        core::hint::spin_loop();
    }
    print(format_args!("{:08X} other CPUs count", others.load(SeqCst)));
}

/// A stack for interrupts: the first in the TSS (SDM 3A, 6.14.5), whose descriptor follows the
/// segments of start.asm.
fn set_interrupt_stack() {
    // SAFETY: only the boot CPU runs this, once, with interrupts off; the table has the segments
    // that are loaded at the same places.
    unsafe {
        let tss = addr_of_mut!(TSS);
        let size = core::mem::size_of::<Tss>() as u64;
        (*tss).interrupt_stacks[0] = addr_of!(INTERRUPT_STACK).add(1) as u64;
        let (table, base) = (&mut *addr_of_mut!(GDT), tss as u64);
        table[..4].copy_from_slice(&*addr_of!(gdt));
        table[4] = (size - 1) | (base & 0xFF_FFFF) << 16 | 0x89 << 40 | (base >> 24 & 0xFF) << 56;
        table[5] = base >> 32;
        let address = TableAddress {
            limit: 6 * 8 - 1,
            base: table.as_ptr() as u64,
        };
        asm!("lgdt [{}]", "ltr {:x}", in(reg) &address, in(reg) TASK);
    }
}

/// A gate of 64-bit mode (SDM 3A, 6.14.1) to the first stack.
fn gate(handler: unsafe extern "C" fn()) -> [u64; 2] {
    let address = handler as usize as u64;
    let low = address & 0xFFFF | CODE64 << 16 | 0x8E01 << 32 | (address >> 16 & 0xFFFF) << 48;
    [low, address >> 32]
}

fn set_gates() {
    // SAFETY: interrupts are off until the table is complete; it lives as long as the kernel.
    unsafe {
        let idt = &mut *addr_of_mut!(IDT);
        for vector in PIT_VECTOR..256 {
            let is_spurious = vector < APIC_VECTOR || vector == SPURIOUS_VECTOR;
            let handler = if is_spurious {
                spurious_interrupt
            } else {
                left_interrupt
            };
            idt[vector] = gate(handler);
        }
        idt[PIT_VECTOR] = gate(pit_interrupt);
        idt[APIC_VECTOR] = gate(apic_interrupt);
        let address = TableAddress {
            limit: 256 * 16 - 1,
            base: idt.as_ptr() as u64,
        };
        asm!("lidt [{}]", in(reg) &address);
    }
}

/// Both timers at about 1 kHz: the PIT through the 8259s, and the local APIC's own.
fn start_timers() {
    const VECTOR: u8 = PIT_VECTOR as u8;
    const WRITES: [(u16, u8); 13] = [
        (0x20, 0x11),
        (0x21, VECTOR),
        (0x21, 4),
        (0x21, 1),
        (0xA0, 0x11),
        (0xA1, VECTOR + 8),
        (0xA1, 2),
        (0xA1, 1),
        (0x21, 0xFE),
        (0xA1, 0xFF),
        (0x43, 0x34),
        (0x40, (1193 & 0xFF) as u8),
        (0x40, (1193 >> 8) as u8),
    ];
    for (port, value) in WRITES {
        out8(port, value);
    }
    lapic_write(LAPIC_TPR, 0);
    lapic_write(LAPIC_LINT0, 0x700); // the 8259s
    lapic_write(LAPIC_DIVIDE, 0xB); // by 1
    lapic_write(LAPIC_TIMER, 0x20000 | APIC_VECTOR as u32);
    lapic_write(LAPIC_COUNT, 1_000_000);
    // SAFETY: every vector that comes has a gate; the counters are start.asm's.
    unsafe {
        asm!("sti");
        while pit_ticks.load(SeqCst) < 10 || apic_ticks.load(SeqCst) < 10 {
            asm!("hlt");
        }
    }
    print(format_args!("both timers tick"));
}

/// All base memory but the interrupt vectors and the BIOS's data; or these as well.
fn overwrite(firmware: bool) {
    let kib = bytes(0x413, 2);
    let end = u64::from(u16::from_le_bytes([kib[0], kib[1]])) * 1024;
    let top = 0xA0000;
    let end = if (0x80000..top).contains(&end) {
        end
    } else {
        top
    };
    bytes(0x500, end - 0x500).fill(0xCC);
    if firmware {
        bytes(0, 0x500).fill(0);
        bytes(end, top - end).fill(0);
        print(format_args!(
            "low memory and the firmware's data are overwritten"
        ));
    } else {
        print(format_args!("low memory is overwritten"));
    }
}

#[no_mangle]
extern "C" fn os_main(magic: u32, info: u32) -> ! {
    serial_init();
    let by_multiboot2 = magic == MULTIBOOT2_MAGIC;
    let loader = if by_multiboot2 { "multiboot2" } else { "PVH" };
    let levels = if cr4() & CR4_LA57 != 0 { 5 } else { 4 };
    let module = if by_multiboot2 {
        read_multiboot2
    } else {
        read_pvh
    }(info.into());
    print(format_args!(
        "started by {loader}, {levels} levels of page tables"
    ));
    set_place(option("at=").unwrap_or(MIB));
    back::find_way_back(keep(module));
    map(LAPIC, LAPIC_PHYSICAL, PAGE, UNCACHED);
    lapic_write(LAPIC_SVR, 0x1FF);
    start_cpus(option("cpus=").unwrap_or(0) as u32);
    unmap(ROOT_LOW); // all CPUs are in the upper half
    set_interrupt_stack();
    set_gates();
    start_timers();
    overwrite(option("lost=").is_some());
    if let Some(index) = option("panic=") {
        let byte = command_line()[rjload::OPTIONS_MAX + index as usize];
        print(format_args!("no panic, and a byte {byte}"));
    }
    back::back_to_linux(command_line())
}
