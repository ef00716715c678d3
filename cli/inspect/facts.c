/* SPDX-License-Identifier: MIT */
#include "inspect/facts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add(struct facts *facts, const struct json_value *value)
{
	struct fact *fact;

	if (facts->count == facts->room) {
		size_t room = facts->room ? 2 * facts->room : 64;
		struct fact *all = realloc(facts->all, room * sizeof(*all));

		if (!all) {
			facts->no_memory = true;
			return;
		}
		facts->all = all;
		facts->room = room;
	}
	fact = &facts->all[facts->count];
	memcpy(fact->path, facts->path, sizeof(fact->path));
	fact->value = *value;
	if (value->kind == JSON_STRING)
		fact->value.text = strdup(value->text);
	if (value->kind == JSON_STRING && !fact->value.text)
		facts->no_memory = true;
	else
		facts->count++;
}

/* Appends to the path of the open group. */
static void extend(struct facts *facts, const char *before, const char *text,
		   const char *after)
{
	size_t length = facts->depth ? facts->levels[facts->depth - 1].length : 0;

	snprintf(facts->path + length, sizeof(facts->path) - length, "%s%s%s", before, text, after);
}

static void extend_by_element(struct facts *facts, const struct json_value *value)
{
	char number[24];

	/* cppcheck-suppress duplicateExpressionTernary; cppcheck has no inttypes.h */
	snprintf(number, sizeof(number), value->kind == JSON_ADDRESS ? "%" PRIX64 "h" : "%" PRIu64,
		 value->number);
	extend(facts, "[", value->kind == JSON_STRING ? value->text : number, "]");
}

static void push(struct facts *facts, bool list, bool nameless)
{
	if (facts->depth == FACT_DEPTH_MAX) {
		facts->no_memory = true;
		return;
	}
	facts->levels[facts->depth].length = strlen(facts->path);
	facts->levels[facts->depth].list = list;
	facts->levels[facts->depth++].nameless = nameless;
}

static void take_in_list(struct facts *facts, const struct json_value *value)
{
	if (value->kind == JSON_OPEN) {
		push(facts, value->group == '[', true);
		return;
	}
	extend_by_element(facts, value);
	add(facts, &(struct json_value){ .kind = JSON_OPEN });
}

/* An element's first member is its name. */
static void take_name(struct facts *facts, const struct json_value *value)
{
	extend_by_element(facts, value);
	add(facts, &(struct json_value){ .kind = JSON_OPEN });
	facts->levels[facts->depth - 1].length = strlen(facts->path);
	facts->levels[facts->depth - 1].nameless = false;
}

static void take_member(struct facts *facts, const char *key, const struct json_value *value)
{
	extend(facts, facts->depth && facts->levels[facts->depth - 1].length ? "." : "",
	       key ? key : "", "");
	if (value->kind != JSON_OPEN || value->group == '{')
		add(facts, value);
	if (value->kind == JSON_OPEN)
		push(facts, value->group == '[', false);
}

void facts_take(void *context, const char *key, const struct json_value *value)
{
	struct facts *facts = context;

	if (facts->no_memory)
		return;
	if (value->kind == JSON_CLOSE) {
		facts->depth--;
		facts->path[facts->depth ? facts->levels[facts->depth - 1].length : 0] = '\0';
	} else if (facts->depth && facts->levels[facts->depth - 1].list) {
		extend(facts, "", "", "");
		take_in_list(facts, value);
	} else if (facts->depth && facts->levels[facts->depth - 1].nameless) {
		take_name(facts, value);
	} else {
		take_member(facts, key, value);
	}
}

const struct fact *facts_find(const struct facts *facts, const char *path)
{
	for (size_t i = 0; i < facts->count; i++)
		if (strcmp(facts->all[i].path, path) == 0)
			return &facts->all[i];
	return NULL;
}

void facts_free(struct facts *facts)
{
	for (size_t i = 0; i < facts->count; i++)
		if (facts->all[i].value.kind == JSON_STRING)
			free((char *)facts->all[i].value.text);
	free(facts->all);
	*facts = (struct facts){ 0 };
}
