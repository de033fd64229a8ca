"""The steps of boto3: `boto3_steps.py STEP`. A step that ends without an exception has passed."""

import hashlib
import io
import os
import pathlib
import sys
import urllib.error
import urllib.request
import ssl

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = os.environ["ENDPOINT"]
BUCKET = os.environ["BUCKET"]
TREE = pathlib.Path(os.environ["TREE"])
BIG = pathlib.Path(os.environ["BIG"])
CA_FILE = os.environ.get("AWS_CA_BUNDLE")
ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers"
MIB = 1024 * 1024


def client(**settings):
    config = Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}, **settings)
    return boto3.client("s3", endpoint_url=ENDPOINT, config=config, verify=CA_FILE or None)


s3 = client()


def request(url, method="GET", body=None, headers=None):
    """Status and body of a request that nobody signs."""
    context = ssl.create_default_context(cafile=CA_FILE) if CA_FILE else None
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url, data=body, method=method, headers=headers or {}), context=context, timeout=60
        ) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def refused(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        actual = error.response["Error"]["Code"]
        assert actual == code, f"expected {code}, got {actual}: {error}"
        return error.response
    raise AssertionError(f"succeeded, expected {code}")


def equal(expected, actual):
    assert expected == actual, f"expected {expected!r}, got {actual!r}"


def read(key, **arguments):
    return s3.get_object(Bucket=BUCKET, Key=key, **arguments)["Body"].read()


def put(key, body=b"content of ", **arguments):
    return s3.put_object(Bucket=BUCKET, Key=key, Body=body, **arguments)


def bucket():
    s3.create_bucket(Bucket=BUCKET)
    s3.create_bucket(Bucket=BUCKET)
    s3.head_bucket(Bucket=BUCKET)
    assert BUCKET in [b["Name"] for b in s3.list_buckets()["Buckets"]]
    equal(None, s3.get_bucket_location(Bucket=BUCKET)["LocationConstraint"])
    refused("InvalidBucketName", client().create_bucket, Bucket="a..b")
    refused("404", s3.head_bucket, Bucket=BUCKET + "-absent")


def tree():
    config = TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB)
    down = pathlib.Path("down")
    for path in sorted(TREE.rglob("*")):
        if path.is_file():
            name = path.relative_to(TREE).as_posix()
            s3.upload_file(str(path), BUCKET, "tree/" + name, Config=config)
            target = down / name
            target.parent.mkdir(parents=True, exist_ok=True)
            s3.download_file(BUCKET, "tree/" + name, str(target), Config=config)


AWKWARD_KEYS = [
    "/leading", "//two", "a//b", "trailing/", "trailing//", ".", "..", "./a", "../up", "a/../b", "a/./b", "..%2F..",
    "%", "%%", "%zz", "+", " ", "  ",
    "a b+c%20d", "?query=1", "#hash", "&amp;", "<xml>&\"'", "tab\there", "line\nfeed", "return\rhere", "é", "e\u0301", "😀", "\u00a0",
    "back\\slash", "quo\"te", "a=b&c=d", "ACL", "acl?", "x" * 1024, "ü" * 512, "health", "metrics", "docs/", "\u202eright-to-left",
]


def keys():
    for key in AWKWARD_KEYS:
        body = key.encode()
        etag = put(key, body)["ETag"]
        equal('"' + hashlib.md5(body).hexdigest() + '"', etag)
    for key in AWKWARD_KEYS:
        equal(key.encode(), read(key))
    expected = sorted(AWKWARD_KEYS, key=str.encode)
    listed = [o["Key"] for page in s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, PaginationConfig={"PageSize": 3})
              for o in page.get("Contents", []) if not o["Key"].startswith("tree/")]
    equal(expected, listed)
    refused("KeyTooLongError", put, key="x" * 1025)
    answer = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": key} for key in expected]})
    equal(len(expected), len(answer["Deleted"]))
    assert "Errors" not in answer, answer["Errors"]
    for key in expected:
        refused("NoSuchKey", read, key=key)


