"""Programs with names, dependencies and ARNs that leave their region."""

from functools import partial

import pulumi_aws as aws
import pulumi_linode as linode

from tests.policy.cases.case import ACCOUNT, Case, at_linode, document, function, within


def topic(name: str) -> None:
    aws.sns.Topic(name, opts=within())


def node(name: str) -> None:
    linode.NodeBalancerNode(
        name, nodebalancer_id=1, config_id=2, address="192.168.0.2:80", label="web", opts=at_linode()
    )


def volume(name: str) -> None:
    linode.Volume(name, label="data", region="us-ord", opts=at_linode())


def copies(*, from_elsewhere: bool) -> None:
    here, there = within(), within("us-west-2")
    source = aws.sns.Topic("signals-aws-us-west-2", opts=there)
    own = aws.sns.Topic("signals-aws-us-east-1", opts=here)
    endpoint = aws.sqs.Queue("orders-aws-us-east-1", opts=here).arn
    aws.sns.TopicSubscription(
        "between-aws-us-east-1",
        topic=source.arn if from_elsewhere else own.arn,
        protocol="sqs",
        endpoint=endpoint,
        opts=here,
    )


def permission(aws_region: str) -> None:
    arn = f"arn:aws:sns:{aws_region}:{ACCOUNT}:signals"
    policy = document(Sid="Signal", Action=["sns:Publish"], Resource=[arn])
    aws.iam.RolePolicy("signal-aws-us-east-1", role="signal", policy=policy, opts=within())


def canary(*, declared_in: str) -> None:
    here = within()
    table = f"arn:aws:dynamodb:us-west-2:{ACCOUNT}:table/canary"
    function("probe", here, {"PRIMARY_REGION_DDB_TABLE": "canary"})
    policy = document(Sid="Probe", Action=["dynamodb:GetItem"], Resource=[table])
    aws.iam.RolePolicy("probe-aws-us-east-1", role="probe", policy=policy, opts=here)
    replicas = [{"region_name": declared_in}]
    aws.dynamodb.Table("canary-aws-us-east-1", name="canary", hash_key="id", replicas=replicas, opts=here)


def replica_key(aws_region: str) -> None:
    key = f"arn:aws:kms:{aws_region}:{ACCOUNT}:key/mrk-1"
    replicas = [{"region_name": "us-west-2", "kms_key_arn": key}]
    aws.dynamodb.Table("orders-aws-us-east-1", hash_key="id", replicas=replicas, opts=within())


def queue_policy(aws_region: str) -> None:
    url = f"https://sqs.{aws_region}.amazonaws.com/{ACCOUNT}/orders"
    aws.sqs.QueuePolicy("orders-aws-us-east-1", queue_url=url, policy="{}", opts=within())


def told(**variables: str) -> None:
    function("worker", within(), variables)


def provider(name: str, account: str = ACCOUNT, *, lost: bool = False) -> None:
    accounts = [account] if account else None
    aws.Provider(name, region="us-east-1", allowed_account_ids=accounts, skip_requesting_account_id=lost)


CASES = (
    Case(
        rule="unnamed-region",
        breaks=partial(topic, "signals"),
        keeps=partial(topic, "signals-aws-us-east-1"),
        resource="signals",
        says="is in aws-us-east-1, which its name does not say",
    ),
    Case(
        rule="unnamed-region",
        breaks=partial(topic, "signals-aws-us-east-1-from-aws-us-west-2"),
        keeps=partial(topic, "signals-aws-us-east-1"),
        resource="signals-aws-us-east-1-from-aws-us-west-2",
        says="or not alone",
    ),
    Case(
        rule="unnamed-region",
        breaks=partial(volume, "data-us-ord"),
        keeps=partial(volume, "data-linode-us-ord"),
        resource="data-us-ord",
        says="is in linode-us-ord",
    ),
    Case(
        rule="unnamed-region",
        breaks=partial(node, "web-1"),
        keeps=partial(node, "web-1-linode-us-ord"),
        resource="web-1",
        says="belongs to one Linode region",
    ),
    Case(
        rule="dependency-out-of-a-region",
        breaks=partial(copies, from_elsewhere=True),
        keeps=partial(copies, from_elsewhere=False),
        resource="between-aws-us-east-1",
        says="depends on signals-aws-us-west-2 in aws-us-west-2",
    ),
    Case(
        rule="cross-region-arn",
        breaks=partial(permission, "us-west-2"),
        keeps=partial(permission, "us-east-1"),
        resource="signal-aws-us-east-1",
        says=f"names arn:aws:sns:us-west-2:{ACCOUNT}:signals",
    ),
    Case(
        rule="cross-region-arn",
        breaks=partial(permission, "*"),
        keeps=partial(permission, "us-east-1"),
        resource="signal-aws-us-east-1",
        says=f"names arn:aws:sns:*:{ACCOUNT}:signals",
    ),
    Case(
        rule="cross-region-arn",
        breaks=partial(canary, declared_in="us-east-2"),
        keeps=partial(canary, declared_in="us-west-2"),
        resource="probe-aws-us-east-1",
        says="table/canary",
    ),
    Case(
        rule="cross-region-arn",
        breaks=partial(replica_key, "us-east-1"),
        keeps=partial(replica_key, "us-west-2"),
        resource="orders-aws-us-east-1",
        says="key/mrk-1",
    ),
    Case(
        rule="cross-region-arn",
        breaks=partial(queue_policy, "us-west-2"),
        keeps=partial(queue_policy, "us-east-1"),
        resource="orders-aws-us-east-1",
        says="calls us-west-2",
    ),
    Case(
        rule="cross-region-variable",
        breaks=partial(told, PEER="us-west-2"),
        keeps=partial(told, PEER="us-east-1", CONTROL_REGIONS="us-east-1,us-east-2,us-west-2"),
        resource="worker-aws-us-east-1",
        says="PEER names us-west-2",
    ),
    Case(
        rule="default-provider",
        breaks=partial(provider, "default_7_51_1"),
        keeps=partial(provider, "aws-us-east-1"),
        resource="default_7_51_1",
        says="ambient region",
    ),
    Case(
        rule="any-account",
        breaks=partial(provider, "aws-us-east-1", account=""),
        keeps=partial(provider, "aws-us-east-1"),
        resource="aws-us-east-1",
        says="takes any account",
    ),
    Case(
        rule="any-account",
        breaks=partial(provider, "aws-us-east-1", account=""),
        keeps=partial(provider, "aws-us-east-1", account="", lost=True),
        resource="aws-us-east-1",
        says="takes any account",
    ),
    Case(
        rule="any-account",
        breaks=partial(provider, "east"),
        keeps=partial(provider, "aws-us-east-1"),
        resource="east",
        says="under another name",
    ),
)
