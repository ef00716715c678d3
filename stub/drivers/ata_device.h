/* SPDX-License-Identifier: MIT */
/*
 * ATA and ATAPI devices, whatever carries the commands: what IDENTIFY says, the
 * commands to use, what a failure means, and how a CD drive becomes ready.
 * ACS-3 (T13/2161-D) unless ATA/ATAPI-7 (T13/1532D) or MMC-6 is named.
 */
#ifndef RJ_ATA_DEVICE_H
#define RJ_ATA_DEVICE_H

#include "drivers/driver.h"

/* Command codes: ACS-3, 7; those for 28-bit addresses without EXT. */
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

/* Of the device field, of status (6.2), and of PACKET's feature field (7.18). */
#define ATA_LBA         0x40u
#define ATA_BUSY        0x80u
#define ATA_FAULT       0x20u
#define ATA_DATA        0x08u           /* DRQ */
#define ATA_ERROR       0x01u
#define ATA_PACKET_DMA  0x01u
#define ATA_PACKET_DMADIR_IN 0x04u

/* The signature that a device gives after a reset: LBA high and mid. */
#define ATA_SIGNATURE_DISK  0x0000u
#define ATA_SIGNATURE_ATAPI 0xEB14u
#define ATA_SIGNATURE_MULTIPLIER 0x9669u

#define ATA_IDENTIFY_WORDS  256
#define ATAPI_PACKET_SIZE   12
#define ATAPI_SECTOR        2048u

/* What IDENTIFY DEVICE tells beside what struct rj_disk has. */
struct ata_features {
	bool lba48;
	uint8_t flush;          /* command, or 0: there is no cache to flush */
};

/* False: not a disk that can be served. Sets sectors, sector_size, max_sectors. */
bool ata_identify(const uint16_t *words, struct rj_disk *disk, struct ata_features *features);
/* What PACKET's feature field must say for a read by DMA; 0: no DMA. */
uint8_t atapi_dma(const uint16_t *words);

/* A failed command by its status and error fields (6.2, 6.3). */
enum rj_status ata_status(uint32_t status, uint32_t error, bool write);
/* A failed packet: the sense key stands in the error field. */
enum rj_status atapi_status(uint32_t error);

/* The packet of a READ (10) (MMC-6, 6.17). */
void atapi_read_packet(uint8_t *packet, const struct rj_request *request);

/* Sends a packet; bytes come into data, which may be NULL. */
typedef enum rj_status atapi_send(void *device, const uint8_t *packet, void *data, uint32_t bytes);

/* data: as many bytes, that send reaches. */
#define ATAPI_DATA 18
/* To be sent after a packet that failed: some devices fail all others until then. */
enum rj_status atapi_request_sense(atapi_send *send, void *device, uint8_t *data);
/* Waits for the medium and reads its size. */
bool atapi_medium(atapi_send *send, void *device, uint8_t *data, struct rj_disk *disk);

#endif
