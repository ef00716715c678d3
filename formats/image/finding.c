/* SPDX-License-Identifier: MIT */
#include "image/finding.h"

#include <stdarg.h>

void rj_check_error(const struct rj_check *check, const struct rj_error *error)
{
	struct rj_error finding = *error;

	finding.subject = check->input->path;
	check->report(check->context, &finding);
}

void rj_check_report(const struct rj_check *check, const char *format, ...)
{
	struct rj_error finding = { .class = RJ_BAD };
	va_list args;

	va_start(args, format);
	check->report(check->context,
		      rj_error_vset(&finding, check->input->path, format, args));
	va_end(args);
}

void rj_check_equal(const struct rj_check *check, uint64_t at, uint64_t expected,
		    uint64_t found, const char *format, ...)
{
	struct rj_error wrong;
	va_list args;

	if (expected == found)
		return;
	va_start(args, format);
	rj_error_vset(&wrong, NULL, format, args);
	va_end(args);
	rj_check_report(check, "%s %s", wrong.text, RJ_FOUND(at, expected, found));
}
