#!/usr/bin/python3
"""The services that the credential providers talk to, on loopback: STS, the SSO portal, OIDC, sign-in,
a container's endpoint, the instance metadata, and a front of Lightsail that knows what they issue. One
port speaks plain HTTP; the other is a proxy that answers in the place of Amazon's hosts, with
certificates of its own. It verifies everything on its own and shares no code with keysail.

usage: peer.py --work DIR [--home DIR] [--emulator PORT]

--work      where certificates and keys of this run may lie
--home      a folder to fill with an AWS configuration that has a profile for each way to sign in
--emulator  the port of "keysail serve" (with its AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the
            environment), to which Lightsail's requests are passed on

The first line says where it listens. It ends when its standard input does. peer_control.py says how to
steer it."""

import argparse
import http
import http.server
import os
import re
import socket
import ssl
import struct
import sys
import threading
import time
from collections import namedtuple
from email.utils import formatdate

sys.dont_write_bytecode = True

import peer_ca
import peer_control
import peer_home
import peer_lightsail
import peer_metadata
import peer_signin
import peer_sso
import peer_sts
from peer_web import Reply, Request
from peer_world import CONTAINER_PATH, World

LONGEST_BODY = 1 << 20
HUGE = 64 << 20

# name(request) is the operation; it also notes what the log shall tell. error is the service's own form.
Service = namedtuple("Service", "name answer error")
SERVICES = {
    "sts": Service(peer_sts.name, peer_sts.answer, peer_sts.error),
    "sso": Service(peer_sso.portal_name, peer_sso.portal, peer_sso.portal_error),
    "oidc": Service(peer_sso.oidc_name, peer_sso.oidc, peer_sso.oidc_fault),
    "signin": Service(peer_signin.name, peer_signin.answer, peer_signin.error),
    "container": Service(peer_metadata.container_name, peer_metadata.container, peer_metadata.error),
    "imds": Service(peer_metadata.metadata_name, peer_metadata.metadata, peer_metadata.metadata_error),
    "lightsail": Service(peer_lightsail.name, peer_lightsail.answer, peer_lightsail.error),
}

SUFFIX = r"\.(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|api\.aws)"
REGION = r"([a-z]+(?:-[a-z]+)+-\d+)"
HOSTS = [(re.compile(pattern), service) for pattern, service in [
    (rf"sts(?:-fips)?(?:\.{REGION})?{SUFFIX}", "sts"),
    (rf"portal\.sso(?:-fips)?\.{REGION}{SUFFIX}", "sso"),
    (rf"oidc(?:-fips)?\.{REGION}{SUFFIX}", "oidc"),
    (rf"(?:{REGION}\.)?signin\.aws\.amazon\.com", "signin"),
    (rf"lightsail(?:-fips)?\.{REGION}{SUFFIX}", "lightsail"),
]]
AMAZON = re.compile(rf"[a-z0-9.-]+(?:{SUFFIX}|\.aws\.amazon\.com)")

# Of the plain port, the first that fits.
PATHS = [("/federation/", "sso"), ("/token", "oidc"), ("/v1/token", "signin"),
         (CONTAINER_PATH, "container"), ("/latest/", "imds"), ("/", "sts")]


def by_host(request, host):
    for pattern, service in HOSTS:
        match = pattern.fullmatch(host)
        if match:
            request.service = service
            # The global STS is in us-east-1.
            request.region = match.group(1) or "us-east-1"


