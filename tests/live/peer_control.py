"""How a test steers the peer: http://127.0.0.1:PORT/_peer/COMMAND?NAME=VALUE&…; answers are text.

expire [who=W]           what was issued to W (role:Reader, web, sso, login, process, container,
                         instance, session-keys), or to all, is expired; how many
set NAME=VALUE…          validity, sso-validity, mfa, clock, imds, zone: see peer_world.SETTINGS
fail service= [operation=] kind= [times=] [status= code= message= body= bytes= ms=]
                         the next answers go wrong; times=-1: until "clear". Kinds: error (in the
                         service's own form), status (with body), hang, close, reset, malformed, huge,
                         truncated, empty; hold, which answers rightly after "release"; delay, rightly after ms
clear, release           no more faults; let go what hangs or is held
requests [service= operation= status= signed= format=json], count, wait [count= seconds=], forget
                         what was asked, a line each; wait: until so many were. status is - until the
                         answer leaves, and a word where none does
revoke what=sso|sso-refresh|login [word=]
                         tokens that no longer work; word: TOKEN_EXPIRED, USER_CREDENTIALS_CHANGED …
sso-login [session=my-sso|legacy] [in=S] [registration=S], login [in=S], web-login
                         writes a new token into the home folder, as the CLI does; prints its path
secrets                  all that was ever given out, a line each: NAME VALUE (login-key in hexadecimal)
issue who=W form=process|env [in=S] [static=--static]
                         credentials, as a credential process prints them or as export lines
"""

import json

import peer_home
from peer_web import Reply
from peer_world import ACCOUNT, IMDS_MODES, SETTINGS, USERS, entry_line, stamp

KINDS = ("error", "status", "hang", "close", "reset", "malformed", "huge", "truncated", "empty", "hold",
         "delay")


class Wrong(Exception):
    pass


def number(given, name, usual):
    try:
        return int(given.get(name, usual))
    except ValueError:
        raise Wrong(f"{name} must be a whole number") from None


def expire(world, given):
    return world.expire(given.get("who"))


def change(world, given):
    for name, value in given.items():
        if name not in SETTINGS:
            raise Wrong(f"there is no setting {name}; there are {', '.join(SETTINGS)}")
        if name == "imds" and value not in IMDS_MODES:
            raise Wrong(f"imds is one of {', '.join(IMDS_MODES)}")
        if isinstance(SETTINGS[name], int):
            value = number(given, name, 0)
        world.settings[name] = value
    return ""


def fail(world, given):
    if given.get("kind") not in KINDS or "service" not in given:
        raise Wrong(f"service and kind must be given; kinds are {', '.join(KINDS)}")
    options = {name: given[name] for name in ("code", "message", "body") if name in given}
    options.update({name: number(given, name, 0) for name in ("status", "bytes", "ms") if name in given})
    world.fail(given["service"], given.get("operation", "*"), given["kind"], options,
               number(given, "times", 1))
    return ""


def clear(world, given):
    with world.lock:
        world.faults.clear()
    return ""


def release(world, given):
    world.release()
    return ""


def forget(world, given):
    with world.lock:
        world.requests.clear()
    return ""


def filters(given):
    return {name: given[name] for name in ("service", "operation", "status", "signed") if name in given}


def chosen(world, given):
    return world.seen(filters(given))


def requests(world, given):
    entries = chosen(world, given)
    if given.get("format") == "json":
        return json.dumps(entries)
    return "\n".join(entry_line(entry) for entry in entries)


def count(world, given):
    return len(chosen(world, given))


def wait(world, given):
    if not world.wait_seen(filters(given), number(given, "count", 1), number(given, "seconds", 60)):
        raise Wrong("not seen in time")
    return ""


def revoke(world, given):
    what = given.get("what")
    if what == "sso":
        world.sso.revoke()
    elif what == "sso-refresh":
        world.sso.revoke_refresh()
    elif what == "login":
        world.signin.revoke(given.get("word", "TOKEN_EXPIRED"))
    else:
        raise Wrong("what is one of sso, sso-refresh, login")
    return ""


def at_home(world):
    if world.home is None:
        raise Wrong("the peer was started without --home")


def sso_login(world, given):
    at_home(world)
    return peer_home.sso_login(world, given.get("session", peer_home.SESSION), number(given, "in", 28800),
                               number(given, "registration", 90 * 86400))


def login(world, given):
    at_home(world)
    return peer_home.login(world, number(given, "in", 900))


def web_login(world, given):
    at_home(world)
    peer_home.web_login(world)
    return f"{world.home}/web-token"


def secrets(world, given):
    with world.lock:
        return "\n".join(f"{name} {value}" for name, value in world.secrets)


def issue(world, given):
    who = given.get("who")
    static = given.get("static")
    if static and who not in dict(USERS):
        raise Wrong(f"long-lived credentials have {', '.join(dict(USERS))}")
    new = world.user(who) if static else world.issue(
        who, f"arn:aws:iam::{ACCOUNT}:user/{who}", number(given, "in", 3600))
    if given.get("form") == "process":
        out = {"Version": 1, "AccessKeyId": new.key, "SecretAccessKey": new.secret}
        if not static:
            out.update({"SessionToken": new.token, "Expiration": stamp(new.expires)})
        return json.dumps(out)
    lines = [f"export AWS_ACCESS_KEY_ID='{new.key}'", f"export AWS_SECRET_ACCESS_KEY='{new.secret}'"]
    if not static:
        lines.append(f"export AWS_SESSION_TOKEN='{new.token}'")
    return "\n".join(lines)


COMMANDS = {
    "expire": expire, "set": change, "fail": fail, "clear": clear, "release": release, "requests": requests,
    "count": count, "wait": wait, "forget": forget, "revoke": revoke, "sso-login": sso_login,
    "login": login, "web-login": web_login, "issue": issue, "secrets": secrets,
}


def answer(request, world):
    command = COMMANDS.get(request.path[len("/_peer/"):])
    if command is None:
        return Reply(404, f"there is no such command; there are {', '.join(COMMANDS)}\n")
    given = request.parameters()
    if given.get("form") == "process":
        # A run of a credential process: counted as the other services' requests are.
        request.service, request.operation = "process", "Issue"
        world.finish(world.record(request), 200)
    try:
        said = str(command(world, given))
    except Wrong as why:
        return Reply(400, f"{why}\n")
    return Reply(200, said + "\n" if said else "")
