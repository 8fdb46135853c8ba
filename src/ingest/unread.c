/*
 * What people put into bundles that no parser reads, by its first bytes:
 * captures in formats that this version does not read, and what a server or a
 * shell wrote in place of a capture.  A parser that bids more than the name
 * comes before this table.
 */
#include "ingest/unread.h"

#include <string.h>

struct known {
	size_t off;
	struct ws_sv bytes;
	enum ws_status status;
	const char *text;
};

#define BYTES(literal)                                                         \
	{                                                                      \
		(literal), sizeof(literal) - 1                                 \
	}

static const struct known magics[] = {
	{ 0, BYTES("\x96\xd5\x75\x21"), WS_UNSUPPORTED,
	    "sysstat data file; convert it with sadf -d FILE -- -A" },
	{ 0, BYTES("\x96\xd5\x71\x21"), WS_UNSUPPORTED,
	    "sysstat data file of an old version; convert it with sadf -c" },
	{ 0, BYTES("\x96\xd5\x73\x21"), WS_UNSUPPORTED,
	    "sysstat data file of an old version; convert it with sadf -c" },
	{ 0, BYTES("\x96\xd5\x70\x21"), WS_UNSUPPORTED,
	    "sysstat data file of an old version; convert it with sadf -c" },
	{ 0, BYTES("\xd5\x96\x21"), WS_UNSUPPORTED,
	    "sysstat data file of a big-endian machine; convert it there" },
	{ 0, BYTES("FLR\0"), WS_UNSUPPORTED,
	    "Java Flight Recorder recording, not of a Go program" },
	{ 0, BYTES("\xff\xfe"), WS_UNSUPPORTED,
	    "UTF-16 text; convert with iconv" },
	{ 0, BYTES("\xfe\xff"), WS_UNSUPPORTED,
	    "UTF-16 text; convert with iconv" },
	{ 0, BYTES("SQLite format 3\0"), WS_UNSUPPORTED,
	    "SQLite database (not read by this version)" },
	{ 0, BYTES("7z\xbc\xaf\x27\x1c"), WS_UNSUPPORTED,
	    "7z archive; repack as tar or zip" },
	{ 0, BYTES("Rar!\x1a\x07"), WS_UNSUPPORTED,
	    "RAR archive; repack as tar or zip" },
	{ 0, BYTES("LZIP"), WS_UNSUPPORTED, "lzip data; unpack it first" },
	{ 0, BYTES("LRZI"), WS_UNSUPPORTED, "lrzip data; unpack it first" },
	{ 0, BYTES("\x89LZO"), WS_UNSUPPORTED, "lzop data; unpack it first" },
	{ 0, BYTES("\x1f\x9d"), WS_UNSUPPORTED, ".Z data; unpack it first" },
	{ 0, BYTES("\xcf\xfa\xed\xfe"), WS_OK, "Mach-O binary" },
	{ 0, BYTES("\xce\xfa\xed\xfe"), WS_OK, "Mach-O binary" },
	{ 0, BYTES("\xfe\xed\xfa\xcf"), WS_OK, "Mach-O binary" },
	{ 0, BYTES("\xfe\xed\xfa\xce"), WS_OK, "Mach-O binary" },
	{ 0, BYTES("\xca\xfe\xba\xbe"), WS_OK, "universal Mach-O binary" },
	{ 0, BYTES("\0\5\x16\7"), WS_OK, "AppleDouble file of macOS" },
	{ 0, BYTES("\x89PNG\r\n\x1a\n"), WS_OK, "PNG image" },
	{ 0, BYTES("%PDF-"), WS_OK, "PDF document" },
};

/* Beginnings of text, after blanks and without regard to case. */
static const struct known texts[] = {
	{ 0, BYTES("<!doctype html"), WS_OK,
	    "HTML page, not a profile (a server error page saved under this "
	    "name?)" },
	{ 0, BYTES("<html"), WS_OK,
	    "HTML page, not a profile (a server error page saved under this "
	    "name?)" },
	{ 0, BYTES("404 page not found"), WS_OK,
	    "404 page not found: the server has nothing at that path" },
	{ 0, BYTES("could not enable cpu profiling"), WS_OK,
	    "an error message of net/http/pprof: could not enable CPU "
	    "profiling" },
	{ 0, BYTES("could not enable tracing"), WS_OK,
	    "an error message of net/http/pprof: could not enable tracing" },
	{ 0, BYTES("unknown profile"), WS_OK,
	    "an error message of net/http/pprof: unknown profile" },
	{ 0, BYTES("profile duration exceeds server's writetimeout"), WS_OK,
	    "an error message of net/http/pprof: profile duration exceeds "
	    "server's WriteTimeout" },
	{ 0, BYTES("<?xml"), WS_UNSUPPORTED, "XML (not read by this version)" },
	{ 0, BYTES("{\"traceevents\""), WS_UNSUPPORTED,
	    "Chrome trace in JSON (not read by this version)" },
};

static bool
is_at(struct ws_sv head, const struct known *k)
{
	return head.n >= k->off + k->bytes.n &&
	       memcmp(head.p + k->off, k->bytes.p, k->bytes.n) == 0;
}

static char
to_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
begins_with(struct ws_sv text, struct ws_sv lower)
{
	if (text.n < lower.n)
		return false;
	for (size_t i = 0; i < lower.n; i++)
		if (to_lower(text.p[i]) != lower.p[i])
			return false;
	return true;
}

/* The folder *.trace holds files of many kinds; only together, and on a Mac,
 * are they a recording. */
static bool
is_in_recording(struct ws_sv name)
{
	static const char *const parts[] = { ".trace/corespace/",
		".trace/instrument_data/", ".trace/form.template",
		".trace/shared_data/", ".trace/Trace",
		".trace/UI_state_metadata.bin", ".trace/open.creq" };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (ws_sv_find(name, parts[i]) < name.n)
			return true;
	return false;
}

const char *
ws_unread_known(const struct ws_artifact *a, enum ws_status *status)
{
	struct ws_sv text = a->head;

	if (is_in_recording(a->name)) {
		*status = WS_UNSUPPORTED;
		return "part of a recording of Instruments; export it with "
		       "xctrace export --toc and --xpath";
	}
	for (size_t i = 0; i < WS_LEN(magics); i++) {
		if (is_at(a->head, &magics[i])) {
			*status = magics[i].status;
			return magics[i].text;
		}
	}
	if (ws_sv_starts(text, "\xef\xbb\xbf"))
		text = ws_sv_from(text, 3);
	text = ws_sv_trim(text);
	for (size_t i = 0; i < WS_LEN(texts); i++) {
		if (begins_with(text, texts[i].bytes)) {
			*status = texts[i].status;
			return texts[i].text;
		}
	}
	return NULL;
}

static bool
is_text(struct ws_sv s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if ((c < ' ' && strchr("\t\n\v\f\r\033", c) == NULL) ||
		    c == '\0' || c == 0x7f)
			return false;
	}
	return true;
}

const char *
ws_unread_unknown(const struct ws_artifact *a)
{
	return is_text(a->head) ? "text that no parser knows"
				: "binary data that no parser knows";
}
