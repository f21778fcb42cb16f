#!/bin/sh
# The documents say what the program does: man page, completions and README against the program and
# its tables. Prints TAP.
set -u
SRCDIR=${SRCDIR:-$(cd "$(dirname "$0")/.." && pwd)}
BUILDDIR=${BUILDDIR:-$SRCDIR/build}
KEYSAIL=${KEYSAIL:-$BUILDDIR/keysail}
cd "$SRCDIR" || exit 1

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
found=$work/found
count=0

# report NAME: the lines of $found are what is wrong; none is a pass.
report() {
    count=$((count + 1))
    if [ -s "$found" ]; then
        echo "not ok $count - $1"
        sed 's/^/# /' "$found"
    else
        echo "ok $count - $1"
    fi
}

# unsaid WORDS-FILE FILE NAME: the words that the document doesn't have, whole.
unsaid() {
    while read -r word; do
        if ! grep -qE -- "(^|[^A-Za-z0-9_-])$word([^A-Za-z0-9_-]|\$)" "$2"; then
            echo "$word is not in $3"
        fi
    done <"$1"
}

# The man page as its reader sees it: no macros between -- and an option's name.
sed -e 's/\\&//g' -e 's/Fl -/--/g' -e 's/^\.It //' tui/doc/keysail.1 >"$work/man"

# ---- the program's options ----
{
    "$KEYSAIL" --help
    "$KEYSAIL" serve --help
} 2>&1 </dev/null | grep -oE -- '--[a-z][a-z-]+' | sort -u >"$work/options"
if ! grep -q -- --help "$work/options"; then echo "keysail --help lists no options"; fi >"$found"
report "the program prints its options"

unsaid "$work/options" "$work/man" "the man page" >"$found"
report "the man page has every option"
grep -oE -- '--[a-z][a-z-]+' "$work/man" | sort -u | grep -vE '^--(clear|endpoint-url)$' |
    comm -23 - "$work/options" | sed 's/$/ is in the man page only/' >"$found"
report "the man page has no option that isn't there"

for file in bash/keysail zsh/_keysail fish/keysail.fish; do
    sed 's/-l \([a-z-]*\)/--\1/g' "tui/doc/$file" >"$work/completion"
    unsaid "$work/options" "$work/completion" "tui/doc/$file" >"$found"
    report "the ${file%%/*} completion has every option"
done

# ---- the tables ----
sed -n 's/.*\[KS_ROLE_[A-Z_]*\] = {"\([a-z-]*\)".*/\1/p' tui/style.c >"$work/roles"
if ! [ -s "$work/roles" ]; then echo "no roles in tui/style.c"; fi >"$found"
unsaid "$work/roles" "$work/man" "the man page" >>"$found"
report "the man page has every role of themes"

# The variables that are kept, and those that are taken out of the environment at once.
{
    sed -n 's/^\tX(\(AWS_[A-Z0-9_]*\)).*/\1/p' core/aws/env.h
    grep -oE '"AWS_[A-Z0-9_]+"' core/aws/env.c | tr -d '"'
} | sort -u >"$work/variables"
for word in AWS_PROFILE AWS_SDK_UA_APP_ID AWS_SECRET_ACCESS_KEY; do
    if ! grep -qx "$word" "$work/variables"; then echo "$word wasn't found in core/aws/env"; fi
done >"$found"
unsaid "$work/variables" "$work/man" "the man page" >>"$found"
report "the man page has every variable of AWS"

sed -n '/begin keys$/,/end keys$/p' tui/doc/keysail.1 | sed '1d;$d' >"$work/keys"
"$BUILDDIR/tests/support/man_keys" | diff - "$work/keys" >"$found" 2>&1
report "the man page has the actions' keys as they are (else: make man-keys)"

# ---- the README ----
# Its table of keys, and the keys of the actions, one a line.
sed -n '/^| key | does |/,/^$/p' README.md | cut -d'|' -f2 |
    awk -F'`' '{ for (i = 2; i <= NF; i += 2) print $i }' |
    sed 's/^↑$/Up/; s/^↓$/Down/' | sort -u >"$work/readme-keys"
"$BUILDDIR/tests/support/man_keys" | sed -n 's/^\.It Cm //p' | sed 's/\\&//g; s/ , /\n/g' |
    sort -u >"$work/action-keys"
if ! [ -s "$work/action-keys" ]; then echo "the actions have no keys"; fi >"$found"
comm -3 "$work/readme-keys" "$work/action-keys" | sed 's/^\t\(.*\)/\1 is not in the README/; t
s/$/ is in the README only/' >>"$found"
report "the README has the actions' keys"

grep -oE '\]\([^)#:]+\)' README.md | sed 's/](\(.*\))/\1/' | while read -r path; do
    if ! [ -e "$path" ]; then echo "README.md points to $path"; fi
done >"$found"
report "what the README points to is there"
grep -oE '(`)(core|tui|tests|themes|\.ci)/[A-Za-z0-9_./-]*' README.md | tr -d '`' | sort -u |
    while read -r path; do
        if ! [ -e "$path" ]; then echo "README.md names $path"; fi
    done >"$found"
report "the files that the README names are there"

echo "1..$count"
