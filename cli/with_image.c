/* SPDX-License-Identifier: MIT */
#include "command.h"
#include "diag.h"
#include "options.h"

int with_image(const struct options *options,
	       int (*run)(const struct options *options, const struct rj_input *input))
{
	struct rj_input input;
	struct rj_error error;
	int status;

	if (options->operand_count == 0)
		return diag_say(RJ_USAGE, NULL, "no image; name one");
	if (options->operand_count > 1)
		return diag_extra(options->operands[1].text);
	if (rj_input_open(&input, options->operands[0].text, &error))
		return diag(&error);
	status = run(options, &input);
	rj_input_close(&input);
	return status;
}
