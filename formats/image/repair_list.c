/* SPDX-License-Identifier: MIT */
#include "image/repair_list.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

const struct rj_repair_row rj_repair_table[RJ_REPAIR_COUNT] = {
#define ROW(name, bit, what) { #name, what, 1u << bit },
	RJ_REPAIRS(ROW)
#undef ROW
};

/* Each name once, with a comma and a minus sign. */
#define LENGTH(name, bit, what) + sizeof(#name) + 1
_Static_assert(sizeof("all") RJ_REPAIRS(LENGTH) <= RJ_REPAIRS_TEXT, "no room");
#undef LENGTH

static enum rj_err unknown(const char *word, struct rj_error *err)
{
	struct rj_list names = { "" };

	for (size_t i = 0; i < RJ_REPAIR_COUNT; i++)
		rj_list_add(&names, "%s", rj_repair_table[i].name);
	return rj_fail(err, RJ_USAGE,
		       "there is no repair \"%s\"; "
		       "the words are all, none, NAME and -NAME; "
		       "the names are %s", word, names.text);
}

/* The bit of a name, or 0. */
static uint32_t find(const char *name)
{
	for (unsigned i = 0; i < RJ_REPAIR_COUNT; i++)
		if (strcmp(rj_repair_table[i].name, name) == 0)
			return rj_repair_table[i].bit;
	return 0;
}

static enum rj_err apply(const char *word, bool first, uint32_t *repairs,
			 struct rj_error *err)
{
	bool takes_out = word[0] == '-';
	uint32_t bit = find(word + takes_out);

	if (strcmp(word, "all") == 0)
		*repairs = RJ_ALL_REPAIRS;
	else if (strcmp(word, "none") == 0)
		*repairs = 0;
	else if (!bit)
		return unknown(word, err);
	else if (takes_out)
		*repairs &= ~bit;
	else
		*repairs = (first ? 0 : *repairs) | bit;
	return RJ_OK;
}

enum rj_err rj_repairs_parse(char *list, uint32_t *repairs, struct rj_error *err)
{
	bool first = true;

	*repairs = RJ_ALL_REPAIRS;
	while (list) {
		char *comma = strchr(list, ',');

		if (comma)
			*comma++ = '\0';
		if (apply(list, first, repairs, err))
			return err->class;
		first = false;
		list = comma;
	}
	return RJ_OK;
}

static unsigned count(uint32_t bits)
{
	unsigned n = 0;

	for (; bits; bits &= bits - 1)
		n++;
	return n;
}

void rj_repairs_text(uint32_t repairs, char text[RJ_REPAIRS_TEXT])
{
	uint32_t on = repairs & RJ_ALL_REPAIRS, off = RJ_ALL_REPAIRS & ~on;
	bool from_all = count(off) < count(on);
	uint32_t told = from_all ? off : on;
	size_t used = (size_t)snprintf(text, RJ_REPAIRS_TEXT, "%s",
				       from_all ? "all" : told ? "" : "none");

	for (unsigned i = 0; i < RJ_REPAIR_COUNT; i++)
		if (told & rj_repair_table[i].bit)
			used += (size_t)snprintf(text + used, RJ_REPAIRS_TEXT - used, "%s%s%s",
						 used ? "," : "", from_all ? "-" : "",
						 rj_repair_table[i].name);
}
