"""What the peer knows: who there is, what was issued to whom, what is to go wrong, what was asked."""

import base64
import json
import os
import re
import threading
import time
from collections import namedtuple

ACCOUNT = "111122223333"
OTHER_ACCOUNT = "444455556666"

# name, access key ID: their secrets are new in each run.
USERS = [
    ("keys", "AKIAPEERKEYSFILEAAAA"),
    ("config-keys", "AKIAPEERCONFIGKEYSAA"),
    ("base", "AKIAPEERBASEUSERAAAA"),
    ("env", "AKIAPEERENVIRONMENTA"),
    ("process", "AKIAPEERPROCESSAAAAA"),
]

# who: a pattern for the ARN of the one who may assume it; None: only by web identity.
Role = namedtuple("Role", "arn who external_id mfa longest")
ANYBODY = rf"arn:aws:(iam|sts)::{ACCOUNT}:.*"
MFA_SERIAL = f"arn:aws:iam::{ACCOUNT}:mfa/alice"
ROLES = {role.arn: role for role in [
    Role(f"arn:aws:iam::{ACCOUNT}:role/Reader", ANYBODY, None, None, 3600),
    Role(f"arn:aws:iam::{OTHER_ACCOUNT}:role/Chained",
         rf"arn:aws:sts::{ACCOUNT}:assumed-role/Reader/.*", None, None, 3600),
    Role(f"arn:aws:iam::{OTHER_ACCOUNT}:role/Partner", ANYBODY, "shared-word-1234", None, 43200),
    Role(f"arn:aws:iam::{ACCOUNT}:role/Guarded", ANYBODY, None, MFA_SERIAL, 3600),
    Role(f"arn:aws:iam::{ACCOUNT}:role/Web", None, None, None, 3600),
]}
SSO_ROLE = "BucketReader"
SSO_ARN = f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_{SSO_ROLE}_0123456789abcdef/alice"
LOGIN_ARN = f"arn:aws:iam::{ACCOUNT}:user/alice"
INSTANCE_ROLE = "InstanceRole"
CONTAINER_PATH = "/container/credentials"

SETTINGS = {
    "validity": 0,  # seconds of what is issued; 0: what is asked for, or usual
    "sso-validity": 28800,  # seconds of a renewed SSO token
    "mfa": "123456",
    "clock": 0,  # seconds that the services' clocks are ahead
    "imds": "v2",  # or v1, forbidden, norole, off
    "zone": "us-east-1a",
}
IMDS_MODES = ("v2", "v1", "forbidden", "norole", "off")

# where: the service and operation that it is for, "*" is any; left: how often, -1 for ever.
Fault = namedtuple("Fault", "service operation kind options left")


class Identity:
    """Credentials. token is empty and expires is None where they are long-lived."""

    def __init__(self, who, arn, key, secret, token="", expires=None, chained=False):
        self.who = who
        self.arn = arn
        self.key = key
        self.secret = secret
        self.token = token
        self.expires = expires
        self.chained = chained

    @property
    def account(self):
        return self.arn.split(":")[4]


def stamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def random_token(size):
    return base64.b64encode(os.urandom(size)).decode()


def random_key(prefix):
    return prefix + base64.b32encode(os.urandom(10)).decode()


class World:
    def __init__(self, work):
        self.work = work
        self.home = None
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.settings = dict(SETTINGS)
        self.identities = {}
        self.faults = []
        self.requests = []
        self.generation = 0  # counts the releases of held answers
        self.secrets = []  # (name, value) of all that was ever given out and nobody else may know
        self.container_word = self.keep("container-word", "Basic " + random_token(18))
        self.web_token = None
        for who, key in USERS:
            self.add(Identity(who, f"arn:aws:iam::{ACCOUNT}:user/{who}", key, random_token(30)))

    def now(self):
        return time.time() + self.settings["clock"]

    # ---- credentials ----

    def keep(self, name, value):
        with self.lock:
            self.secrets.append((name, value))
        return value

    def add(self, identity):
        with self.lock:
            self.identities[identity.key] = identity
        self.keep(identity.who + "-secret", identity.secret)
        if identity.token:
            self.keep(identity.who + "-token", identity.token)
        return identity

    def user(self, who):
        return self.identities[dict(USERS)[who]]

    def issue(self, who, arn, seconds=3600, chained=False):
        seconds = self.settings["validity"] or seconds
        return self.add(Identity(who, arn, random_key("ASIA"), random_token(30), random_token(300),
                                 int(self.now()) + seconds, chained))

    def find(self, key):
        return self.identities.get(key)

    def expire(self, who):
        """Ends what was issued to who, or to anybody; returns how many."""
        ended = 0
        with self.lock:
            for identity in self.identities.values():
                if identity.expires is not None and who in (None, identity.who):
                    ended += identity.expires > self.now()
                    identity.expires = min(identity.expires, self.now() - 1)
        return ended

    # ---- what is to go wrong ----

    def fail(self, service, operation, kind, options, times):
        with self.lock:
            self.faults.append(Fault(service, operation, kind, options, times))

    def take_fault(self, service, operation):
        with self.lock:
            for i, fault in enumerate(self.faults):
                if fault.service in ("*", service) and fault.operation in ("*", operation):
                    if fault.left > 1:
                        self.faults[i] = fault._replace(left=fault.left - 1)
                    elif fault.left == 1:
                        del self.faults[i]
                    return fault
        return None

    def release(self):
        with self.changed:
            self.generation += 1
            self.changed.notify_all()

    def wait_release(self):
        with self.changed:
            now = self.generation
            self.changed.wait_for(lambda: self.generation != now)

    # ---- what was asked ----

    def record(self, request):
        """The entry, whose status is filled in when the answer leaves."""
        with self.changed:
            entry = {"service": request.service, "operation": request.operation, "status": "-",
                     "signed": request.signed or "-", "notes": request.notes,
                     "agent": request.header("user-agent") or "-"}
            self.requests.append(entry)
            self.changed.notify_all()
        return entry

    def finish(self, entry, status):
        with self.changed:
            entry["status"] = status
            self.changed.notify_all()

    def seen(self, wanted):
        """wanted: what an entry's members must be, as text."""
        with self.lock:
            return [entry for entry in self.requests
                    if all(str(entry[name]) == value for name, value in wanted.items())]

    def wait_seen(self, wanted, count, seconds):
        with self.changed:
            return self.changed.wait_for(lambda: len(self.seen(wanted)) >= count, seconds)


def entry_line(entry):
    notes = " ".join(f"{name}={json.dumps(value) if re.search(r'[^!-~]', value) else value}"
                     for name, value in entry["notes"])
    return (f"{entry['service']} {entry['operation']} status={entry['status']} "
            f"signed={entry['signed']} {notes}{' ' if notes else ''}agent={json.dumps(entry['agent'])}")
