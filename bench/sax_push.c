/*
 * The peer of bench/instruments.sh: pushes a file through libxml2 (SAX2, empty
 * handlers, the same pieces and options as parsers/instruments.c).
 * sax_push FILE
 */
#include <fcntl.h>
#include <libxml/parser.h>
#include <stdio.h>
#include <unistd.h>

enum { CHUNK = (64 << 10) - 64 };

static void
on_start(void *ctx, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri, int n_ns, const xmlChar **ns, int n, int n_default,
    const xmlChar **attributes)
{
	(void)ctx, (void)name, (void)prefix, (void)uri, (void)n_ns, (void)ns;
	(void)n, (void)n_default, (void)attributes;
}

static void
on_end(
    void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	(void)ctx, (void)name, (void)prefix, (void)uri;
}

static void
on_text(void *ctx, const xmlChar *p, int n)
{
	(void)ctx, (void)p, (void)n;
}

int
main(int argc, char **argv)
{
	static char chunk[CHUNK];
	xmlSAXHandler sax = { .initialized = XML_SAX2_MAGIC,
		.startElementNs = on_start,
		.endElementNs = on_end,
		.characters = on_text,
		.ignorableWhitespace = on_text };
	int fd = argc == 2 ? open(argv[1], O_RDONLY) : -1;
	xmlParserCtxtPtr ctxt;
	ssize_t n = 1;

	if (fd < 0) {
		fputs("usage: sax_push FILE\n", stderr);
		return 64;
	}
	ctxt = xmlCreatePushParserCtxt(&sax, NULL, NULL, 0, NULL);
	if (ctxt == NULL)
		return 70;
	xmlCtxtUseOptions(ctxt, XML_PARSE_NONET | XML_PARSE_IGNORE_ENC);
	while (n > 0) {
		n = read(fd, chunk, sizeof(chunk));
		if (n < 0 || xmlParseChunk(ctxt, chunk, (int)n, n == 0) != 0)
			return 65;
	}
	xmlFreeParserCtxt(ctxt);
	return close(fd) == 0 ? 0 : 74;
}
