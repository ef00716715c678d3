/* SPDX-License-Identifier: MIT */
#include "payload/option.h"

const struct rj_setting *payload_setting(const struct rj_plan *plan,
					 const struct payload_option *option, size_t n)
{
	for (size_t i = 0; i < plan->setting_count; i++)
		if (plan->settings[i].option == option && n-- == 0)
			return &plan->settings[i];
	return NULL;
}

const char *payload_text(const struct rj_plan *plan, const struct payload_option *option)
{
	const struct rj_setting *setting = payload_setting(plan, option, 0);

	return setting ? setting->text : NULL;
}

/* The place for the option's next value; NULL: it has too many. */
static struct rj_setting *place_for(struct rj_plan *plan, const struct payload_option *option)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->setting_count; i++)
		if (plan->settings[i].option == option) {
			if (!option->repeats)
				return &plan->settings[i];
			count++;
		}
	return count < RJ_LIST_MAX && plan->setting_count < RJ_MAX_SETTINGS
	       ? &plan->settings[plan->setting_count++] : NULL;
}

enum rj_err payload_set(struct rj_plan *plan, const struct payload_option *option,
			const char *text, const struct rj_input *input, struct rj_error *err)
{
	struct rj_setting *setting;

	if (option->check && option->check(text, err))
		return err->code;
	setting = place_for(plan, option);
	if (!setting)
		return rj_fail(err, RJ_ERR_VALUES_MANY, .limit = RJ_LIST_MAX);
	*setting = (struct rj_setting){ option, text ? text : "", input };
	return RJ_OK;
}
