#include <stdint.h>
#include <stdlib.h>

#include "cli/cli.h"

#if defined(__GLIBC__)
#include <malloc.h>
#include <sys/mman.h>
#endif

#if defined(__GLIBC__) && defined(MADV_HUGEPAGE)
/*
 * The first touch of a page costs about a microsecond, and reading a trace
 * touches thousands; each is a miss of the TLB as well.  So the heap begins with
 * pages of 2 MiB, where the kernel has them.  Blocks of 8 MiB and more are
 * mapped: they grow without being copied and go back at once.
 */
void
ws_cli_heap(void)
{
	enum { LARGE = 8 << 20, PAGE = 2 << 20 };

	char *p;

	/* Above the block, or it would be mapped, and trimmed when it goes. */
	mallopt(M_MMAP_THRESHOLD, 2 * LARGE);
	mallopt(M_TRIM_THRESHOLD, 2 * LARGE);
	p = malloc(LARGE);
	if (p != NULL)
		madvise(p + PAGE - (uintptr_t)p % PAGE, LARGE - PAGE,
		    MADV_HUGEPAGE);
	free(p);
	mallopt(M_MMAP_THRESHOLD, LARGE);
}
#else
void
ws_cli_heap(void)
{
}
#endif
