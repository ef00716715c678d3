/* SPDX-License-Identifier: MIT */
#include "payload/partition_options.h"

#include <string.h>

#include "base/number.h"

static enum rj_err parse_partition(const char *text, union rj_value *value, struct rj_error *err)
{
	if (rj_parse_number(text, UINT8_MAX, &value->number, err))
		return err->class;
	return value->number ? RJ_OK : rj_fail(err, RJ_USAGE,
					       "\"%s\" is not a partition number; "
					       "partitions count from 1", text);
}

static enum rj_err parse_hidden(const char *text, union rj_value *value, struct rj_error *err)
{
	return rj_parse_number(text, UINT64_MAX, &value->number, err);
}

static enum rj_err parse_bpb(const char *text, union rj_value *value, struct rj_error *err)
{
	static const struct { const char *list; unsigned bits; } lists[] = {
		{ "hidden", RJ_BPB_HIDDEN }, { "drive", RJ_BPB_DRIVE },
		{ "hidden,drive", RJ_BPB_HIDDEN | RJ_BPB_DRIVE },
		{ "drive,hidden", RJ_BPB_HIDDEN | RJ_BPB_DRIVE },
	};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (strcmp(text, lists[i].list) == 0) {
			value->number = lists[i].bits;
			return RJ_OK;
		}
	return rj_fail(err, RJ_USAGE, "\"%s\" is neither hidden, drive nor hidden,drive",
		       text);
}

static enum rj_err parse_sector_size(const char *text, union rj_value *value, struct rj_error *err)
{
	if (rj_parse_number(text, UINT32_MAX, &value->number, err))
		return err->class;
	return value->number == 512 || value->number == 4096
	       ? RJ_OK : rj_fail(err, RJ_BAD,
				 "a sector size of %s bytes is not supported; use 512 or 4096",
				 RJ_DEC(value->number));
}

const struct payload_option option_partition = {
	.name = "partition", .argument = "N", .help = "the partition to boot, from 1",
	.parse = parse_partition,
};
const struct payload_option option_hidden = {
	.name = "hidden", .argument = "LBA",
	.help = "its first sector, when there is no partition table", .parse = parse_hidden,
};
const struct payload_option option_bpb = {
	.name = "bpb", .argument = "LIST", .help = "what to set in its parameter block: hidden, drive",
	.words = "hidden drive hidden,drive", .parse = parse_bpb,
};
const struct payload_option option_sector_size = {
	.name = "sector-size", .argument = "BYTES", .help = "size of the disk's sectors: 512 or 4096",
	.words = "512 4096", .parse = parse_sector_size,
};

struct rj_vbr_choice partition_choice(const struct rj_plan *plan)
{
	return (struct rj_vbr_choice){
		.partition = (uint32_t)payload_number(plan, &option_partition),
		.has_hidden = payload_setting(plan, &option_hidden, 0) != NULL,
		.hidden = payload_number(plan, &option_hidden),
		.bpb = (unsigned)payload_number(plan, &option_bpb),
		.sector_size = (uint32_t)payload_number(plan, &option_sector_size),
	};
}
