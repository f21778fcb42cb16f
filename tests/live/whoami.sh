#!/bin/sh
# "keysail whoami": which identity would be used, without a word to any service. Prints TAP.
set -u
SRCDIR=${SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)}
KEYSAIL=${KEYSAIL:-$SRCDIR/build/keysail}

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
count=0

# No credentials, no configuration and no proxy but our own.
for name in $(env | sed -n 's/^\(AWS_[A-Z0-9_]*\)=.*/\1/p'); do unset "$name"; done
unset XDG_CONFIG_HOME XDG_STATE_HOME http_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY all_proxy
HOME=$work
# Whoever asks a service all the same gets no answer.
https_proxy=http://127.0.0.1:1
export HOME https_proxy
mkdir "$work/.aws"
cat >"$work/.aws/config" <<'END'
[default]
region = eu-west-1
[profile prod]
region = us-east-1
[profile half]
aws_access_key_id = AKIDHALF
[profile local]
endpoint_url = http://127.0.0.1:1
END
cat >"$work/.aws/credentials" <<'END'
[default]
aws_access_key_id = AKIDDEFAULT
aws_secret_access_key = not-to-be-seen
[prod]
aws_access_key_id = AKIDPROD
aws_secret_access_key = not-to-be-seen
[local]
aws_access_key_id = AKIDLOCAL
aws_secret_access_key = not-to-be-seen
END

# whoami OPTION…: what it says is in out and err, how it ended in status.
whoami() {
    "$KEYSAIL" whoami "$@" >"$work/out" 2>"$work/err"
    status=$?
}

# check NAME STATUS LINES: how it ended, that so many lines are on stderr, and that out is what
# comes on stdin.
check() {
    count=$((count + 1))
    cat >"$work/wanted"
    if [ "$status" -eq "$2" ] && [ "$(wc -l <"$work/err")" -eq "$3" ] &&
        cmp -s "$work/out" "$work/wanted"; then
        echo "ok $count - $1"
    else
        echo "not ok $count - $1"
        diff "$work/wanted" "$work/out" | sed 's/^/# /'
        sed 's/^/# stderr: /' "$work/err"
        echo "# status: $status"
    fi
}

# says NAME TEXT: a line on stderr has it.
says() {
    count=$((count + 1))
    if grep -qF -- "$2" "$work/err"; then
        echo "ok $count - $1"
    else
        echo "not ok $count - $1"
        sed 's/^/# stderr: /' "$work/err"
    fi
}

whoami
check "the default identity, in lines for people" 0 0 <<'END'
profile     default
source      shared credentials file (~/.aws/credentials), profile default
access key  AKIDDEFAULT
account     unknown
region      eu-west-1
endpoint    https://lightsail.eu-west-1.amazonaws.com
expires     never
END

whoami -p prod -p local --format json
check "two profiles, for programs" 0 0 <<'END'
[
 {"profile": "prod", "source": "shared credentials file (~/.aws/credentials), profile prod", "accessKeyId": "AKIDPROD", "account": null, "region": "us-east-1", "endpoint": "https://lightsail.us-east-1.amazonaws.com", "expiresAt": null},
 {"profile": "local", "source": "shared credentials file (~/.aws/credentials), profile local", "accessKeyId": "AKIDLOCAL", "account": null, "region": null, "endpoint": "http://127.0.0.1:1", "expiresAt": null}
]
END

AWS_USE_FIPS_ENDPOINT=true whoami -p prod -r cn-north-1 -r eu-west-2
check "each region that was chosen has its endpoint" 0 0 <<'END'
profile     prod
source      shared credentials file (~/.aws/credentials), profile prod
access key  AKIDPROD
account     unknown
region      cn-north-1
endpoint    https://lightsail-fips.cn-north-1.amazonaws.com.cn
expires     never

profile     prod
source      shared credentials file (~/.aws/credentials), profile prod
access key  AKIDPROD
account     unknown
region      eu-west-2
endpoint    https://lightsail-fips.eu-west-2.amazonaws.com
expires     never
END

whoami -r all
check "all regions have none in common" 0 0 <<'END'
profile     default
source      shared credentials file (~/.aws/credentials), profile default
access key  AKIDDEFAULT
account     unknown
region      all
endpoint    AWS's own, one in each region
expires     never
END

whoami -p half -p prod -p nobody --format json
check "what fails is left out" 1 2 <<'END'
[
 {"profile": "prod", "source": "shared credentials file (~/.aws/credentials), profile prod", "accessKeyId": "AKIDPROD", "account": null, "region": "us-east-1", "endpoint": "https://lightsail.us-east-1.amazonaws.com", "expiresAt": null}
]
END
says "a broken profile is one line" "keysail: half: "
says "another is the second, with its remedy" "known profiles: default, prod, half, local"

whoami -p nobody --format json
check "nothing at all is an empty array" 1 1 <<'END'
[]
END

AWS_ACCESS_KEY_ID=AKIDENV AWS_SECRET_ACCESS_KEY=not-to-be-seen AWS_SESSION_TOKEN=nor-this \
    AWS_ACCOUNT_ID=123456789012 AWS_CREDENTIAL_EXPIRATION=2100-01-01T00:00:00Z \
    AWS_REGION=ap-south-1 whoami --endpoint-url http://localhost:9 --format json
check "variables beat the files of the default profile" 0 0 <<'END'
[
 {"profile": "default", "source": "environment", "accessKeyId": "AKIDENV", "account": "123456789012", "region": "ap-south-1", "endpoint": "http://localhost:9", "expiresAt": "2100-01-01T00:00:00Z"}
]
END

if "$KEYSAIL" serve --help >/dev/null 2>&1; then
    whoami --demo
    sed 's/:[0-9]*$/:PORT/; s/AKI[A-Z0-9]*/ID/' "$work/out" >"$work/demo"
    mv "$work/demo" "$work/out"
    check "the demo has an identity of its own" 0 0 <<'END'
profile     -
source      demo
access key  ID
account     unknown
region      all
endpoint    http://127.0.0.1:PORT
expires     never
END
fi

if [ -c /dev/full ]; then
    "$KEYSAIL" whoami >/dev/full 2>"$work/err"
    status=$?
    : >"$work/out"
    check "what can't be written is no success" 1 1 </dev/null
fi
cat >"$work/.aws/config" <<'END'
[profile prod]
region = eu-west-1
retry_mode = bogus
[profile local]
endpoint_url = http://127.0.0.1:1
max_attempts = 0
END
whoami -p prod -p local --format json
remarks_only() { [ "$status" -eq 0 ] && [ "$(wc -l <"$work/err")" -eq 2 ] && [ "$(grep -c accessKeyId "$work/out")" -eq 2 ]; }
count=$((count + 1))
if remarks_only; then echo "ok $count - settings that aren't taken are no failure"; else echo "not ok $count - settings that aren't taken are no failure"; sed 's/^/# /' "$work/err"; fi
says "but are named" 'there is no retry mode "bogus"'
says "each of them" "max_attempts"

echo "1..$count"
