/* SPDX-License-Identifier: MIT */
/*
 * An operating system that does what makes the way back hard, and no more: it runs in
 * the last 2 GiB of the address space and maps the rest when it needs it, starts the
 * other CPUs, takes interrupts of two timers, writes over all base memory that is free. Then it starts an rjpack image that its loader has brought along, by rjload.h.
 *
 * Words on its command line, numbers in hexadecimal:
 *	at=N	the image's address, 1 MiB if there is none
 *	cpus=N	how many other CPUs there are
 *	lost=1	the firmware's data is overwritten, too
 *	panic=1	the system panics when it would be done
 *	rj....	for the image
 */
#include <stdbool.h>
#include <stddef.h>

#include "kernel.h"
#include "rjload.h"

#define MULTIBOOT2_MAGIC 0x36D76289u    /* in EAX; Multiboot2 specification 2.0, 3.3 */
#define PVH_MAGIC        0x336EC578u    /* Xen, include/public/arch-x86/hvm/start_info.h */
#define COM1             0x3F8
#define EXIT_PORT        0xF4           /* QEMU's isa-debug-exit */
#define TRAMPOLINE       0x8000u        /* where other CPUs start */
#define MIB              0x100000u

/* Everything that is not the kernel itself is mapped here, at its physical address. */
#define WINDOW           0xFFFF800000000000ull
#define ROOT_WINDOW      256            /* rows of the root */
#define ROOT_LOW         0
#define PAGE             4096ull
#define PTE_PRESENT      0x001u
#define PTE_WRITE        0x002u
#define PTE_UNCACHED     0x018u
#define PTE_ADDRESS      0x000FFFFFFFFFF000ull
#define TABLES           64
#define CR4_LA57         0x1000u

/* The local APIC (SDM 3A, 11.4): it stays mapped. */
#define LAPIC_PHYSICAL   0xFEE00000u
#define LAPIC            0xFFFFFFFFFEE00000ull
#define LAPIC_TPR        0x080
#define LAPIC_SVR        0x0F0
#define LAPIC_ICR        0x300
#define LAPIC_TIMER      0x320
#define LAPIC_LINT0      0x350
#define LAPIC_COUNT      0x380
#define LAPIC_DIVIDE     0x3E0
#define PIT_VECTOR       0x20u
#define APIC_VECTOR      0x40u
#define SPURIOUS_VECTOR  0xFFu           /* of the local APIC, as SVR has it */
#define VECTORS          256

struct module {
	uint64_t address, size;
};

struct gate {
	uint16_t offset_0, selector, type, offset_16;
	uint32_t offset_32, zero;
};

/* Defined by the linker script and start.asm. */
extern char kernel_base[], kernel_low[], kernel_end[];
extern const uint8_t trampoline[], trampoline_end[];
extern uint64_t pml4[512];
extern volatile uint32_t other_cpus, counter, pit_ticks, apic_ticks;
void pit_interrupt(void);
void apic_interrupt(void);
void left_interrupt(void);
void spurious_interrupt(void);
_Noreturn void kernel_main(uint32_t magic, uint32_t info);
void *memcpy(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);

static uint64_t tables[TABLES][512] __attribute__((aligned(4096)));
static unsigned tables_used;
static struct gate idt[VECTORS];
static char command_line[RJ_LOAD_OPTIONS_MAX + 1];

static void out8(uint16_t port, unsigned value)
{
	__asm__ volatile("outb %0, %1" : : "a"((uint8_t)value), "Nd"(port));
}

