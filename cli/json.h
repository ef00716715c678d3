/* SPDX-License-Identifier: MIT */
/*
 * Writes JSON value by value. key is NULL for values in a list and for the outermost value.
 */
#ifndef RJ_JSON_H
#define RJ_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* The version of the output; incremented when a member changes or is removed. */
#define JSON_SCHEMA 1

enum json_kind { JSON_OPEN, JSON_CLOSE, JSON_NULL, JSON_STRING, JSON_NUMBER, JSON_ADDRESS,
		 JSON_BOOL };

struct json_value {
	enum json_kind kind;
	char group;             /* JSON_OPEN, JSON_CLOSE: '{' or '[' */
	const char *text;       /* JSON_STRING */
	uint64_t number;        /* the other kinds; text shows JSON_ADDRESS in hexadecimal */
};

struct json {
	FILE *file;
	unsigned depth;
	bool has_value;         /* the group already has a value */

	/* If this is set, it gets all values, and nothing is written. */
	void (*take)(void *context, const char *key, const struct json_value *value);
	void *context;
};

void json_value(struct json *json, const char *key, const struct json_value *value);

/* A group: '{' or '['. Groups are closed in reverse order. */
void json_open(struct json *json, const char *key, char group);
void json_close(struct json *json, char group);

/* Bytes that are not UTF-8 are written as U+FFFD, a NULL text as null. */
void json_string(struct json *json, const char *key, const char *text);
void json_number(struct json *json, const char *key, uint64_t value);
void json_address(struct json *json, const char *key, uint64_t value);
void json_bool(struct json *json, const char *key, bool value);

#endif
