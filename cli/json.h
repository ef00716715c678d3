/* SPDX-License-Identifier: MIT */
/*
 * JSON, a value at a time. key is NULL for values in a list and for the first.
 */
#ifndef RJ_JSON_H
#define RJ_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json {
	FILE *file;
	unsigned depth;
	bool behind;            /* a value stands before in the same group */
};

/* A group: kind is '{' or '['. What is opened has to be closed in turn. */
void json_open(struct json *json, const char *key, char kind);
void json_close(struct json *json, char kind);

/* Bytes that are no UTF-8 are written as U+FFFD. A NULL text is null. */
void json_string(struct json *json, const char *key, const char *text);
void json_number(struct json *json, const char *key, uint64_t value);
void json_bool(struct json *json, const char *key, bool value);

#endif