def by_path(request):
    if request.header("x-amz-target"):
        request.service = "lightsail"
        return
    request.service = next((service for start, service in PATHS if request.path.startswith(start)), "unknown")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    host = None  # once TLS is spoken: the name that was asked for

    def log_message(self, *_):
        pass

    def read_request(self):
        size = self.headers.get("Content-Length", "0")
        if not size.isdigit() or int(size) > LONGEST_BODY or "Transfer-Encoding" in self.headers:
            self.close_connection = True
            return None
        body = self.rfile.read(int(size))
        return Request(self.command, self.path, self.headers.items(), body, self.host is not None)

    def any_method(self):
        request = self.read_request()
        if request is None:
            self.send(Reply(413))
        elif self.server.proxies and self.host is None:
            self.proxy(request)
        elif self.host is None and request.path.startswith("/_peer/"):
            self.send(peer_control.answer(request, self.server.world))
        else:
            if self.host is None:
                by_path(request)
            else:
                by_host(request, self.host)
            self.serve(request)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = any_method
    do_CONNECT = any_method

    # ---- services ----

    def serve(self, request):
        world = self.server.world
        service = SERVICES.get(request.service)
        if service is not None:
            request.operation = service.name(request)
        entry = world.record(request)
        fault = world.take_fault(request.service, request.operation)
        if fault is not None and fault.kind not in ("hold", "delay"):
            self.go_wrong(entry, fault, service)
            return
        if fault is not None:
            self.hold(fault)
        reply = service.answer(request, world) if service is not None else Reply(404, "nobody's\n")
        entry["signed"] = request.signed or "-"
        if reply is None:
            self.leave(entry, "close")
            return
        world.finish(entry, reply.status)
        self.send(reply)

    def hold(self, fault):
        if fault.kind == "delay":
            time.sleep(fault.options.get("ms", 1000) / 1000)
        else:
            self.server.world.wait_release()

    def leave(self, entry, how):
        self.server.world.finish(entry, how)
        self.close_connection = True

    def go_wrong(self, entry, fault, service):
        options = fault.options
        body = options.get("body", "")
        status = options.get("status", 200)
        self.server.world.finish(entry, fault.kind)
        if fault.kind == "hang":
            self.server.world.wait_release()
            self.leave(entry, "hang")
        elif fault.kind == "close":
            self.leave(entry, "close")
        elif fault.kind == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.leave(entry, "reset")
        elif fault.kind == "error" and service is not None:
            self.send(service.error(options.get("status", 500), options.get("code", "InternalFailure"),
                                    options.get("message", "Said on purpose.")))
        elif fault.kind == "malformed":
            self.send(Reply(status, body or '{"AccessKeyId": "<<', "application/json"))
        elif fault.kind == "truncated":
            self.send(Reply(status, body or '{"AccessKeyId": "', "application/json"), missing=100)
        elif fault.kind == "huge":
            self.send(Reply(status, b" " * options.get("bytes", HUGE), "application/json"))
        else:
            self.send(Reply(options.get("status", 503), body, "text/html"))

    def send(self, reply, missing=0):
        """missing: so many bytes are promised and never sent."""
        status = http.HTTPStatus(reply.status) if reply.status in list(http.HTTPStatus) else None
        lines = [f"HTTP/1.1 {reply.status} {status.phrase if status else 'Other'}"]
        if not any(name.lower() == "date" for name, _ in reply.headers):
            lines.append(f"Date: {formatdate(self.server.world.now(), usegmt=True)}")
        lines += [f"{name}: {value}" for name, value in reply.headers]
        lines.append(f"Content-Length: {len(reply.body) + missing}")
        if missing:
            self.close_connection = True
        if self.close_connection:
            lines.append("Connection: close")
        head = "\r\n".join(lines) + "\r\n\r\n"
        self.wfile.write(head.encode("latin-1") + (b"" if self.command == "HEAD" else reply.body))

    # ---- the proxy ----

    def proxy(self, request):
        request.service = "proxy"
        request.operation = f"{self.command} {self.path}"
        request.note("Proxy-Authorization", "given" if request.header("proxy-authorization") else None)
        entry = self.server.world.record(request)
        fault = self.server.world.take_fault("proxy", request.operation)
        host, _, port = self.path.partition(":")
        if fault is not None:
            self.go_wrong(entry, fault, None)
        elif self.command != "CONNECT" or port != "443" or not AMAZON.fullmatch(host):
            # Loopback and metadata, for instance, are nothing for a proxy.
            self.server.world.finish(entry, 403)
            self.send(Reply(403, "only Amazon's hosts and port 443\n"))
        else:
            self.server.world.finish(entry, 200)
            self.speak_tls(host, entry)

    def speak_tls(self, host, entry):
        self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        try:
            context = self.server.authority.context(host)
            self.connection = context.wrap_socket(self.connection, server_side=True)
        except (OSError, ssl.SSLError):
            # For instance a client that doesn't trust the certificate.
            self.leave(entry, "no-tls")
            return
        self.host = host
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", buffering=0)
        self.close_connection = False

    def handle(self):
        try:
            super().handle()
        except (OSError, ssl.SSLError):
            self.close_connection = True

    def finish(self):
        try:
            super().finish()
            self.connection.close()
        except (OSError, ValueError):
            pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, world, authority, proxies):
        super().__init__(("127.0.0.1", 0), Handler)
        self.world = world
        self.authority = authority
        self.proxies = proxies

    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


def new_world(options):
    world = World(options.work)
    world.sso = peer_sso.Tokens(world)
    world.signin = peer_signin.Sessions(world)
    world.imds = peer_metadata.Tokens()
    world.emulator = None
    if options.emulator:
        world.emulator = peer_lightsail.Emulator(options.emulator, os.environ["AWS_ACCESS_KEY_ID"],
                                                 os.environ["AWS_SECRET_ACCESS_KEY"])
    return world


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--work", required=True)
    parser.add_argument("--home")
    parser.add_argument("--emulator", type=int)
    options = parser.parse_args()
    os.umask(0o077)
    os.makedirs(options.work, exist_ok=True)
    world = new_world(options)
    authority = peer_ca.Authority(options.work)
    plain = Server(world, authority, proxies=False)
    proxy = Server(world, authority, proxies=True)
    if options.home:
        peer_home.make(world, os.path.abspath(options.home), plain.url())
    for server in (plain, proxy):
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"ready url={plain.url()} proxy={proxy.url()} ca={authority.bundle}", flush=True)
    while os.read(0, 4096):
        pass
    # Threads may still hang in an answer, on purpose.
    os._exit(0)


if __name__ == "__main__":
    main()
