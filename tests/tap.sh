#!/bin/sh
# usage: tap.sh TEST [ARGUMENT]...
# Runs a test program whose TAP is cmocka's: that calls a test which was skipped "not ok", where TAP
# wants "ok # SKIP".
exec 4>&1
status=$({
    { "$@" 3>&- 4>&-; echo $? >&3; } | sed 's/^not ok \(.*# SKIP\)/ok \1/' >&4
} 3>&1)
exit "$status"
