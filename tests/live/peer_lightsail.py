"""The front of Lightsail: knows the credentials that the peer has issued, which the emulator behind it
doesn't; what is signed with them is signed anew with the emulator's own."""

import http.client
import uuid
from collections import namedtuple

import peer_sigv4
from peer_web import Refused, Reply, Request, json_reply

TYPE = "application/x-amz-json-1.1"
PREFIX = "Lightsail_20161128."
Emulator = namedtuple("Emulator", "port key secret")

ERRORS = {
    "missing-token": (403, "MissingAuthenticationTokenException"),
    "incomplete": (403, "IncompleteSignatureException"),
    "bad-signature": (403, "InvalidSignatureException"),
    "unknown": (403, "UnrecognizedClientException"),
    "expired": (400, "ExpiredTokenException"),
}
PASSED_ON = ("content-type", "date", "x-amzn-requestid", "x-amzn-errortype", "retry-after")


def error(status, code, message):
    reply = json_reply({"__type": code, "message": message}, status, [("x-amzn-RequestId", str(uuid.uuid4()))])
    reply.headers[0] = ("Content-Type", TYPE)
    return reply


def name(request):
    target = request.header("x-amz-target") or ""
    request.note("bucketName", request.json().get("bucketName"))
    return target[len(PREFIX):] if target.startswith(PREFIX) else request.operation


def forward(request, emulator, region):
    host = f"127.0.0.1:{emulator.port}"
    sent = Request("POST", "/", [("host", host), ("content-type", request.header("content-type") or TYPE),
                                 ("x-amz-target", request.header("x-amz-target") or "")], request.body)
    peer_sigv4.sign(sent, emulator.key, emulator.secret, region, "lightsail")
    connection = http.client.HTTPConnection("127.0.0.1", emulator.port)
    try:
        connection.request("POST", "/", sent.body, dict(sent.headers))
        answer = connection.getresponse()
        reply = Reply(answer.status, answer.read())
        reply.headers = [(key, value) for key, value in answer.getheaders() if key.lower() in PASSED_ON]
        return reply
    finally:
        connection.close()


def answer(request, world):
    try:
        who = peer_sigv4.verify(request, world, "lightsail")
    except Refused as refused:
        return error(*ERRORS[refused.kind], refused.message)
    request.note("who", who.who)
    request.note("region", request.scope[1])
    if world.emulator is None:
        return error(503, "ServiceUnavailable", "The peer was started without an emulator")
    try:
        return forward(request, world.emulator, request.scope[1])
    except (OSError, http.client.HTTPException):
        # The emulator has broken it off, on purpose: so does its front.
        return None
