/* SPDX-License-Identifier: MIT */
#include "image/finding.h"

void rj_check_report(const struct rj_check *check, struct rj_error error)
{
	error.subject = check->input->path;
	check->report(check->context, &error);
}

void rj_check_equal(const struct rj_check *check, enum rj_err code, const char *name,
		    uint64_t at, uint64_t expected, uint64_t found)
{
	if (expected != found)
		rj_check_report(check, (struct rj_error){
			.code = code, .name = name, .located = true,
			.at = at, .expected = expected, .found = found });
}
