"""Programs whose permissions reach further than they should."""

from functools import partial

import pulumi_aws as aws

from tests.policy.cases.case import ACCOUNT, Case, document, within

TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:signals"
TABLE = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/control"
OWN_KEYS = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["vote#data#us-east-1"]}}
FROM_TOPIC = {"ArnEquals": {"aws:SourceArn": TOPIC}}
SUBJECT = {"StringEquals": {"token.actions.githubusercontent.com:sub": "repo:example/lifeboat:ref:refs/heads/main"}}
GITHUB = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"


def right(**statement: object) -> None:
    given = {"Sid": "Signal", "Action": ["sns:Publish"], "Resource": [TOPIC], **statement}
    aws.iam.RolePolicy("rights-aws-us-east-1", role="worker", policy=document(**given), opts=within())


def right_of_nothing() -> None:
    policy = document(Sid="Most", NotAction=["iam:*"], Resource=[TOPIC])
    aws.iam.RolePolicy("rights-aws-us-east-1", role="worker", policy=policy, opts=within())


def without_sid() -> None:
    policy = document(Action=["sns:Publish"], Resource=[TOPIC])
    aws.iam.RolePolicy("rights-aws-us-east-1", role="worker", policy=policy, opts=within())


def attachment(arn: str) -> None:
    aws.iam.RolePolicyAttachment("attached-aws-us-east-1", role="worker", policy_arn=arn, opts=within())


def role(principal: object, condition: object = None) -> None:
    trust = {"Sid": "Assume", "Action": "sts:AssumeRole", "Principal": principal}
    given = {**trust, "Condition": condition} if condition else trust
    aws.iam.Role("worker-aws-us-east-1", assume_role_policy=document(**given), opts=within())


def queue(principal: object, condition: object = None) -> None:
    take = {"Sid": "Take", "Action": "sqs:SendMessage", "Resource": f"arn:aws:sqs:us-east-1:{ACCOUNT}:orders"}
    given = {**take, "Principal": principal, **({"Condition": condition} if condition else {})}
    aws.sqs.QueuePolicy("orders-aws-us-east-1", queue_url="made-up", policy=document(**given), opts=within())


def bucket(resource: str) -> None:
    policy = document(Sid="Show", Action="s3:GetObject", Principal="*", Resource=f"arn:aws:s3:::switches/{resource}")
    aws.s3.BucketPolicy("switches-aws-us-east-1", bucket="switches", policy=policy, opts=within())


def invocation(source_arn: str | None) -> None:
    aws.lambda_.Permission(
        "invoke-aws-us-east-1",
        action="lambda:InvokeFunction",
        function="worker",
        principal="sns.amazonaws.com",
        source_arn=source_arn,
        opts=within(),
    )


def address(authorization_type: str) -> None:
    aws.lambda_.FunctionUrl(
        "worker-aws-us-east-1", function_name="worker", authorization_type=authorization_type, opts=within()
    )


CASES = (
    *(
        Case(
            rule="wildcard-permission",
            breaks=breaks,
            keeps=right,
            resource="rights-aws-us-east-1",
            says=f"allows {says}",
        )
        for breaks, says in (
            (partial(right, Action=["sns:*"]), "sns:*"),
            (partial(right, Action="*"), "*"),
            (partial(right, Resource="*"), "*"),
            (partial(right, Resource=[f"{TOPIC}-*"]), f"{TOPIC}-*"),
            (partial(right, Resource=["signals"]), "signals"),
            (right_of_nothing, "all but what NotAction says"),
        )
    ),
    Case(
        rule="wildcard-permission",
        breaks=partial(attachment, "arn:aws:iam::aws:policy/AdministratorAccess"),
        keeps=partial(attachment, f"arn:aws:iam::{ACCOUNT}:policy/worker"),
        resource="attached-aws-us-east-1",
        says="which AWS widens when it likes",
    ),
    Case(
        rule="unnamed-permission",
        breaks=without_sid,
        keeps=right,
        resource="rights-aws-us-east-1",
        says="has a statement without Sid: sns:Publish",
    ),
    Case(
        rule="unbounded-write",
        breaks=partial(right, Action=["dynamodb:PutItem"], Resource=[TABLE]),
        keeps=partial(right, Action=["dynamodb:PutItem"], Resource=[TABLE], Condition=OWN_KEYS),
        resource="rights-aws-us-east-1",
        says="may dynamodb:PutItem under any key",
    ),
    Case(
        rule="open-trust",
        breaks=partial(role, "*"),
        keeps=partial(role, {"Service": "lambda.amazonaws.com"}),
        resource="worker-aws-us-east-1",
        says="is open to everybody",
    ),
    Case(
        rule="open-trust",
        breaks=partial(role, {"Service": "scheduler.amazonaws.com"}),
        keeps=partial(role, {"Service": "scheduler.amazonaws.com"}, {"StringEquals": {"aws:SourceAccount": ACCOUNT}}),
        resource="worker-aws-us-east-1",
        says="lets scheduler.amazonaws.com act on behalf of any account",
    ),
    Case(
        rule="open-trust",
        breaks=partial(role, {"Federated": GITHUB}),
        keeps=partial(role, {"Federated": GITHUB}, SUBJECT),
        resource="worker-aws-us-east-1",
        says="takes any token of its identity provider",
    ),
    Case(
        rule="open-trust",
        breaks=partial(queue, {"AWS": "*"}),
        keeps=partial(queue, {"AWS": "*"}, FROM_TOPIC),
        resource="orders-aws-us-east-1",
        says="is open to everybody",
    ),
    Case(
        rule="open-trust",
        breaks=partial(bucket, "*"),
        keeps=partial(bucket, "switch/*"),
        resource="switches-aws-us-east-1",
        says="is open to everybody",
    ),
    Case(
        rule="open-trust",
        breaks=partial(invocation, None),
        keeps=partial(invocation, TOPIC),
        resource="invoke-aws-us-east-1",
        says="lets sns.amazonaws.com invoke for anybody",
    ),
    Case(
        rule="open-trust",
        breaks=partial(address, "NONE"),
        keeps=partial(address, "AWS_IAM"),
        resource="worker-aws-us-east-1",
        says="takes calls without a signature",
    ),
)
