/* SPDX-License-Identifier: MIT */
/*
 * The repairs, in the order in which they run: row(name, bit, what it does). The stub calls
 * repair_NAME() if that bit of rj_manifest.repairs is set; --repair takes the names. A bit
 * never changes its meaning; the order may change.
 *
 * Why this order: with A20 closed, half of the devices and of the ACPI tables are out of
 * reach. Before anything else is touched, nothing of the old system may run or write memory
 * (smp, then pci, then iommu, since only the IOMMU may keep a device from writing). The
 * sources of interrupts are silenced before their controllers (hpet, ioapic, then apic, pic).
 * The PIT runs before the waits for the keyboard controller. The CPU's own state comes last.
 */
#ifndef RJ_REPAIRS_H
#define RJ_REPAIRS_H

#define RJ_REPAIRS(row) \
row(a20, 0, "A20 enabled") \
row(smp, 1, "INIT to all other CPUs, so that they wait for a start-up IPI") \
row(pci, 3, "MSI off, INTx on, Bus Master on for bridges and what INT 13h uses") \
row(iommu, 2, "VT-d and AMD-Vi: no translation, no interrupt remapping") \
row(pirq, 14, "PCI interrupts reach the 8259 as the firmware routed them (Intel)") \
row(hpet, 4, "no legacy replacement, all comparators off") \
row(ioapic, 5, "every pin masked") \
row(apic, 6, "xAPIC mode, virtual wire, nothing in service") \
row(pic, 7, "8259: vectors 08h and 70h, the BIOS's masks, nothing in service") \
row(pit, 8, "8254: channel 0 at 18.2 Hz and running, speaker off") \
row(rtc, 9, "RTC interrupts off") \
row(nmi, 10, "NMI on") \
row(i8042, 11, "translation and IRQ1 on, keyboard on, buffer empty") \
row(cpu, 12, "control, debug and model-specific registers as after a reset") \
row(video, 13, "text mode 3 by INT 10h")

enum rj_repair {
#define RJ_REPAIR_ENUM(name, bit, what) RJ_REPAIR_##name = bit,
	RJ_REPAIRS(RJ_REPAIR_ENUM)
#undef RJ_REPAIR_ENUM
};

#define RJ_REPAIR_ONE(name, bit, what) + 1
#define RJ_REPAIR_COUNT (0 RJ_REPAIRS(RJ_REPAIR_ONE))
#define RJ_REPAIR_OR(name, bit, what) | 1u << bit
#define RJ_ALL_REPAIRS (0u RJ_REPAIRS(RJ_REPAIR_OR))
#define RJ_REPAIR_SUM(name, bit, what) + (1u << bit)
_Static_assert((0u RJ_REPAIRS(RJ_REPAIR_SUM)) == RJ_ALL_REPAIRS, "two repairs have one bit");

#endif
