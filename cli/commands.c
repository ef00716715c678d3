/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <string.h>

const struct command commands[] = {
#define ROW(name, operand, help) { #name, operand, help, COMMAND_BIT(name), run_##name },
	COMMANDS(ROW)
#undef ROW
};
const size_t command_count = sizeof(commands) / sizeof(commands[0]);

const struct command *command_find(const char *name)
{
	for (size_t i = 0; name && i < command_count; i++)
		if (strcmp(name, commands[i].name) == 0)
			return &commands[i];
	return NULL;
}
