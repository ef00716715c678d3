/* SPDX-License-Identifier: MIT */
/*
 * Cases that both drivers for MegaRAID cards have to pass, on the model of the card. driver: as in
 * its messages.
 */
#ifndef RJ_MFI_CASES_H
#define RJ_MFI_CASES_H

#include "mfi_model.h"

/* Whatever state the card was left in, its disk is served, and the states seen are printed. */
void mfi_check_states(enum card_kind kind, const char *driver);

/* What cannot be served ends in words, in time, and with Bus Master off. */
void mfi_check_no_start(enum card_kind kind, const char *driver);

/* An error of a request is told, and the next one works. */
void mfi_check_errors(enum card_kind kind);

#endif
