"""What a server holds, by botocore; and what "keysail list" says of it, compared.

list_truth.py ready                  succeeds when there is a botocore
list_truth.py truth URL              the JSON that keysail must print, apart from findings
list_truth.py same TRUTH FILE        compares keysail's JSON with it
list_truth.py csv JSON CSV           compares keysail's CSV with its JSON
"""
import csv
import json
import sys


def rfc3339(moment):
    if moment is None:
        return None
    text = moment.strftime("%Y-%m-%dT%H:%M:%S")
    millis = moment.microsecond // 1000
    return text + (".%03d" % millis if millis else "") + "Z"


def used(key):
    record = key.get("lastUsed")
    if not record:
        return None
    if record.get("lastUsedDate") is None or record.get("region") in (None, "", "N/A"):
        return {"date": None, "region": None, "serviceName": None}
    return {
        "date": rfc3339(record["lastUsedDate"]),
        "region": record["region"],
        "serviceName": record["serviceName"],
    }


def buckets_of(client):
    token = {}
    while True:
        page = client.get_buckets(**token)
        yield from page["buckets"]
        if not page.get("nextPageToken"):
            return
        token = {"pageToken": page["nextPageToken"]}


def rows_of(client, region):
    for bucket in buckets_of(client):
        keys = client.get_bucket_access_keys(bucketName=bucket["name"])["accessKeys"]
        for key in keys:
            yield {
                "profile": "default",
                "region": region,
                "bucket": bucket["name"],
                "accessKeyId": key["accessKeyId"],
                "status": key["status"],
                "createdAt": rfc3339(key["createdAt"]),
                "lastUsed": used(key),
            }


def new_session():
    """Debian's AWS CLI has a botocore of its own."""
    try:
        from awscli.botocore import session
    except ImportError:
        from botocore import session
    return session.get_session()


def truth(url):
    session = new_session()

    def client(region):
        return session.create_client("lightsail", region_name=region, endpoint_url=url)

    rows = []
    for region in client("us-east-1").get_regions()["regions"]:
        rows += rows_of(client(region["name"]), region["name"])
    rows.sort(
        key=lambda row: (row["region"], row["bucket"], row["createdAt"], row["accessKeyId"])
    )
    json.dump(rows, sys.stdout)


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def same(truth_path, path):
    expected = load(truth_path)
    rows = load(path)
    for row in rows:
        assert isinstance(row.pop("findings"), list)
    assert len(expected) > 10, "the server holds too little for a test"
    assert rows == expected, "they differ"


def same_csv(json_path, csv_path):
    def cells(row):
        last = row["lastUsed"] or {"date": None, "region": None, "serviceName": None}
        texts = [row[name] for name in "profile region bucket accessKeyId status".split()]
        texts += [row["createdAt"], last["date"], last["region"], last["serviceName"]]
        return [text or "" for text in texts] + [" ".join(row["findings"])]

    with open(csv_path, encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0][0] == "profile" and rows[0][-1] == "findings"
    assert rows[1:] == [cells(row) for row in load(json_path)], "they differ"


{"ready": new_session, "truth": truth, "same": same, "csv": same_csv}[sys.argv[1]](*sys.argv[2:])
