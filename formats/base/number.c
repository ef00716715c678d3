/* SPDX-License-Identifier: MIT */
#include "base/number.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define HARD_DISKS 0x80

static int digit_value(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, tolower((unsigned char)c)) : NULL;

	return at ? (int)(at - digits) : 16;
}

/*
 * Digits of this base from *text on; stops at any other character. False if the value
 * overflows.
 */
static bool take_digits(const char **text, unsigned base, uint64_t *value)
{
	bool fits = true;

	*value = 0;
	for (; digit_value(**text) < (int)base; ++*text) {
		uint64_t digit = (uint64_t)digit_value(**text);

		fits = fits && *value <= (UINT64_MAX - digit) / base;
		*value = *value * base + digit;
	}
	return fits;
}

static bool is_hex_prefix(const char *text)
{
	return text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
}

/*
 * An optional 0x, digits, an optional h. Returns the rest of the text, or NULL without digits.
 */
static const char *take_hex(const char *text, uint64_t *value, bool *fits)
{
	const char *start = is_hex_prefix(text) ? text + 2 : text;
	const char *end = start;

	*fits = take_digits(&end, 16, value);
	if (end == start)
		return NULL;
	if (start == text && (*end == 'h' || *end == 'H'))
		end++;
	return end;
}

static unsigned suffix_shift(char c)
{
	switch (c) {
	case 'K': case 'k': return 10;
	case 'M': case 'm': return 20;
	case 'G': case 'g': return 30;
	default: return 0;
	}
}

static bool is_hex_with_h(const char *text)
{
	size_t length = strspn(text, "0123456789abcdefABCDEF");

	return length > 0 && strcasecmp(text + length, "h") == 0;
}

enum rj_err rj_parse_number(const char *text, uint64_t max, uint64_t *value,
			    struct rj_error *err)
{
	const char *end = text;
	bool fits;
	unsigned shift;

	if (is_hex_prefix(text) || is_hex_with_h(text)) {
		end = take_hex(text, value, &fits);
	} else {
		fits = take_digits(&end, 10, value);
		end = end == text ? NULL : end;
	}
	shift = end ? suffix_shift(*end) : 0;
	if (!end || end[shift != 0] != '\0')
		return rj_fail(err, RJ_USAGE,
			       "\"%s\" is not a number; write 31744, 0x7C00, 7C00h or 31K",
			       text);
	if (!fits || *value > max >> shift)
		return rj_fail(err, RJ_BAD, "\"%s\" is larger than %s", text, RJ_HEX(max));
	*value <<= shift;
	return RJ_OK;
}

enum rj_err rj_parse_far(const char *text, uint16_t *segment, uint16_t *offset,
			 struct rj_error *err)
{
	uint64_t high, low;
	bool high_fits, low_fits;
	const char *at = take_hex(text, &high, &high_fits);

	at = at && *at == ':' ? take_hex(at + 1, &low, &low_fits) : NULL;
	if (!at || *at != '\0')
		return rj_fail(err, RJ_USAGE,
			       "\"%s\" is not in the form SEG:OFF; "
			       "write two hexadecimal numbers, as in 0:7C00", text);
	if (!high_fits || !low_fits || high > UINT16_MAX || low > UINT16_MAX)
		return rj_fail(err, RJ_BAD, "a number in \"%s\" is larger than FFFFh", text);
	*segment = (uint16_t)high;
	*offset = (uint16_t)low;
	return RJ_OK;
}

enum rj_err rj_parse_drive(const char *text, uint8_t *drive, struct rj_error *err)
{
	bool hard = strncasecmp(text, "hd", 2) == 0;
	bool named = hard || strncasecmp(text, "fd", 2) == 0;
	uint64_t number;

	if (rj_parse_number(named ? text + 2 : text, named ? HARD_DISKS - 1 : UINT8_MAX,
			    &number, err))
		return rj_fail(err, RJ_BAD,
			       "\"%s\" is not a drive; "
			       "write hd0 to hd127, fd0 to fd127, or 0 to 0xFF", text);
	*drive = (uint8_t)(number + (hard ? HARD_DISKS : 0));
	return RJ_OK;
}
