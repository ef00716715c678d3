/* SPDX-License-Identifier: MIT */
/*
 * SCSI controllers 53C810 and 53C895A: LSI53C895A PCI to Ultra2 SCSI Controller Technical Manual 2.2,
 * chapter 4 (registers) and 5 (SCRIPTS). The chip runs a program in memory, which carries out one
 * command: asynchronous, 8 bits wide, without tags.
 */
#include "drivers/driver.h"

#include "common/bda.h"
#include "drivers/scsi.h"
#include "hardware/io.h"
#include "hardware/pci.h"

/* 4.2: registers, as ports from BAR 0 on. */
enum {
	SCNTL0 = 0x00, SCNTL1 = 0x01, SCNTL3 = 0x03, SCID = 0x04,
	DSTAT = 0x0C, ISTAT0 = 0x14, CTEST3 = 0x1B, DSP = 0x2C, DSPS = 0x30, DIEN = 0x39,
	SIEN0 = 0x40, SIEN1 = 0x41, SIST0 = 0x42, SIST1 = 0x43, STIME0 = 0x48,
	RESPID0 = 0x4A, STEST3 = 0x4F,
};

#define FULL_ARBITRATION 0xC0u          /* SCNTL0, */
#define CHECK_PARITY     0x0Au          /* and attention on an error */
#define BUS_RESET        0x08u          /* SCNTL1 */
#define CLOCK_40_MHZ     0x03u          /* SCNTL3: CCF */
#define HOST_ID          7u
#define IS_RESELECTED    0x40u          /* SCID: respond to it */
#define SCRIPT_INT       0x04u          /* DSTAT and DIEN, */
#define DMA_ERRORS       0x79u          /* and parity, bus fault, abort, step, illegal */
#define CHIP_RESET       0x40u          /* ISTAT0, */
#define ABORT            0x80u
#define DMA_PENDING      0x01u          /* ISTAT0: DIP, */
#define SCSI_PENDING     0x02u          /* and SIP */
#define CLEAR_DMA        0x04u          /* CTEST3 */
#define PHASE_MISMATCH   0x80u          /* SIST0 and SIEN0, */
#define SCSI_ERRORS      0x0Fu          /* and gross error, disconnect, reset, parity */
#define NOBODY_SELECTED  0x04u          /* SIST1 and SIEN1 */
#define SELECT_204_MS    0x0Cu          /* STIME0 */
#define ACTIVE_NEGATION  0x80u          /* STEST3: TolerANT, */
#define CLEAR_SCSI       0x02u          /* and the SCSI FIFO */

/* SIST0, SIST1 and DSTAT, as lsi_events() returns them. */
#define EVENTS(sist0, sist1, dstat) ((sist0) | (sist1) << 8 | (dstat) << 16)
#define ERRORS           EVENTS(SCSI_ERRORS, 0u, DMA_ERRORS)

/* 5.3: block moves as initiator; 5.4: I/O; 5.5: read/write; 5.6: transfer control. */
#define MOVE(phase)      (0x08000000u + ((phase) << 24))
#define SELECT(id)       (0x41000000u | (id) << 16)     /* with ATN */
#define WAIT_DISCONNECT  0x48000000u
#define WAIT_RESELECT    0x50000000u
#define CLEAR_ACK        0x60000040u
#define EXPECT_BUS_FREE  0x7C027F00u    /* SCNTL2 = SCNTL2 & 7Fh: SDU off */
#define JUMP             0x80080000u
#define JUMP_WHEN(phase) (0x800B0000u + ((phase) << 24)) /* once there is a phase */
#define JUMP_IF(phase)   (0x800A0000u | (phase) << 24)
#define JUMP_IF_BYTE(b)  (0x800C0000u | (b))            /* the first one of the last move */
#define INT              0x98080000u

/* SPI-3, table 2: phases. */
enum { DATA_OUT = 0u, DATA_IN = 1u, COMMAND = 2u, STATUS = 3u, MESSAGE_OUT = 6u, MESSAGE_IN = 7u };

/* SPI-3, 16: messages. */
enum { COMMAND_COMPLETE = 0x00, DISCONNECT = 0x04, IDENTIFY = 0x80 };   /* LUN 0, may not disconnect */

#define TARGETS    16u
#define MAX_BYTES  0x10000u
#define RESET_MS   1u                   /* 25 us: SPI-3, 12.5.1 */
#define SETTLE_MS  250u                 /* SPI-3, 9.2, reset to selection */
#define COMMAND_MS 30000u
#define MISMATCHES 64u                  /* of phase in one command */

struct instruction {
	uint32_t operation, operand;
};

