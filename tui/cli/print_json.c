#include "tui/cli/print_json.h"

#include <string.h>

#include "core/base/clock.h"
#include "core/base/date.h"

void ks_print_json_text(FILE *out, const char *text)
{
	size_t left, size;
	uint32_t code;

	if (text == NULL) {
		fputs("null", out);
		return;
	}
	left = strlen(text);
	putc('"', out);
	for (; (size = ks_text_decode(text, left, &code)) > 0; text += size, left -= size) {
		if (code == '"' || code == '\\')
			fprintf(out, "\\%c", (int)code);
		else if (ks_text_is_clean(text, size))
			fwrite(text, 1, size, out);
		else if (code > 0xffff)
			fprintf(out, "\\u%04x\\u%04x", 0xd7c0u + (unsigned)(code >> 10),
			    0xdc00u + (unsigned)(code & 0x3ff));
		else
			fprintf(out, "\\u%04x", (unsigned)code);
	}
	putc('"', out);
}

void ks_print_json_str(FILE *out, const struct ks_str *str)
{
	ks_print_json_text(out, ks_str_present(str) ? str->raw : NULL);
}

void ks_print_json_time(FILE *out, int64_t time)
{
	char text[KS_DATE_SIZE];

	if (time != KS_TIME_NONE)
		fprintf(out, "\"%s\"", ks_date_rfc3339(time, text));
	else
		fputs("null", out);
}