def listing():
    for name in ["a", "b/1", "b/2", "b/c/3", "c d/1", "d+/1", "e"]:
        put("list/" + name)
    page = s3.list_objects_v2(Bucket=BUCKET, Prefix="list/", Delimiter="/", FetchOwner=True)
    equal(["list/a", "list/e"], [o["Key"] for o in page["Contents"]])
    equal(["list/b/", "list/c d/", "list/d+/"], [p["Prefix"] for p in page["CommonPrefixes"]])
    equal(5, page["KeyCount"])
    assert page["Contents"][0]["Owner"]["ID"]
    found = []
    for version in ("list_objects", "list_objects_v2"):
        names = []
        for page in s3.get_paginator(version).paginate(Bucket=BUCKET, Prefix="list/", Delimiter="/", PaginationConfig={"PageSize": 1}):
            names += [o["Key"] for o in page.get("Contents", [])] + [p["Prefix"] for p in page.get("CommonPrefixes", [])]
        found.append(names)
    equal(["list/a", "list/b/", "list/c d/", "list/d+/", "list/e"], found[0])
    equal(found[0], found[1])
    after = s3.list_objects_v2(Bucket=BUCKET, Prefix="list/", StartAfter="list/c d/1")
    equal(["list/d+/1", "list/e"], [o["Key"] for o in after["Contents"]])
    empty = s3.list_objects_v2(Bucket=BUCKET, MaxKeys=0)
    equal((0, False), (empty["KeyCount"], empty["IsTruncated"]))
    refused("InvalidArgument", s3.list_objects_v2, Bucket=BUCKET, MaxKeys=-1)


def copy():
    source = {"Bucket": BUCKET, "Key": "source ü+%2F"}
    put(source["Key"], b"copy me", Metadata={"colour": "blue"}, ContentType="text/x-a", Tagging="k=v")
    s3.copy_object(Bucket=BUCKET, Key="copy 1", CopySource=source)
    head = s3.head_object(Bucket=BUCKET, Key="copy 1")
    equal(({"colour": "blue"}, "text/x-a"), (head["Metadata"], head["ContentType"]))
    equal([{"Key": "k", "Value": "v"}], s3.get_object_tagging(Bucket=BUCKET, Key="copy 1")["TagSet"])
    s3.copy_object(Bucket=BUCKET, Key="copy 2", CopySource=source, MetadataDirective="REPLACE", Metadata={"shape": "round"},
                   ContentType="text/x-b", TaggingDirective="REPLACE", Tagging="x=y")
    head = s3.head_object(Bucket=BUCKET, Key="copy 2")
    equal(({"shape": "round"}, "text/x-b"), (head["Metadata"], head["ContentType"]))
    equal([{"Key": "x", "Value": "y"}], s3.get_object_tagging(Bucket=BUCKET, Key="copy 2")["TagSet"])
    equal(b"copy me", read("copy 2"))
    refused("InvalidRequest", s3.copy_object, Bucket=BUCKET, Key=source["Key"], CopySource=source)
    refused("PreconditionFailed", s3.copy_object, Bucket=BUCKET, Key="copy 3", CopySource=source, CopySourceIfMatch='"other"')
    refused("NoSuchKey", s3.copy_object, Bucket=BUCKET, Key="copy 3", CopySource={"Bucket": BUCKET, "Key": "absent"})
    refused("404", s3.head_object, Bucket=BUCKET, Key="copy 3")


