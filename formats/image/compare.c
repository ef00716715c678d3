/* SPDX-License-Identifier: MIT */
#include "image/compare.h"

#include <stdlib.h>
#include <string.h>

#include "base/progress.h"

#define BUFFER_SIZE (256u << 10)

static enum rj_err compare(const struct rj_part *first, const struct rj_part *second,
			   uint8_t *buffers, uint64_t *same, struct rj_error *err)
{
	uint64_t size = first->size < second->size ? first->size : second->size;
	size_t equal = 0, part = 0;

	for (*same = 0; *same < size && equal == part; *same += equal) {
		part = size - *same < BUFFER_SIZE ? (size_t)(size - *same) : BUFFER_SIZE;
		if (rj_input_read(first->input, buffers, part, first->offset + *same, err) ||
		    rj_input_read(second->input, buffers + BUFFER_SIZE, part,
				  second->offset + *same, err))
			return err->class;
		if (memcmp(buffers, buffers + BUFFER_SIZE, part) == 0)
			equal = part;
		else
			for (equal = 0; buffers[equal] == buffers[BUFFER_SIZE + equal];)
				equal++;
		rj_progress_add(part);
	}
	return RJ_OK;
}

enum rj_err rj_compare(const struct rj_part *first, const struct rj_part *second,
		       uint64_t *same, struct rj_error *err)
{
	uint8_t *buffers = malloc(2 * BUFFER_SIZE);
	enum rj_err code;

	if (!buffers)
		return rj_no_memory(err);
	rj_progress_begin(RJ_COMPARING, first->size < second->size ? first->size : second->size);
	code = compare(first, second, buffers, same, err);
	rj_progress_end();
	free(buffers);
	return code;
}
