"""The home folder of somebody who has set the AWS CLI up, with a profile for each way to sign in; and
what "aws sso login" and "aws login" leave there."""

import hashlib
import json
import os

import peer_signin
from peer_world import (ACCOUNT, LOGIN_ARN, MFA_SERIAL, OTHER_ACCOUNT, SSO_ROLE, random_token, stamp)

SESSION = "my-sso"
SESSION_URL = "https://keysail-session.awsapps.com/start"
LEGACY_URL = "https://keysail-legacy.awsapps.com/start"

CONFIG = """\
[default]
region = us-east-1

[profile keys]
region = us-east-1

[profile session-keys]
region = us-east-1

[profile config-keys]
region = us-east-1
aws_access_key_id = {config_key}
aws_secret_access_key = {config_secret}

[profile base]
region = us-east-1

[profile role]
region = us-east-1
role_arn = arn:aws:iam::{account}:role/Reader
source_profile = base

[profile chained]
region = us-east-1
role_arn = arn:aws:iam::{other}:role/Chained
source_profile = role

[profile partner]
region = us-east-1
role_arn = arn:aws:iam::{other}:role/Partner
source_profile = base
external_id = shared-word-1234
duration_seconds = 1800
role_session_name = auditor

[profile mfa]
region = us-east-1
role_arn = arn:aws:iam::{account}:role/Guarded
source_profile = base
mfa_serial = {mfa_serial}

[profile web]
region = us-east-1
role_arn = arn:aws:iam::{account}:role/Web
web_identity_token_file = {home}/web-token
role_session_name = web-session

[profile sso]
region = us-east-1
sso_session = {session}
sso_account_id = {account}
sso_role_name = {sso_role}

[sso-session {session}]
sso_start_url = {session_url}
sso_region = us-east-1
sso_registration_scopes = sso:account:access

[profile sso-legacy]
region = us-east-1
sso_start_url = {legacy_url}
sso_region = eu-west-1
sso_account_id = {account}
sso_role_name = {sso_role}

[profile sso-role]
region = us-east-1
role_arn = arn:aws:iam::{account}:role/Reader
source_profile = sso-legacy
role_session_name = from-sso

[profile login]
region = us-east-1
login_session = {login_arn}

[profile process]
region = us-east-1
credential_process = "{home}/bin/give credentials" --who process

[profile process-static]
region = us-east-1
credential_process = "{home}/bin/give credentials" --who process --static

[profile ec2-role]
region = us-east-1
role_arn = arn:aws:iam::{account}:role/Reader
credential_source = Ec2InstanceMetadata
role_session_name = from-ec2

[profile ecs-role]
region = us-east-1
role_arn = arn:aws:iam::{account}:role/Reader
credential_source = EcsContainer
role_session_name = from-ecs

[profile env-role]
region = us-east-1
role_arn = arn:aws:iam::{account}:role/Reader
credential_source = Environment
role_session_name = from-env

[profile bare]
region = us-east-1
"""

CREDENTIALS = """\
[keys]
aws_access_key_id = {keys.key}
aws_secret_access_key = {keys.secret}

[session-keys]
aws_access_key_id = {temporary.key}
aws_secret_access_key = {temporary.secret}
aws_session_token = {temporary.token}

[base]
aws_access_key_id = {base.key}
aws_secret_access_key = {base.secret}
"""

# The name has a blank, as names have on other systems: who splits the line must know quotes.
GIVE = """\
#!/bin/sh
[ "$1" = --who ] || exit 2
exec curl -sSf --noproxy '*' '{url}/_peer/issue?form=process&who='"$2&static=$3"
"""


def write(path, text, mode=0o600):
    os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
    beside = path + ".new"
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(beside, path)


def make(world, home, url):
    """Writes all of it. home becomes the world's."""
    world.home = home
    given = world.user("config-keys")
    write(f"{home}/.aws/config", CONFIG.format(
        home=home, account=ACCOUNT, other=OTHER_ACCOUNT, mfa_serial=MFA_SERIAL, session=SESSION,
        session_url=SESSION_URL, legacy_url=LEGACY_URL, sso_role=SSO_ROLE, login_arn=LOGIN_ARN,
        config_key=given.key, config_secret=given.secret))
    write(f"{home}/.aws/credentials", CREDENTIALS.format(
        keys=world.user("keys"), base=world.user("base"),
        temporary=world.issue("session-keys", f"arn:aws:iam::{ACCOUNT}:user/session-keys", 43200)))
    write(f"{home}/bin/give credentials", GIVE.format(url=url), 0o700)
    write(f"{home}/container-word", world.container_word)
    web_login(world)
    sso_login(world, SESSION, 28800, 90 * 86400)
    sso_login(world, "legacy", 28800, 0)
    login(world, 900)


def web_login(world):
    """A new web identity token; the one before is refused from now on."""
    world.web_token = world.keep("identity-token", f"eyJ.{random_token(200)}.sig")
    write(f"{world.home}/web-token", world.web_token)


def sso_login(world, session, seconds, registration):
    """As "aws sso login" leaves it. A negative number of seconds: it expired so long ago."""
    legacy = session == "legacy"
    token = {"startUrl": LEGACY_URL if legacy else SESSION_URL,
             "region": "eu-west-1" if legacy else "us-east-1",
             "accessToken": world.sso.new_access(seconds),
             "expiresAt": stamp(world.now() + seconds)}
    if not legacy:
        client, secret = world.sso.register(registration)
        token.update({"clientId": client, "clientSecret": secret,
                      "registrationExpiresAt": stamp(world.now() + registration),
                      "refreshToken": world.sso.new_refresh(client)})
    name = hashlib.sha1((LEGACY_URL if legacy else session).encode()).hexdigest()
    path = f"{world.home}/.aws/sso/cache/{name}.json"
    write(path, json.dumps(token))
    return path


def login(world, seconds):
    """As "aws login" leaves it."""
    given = world.issue("login", LOGIN_ARN, 900)
    given.expires = int(world.now()) + seconds
    pem, point = peer_signin.new_key()
    # Tests look for it in memory as for any text, which a zero would end.
    while 0 in peer_signin.private_number(pem):
        pem, point = peer_signin.new_key()
    world.keep("login-key", peer_signin.private_number(pem).hex())
    name = hashlib.sha256(LOGIN_ARN.encode()).hexdigest()
    path = f"{world.home}/.aws/login/cache/{name}.json"
    write(path, json.dumps({
        "accessToken": {"accessKeyId": given.key, "secretAccessKey": given.secret,
                        "sessionToken": given.token, "accountId": ACCOUNT,
                        "expiresAt": stamp(given.expires)},
        "tokenType": "urn:aws:params:oauth:token-type:access_token_sigv4",
        "clientId": peer_signin.CLIENT, "refreshToken": world.signin.new_refresh(point),
        "idToken": "eyJ.none.sig", "dpopKey": pem}))
    return path