def multipart():
    config = TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB, max_concurrency=4)
    with BIG.open("rb") as body:
        s3.upload_fileobj(body, BUCKET, "big", Config=config, ExtraArgs={"Metadata": {"size": "big"}})
    head = s3.head_object(Bucket=BUCKET, Key="big")
    assert head["ETag"].endswith('-3"'), head["ETag"]
    s3.copy({"Bucket": BUCKET, "Key": "big"}, BUCKET, "big copy", Config=config)
    got = io.BytesIO()
    s3.download_fileobj(BUCKET, "big copy", got, Config=config)
    assert got.getvalue() == BIG.read_bytes()

    data = BIG.read_bytes()
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="hand", ContentType="text/x-hand", Tagging="k=v")["UploadId"]
    arguments = {"Bucket": BUCKET, "Key": "hand", "UploadId": upload}
    parts = [{"PartNumber": number, "ETag": s3.upload_part(**arguments, PartNumber=number, Body=body)["ETag"]}
             for number, body in ((1, data[:5 * MIB]), (2, b"too small"), (3, data[:5 * MIB]), (10000, b"last"))]
    equal([1, 2, 3, 10000], [p["PartNumber"] for p in s3.list_parts(**arguments)["Parts"]])
    refused("EntityTooSmall", s3.complete_multipart_upload, **arguments, MultipartUpload={"Parts": parts})
    refused("InvalidPartOrder", s3.complete_multipart_upload, **arguments, MultipartUpload={"Parts": [parts[2], parts[0]]})
    wrong = [{"PartNumber": 1, "ETag": '"00000000000000000000000000000000"'}]
    refused("InvalidPart", s3.complete_multipart_upload, **arguments, MultipartUpload={"Parts": wrong})
    s3.complete_multipart_upload(**arguments, MultipartUpload={"Parts": [parts[0], parts[3]]})
    answer = s3.get_object(Bucket=BUCKET, Key="hand")
    equal(("text/x-hand", 1), (answer["ContentType"], answer["TagCount"]))
    assert answer["Body"].read() == data[:5 * MIB] + b"last"
    assert read("big copy", PartNumber=3) == data[10 * MIB:]
    equal([], [u for u in s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])])


def presigned():
    for version in ("s3v4", "s3"):
        signer = client(signature_version=version)
        for key in ("pre signed/ü+%2F&=.txt", "plain", "a..b//c"):
            url = signer.generate_presigned_url("put_object", Params={"Bucket": BUCKET, "Key": key}, ExpiresIn=60)
            equal(200, request(url, "PUT", b"by " + version.encode(), {"Content-Type": ""} if version == "s3" else None)[0])
            url = signer.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": key,
                                                "ResponseContentType": "text/x-asked"}, ExpiresIn=60)
            equal((200, b"by " + version.encode()), request(url))
            equal(403, request(url.replace("x-asked", "x-other"))[0])
            equal(403, request(url, "DELETE")[0])


def acl():
    url = f"{ENDPOINT}/{BUCKET}/acl"
    put("acl", b"public", ACL="public-read")
    equal((200, b"public"), request(url))
    grants = s3.get_object_acl(Bucket=BUCKET, Key="acl")
    equal(["FULL_CONTROL", "READ"], sorted(g["Permission"] for g in grants["Grants"]))
    s3.put_object_acl(Bucket=BUCKET, Key="acl", AccessControlPolicy={
        "Owner": grants["Owner"], "Grants": [g for g in grants["Grants"] if g["Permission"] == "FULL_CONTROL"]})
    equal(403, request(url)[0])
    s3.put_object_acl(Bucket=BUCKET, Key="acl", GrantRead=f'uri="{ALL_USERS}"')
    equal(200, request(url)[0])
    s3.put_bucket_acl(Bucket=BUCKET, ACL="public-read")
    equal(200, request(f"{ENDPOINT}/{BUCKET}")[0])
    s3.put_bucket_acl(Bucket=BUCKET, ACL="private")
    equal(403, request(f"{ENDPOINT}/{BUCKET}")[0])


def tags():
    put("tagged", Tagging="a=1&b=two%20words")
    stored = s3.get_object_tagging(Bucket=BUCKET, Key="tagged")["TagSet"]
    equal([("a", "1"), ("b", "two words")], sorted((t["Key"], t["Value"]) for t in stored))
    s3.put_object_tagging(Bucket=BUCKET, Key="tagged", Tagging={"TagSet": [{"Key": "ü", "Value": "ß"}]})
    equal(1, s3.get_object(Bucket=BUCKET, Key="tagged")["TagCount"])
    many = {"TagSet": [{"Key": f"k{i}", "Value": "v"} for i in range(11)]}
    refused("BadRequest", s3.put_object_tagging, Bucket=BUCKET, Key="tagged", Tagging=many)
    s3.delete_object_tagging(Bucket=BUCKET, Key="tagged")
    equal([], s3.get_object_tagging(Bucket=BUCKET, Key="tagged")["TagSet"])


