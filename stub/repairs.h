/* SPDX-License-Identifier: MIT */
/*
 * The steps that put the hardware back, in their order. row(name, what it does):
 * the stub calls repair_NAME(), the host's --repair knows the names, and bit n of
 * rj_manifest.repairs is row n.
 *
 * Why this order: with A20 closed half of the devices and of the ACPI tables are out
 * of reach; nothing of the old system may run or write memory any more
 * before the rest is touched (smp, iommu, pci); the sources of interrupts go
 * quiet before their controllers (hpet, ioapic, then apic, pic); the PIT counts
 * before the keyboard controller's waits are over; the CPU's own state is last.
 */
#ifndef RJ_REPAIRS_H
#define RJ_REPAIRS_H

#define RJ_REPAIRS(row) \
row(a20, "A20 open") \
row(smp, "INIT to all other CPUs, so that they wait for a start-up IPI") \
row(iommu, "VT-d and AMD-Vi: no translation, no interrupt remapping") \
row(pci, "MSI off, INTx on, Bus Master on for bridges, storage, network and USB") \
row(hpet, "no legacy replacement, all comparators off") \
row(ioapic, "every pin masked") \
row(apic, "xAPIC mode, virtual wire, nothing in service") \
row(pic, "8259: vectors 08h and 70h, the BIOS's masks, nothing in service") \
row(pit, "8254: channel 0 at 18.2 Hz and running, speaker off") \
row(rtc, "its interrupts off") \
row(nmi, "NMI on") \
row(i8042, "translation and IRQ1 on, keyboard on, buffer empty") \
row(cpu, "control, debug and model-specific registers as after a reset") \
row(video, "text mode 3 by INT 10h")

enum rj_repair {
#define RJ_REPAIR_ENUM(name, what) RJ_REPAIR_##name,
	RJ_REPAIRS(RJ_REPAIR_ENUM)
#undef RJ_REPAIR_ENUM
	RJ_REPAIR_COUNT
};

#define RJ_ALL_REPAIRS ((1u << RJ_REPAIR_COUNT) - 1)

#endif
