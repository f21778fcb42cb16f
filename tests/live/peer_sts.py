"""STS: AssumeRole, AssumeRoleWithWebIdentity, GetCallerIdentity; the query protocol and XML."""

import re
import uuid
from xml.sax.saxutils import escape

import peer_sigv4
from peer_web import Refused, Reply
from peer_world import ROLES, stamp

VERSION = "2011-06-15"
NAMESPACE = f"https://sts.amazonaws.com/doc/{VERSION}/"

# kind of refusal: status, code
ERRORS = {
    "missing-token": (403, "MissingAuthenticationToken"),
    "incomplete": (403, "IncompleteSignature"),
    "bad-signature": (403, "SignatureDoesNotMatch"),
    "unknown": (403, "InvalidClientTokenId"),
    "expired": (403, "ExpiredToken"),
    "denied": (403, "AccessDenied"),
    "invalid": (400, "ValidationError"),
    "bad-token": (400, "InvalidIdentityToken"),
    "expired-token": (400, "ExpiredTokenException"),
    "no-action": (400, "InvalidAction"),
}

# name: pattern of its value
LIMITS = {
    "RoleArn": r"[\s\S]{20,2048}",
    "RoleSessionName": r"[\w+=,.@-]{2,64}",
    "DurationSeconds": r"\d{1,9}",
    "ExternalId": r"[\w+=,.@:/-]{2,1224}",
    "SerialNumber": r"[\w+=/:,.@-]{9,256}",
    "TokenCode": r"\d{6}",
    "WebIdentityToken": r"[\s\S]{4,20000}",
}
NOTED = ("RoleArn", "RoleSessionName", "DurationSeconds", "ExternalId", "SerialNumber")
SECRET = ("TokenCode", "WebIdentityToken")


def error(status, code, message):
    side = "Receiver" if status >= 500 else "Sender"
    return Reply(status, f'<ErrorResponse xmlns="{NAMESPACE}"><Error><Type>{side}</Type>'
                 f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error>"
                 f"<RequestId>{uuid.uuid4()}</RequestId></ErrorResponse>", "text/xml")


def result(action, inner):
    return Reply(200, f'<{action}Response xmlns="{NAMESPACE}">\n  <{action}Result>{inner}</{action}Result>\n'
                 f"  <ResponseMetadata><RequestId>{uuid.uuid4()}</RequestId></ResponseMetadata>\n"
                 f"</{action}Response>\n", "text/xml")


def credentials(identity):
    return ("<Credentials>"
            f"<AccessKeyId>{identity.key}</AccessKeyId>"
            f"<SecretAccessKey>{identity.secret}</SecretAccessKey>"
            f"<SessionToken>{identity.token}</SessionToken>"
            f"<Expiration>{stamp(identity.expires)}</Expiration></Credentials>"
            "<AssumedRoleUser>"
            f"<AssumedRoleId>AROAPEERROLEAAAAAAAAA:{identity.arn.split('/')[-1]}</AssumedRoleId>"
            f"<Arn>{identity.arn}</Arn></AssumedRoleUser>")


def check_limits(form, needed):
    for name in needed:
        if name not in form:
            raise Refused("invalid", f"1 validation error detected: Value null at '{name}' failed to "
                          "satisfy constraint: Member must not be null")
    for name, pattern in LIMITS.items():
        if name in form and not re.fullmatch(pattern, form[name], re.ASCII):
            raise Refused("invalid", f"1 validation error detected: Value at '{name}' failed to satisfy "
                          f"constraint: Member must satisfy regular expression pattern: {pattern}")


def duration(form, role, chained):
    seconds = int(form.get("DurationSeconds", 3600))
    if not 900 <= seconds <= 43200:
        raise Refused("invalid", "1 validation error detected: Value at 'durationSeconds' failed to satisfy "
                      "constraint: Member must have value between 900 and 43200")
    if chained and seconds > 3600:
        raise Refused("invalid", "The requested DurationSeconds exceeds the 1 hour session limit for roles "
                      "assumed by role chaining")
    if seconds > role.longest:
        raise Refused("invalid", "The requested DurationSeconds exceeds the MaxSessionDuration set for this "
                      "role.")
    return seconds


def check_mfa(form, role, world):
    if role.mfa is None and "TokenCode" not in form:
        return True
    if "TokenCode" not in form or form.get("SerialNumber") != role.mfa:
        return False
    if form["TokenCode"] != world.settings["mfa"]:
        raise Refused("denied", "MultiFactorAuthentication failed with invalid MFA one time pass code. ")
    return True


def session(world, form, who, seconds, chained):
    account, name = re.match(r"arn:aws:iam::(\d+):role/(.*)", form["RoleArn"]).groups()
    arn = f"arn:aws:sts::{account}:assumed-role/{name}/{form['RoleSessionName']}"
    return world.issue(who, arn, seconds, chained)


def assume_role(request, world, form):
    caller = peer_sigv4.verify(request, world, "sts")
    check_limits(form, ("RoleArn", "RoleSessionName"))
    role = ROLES.get(form["RoleArn"])
    denied = Refused("denied", f"User: {caller.arn} is not authorized to perform: sts:AssumeRole on "
                     f"resource: {form['RoleArn']}")
    if role is None or role.who is None or not re.fullmatch(role.who, caller.arn):
        raise denied
    if role.external_id is not None and form.get("ExternalId") != role.external_id:
        raise denied
    if not check_mfa(form, role, world):
        raise denied
    seconds = duration(form, role, ":assumed-role/" in caller.arn)
    who = "role:" + form["RoleArn"].split("/")[-1]
    return result("AssumeRole", credentials(session(world, form, who, seconds, True)))


def assume_with_web_identity(request, world, form):
    # Whoever signs this call needs credentials to get credentials.
    if request.header("authorization") is not None:
        raise Refused("invalid", "AssumeRoleWithWebIdentity must not be signed")
    check_limits(form, ("RoleArn", "RoleSessionName", "WebIdentityToken"))
    role = ROLES.get(form["RoleArn"])
    if role is None or role.who is not None:
        raise Refused("denied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
    if form["WebIdentityToken"] != world.web_token:
        raise Refused("bad-token", "No OpenIDConnect provider found in your account for this token")
    seconds = duration(form, role, False)
    return result("AssumeRoleWithWebIdentity", credentials(session(world, form, "web", seconds, False)))


def get_caller_identity(request, world, form):
    caller = peer_sigv4.verify(request, world, "sts")
    return result("GetCallerIdentity", f"<Arn>{caller.arn}</Arn><UserId>AIDAPEERUSERAAAAAAAAA</UserId>"
                  f"<Account>{caller.account}</Account>")


ACTIONS = {
    "AssumeRole": assume_role,
    "AssumeRoleWithWebIdentity": assume_with_web_identity,
    "GetCallerIdentity": get_caller_identity,
}


def name(request):
    form = request.form()
    for key in NOTED:
        request.note(key, form.get(key))
    for key in SECRET:
        request.note(key, "given" if key in form else None)
    return form.get("Action") or request.operation


def answer(request, world):
    form = request.form()
    action = ACTIONS.get(form.get("Action"))
    try:
        if request.path != "/" or request.method != "POST" or action is None or form.get("Version") != VERSION:
            raise Refused("no-action", "Could not find operation for this version")
        return action(request, world, form)
    except Refused as refused:
        return error(*ERRORS[refused.kind], refused.message)