def checksums():
    sent = []
    s3.meta.events.register("before-send.s3", lambda request, **_: sent.append(request.headers))
    for algorithm in ("CRC32", "SHA1", "SHA256"):
        # A body that is a stream goes as a trailer over TLS, as a header otherwise.
        put("summed", io.BytesIO(b"sum me"), ChecksumAlgorithm=algorithm)
        name = "Checksum" + algorithm
        assert s3.head_object(Bucket=BUCKET, Key="summed", ChecksumMode="ENABLED")[name]
        answer = s3.get_object(Bucket=BUCKET, Key="summed", ChecksumMode="ENABLED")
        equal(b"sum me", answer["Body"].read())
        assert "aws-chunked" not in answer.get("ContentEncoding", ""), answer["ContentEncoding"]
    trailers = [h for h in sent if "x-amz-trailer" in {name.lower() for name in h}]
    equal(3 if ENDPOINT.startswith("https:") else 0, len(trailers))
    config = TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB)
    s3.upload_file(str(BIG), BUCKET, "summed big", Config=config, ExtraArgs={"ChecksumAlgorithm": "SHA256"})
    assert s3.head_object(Bucket=BUCKET, Key="summed big", ChecksumMode="ENABLED")["ChecksumSHA256"].endswith("-3")
    assert read("summed big") == BIG.read_bytes()


def connection():
    # One connection for all: an answer to "Expect: 100-continue" without a 100 must not confuse what follows on it.
    alone = client(max_pool_connections=1)
    for body in (b"", b"x", b"", b"", b"yy"):
        alone.put_object(Bucket=BUCKET, Key="alone", Body=body)
        equal(body, alone.get_object(Bucket=BUCKET, Key="alone")["Body"].read())
        refused("NoSuchBucket", alone.put_object, Bucket=BUCKET + "-absent", Key="alone", Body=b"never sent")
        refused("NoSuchUpload", alone.upload_part, Bucket=BUCKET, Key="alone", UploadId="absent", PartNumber=1, Body=b"")


def refusals():
    refused("BadDigest", put, key="refused", ContentMD5="1B2M2Y8AsgTpgAmY7PhCfg==")
    refused("InvalidDigest", put, key="refused", ContentMD5="not base64")
    refused("BadDigest", put, key="refused", ChecksumSHA256="47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
    refused("404", s3.head_object, Bucket=BUCKET, Key="refused")
    refused("NoSuchBucket", s3.put_object, Bucket=BUCKET + "-absent", Key="k", Body=b"")
    stranger = boto3.client("s3", endpoint_url=ENDPOINT, aws_access_key_id="nobody", aws_secret_access_key="x", verify=CA_FILE or None)
    refused("InvalidAccessKeyId", stranger.list_buckets)
    thief = boto3.client("s3", endpoint_url=ENDPOINT, aws_secret_access_key="x", aws_access_key_id=os.environ["AWS_ACCESS_KEY_ID"],
                         verify=CA_FILE or None)
    refused("SignatureDoesNotMatch", thief.list_buckets)
    refused("NotImplemented", s3.put_bucket_replication, Bucket=BUCKET, ReplicationConfiguration={
        "Role": "r", "Rules": [{"Status": "Enabled", "Destination": {"Bucket": "b"}}]})


def remove():
    refused("BucketNotEmpty", s3.delete_bucket, Bucket=BUCKET)
    whole = boto3.resource("s3", endpoint_url=ENDPOINT, verify=CA_FILE or None).Bucket(BUCKET)
    whole.objects.all().delete()
    equal(0, s3.list_objects_v2(Bucket=BUCKET)["KeyCount"])
    s3.delete_bucket(Bucket=BUCKET)
    refused("404", s3.head_bucket, Bucket=BUCKET)


globals()[sys.argv[1]]()