static uint8_t in8(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

void *memcpy(void *to, const void *from, size_t size)
{
	void *at = to;

	__asm__ volatile("rep movsb" : "+D"(at), "+S"(from), "+c"(size) : : "memory");
	return to;
}

void *memset(void *to, int value, size_t size)
{
	void *at = to;

	__asm__ volatile("rep stosb" : "+D"(at), "+c"(size) : "a"(value) : "memory");
	return to;
}

static void serial_init(void)
{
	out8(COM1 + 3, 0x80);
	out8(COM1, 1);                  /* 115200 baud */
	out8(COM1 + 1, 0);
	out8(COM1 + 3, 3);              /* 8 bits, no parity */
}

void print(const char *text)
{
	for (; *text; text++) {
		while (!(in8(COM1 + 5) & 0x20))
			;
		out8(COM1, (unsigned char)*text);
	}
}

static void print_number(uint64_t value)
{
	char text[2] = "";

	for (int shift = 28; shift >= 0; shift -= 4) {
		text[0] = "0123456789ABCDEF"[value >> shift & 15];
		print(text);
	}
}

_Noreturn void halt(void)
{
	print("\n");
	out8(EXIT_PORT, 1);
	for (;;)
		__asm__ volatile("cli; hlt");
}

/* The physical address of what is in the kernel. */
static uint64_t physical_of(const void *kernel)
{
	return (uint64_t)((const char *)kernel - kernel_base);
}

/* The entry of the page table that maps an address; NULL if no table does, and none is to. */
static uint64_t *entry_of(uint64_t address, bool make)
{
	uint64_t *table = pml4;

	for (unsigned shift = 39; shift > 12; shift -= 9) {
		uint64_t *entry = &table[address >> shift & 511];

		if (!(*entry & PTE_PRESENT)) {
			if (!make)
				return NULL;
			if (tables_used == TABLES)
				panic("no memory for page tables");
			*entry = physical_of(tables[tables_used++]) | PTE_PRESENT | PTE_WRITE;
		}
		table = (uint64_t *)(kernel_base + (*entry & PTE_ADDRESS));
	}
	return &table[address >> 12 & 511];
}

static void map(uint64_t address, uint64_t physical, uint64_t size, uint64_t flags)
{
	uint64_t end = address + size;

	physical &= ~(PAGE - 1);
	for (address &= ~(PAGE - 1); address < end; address += PAGE, physical += PAGE)
		*entry_of(address, true) = physical | flags | PTE_PRESENT | PTE_WRITE;
}

/* Where it can be read and written until the jump. */
static void *window(uint64_t physical, uint64_t size)
{
	map(WINDOW + physical, physical, size, 0);
	return (void *)(WINDOW + physical);
}

static uint64_t cr4(void)
{
	uint64_t value;

	__asm__ volatile("mov %%cr4, %0" : "=r"(value));
	return value;
}

/* Forgets what a row of the root maps. */
static void unmap(unsigned row)
{
	uint64_t root;

	pml4[row] = 0;
	__asm__ volatile("mov %%cr3, %0; mov %0, %%cr3" : "=r"(root) : : "memory");
}

static void keep_command_line(const char *text)
{
	for (size_t i = 0; i < sizeof(command_line) - 1 && text[i]; i++)
		command_line[i] = text[i];
}

static unsigned digit(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
}

/* The value of a word on the command line. */
static uint64_t option(const char *name, uint64_t otherwise)
{
	uint64_t value = 0;

	for (const char *at = command_line; *at; at++) {
		const char *word = at, *left = name;

		while (*left && *word == *left)
			word++, left++;
		if (*left || (at > command_line && at[-1] != ' '))
			continue;
		for (; *word && *word != ' '; word++)
			value = value * 16 + digit(*word);
		return value;
	}
	return otherwise;
}

/* Multiboot2 specification 2.0, 3.6: tags of a type and a size, the last is of type 0. */
static struct module read_multiboot2(uint32_t info)
{
	uint32_t size = *(uint32_t *)window(info, 8);
	const char *tags = window(info, size);
	struct module module = { 0, 0 };
	const uint32_t *tag;

	for (uint32_t at = 8; at < size; at += (tag[1] + 7) & ~7u) {
		tag = (const uint32_t *)(tags + at);
		if (tag[0] == 0)
			break;
		if (tag[0] == 1)
			keep_command_line((const char *)&tag[2]);
		if (tag[0] == 3)
			module = (struct module){ tag[2], tag[3] - tag[2] };
	}
	return module;
}

static struct module read_pvh(uint32_t info)
{
	const struct start_info {
		uint32_t magic, version, flags, modules;
		uint64_t module_list, command_line;
	} *start = window(info, sizeof(*start));

	if (start->magic != PVH_MAGIC || !start->modules)
		panic("the loader is not known, or has brought no image");
	if (start->command_line)
		keep_command_line(window(start->command_line, sizeof(command_line)));
	return *(const struct module *)window(start->module_list, sizeof(struct module));
}

/* Copied to after the kernel, since its old place may be overwritten. */
static const void *keep(struct module module)
{
	uint64_t to = (physical_of(kernel_end) + PAGE - 1) & ~(PAGE - 1);
	uint8_t *kept = window(to, module.size);
	const uint8_t *from = window(module.address, module.size);

	if (module.address < to && module.address + module.size > (uint64_t)kernel_low)
		panic("the loader has put the image over the kernel");
	return memcpy(kept, from, module.size);
}

static volatile uint32_t *lapic(uint32_t reg)
{
	return (volatile uint32_t *)(LAPIC + reg);
}

/* More than 10 ms: a write to an ISA port takes 1 us and more. */
static void delay(void)
{
	for (int i = 0; i < 10000; i++)
		out8(0x80, 0);
}

/*
 * INIT, SIPI (SDM 3A, 9.4.4). They count in long mode until somebody stops them. No second
 * SIPI: if the host lets a CPU sleep meanwhile, QEMU keeps that pending over the next INIT.
 */
static void start_cpus(uint64_t cpus)
{
	/* cppcheck-suppress comparePointers; two ends of one section */
	size_t size = (size_t)(trampoline_end - trampoline);
	uint32_t before;

	memcpy(window(TRAMPOLINE, size), kernel_base + (uintptr_t)trampoline, size);
	*lapic(LAPIC_ICR) = 0xC4500;
	delay();
	*lapic(LAPIC_ICR) = 0xC4600 | TRAMPOLINE >> 12;
	while (other_cpus < cpus)
		__asm__ volatile("pause");
	before = counter;
	while (cpus && counter == before)
		__asm__ volatile("pause");
	print("os: ");
	print_number(other_cpus);
	print(" other CPUs count\n");
}

static void set_gate(unsigned vector, void (*handler)(void))
{
	uint64_t address = (uint64_t)handler;

	idt[vector] = (struct gate){
		.offset_0 = (uint16_t)address, .selector = 0x18, .type = 0x8E00,
		.offset_16 = (uint16_t)(address >> 16), .offset_32 = (uint32_t)(address >> 32),
	};
}

/* Both timers at about 1 kHz: the PIT through the 8259s, and the local APIC's own. */
static void start_timers(void)
{
	static const uint8_t writes[][2] = {
		{ 0x20, 0x11 }, { 0x21, PIT_VECTOR }, { 0x21, 4 }, { 0x21, 1 },
		{ 0xA0, 0x11 }, { 0xA1, PIT_VECTOR + 8 }, { 0xA1, 2 }, { 0xA1, 1 },
		{ 0x21, 0xFE }, { 0xA1, 0xFF },
		{ 0x43, 0x34 }, { 0x40, 1193 & 0xFF }, { 0x40, 1193 >> 8 },
	};
	struct __attribute__((packed)) {
		uint16_t limit;
		const void *base;
	} idtr = { sizeof(idt) - 1, idt };

	/* what the system before has left pending; spurious ones of 8259s and local APIC */
	for (unsigned i = PIT_VECTOR; i < VECTORS; i++)
		set_gate(i, i < APIC_VECTOR || i == SPURIOUS_VECTOR ? spurious_interrupt
								    : left_interrupt);
	set_gate(PIT_VECTOR, pit_interrupt);
	set_gate(APIC_VECTOR, apic_interrupt);
	__asm__ volatile("lidt %0" : : "m"(idtr));
	for (size_t i = 0; i < sizeof(writes) / sizeof(writes[0]); i++)
		out8(writes[i][0], writes[i][1]);
	*lapic(LAPIC_TPR) = 0;
	*lapic(LAPIC_LINT0) = 0x700;            /* the 8259s */
	*lapic(LAPIC_DIVIDE) = 0xB;             /* by 1 */
	*lapic(LAPIC_TIMER) = 0x20000 | APIC_VECTOR;
	*lapic(LAPIC_COUNT) = 1000000;
	__asm__ volatile("sti");
	while (pit_ticks < 10 || apic_ticks < 10)
		__asm__ volatile("hlt");
	print("os: both timers tick\n");
}

/* All base memory but the interrupt vectors and the BIOS's data; or these as well. */
static void overwrite(bool firmware)
{
	const uint8_t *bda = window(0x400, 0x100);
	uint64_t end = (uint64_t)(bda[0x13] | bda[0x14] << 8) * 1024;
	uint64_t top = 0xA0000;

	if (end < 0x80000 || end > top)
		end = top;
	memset(window(0x500, end - 0x500), 0xCC, end - 0x500);
	if (firmware) {
		memset(window(0, 0x500), 0, 0x500);
		memset(window(end, top - end), 0, top - end);
	}
	print(firmware ? "os: low memory and the firmware's data are overwritten\n"
		       : "os: low memory is overwritten\n");
}

/* The contract asks for no more than the image; here it gets no more. */
static void check_map(uint64_t image, uint64_t end)
{
	for (uint64_t at = 0; at < end + MIB; at += PAGE) {
		const uint64_t *entry = entry_of(at, false);

		if ((entry && *entry & PTE_PRESENT) != (at >= image && at < end))
			panic("more or less than the image is mapped");
	}
}

uint64_t find_pages(uint64_t size)
{
	(void)size;
	return option("at=", MIB);
}

void *map_pages(uint64_t at, uint64_t size)
{
	return window(at, size);
}

void identity_map(uint64_t at, uint64_t size)
{
	unmap(ROOT_WINDOW);
	map(at, at, size, 0);
	check_map(at, at + size);
	print("os: only ");
	print_number(at);
	print(" to ");
	print_number(at + size - 1);
	print(" is mapped, jump\n");
}

_Noreturn void kernel_main(uint32_t magic, uint32_t info)
{
	struct module module;

	serial_init();
	module = magic == MULTIBOOT2_MAGIC ? read_multiboot2(info) : read_pvh(info);
	print(magic == MULTIBOOT2_MAGIC ? "os: started by multiboot2" : "os: started by PVH");
	print(cr4() & CR4_LA57 ? ", 5" : ", 4");
	print(" levels of page tables\n");
	if (!module.size)
		panic("the loader has brought no image");
	find_way_back(keep(module), module.size);
	map(LAPIC, LAPIC_PHYSICAL, PAGE, PTE_UNCACHED);
	*lapic(LAPIC_SVR) = 0x1FF;
	start_cpus(option("cpus=", 0));
	unmap(ROOT_LOW);                /* all CPUs are in the upper half */
	start_timers();
	overwrite(option("lost=", 0));
	if (option("panic=", 0))
		panic("os: panic, as asked\n");
	back_to_linux(command_line);
}
