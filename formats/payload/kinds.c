/* SPDX-License-Identifier: MIT */
#include "payload/payload.h"

#include <string.h>

#include "base/number.h"

#define DECLARE(name) extern const struct payload_kind payload_##name;
PAYLOAD_KINDS(DECLARE)
#undef DECLARE

const struct payload_kind *const payload_kinds[] = {
#define LIST(name) &payload_##name,
	PAYLOAD_KINDS(LIST)
#undef LIST
};
const size_t payload_kind_count = sizeof(payload_kinds) / sizeof(payload_kinds[0]);

bool payload_takes(const struct payload_kind *kind, const struct payload_option *option)
{
	for (size_t i = 0; kind->options && kind->options[i]; i++)
		if (kind->options[i] == option)
			return true;
	return false;
}

/* Whether a kind before the nth one also accepts it. */
static bool is_known(const struct payload_option *option, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (payload_takes(payload_kinds[i], option))
			return true;
	return false;
}

const struct payload_option *payload_option_at(size_t n)
{
	for (size_t i = 0; i < payload_kind_count; i++)
		for (size_t j = 0; payload_kinds[i]->options && payload_kinds[i]->options[j]; j++)
			if (!is_known(payload_kinds[i]->options[j], i) && n-- == 0)
				return payload_kinds[i]->options[j];
	return NULL;
}

static enum rj_err unknown(const struct rj_input *input, struct rj_error *err)
{
	struct rj_list options = { "" };

	for (size_t i = 0; i < payload_kind_count; i++)
		if (payload_kinds[i]->argument && !payload_kinds[i]->words)
			rj_list_add(&options, "--%s %s", payload_kinds[i]->name,
				    payload_kinds[i]->argument);
	return rj_fail_about(err, RJ_BAD, input->path,
			     "not a payload of a known kind; "
			     "choose its kind with %s --entry SEG:OFF", options.text);
}

enum rj_err payload_detect(const struct rj_input *input,
			   const struct payload_kind **kind, const char **why,
			   struct rj_error *err)
{
	enum rj_detected best = RJ_DETECT_NO;
	unsigned alike = 0;
	struct rj_list candidates = { "" };

	for (size_t i = 0; i < payload_kind_count; i++) {
		const struct payload_kind *candidate = payload_kinds[i];
		const char *reason = NULL;
		enum rj_detected answer = RJ_DETECT_NO;

		if (candidate->detect && (candidate->device || !input->is_device))
			answer = candidate->detect(input, &reason);
		if (answer == RJ_DETECT_NO)
			continue;
		rj_list_add(&candidates, "--%s (%s)", candidate->name, reason);
		alike = answer > best ? 1 : alike + (answer == best);
		if (answer > best) {
			best = answer;
			*kind = candidate;
			*why = reason;
		}
	}
	if (best == RJ_DETECT_NO)
		return unknown(input, err);
	if (best >= RJ_DETECT_YES && alike == 1)
		return RJ_OK;
	return rj_fail_about(err, RJ_BAD, input->path,
			     "ambiguous: it could be %s; choose the kind with its option",
			     candidates.text);
}

enum rj_err payload_split_address(char *argument, uint64_t *address,
				  struct rj_error *err)
{
	char *at = strrchr(argument, '@');

	if (!at || at == argument || at[1] == '\0')
		return rj_fail(err, RJ_USAGE,
			       "the address is missing; write FILE@ADDRESS, as in %s@0x7C00",
			       argument);
	*at = '\0';
	if (rj_parse_number(at + 1, UINT64_MAX, address, err))
		return err->class;
	if (*address > UINT32_MAX)
		return rj_fail_about(err, RJ_BAD, argument,
				     "the address %s is beyond 4 GiB; "
				     "the stub reaches only the first 4 GiB",
				     RJ_HEX(*address));
	return RJ_OK;
}

enum rj_err payload_split_variant(const struct payload_kind *kind, char *argument,
				  const char **variant, char **file, struct rj_error *err)
{
	size_t length = strcspn(argument, "=");
	struct rj_list names = { "" };

	for (size_t i = 0; argument[length] && i < kind->variant_count; i++) {
		const char *name = kind->variants[i].name;

		if (strlen(name) != length || memcmp(name, argument, length) != 0)
			continue;
		*variant = name;
		*file = argument + length + 1;
		return RJ_OK;
	}
	for (size_t i = 0; i < kind->variant_count; i++)
		rj_list_add(&names, "%s", kind->variants[i].name);
	return rj_fail(err, RJ_USAGE,
		       "\"%s\" is not in the form KIND=FILE; the kinds are %s", argument,
		       names.text);
}
