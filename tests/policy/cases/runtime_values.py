"""Programs that declare what run time moves."""

import base64
from functools import partial

import pulumi
import pulumi_aws as aws
import pulumi_linode as linode

from tests.policy.cases.case import Case, also, at_linode, within

STUB = "#cloud-config\nwrite_files:\n  - path: /etc/lifeboat/site\n    content: linode-us-ord\n"
IGNORED = ["metadatas", "image", "root_pass", "authorized_keys"]


def parameter() -> None:
    aws.ssm.Parameter("active-aws-us-east-1", type="String", value="us-east-1", opts=within())


def row() -> None:
    aws.dynamodb.TableItem("row-aws-us-east-1", table_name="control", hash_key="pk", item="{}", opts=within())


def switch() -> None:
    aws.s3.BucketObjectv2("switch-aws-us-east-1", bucket="switches", key="switch/data", content="{}", opts=within())


def webhook(*, value: bool) -> None:
    here = within()
    secret = aws.secretsmanager.Secret("webhook-aws-us-east-1", opts=here)
    if value:
        aws.secretsmanager.SecretVersion(
            "webhook-value-aws-us-east-1", secret_id=secret.id, secret_string="made up", opts=here
        )


def containers() -> None:
    here = within()
    aws.s3.Bucket("switches-aws-us-east-1", opts=here)
    aws.dynamodb.Table("control-aws-us-east-1", hash_key="pk", opts=here)


def record(*, routed: bool) -> None:
    aws.route53.Record(
        "app-aws-us-east-1",
        zone_id="Z1",
        name="app.example.com",
        type="A",
        ttl=30,
        records=["192.0.2.1"],
        set_identifier="primary" if routed else None,
        failover_routing_policies=[{"type": "PRIMARY"}] if routed else None,
        opts=within(),
    )


def name_of_a_site(name: str) -> None:
    record(routed=True)
    aws.route53.Record(
        "site-aws-us-east-1",
        zone_id="Z1",
        name=name,
        type="A",
        ttl=30,
        records=["192.0.2.1"],
        opts=pulumi.ResourceOptions(provider=aws.Provider("aws-us-east-2", region="us-east-2")),
    )


def linode_record(record_type: str, name: str = "shop") -> None:
    linode.DomainRecord("app", domain_id=1, name=name, record_type=record_type, target="192.0.2.1", opts=at_linode())


def node(mode: str | None) -> None:
    linode.NodeBalancerNode(
        "web-linode-us-ord",
        nodebalancer_id=1,
        config_id=2,
        address="192.168.0.2:80",
        label="web",
        mode=mode,
        opts=at_linode(),
    )


def machine(
    *,
    booted: bool | None = None,
    tags: tuple[str, ...] = ("web",),
    user_data: str = STUB,
    ignored: list[str] | None = None,
) -> None:
    linode.Instance(
        "web-linode-us-ord",
        type="g6-nanode-1",
        region="us-ord",
        booted=booted,
        tags=list(tags),
        metadatas=[{"user_data": base64.b64encode(user_data.encode()).decode()}],
        opts=also(at_linode(), ignore_changes=IGNORED if ignored is None else ignored),
    )


def table(*ignored: str) -> None:
    opts = pulumi.ResourceOptions.merge(within(), pulumi.ResourceOptions(ignore_changes=list(ignored)))
    aws.dynamodb.Table("orders-aws-us-east-1", hash_key="id", opts=opts)


CASES = (
    Case(
        rule="run-time-value",
        breaks=parameter,
        keeps=containers,
        resource="active-aws-us-east-1",
        says="declares an SSM parameter's value",
    ),
    Case(rule="run-time-value", breaks=row, keeps=containers, resource="row-aws-us-east-1", says="declares an item"),
    Case(
        rule="run-time-value", breaks=switch, keeps=containers, resource="switch-aws-us-east-1", says="declares an obj"
    ),
    Case(
        rule="run-time-value",
        breaks=partial(webhook, value=True),
        keeps=partial(webhook, value=False),
        resource="webhook-value-aws-us-east-1",
        says="declares a secret's value",
    ),
    Case(
        rule="run-time-value",
        breaks=partial(name_of_a_site, "tertiary.app.example.com"),
        keeps=partial(name_of_a_site, "secondary.app.example.com"),
        resource="site-aws-us-east-1",
        says="declares where tertiary.app.example.com points to",
    ),
    Case(
        rule="run-time-value",
        breaks=partial(record, routed=False),
        keeps=partial(record, routed=True),
        resource="app-aws-us-east-1",
        says="declares where app.example.com points to",
    ),
    Case(
        rule="run-time-value",
        breaks=partial(linode_record, "A"),
        keeps=partial(linode_record, "TXT"),
        resource="app",
        says="declares where shop points to",
    ),
    *(
        Case(
            rule="run-time-value",
            breaks=partial(linode_record, record_type, moving),
            keeps=partial(linode_record, record_type, f"{site}.shop"),
            resource="app",
            says=f"declares where {moving} points to",
        )
        for site, record_type, moving in (
            ("primary", "A", "shop.primary"),
            ("secondary", "AAAA", "primary-shop"),
            ("secondary", "CNAME", "www.secondary"),
        )
    ),
    Case(
        rule="run-time-value",
        breaks=partial(node, "drain"),
        keeps=partial(node, None),
        resource="web-linode-us-ord",
        says="declares mode 'drain'",
    ),
    Case(
        rule="run-time-value",
        breaks=partial(machine, booted=True),
        keeps=machine,
        resource="web-linode-us-ord",
        says="declares its power, booted=True",
    ),
    Case(
        rule="run-time-value",
        breaks=partial(machine, tags=("db", "writer")),
        keeps=partial(machine, tags=("db", "rewriter")),
        resource="web-linode-us-ord",
        says="declares a role, the tag 'writer'",
    ),
    Case(
        rule="run-time-value",
        breaks=partial(machine, user_data=f"{STUB}role: primary-database\n"),
        keeps=machine,
        resource="web-linode-us-ord",
        says="declares a role in line 5 of its user-data",
    ),
    Case(
        rule="ignored-change",
        breaks=partial(table, "billing_mode"),
        keeps=table,
        resource="orders-aws-us-east-1",
        says="ignores changes of billingMode",
    ),
    Case(
        rule="ignored-change",
        breaks=partial(machine, ignored=[*IGNORED, "tags"]),
        keeps=machine,
        resource="web-linode-us-ord",
        says="ignores changes of tags",
    ),
)
