/* SPDX-License-Identifier: MIT */
/*
 * What /sys reports about PCI functions and the devices attached to them.
 */
#ifndef RJ_MACHINE_PCI_H
#define RJ_MACHINE_PCI_H

#include "machine/machine.h"

#define RJ_PCI_DEVICES "/sys/bus/pci/devices"

/* The name of a device's driver, or an empty string. */
void rj_pci_driver(const struct rj_root *root, const char *device, char to[RJ_MACHINE_NAME]);

/* A number in base 10 or 16 from a file in the device's directory. */
bool rj_pci_number(const struct rj_root *root, const char *device, const char *name,
		   int base, uint64_t *value);

/* Whether a directory of /sys, without links in its path, is a PCI function; describes it. */
bool rj_pci_function(const struct rj_root *root, const char *device,
		     struct rj_machine_controller *controller);

/* The nearest PCI function from such a directory upwards; false: none. */
bool rj_pci_above(const struct rj_root *root, const char *device,
		  struct rj_machine_controller *controller);

#endif
