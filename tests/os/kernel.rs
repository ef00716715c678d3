// SPDX-License-Identifier: MIT
//! What the test system in Rust needs of its machine: page tables, the local APIC, and the functions
//! that man/rjpack-recipes.7 requires of a kernel.

use core::arch::asm;
use core::ptr::{addr_of, addr_of_mut};

pub use crate::serial::{halt, out8, print, serial_init};

pub const MIB: u64 = 0x10_0000;

/// Everything that is not the kernel itself is mapped here, at its physical address.
const WINDOW: u64 = 0xFFFF_8000_0000_0000;
const ROOT_WINDOW: usize = 256; // rows of the root
pub const ROOT_LOW: usize = 0;
pub const PAGE: u64 = 4096;
const PRESENT: u64 = 1;
const WRITE: u64 = 2;
pub const UNCACHED: u64 = 0x18;
const ADDRESS: u64 = 0x000F_FFFF_FFFF_F000;

/// The local APIC (SDM 3A, 11.4): it stays mapped.
pub const LAPIC_PHYSICAL: u64 = 0xFEE0_0000;
pub const LAPIC: u64 = 0xFFFF_FFFF_FEE0_0000;

#[repr(C, align(4096))]
pub struct Table([u64; 512]);

// Defined by the linker script and start.asm.
extern "C" {
    fn kernel_base(); // not a function: each symbol's address counts
    static mut pml4: Table;
}

static mut TABLES: [Table; 64] = {
    const EMPTY: Table = Table([0; 512]);
    [EMPTY; 64]
};
static mut TABLES_USED: usize = 0;
static mut PLACE: u64 = 0;

/// The physical address of what is in the kernel.
pub fn physical_of<T>(kernel: *const T) -> u64 {
    kernel as u64 - kernel_address(0)
}

/// Where the kernel sees its own memory.
pub fn kernel_address(physical: u64) -> u64 {
    kernel_base as *const u8 as u64 + physical
}

fn new_table() -> u64 {
    // SAFETY: only the boot CPU maps anything, and never in an interrupt.
    unsafe {
        let used = addr_of_mut!(TABLES_USED);
        assert!(*used < 64, "no memory for page tables");
        *used += 1;
        physical_of(addr_of!(TABLES[*used - 1]))
    }
}

/// The entry of the page table that maps an address; None if no table does, and none is to.
fn entry_of(address: u64, make: bool) -> Option<*mut u64> {
    // SAFETY: every table is one of the kernel's, which is mapped, and has 512 entries.
    unsafe {
        let mut table = addr_of_mut!(pml4).cast::<u64>();
        for shift in [39, 30, 21] {
            let entry = table.add((address >> shift & 511) as usize);
            if *entry & PRESENT == 0 {
                if !make {
                    return None;
                }
                *entry = new_table() | PRESENT | WRITE;
            }
            table = kernel_address(*entry & ADDRESS) as *mut u64;
        }
        Some(table.add((address >> 12 & 511) as usize))
    }
}

pub fn map(address: u64, physical: u64, size: u64, flags: u64) {
    let (first, end) = (address & !(PAGE - 1), address + size);
    let mut to = physical & !(PAGE - 1);
    for at in (first..end).step_by(PAGE as usize) {
        if let Some(entry) = entry_of(at, true) {
            // SAFETY: an entry of the kernel's tables.
            unsafe { *entry = to | flags | PRESENT | WRITE };
        }
        to += PAGE;
    }
}

/// Where physical memory can be read and written until the jump.
pub fn window(physical: u64, size: u64) -> *mut u8 {
    map(WINDOW + physical, physical, size, 0);
    (WINDOW + physical) as *mut u8
}

/// The same, as bytes that nobody else writes.
pub fn bytes(physical: u64, size: u64) -> &'static mut [u8] {
    // SAFETY: mapped; each caller asks for memory of its own.
    unsafe { core::slice::from_raw_parts_mut(window(physical, size), size as usize) }
}

/// Forgets what a row of the root maps.
pub fn unmap(row: usize) {
    // SAFETY: nobody uses what that row maps any longer.
    unsafe {
        *addr_of_mut!(pml4).cast::<u64>().add(row) = 0;
        asm!("mov {0}, cr3", "mov cr3, {0}", out(reg) _);
    }
}

pub fn cr4() -> u64 {
    let value;
    // SAFETY: reading it changes nothing.
    unsafe { asm!("mov {}, cr4", out(reg) value) }
    value
}

pub fn lapic_write(register: u64, value: u32) {
    // SAFETY: the local APIC is mapped here.
    unsafe { ((LAPIC + register) as *mut u32).write_volatile(value) }
}

/// The contract asks for no more than the image; here it gets no more.
fn check_map(image: u64, end: u64) {
    for at in (0..end + MIB).step_by(PAGE as usize) {
        // SAFETY: an entry of the kernel's tables.
        let is_mapped = entry_of(at, false).map_or(false, |entry| unsafe { *entry } & PRESENT != 0);
        assert!(
            is_mapped == (image <= at && at < end),
            "more or less than the image is mapped"
        );
    }
}

/// Where find_pages() finds memory.
pub fn set_place(at: u64) {
    // SAFETY: only the boot CPU runs.
    unsafe { PLACE = at };
}

pub fn find_pages(_size: u64) -> Option<u64> {
    // SAFETY: written once, before.
    Some(unsafe { PLACE })
}

pub fn map_pages(at: u64, size: u64) -> &'static mut [u8] {
    bytes(at, size)
}

pub fn identity_map(at: u64, size: u64) {
    unmap(ROOT_WINDOW);
    map(at, at, size, 0);
    check_map(at, at + size);
    let last = at + size - 1;
    print(format_args!("only {at:08X} to {last:08X} is mapped, jump"));
}
