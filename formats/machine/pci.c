/* SPDX-License-Identifier: MIT */
#include "machine/pci.h"

#include <stdio.h>
#include <string.h>

/*
 * Exactly this many hexadecimal digits, followed by `next`. Returns the text after that, or
 * NULL.
 */
static const char *take_hex(const char *text, int digits, char next, unsigned *value)
{
	*value = 0;
	for (int i = 0; i < digits; i++, text++) {
		static const char all[] = "0123456789abcdef";
		const char *digit = *text ? strchr(all, *text) : NULL;

		if (!digit)
			return NULL;
		*value = *value << 4 | (unsigned)(digit - all);
	}
	return *text == next ? text + (next != '\0') : NULL;
}

/* 0000:00:1f.2; the domain is longer below a bridge such as VMD's. */
static bool parse_address(const char *name, struct rj_machine_controller *controller)
{
	size_t domain = strcspn(name, ":");
	unsigned bus, device, function;
	const char *at;

	if (domain < 4 || domain > 8 || !(at = take_hex(name, (int)domain, ':',
							&controller->domain)) ||
	    !(at = take_hex(at, 2, ':', &bus)) || !(at = take_hex(at, 2, '.', &device)) ||
	    !take_hex(at, 1, '\0', &function) || device > 31 || function > 7)
		return false;
	controller->address = (uint16_t)(bus << 8 | device << 3 | function);
	return true;
}

void rj_pci_driver(const struct rj_root *root, const char *device, char to[RJ_MACHINE_NAME])
{
	char path[PATH_MAX], driver[NAME_MAX + 1];

	to[0] = '\0';
	if (snprintf(path, sizeof(path), "%s/driver", device) < PATH_MAX &&
	    rj_root_link(root, path, driver))
		snprintf(to, RJ_MACHINE_NAME, "%.*s", RJ_MACHINE_NAME - 1, driver);
}

bool rj_pci_number(const struct rj_root *root, const char *device, const char *name,
		   int base, uint64_t *value)
{
	char path[PATH_MAX];

	return snprintf(path, sizeof(path), "%s/%s", device, name) < PATH_MAX &&
	       rj_root_number(root, path, base, value);
}

bool rj_pci_function(const struct rj_root *root, const char *device,
		     struct rj_machine_controller *controller)
{
	const char *slash = strrchr(device, '/');
	uint64_t class, vendor, id;

	if (!slash || !parse_address(slash + 1, controller) ||
	    !rj_pci_number(root, device, "class", 16, &class) ||
	    !rj_pci_number(root, device, "vendor", 16, &vendor) ||
	    !rj_pci_number(root, device, "device", 16, &id))
		return false;
	controller->pci = true;
	controller->class = (uint32_t)class;
	controller->id = (uint32_t)(id << 16 | (vendor & 0xFFFF));
	rj_pci_driver(root, device, controller->driver);
	return true;
}

bool rj_pci_above(const struct rj_root *root, const char *device,
		  struct rj_machine_controller *controller)
{
	char above[PATH_MAX], *slash;

	strcpy(above, device);
	while ((slash = strrchr(above, '/')) && slash != above) {
		if (rj_pci_function(root, above, controller))
			return true;
		*slash = '\0';
	}
	return false;
}

bool rj_machine_function(const struct rj_machine *machine, uint16_t address,
			 struct rj_machine_controller *controller)
{
	char path[PATH_MAX], device[PATH_MAX];

	memset(controller, 0, sizeof(*controller));
	snprintf(path, sizeof(path), RJ_PCI_DEVICES "/0000:%02x:%02x.%x", address >> 8,
		 address >> 3 & 31u, address & 7u);
	return rj_root_resolve(&machine->root, path, device) &&
	       rj_pci_function(&machine->root, device, controller);
}
