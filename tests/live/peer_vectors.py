#!/usr/bin/python3
"""The peer's own verification against public vectors: AWS's signing suite, and ES256 as in RFC 7515."""

import sys
import tempfile

sys.dont_write_bytecode = True

import peer_signin
import peer_sigv4
from peer_web import Refused, Request
from peer_world import Identity

DATE = "20150830T123600Z"
NOW = 1440938160
HOST = ("host", "example.amazonaws.com")
TOKEN = "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267"
FORM = ("content-type", "application/x-www-form-urlencoded")

# name, method, target, further headers, body, signature
SUITE = [
    ("get-vanilla", "GET", "/", [], "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    ("post-vanilla", "POST", "/", [], "", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
    ("get-vanilla-query-order-key-case", "GET", "/?Param2=value2&Param1=value1", [], "",
     "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
    ("get-header-value-trim", "GET", "/", [("My-Header1", " value1 "), ("My-Header2", ' "a   b   c" ')], "",
     "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"),
    ("get-vanilla-with-session-token", "GET", "/", [("x-amz-security-token", TOKEN)], "",
     "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8"),
    ("post-x-www-form-urlencoded", "POST", "/", [FORM], "Param1=value1",
     "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"),
]

# RFC 7515, appendix A.3
SIGNED = ("eyJhbGciOiJFUzI1NiJ9."
          "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ")
SIGNATURE = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
JWK = {"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
       "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}


class OneIdentity:
    """As much of a world as verifying needs."""

    def __init__(self, token, work, now=NOW):
        self.time = now
        self.identity = Identity("example", "", "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token)
        self.work = work

    def find(self, key):
        return self.identity if key == self.identity.key else None

    def now(self):
        return self.time


def accepted(method, target, headers, body, signature, unsigned=(), token=None, service="service", now=NOW):
    """unsigned: headers added afterwards; token: the one that the signer was given, if not what is sent."""
    headers = [HOST, ("x-amz-date", DATE), *headers]
    names = ";".join(sorted(name.lower() for name, _ in headers))
    headers.append(("Authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/"
                    f"aws4_request, SignedHeaders={names}, Signature={signature}"))
    request = Request(method, target, [*headers, *unsigned], body.encode())
    if token is None:
        token = request.header("x-amz-security-token") or ""
    try:
        peer_sigv4.verify(request, OneIdentity(token, None, now), service)
    except Refused:
        return False
    return True


def es256(spoil):
    signature = bytearray(peer_signin.unbase64(SIGNATURE))
    signature[10] ^= spoil
    with tempfile.TemporaryDirectory() as work:
        return peer_signin.verify_es256(OneIdentity("", work), peer_signin.read_point(JWK), SIGNED.encode(),
                                        bytes(signature))


def main():
    wrong = []
    for name, *parts, signature in SUITE:
        other = signature[:-1] + ("0" if signature[-1] != "0" else "1")
        if not accepted(*parts, signature):
            wrong.append(f"{name}: refused")
        if accepted(*parts, other):
            wrong.append(f"{name}: a wrong signature was accepted")
    for what, changed in {
            "a header that isn't signed": {"unsigned": [("X-Amz-Target", "x")]},
            "another token": {"token": "other"},
            "another service": {"service": "lightsail"},
            "a signature of long ago": {"now": NOW + 1000},
            "a signature of the future": {"now": NOW - 1000}}.items():
        if accepted(*SUITE[0][1:], **changed):
            wrong.append(f"{what} was accepted")
    if not es256(0):
        wrong.append("ES256: refused")
    if es256(1):
        wrong.append("ES256: a wrong signature was accepted")
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
