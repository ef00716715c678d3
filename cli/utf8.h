/* SPDX-License-Identifier: MIT */
#ifndef RJ_UTF8_H
#define RJ_UTF8_H

#include <stddef.h>

#define UTF8_REPLACEMENT "\xEF\xBF\xBD"         /* U+FFFD, for what is no UTF-8 */

/* Bytes of the UTF-8 sequence at text, 0 when it is none (RFC 3629). */
size_t utf8_sequence(const unsigned char *text);

#endif