/* The program: names of its instructions. */
enum {
	TO_TARGET, SEND_IDENTIFY, SEND_COMMAND,
	NEXT, TO_STATUS, TO_MESSAGE, STRANGE,
	DO_DATA, AFTER_DATA,
	DO_STATUS, AFTER_STATUS,
	DO_MESSAGE, TO_DISCONNECT, TO_COMPLETE, ACCEPT, AFTER_MESSAGE,
	DO_DISCONNECT, ACCEPT_DISCONNECT, GONE, BACK, AFTER_BACK,
	DO_COMPLETE, ACCEPT_COMPLETE, FREE, DONE,
	INSTRUCTIONS
};

struct controller {
	struct instruction program[INSTRUCTIONS];
	uint8_t identify, message;
	uint8_t status;
	uint8_t mismatches;             /* the target has moved less than asked for */
	uint8_t sense[SCSI_SENSE];
	uint8_t data[SCSI_DATA];
	uint32_t ports;
};

struct unit {
	struct scsi_unit scsi;
	struct controller *controller;
	uint32_t select;                /* the instruction */
};

static uint32_t lsi_at(const struct controller *c, uint32_t instruction)
{
	return (uint32_t)(uintptr_t)&c->program[instruction];
}

static uint8_t lsi_get(const struct controller *c, uint16_t number)
{
	return inb((uint16_t)(c->ports + number));
}

static void lsi_put(const struct controller *c, uint16_t number, uint8_t value)
{
	outb((uint16_t)(c->ports + number), value);
}

/*
 * Stops the program, and resets the bus, which ends what targets are doing, and what they have agreed
 * upon with another system: synchronous and wide transfers.
 */
static void lsi_recover(const struct controller *c)
{
	lsi_put(c, ISTAT0, ABORT);
	delay_ms(RESET_MS);
	lsi_put(c, ISTAT0, 0);
	lsi_put(c, SCNTL1, BUS_RESET);
	delay_ms(RESET_MS);
	lsi_put(c, SCNTL1, 0);
	delay_ms(SETTLE_MS);
	lsi_get(c, SIST0);
	lsi_get(c, SIST1);
	lsi_get(c, DSTAT);
}

/* Resets the chip, too: only once, since QEMU's may not survive that after an error of its disk. */
static INIT void lsi_start(const struct controller *c)
{
	lsi_put(c, ISTAT0, CHIP_RESET);
	delay_ms(RESET_MS);
	lsi_put(c, ISTAT0, 0);
	lsi_put(c, SCNTL0, FULL_ARBITRATION | CHECK_PARITY);
	lsi_put(c, SCNTL3, CLOCK_40_MHZ);
	lsi_put(c, SCID, IS_RESELECTED | HOST_ID);
	lsi_put(c, RESPID0, 1u << HOST_ID);
	lsi_put(c, STIME0, SELECT_204_MS);
	lsi_put(c, STEST3, ACTIVE_NEGATION);
	lsi_recover(c);
	lsi_put(c, SIEN0, PHASE_MISMATCH | SCSI_ERRORS);
	lsi_put(c, SIEN1, NOBODY_SELECTED);
	lsi_put(c, DIEN, SCRIPT_INT | DMA_ERRORS);
}

/*
 * The chip reads the CDB from the command itself, and no longer once lsi_run() has returned. Without
 * data, QEMU's chip is in the phase DATA IN until the command ends.
 */
static void lsi_prepare(const struct unit *unit, const struct scsi_command *command)
{
	uint32_t phase = command->write ? DATA_OUT : DATA_IN;
	struct controller *c = unit->controller;

	c->program[TO_TARGET].operation = unit->select;
	c->program[SEND_COMMAND].operation = MOVE(COMMAND) | scsi_cdb_size(command->cdb);
	c->program[SEND_COMMAND].operand = (uint32_t)(uintptr_t)command->cdb;
	c->program[NEXT].operation = JUMP_WHEN(phase);
	c->program[DO_DATA].operation = MOVE(phase) | command->bytes;
	c->program[DO_DATA].operand = (uint32_t)command->buffer;
	c->status = 0xFF;
	c->mismatches = 0;
}

/* 4.2: the write of DSP starts the program there. */
static void lsi_run_from(const struct controller *c, uint32_t instruction)
{
	barrier();
	outl((uint16_t)(c->ports + DSP), lsi_at(c, instruction));
}

/* Returns and clears what has happened, or 0. ISTAT0 says where (4.2). */
static uint32_t lsi_events(const struct controller *c)
{
	uint8_t pending = lsi_get(c, ISTAT0);
	uint32_t events = 0;

	if (pending & SCSI_PENDING)
		events = inw((uint16_t)(c->ports + SIST0));     /* and SIST1 */
	if (pending & DMA_PENDING)
		events |= EVENTS(0u, 0u, (uint32_t)lsi_get(c, DSTAT));
	return events;
}

