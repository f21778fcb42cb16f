"""What the services of the peer are given and what they give back."""

import json
from urllib.parse import parse_qsl


class Refused(Exception):
    """A request that isn't granted: kind is a word that the service turns into its own error."""

    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind
        self.message = message


class Request:
    def __init__(self, method, target, headers, body, secure=False):
        self.method = method
        self.path, _, self.query = target.partition("?")
        self.headers = headers
        self.body = body
        self.secure = secure
        self.service = "unknown"
        self.operation = f"{method} {self.path}"
        self.region = None  # of the host's name; None on the plain port
        self.signed = None
        self.scope = None
        self.notes = []  # what the log tells of it: (name, value), never a secret

    def header(self, name):
        values = [value for key, value in self.headers if key.lower() == name]
        return ",".join(values) if values else None

    def form(self):
        try:
            return dict(parse_qsl(self.body.decode("ascii"), keep_blank_values=True, strict_parsing=True))
        except ValueError:
            return {}

    def parameters(self):
        return dict(parse_qsl(self.query, keep_blank_values=True))

    def json(self):
        try:
            value = json.loads(self.body)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}

    def url(self):
        return f"{'https' if self.secure else 'http'}://{self.header('host')}{self.path}"

    def note(self, name, value):
        if value is not None:
            self.notes.append((name, str(value)))


class Reply:
    def __init__(self, status, body=b"", kind="text/plain", headers=()):
        self.status = status
        self.body = body.encode() if isinstance(body, str) else body
        self.headers = [("Content-Type", kind), *headers]


def json_reply(value, status=200, headers=()):
    return Reply(status, json.dumps(value), "application/json", headers)
