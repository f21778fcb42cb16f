"""The sign-in service of "aws login": renews a session for who proves to hold its key (DPoP)."""

import base64
import binascii
import json
import os
import subprocess
import threading

from peer_web import Refused, Reply, json_reply
from peer_world import LOGIN_ARN, random_token

CLIENT = "arn:aws:signin:::devtools/same-device"
# What comes before the 65 bytes of a P-256 point in a public key's DER.
POINT_PREFIX = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200")
TOLERANCE = 300


class Sessions:
    def __init__(self, world):
        self.world = world
        self.lock = threading.Lock()
        self.refreshers = {}  # refresh token: the public key that it is bound to
        self.used = set()  # the jti of each proof
        self.refusal = None  # one of the service's words, once the session was ended

    def new_refresh(self, point):
        token = self.world.keep("login-refresh", "rt-" + random_token(300))
        with self.lock:
            self.refreshers[token] = point
            self.refusal = None
        return token

    def use_refresh(self, token, point):
        with self.lock:
            if token is None or self.refreshers.get(token) != point:
                return False
            del self.refreshers[token]
            return True

    def use_proof(self, jti):
        with self.lock:
            fresh = jti not in self.used
            self.used.add(jti)
            return fresh

    def revoke(self, word):
        with self.lock:
            self.refusal = word


def openssl(*arguments, data=None):
    return subprocess.run(["openssl", *arguments], input=data, capture_output=True, check=True).stdout


def new_key():
    """(PEM of SEC1, the public point)"""
    pem = openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout")
    return pem.decode(), openssl("ec", "-pubout", "-outform", "DER", data=pem)[-65:]


def private_number(pem):
    """The 32 bytes that a key of new_key keeps secret."""
    der = base64.b64decode("".join(line for line in pem.splitlines() if not line.startswith("-")))
    return der[7:39]


def unbase64(text):
    if not isinstance(text, str) or "=" in text:
        raise ValueError("base64url without padding is wanted")
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def der_integer(data):
    data = data.lstrip(b"\0") or b"\0"
    if data[0] & 0x80:
        data = b"\0" + data
    return bytes([2, len(data)]) + data


def verify_es256(world, point, signed, signature):
    der = der_integer(signature[:32]) + der_integer(signature[32:])
    der = bytes([0x30, len(der)]) + der
    pem = (b"-----BEGIN PUBLIC KEY-----\n" + base64.encodebytes(POINT_PREFIX + point)
           + b"-----END PUBLIC KEY-----\n")
    base = os.path.join(world.work, "dpop-" + os.urandom(8).hex())
    try:
        for end, data in ((".pem", pem), (".sig", der)):
            with open(base + end, "wb") as file:
                file.write(data)
        return subprocess.run(["openssl", "dgst", "-sha256", "-verify", base + ".pem", "-signature",
                               base + ".sig"], input=signed, capture_output=True, check=False).returncode == 0
    finally:
        for end in (".pem", ".sig"):
            os.unlink(base + end)


def invalid(why):
    return Refused("INVALID_REQUEST", f"DPoP proof: {why}")


def read_proof(proof):
    """(header, claims, what is signed, signature)"""
    parts = (proof or "").split(".")
    if len(parts) != 3:
        raise invalid("not a JWT of three parts")
    try:
        header, claims = (json.loads(unbase64(part)) for part in parts[:2])
        signature = unbase64(parts[2])
    except (ValueError, binascii.Error) as why:
        raise invalid("a part isn't base64url of JSON") from why
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise invalid("a part isn't an object")
    return header, claims, ".".join(parts[:2]).encode(), signature


def read_point(jwk):
    if not isinstance(jwk, dict) or (jwk.get("kty"), jwk.get("crv")) != ("EC", "P-256"):
        raise invalid("jwk isn't a P-256 key")
    if "d" in jwk:
        raise invalid("jwk holds the private key")
    try:
        x, y = unbase64(jwk.get("x")), unbase64(jwk.get("y"))
    except (ValueError, binascii.Error) as why:
        raise invalid("x and y aren't base64url") from why
    if len(x) != 32 or len(y) != 32:
        raise invalid("x and y aren't 32 bytes each")
    return b"\4" + x + y


def check_proof(request, world):
    """The public point that has signed the proof; raises Refused."""
    header, claims, signed, signature = read_proof(request.header("dpop"))
    if header.get("typ") != "dpop+jwt" or header.get("alg") != "ES256":
        raise invalid("typ must be dpop+jwt and alg ES256")
    point = read_point(header.get("jwk"))
    if claims.get("htm") != request.method:
        raise invalid("htm isn't the method")
    if claims.get("htu") != request.url():
        raise invalid(f"htu isn't {request.url()}")
    if type(claims.get("iat")) is not int or abs(claims["iat"] - world.now()) > TOLERANCE:
        raise invalid("iat isn't now")
    if not isinstance(claims.get("jti"), str) or not claims["jti"]:
        raise invalid("jti is missing")
    if len(signature) != 64 or not verify_es256(world, point, signed, signature):
        raise invalid("the signature is wrong")
    if not world.signin.use_proof(claims["jti"]):
        raise invalid("jti was used before")
    return point


def error(status, code, message):
    kind = "InternalServerException" if status >= 500 else \
        "TooManyRequestsError" if status == 429 else "AccessDeniedException"
    return json_reply({"error": code, "message": message}, status, [("x-amzn-ErrorType", kind)])


def refusal(refused):
    code = "ValidationException" if refused.kind == "INVALID_REQUEST" else "AccessDeniedException"
    return json_reply({"error": refused.kind, "message": refused.message}, 400, [("x-amzn-ErrorType", code)])


def name(request):
    asked = request.json()
    request.note("grantType", asked.get("grantType"))
    request.note("clientId", asked.get("clientId"))
    request.note("DPoP", "given" if request.header("dpop") else None)
    return "CreateOAuth2Token" if request.path == "/v1/token" else request.operation


def renew(request, world):
    asked = request.json()
    if request.header("authorization") is not None:
        raise Refused("INVALID_REQUEST", "This call must not be signed")
    if asked.get("grantType") != "refresh_token" or asked.get("clientId") != CLIENT:
        raise Refused("INVALID_REQUEST", "grantType and clientId must be those of the session")
    point = check_proof(request, world)
    if world.signin.refusal is not None:
        raise Refused(world.signin.refusal, "The session has ended")
    if not world.signin.use_refresh(asked.get("refreshToken"), point):
        raise Refused("TOKEN_EXPIRED", "The refresh token is unknown, was used before or has another key")
    given = world.issue("login", LOGIN_ARN, 900)
    return json_reply({
        "accessToken": {"accessKeyId": given.key, "secretAccessKey": given.secret,
                        "sessionToken": given.token},
        "tokenType": "aws_sigv4", "expiresIn": max(1, int(given.expires - world.now())),
        "refreshToken": world.signin.new_refresh(point)})


def answer(request, world):
    if request.method != "POST" or request.path != "/v1/token":
        return Reply(404)
    try:
        return renew(request, world)
    except Refused as refused:
        return refusal(refused)
