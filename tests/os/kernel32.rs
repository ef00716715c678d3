// SPDX-License-Identifier: MIT
//! The 32-bit system of kernel32.c in Rust, with the manual's way back: when it jumps, only its own
//! page and the image's are mapped.
#![no_std]
#![no_main]

mod back {
    include!(env!("BACK_RS")); // the manual's
}
mod serial;

use core::slice;
use serial::{print, serial_init};

const TAG_END: u32 = 0; // Multiboot2 specification 2.0, 3.6
const TAG_MODULE: u32 = 3;

/// The functions that man/rjpack-recipes.7 requires of a kernel.
mod kernel {
    pub use crate::serial::{halt, print};
    use core::arch::asm;
    use core::ptr::addr_of_mut;
    use core::slice;

    const IMAGE: u32 = 0x200_0000;
    const KERNEL: u32 = 0x100_0000; // as tests/os/meson.build links it
    const LARGE_PAGE: u32 = 0x40_0000;
    const PDE_LARGE: u32 = 0x83; // present, writable, 4 MiB (SDM 3A, 4.3)
    const CR4_PSE: u32 = 0x10;
    const CR0_VALUE: u32 = 0x8001_0011; // PG, WP, ET, PE

    #[repr(C, align(4096))]
    struct Directory([u32; 1024]);

    static mut DIRECTORY: Directory = Directory([0; 1024]);

    pub fn find_pages(_size: u64) -> Option<u64> {
        Some(IMAGE.into())
    }

    pub fn map_pages(at: u64, size: u64) -> &'static mut [u8] {
        // SAFETY: paging is off; nobody else uses this memory.
        unsafe { slice::from_raw_parts_mut(at as *mut u8, size as usize) }
    }

    pub fn identity_map(at: u64, size: u64) {
        let last = (at + size - 1) as u32;
        // SAFETY: only this CPU runs, with interrupts off, in the kernel's page.
        unsafe {
            let directory = addr_of_mut!(DIRECTORY);
            for page in (at as u32 / LARGE_PAGE..=last / LARGE_PAGE).chain([KERNEL / LARGE_PAGE]) {
                (*directory).0[page as usize] = page * LARGE_PAGE | PDE_LARGE;
            }
            asm!("mov cr4, {}", "mov cr3, {}", "mov cr0, {}",
                 in(reg) CR4_PSE, in(reg) directory, in(reg) CR0_VALUE);
        }
        print(format_args!("only {at:08X} to {last:08X} is mapped, jump"));
    }
}

/// The number at an address.
fn dword(at: u32) -> u32 {
    // SAFETY: paging is off, and any value will do.
    unsafe { (at as *const u32).read_unaligned() }
}

/// The bytes of the first module.
fn find_module(info: u32) -> &'static [u8] {
    let mut tag = info + 8;
    while dword(tag) != TAG_MODULE {
        assert!(dword(tag) != TAG_END, "the loader has brought no image");
        tag += (dword(tag + 4) + 7) & !7;
    }
    let (from, end) = (dword(tag + 8), dword(tag + 12));
    // SAFETY: the loader has put it there, and nothing else.
    unsafe { slice::from_raw_parts(from as *const u8, (end - from) as usize) }
}

#[no_mangle]
extern "C" fn kernel_main(info: u32) -> ! {
    serial_init();
    print(format_args!("started in 32-bit mode"));
    back::find_way_back(find_module(info));
    back::back_to_linux(b"rj.drive=hd1")
}
