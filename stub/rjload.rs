// SPDX-License-Identifier: MIT
//! Loads an rjpack image from memory and jumps to it, for kernels in Rust that run in 64-bit mode,
//! or in 32-bit mode with flat segments. `rjload.h` does the same in C.
//!
//! The crate is this file. It needs only `core`, allocates nothing, and does not panic. Name its
//! folder in the kernel's `Cargo.toml`, as in `rjload = { path = "/usr/share/rjpack/rjload" }`; or
//! copy the file into the kernel and compile it as a crate of its own.
//!
//! With the image's bytes in `file`:
//!
//! ```no_run
//! # fn find_pages(size: u64) -> u64 { size }
//! # fn map_pages(at: u64, size: u64) -> &'static mut [u8] { unreachable!("{at} {size}") }
//! # fn identity_map(_at: u64, _size: u64) {}
//! # fn start(file: &[u8]) -> Result<(), rjload::Error> {
//! let load = rjload::Load::open(file)?;
//! let physical = find_pages(load.memory()); // contiguous bytes
//! let ready = load.copy(map_pages(physical, load.memory()), physical, b"rj.drive=hd0")?;
//! identity_map(physical, load.memory());
//! unsafe { ready.jump() }
//! # }
//! ```
#![no_std]
#![deny(missing_docs, unsafe_op_in_unsafe_fn)]

use core::fmt;

/// An image and the memory that it needs consist of whole pages.
pub const PAGE: u64 = 0x1000;
/// The most bytes that options may have.
pub const OPTIONS_MAX: usize = 2047;

const MIB: u64 = 0x10_0000;
const FRONT: u64 = 1024; // no image is smaller
const ELF: u64 = 0x464C_457F;
const ELFCLASS64: u64 = 2;
const ELF_SEGMENT: u64 = 56; // a program header of ELF64; one of ELF32 is smaller
const LINUX: u64 = 0x5372_6448; // "HdrS"
const MAGIC: u64 = 0x0A0D_4B43_4150_4A52; // "RJPACK\r\n"
const CMD_LINE_PTR: u64 = 0x228; // in boot_params
#[cfg(target_arch = "x86_64")]
const ENTRY_64: u64 = 0x200; // Linux/x86 boot protocol, "64-bit boot protocol"

/// Why an image cannot be loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// The file ends before the image does.
    Cut,
    /// Neither ELF nor a Linux kernel, or not rjpack's.
    NoImage,
    /// Longer than [`OPTIONS_MAX`] bytes.
    Options,
    /// Not in whole pages between 1 MiB and 4 GiB, or less memory than the image needs.
    Place,
}

impl fmt::Display for Error {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Error::Cut => "the file ends before the image does",
            Error::NoImage => "not an image of rjpack",
            Error::Options => "the image's options are too long",
            Error::Place => "no place for an image",
        })
    }
}

/// The little-endian number of `size` bytes, at most 8, at an offset.
fn number(bytes: &[u8], at: u64, size: u64) -> Option<u64> {
    let bytes = part(bytes, at, size)?;
    Some(
        bytes
            .iter()
            .rfold(0, |sum, &byte| sum << 8 | u64::from(byte)),
    )
}

/// The bytes from `at` on, if there are as many.
fn part(bytes: &[u8], at: u64, size: u64) -> Option<&[u8]> {
    let from = bytes.get(usize::try_from(at).ok()?..)?;
    from.get(..usize::try_from(size).ok()?)
}

/// The same, to write to.
fn part_mut(bytes: &mut [u8], at: u64, size: u64) -> Option<&mut [u8]> {
    let from = bytes.get_mut(usize::try_from(at).ok()?..)?;
    from.get_mut(..usize::try_from(size).ok()?)
}

/// Where a header says that the image is, in bytes.
struct Span {
    at: u64,
    size: u64,
    memory: u64,
}

/// The image is the segment of an ELF file.
fn elf_span(file: &[u8]) -> Option<Span> {
    let word = if number(file, 4, 1)? == ELFCLASS64 {
        8
    } else {
        4
    };
    let at = number(file, if word == 8 { 32 } else { 28 }, word)?; // e_phoff
    let header = part(file, at, ELF_SEGMENT)?;
    Some(Span {
        at: number(header, word, word)?,         // p_offset
        size: number(header, word * 4, word)?,   // p_filesz
        memory: number(header, word * 5, word)?, // p_memsz
    })
}

/// The image is all of a Linux kernel after its setup sectors.
fn linux_span(file: &[u8]) -> Option<Span> {
    Some(Span {
        at: (number(file, 0x1F1, 1)? + 1) * 512, // setup_sects
        size: number(file, 0x1F4, 4)? * 16,      // syssize
        memory: number(file, 0x260, 4)?,         // init_size
    })
}

/// An image in a file, found by [`Load::open`].
#[derive(Clone, Copy, Debug)]
pub struct Load<'a> {
    image: &'a [u8],
    params: u64,
}

impl<'a> Load<'a> {
    /// Finds the image. Does not trust anything in the file. (The image checks its own checksums.)
    ///
    /// # Errors
    ///
    /// [`Error::Cut`], [`Error::NoImage`].
    pub fn open(file: &'a [u8]) -> Result<Self, Error> {
        part(file, 0, FRONT).ok_or(Error::Cut)?;
        let span = if number(file, 0, 4) == Some(ELF) {
            elf_span(file)
        } else if number(file, 0x202, 4) == Some(LINUX) {
            linux_span(file)
        } else {
            return Err(Error::NoImage);
        };
        let span = span.ok_or(Error::Cut)?;
        let image = part(file, span.at, span.size).ok_or(Error::Cut)?;
        if span.size < FRONT
            || span.memory < span.size
            || span.memory > u64::from(u32::MAX)
            || number(image, 8, 8) != Some(MAGIC)
        {
            return Err(Error::NoImage);
        }
        // at most 4 GiB
        let params = (span.memory + PAGE - 1) / PAGE * PAGE;
        Ok(Load { image, params })
    }

