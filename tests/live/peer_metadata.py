"""Where machines ask for their credentials: a container's endpoint, and the instance metadata."""

import threading

from peer_web import Reply, json_reply
from peer_world import ACCOUNT, INSTANCE_ROLE, random_token, stamp

ROOT = "/latest/meta-data/"
ROLES = ROOT + "iam/security-credentials/"
LONGEST = 21600


class Tokens:
    def __init__(self):
        self.lock = threading.Lock()
        self.expires = {}


def error(status, code, message):
    return json_reply({"code": code, "message": message}, status)


def metadata_error(status, code, message):
    return Reply(status, f"<html><title>{status} - {code}</title>{message}</html>", "text/html")


def container_name(request):
    request.note("Authorization", "given" if request.header("authorization") else "none")
    return "GetCredentials"


def container(request, world):
    if request.method != "GET":
        return error(405, "MethodNotAllowed", "Only GET")
    if request.header("authorization") != world.container_word:
        return error(403, "AccessDenied", "The Authorization header isn't the one of this container")
    given = world.issue("container", f"arn:aws:sts::{ACCOUNT}:assumed-role/TaskRole/task")
    return json_reply({"AccessKeyId": given.key, "SecretAccessKey": given.secret, "Token": given.token,
                       "Expiration": stamp(given.expires), "AccountId": ACCOUNT,
                       "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/TaskRole"})


def metadata_name(request):
    request.note("token", "given" if request.header("x-aws-ec2-metadata-token") else "none")
    return f"{request.method} {request.path}"


def new_token(request, world):
    mode = world.settings["imds"]
    if mode == "v1":
        return metadata_error(404, "Not Found", "")
    if mode == "forbidden" or request.header("x-forwarded-for"):
        return metadata_error(403, "Forbidden", "")
    seconds = request.header("x-aws-ec2-metadata-token-ttl-seconds") or ""
    if not seconds.isdigit() or not 1 <= int(seconds) <= LONGEST:
        return metadata_error(400, "Bad Request", "")
    token = world.keep("imds-token", random_token(40))
    with world.imds.lock:
        world.imds.expires[token] = world.now() + int(seconds)
    return Reply(200, token, headers=[("x-aws-ec2-metadata-token-ttl-seconds", seconds)])


def allowed(request, world):
    token = request.header("x-aws-ec2-metadata-token")
    if token is None:
        return world.settings["imds"] == "v1"
    return world.imds.expires.get(token, 0) > world.now()


def role_credentials(world):
    given = world.issue("instance", f"arn:aws:sts::{ACCOUNT}:assumed-role/{INSTANCE_ROLE}/i-0123456789abcdef0",
                        6 * 3600)
    return json_reply({"Code": "Success", "LastUpdated": stamp(world.now()), "Type": "AWS-HMAC",
                       "AccessKeyId": given.key, "SecretAccessKey": given.secret, "Token": given.token,
                       "Expiration": stamp(given.expires)})


def metadata(request, world):
    mode = world.settings["imds"]
    if mode == "off":
        return metadata_error(403, "Forbidden", "")
    if request.path == "/latest/api/token":
        return new_token(request, world) if request.method == "PUT" else metadata_error(405, "Not Allowed", "")
    if request.method != "GET":
        return metadata_error(405, "Not Allowed", "")
    if not allowed(request, world):
        return metadata_error(401, "Unauthorized", "")
    path = request.path.rstrip("/")
    if path == ROOT + "placement/availability-zone":
        return Reply(200, world.settings["zone"])
    if path == ROOT + "placement/region":
        return Reply(200, world.settings["zone"][:-1])
    if path == ROLES.rstrip("/") and mode != "norole":
        return Reply(200, INSTANCE_ROLE)
    if path == ROLES + INSTANCE_ROLE and mode != "norole":
        return role_credentials(world)
    return metadata_error(404, "Not Found", "")
