/* SPDX-License-Identifier: MIT */
/*
 * MegaRAID SAS controllers of the generations that take MFI frames: 1064R, 1078, 2108 and 2008
 * ("skinny").
 */
#include "drivers/mfi.h"

#include "hardware/io.h"
#include "hardware/pci.h"

/* struct megasas_register_set. */
#define DOORBELL      0x00u             /* inbound, of 2008 */
#define OUTBOUND_MSG0 0x18u             /* the state, of 1064R */
#define INBOUND_DOORBELL 0x20u
#define INBOUND_QUEUE 0x40u
#define SCRATCH_PAD   0xB0u             /* the state, of the others */
#define QUEUE_LOW     0xC0u             /* inbound, of 2008 */
#define QUEUE_HIGH    0xC4u

/* struct megasas_init_queue_info. */
struct queues {
	uint32_t flags, replies;
	uint64_t reply_queue, producer, consumer;
};
_Static_assert(sizeof(struct queues) == 32, "megasas_init_queue_info");

enum kind { KIND_1064, KIND_1078, KIND_2008 };

/* Aligned to a frame. */
struct controller {
	struct mfi mfi;
	struct queues queues;
	uint32_t producer, consumer;
	enum kind kind;                 /* 1078: also 2108 */
};

INIT_DATA const char card_name[] = "megaraid";

static uint32_t state_of(uint32_t registers, enum kind kind)
{
	return read32(registers + (kind == KIND_1064 ? OUTBOUND_MSG0 : SCRATCH_PAD));
}

static enum kind kind_of(const struct mfi *m)
{
	return ((const struct controller *)m)->kind;
}

uint32_t card_state(const struct mfi *m)
{
	return state_of(m->registers, kind_of(m));
}

void card_ring(const struct mfi *m, uint32_t bits)
{
	write32(m->registers + (kind_of(m) == KIND_2008 ? DOORBELL : INBOUND_DOORBELL), bits);
}

/* megasas_fire_cmd_*: the frame is aligned, and in one piece. */
void card_post(struct mfi *m)
{
	uint32_t address = (uint32_t)(uintptr_t)&m->frame;

	switch (kind_of(m)) {
	case KIND_1064:
		write32(m->registers + INBOUND_QUEUE, address >> 3);
		break;
	case KIND_1078:
		write32(m->registers + INBOUND_QUEUE, address | 1);
		break;
	case KIND_2008:
		write32(m->registers + QUEUE_HIGH, 0);
		write32(m->registers + QUEUE_LOW, address | 1);
		break;
	}
}

/*
 * The reply queue takes the place of another system's. A controller that refuses it has none, and
 * needs none.
 */
bool card_start(struct mfi *m)
{
	struct controller *c = (struct controller *)m;

	c->producer = c->consumer = 0;
	m->frame = (struct mfi_frame){
		.command = MFI_INIT, .flags = MFI_DONT_POST, .bytes = sizeof(c->queues),
		.init = { (uintptr_t)&c->queues } };
	return mfi_run(m) != MFI_PENDING;
}

/* megasas_set_adapter_type: by the device's id. */
static INIT enum kind kind_at(uint32_t pci)
{
	switch (pci_read(pci, PCI_VENDOR) >> 16) {
	case 0x0411:
	case 0x0413:
	case 0x0015:
		return KIND_1064;
	case 0x0071:
	case 0x0073:
		return KIND_2008;
	}
	return KIND_1078;
}

/* Some of these cards have a reset like Fusion's (megasas_adp_reset_gen2), which is not used. */
INIT bool card_reset(const struct mfi *m, const struct rj_host *host)
{
	(void)m;
	(void)host;
	return false;
}

INIT uint32_t card_word(uint32_t pci, uint32_t registers)
{
	return state_of(registers, kind_at(pci));
}

INIT struct mfi *card_new(uint32_t pci, uint32_t registers, const struct rj_host *host)
{
	enum kind kind = kind_at(pci);
	struct controller *c = host->alloc(sizeof(*c), sizeof(c->mfi.frame));

	if (!c)
		return NULL;
	c->mfi.registers = registers;
	c->kind = kind;
	return &c->mfi;
}

/* As many replies as there may be frames, since that is what other drivers set. */
INIT bool card_queues(struct mfi *m, const struct rj_host *host)
{
	struct controller *c = (struct controller *)m;
	uint32_t replies = MFI_FRAMES(card_state(m)) + 1;
	void *queue = host->alloc(replies * 4, 16);

	m->io_flags = c->kind == KIND_2008 ? MFI_IEEE_SGL : 0;
	c->queues = (struct queues){ 0, replies - 1, (uintptr_t)queue, (uintptr_t)&c->producer,
				     (uintptr_t)&c->consumer };
	return queue;
}
