/* Internal to the reader of Instruments exports: rows without libxml2. */
#ifndef INSTRUMENTS_SCAN_H
#define INSTRUMENTS_SCAN_H

#include "instruments.h"

struct instr_scan;

struct instr_scan *instr_scan_new(struct instr *t); /* for free() */
void instr_scan_begin(struct instr_scan *s);        /* a document */
/*
 * Reads rows that are plain, and blanks, as long as there are any; libxml2 has
 * to be behind an end tag, and not in the middle of anything.  Returns the bytes
 * that are done with.
 */
size_t instr_scan_rows(struct instr_scan *s, struct ws_sv part);

#endif
