"""Programs whose recovery cannot outlive the region it leaves."""

import json
from collections.abc import Callable
from functools import partial

import pulumi
import pulumi_aws as aws

from tests.policy.cases.case import ACCOUNT, Case, document, function, within

CONTROL = ("us-east-1", "us-east-2", "us-west-2")
SITES = {
    "PRIMARY_REGION_NAME": "us-east-1",
    "SECONDARY_REGION_NAME": "us-west-2",
    "CONTROL_REGIONS": ",".join(CONTROL),
    "CONTROL_TABLE": "control",
}
Part = Callable[[str, pulumi.ResourceOptions], None]


def orchestrator(region: str, here: pulumi.ResourceOptions, **more: str) -> None:
    function("orchestrator", here, {**SITES, "OBSERVER": region, **more}, aws_region=region)


def orders(region: str, here: pulumi.ResourceOptions) -> None:
    queue = aws.sqs.Queue(f"orders-aws-{region}", name="orders", opts=here)
    aws.lambda_.EventSourceMapping(
        f"take-orders-aws-{region}", event_source_arn=queue.arn, function_name="orchestrator", opts=here
    )


def signals(region: str, here: pulumi.ResourceOptions) -> None:
    aws.sns.Topic(f"signals-aws-{region}", name="signals", opts=here)


def start(region: str, here: pulumi.ResourceOptions) -> None:
    target = {
        "arn": f"arn:aws:lambda:{region}:{ACCOUNT}:function:orchestrator",
        "role_arn": f"arn:aws:iam::{ACCOUNT}:role/start",
    }
    aws.scheduler.Schedule(
        f"start-aws-{region}",
        name="start",
        schedule_expression="rate(1 minute)",
        flexible_time_window={"mode": "OFF"},
        target=target,
        opts=here,
    )


def webhook(region: str, here: pulumi.ResourceOptions) -> None:
    aws.secretsmanager.Secret(f"webhook-aws-{region}", name="webhook", opts=here)


def recovery(part: Part, *, everywhere: bool) -> None:
    """Declare orchestrators in all control regions, and one part of theirs in all or only in the primary."""
    for region in CONTROL:
        here = within(region)
        topic = f"arn:aws:sns:{region}:{ACCOUNT}:signals"
        orchestrator(region, here, SNS_TOPIC_ARN=topic, SLACK_WEBHOOK_SECRET="webhook")
        if everywhere or region == "us-east-1":
            part(region, here)


def orchestrators(*regions: str) -> None:
    for region in regions:
        orchestrator(region, within(region))


def rights(aws_region: str) -> None:
    here = within("us-east-2")
    orchestrator("us-east-2", here)
    arn = f"arn:aws:lambda:{aws_region}:{ACCOUNT}:function:orchestrator"
    policy = document(Sid="Wake", Action=["lambda:InvokeFunction"], Resource=[arn])
    aws.iam.RolePolicy("wake-aws-us-east-2", role="orchestrator", policy=policy, opts=here)


def electorate(*voters: str, in_one: tuple[str, ...] | None = None) -> None:
    """Declare an observer in each control region; the last is told of other voters if there are any."""
    for region in CONTROL:
        told = in_one if in_one and region == CONTROL[-1] else voters
        protocol = json.dumps({"electorates": {"data": list(told)}})
        function("observer", within(region), {"OBSERVER": region, "LIFEBOAT_PROTOCOL": protocol}, aws_region=region)


def alone(*voters: str) -> None:
    """Declare one observer that is told the electorate."""
    protocol = json.dumps({"electorates": {"data": list(voters)}})
    function("observer", within(), {"OBSERVER": "us-east-1", "LIFEBOAT_PROTOCOL": protocol})


def control_table(*strong: str, home: str = "us-east-2", mode: str = "STRONG", witness: str = "") -> None:
    here = within(home)
    orchestrator(home, here)
    aws.dynamodb.Table(
        f"control-aws-{home}",
        name="control",
        hash_key="pk",
        replicas=[{"region_name": region, "consistency_mode": mode} for region in strong],
        global_table_witness={"region_name": witness} if witness else None,
        opts=here,
    )


