/* SPDX-License-Identifier: MIT */
/*
 * The C structures' offsets and the enumerations for NASM. This file is compiled, and
 * constants.sh makes a NASM definition of each object in it, whose size is the value + 1.
 */
#include <stddef.h>

#include "abi/bios.h"
#include "abi/boot_params.h"
#include "abi/manifest.h"
#include "abi/services.h"
#include "bios/bios.h"
#include "common/bda.h"
#include "common/safe_hook.h"
#include "drivers/driver.h"
#include "install/inflate_fast.h"
#include "int13/flat.h"
#include "int13/int13.h"
#include "int13/int15.h"
#include "repairs/i8042.h"

#define CONSTANT(name, value) extern char name[(value) + 1]; char name[(value) + 1];
#define OFFSET(name, type, field) CONSTANT(name, offsetof(struct type, field))

CONSTANT(KIND_DRIVER, RJ_MODULE_DRIVER)
CONSTANT(KIND_TOOL, RJ_MODULE_TOOL)
CONSTANT(KIND_RESIDENT, RJ_MODULE_RESIDENT)

OFFSET(MANIFEST_IMAGE_SIZE, rj_manifest, image_size)

OFFSET(BOOT_PARAMS_INITRD, boot_params, header.ramdisk_image)
OFFSET(BOOT_PARAMS_INITRD_SIZE, boot_params, header.ramdisk_size)
OFFSET(BOOT_PARAMS_INITRD_HIGH, boot_params, initrd_high)
OFFSET(BOOT_PARAMS_INITRD_SIZE_HIGH, boot_params, initrd_size_high)
OFFSET(BOOT_PARAMS_COMMAND_LINE, boot_params, header.cmd_line_ptr)
OFFSET(BOOT_PARAMS_COMMAND_LINE_HIGH, boot_params, command_line_high)
OFFSET(BOOT_PARAMS_SCRATCH, boot_params, scratch)
OFFSET(BOOT_PARAMS_E820_COUNT, boot_params, e820_count)
OFFSET(BOOT_PARAMS_E820, boot_params, e820)
OFFSET(MEMORY_SIZE, rj_memory, size)
OFFSET(MEMORY_TYPE, rj_memory, type)
CONSTANT(MEMORY_ENTRY, sizeof(struct rj_memory))
CONSTANT(MEMORY_FREE, RJ_MEMORY_FREE)

OFFSET(REGS_EFLAGS, rj_regs, eflags)
OFFSET(REGS_ESP, rj_regs, esp)
OFFSET(REGS_IP, rj_regs, ip)
OFFSET(BIOS_REGS_EAX, bios_regs, eax)
OFFSET(BIOS_REGS_EBX, bios_regs, ebx)
OFFSET(BIOS_REGS_ECX, bios_regs, ecx)
OFFSET(BIOS_REGS_EDX, bios_regs, edx)
OFFSET(BIOS_REGS_ESI, bios_regs, esi)
OFFSET(BIOS_REGS_EDI, bios_regs, edi)
OFFSET(BIOS_REGS_DS, bios_regs, ds)
OFFSET(BIOS_REGS_ES, bios_regs, es)
OFFSET(BIOS_REGS_CARRY, bios_regs, carry)
CONSTANT(BIOS_REGS_SIZE, sizeof(struct bios_regs))

OFFSET(FLAT_BASE, rj_flat, base)
OFFSET(FLAT_PAGE_TABLES, rj_flat, page_tables)
CONSTANT(FLAT_SIZE, sizeof(struct rj_flat))

OFFSET(FAST_HOLD, inflate_fast, hold)
OFFSET(FAST_COUNT, inflate_fast, count)
OFFSET(FAST_NEXT, inflate_fast, next)
OFFSET(FAST_LIMIT, inflate_fast, limit)
OFFSET(FAST_TO_LIMIT, inflate_fast, to_limit)
OFFSET(FAST_STOP, inflate_fast, stop)
OFFSET(FAST_TO, inflate_fast, to)
OFFSET(FAST_START, inflate_fast, start)
OFFSET(FAST_ENTRY, inflate_fast, entry)
OFFSET(FAST_DISTANCES, inflate_fast, distances)
OFFSET(FAST_LITERALS, inflate_fast, literals)
CONSTANT(LITERAL_INDEX, LITERAL_BITS)
CONSTANT(RATIO_SHIFT, INFLATE_RATIO_SHIFT)
CONSTANT(ENTRY_LENGTH, INFLATE_LENGTH)
CONSTANT(ENTRY_RARE, INFLATE_RARE)
CONSTANT(ENTRY_END, INFLATE_END)
CONSTANT(ENTRY_BAD, INFLATE_BAD)

