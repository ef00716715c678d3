// SPDX-License-Identifier: MIT
//! Ports and the console of the test systems in Rust.

use core::arch::asm;
use core::fmt::{self, Write};

const COM1: u16 = 0x3F8;
const EXIT_PORT: u16 = 0xF4; // QEMU's isa-debug-exit

pub fn out8(port: u16, value: u8) {
    // SAFETY: no device that is written to here writes to memory.
    unsafe { asm!("out dx, al", in("dx") port, in("al") value) }
}

fn in8(port: u16) -> u8 {
    let value;
    // SAFETY: only COM1 is read.
    unsafe { asm!("in al, dx", in("dx") port, out("al") value) }
    value
}

pub fn serial_init() {
    out8(COM1 + 3, 0x80);
    out8(COM1, 1); // 115200 baud
    out8(COM1 + 1, 0);
    out8(COM1 + 3, 3); // 8 bits, no parity
}

struct Serial;

impl Write for Serial {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            while in8(COM1 + 5) & 0x20 == 0 {}
            out8(COM1, byte);
        }
        Ok(())
    }
}

/// Prints a line on the serial port.
pub fn print(text: fmt::Arguments) {
    let _ = writeln!(Serial, "os: {text}");
}

pub fn halt() -> ! {
    out8(EXIT_PORT, 1);
    loop {
        // SAFETY: there is nothing left to do.
        unsafe { asm!("cli", "hlt") }
    }
}
