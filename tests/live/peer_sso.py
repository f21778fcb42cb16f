"""IAM Identity Center: the portal, which gives a role's credentials for a token, and the OIDC service,
which renews tokens."""

import os
import re
import threading

from peer_web import Reply, json_reply
from peer_world import ACCOUNT, SSO_ARN, SSO_ROLE, random_token

PORTAL = "com.amazonaws.switchboard.portal#"


class Tokens:
    def __init__(self, world):
        self.world = world
        self.lock = threading.Lock()
        self.expires = {}  # access token: until when
        self.refreshers = {}  # refresh token: the client that it was given to
        self.clients = {}  # client ID: (secret, until when)

    def register(self, seconds):
        client = "client-" + os.urandom(8).hex()
        secret = self.world.keep("sso-client", random_token(48))
        with self.lock:
            self.clients[client] = (secret, self.world.now() + seconds)
        return client, secret

    def new_access(self, seconds):
        token = self.world.keep("sso-access", "aoaAAA" + random_token(120))
        with self.lock:
            self.expires[token] = self.world.now() + seconds
        return token

    def new_refresh(self, client):
        token = self.world.keep("sso-refresh", "aorAAA" + random_token(120))
        with self.lock:
            self.refreshers[token] = client
        return token

    def use_refresh(self, token, client):
        """A refresh token works once: whoever has an old one has missed a renewal."""
        with self.lock:
            if self.refreshers.get(token) != client:
                return False
            del self.refreshers[token]
            return True

    def revoke(self):
        with self.lock:
            self.expires.clear()

    def revoke_refresh(self):
        with self.lock:
            self.refreshers.clear()


def portal_error(status, code, message):
    return json_reply({"message": message, "__type": PORTAL + code}, status, [("x-amzn-ErrorType", code)])


def oidc_error(status, code, word, message):
    return json_reply({"error": word, "error_description": message}, status, [("x-amzn-ErrorType", code)])


def portal_name(request):
    asked = request.parameters()
    request.note("role_name", asked.get("role_name"))
    request.note("account_id", asked.get("account_id"))
    return "GetRoleCredentials" if request.path == "/federation/credentials" else request.operation


def portal(request, world):
    if request.method != "GET" or request.path != "/federation/credentials":
        return portal_error(404, "ResourceNotFoundException", "No such operation")
    if request.header("authorization") is not None:
        return portal_error(400, "InvalidRequestException", "This call must not be signed")
    asked = request.parameters()
    if not asked.get("role_name") or not asked.get("account_id"):
        return portal_error(400, "InvalidRequestException", "role_name and account_id are needed")
    expires = world.sso.expires.get(request.header("x-amz-sso_bearer_token"))
    if expires is None or expires <= world.now():
        return portal_error(401, "UnauthorizedException", "Session token not found or invalid")
    if (asked["role_name"], asked["account_id"]) != (SSO_ROLE, ACCOUNT):
        return portal_error(403, "ForbiddenException", "No access")
    given = world.issue("sso", SSO_ARN)
    return json_reply({"roleCredentials": {
        "accessKeyId": given.key, "secretAccessKey": given.secret, "sessionToken": given.token,
        "expiration": int(given.expires) * 1000}})


def oidc_name(request):
    asked = request.json()
    request.note("grantType", asked.get("grantType"))
    request.note("clientId", asked.get("clientId"))
    return "CreateToken" if request.path == "/token" else request.operation


def oidc(request, world):
    if request.method != "POST" or request.path != "/token":
        return Reply(404)
    asked = request.json()
    if request.header("authorization") is not None:
        return oidc_error(400, "InvalidRequestException", "invalid_request", "This call must not be signed")
    if asked.get("grantType") != "refresh_token":
        return oidc_error(400, "UnsupportedGrantTypeException", "unsupported_grant_type", "Only refresh_token")
    client = asked.get("clientId")
    secret, until = world.sso.clients.get(client, (None, 0))
    if secret is None or asked.get("clientSecret") != secret or until <= world.now():
        return oidc_error(401, "InvalidClientException", "invalid_client", "Client is unknown or expired")
    if not world.sso.use_refresh(asked.get("refreshToken"), client):
        return oidc_error(400, "InvalidGrantException", "invalid_grant", "Invalid refresh token provided")
    seconds = world.settings["sso-validity"]
    return json_reply({"accessToken": world.sso.new_access(seconds), "expiresIn": seconds,
                       "tokenType": "Bearer", "refreshToken": world.sso.new_refresh(client)})


def oidc_fault(status, code, message):
    word = re.sub(r"(?<!^)(?=[A-Z])", "_", code.replace("Exception", "")).lower()
    return oidc_error(status, code, word, message)
