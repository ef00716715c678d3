# SPDX-License-Identifier: MIT
"""Controllers for a row's disk, and what Linux needs to drive it there."""

from typing import NamedTuple


class Controller(NamedTuple):
    """QEMU's arguments, with {} for more options of the disk; Linux's modules, and
    its name for the disk."""
    arguments: str
    modules: tuple
    device: str


ATA = ("ata_piix", "sd_mod")
AHCI = ("ahci", "sd_mod")
SCSI = ("virtio_pci", "virtio_scsi", "sd_mod")
BLOCK = ("virtio_pci", "virtio_blk")
USB = ("xhci_pci", "usb_storage", "sd_mod")
SCSI_PCI = "-device virtio-scsi-pci,id=scsi,disable-{}=on"

CONTROLLERS = {
    "ide": Controller("-device ide-hd,drive=disk,bus=ide.0{}", ATA, "sda"),
    "ide-secondary": Controller("-device ide-hd,drive=disk,bus=ide.1{}", ATA, "sda"),
    "ahci": Controller("-M q35 -device ide-hd,drive=disk,bus=ide.1{}", AHCI, "sda"),
    "ahci-cd": Controller("-M q35 -device ide-cd,drive=disk,bus=ide.2{}", (*AHCI, "sr_mod"), "sr0"),
    # not served by rjpack
    "megasas": Controller("-device megasas -device scsi-hd,drive=disk{}",
                          ("megaraid_sas", "sd_mod"), "sda"),
    "lsi": Controller("-device lsi53c895a -device scsi-hd,drive=disk{}",
                      ("sym53c8xx", "sd_mod"), "sda"),
    "usb": Controller("-device qemu-xhci -device usb-storage,drive=disk{}", USB, "sda"),
    "nvme": Controller("-device nvme,drive=disk,serial=1{}", ("nvme",), "nvme0n1"),
    "virtio-blk": Controller("-device virtio-blk-pci,drive=disk,disable-legacy=on{}", BLOCK, "vda"),
    "virtio-blk-legacy":
        Controller("-device virtio-blk-pci,drive=disk,disable-modern=on{}", BLOCK, "vda"),
    "virtio-scsi":
        Controller(SCSI_PCI.format("legacy") + " -device scsi-hd,drive=disk{}", SCSI, "sda"),
    "virtio-scsi-legacy":
        Controller(SCSI_PCI.format("modern") + " -device scsi-hd,drive=disk{}", SCSI, "sda"),
    "virtio-scsi-cd":
        Controller(SCSI_PCI.format("legacy") + " -device scsi-cd,drive=disk{}",
                   (*SCSI, "sr_mod"), "sr0"),
}