    /// How many bytes to find and to map, in whole pages.
    #[must_use]
    pub fn memory(&self) -> u64 {
        self.params + 2 * PAGE
    }

    /// The image in the file.
    #[must_use]
    pub fn image(&self) -> &'a [u8] {
        self.image
    }

    /// The offset in memory of `boot_params`, a page; a page with the options follows. A kernel may
    /// fill in the memory map, `screen_info` and the RSDP's address between copy and jump.
    #[must_use]
    pub fn params(&self) -> u64 {
        self.params
    }

    /// Copies the image to the address `physical`, where `mapped` is, of which it uses the first
    /// [`memory()`](Load::memory) bytes. The options end at the first 0, if there is one; they may
    /// be empty.
    ///
    /// # Errors
    ///
    /// [`Error::Place`], [`Error::Options`]; then nothing is written.
    pub fn copy(&self, mapped: &mut [u8], physical: u64, options: &[u8]) -> Result<Ready, Error> {
        let ready = Ready::at(physical, self).ok_or(Error::Place)?;
        let place = part_mut(mapped, 0, self.memory()).ok_or(Error::Place)?;
        let options = options.split(|&byte| byte == 0).next().unwrap_or(&[]);
        if options.len() > OPTIONS_MAX {
            return Err(Error::Options);
        }
        self.fill(place, physical, options).ok_or(Error::Place)?;
        Ok(ready)
    }

    /// Writes all bytes of `place`, as large as [`memory()`](Load::memory).
    fn fill(&self, place: &mut [u8], physical: u64, options: &[u8]) -> Option<()> {
        let line = self.params + PAGE;
        put(place, 0, self.image)?;
        place.get_mut(self.image.len()..)?.fill(0);
        if !options.is_empty() {
            let address = u32::try_from(physical + line).ok()?; // cmd_line_ptr
            put(place, self.params + CMD_LINE_PTR, &address.to_le_bytes())?;
            put(place, line, options)?;
        }
        Some(())
    }
}

/// Copies bytes to `at`, if there is room for them.
fn put(to: &mut [u8], at: u64, bytes: &[u8]) -> Option<()> {
    part_mut(to, at, u64::try_from(bytes.len()).ok()?)?.copy_from_slice(bytes);
    Some(())
}

/// An image in its place, from [`Load::copy`]. It borrows nothing, so that a kernel can keep it for
/// its panic handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ready {
    image: u32,
    params: u32,
}

impl Ready {
    fn at(physical: u64, load: &Load<'_>) -> Option<Self> {
        let last = physical.checked_add(load.memory() - 1)?;
        if physical % PAGE != 0 || physical < MIB || last > u64::from(u32::MAX) {
            return None;
        }
        Some(Ready {
            image: u32::try_from(physical).ok()?,
            params: u32::try_from(physical + load.params).ok()?,
        })
    }

    /// Enters the image by the Linux/x86 boot protocol, with `boot_params` in RSI or ESI.
    ///
    /// # Safety
    ///
    /// At the time of the jump
    ///  - the bytes that [`Load::copy`] wrote are as it left them, but for `boot_params`, mapped
    ///    to their physical address, writable and executable by the kernel, and no device writes to
    ///    them; nothing else need be mapped, not even the first MiB;
    ///  - no NMI or machine check occurs; CET's branch tracking is off; this is the boot CPU, or
    ///    any CPU with an image packed with `--bios auto` or `own`; no other CPU is in VMX
    ///    operation, which blocks INIT (SDM 3C, "Restrictions on VMX Operation"); here the 64-bit
    ///    entry executes VMXOFF itself;
    ///  - interrupt vectors and BIOS data (0 to 4FFh), EBDA and ROMs are as the firmware left them.
    ///    An image with a snapshot (`rjpack --restore`) restores these, except the ROMs.
    ///
    /// Everything else may be as the kernel set it up: other CPUs and interrupts on, timers,
    /// interrupt controllers, IOMMU, display, control registers and MSRs set, paging of any kind,
    /// the rest of memory overwritten.
    #[cfg(target_arch = "x86_64")]
    pub unsafe fn jump(self) -> ! {
        // SAFETY: the caller says that the image is there, and it does not return.
        unsafe {
            core::arch::asm!(
                "cli",
                "cld",
                "jmp rdi",
                in("rax") 0u64,
                in("rdi") u64::from(self.image) + ENTRY_64,
                in("rsi") u64::from(self.params),
                options(noreturn)
            )
        }
    }

    /// Enters the image by the Linux/x86 boot protocol, with `boot_params` in ESI.
    ///
    /// # Safety
    ///
    /// As in 64-bit mode.
    #[cfg(target_arch = "x86")]
    pub unsafe fn jump(self) -> ! {
        // SAFETY: the caller says that the image is there, and it does not return. The compiler has
        // a use of its own for ESI, and lets nobody name it.
        unsafe {
            core::arch::asm!(
                "cli",
                "cld",
                "mov esi, edx",
                "jmp ecx",
                in("eax") 0u32,
                in("ecx") self.image,
                in("edx") self.params,
                options(noreturn)
            )
        }
    }
}
