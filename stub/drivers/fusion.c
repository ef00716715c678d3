/* SPDX-License-Identifier: MIT */
/*
 * MegaRAID SAS controllers of the Fusion generations: Thunderbolt, Invader, Ventura and Aero. They
 * take messages of MPI 2.0, of which this driver uses two: IOC INIT, and the pass-through function,
 * which carries an MFI frame. Broadcom has published no specification; registers and messages are
 * cited by their names in Linux, drivers/scsi/megaraid/megaraid_sas_fusion.h. FreeBSD's mfi(4)
 * sends system drives' reads and writes this way (mfi_tbolt.c).
 *
 * Disks are read-only, since this has not run on a card yet.
 */
#include "drivers/mfi.h"
#include "drivers/mpi.h"

#include "hardware/io.h"
#include "hardware/pci.h"

/* struct megasas_register_set. */
#define DOORBELL      0x00u
#define DOORBELL_BUSY 0x1u
#define REPLY_FREE    0x48u             /* MFI_RFPI of FreeBSD: the last reply that may be used */
#define REPLY_POST    0x6Cu             /* MPI2_REPLY_POST_HOST_INDEX_OFFSET */
#define SCRATCH_PAD   0xB0u             /* the state */
#define QUEUE_LOW     0xC0u             /* inbound; the write of the other half posts */
#define QUEUE_HIGH    0xC4u

#define DOORBELL_MS   10000u
#define CAN_RESET     0x2u              /* MFI_RESET_ADAPTER, beside the state */
#define ALL_GONE      0xFFFFFFFFu       /* what a card that has left the bus reads as */
#define RESET_MS      3000u             /* as in megasas_adp_reset_fusion: no register is touched, */
#define RESET_END_MS  100000u           /* and the reset ends */
#define STARTED_MS    100000u
#define STATE_FW_INIT 0x4u              /* the last state in which the firmware does not run yet */

/* MEGASAS_REQ_DESCRIPT_FLAGS_MFA, and MPI2_REQ_DESCRIPT_FLAGS_SCSI_IO. */
#define POST_FRAME(address) ((address) | 1u << 1)
#define POST_REQUEST(number) ((number) << 16)
#define REQUEST       1u                /* number 0 is not used */

#define PASSTHROUGH   0xF0u             /* MEGASAS_MPI2_FUNCTION_PASSTHRU_IO_REQUEST */
#define MPI_VERSION   0x0200u           /* MPI2_VERSION */
#define HEADER_VERSION 0x1000u          /* MPI2_HEADER_VERSION */
#define REPLIES       16u               /* the queue's depth is a multiple of it */
#define REPLIES_MAX   0xFFF0u
#define UNUSED        0xFFFFFFFFu       /* half of a reply that is not there yet */

/* struct MPI2_RAID_SCSI_IO_REQUEST, with a struct MPI25_IEEE_SGE_CHAIN64. */
struct request {
	uint16_t device;
	uint8_t chain_offset;           /* in units of 16 bytes */
	uint8_t function;
	uint8_t zeros[16];
	uint8_t segments_offset;        /* in units of 4 bytes */
	uint8_t more_zeros[107];
	uint64_t address;
	uint32_t bytes;
	uint8_t chain[3], chain_flags;
	uint8_t rest[112];
};
_Static_assert(offsetof(struct request, segments_offset) == 0x14, "SGLOffset0");
_Static_assert(offsetof(struct request, address) == 0x80, "SGL");
_Static_assert(sizeof(struct request) == 256, "MEGA_MPI2_RAID_DEFAULT_IO_FRAME_SIZE");
#define CHAIN_FLAGS  0x83u              /* a chain element, at an address of the host (IOCPLBNTA) */
#define CHAIN_BYTES  1024u              /* MEGASAS_CHAIN_FRAME_SZ_MIN */

struct reply {
	uint32_t low, high;
};

/* Aligned to a request. */
struct controller {
	union {
		struct mfi mfi;
		uint8_t chain[CHAIN_BYTES];
	};
	struct request requests[REQUEST + 1];
	struct mpi2_ioc_init init;
	volatile struct reply *replies;
	uint32_t next;                  /* index of replies */
	bool takes_requests;
};

INIT_DATA const char card_name[] = "fusion";

static uint32_t state_of(uint32_t registers)
{
	return mpi_read(registers, SCRATCH_PAD);
}

uint32_t card_state(const struct mfi *m)
{
	return state_of(m->registers);
}

/* The card is slow to read the doorbell; if it does not, the next step fails. */
static void wait_for_doorbell(const struct mfi *m)
{
	wait_for_bits(m->registers + DOORBELL, DOORBELL_BUSY, 0, DOORBELL_MS);
}

