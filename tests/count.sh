#!/bin/sh
# usage: count.sh FOLDER
# Counts the test cases of the last "make check" in a build folder, as automake recorded them in
# *.trs files, and prints "N passed, N failed" (", N skipped" where some were). Fails when a case
# failed, when a test program died, and when nothing ran.
set -eu

find "$1/tests" -name '*.trs' -exec cat {} + 2>/dev/null | awk '
    $1 == ":test-result:" && ($2 == "PASS" || $2 == "XFAIL") { passed++ }
    $1 == ":test-result:" && ($2 == "FAIL" || $2 == "XPASS" || $2 == "ERROR") { failed++ }
    $1 == ":test-result:" && $2 == "SKIP" { skipped++ }
    END {
        if (passed + failed == 0)
            failed = 1
        line = (passed + 0) " passed, " (failed + 0) " failed"
        if (skipped)
            line = line ", " skipped " skipped"
        print line
        exit failed > 0
    }'
