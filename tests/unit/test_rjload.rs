// SPDX-License-Identifier: MIT
//! The crate for kernels in Rust, on images of every container: the cases of test_rjload.c, each
//! compared with what rjload.h says. RJLOAD_IMAGES names the images; the first is the universal one.

use rjload::{Error, Load, OPTIONS_MAX, PAGE};
use std::ffi::{c_void, CString};
use std::os::raw::{c_char, c_int};
use std::ptr::null;

const FOUR_GIB: u64 = 1 << 32;
const MIB: u64 = 1 << 20;
const MUTATIONS: usize = 200_000;
const STUB_MAGIC: usize = 8; // its offset in the image
const SETUP_HEADER: usize = 0x1F1; // where that of a Linux kernel begins
const CMD_LINE_PTR: usize = 0x228;

/// struct rj_load.
#[repr(C)]
struct CLoad {
    memory: u64,
    image: *const u8,
    size: u64,
    params: u64,
}

extern "C" {
    fn shim_open(load: *mut CLoad, file: *const c_void, size: u64) -> c_int;
    fn shim_copy(load: *const CLoad, to: *mut c_void, at: u64, options: *const c_char) -> c_int;
}

/// The value of enum rj_load_error.
fn code<T>(result: &Result<T, Error>) -> c_int {
    match result {
        Ok(_) => 0,
        Err(Error::Cut) => 1,
        Err(Error::NoImage) => 2,
        Err(Error::Options) => 3,
        Err(Error::Place) => 4,
    }
}

fn opened_in_c(file: &[u8]) -> (c_int, CLoad) {
    let mut load = CLoad {
        memory: 0,
        image: null(),
        size: 0,
        params: 0,
    };
    // SAFETY: the structure and the bytes live as long as the call.
    let error = unsafe { shim_open(&mut load, file.as_ptr().cast(), file.len() as u64) };
    (error, load)
}

/// The result of opening a file, which is that of the header, too.
fn opened(file: &[u8]) -> Result<Load<'_>, Error> {
    let result = Load::open(file);
    let (error, c) = opened_in_c(file);
    assert_eq!(code(&result), error);
    if let Ok(load) = &result {
        assert!(file.as_ptr_range().start <= load.image().as_ptr());
        assert!(load.image().as_ptr_range().end <= file.as_ptr_range().end);
        assert_eq!(load.image().as_ptr(), c.image);
        assert_eq!(load.image().len() as u64, c.size);
        assert_eq!((load.memory(), load.params()), (c.memory, c.params));
        assert!(load.params() >= c.size && load.params() <= FOUR_GIB);
        assert_eq!(load.memory() - load.params(), 2 * PAGE);
        assert_eq!(load.memory() % PAGE, 0);
    }
    result
}

/// Copies to memory full of garbage, as the header does.
fn copied(load: &Load, file: &[u8], at: u64, options: &[u8]) -> Result<Vec<u8>, Error> {
    let mut memory = vec![0xA5; load.memory() as usize];
    let mut same = memory.clone();
    let result = load.copy(&mut memory, at, options);
    let text = CString::new(options).unwrap();
    let text = if options.is_empty() {
        null()
    } else {
        text.as_ptr()
    };
    let (_, c) = opened_in_c(file);
    // SAFETY: `same` has as many bytes as both ask for.
    let error = unsafe { shim_copy(&c, same.as_mut_ptr().cast(), at, text) };
    assert_eq!(code(&result), error);
    if result.is_ok() {
        assert!(memory == same);
    } else {
        assert!(memory.iter().all(|&byte| byte == 0xA5));
    }
    result.map(|_| memory)
}

struct Random(u64);

impl Random {
    /// Less than `limit`.
    fn next(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) as usize % limit
    }
}

/// The images, and the universal one without its ELF header.
fn images() -> Vec<Vec<u8>> {
    let names = std::env::var("RJLOAD_IMAGES").expect("RJLOAD_IMAGES names no images");
    let mut files: Vec<Vec<u8>> = names
        .split(':')
        .map(|name| std::fs::read(name).expect(name))
        .collect();
    assert!(files.len() >= 5, "{names}: not every container");
    let mut linux = files[0].clone();
    linux[..SETUP_HEADER].fill(0);
    files.push(linux);
    files
}

/// Where the image is in the file.
fn offset(file: &[u8]) -> usize {
    let load = opened(file).unwrap();
    load.image().as_ptr() as usize - file.as_ptr() as usize
}

/// All that the crate looks at.
fn front(file: &[u8]) -> usize {
    offset(file) + STUB_MAGIC + 8
}

#[test]
fn is_cut() {
    for file in images() {
        let (front, whole) = (
            front(&file),
            offset(&file) + opened(&file).unwrap().image().len(),
        );
        let sizes = (0..front)
            .chain((front..whole).step_by(61))
            .chain([whole - 1]);
        for size in sizes {
            assert_eq!(
                opened(&file[..size]).err(),
                Some(Error::Cut),
                "{size} bytes"
            );
        }
        assert!(opened(&file[..whole]).is_ok());
    }
}

#[test]
fn is_no_image() {
    for mut file in images() {
        let magic = offset(&file) + STUB_MAGIC;
        for at in magic..magic + 8 {
            file[at] ^= 0x20;
            assert_eq!(opened(&file).err(), Some(Error::NoImage));
            file[at] ^= 0x20;
        }
        assert_eq!(opened(&vec![0; front(&file)]).err(), Some(Error::NoImage));
    }
}

