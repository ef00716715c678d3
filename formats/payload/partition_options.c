/* SPDX-License-Identifier: MIT */
#include "payload/partition_options.h"

#include <string.h>

#include "base/number.h"

static enum rj_err parse_partition(const char *text, uint32_t *partition, struct rj_error *err)
{
	uint64_t number;

	if (rj_parse_number(text, UINT8_MAX, &number, err))
		return err->code;
	*partition = (uint32_t)number;
	return number ? RJ_OK : rj_fail(err, RJ_ERR_PARTITION, .name = text);
}

static enum rj_err parse_hidden(const char *text, uint64_t *hidden, struct rj_error *err)
{
	return rj_parse_number(text, UINT64_MAX, hidden, err);
}

static enum rj_err parse_bpb(const char *text, unsigned *bpb, struct rj_error *err)
{
	static const struct { const char *list; unsigned bits; } lists[] = {
		{ "hidden", RJ_BPB_HIDDEN }, { "drive", RJ_BPB_DRIVE },
		{ "hidden,drive", RJ_BPB_HIDDEN | RJ_BPB_DRIVE },
		{ "drive,hidden", RJ_BPB_HIDDEN | RJ_BPB_DRIVE },
	};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (strcmp(text, lists[i].list) == 0) {
			*bpb = lists[i].bits;
			return RJ_OK;
		}
	return rj_fail(err, RJ_ERR_BPB, .name = text);
}

static enum rj_err parse_sector_size(const char *text, uint32_t *size, struct rj_error *err)
{
	uint64_t number;

	if (rj_parse_number(text, UINT32_MAX, &number, err))
		return err->code;
	*size = (uint32_t)number;
	return number == 512 || number == 4096 ? RJ_OK
		: rj_fail(err, RJ_ERR_SECTOR_SIZE, .count = number);
}

static enum rj_err check_partition(const char *text, struct rj_error *err)
{
	uint32_t partition;

	return parse_partition(text, &partition, err);
}

static enum rj_err check_hidden(const char *text, struct rj_error *err)
{
	uint64_t hidden;

	return parse_hidden(text, &hidden, err);
}

static enum rj_err check_bpb(const char *text, struct rj_error *err)
{
	unsigned bpb;

	return parse_bpb(text, &bpb, err);
}

static enum rj_err check_sector_size(const char *text, struct rj_error *err)
{
	uint32_t size;

	return parse_sector_size(text, &size, err);
}

const struct payload_option option_partition = {
	.name = "partition", .argument = "N", .help = "the partition to boot, from 1",
	.check = check_partition,
};
const struct payload_option option_hidden = {
	.name = "hidden", .argument = "LBA",
	.help = "its first sector, when there is no partition table", .check = check_hidden,
};
const struct payload_option option_bpb = {
	.name = "bpb", .argument = "LIST", .help = "what to set in its parameter block: hidden, drive",
	.words = "hidden drive hidden,drive", .check = check_bpb,
};
const struct payload_option option_sector_size = {
	.name = "sector-size", .argument = "BYTES", .help = "size of the disk's sectors: 512 or 4096",
	.words = "512 4096", .check = check_sector_size,
};

struct rj_vbr_choice partition_choice(const struct rj_plan *plan)
{
	const char *partition = payload_text(plan, &option_partition);
	const char *hidden = payload_text(plan, &option_hidden);
	const char *bpb = payload_text(plan, &option_bpb);
	const char *sector_size = payload_text(plan, &option_sector_size);
	struct rj_vbr_choice choice = { .has_hidden = hidden != NULL };
	struct rj_error error;

	if (partition)
		parse_partition(partition, &choice.partition, &error);
	if (hidden)
		parse_hidden(hidden, &choice.hidden, &error);
	if (bpb)
		parse_bpb(bpb, &choice.bpb, &error);
	if (sector_size)
		parse_sector_size(sector_size, &choice.sector_size, &error);
	return choice;
}