OFFSET(INT13_HARD_DISKS, rj_int13, hard_disks)
OFFSET(INT13_FLOPPIES, rj_int13, floppies)
OFFSET(INT13_RAM_END, rj_int13, ram_end)
OFFSET(INT13_BUSY, rj_int13, busy)
OFFSET(INT13_MAP, rj_int13, map)
OFFSET(INT13_CHANGES, rj_int13, changes)

OFFSET(INT15_COUNT, rj_int15, count)
OFFSET(INT15_TABLE, rj_int15, table)
OFFSET(INT15_KIB_88, rj_int15, kib_88)
OFFSET(INT15_KIB_ABOVE_1M, rj_int15, kib_above_1m)
OFFSET(INT15_BLOCKS_ABOVE_16M, rj_int15, blocks_above_16m)
CONSTANT(INT15_SIZE, sizeof(struct rj_int15))

OFFSET(UNIT_SECTORS, rj_unit, disk.sectors)
OFFSET(UNIT_FLAGS, rj_unit, disk.flags)
OFFSET(UNIT_CONTEXT, rj_unit, disk.context)
OFFSET(UNIT_SECTOR_SHIFT, rj_unit, sector_shift)
OFFSET(UNIT_CYLINDERS, rj_unit, cylinders)
OFFSET(UNIT_HEADS, rj_unit, heads)
OFFSET(UNIT_SECTORS_PER_TRACK, rj_unit, sectors_per_track)
CONSTANT(UNIT_SIZE, sizeof(struct rj_unit))

CONSTANT(DISK_FLOPPY, RJ_DISK_FLOPPY)
CONSTANT(STATUS_NOT_READY, RJ_DISK_NOT_READY)

OFFSET(CALL_FLAGS, call, flags)
CONSTANT(CALL_CARRY, FLAG_CARRY)
CONSTANT(CALL_ZERO, FLAG_ZERO)
CONSTANT(ACTION_BREAK, KEY_BREAK)
CONSTANT(ACTION_PRINT, KEY_PRINT)
CONSTANT(ACTION_SYSTEM, KEY_SYSTEM)
CONSTANT(ACTION_RESET, KEY_RESET)
CONSTANT(ACTION_PAUSE, KEY_PAUSE)
CONSTANT(APIC_VECTOR, APIC_TIMER_VECTOR)
CONSTANT(BDA_SEGMENT, BDA >> 4)
CONSTANT(SHIFT_FLAGS, BDA_OFFSET(BDA_SHIFT_FLAGS))
CONSTANT(KEYS_HEAD, BDA_OFFSET(BDA_KEYS_HEAD))
CONSTANT(KEYS_TAIL, BDA_OFFSET(BDA_KEYS_TAIL))
CONSTANT(KEYS_FROM, BDA_OFFSET(BDA_KEYS_START))
CONSTANT(KEYS_TO, BDA_OFFSET(BDA_KEYS_END))
CONSTANT(TICKS, BDA_OFFSET(BDA_TICKS))
CONSTANT(MIDNIGHT, BDA_OFFSET(BDA_MIDNIGHT))
CONSTANT(TICKS_A_DAY, TICKS_IN_A_DAY)
OFFSET(BIOS_TICKS_PER_MS, rj_bios, ticks_per_ms)
OFFSET(BIOS_UART, rj_bios, uart)
OFFSET(BIOS_CELLS, rj_bios, cells)
OFFSET(BIOS_POLLS_TICKS, rj_bios, polls_ticks)
OFFSET(BIOS_POLLS_KEYS, rj_bios, polls_keys)
OFFSET(BIOS_MIRRORS, rj_bios, mirrors)
OFFSET(TEXT_CELLS, rj_text, cells)
OFFSET(RESET_PORT, rj_resetter, by.port)
OFFSET(RESET_ADDRESS, rj_resetter, by.address)
OFFSET(RESET_VALUE, rj_resetter, by.value)
OFFSET(RESET_IS_CONFIG, rj_resetter, by.is_config)
OFFSET(RESET_DELAY, rj_resetter, delay)
CONSTANT(KEYBOARD_DATA, I8042_DATA)
CONSTANT(KEYBOARD_COMMAND, I8042_COMMAND)   /* read: status */
