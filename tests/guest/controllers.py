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
LSI = ("sym53c8xx", "sd_mod")
MEGARAID = ("megaraid_sas", "sd_mod")
MPTSAS = ("mptsas", "sd_mod")
PVSCSI = ("vmw_pvscsi", "sd_mod")
SDHCI = ("sdhci_pci", "mmc_block")
USB = ("xhci_pci", "usb_storage", "sd_mod")
SCSI_PCI = "-device virtio-scsi-pci,id=scsi,disable-{}=on"
XHCI = "-device qemu-xhci,id=xhci{} "
STICK = "-device usb-storage,id=stick,drive=disk,removable=on{}"

CONTROLLERS = {
    "ide": Controller("-device ide-hd,drive=disk,bus=ide.0{}", ATA, "sda"),
    "ide-secondary": Controller("-device ide-hd,drive=disk,bus=ide.1{}", ATA, "sda"),
    "ahci": Controller("-M q35 -device ide-hd,drive=disk,bus=ide.1{}", AHCI, "sda"),
    "ahci-cd": Controller("-M q35 -device ide-cd,drive=disk,bus=ide.2{}", (*AHCI, "sr_mod"), "sr0"),
    "lsi": Controller("-device lsi53c895a,id=lsi -device scsi-hd,bus=lsi.0,scsi-id=2,drive=disk{}",
                      LSI, "sda"),
    # SeaBIOS's driver does not know it
    "lsi-810": Controller("-device lsi53c810,id=lsi -device scsi-hd,bus=lsi.0,scsi-id=2,drive=disk{}",
                          LSI, "sda"),
    "lsi-cd": Controller("-device lsi53c895a -device scsi-cd,drive=disk{}", (*LSI, "sr_mod"), "sr0"),
    # not served by rjpack
    "esp": Controller("-device am53c974 -device scsi-hd,drive=disk{}", ("am53c974", "sd_mod"), "sda"),
    "ehci": Controller("-device usb-ehci -device usb-storage,drive=disk{}",
                       ("ehci_pci", "usb_storage", "sd_mod"), "sda"),
    "megasas": Controller("-device megasas,id=raid -device scsi-hd,bus=raid.0,scsi-id=3,drive=disk{}",
                          MEGARAID, "sda"),
    "megasas-gen2":
        Controller("-device megasas-gen2,id=raid -device scsi-hd,bus=raid.0,scsi-id=17,drive=disk{}",
                   MEGARAID, "sda"),
    # QEMU's number of another one is more than a byte
    "megasas-jbod": Controller("-device megasas-gen2,id=raid,use_jbod=on "
                               "-device scsi-hd,bus=raid.0,scsi-id=0,drive=disk{}", MEGARAID, "sda"),
    # Linux looks for disks only at ports that have a name
    "mptsas": Controller("-device mptsas1068,id=sas "
                         "-device scsi-hd,bus=sas.0,scsi-id=2,wwn=0x5000C50015EA71AC,drive=disk{}",
                         MPTSAS, "sda"),
    "pvscsi": Controller("-device pvscsi,id=pvscsi -device scsi-hd,bus=pvscsi.0,scsi-id=5,drive=disk{}",
                         PVSCSI, "sda"),
    "pvscsi-cd": Controller("-device pvscsi,id=pvscsi -device scsi-cd,bus=pvscsi.0,drive=disk{}",
                            (*PVSCSI, "sr_mod"), "sr0"),
    # its disks have a power of two as size; the last ones can neither ADMA2 nor SDMA, and version 3.00
    "sdhci": Controller("-device sdhci-pci -device sd-card,drive=disk{}", SDHCI, "mmcblk0"),
    "sdhci-pio": Controller("-device sdhci-pci,capareg=0x052034b4 -device sd-card,drive=disk{}",
                            SDHCI, "mmcblk0"),
    "sdhci-v3": Controller("-device sdhci-pci,sd-spec-version=3 -device sd-card,drive=disk{}",
                           SDHCI, "mmcblk0"),
    # SuperSpeed, High Speed, and other numbers of ports
    "usb": Controller(XHCI.format("") + STICK, USB, "sda"),
    "usb-high": Controller(XHCI.format(",p3=0") + STICK, USB, "sda"),
    "usb-nec": Controller("-device nec-usb-xhci,superspeed-ports-first=off " + STICK, USB, "sda"),
    "usb-many": Controller(XHCI.format(",p2=15,p3=15") + STICK + ",port=12", USB, "sda"),
    # full speed, behind two hubs
    "usb-hub": Controller(XHCI.format("") + "-device usb-hub,port=2 -device usb-hub,port=2.1 "
                          + STICK + ",port=2.1.3", USB, "sda"),
    # a card reader whose first slot is empty
    "usb-units": Controller(XHCI.format("") + "-device usb-bot,id=bot,bus=xhci.0 "
                            "-device scsi-cd,bus=bot.0,scsi-id=0,lun=0 "
                            "-device scsi-hd,bus=bot.0,scsi-id=0,lun=1,drive=disk{}",
                            (*USB, "sr_mod"), "sda"),
    "usb-cd": Controller(XHCI.format("") + "-device usb-bot,id=bot,bus=xhci.0 "
                         "-device scsi-cd,bus=bot.0,scsi-id=0,lun=0,drive=disk{}",
                         (*USB, "sr_mod"), "sr0"),
    "uas": Controller(XHCI.format("") + "-device usb-uas,id=uas,bus=xhci.0 "
                      "-device scsi-hd,bus=uas.0,scsi-id=0,lun=0,drive=disk{}", (*USB, "uas"), "sda"),
    # the second controller, behind a root port
    "usb-second": Controller("-M q35 -device qemu-xhci -device pcie-root-port,id=root,chassis=1 "
                             + XHCI.format(",bus=root") + STICK + ",bus=xhci.0", USB, "sda"),
    # a second root bus of the machine
    "usb-root-bus": Controller("-M q35 -device pxb-pcie,id=pxb,bus_nr=128 "
                               "-device pcie-root-port,id=root,bus=pxb,chassis=1 "
                               + XHCI.format(",bus=root") + STICK, USB, "sda"),
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