PARTS = ((orders, "orders"), (signals, "signals"), (start, "start"), (webhook, "webhook"))
CASES = (
    *(
        Case(
            rule="recovery-left-behind",
            breaks=partial(recovery, part, everywhere=False),
            keeps=partial(recovery, part, everywhere=True),
            resource=f"{name}-aws-us-east-1",
            says="has no twin in us-east-2, us-west-2 when us-east-1 is left",
        )
        for part, name in PARTS
    ),
    Case(
        rule="recovery-left-behind",
        breaks=partial(orchestrators, "us-east-1", "us-east-2"),
        keeps=partial(orchestrators, *CONTROL),
        resource="orchestrator-aws-us-east-1",
        says="has no twin in us-west-2",
    ),
    Case(
        rule="recovery-left-behind",
        breaks=partial(orchestrators, *CONTROL, "us-west-1"),
        keeps=partial(orchestrators, *CONTROL),
        resource="orchestrator-aws-us-west-1",
        says="which is no control region",
    ),
    Case(
        rule="recovery-left-behind",
        breaks=partial(rights, "us-east-1"),
        keeps=partial(rights, "us-east-2"),
        resource="wake-aws-us-east-2",
        says="in a region that a plan may leave",
    ),
    Case(
        rule="uneven-electorate",
        breaks=partial(alone, "us-east-1", "us-east-1", "us-east-1", "us-east-1"),
        keeps=partial(electorate, *CONTROL),
        resource="observer-aws-us-east-1",
        says="has an even electorate",
    ),
    Case(
        rule="uneven-electorate",
        breaks=partial(alone, "us-east-1"),
        keeps=partial(electorate, *CONTROL),
        resource="observer-aws-us-east-1",
        says="has fewer than 3 voters",
    ),
    Case(
        rule="uneven-electorate",
        breaks=partial(alone, "us-east-1", "us-east-1", "us-east-1"),
        keeps=partial(electorate, *CONTROL),
        resource="observer-aws-us-east-1",
        says="lists a voter twice",
    ),
    Case(
        rule="uneven-electorate",
        breaks=partial(alone, *CONTROL),
        keeps=partial(electorate, *CONTROL),
        resource="observer-aws-us-east-1",
        says="counts on us-east-2, us-west-2, where no observer votes",
    ),
    Case(
        rule="several-electorates",
        breaks=partial(electorate, *CONTROL, in_one=CONTROL[:1]),
        keeps=partial(electorate, *CONTROL),
        resource="observer-aws-us-west-2",
        says="is told another protocol than observer-aws-us-east-1",
    ),
    Case(
        rule="weak-control-table",
        breaks=partial(control_table, "us-east-1"),
        keeps=partial(control_table, "us-east-1", "us-west-2"),
        resource="control-aws-us-east-2",
        says="in each control region: us-west-2",
    ),
    Case(
        rule="weak-control-table",
        breaks=partial(control_table, "us-east-1", "us-west-2", mode="EVENTUAL"),
        keeps=partial(control_table, "us-east-1", "us-west-2"),
        resource="control-aws-us-east-2",
        says="in each control region: us-east-1, us-west-2",
    ),
    Case(
        rule="weak-control-table",
        breaks=partial(control_table, "us-east-1", "us-west-2", witness="us-west-2"),
        keeps=partial(control_table, "us-east-1", "us-west-2"),
        resource="control-aws-us-east-2",
        says="a witness in its place",
    ),
    Case(
        rule="weak-control-table",
        breaks=partial(control_table, "us-east-2", "us-west-2", home="us-east-1"),
        keeps=partial(control_table, "us-east-1", "us-west-2"),
        resource="control-aws-us-east-1",
        says="is declared in us-east-1, which a plan may leave",
    ),
)
