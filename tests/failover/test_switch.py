"""The switch says what checkers look for exactly while the secondary site is active, and the same everywhere."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from failover.aws_clients import client
from failover.fan_out import ThreadFanOut
from failover.outside import ABSENT, differing
from failover.sites import SITES, Site
from failover.switch import LARGEST_BYTES, SEARCH_STRING, MalformedSwitch, Switch, SwitchObjects, key_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

REGIONS = ("us-east-1", "us-east-2", "us-west-2")
BUCKETS = {region: f"switch-{region}" for region in REGIONS}
SECONDS = 5.0
SECONDARY = Switch(tier="app", epoch=7, active="secondary")
SITE = st.sampled_from(sorted(SITES)).map(SITES.__getitem__)
# Texts that try to be the search string or to push it out of sight, beside all others.
TIERS = (
    st.text()
    | st.just("a" * LARGEST_BYTES)
    | st.lists(st.sampled_from([SEARCH_STRING, '"', "\\", ":", "active", "secondary", "é"])).map("".join)
)


@given(tier=TIERS, epoch=st.integers(min_value=0), site=SITE)
def test_the_search_string_is_in_the_body_exactly_while_the_secondary_is_active(
    tier: str, epoch: int, site: Site
) -> None:
    seen = Switch(tier=tier, epoch=epoch, active=site).body().encode()[:LARGEST_BYTES]
    assert (SEARCH_STRING.encode() in seen) == (site == "secondary")


@given(tier=TIERS, epoch=st.integers(min_value=0), site=SITE)
def test_a_body_says_what_it_was_made_of(tier: str, epoch: int, site: Site) -> None:
    switch = Switch(tier=tier, epoch=epoch, active=site)
    assert Switch.from_body(switch.body()) == switch
    assert json.loads(switch.body()) == {"tier": tier, "epoch": epoch, "active": site}


@pytest.mark.parametrize(
    "body",
    [
        ABSENT,
        "{}",
        "[]",
        '{"active":"tertiary","epoch":7,"tier":"app"}',
        '{"active": "secondary", "epoch": 7, "tier": "app"}',
        '{"active":"secondary","epoch":7,"tier":"app","more":1}',
        '{"active":[],"epoch":7,"tier":"app"}',
    ],
)
def test_what_no_writer_of_ours_made_is_no_switch(body: str) -> None:
    with pytest.raises(MalformedSwitch, match="write it anew"):
        Switch.from_body(body)


@pytest.fixture
def regions(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, "S3Client"]]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        boto3.client("s3", "us-east-1").create_bucket(Bucket=BUCKETS["us-east-1"])
        boto3.client("s3", "us-east-2").create_bucket(
            Bucket=BUCKETS["us-east-2"], CreateBucketConfiguration={"LocationConstraint": "us-east-2"}
        )
        boto3.client("s3", "us-west-2").create_bucket(
            Bucket=BUCKETS["us-west-2"], CreateBucketConfiguration={"LocationConstraint": "us-west-2"}
        )
        yield {region: client("s3", region, read_seconds=3) for region in REGIONS}


@pytest.fixture
def objects(regions: dict[str, "S3Client"]) -> SwitchObjects:
    return SwitchObjects("app", BUCKETS, lambda: regions, ThreadFanOut(3))


def test_before_the_first_move_no_region_has_the_object(objects: SwitchObjects) -> None:
    assert objects.read_all(SECONDS) == dict.fromkeys(REGIONS, ABSENT)


def test_what_is_written_everywhere_is_read_everywhere_and_is_never_cached(
    objects: SwitchObjects, regions: dict[str, "S3Client"]
) -> None:
    assert objects.write_everywhere(SECONDARY, SECONDS) == {}
    assert objects.read_all(SECONDS) == dict.fromkeys(REGIONS, SECONDARY.body())
    kept = regions["us-west-2"].head_object(Bucket=BUCKETS["us-west-2"], Key=key_of("app"))
    assert (kept["ContentType"], kept["CacheControl"]) == ("application/json", "no-store")


def test_a_region_that_fails_keeps_no_other_from_being_written(
    objects: SwitchObjects, regions: dict[str, "S3Client"]
) -> None:
    regions["us-east-1"].delete_bucket(Bucket=BUCKETS["us-east-1"])
    assert objects.write_everywhere(SECONDARY, SECONDS) == {"us-east-1": "NoSuchBucket"}
    read = objects.read_all(SECONDS)
    assert isinstance(read["us-east-1"], Exception)
    assert [read["us-east-2"], read["us-west-2"]] == [SECONDARY.body()] * 2


def test_one_that_differs_is_told_and_mended_alone(objects: SwitchObjects) -> None:
    objects.write_everywhere(SECONDARY, SECONDS)
    before = Switch(tier="app", epoch=6, active="primary")
    objects.write(["us-east-2"], before, SECONDS)
    assert differing(objects.read_all(SECONDS), SECONDARY.body()) == ["us-east-2"]
    objects.write(["us-east-2"], SECONDARY, SECONDS)
    assert differing(objects.read_all(SECONDS), SECONDARY.body()) == []
