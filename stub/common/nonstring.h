/* SPDX-License-Identifier: MIT */
#ifndef RJ_NONSTRING_H
#define RJ_NONSTRING_H

/* For a character array without a NUL, so that compilers do not warn of a string there. */
#ifdef __has_attribute
#if __has_attribute(nonstring)
#define NONSTRING __attribute__((nonstring))
#endif
#endif
#ifndef NONSTRING
#define NONSTRING
#endif

#endif
