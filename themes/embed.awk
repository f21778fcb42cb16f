# Turns theme files into a C table, so that the built-in themes are the ones of this folder.
# The format is that of tui/theme.h; theme.c reads it too, and a test compares the two.

BEGIN {
	split("black red green yellow blue magenta cyan white", names, " ")
	for (i = 1; i <= 8; i++) {
		index_of[names[i]] = i - 1
		index_of["bright-" names[i]] = i + 7
	}
	split("bold dim italic underline reverse", names, " ")
	for (i = 1; i <= 5; i++)
		is_attr[names[i]] = 1
	print "/* Made from the theme files by embed.awk. */"
	print "#include \"tui/theme_builtin.h\"\n"
	print "const struct ks_theme ks_theme_table[] = {"
}

function fail(what) {
	print FILENAME ":" FNR ": " what > "/dev/stderr"
	failed = 1
	exit 1
}

function trim(text) {
	gsub(/^[ \t]+|[ \t]+$/, "", text)
	return text
}

function end_theme() {
	if (in_roles)
		print "\t    },"
	if (in_theme)
		print "\t},"
	in_roles = 0
	in_theme = 0
}

function color(word) {
	if (word == "default")
		return "{KS_COLOR_DEFAULT, 0}"
	if (word in index_of)
		return "{KS_COLOR_INDEX, " index_of[word] "}"
	if (word ~ /^[0-9]+$/ && word + 0 <= 255)
		return "{KS_COLOR_INDEX, " word "}"
	if (word ~ /^#[0-9a-fA-F]+$/ && length(word) == 7)
		return "{KS_COLOR_RGB, 0x" substr(word, 2) "}"
	fail("no colour: " word)
}

function look(text,    words, n, i, fg, bg, attrs) {
	n = split(text, words, /[ \t]+/)
	for (i = 1; i <= n; i++) {
		if (words[i] in is_attr)
			attrs = attrs (attrs == "" ? "" : " | ") "KS_ATTR_" toupper(words[i])
		else if (words[i] == "on")
			bg = ", .bg = " color(words[++i])
		else
			fg = ", .fg = " color(words[i])
	}
	return "{.attrs = " (attrs == "" ? "0" : attrs) fg bg "}"
}

FNR == 1 { end_theme(); print "\t{"; in_theme = 1 }
/^[ \t]*(#|$)/ { next }
/^\[theme\]$/ { next }
/^\[roles\]$/ { print "\t    .looks = {"; in_roles = 1; next }
!/=/ { fail("no = in this line") }
{
	key = trim(substr($0, 1, index($0, "=") - 1))
	value = trim(substr($0, index($0, "=") + 1))
	if (in_roles) {
		gsub(/-/, "_", key)
		print "\t        [KS_ROLE_" toupper(key) "] = " look(value) ","
	} else if (key == "background")
		print "\t    .for_light = " (value == "light" ? "true" : "false") ","
	else
		print "\t    ." key " = \"" value "\","
}
END {
	if (failed)
		exit 1
	end_theme()
	print "};\n"
	print "const size_t ks_theme_table_size = sizeof ks_theme_table / sizeof ks_theme_table[0];"
}
