/* SPDX-License-Identifier: MIT */
#ifndef RJ_NONSTRING_H
#define RJ_NONSTRING_H

/* A member of characters without a NUL, which compilers that warn of a string there know. */
#ifdef __has_attribute
#if __has_attribute(nonstring)
#define NONSTRING __attribute__((nonstring))
#endif
#endif
#ifndef NONSTRING
#define NONSTRING
#endif

#endif
