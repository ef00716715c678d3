/* SPDX-License-Identifier: MIT */
/*
 * What every unit test needs: cmocka, and inputs made of bytes.
 */
#ifndef RJ_UNIT_H
#define RJ_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/copy.h"
#include "base/input.h"
#include "common/le.h"
#include "disk/grub_embedded.h"
#include "image/services_read.h"
#include "payload/payload.h"

/* A nameless file with these bytes, open for reading and writing. */
static inline int unit_file(const void *bytes, size_t size)
{
	char path[] = "/tmp/rjpack-unit-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	unlink(path);
	assert_int_equal(pwrite(fd, bytes, size, 0), (ssize_t)size);
	return fd;
}

/* For functions that write to an output: only what they find and sum counts. */
static const struct rj_output unit_nowhere = { .fd = -1 };

/* The same as an input; to be closed with rj_input_close. */
static inline struct rj_input unit_input(const void *bytes, size_t size)
{
	return (struct rj_input){ .fd = unit_file(bytes, size), .path = "unit", .size = size };
}

/* This build's stub, for tests that link stub_blob. */
#define unit_stub() rj_stub_in_front(rj_stub_blob, rj_stub_blob_size)

/* Sets an option of the payload's kind; the text has to live as long as the plan. */
static inline void unit_set(struct rj_plan *plan, const char *option, const char *text,
			    const struct rj_input *input)
{
	struct rj_error why_not;

	for (size_t i = 0; payload_option_at(i); i++)
		if (strcmp(payload_option_at(i)->name, option) == 0) {
			const struct rj_setting setting = {
				.option = payload_option_at(i), .text = text, .input = input };

			assert_int_equal(payload_set(&plan->settings, &setting, &why_not), RJ_OK);
			return;
		}
	fail_msg("no option %s", option);
}

/* How a call should end: its class, and words of the error's text. */
struct unit_outcome {
	enum rj_err class;
	const char *words;
};
#define GOOD { RJ_OK, "" }

/* Fails unless the call returned this class, and set the error accordingly. */
#define assert_error(code, error, class, words) \
	unit_outcome((code), (error), &(struct unit_outcome){ (class), (words) }, \
		     __FILE__, __LINE__)
#define assert_outcome(code, error, outcome) \
	unit_outcome((code), (error), (outcome), __FILE__, __LINE__)
void unit_outcome(enum rj_err code, const struct rj_error *error,
		  const struct unit_outcome *outcome, const char *file, int line);

/* Fails unless the error's text has these words, with printf's format. */
void unit_says(const struct rj_error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Fails unless it is a note with these words. */
#define assert_note(note, words) assert_error((note)->class, (note), RJ_NOTE, (words))

/* assert_in_range has another name in each cmocka. */
#define assert_between(value, minimum, maximum) \
	assert_true(unit_between((uintmax_t)(value), (minimum), (maximum)))

static inline bool unit_between(uintmax_t value, uintmax_t minimum, uintmax_t maximum)
{
	return value >= minimum && value <= maximum;
}

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/*
 * For each row of a table, which may have a name. A test that fails in one prints which. Not to be
 * left by break.
 */
#define FOR_EACH(i, rows) FOR_EACH_OF(i, #rows, COUNT_OF(rows))
#define FOR_EACH_OF(i, table, count) \
	for (size_t i = 0; unit_row((table), i, (count), ""); i++)
#define FOR_EACH_NAMED(i, rows, name) \
	for (size_t i = 0; unit_row(#rows, i, COUNT_OF(rows), i < COUNT_OF(rows) ? (name) : ""); i++)

/* Whether there is a row I of COUNT, which the test is in from here on. */
bool unit_row(const char *table, size_t i, size_t count, const char *name);

/* A teardown for each test, which prints the rows in which the test has failed. */
int unit_tell_rows(void **state);

/* Sets it for those tests that have no other teardown. */
void unit_name_rows(struct CMUnitTest *tests, size_t count);

/* GRUB's boot.img in a sector; keeps the sector's parameters and partition table. */
static inline void unit_boot_img(uint8_t *sector, uint64_t kernel_sector)
{
	static const uint8_t load_code[] = "\x66\x8B\x1E\x5C\x7C\x66\x89\x5C\x08"
					   "\x66\x8B\x1E\x60\x7C\x66\x89\x5C\x0C";
	static const uint8_t jump_code[] = "\xFF\x26\x5A\x7C";

	memcpy(sector, "\xEB\x63\x90", 3);
	LE_PUT(sector, struct grub_boot_img, kernel_address, 0x8000);
	LE_PUT(sector, struct grub_boot_img, kernel_sector, kernel_sector);
	LE_PUT(sector, struct grub_boot_img, drive, 0xFF);
	memcpy(sector + 0xBC, load_code, sizeof(load_code) - 1);
	memcpy(sector + 0x167, jump_code, sizeof(jump_code) - 1);
	le_store(sector + 0x1FE, 0xAA55, 2);
}

#define UNIT_MAIN(...) \
	int main(void) \
	{ \
		struct CMUnitTest tests[] = { __VA_ARGS__ }; \
		unit_name_rows(tests, COUNT_OF(tests)); \
		return cmocka_run_group_tests(tests, NULL, NULL); \
	}

#endif
