"""What outsiders get of a bucket: what its policy shows to everybody, and not even that while that is blocked."""

import json
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from localcloud.front import Front
from localcloud.request import Severed
from tests.localcloud.conftest import ClientOf

OPEN = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": False, "RestrictPublicBuckets": False}


def status(front: Front, path: str, method: str = "GET") -> int:
    """Return the status of a call without credentials."""
    body = b"x" if method == "PUT" else None
    try:
        with urlopen(Request(f"{front.endpoint}{path}", data=body, method=method), timeout=5) as answer:  # noqa: S310
            return int(answer.status)
    except HTTPError as error:
        return error.code


def make(client: ClientOf, name: str, region: str = "us-west-2", *, block: dict[str, bool] | None = OPEN) -> Any:
    s3 = client("s3", region)
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})
    if block:
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=block)
    arn = f"arn:aws:s3:::{name}"
    show = {"Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject"], "Resource": [f"{arn}/switch/*"]}
    bar = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": ["s3:*"],
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [show, bar]}))
    for key in ("switch/app.json", "other.json"):
        s3.put_object(Bucket=name, Key=key, Body=b"content")
    return s3


def test_an_outsider_gets_what_the_policy_shows_and_nothing_else(front: Front, client: ClientOf) -> None:
    make(client, "shown")
    assert status(front, "/shown/switch/app.json") == 200
    assert status(front, "/shown/switch/app.json", "HEAD") == 200
    for path in ("/shown/other.json", "/shown/", "/shown?list-type=2", "/shown?policy", "/shown/switch"):
        assert status(front, path) == 403, path
    for method in ("PUT", "DELETE"):
        assert status(front, "/shown/switch/app.json", method) == 403


def test_a_bucket_of_which_nobody_said_that_it_is_public_is_not(front: Front, client: ClientOf) -> None:
    make(client, "never-opened", block=None)
    make(client, "restricted", block={**OPEN, "RestrictPublicBuckets": True})
    assert status(front, "/never-opened/switch/app.json") == 403
    assert status(front, "/restricted/switch/app.json") == 403


def test_a_bucket_without_a_policy_shows_nothing(front: Front, client: ClientOf) -> None:
    make(client, "mute").delete_bucket_policy(Bucket="mute")
    assert status(front, "/mute/switch/app.json") == 403


def test_whoever_has_credentials_is_not_barred_by_a_policy_against_calls_without_tls(client: ClientOf) -> None:
    s3 = make(client, "signed")
    assert s3.get_object(Bucket="signed", Key="other.json")["Body"].read() == b"content"


def test_an_outsider_reaches_a_bucket_in_its_own_region_only(front: Front, client: ClientOf) -> None:
    make(client, "far", "us-east-2")
    front.gateway.world.darken("us-east-1")
    assert status(front, "/far/switch/app.json") == 200
    front.gateway.world.darken("us-east-2", "refuse")
    with pytest.raises((OSError, Severed)):
        status(front, "/far/switch/app.json")


def test_the_log_of_calls_says_which_region_an_outsider_asked(front: Front, client: ClientOf) -> None:
    make(client, "logged", "us-east-2")
    before = front.gateway.calls.last
    status(front, "/logged/switch/app.json")
    [call] = front.gateway.calls.since(before)
    assert (call.caller, call.region, call.operation, call.status) == ("anonymous", "us-east-2", "GetObject", 200)


def test_a_bucket_that_does_not_exist_is_not_found(front: Front) -> None:
    assert status(front, "/nowhere-at-all/switch/app.json") == 404
