"""Whether a program that was killed while it made keys left anything that nobody knows of.

killed.py make URL COUNT               makes the buckets victim-1 to victim-COUNT
killed.py judge URL JOURNAL FOLDER     each bucket's key is in FOLDER/BUCKET.json, or open in the
                                       journal; prints how many of each there are
"""
import collections
import json
import os
import sys


def client_of(url):
    try:
        from awscli.botocore import session
    except ImportError:
        from botocore import session
    return session.get_session().create_client(
        "lightsail", region_name="us-east-1", endpoint_url=url
    )


def make(url, count):
    client = client_of(url)
    for number in range(1, int(count) + 1):
        client.create_bucket(bucketName="victim-%d" % number, bundleId="small_1_0")


def buckets_of(client):
    token = {}
    while True:
        page = client.get_buckets(**token)
        yield from page["buckets"]
        if not page.get("nextPageToken"):
            return
        token = {"pageToken": page["nextPageToken"]}


def replay(path):
    """The last state of each change, by bucket: the journal's lines, read by other code."""
    changes = {}
    if not os.path.exists(path):
        return changes
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n")
    for line in lines[:-1]:  # a torn last line was never promised
        entry = json.loads(line)
        change = changes.setdefault(entry["change"], {"steps": []})
        change.update({name: value for name, value in entry.items() if name != "entry"})
        change["steps"].append(entry["entry"])
    return {change["bucket"]: change for change in changes.values()}


def delivered(folder, bucket):
    path = os.path.join(folder, bucket + ".json")
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as file:
        content = json.load(file)  # never a torn one
    assert len(content["secretAccessKey"]) == 40, bucket
    return content["accessKeyId"]


def judge(url, journal, folder):
    client = client_of(url)
    changes = replay(journal)
    counts = collections.Counter()
    for bucket in buckets_of(client):
        name = bucket["name"]
        keys = client.get_bucket_access_keys(bucketName=name)["accessKeys"]
        change = changes.get(name)
        out = delivered(folder, name)
        assert len(keys) <= 1, (name, "made twice")
        if not keys:
            assert out is None, (name, "delivered a key that there isn't")
            counts["none"] += 1
            continue
        key = keys[0]["accessKeyId"]
        assert change is not None, (name, "the journal doesn't know of it")
        assert change["steps"][0] == "create" and key not in change["known"], name
        if "done" in change["steps"]:
            assert change["key"] == key, (name, "another key")
        if out is not None:
            assert out == key, (name, "another key was delivered")
            counts["delivered"] += 1
        else:
            assert not {"delivered", "confirmed"} & set(change["steps"]), (name, "lost")
            counts["open"] += 1
    print(dict(counts))
    for kind in "none", "delivered", "open":
        assert counts[kind] > 0, "no run ended with %s" % kind


{"make": make, "judge": judge}[sys.argv[1]](*sys.argv[2:])
