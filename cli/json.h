/* SPDX-License-Identifier: MIT */
/*
 * JSON, a value at a time. key is NULL for values in a list and for the first.
 */
#ifndef RJ_JSON_H
#define RJ_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* The version of all that is printed; it counts up when a member changes or goes. */
#define JSON_SCHEMA 1

enum json_kind { JSON_OPEN, JSON_CLOSE, JSON_NULL, JSON_STRING, JSON_NUMBER, JSON_ADDRESS,
		 JSON_BOOL };

struct json_value {
	enum json_kind kind;
	char group;             /* JSON_OPEN, JSON_CLOSE: '{' or '[' */
	const char *text;       /* JSON_STRING */
	uint64_t number;        /* of the others; JSON_ADDRESS is one that people read in hex */
};

struct json {
	FILE *file;
	unsigned depth;
	bool behind;            /* a value stands before in the same group */

	/* If it is set, all values go here, and nothing is written. */
	void (*take)(void *context, const char *key, const struct json_value *value);
	void *context;
};

void json_value(struct json *json, const char *key, const struct json_value *value);

/* A group: '{' or '['. What is opened has to be closed in turn. */
void json_open(struct json *json, const char *key, char group);
void json_close(struct json *json, char group);

/* Bytes that are no UTF-8 are written as U+FFFD. A NULL text is null. */
void json_string(struct json *json, const char *key, const char *text);
void json_number(struct json *json, const char *key, uint64_t value);
void json_address(struct json *json, const char *key, uint64_t value);
void json_bool(struct json *json, const char *key, bool value);

#endif
