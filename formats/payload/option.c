/* SPDX-License-Identifier: MIT */
#include "payload/option.h"

const struct rj_setting *payload_setting(const struct rj_plan *plan,
					 const struct payload_option *option, size_t n)
{
	const struct rj_settings *settings = &plan->settings;

	for (size_t i = 0; i < settings->count; i++)
		if (settings->rows[i].option == option && n-- == 0)
			return &settings->rows[i];
	return NULL;
}

const char *payload_text(const struct rj_plan *plan, const struct payload_option *option)
{
	const struct rj_setting *setting = payload_setting(plan, option, 0);

	return setting ? setting->text : NULL;
}

uint64_t payload_number(const struct rj_plan *plan, const struct payload_option *option)
{
	const struct rj_setting *setting = payload_setting(plan, option, 0);

	return setting ? setting->value.number : 0;
}

/* The place for the option's next value; NULL: it has too many. */
static struct rj_setting *place_for(struct rj_settings *settings,
				    const struct payload_option *option)
{
	size_t count = 0;

	for (size_t i = 0; i < settings->count; i++)
		if (settings->rows[i].option == option) {
			if (!option->repeats)
				return &settings->rows[i];
			count++;
		}
	return count < RJ_LIST_MAX && settings->count < RJ_MAX_SETTINGS
	       ? &settings->rows[settings->count++] : NULL;
}

enum rj_err payload_set(struct rj_settings *settings, const struct rj_setting *setting,
			struct rj_error *err)
{
	struct rj_setting parsed = *setting, *place;

	if (!parsed.text)
		parsed.text = "";
	if (parsed.option->parse && parsed.option->parse(parsed.text, &parsed.value, err))
		return err->class;
	place = place_for(settings, parsed.option);
	if (!place)
		return rj_fail(err, RJ_BAD, "set more than %u times", RJ_LIST_MAX);
	*place = parsed;
	return RJ_OK;
}
