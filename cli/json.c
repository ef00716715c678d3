/* SPDX-License-Identifier: MIT */
#include "json.h"

#include <inttypes.h>

#include "utf8.h"

static void new_line(const struct json *json)
{
	fprintf(json->file, "\n%*s", (int)(2 * json->depth), "");
}

static void quote(FILE *file, const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	fputc('"', file);
	while (*at) {
		size_t size = utf8_sequence(at);

		if (size == 0)
			fputs(UTF8_REPLACEMENT, file);
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
	if (json->has_value)
		fputc(',', json->file);
	if (json->depth > 0)
		new_line(json);
	json->has_value = true;
	if (key) {
		quote(json->file, key);
		fputs(": ", json->file);
	}
}

static void close_group(struct json *json, char group)
{
	json->depth--;
	if (json->has_value)
		new_line(json);
	fputc(group == '{' ? '}' : ']', json->file);
	json->has_value = true;
	if (json->depth == 0)
		fputc('\n', json->file);
}

static void write_value(struct json *json, const struct json_value *value)
{
	switch (value->kind) {
	case JSON_OPEN:
		fputc(value->group, json->file);
		json->depth++;
		json->has_value = false;
		break;
	case JSON_NULL:
		fputs("null", json->file);
		break;
	case JSON_STRING:
		quote(json->file, value->text);
		break;
	case JSON_NUMBER: case JSON_ADDRESS:
		fprintf(json->file, "%" PRIu64, value->number);
		break;
	case JSON_BOOL:
		fputs(value->number ? "true" : "false", json->file);
		break;
	case JSON_CLOSE:
		break;
	}
}

void json_value(struct json *json, const char *key, const struct json_value *value)
{
	if (json->take) {
		json->take(json->context, key, value);
	} else if (value->kind == JSON_CLOSE) {
		close_group(json, value->group);
	} else {
		start(json, key);
		write_value(json, value);
	}
}

void json_open(struct json *json, const char *key, char group)
{
	json_value(json, key, &(struct json_value){ .kind = JSON_OPEN, .group = group });
}

void json_close(struct json *json, char group)
{
	json_value(json, NULL, &(struct json_value){ .kind = JSON_CLOSE, .group = group });
}

void json_string(struct json *json, const char *key, const char *text)
{
	json_value(json, key, &(struct json_value){ .kind = text ? JSON_STRING : JSON_NULL,
						    .text = text });
}

void json_number(struct json *json, const char *key, uint64_t value)
{
	json_value(json, key, &(struct json_value){ .kind = JSON_NUMBER, .number = value });
}

void json_address(struct json *json, const char *key, uint64_t value)
{
	json_value(json, key, &(struct json_value){ .kind = JSON_ADDRESS, .number = value });
}

void json_bool(struct json *json, const char *key, bool value)
{
	json_value(json, key, &(struct json_value){ .kind = JSON_BOOL, .number = value });
}
