"""Object storage on this machine: a server that speaks S3 and holds callers to their keys, started and ended by the test that uses it."""

import contextlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etl.config import Home

REGION, BUCKET = "cn-north-1", "lake"
# Is not there; asked of another one, the server would refuse the key instead of saying so.
NO_BUCKET = "nobodys-bucket"
# Asked before it holds anybody to anything: a user, a key, what it may do, and the bucket.
FREE_REQUESTS = 4
# What docs/security.md says that a county's key needs. This server asks HeadBucket where Amazon asks ListBucket, and of the bucket whether
# many objects may be deleted at once, where Amazon asks of each object.
OWN = "division=350902"
ALLOWED = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": ["s3:ListBucket", "s3:HeadBucket", "s3:DeleteObject"],
            "Resource": [f"arn:aws-cn:s3:::{BUCKET}", f"arn:aws-cn:s3:::{NO_BUCKET}"],
        },
        {
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
            "Resource": f"arn:aws-cn:s3:::{BUCKET}/*/{OWN}/*",
        },
    ],
}
RUNNING = re.compile(r"Running on (http://127\.0\.0\.1:\d+)")


@dataclass(frozen=True)
class Storage:
    """Where it listens, and the one pair of keys that it lets in."""

    endpoint: str
    access_key: str
    secret_key: str

    def known_to(self, home: Home, **changed: str) -> None:
        """Writes address and keys into a home, as a clerk would; `changed` are other keys or another address."""
        keys = {"access_key": self.access_key, "secret_key": self.secret_key, "endpoint": self.endpoint, **changed}
        (home.root / "keys").mkdir(parents=True, exist_ok=True)
        (home.root / "keys" / "lake.credentials").write_text(
            f"[default]\naws_access_key_id = {keys['access_key']}\naws_secret_access_key = {keys['secret_key']}\n", "utf-8"
        )
        home.settings_file.write_text(
            f'[lake]\nendpoint = "{keys["endpoint"]}"\nregion = "{REGION}"\ntimeout_seconds = {keys.get("timeout", 5)}\n', "utf-8"
        )

    def client(self) -> Any:
        """Somebody else's way to look at what lies there."""
        return _client(self.endpoint, "s3", self.access_key, self.secret_key)

    def names(self, prefix: str) -> set[str]:
        """What lies below a prefix of the bucket, by its name there; folders' marks left out."""
        pages = self.client().get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        found = [one["Key"] for page in pages for one in page.get("Contents", ())]
        return {name.removeprefix(prefix) for name in found if not name.endswith("/")}

    def text(self, name: str) -> str:
        """What an object says."""
        return self.client().get_object(Bucket=BUCKET, Key=name)["Body"].read().decode()


@contextlib.contextmanager
def storage(folder: Path) -> Iterator[Storage]:
    """A server with one empty bucket; ended with the block."""
    log = folder / "storage.log"
    with log.open("w") as said:
        server = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"],
            stdout=said,
            stderr=subprocess.STDOUT,
            env={**os.environ, "INITIAL_NO_AUTH_ACTION_COUNT": str(FREE_REQUESTS)},
        )
    try:
        yield _prepared(_address(server, log))
    finally:
        server.terminate()
        server.wait(10)


def _address(server: "subprocess.Popen[bytes]", log: Path) -> str:
    end = time.monotonic() + 60
    while not (found := RUNNING.search(log.read_text())):
        assert server.poll() is None, log.read_text()
        assert time.monotonic() < end, "the object storage did not start"
        time.sleep(0.05)
    return found[1]


def _prepared(endpoint: str) -> Storage:
    people = _client(endpoint, "iam", "first", "first")
    people.create_user(UserName="hall")
    key = people.create_access_key(UserName="hall")["AccessKey"]
    people.put_user_policy(UserName="hall", PolicyName="all", PolicyDocument=json.dumps(ALLOWED))
    _client(endpoint, "s3", "first", "first").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    return Storage(endpoint, key["AccessKeyId"], key["SecretAccessKey"])


def _client(endpoint: str, service: str, access_key: str, secret_key: str) -> Any:
    import boto3

    return boto3.client(service, endpoint_url=endpoint, region_name=REGION, aws_access_key_id=access_key, aws_secret_access_key=secret_key)
