"""Signature Version 4, both ways: what clients have signed is verified from the bytes received, and
what is passed on to the emulator is signed anew."""

import calendar
import hashlib
import hmac
import re
import time
from urllib.parse import quote, unquote

from peer_web import Refused

ALGORITHM = "AWS4-HMAC-SHA256"
HEADER = re.compile(ALGORITHM + r"\s+Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*"
                    r"Signature=([0-9a-f]{64})$")
TOLERANCE = 15 * 60


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def mac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def canonical_query(query):
    pairs = []
    for part in query.split("&") if query else []:
        name, _, value = part.partition("=")
        pairs.append(tuple(quote(unquote(x), safe="-_.~") for x in (name, value)))
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def canonical_path(path):
    segments = []
    for segment in path.split("/"):
        if segment == "..":
            segments = segments[:-1]
        elif segment not in ("", "."):
            segments.append(quote(segment, safe="-_.~"))
    end = "/" if segments and path.endswith("/") else ""
    return "/" + "/".join(segments) + end


def canonical_request(request, names):
    lines = [request.method, canonical_path(request.path), canonical_query(request.query)]
    lines += [f"{name}:{' '.join((request.header(name) or '').split())}" for name in names]
    lines += ["", ";".join(names), sha256(request.body)]
    return "\n".join(lines)


def signature(secret, date, scope, canonical):
    key = ("AWS4" + secret).encode()
    for part in scope.split("/"):
        key = mac(key, part)
    text = "\n".join([ALGORITHM, date, scope, sha256(canonical.encode("latin-1"))])
    return mac(key, text).hex()


def parse(request):
    """(access key ID, scope, signed names, signature); the scope is four parts."""
    header = request.header("authorization")
    if header is None:
        raise Refused("missing-token", "Request is missing Authentication Token")
    match = HEADER.match(header)
    if match is None:
        raise Refused("incomplete", "Authorization header doesn't have the parts it needs.")
    key, _, scope = match.group(1).partition("/")
    parts = scope.split("/")
    if len(parts) != 4 or parts[3] != "aws4_request":
        raise Refused("incomplete", "Credential must have five slash-delimited elements.")
    return key, parts, match.group(2).split(";"), match.group(3)


def check_names(request, names):
    if names != sorted(set(names)) or "host" not in names:
        raise Refused("bad-signature", "SignedHeaders must be sorted and hold host.")
    for name, _ in request.headers:
        name = name.lower()
        if (name.startswith("x-amz-") or name == "content-type") and name not in names:
            raise Refused("bad-signature", f"The header {name} was not signed.")


def check_date(request, scope, now):
    date = request.header("x-amz-date") or ""
    if not re.match(r"\d{8}T\d{6}Z$", date) or date[:8] != scope[0]:
        raise Refused("incomplete", "Date must be in X-Amz-Date and in the credential's scope.")
    seconds = calendar.timegm(time.strptime(date, "%Y%m%dT%H%M%SZ"))
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    if seconds < now - TOLERANCE:
        raise Refused("bad-signature", f"Signature expired: {date} is now earlier than {stamp}.")
    if seconds > now + TOLERANCE:
        raise Refused("bad-signature", f"Signature not yet current: {date} is still later than {stamp}.")
    return date


def verify(request, world, service):
    """Who signed the request; raises Refused. The kinds of refusals have no service's own names:
    each service says them in its way."""
    key, scope, names, given = parse(request)
    request.signed = key
    if scope[2] != service or (request.region and scope[1] != request.region):
        raise Refused("bad-signature", f"Credential should be scoped to {request.region}/{service}.")
    who = world.find(key)
    if who is None:
        raise Refused("unknown", "The security token included in the request is invalid.")
    check_names(request, names)
    date = check_date(request, scope, world.now())
    wanted = signature(who.secret, date, "/".join(scope), canonical_request(request, names))
    if not hmac.compare_digest(wanted, given):
        raise Refused("bad-signature", "The request signature we calculated does not match the signature "
                      "you provided. Check your AWS Secret Access Key and signing method.")
    if (request.header("x-amz-security-token") or "") != who.token:
        raise Refused("unknown", "The security token included in the request is invalid.")
    if who.expires is not None and who.expires <= world.now():
        raise Refused("expired", "The security token included in the request is expired")
    request.scope = scope
    return who


def sign(request, key, secret, region, service):
    """Adds x-amz-date and authorization to a request's headers."""
    date = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    request.headers.append(("x-amz-date", date))
    names = sorted(name.lower() for name, _ in request.headers)
    scope = f"{date[:8]}/{region}/{service}/aws4_request"
    given = signature(secret, date, scope, canonical_request(request, names))
    request.headers.append(("authorization", f"{ALGORITHM} Credential={key}/{scope}, "
                            f"SignedHeaders={';'.join(names)}, Signature={given}"))