void card_ring(const struct mfi *m, uint32_t bits)
{
	write32(m->registers + DOORBELL, bits);
	if (bits == MFI_INIT_RESET)
		wait_for_doorbell(m);
}

/* Replies are not asked for, but some come; what they say is in the frame, too. */
static void drop_replies(struct controller *c)
{
	uint32_t first = c->next;
	volatile struct reply *reply = &c->replies[c->next];

	while (reply->low != UNUSED || reply->high != UNUSED) {
		reply->low = reply->high = UNUSED;
		c->next = c->next + 1u == c->init.replies ? 0 : c->next + 1;
		reply = &c->replies[c->next];
		if (c->next == first)
			break;
	}
	if (c->next != first)
		write32(c->mfi.registers + REPLY_POST, c->next);
}

/* megasas_fire_cmd_fusion. */
void card_post(struct mfi *m)
{
	struct controller *c = (struct controller *)m;

	drop_replies(c);
	write32(m->registers + QUEUE_LOW, c->takes_requests ? POST_REQUEST(REQUEST)
							    : POST_FRAME((uint32_t)(uintptr_t)&m->frame));
	write32(m->registers + QUEUE_HIGH, 0);
}

/* mfi_tbolt_init_desc_pool and mfi_tbolt_init_MFI_queue of FreeBSD. */
bool card_start(struct mfi *m)
{
	struct controller *c = (struct controller *)m;

	c->takes_requests = false;
	c->next = 0;
	for (uint32_t i = 0; i < c->init.replies; i++)
		c->replies[i].low = c->replies[i].high = UNUSED;
	write32(m->registers + REPLY_FREE, c->init.replies - 1u);
	write32(m->registers + REPLY_POST, 0);
	wait_for_doorbell(m);
	m->frame = (struct mfi_frame){
		.command = MFI_INIT, .flags = MFI_DONT_POST, .bytes = sizeof(c->init),
		.init = { (uintptr_t)&c->init } };
	c->takes_requests = mfi_run(m) == MFI_OK;
	return c->takes_requests;
}

static INIT void fill(struct controller *c, uint32_t replies)
{
	c->mfi.io_flags = MFI_IEEE_SGL;
	c->mfi.disk_flags = RJ_DISK_READONLY;
	c->init = (struct mpi2_ioc_init){
		.who = MPI_HOST_DRIVER, .function = MPI_IOC_INIT, .version = MPI_VERSION,
		.header_version = HEADER_VERSION, .page_shift = MPI2_PAGE_SHIFT,
		.request_dwords = sizeof(struct request) / 4, .replies = (uint16_t)replies,
		.requests = (uintptr_t)c->requests, .reply_queue = (uintptr_t)c->replies };
	c->requests[REQUEST] = (struct request){
		.function = PASSTHROUGH, .chain_offset = offsetof(struct request, address) / 16,
		.segments_offset = offsetof(struct request, address) / 4,
		.address = (uintptr_t)&c->mfi.frame, .bytes = CHAIN_BYTES,
		.chain_flags = CHAIN_FLAGS };
}

/* megasas_adp_reset_fusion; megasas_init_fw does it if the firmware says that it may. */
INIT bool card_reset(const struct mfi *m, const struct rj_host *host)
{
	uint32_t word = state_of(m->registers);
	uint64_t deadline;

	if (word == ALL_GONE || MFI_STATE(word) != MFI_STATE_FAULT || !(word & CAN_RESET))
		return false;
	host->warn("fusion: the card's firmware has failed, %x; a reset may take minutes", word);
	if (!mpi_diagnostic_reset(m->registers, RESET_MS, RESET_END_MS))
		return false;
	deadline = deadline_in(STARTED_MS);
	while (MFI_STATE(state_of(m->registers)) <= STATE_FW_INIT) {
		if (expired(&deadline))
			return false;
		relax();
	}
	return true;
}

INIT uint32_t card_word(uint32_t pci, uint32_t registers)
{
	(void)pci;
	return state_of(registers);
}

INIT struct mfi *card_new(uint32_t pci, uint32_t registers, const struct rj_host *host)
{
	struct controller *c = host->alloc(sizeof(*c), sizeof(struct request));

	(void)pci;
	if (!c)
		return NULL;
	c->mfi.registers = registers;
	return &c->mfi;
}

/* As many replies as there may be requests, since that is what other drivers set. */
INIT bool card_queues(struct mfi *m, const struct rj_host *host)
{
	struct controller *c = (struct controller *)m;
	uint32_t frames = MFI_FRAMES(card_state(m));
	uint32_t replies = frames < REPLIES_MAX ? (frames | (REPLIES - 1)) + 1 : REPLIES_MAX;

	c->replies = host->alloc(replies * sizeof(struct reply), 256);
	fill(c, replies);
	return c->replies;
}
