/* SPDX-License-Identifier: MIT */
/*
 * ATA and ATAPI devices, independent of what carries the commands: IDENTIFY data,
 * commands, the meaning of a failure, and how a CD drive becomes ready.
 * ACS-3 (T13/2161-D) unless ATA/ATAPI-7 (T13/1532D) or MMC-6 is named.
 */
#ifndef RJ_ATA_DEVICE_H
#define RJ_ATA_DEVICE_H

#include "drivers/driver.h"

/* Command codes: ACS-3, 7; those without EXT have 28-bit addresses. */
#define ATA_READ_SECTORS      0x20
#define ATA_READ_SECTORS_EXT  0x24
#define ATA_READ_DMA_EXT      0x25
#define ATA_WRITE_SECTORS     0x30
#define ATA_WRITE_SECTORS_EXT 0x34
#define ATA_WRITE_DMA_EXT     0x35
#define ATA_PACKET            0xA0
#define ATA_IDENTIFY_PACKET   0xA1
#define ATA_READ_DMA          0xC8
#define ATA_WRITE_DMA         0xCA
#define ATA_FLUSH_CACHE       0xE7
#define ATA_FLUSH_CACHE_EXT   0xEA
#define ATA_IDENTIFY          0xEC

/* Bits of the device field, of status (6.2), and of PACKET's feature field (7.18). */
#define ATA_LBA         0x40u
#define ATA_BUSY        0x80u
#define ATA_FAULT       0x20u
#define ATA_DATA        0x08u           /* DRQ */
#define ATA_ERROR       0x01u
#define ATA_PACKET_DMA  0x01u
#define ATA_PACKET_DMADIR_IN 0x04u

/* A device's signature after a reset: LBA high and mid. */
#define ATA_SIGNATURE_DISK  0x0000u
#define ATA_SIGNATURE_ATAPI 0xEB14u

#define ATA_IDENTIFY_WORDS  256
#define ATAPI_PACKET_SIZE   12
#define ATAPI_SECTOR        2048u

/* What IDENTIFY DEVICE reports that struct rj_disk has no field for. */
struct ata_features {
	bool lba48;
	uint8_t flush;          /* the command; 0: there is no cache to flush */
};

/* Sets sectors, sector_size, max_sectors. Returns false if the disk is not supported. */
bool ata_identify(const uint16_t *words, struct rj_disk *disk, struct ata_features *features);
/* Returns the value of PACKET's feature field for a read by DMA; 0: no DMA. */
uint8_t atapi_dma(const uint16_t *words);

/* Converts the status and error fields of a failed command (6.2, 6.3). */
enum rj_status ata_status(uint32_t status, uint32_t error, bool write);
/* Converts the error field of a failed packet, which has the sense key. */
enum rj_status atapi_status(uint32_t error);

/* Builds the packet of a READ (10) (MMC-6, 6.17). */
void atapi_read_packet(uint8_t *packet, const struct rj_request *request);

/* Sends a packet and reads bytes into data, which may be NULL. */
typedef enum rj_status atapi_send(void *device, const uint8_t *packet, void *data, uint32_t bytes);

/* data: so many bytes, which send can reach. */
#define ATAPI_DATA 18
/* Send this after a packet that failed: until then, some devices fail every other packet. */
enum rj_status atapi_request_sense(atapi_send *send, void *device, uint8_t *data);
/* Waits for the medium and reads its size; returns false if there is none. */
bool atapi_medium(atapi_send *send, void *device, uint8_t *data, struct rj_disk *disk);

#endif
