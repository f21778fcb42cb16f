#!/bin/sh
# Who may use whom, proved on the #includes and again on the linked symbols. Prints TAP.
set -u
SRCDIR=${SRCDIR:-$(cd "$(dirname "$0")/.." && pwd)}
BUILDDIR=${BUILDDIR:-$SRCDIR/build}
cd "$SRCDIR" || exit 1

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
found=$work/found
count=0

# report NAME: the lines of $found are the offenders; none is a pass.
report() {
    count=$((count + 1))
    if [ -s "$found" ]; then
        echo "not ok $count - $1"
        sed 's/^/# /' "$found"
    else
        echo "ok $count - $1"
    fi
}

skip() {
    count=$((count + 1))
    echo "ok $count - $1 # SKIP $2"
}

# includes FOLDER: a line "FILE HEADER" for each include in it; <system> headers keep their bracket.
includes() {
    find "$1" -name '*.[ch]' -exec grep -H '^[ 	]*#[ 	]*include' {} + |
        sed -n 's/^\([^:]*\):.*include[ 	]*["]\{0,1\}\([<]\{0,1\}[^">]*\).*/\1 \2/p'
}

# Lines "FILE:LINE: CODE" of all files: comments and what is in strings left out. The comments of this
# tree are whole lines, or end a line.
find core tui -name '*.[ch]' -exec awk '
    FNR == 1 { comment = 0 }
    { gsub(/"([^"\\]|\\.)*"/, "\"\"") }
    comment && !/\*\// { next }
    comment { sub(/^.*\*\//, ""); comment = 0 }
    { gsub(/\/\*.*\*\//, "") }
    /\/\*/ { sub(/\/\*.*/, ""); comment = 1 }
    { print FILENAME ":" FNR ": " $0 }' {} + | sort -t : -k 1,1 -k 2,2n >"$work/code"
[ -s "$work/code" ] || exit 1

# calls PATTERN FOLDERS: where code in one of these (core|tui) calls one of these functions.
calls() {
    grep -E "^($2)/[^:]*:[0-9]*: (.*[^A-Za-z0-9_.>])?($1)[ 	]*\(" "$work/code"
}

# What each folder may include beside itself and base. The arrows of the design, as one table.
allowed() {
    case $1 in
    core/base) ;;
    core/aws) ;;
    core/lightsail) ;;
    core/state) echo core/lightsail core/record ;;
    core/engine) echo core/state core/lightsail core/aws core/record core/deliver ;;
    core/emulator) ;;
    core/record) ;;
    core/deliver) echo core/aws ;;
    esac
}

# ---- what the files include ----
for folder in core/*/; do
    folder=${folder%/}
    more=$(allowed "$folder")
    may="$folder core/base $more"
    includes "$folder" | while read -r file header; do
        case $header in
        "<"* | config.h) continue ;;
        core/*/* | tui/*) ;;
        *)
            echo "$file includes $header: write its path from the root"
            continue
            ;;
        esac
        case " $may " in
        *" ${header%/*} "*) ;;
        *) echo "$file includes $header" ;;
        esac
    done >"$found"
    report "$folder includes only itself, base${more:+ and $more}"
done

includes core | grep -E ' (tui/|<(n?curses|term|panel|form|menu)(\.h|w?/))' >"$found"
report "core includes nothing of tui, and no curses"
includes tui | grep -E ' <(n?curses|term|panel|form|menu)(\.h|w?/)' | grep -v '^tui/term\.c ' >"$found"
report "only tui/term.c includes curses"
includes tui | grep -E ' core/emulator/' | grep -vE '^tui/(main|demo|cli/serve)\.[ch] ' >"$found"
report "tui reaches the emulator only to serve it"
includes tui/views 2>/dev/null | grep -E ' core/engine/' >"$found"
report "views know no engine: they draw, they don't act"

# ---- what the files call ----
{
    calls 'v?printf|puts|putchar|perror' core
    grep -E '^core/.*[^A-Za-z_]std(out|err)([^A-Za-z_]|$)' "$work/code"
} >"$found"
report "core prints nothing"
calls 'strcpy|strcat|stpcpy|v?sprintf|gets|system|popen|atoi|atol|atof|strtok|alloca' 'core|tui' >"$found"
report "no function that can't be bounded, and no shell"
calls 'malloc|calloc|realloc|strdup|strndup|asprintf' 'core|tui' | grep -v '^core/base/mem\.c:' >"$found"
report "memory comes from core/base/mem.h"
calls 'localtime|gmtime|ctime|asctime|rand|srand' 'core|tui' >"$found"
report "no function that shares a static buffer between threads"

# ---- what the libraries need of one another ----
needed() {
    nm -g "$1" 2>/dev/null | awk '$1 == "U" { print $2 }' | grep '^_\{0,1\}ks_' | sort -u
}

defined() {
    nm -g "$1" 2>/dev/null | awk 'NF == 3 && $2 ~ /^[TDBRVWC]$/ { print $3 }' | sort -u
}

if ! command -v nm >/dev/null 2>&1; then
    skip "libraries link only downwards" "no nm here"
else
    for library in "$BUILDDIR"/lib*.a; do
        if ! [ -f "$library" ]; then continue; fi
        name=$(basename "$library" .a)
        name=${name#lib}
        if ! [ -d "core/$name" ]; then continue; fi
        {
            defined "$library"
            for below in base $(allowed "core/$name" | sed 's,core/,,g'); do
                if [ -f "$BUILDDIR/lib$below.a" ]; then defined "$BUILDDIR/lib$below.a"; fi
            done
        } | sort -u >"$work/have"
        needed "$library" | comm -23 - "$work/have" >"$found"
        report "lib$name.a needs no symbol from above"
    done
fi

echo "1..$count"
