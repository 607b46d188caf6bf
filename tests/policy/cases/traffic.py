"""Programs in which a name moves by something else than the switches, or outsiders read what they should not."""

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pulumi
import pulumi_aws as aws

from tests.policy.cases.case import Case, within

REGIONS = ("us-east-1", "us-east-2", "us-west-2")
FAR = ["ap-southeast-1", "eu-west-1", "sa-east-1"]
STRING = '"active":"secondary"'
Checking = Callable[[pulumi.ResourceOptions], aws.route53.HealthCheck]


def child(here: pulumi.ResourceOptions, region: str, more: Mapping[str, Any]) -> aws.route53.HealthCheck:
    given: dict[str, Any] = {
        "type": "HTTPS_STR_MATCH",
        "fqdn": f"lifeboat-switch.s3.{region}.amazonaws.com",
        "resource_path": "/switch/app.json",
        "search_string": STRING,
        "invert_healthcheck": True,
        "request_interval": 10,
        "failure_threshold": 1,
        "regions": FAR,
        **more,
    }
    return aws.route53.HealthCheck(f"check-aws-us-east-1-reads-{region}", opts=here, **given)


def switched(here: pulumi.ResourceOptions, most: int = 2, count: int = 3, **more: Any) -> aws.route53.HealthCheck:
    """Declare a check of switches, of which the first has something else about it."""
    children = [child(here, region, more if place == 0 else {}) for place, region in enumerate(REGIONS[:count])]
    return aws.route53.HealthCheck(
        "check-aws-us-east-1-primary",
        type="CALCULATED",
        child_healthchecks=[one.id for one in children],
        child_health_threshold=most,
        opts=here,
    )


def endpoint(here: pulumi.ResourceOptions) -> aws.route53.HealthCheck:
    return aws.route53.HealthCheck("check-aws-us-east-1-site", type="HTTPS", fqdn="shop.example.com", opts=here)


def record(
    check: Checking | None, site: str = "primary", routing: str = "failover", check_id: str | None = None
) -> None:
    """Declare one of a name's records; ``check_id`` is that of a check which is declared elsewhere."""
    here = within()
    failover, weighted = [{"type": site.upper()}], [{"weight": 1.0}]
    aws.route53.Record(
        f"name-aws-us-east-1-{site}",
        zone_id="Z1",
        name="shop.example.com",
        type="A",
        ttl=30,
        records=["192.0.2.1"],
        set_identifier=site,
        health_check_id=check(here).id if check else check_id,
        failover_routing_policies=failover if routing == "failover" else None,
        weighted_routing_policies=weighted if routing == "weighted" else None,
        opts=here,
    )


def bucket(*, shown: str | None = None, barred: bool = True, closed: bool = True) -> None:
    here = within()
    made = aws.s3.Bucket("kept-aws-us-east-1", bucket="kept", opts=here)
    if barred:
        aws.s3.BucketPublicAccessBlock(
            "barred-aws-us-east-1",
            bucket=made.bucket,
            block_public_acls=True,
            ignore_public_acls=True,
            block_public_policy=closed,
            restrict_public_buckets=closed,
            opts=here,
        )
    if shown:
        show = {"Sid": "Show", "Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject"], "Resource": [shown]}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [show]})
        aws.s3.BucketPolicy("shown-aws-us-east-1", bucket=made.bucket, policy=policy, opts=here)


def unswitched(says: str, check: Checking | None) -> Case:
    """Return a case of a primary's record with a wrong check."""
    return Case(
        rule="unswitched-name",
        breaks=partial(record, check),
        keeps=partial(record, switched),
        resource="name-aws-us-east-1-primary",
        says=says,
    )


def read_by(**more: Any) -> Checking:
    return partial(switched, **more)


CASES = (
    unswitched("is never left", None),
    unswitched("a check of type HTTPS", endpoint),
    Case(
        rule="unswitched-name",
        breaks=partial(record, None, check_id="0a1b"),
        keeps=partial(record, switched),
        resource="name-aws-us-east-1-primary",
        says="not declared here",
    ),
    unswitched("that is not healthy with exactly 2 of 3", read_by(most=1)),
    unswitched("of 2 others, not of 3 switches", read_by(count=2)),
    unswitched("that reads one switch twice", read_by(fqdn="lifeboat-switch.s3.us-east-2.amazonaws.com")),
    unswitched("has invertHealthcheck False, not True", read_by(invert_healthcheck=False)),
    unswitched("has searchString 'secondary'", read_by(search_string="secondary")),
    unswitched("has failureThreshold 3, not 1", read_by(failure_threshold=3)),
    unswitched("has requestInterval 30, not 10", read_by(request_interval=30)),
    unswitched("has type 'HTTPS'", read_by(type="HTTPS")),
    unswitched("which is no switch", read_by(fqdn="shop.example.com")),
    unswitched("which is no switch", read_by(resource_path="/healthz")),
    unswitched("is made from 2 named regions", read_by(regions=FAR[:2])),
    unswitched("us-east-1, which may be lost with what it reads", read_by(regions=[*FAR, "us-east-1"])),
    Case(
        rule="unswitched-name",
        breaks=partial(record, switched, "secondary"),
        keeps=partial(record, None, "secondary"),
        resource="name-aws-us-east-1-secondary",
        says="Route 53 may fall back to the primary",
    ),
    Case(
        rule="unswitched-name",
        breaks=partial(record, None, "primary", "weighted"),
        keeps=partial(record, switched, "primary", "weighted"),
        resource="name-aws-us-east-1-primary",
        says="is never left",
    ),
    Case(
        rule="public-bucket",
        breaks=partial(bucket, barred=False),
        keeps=bucket,
        resource="kept-aws-us-east-1",
        says="blockPublicAcls, ignorePublicAcls, blockPublicPolicy, restrictPublicBuckets",
    ),
    Case(
        rule="public-bucket",
        breaks=partial(bucket, closed=False, shown="arn:aws:s3:::kept/*"),
        keeps=partial(bucket, closed=False, shown="arn:aws:s3:::kept/switch/*"),
        resource="kept-aws-us-east-1",
        says="is not barred from the public by blockPublicPolicy, restrictPublicBuckets",
    ),
    Case(
        rule="public-bucket",
        breaks=partial(bucket, barred=False, shown="arn:aws:s3:::kept/switch/*"),
        keeps=partial(bucket, closed=False, shown="arn:aws:s3:::kept/switch/*"),
        resource="kept-aws-us-east-1",
        says="is not barred from the public by blockPublicAcls, ignorePublicAcls;",
    ),
)
