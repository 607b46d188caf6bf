"""Programs that let too much in, or keep a name too long."""

from functools import partial

import pulumi_aws as aws
import pulumi_linode as linode

from tests.policy.cases.case import Case, at_linode, within

ANYWHERE, OFFICE = "0.0.0.0/0", "192.0.2.0/24"


def record(ttl: int) -> None:
    aws.route53.Record(
        "app-aws-us-east-1",
        zone_id="Z1",
        name="app.example.com",
        type="A",
        ttl=ttl,
        records=["192.0.2.1"],
        opts=within(),
    )


def linode_record(ttl: int | None, name: str = "app") -> None:
    linode.DomainRecord(
        "app", domain_id=1, name=name, record_type="A", target="192.0.2.1", ttl_sec=ttl, opts=at_linode()
    )


def health_check(kind: str) -> None:
    aws.route53.HealthCheck("switch-aws-us-east-1", type=kind, opts=within())


def group(source: str, low: int, high: int, protocol: str = "tcp") -> None:
    ingress = {"cidr_blocks": [source], "from_port": low, "to_port": high, "protocol": protocol}
    aws.ec2.SecurityGroup("db-aws-us-east-1", ingress=[ingress], opts=within())


def group_rule(source: str) -> None:
    aws.ec2.SecurityGroupRule(
        "db-aws-us-east-1",
        type="ingress",
        security_group_id="sg-1",
        ipv6_cidr_blocks=[source],
        from_port=3306,
        to_port=3306,
        protocol="tcp",
        opts=within(),
    )


def ingress_rule(source: str) -> None:
    aws.vpc.SecurityGroupIngressRule(
        "db-aws-us-east-1",
        security_group_id="sg-1",
        cidr_ipv4=source,
        from_port=5432,
        to_port=5432,
        ip_protocol="tcp",
        opts=within(),
    )


def database(*, public: bool) -> None:
    aws.rds.Instance("sql-aws-us-east-1", instance_class="db.t4g.micro", publicly_accessible=public, opts=within())


def firewall(source: str, ports: str = "5432", inbound: str = "DROP", outbound: str = "DROP") -> None:
    rule = {"label": "db", "action": "ACCEPT", "protocol": "TCP", "ports": ports, "ipv4s": [source]}
    linode.Firewall(
        "db", label="db", inbound_policy=inbound, outbound_policy=outbound, inbounds=[rule], opts=at_linode()
    )


def balancer(port: int) -> None:
    linode.NodeBalancerConfig("db-linode-us-ord", nodebalancer_id=1, port=port, opts=at_linode())


def linode_database(source: str) -> None:
    linode.DatabasePostgresqlV2(
        "sql-linode-us-ord",
        engine_id="postgresql/16",
        label="sql",
        region="us-ord",
        type="g6-nanode-1",
        allow_lists=[source],
        opts=at_linode(),
    )


CASES = (
    Case(
        rule="slow-name",
        breaks=partial(record, 300),
        keeps=partial(record, 60),
        resource="app-aws-us-east-1",
        says="is kept for 300 s",
    ),
    Case(
        rule="slow-name",
        breaks=partial(record, 0),
        keeps=partial(record, 10),
        resource="app-aws-us-east-1",
        says="is kept for 0 s; at least 10",
    ),
    Case(
        rule="slow-name",
        breaks=partial(linode_record, 60),
        keeps=partial(linode_record, 30),
        resource="app",
        says="Linode keeps 30, or 120 and more",
    ),
    Case(
        rule="slow-name",
        breaks=partial(linode_record, 300),
        keeps=partial(linode_record, 300, "primary.app"),
        resource="app",
        says="is kept for 300 s",
    ),
    Case(
        rule="slow-name",
        breaks=partial(linode_record, None),
        keeps=partial(linode_record, 30),
        resource="app",
        says="is kept for 86400 s",
    ),
    Case(
        rule="switch-on-a-metric",
        breaks=partial(health_check, "CLOUDWATCH_METRIC"),
        keeps=partial(health_check, "HTTPS_STR_MATCH"),
        resource="switch-aws-us-east-1",
        says="is a check of type CLOUDWATCH_METRIC",
    ),
    Case(
        rule="public-database",
        breaks=partial(group, ANYWHERE, 5000, 6000),
        keeps=partial(group, OFFICE, 5000, 6000),
        resource="db-aws-us-east-1",
        says="opens 5432 (PostgreSQL) to everybody",
    ),
    Case(
        rule="public-database",
        breaks=partial(group, ANYWHERE, 0, 0, "-1"),
        keeps=partial(group, ANYWHERE, 443, 443),
        resource="db-aws-us-east-1",
        says="opens 3306 (MariaDB) to everybody",
    ),
    Case(
        rule="public-database",
        breaks=partial(group_rule, "::/0"),
        keeps=partial(group_rule, "2001:db8::/64"),
        resource="db-aws-us-east-1",
        says="opens 3306 (MariaDB) to everybody",
    ),
    Case(
        rule="public-database",
        breaks=partial(ingress_rule, ANYWHERE),
        keeps=partial(ingress_rule, OFFICE),
        resource="db-aws-us-east-1",
        says="opens 5432 (PostgreSQL) to everybody",
    ),
    Case(
        rule="public-database",
        breaks=partial(database, public=True),
        keeps=partial(database, public=False),
        resource="sql-aws-us-east-1",
        says="has a public address",
    ),
    Case(
        rule="public-database",
        breaks=partial(firewall, ANYWHERE, "22, 3300-3310"),
        keeps=partial(firewall, OFFICE, "22, 3300-3310"),
        resource="db",
        says="opens 3306 (MariaDB) to everybody",
    ),
    Case(
        rule="public-database",
        breaks=partial(balancer, 5432),
        keeps=partial(balancer, 443),
        resource="db-linode-us-ord",
        says="opens 5432 (PostgreSQL) to everybody",
    ),
    Case(
        rule="public-database",
        breaks=partial(linode_database, ANYWHERE),
        keeps=partial(linode_database, OFFICE),
        resource="sql-linode-us-ord",
        says="lets everybody connect",
    ),
    Case(
        rule="open-firewall",
        breaks=partial(firewall, OFFICE, inbound="ACCEPT"),
        keeps=partial(firewall, OFFICE),
        resource="db",
        says="lets in whatever no rule names",
    ),
    Case(
        rule="open-firewall",
        breaks=partial(firewall, OFFICE, outbound="ACCEPT"),
        keeps=partial(firewall, OFFICE),
        resource="db",
        says="lets out whatever no rule names",
    ),
)
