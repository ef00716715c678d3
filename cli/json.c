/* SPDX-License-Identifier: MIT */
#include "json.h"

#include <inttypes.h>
#include <string.h>

static void new_line(const struct json *json)
{
	fprintf(json->file, "\n%*s", (int)(2 * json->depth), "");
}

/* Bytes of the UTF-8 sequence at text, 0 when it is none (RFC 3629). */
static size_t sequence(const unsigned char *text)
{
	static const struct { unsigned char mask, value; size_t size; uint32_t least; } leads[] = {
		{ 0x80, 0x00, 1, 0 }, { 0xE0, 0xC0, 2, 0x80 },
		{ 0xF0, 0xE0, 3, 0x800 }, { 0xF8, 0xF0, 4, 0x10000 },
	};

	for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++) {
		uint32_t point = text[0] & (unsigned char)~leads[i].mask;

		if ((text[0] & leads[i].mask) != leads[i].value)
			continue;
		for (size_t n = 1; n < leads[i].size; n++) {
			if ((text[n] & 0xC0) != 0x80)
				return 0;
			point = point << 6 | (text[n] & 0x3Fu);
		}
		return point < leads[i].least || point > 0x10FFFF ||
		       (point >= 0xD800 && point <= 0xDFFF) ? 0 : leads[i].size;
	}
	return 0;
}

static void quote(FILE *file, const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	fputc('"', file);
	while (*at) {
		size_t size = sequence(at);

		if (size == 0)
			fputs("\xEF\xBF\xBD", file);
		else if (*at == '"' || *at == '\\')
			fprintf(file, "\\%c", *at);
		else if (*at < ' ' || *at == 0x7F)
			fprintf(file, "\\u%04x", *at);
		else
			fwrite(at, 1, size, file);
		at += size ? size : 1;
	}
	fputc('"', file);
}

static void start(struct json *json, const char *key)
{
	if (json->behind)
		fputc(',', json->file);
	if (json->depth > 0)
		new_line(json);
	json->behind = true;
	if (key) {
		quote(json->file, key);
		fputs(": ", json->file);
	}
}

void json_open(struct json *json, const char *key, char kind)
{
	start(json, key);
	fputc(kind, json->file);
	json->depth++;
	json->behind = false;
}

void json_close(struct json *json, char kind)
{
	json->depth--;
	if (json->behind)
		new_line(json);
	fputc(kind == '{' ? '}' : ']', json->file);
	json->behind = true;
	if (json->depth == 0)
		fputc('\n', json->file);
}

void json_string(struct json *json, const char *key, const char *text)
{
	start(json, key);
	if (text)
		quote(json->file, text);
	else
		fputs("null", json->file);
}

void json_number(struct json *json, const char *key, uint64_t value)
{
	start(json, key);
	fprintf(json->file, "%" PRIu64, value);
}

void json_bool(struct json *json, const char *key, bool value)
{
	start(json, key);
	fputs(value ? "true" : "false", json->file);
}