/* Whether the event that DSTAT says is the program's end. */
static bool lsi_is_done(const struct controller *c, uint32_t dstat)
{
	bool done = dstat & SCRIPT_INT && inl((uint16_t)(c->ports + DSPS)) == DONE;

	barrier();
	return done;
}

static enum rj_status lsi_fail(const struct controller *c)
{
	lsi_recover(c);
	return RJ_DISK_CONTROLLER;
}

/* The target has changed the phase: continues there, without data that is left (2.2.14). */
static void lsi_resume(struct controller *c)
{
	c->mismatches++;
	lsi_put(c, CTEST3, CLEAR_DMA);
	lsi_put(c, STEST3, ACTIVE_NEGATION | CLEAR_SCSI);
	lsi_run_from(c, NEXT);
}

/* QEMU's chip may report another phase, and still end the program. */
static SELDOM enum rj_status lsi_wait(struct controller *c)
{
	uint64_t deadline = deadline_in(COMMAND_MS);

	while (c->mismatches < MISMATCHES && !expired(&deadline)) {
		uint32_t events = lsi_events(c);

		if (events & EVENTS(0u, NOBODY_SELECTED, 0u))
			return RJ_DISK_TIMEOUT;
		if (events & ERRORS)
			break;
		if (lsi_is_done(c, events >> 16))
			return RJ_DISK_OK;
		if (events & EVENTS(0u, 0u, SCRIPT_INT))
			break;
		if (events & PHASE_MISMATCH)
			lsi_resume(c);
		relax();
	}
	return lsi_fail(c);
}

/*
 * Executes a command, whose status is not looked at. Often it has ended at the first look, which reads
 * few registers. Returns RJ_DISK_TIMEOUT if there is no such target.
 */
static enum rj_status lsi_run(const struct unit *unit, const struct scsi_command *command)
{
	struct controller *c = unit->controller;

	lsi_prepare(unit, command);
	lsi_run_from(c, TO_TARGET);
	if ((lsi_get(c, ISTAT0) & (DMA_PENDING | SCSI_PENDING)) != DMA_PENDING)
		return lsi_wait(c);
	return lsi_is_done(c, lsi_get(c, DSTAT)) ? RJ_DISK_OK : lsi_fail(c);
}

/* SPC-4, REQUEST SENSE: why the command before has failed. */
static enum rj_status lsi_ask_why(const struct unit *unit)
{
	static const struct scsi_command command = {
		.cdb = { [0] = SCSI_REQUEST_SENSE, [4] = SCSI_SENSE } };
	struct controller *c = unit->controller;
	struct scsi_command ask = command;
	enum rj_status status;

	ask.buffer = (uint32_t)(uintptr_t)c->sense;
	ask.bytes = SCSI_SENSE;
	status = lsi_run(unit, &ask);
	if (status != RJ_DISK_OK)
		return status;
	return c->status == 0 ? scsi_sense_status(c->sense) : RJ_DISK_CONTROLLER;
}

/* A status that is not good, or came too soon. Answers to attach's commands may be short. */
static SELDOM enum rj_status lsi_judge(const struct unit *unit, const struct scsi_command *command)
{
	const struct controller *c = unit->controller;
	bool may_be_short = command->buffer == (uint32_t)(uintptr_t)c->data || !command->bytes;

	if (c->status == SCSI_CHECK_CONDITION)
		return lsi_ask_why(unit);
	if (c->status)
		return scsi_status(c->status, c->sense);
	return may_be_short ? RJ_DISK_OK : RJ_DISK_CONTROLLER;
}

static enum rj_status lsi_execute(struct scsi_unit *scsi, const struct scsi_command *command)
{
	const struct unit *unit = (const struct unit *)scsi;
	const struct controller *c = unit->controller;
	enum rj_status status = lsi_run(unit, command);

	if (status != RJ_DISK_OK || (!c->status && !c->mismatches))
		return status;
	return lsi_judge(unit, command);
}

static enum rj_status lsi_transfer(void *context, const struct rj_request *request)
{
	struct unit *unit = context;

	if (request->operation != RJ_RESET)
		return scsi_transfer(&unit->scsi, request);
	lsi_recover(unit->controller);
	return RJ_DISK_OK;
}

static INIT void lsi_add_unit(struct unit *unit, uint32_t target, const struct rj_host *host)
{
	struct rj_disk disk = {
		.interface = "SCSI    ",
		.device_path = { target },              /* EDD 3.0: the LUN is 0 */
		.transfer = lsi_transfer, .alignment = 1, .unit = target,
	};

	if (scsi_identify(&unit->scsi, &disk))
		scsi_add(&unit->scsi, sizeof(*unit), &disk, MAX_BYTES, host);
	else
		host->print("lsi: target %u has no medium, or is no disk", target);
}

