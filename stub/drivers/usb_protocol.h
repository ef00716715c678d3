/* SPDX-License-Identifier: MIT */
/*
 * Universal Serial Bus 2.0, 9 "USB Device Framework" and 11 "Hub Specification"; USB 3.2, 9 and
 * 10; HID 1.11; Mass Storage Bulk-Only Transport 1.0.
 */
#ifndef RJ_USB_PROTOCOL_H
#define RJ_USB_PROTOCOL_H

#include <stdint.h>

/* 9.3: bmRequestType. */
#define USB_IN           0x80u
#define USB_CLASS        0x20u
#define USB_TO_INTERFACE 0x01u
#define USB_TO_ENDPOINT  0x02u
#define USB_TO_OTHER     0x03u          /* a hub's port */

/* 9.4: standard requests, and 11.24: hubs' requests with the same numbers. */
enum {
	USB_GET_STATUS = 0,
	USB_CLEAR_FEATURE = 1,
	USB_SET_FEATURE = 3,
	USB_GET_DESCRIPTOR = 6,
	USB_SET_CONFIGURATION = 9,
	USB_SET_HUB_DEPTH = 12,         /* USB 3.2, 10.16.2.9 */
	HID_SET_REPORT = 0x09,          /* HID 1.11, 7.2 */
	HID_SET_IDLE = 0x0A,
	HID_SET_PROTOCOL = 0x0B,
	BULK_MAX_LUN = 0xFE,            /* Bulk-Only Transport, 3 */
	BULK_RESET = 0xFF,
};

struct usb_request {
	uint8_t type, request;
	uint16_t value, index, length;
};
_Static_assert(sizeof(struct usb_request) == 8, "9.3");

/* 9.4, table 9-5: types of descriptors. */
enum {
	USB_DEVICE = 1,
	USB_CONFIGURATION = 2,
	USB_INTERFACE = 4,
	USB_ENDPOINT = 5,
	USB_HUB = 0x29,                 /* 11.23.2.1 */
	USB_ENDPOINT_COMPANION = 0x30,  /* USB 3.2, 9.6.7 */
	USB_HUB_3 = 0x2A,               /* USB 3.2, 10.15.2.1 */
};

/* PORTSC's and the route's values (xHCI 1.2, 7.2.1); more than these: SuperSpeed, too. */
enum { USB_FULL = 1, USB_LOW = 2, USB_HIGH = 3, USB_SUPER = 4 };

struct usb_device_descriptor {
	uint8_t size, type;
	uint16_t version;
	uint8_t class, subclass, protocol;
	uint8_t packet;                 /* of endpoint 0; SuperSpeed: log2 */
	uint16_t vendor, product, release;
	uint8_t strings[3];
	uint8_t configurations;
};
_Static_assert(sizeof(struct usb_device_descriptor) == 18, "9.6.1");

struct usb_configuration_descriptor {
	uint8_t size, type;
	uint16_t total;
	uint8_t interfaces, value, string, attributes, power;
} __attribute__((packed));
_Static_assert(sizeof(struct usb_configuration_descriptor) == 9, "9.6.3");

struct usb_interface_descriptor {
	uint8_t size, type, number, alternate, endpoints, class, subclass, protocol, string;
};
_Static_assert(sizeof(struct usb_interface_descriptor) == 9, "9.6.5");

struct usb_endpoint_descriptor {
	uint8_t size, type;
	uint8_t address;                /* USB_IN and a number */
	uint8_t attributes;
	uint16_t packet;
	uint8_t interval;
} __attribute__((packed));
_Static_assert(sizeof(struct usb_endpoint_descriptor) == 7, "9.6.6");
#define USB_ENDPOINT_NUMBER 0x0Fu
#define USB_TRANSFER_TYPE   0x03u       /* of attributes */
#define USB_BULK            0x02u
#define USB_INTERRUPT       0x03u
#define USB_PACKET          0x07FFu

/* Of the companion after an endpoint's descriptor. */
struct usb_companion_descriptor {
	uint8_t size, type, burst, attributes;
	uint16_t interval_bytes;
} __attribute__((packed));
_Static_assert(sizeof(struct usb_companion_descriptor) == 6, "USB 3.2, 9.6.7");

struct usb_hub_descriptor {
	uint8_t size, type, ports;
	uint8_t characteristics[2];
	uint8_t power_2ms;              /* from power on until it is good */
};
_Static_assert(sizeof(struct usb_hub_descriptor) == 6, "11.23.2.1");
#define USB_HUB_THINK_TIME(characteristics) ((characteristics)[0] >> 5 & 3)

/* 11.24.2: features of a hub's port, and 11.24.2.7: bits of its status. */
#define USB_PORT_ENABLE        1u
#define USB_PORT_RESET         4u
#define USB_PORT_POWER         8u
#define USB_PORT_C_CONNECTION  16u
#define USB_PORT_C_RESET       20u
#define USB_PORT_BH_RESET      28u      /* USB 3.2, 10.16.2.11: a warm reset */
#define USB_STATUS_CONNECTED   0x0001u
#define USB_STATUS_ENABLED     0x0002u
#define USB_STATUS_RESET       0x0010u
#define USB_STATUS_LOW         0x0200u  /* USB 2 only */
#define USB_STATUS_HIGH        0x0400u
#define USB_STATUS_LINK(status) ((status) >> 5 & 0xF)   /* USB 3 only, as in PORTSC */

#define USB_ENDPOINT_HALT 0u            /* feature of an endpoint, 9.4.1 */

/* Class codes (usb.org, "Defined Class Codes"). */
#define USB_CLASS_HID     0x03
#define USB_CLASS_STORAGE 0x08
#define USB_CLASS_HUB     0x09
#define USB_HID_BOOT      0x01          /* subclass */
#define HID_OUTPUT        2             /* type of a report, HID 1.11, 7.2.1 */
#define USB_HID_KEYBOARD  0x01          /* protocol */
#define USB_STORAGE_MMC   0x02          /* subclasses: all are SCSI commands */
#define USB_STORAGE_8070  0x05
#define USB_STORAGE_SCSI  0x06
#define USB_STORAGE_BULK  0x50          /* protocol: bulk-only, */
#define USB_STORAGE_UAS   0x62          /* and USB attached SCSI */

#endif
