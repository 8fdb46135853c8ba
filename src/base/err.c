#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>

enum ws_status
ws_err_set(struct ws_err *err, enum ws_status status, uint64_t off,
    const char *fmt, ...)
{
	va_list ap;

	if (err == NULL)
		return status;
	err->status = status;
	err->off = off;
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	return status;
}

enum ws_status
ws_status_worst(enum ws_status a, enum ws_status b)
{
	return a > b ? a : b;
}

const char *
ws_status_name(enum ws_status status)
{
	static const char *const names[] = {
		[WS_OK] = "ok",
		[WS_PARTIAL] = "partial",
		[WS_UNSUPPORTED] = "unsupported",
		[WS_CORRUPT] = "corrupt",
		[WS_LIMIT] = "limit",
		[WS_IO] = "io",
	};

	return (unsigned)status < WS_LEN(names) ? names[status] : "unknown";
}