/* By TEST UNIT READY (SPC-4), all zeros; a target that is there at most fails it. */
static INIT void lsi_add_targets(struct controller *c, uint32_t targets, const struct rj_host *host)
{
	static INIT_DATA const struct scsi_command test = { .bytes = 0 };
	struct unit unit = { .scsi = { .execute = lsi_execute, .data = c->data }, .controller = c };

	for (uint32_t target = 0; target < targets; target++) {
		enum rj_status status;

		if (target == HOST_ID)
			continue;
		unit.select = SELECT(target);
		status = lsi_run(&unit, &test);
		if (status == RJ_DISK_OK)
			lsi_add_unit(&unit, target, host);
		else if (status != RJ_DISK_TIMEOUT)
			host->warn("lsi: target %u does not follow the SCSI protocol", target);
	}
}

static INIT void lsi_set(struct controller *c, uint32_t number, uint32_t operation, uint32_t operand)
{
	c->program[number] = (struct instruction){ operation, operand };
}

/*
 * After the command, the target chooses the phases: data, status and messages, of which all but the
 * two that end the connection are ignored. lsi_prepare() sets the rest.
 */
static INIT void lsi_write_program(struct controller *c)
{
	uint32_t next = lsi_at(c, NEXT), message = (uint32_t)(uintptr_t)&c->message;

	c->identify = IDENTIFY;
	lsi_set(c, TO_TARGET, 0, lsi_at(c, STRANGE));   /* where it goes if reselected */
	lsi_set(c, SEND_IDENTIFY, MOVE(MESSAGE_OUT) | 1, (uint32_t)(uintptr_t)&c->identify);
	lsi_set(c, NEXT, 0, lsi_at(c, DO_DATA));
	lsi_set(c, TO_STATUS, JUMP_IF(STATUS), lsi_at(c, DO_STATUS));
	lsi_set(c, TO_MESSAGE, JUMP_IF(MESSAGE_IN), lsi_at(c, DO_MESSAGE));
	lsi_set(c, STRANGE, INT, STRANGE);
	lsi_set(c, AFTER_DATA, JUMP, next);
	lsi_set(c, DO_STATUS, MOVE(STATUS) | 1, (uint32_t)(uintptr_t)&c->status);
	lsi_set(c, AFTER_STATUS, JUMP, next);
	lsi_set(c, DO_MESSAGE, MOVE(MESSAGE_IN) | 1, message);
	lsi_set(c, TO_DISCONNECT, JUMP_IF_BYTE(DISCONNECT), lsi_at(c, DO_DISCONNECT));
	lsi_set(c, TO_COMPLETE, JUMP_IF_BYTE(COMMAND_COMPLETE), lsi_at(c, DO_COMPLETE));
	lsi_set(c, ACCEPT, CLEAR_ACK, 0);
	lsi_set(c, AFTER_MESSAGE, JUMP, next);
	lsi_set(c, DO_DISCONNECT, EXPECT_BUS_FREE, 0);
	lsi_set(c, ACCEPT_DISCONNECT, CLEAR_ACK, 0);
	lsi_set(c, GONE, WAIT_DISCONNECT, 0);
	lsi_set(c, BACK, WAIT_RESELECT, lsi_at(c, STRANGE));
	lsi_set(c, AFTER_BACK, JUMP, next);
	lsi_set(c, DO_COMPLETE, EXPECT_BUS_FREE, 0);
	lsi_set(c, ACCEPT_COMPLETE, CLEAR_ACK, 0);
	lsi_set(c, FREE, WAIT_DISCONNECT, 0);
	lsi_set(c, DONE, INT, DONE);
}

/* Bus Master stays off until the chip is reset: its last program may be anywhere. */
static INIT void lsi_attach(uint32_t pci, const struct rj_host *host)
{
	uint16_t ports = pci_ports(pci, 0);
	struct controller *c;

	timer_init(host->ticks_per_ms);
	c = ports ? host->alloc(sizeof(*c), 8) : NULL;
	if (!c) {
		host->print("lsi: %s", ports ? "not enough memory" : "registers out of reach");
		return;
	}
	c->ports = ports;
	lsi_write_program(c);
	pci_enable(pci, PCI_IO);
	lsi_start(c);
	pci_enable(pci, PCI_BUS_MASTER);
	lsi_add_targets(c, TARGETS, host);
}

/* An operating system would have enabled interrupts. */
static INIT bool lsi_is_firmwares(uint32_t pci, const struct rj_host *host)
{
	uint16_t ports = pci_ports(pci, 0), needed = PCI_IO | PCI_BUS_MASTER;

	(void)host;
	return ports && (pci_read16(pci, PCI_COMMAND) & needed) == needed && read8(BDA_HARD_DISKS)
		&& !inb(ports + SIEN0) && !inb(ports + SIEN1) && !inb(ports + DIEN);
}

DRIVER(lsi_is_firmwares, lsi_attach);