/// Every value of one byte at each place of the front; then some at many.
#[test]
fn is_mutated() {
    let mut random = Random(1);
    for mut file in images() {
        let front = front(&file);
        for at in 0..front {
            let was = file[at];
            for value in (0..=255).step_by(15) {
                file[at] = value;
                let _ = (opened(&file[..front]), opened(&file));
            }
            file[at] = was;
        }
        for _ in 0..MUTATIONS {
            let mut bytes = file[..front + random.next(front)].to_vec();
            for _ in 0..=random.next(8) {
                bytes[random.next(front)] = random.next(256) as u8;
            }
            let _ = opened(&bytes);
        }
    }
}

#[test]
fn is_copied() {
    for file in images() {
        let load = opened(&file).unwrap();
        let top = FOUR_GIB - load.memory();
        let places = [
            0,
            0xFF000,
            0x10_0800,
            FOUR_GIB,
            0u64.wrapping_sub(PAGE),
            top + PAGE,
        ];
        for at in places {
            assert_eq!(
                copied(&load, &file, at, b"").err(),
                Some(Error::Place),
                "{at:X}"
            );
        }
        let memory = copied(&load, &file, top, b"").unwrap();
        assert!(memory.starts_with(load.image()));
        assert!(memory[load.image().len()..].iter().all(|&byte| byte == 0));
    }
}

#[test]
fn takes_options() {
    let options = [b'x'; OPTIONS_MAX + 1];
    for file in images() {
        let load = opened(&file).unwrap();
        let long = copied(&load, &file, MIB, &options);
        assert_eq!(long.err(), Some(Error::Options));
        let memory = copied(&load, &file, MIB, &options[1..]).unwrap();
        let pointer = load.params() as usize + CMD_LINE_PTR;
        let pointer = u32::from_le_bytes(memory[pointer..pointer + 4].try_into().unwrap());
        let line = &memory[pointer as usize - MIB as usize..];
        assert!(line.starts_with(&options[1..]) && line[OPTIONS_MAX] == 0);
    }
}

/// What a slice can be and a C string cannot.
#[test]
fn takes_slices() {
    let file = &images()[0];
    let load = opened(file).unwrap();
    let size = load.memory() as usize;
    let mut memory = vec![0xA5; size + 1];
    assert_eq!(
        load.copy(&mut memory[..size - 1], MIB, b""),
        Err(Error::Place)
    );
    assert_eq!(load.copy(&mut [], MIB, b""), Err(Error::Place));
    let ready = load.copy(&mut memory, MIB, b"rj.drive=hd1\0never seen");
    assert!(ready.is_ok());
    assert_eq!(
        memory[..size],
        copied(&load, file, MIB, b"rj.drive=hd1").unwrap()
    );
    assert_eq!(memory[size], 0xA5);
}

/// Fields of ELF64 by their offsets, with values that none may have.
#[test]
fn wrong_elf_fields() {
    let mut file = images().swap_remove(0);
    let at = offset(&file) as u64;
    let whole = offset(&file) + opened(&file).unwrap().image().len();
    file[whole - 56..whole].fill(0); // a segment of 0 bytes
    let rows: [(usize, u64, Option<Error>); 14] = [
        (32, u64::MAX, Some(Error::Cut)), // e_phoff
        (32, u64::MAX - 55, Some(Error::Cut)),
        (32, whole as u64 - 55, Some(Error::Cut)),
        (32, whole as u64 - 56, Some(Error::NoImage)),
        (64 + 8, u64::MAX, Some(Error::Cut)), // p_offset
        (64 + 8, 0, Some(Error::NoImage)),
        (64 + 8, at + 16, Some(Error::Cut)),
        (64 + 32, u64::MAX, Some(Error::Cut)), // p_filesz
        (64 + 32, at.wrapping_neg(), Some(Error::Cut)),
        (64 + 32, 1023, Some(Error::NoImage)),
        (64 + 40, 1024, Some(Error::NoImage)), // p_memsz
        (64 + 40, FOUR_GIB, Some(Error::NoImage)),
        (64 + 40, u64::MAX, Some(Error::NoImage)),
        (64 + 40, FOUR_GIB - 1, None), // there is no room for this
    ];
    for (field, value, error) in rows {
        let was: [u8; 8] = file[field..field + 8].try_into().unwrap();
        file[field..field + 8].copy_from_slice(&value.to_le_bytes());
        assert_eq!(opened(&file[..whole]).err(), error, "{field}: {value:X}");
        file[field..field + 8].copy_from_slice(&was);
    }
    // no image is larger than the memory below 4 GiB
    file[64 + 40..64 + 48].copy_from_slice(&(FOUR_GIB - 1).to_le_bytes());
    let load = opened(&file).unwrap();
    assert_eq!(load.copy(&mut [], MIB, b""), Err(Error::Place));
}

#[test]
fn says_what_is_wrong() {
    let errors = [Error::Cut, Error::NoImage, Error::Options, Error::Place];
    let texts: std::collections::HashSet<_> = errors.iter().map(Error::to_string).collect();
    assert_eq!(texts.len(), errors.len());
}
