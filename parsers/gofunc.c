#include "gofunc.h"

#include <string.h>

bool
gofunc_is_stub(struct ws_sv func)
{
	static const char stub[] = "._Cfunc_";
	size_t at = ws_sv_find(func, stub);
	struct ws_sv name = ws_sv_from(func, at + strlen(stub));

	return at < func.n && !ws_sv_starts(name, "GoString") &&
	       !ws_sv_starts(name, "GoBytes");
}

bool
gofunc_is_telling(struct ws_sv func)
{
	static const char *const starts[] = { "internal/poll.",
		"internal/sync.", "internal/syscall/", "os/signal.",
		"runtime/pprof.", "sync.", "syscall.", "time.Sleep" };

	for (size_t i = 0; i < WS_LEN(starts); i++)
		if (ws_sv_starts(func, starts[i]))
			return true;
	return false;
}
