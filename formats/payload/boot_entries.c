/* SPDX-License-Identifier: MIT */
#include "payload/boot_entries.h"

#include <stdio.h>
#include <string.h>

#define BLANKS " \t"
#define SUFFIX ".conf"

const char *const rj_boot_mounts[] = { "/boot", "", "/efi", "/boot/efi" };
const size_t rj_boot_mount_count = sizeof(rj_boot_mounts) / sizeof(rj_boot_mounts[0]);

struct walk {
	const struct rj_root *root;
	bool (*visit)(void *context, const struct rj_boot_entry *entry);
	void *context;
	struct rj_boot_entry entry;
	char directory[PATH_MAX];
	bool more;
};

/* Appends after a blank; keys may be repeated. */
static void add(char to[RJ_ENTRY_LINE], const char *value)
{
	size_t used = strlen(to);

	snprintf(to + used, RJ_ENTRY_LINE - used, "%s%s", used ? " " : "", value);
}

/* KEY VALUE; the text is changed. */
static void take_line(struct rj_boot_entry *entry, char *text)
{
	const struct { const char *name; char *to; } keys[] = {
		{ "linux", entry->kernel }, { "initrd", entry->initrds }, { "options", entry->options },
	};
	char *key = text + strspn(text, BLANKS), *value = key + strcspn(key, BLANKS);

	if (*value)
		*value++ = '\0';
	value += strspn(value, BLANKS);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(key, keys[i].name) == 0)
			add(keys[i].to, value);
}

static bool read_entry(void *context, const char *name)
{
	struct walk *walk = context;
	struct rj_boot_entry *entry = &walk->entry;
	size_t length = strlen(name), end = sizeof(SUFFIX) - 1;
	char text[4 * RJ_ENTRY_LINE];

	*entry = (struct rj_boot_entry){ .mount = entry->mount };
	if (length <= end || strcmp(name + length - end, SUFFIX) != 0 ||
	    snprintf(entry->path, sizeof(entry->path), "%s/%s", walk->directory, name) >= PATH_MAX ||
	    rj_root_read(walk->root, entry->path, text, sizeof(text)) < 0)
		return true;
	for (char *line = text, *next; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		take_line(entry, line);
	}
	walk->more = walk->visit(walk->context, entry);
	return walk->more;
}

void rj_boot_entries(const struct rj_root *root,
		     bool (*visit)(void *context, const struct rj_boot_entry *entry), void *context)
{
	struct walk walk = { .root = root, .visit = visit, .context = context, .more = true };

	for (size_t i = 0; walk.more && i < rj_boot_mount_count; i++) {
		walk.entry.mount = rj_boot_mounts[i];
		snprintf(walk.directory, sizeof(walk.directory), "%s/loader/entries",
			 rj_boot_mounts[i]);
		rj_root_names(root, walk.directory, read_entry, &walk);
	}
}
