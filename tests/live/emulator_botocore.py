"""The emulator against botocore: every reply is held against botocore's own model of Lightsail, and
every error and fault must look to it as the facts about the real service say. Prints a line per
check, "ok - name" or "not ok - name", for the shell script that runs it."""

import json
import os
import re
import subprocess
import sys

try:
    import botocore.session
except ImportError:  # Debian's AWS CLI brings its own
    import awscli.clidriver  # noqa: F401 (makes "botocore" importable)
    import botocore.session
from botocore.exceptions import ClientError

failed = False


def check(name, good, detail=''):
    global failed
    if not good:
        failed = True
        print('# ' + str(detail)[:2000].replace('\n', '\n# '))
    print(('ok - ' if good else 'not ok - ') + name, flush=True)


class Server:
    """keysail serve with options; what it prints tells where it is and who may use it."""

    def __init__(self, *options):
        self.process = subprocess.Popen([os.environ['KEYSAIL'], 'serve', '--still', *options],
                                        stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().split()[-1]
        self.env = {}
        for line in self.process.stdout:
            if line.startswith('export '):
                name, value = line[len('export '):].strip().split('=', 1)
                self.env[name] = value
            if line.startswith('aws '):
                break

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()

    def client(self, region='us-east-1', attempts=1, token=None):
        session = botocore.session.Session()
        session.set_credentials(self.env['AWS_ACCESS_KEY_ID'], self.env['AWS_SECRET_ACCESS_KEY'],
                                token)
        session.set_config_variable('retry_mode', 'standard')
        session.set_config_variable('max_attempts', attempts)
        client = session.create_client('lightsail', region_name=region, endpoint_url=self.url)
        client.raw = None

        def keep(response_dict, **_):
            client.raw = response_dict and response_dict['body']

        client.meta.events.register('response-received.lightsail', keep)
        return client


def violations(shape, value, path=''):
    """Where a raw reply differs from the model: yields one text per place."""
    if value is None:
        return
    kind = shape.type_name
    expected = {'structure': dict, 'list': list, 'string': str, 'boolean': bool,
                'timestamp': (int, float), 'integer': int, 'float': (int, float),
                'double': (int, float), 'long': int}[kind]
    if not isinstance(value, expected) or (kind != 'boolean' and isinstance(value, bool)):
        yield '%s is no %s: %r' % (path, kind, value)
        return
    if kind == 'structure':
        for name, member in value.items():
            if name in shape.members:
                yield from violations(shape.members[name], member, path + '.' + name)
            elif name != 'cors':  # newer than some models
                yield '%s.%s is unknown' % (path, name)
        for name in shape.required_members:
            if name not in value:
                yield '%s.%s is missing' % (path, name)
    elif kind == 'list':
        for i, member in enumerate(value):
            yield from violations(shape.member, member, '%s[%d]' % (path, i))
    elif kind == 'string':
        limits = shape.metadata
        if not limits.get('min', 0) <= len(value) <= limits.get('max', 10**9):
            yield '%s has a wrong length: %r' % (path, value)
        if 'pattern' in limits and not re.search(limits['pattern'], value):
            yield '%s is not like %s: %r' % (path, limits['pattern'], value)
        # RegionName has grown since the older models.
        if shape.enum and shape.name != 'RegionName' and value not in shape.enum:
            yield '%s is none of its enum: %r' % (path, value)


def call(client, name, **arguments):
    """Calls, and checks the raw reply against the model."""
    operation = ''.join(part.capitalize() for part in name.split('_'))
    reply = getattr(client, name)(**arguments)
    shape = client.meta.service_model.operation_model(operation).output_shape
    found = list(violations(shape, json.loads(client.raw)))
    check('%s answers as the model says' % operation, not found, '\n'.join(found))
    return reply


def code_of(client, name, **arguments):
    """The code of the error that botocore sees; the reply if there is none."""
    try:
        return getattr(client, name)(**arguments)
    except ClientError as error:
        return error.response['Error']['Code']
    except Exception as error:  # what botocore can't even parse
        return type(error).__name__


def every_call():
    with Server('--op-delay', '0') as server:
        client = server.client()
        call(client, 'get_regions', includeAvailabilityZones=True,
             includeRelationalDatabaseAvailabilityZones=True)
        call(client, 'get_buckets', includeConnectedResources=True)
        call(client, 'get_bucket_bundles', includeInactive=True)
        call(client, 'get_operations')
        for name in ('media-assets', 'training-videos', 'old-site'):
            call(client, 'get_bucket_access_keys', bucketName=name)
        made = call(client, 'create_bucket', bucketName='made-here', bundleId='small_1_0',
                    tags=[{'key': 'a', 'value': 'b'}], enableObjectVersioning=True)
        check('a new bucket has what was asked for',
              made['bucket']['objectVersioning'] == 'Enabled', made)
        key = call(client, 'create_bucket_access_key', bucketName='made-here')
        check('a new key has its secret and no data of use',
              len(key['accessKey']['secretAccessKey']) == 40 and
              not key['accessKey']['lastUsed'], key['accessKey'])
        keys = call(client, 'get_bucket_access_keys', bucketName='made-here')['accessKeys']
        check('a listed key has no secret and was never used',
              'secretAccessKey' not in keys[0] and keys[0]['lastUsed'] ==
              {'region': 'N/A', 'serviceName': 'N/A'}, keys)
        call(client, 'get_operation', operationId=key['operations'][0]['id'])
        call(client, 'get_operations_for_resource', resourceName='made-here')
        call(client, 'delete_bucket_access_key', bucketName='made-here',
             accessKeyId=key['accessKey']['accessKeyId'])
        call(client, 'delete_bucket', bucketName='made-here')


def every_page():
    with Server('--buckets', '250', '--keys-per-bucket', '1', '--page-size', '17') as server:
        names = []
        for region in ('us-east-1', 'eu-west-1', 'eu-central-1'):
            client, token = server.client(region), {}
            while True:
                page = client.get_buckets(**token)
                names += [bucket['name'] for bucket in page['buckets']]
                if 'nextPageToken' not in page:
                    break
                token = {'pageToken': page['nextPageToken']}
        check('the pages of get_buckets hold each bucket once',
              len(names) == len(set(names)) == 250, len(names))
        client = server.client()
        whole = client.get_paginator('get_operations').paginate().build_full_result()
        created = [operation['createdAt'] for operation in whole['operations']]
        check('the paginator reads all operations, oldest first',
              len(created) > 17 and created == sorted(created), len(created))


def every_error_form():
    # The code that botocore makes of each form.
    expected = {'full': 'NotFoundException', 'bare': 'NotFoundException',
                'namespaced': 'NotFoundException', 'uri': 'NotFoundException',
                'capital': 'NotFoundException', 'all400': 'NotFoundException',
                'header': '404', 'code': '404', 'html': '404', 'empty': '404'}
    for form, code in expected.items():
        with Server('--error-form', form) as server:
            got = code_of(server.client(), 'get_bucket_access_keys', bucketName='nobody-knows')
            # Newer versions do look into the header and into code; older ones keep the URI.
            good = got == code or (code == '404' and got == 'NotFoundException') or (
                form == 'uri' and str(got).startswith(code + ':http'))
            check('the error form %s gives %s' % (form, code), good, got)


def every_fault():
    expected = {
        'throttling': 'ThrottlingException', 'internal': 'InternalFailure',
        'unavailable': 'ServiceUnavailable', 'html503': '503',
        'reset-before': 'ConnectionClosedError', 'reset-after': 'ConnectionClosedError',
        'expired-token': 'ExpiredTokenException',
        'invalid-token': 'UnrecognizedClientException',
        'invalid-signature': 'InvalidSignatureException',
        'clock-skew': 'InvalidSignatureException', 'access-denied': 'AccessDeniedException',
        'unauthenticated': 'UnauthenticatedException',
        'account-setup': 'AccountSetupInProgressException',
        'region-setup': 'RegionSetupInProgressException',
        'invalid-input': 'InvalidInputException', 'not-found': 'NotFoundException',
        'operation-failure': 'OperationFailureException', 'service': 'ServiceException',
    }
    for kind, code in expected.items():
        with Server('--fault', 'kind=%s,op=GetBuckets,nth=1' % kind) as server:
            client = server.client()
            got = code_of(client, 'get_buckets')
            check('the fault %s is %s' % (kind, code), got == code, got)
            check('after %s all is well' % kind, 'buckets' in code_of(client, 'get_buckets'))
    # What is broken on the way gives an error, or (in older versions) a reply with nothing in it.
    for kind in ('half-body', 'truncated', 'malformed', 'empty-body', 'wrong-types'):
        with Server('--fault', 'kind=%s,op=GetBuckets,nth=1' % kind) as server:
            got = code_of(server.client(), 'get_buckets')
            check('the fault %s gives no bucket' % kind, not isinstance(got, dict) or
                  not [b for b in got.get('buckets', []) if isinstance(b.get('name'), str)], got)


def who_asks():
    with Server('--session-token', 'the-token') as server:
        check('the right session token is accepted',
              'regions' in code_of(server.client(token='the-token'), 'get_regions'))
        for token in (None, 'another'):
            got = code_of(server.client(token=token), 'get_regions')
            check('session token %s is refused' % token,
                  got == 'UnrecognizedClientException', got)
    with Server() as server:
        got = code_of(server.client('us-west-1'), 'get_regions')
        check('a region without Lightsail is refused', got == 'InvalidSignatureException', got)
    with Server('--clock-skew', '600') as server:
        got = code_of(server.client(), 'get_regions')
        check('a skewed clock shows as a wrong signature', got == 'InvalidSignatureException', got)


def a_lost_reply():
    """Why keysail never sends a create again: a library that does makes a second key."""
    with Server('--fault', 'kind=reset-after,op=CreateBucketAccessKey,nth=1') as server:
        client = server.client(attempts=3)
        client.create_bucket_access_key(bucketName='training-videos')
        keys = client.get_bucket_access_keys(bucketName='training-videos')['accessKeys']
        check('a create whose reply was lost, sent again, leaves two keys', len(keys) == 2, keys)


every_call()
every_page()
every_error_form()
every_fault()
who_asks()
a_lost_reply()
sys.exit(1 if failed else 0)
