#!/usr/bin/python3
"""usage: peer_dpop.py KEY.pem URL [NAME=VALUE]...

Prints a DPoP proof for a POST to a URL, signed by the openssl command. NAME is a claim (htm, htu, iat,
jti) or a member of the header (typ, alg) that is to be another; jwk.NAME one of the key; "spoil=1"
spoils the signature."""

import base64
import json
import os
import subprocess
import sys
import time


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def openssl(*arguments, data=None):
    return subprocess.run(["openssl", *arguments], input=data, capture_output=True, check=True).stdout


def raw_signature(key, data):
    """openssl gives a SEQUENCE of two INTEGERs, JWTs want 32 bytes each."""
    der = openssl("dgst", "-sha256", "-sign", key, data=data)
    text = openssl("asn1parse", "-inform", "DER", data=der).decode()
    numbers = [line.rpartition(":")[2] for line in text.splitlines() if "INTEGER" in line]
    return b"".join(bytes.fromhex(number.rjust(64, "0")) for number in numbers)


def main():
    key, url = sys.argv[1:3]
    point = openssl("ec", "-in", key, "-pubout", "-outform", "DER")[-64:]
    jwk = {"kty": "EC", "crv": "P-256", "x": base64url(point[:32]), "y": base64url(point[32:])}
    header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk}
    claims = {"htm": "POST", "htu": url, "iat": int(time.time()), "jti": os.urandom(16).hex()}
    spoil = False
    for argument in sys.argv[3:]:
        name, _, value = argument.partition("=")
        if name == "spoil":
            spoil = True
        elif name.startswith("jwk."):
            jwk[name[4:]] = value
        elif name in header:
            header[name] = value
        else:
            claims[name] = int(value) if name == "iat" else value
    signed = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
    signature = bytearray(raw_signature(key, signed.encode()))
    signature[40] ^= spoil
    print(f"{signed}.{base64url(bytes(signature))}")


if __name__ == "__main__":
    main()
