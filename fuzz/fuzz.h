/* A fuzz target, as libFuzzer and the replay in regress.c call it. */
#ifndef WS_FUZZ_H
#define WS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* Always 0.  Ends the process when something does not hold. */
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* The folder of the source tree whose files the replay feeds, and whether a
 * gzipped one is fed unpacked. */
extern const char fuzz_seeds[];
extern const bool fuzz_unpack;

/* What must hold for any input. */
static inline void
fuzz_require(int holds)
{
	if (!holds)
		abort();
}

#endif
