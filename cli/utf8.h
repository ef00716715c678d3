/* SPDX-License-Identifier: MIT */
#ifndef RJ_UTF8_H
#define RJ_UTF8_H

#include <stddef.h>

#define UTF8_REPLACEMENT "\xEF\xBF\xBD"         /* U+FFFD, for bytes that are not UTF-8 */

/* The bytes of the UTF-8 sequence at text; 0: not UTF-8 (RFC 3629). */
size_t utf8_sequence(const unsigned char *text);

#endif
