"""How the outside reaches in: names that move in time, and databases that nobody reaches."""

import re
from collections.abc import Iterator, Mapping

from evaluation import Registration
from policy.declared import Declared, Inputs, at, items, number, text, texts
from policy.rule import Finding, Rule
from policy.site_names import names_a_site

# Resolvers may keep a shorter one for longer, and all of them ask more often.
LEAST_TTL_SECONDS = 10
LARGEST_TTL_SECONDS = 60
# Linode keeps 30, 120, 300... and rounds up; without one the default is a day
# (https://techdocs.akamai.com/linode-api/reference/post-domain-record).
LINODE_TTL_SECONDS = 30
ADDRESSES = ("A", "AAAA", "CNAME")
DATABASE_PORTS: Mapping[int, str] = {
    1433: "SQL Server",
    1521: "Oracle",
    3306: "MariaDB",
    5432: "PostgreSQL",
    6379: "Redis",
    9042: "Cassandra",
    9200: "OpenSearch",
    11211: "memcached",
    27017: "MongoDB",
}
ANYWHERE = frozenset({"0.0.0.0/0", "::/0"})
LAST_PORT = 65_535
LINODE_FIREWALL = "linode:index/firewall:Firewall"
LINODE_DATABASES = (
    "linode:index/databaseMysqlV2:DatabaseMysqlV2",
    "linode:index/databasePostgresqlV2:DatabasePostgresqlV2",
)
Opening = tuple[Registration, int, int]
"""A resource that lets everybody in, and the first and last port."""
PORTS = re.compile(r"(\d+)(?:-(\d+))?")


def slow_name(declared: Declared) -> Iterator[Finding]:
    """Find names that resolvers would keep after they moved, or not at all."""
    for one in declared.of_type("aws:route53/record:Record"):
        ttl = number(one, "ttl")
        if text(one, "type") in ADDRESSES and ttl is not None and not LEAST_TTL_SECONDS <= ttl <= LARGEST_TTL_SECONDS:
            yield Finding(
                resource=one, seen=f"is kept for {ttl:g} s; at least {LEAST_TTL_SECONDS}, at most {LARGEST_TTL_SECONDS}"
            )
    for one in declared.of_type("linode:index/domainRecord:DomainRecord"):
        ttl = number(one, "ttlSec")
        moves = text(one, "recordType") in ADDRESSES and not names_a_site(one)
        if moves and not 0 < (ttl or 0) <= LINODE_TTL_SECONDS:
            yield Finding(resource=one, seen=f"is kept for {ttl or 86_400:g} s; Linode keeps 30, or 120 and more")


def switch_on_a_metric(declared: Declared) -> Iterator[Finding]:
    """Find health checks that follow an alarm: minutes late, and lost with the alarm's region."""
    for one in declared.of_type("aws:route53/healthCheck:HealthCheck"):
        if text(one, "type") in ("CLOUDWATCH_METRIC", "RECOVERY_CONTROL"):
            yield Finding(resource=one, seen=f"is a check of type {text(one, 'type')}")


def public_database(declared: Declared) -> Iterator[Finding]:
    """Find database ports that the whole internet may try."""
    for one, low, high in (*_security_groups(declared), *_linode_firewalls(declared), *_balancers(declared)):
        for port, database in DATABASE_PORTS.items():
            if low <= port <= high:
                yield Finding(resource=one, subject=str(port), seen=f"opens {port} ({database}) to everybody")
    for one in declared.of_type("aws:rds/instance:Instance", "aws:rds/clusterInstance:ClusterInstance"):
        if one.inputs.get("publiclyAccessible") is True:
            yield Finding(resource=one, seen="has a public address")
    for one in declared.of_type(*LINODE_DATABASES):
        if ANYWHERE.intersection(map(str, items(one.inputs, "allowLists"))):
            yield Finding(resource=one, seen="lets everybody connect")


def open_firewall(declared: Declared) -> Iterator[Finding]:
    """Find Linode firewalls that let in, or out, what no rule names."""
    for one in declared.of_type(LINODE_FIREWALL):
        if text(one, "inboundPolicy") == "ACCEPT":
            yield Finding(resource=one, seen="lets in whatever no rule names")
        if text(one, "outboundPolicy") == "ACCEPT":
            yield Finding(resource=one, subject="outbound", seen="lets out whatever no rule names")
        if one.inputs.get("disabled") is True:
            yield Finding(resource=one, subject="disabled", seen="is switched off")


def _security_groups(declared: Declared) -> Iterator[Opening]:
    for one in declared.of_type("aws:ec2/securityGroup:SecurityGroup"):
        for rule in items(one.inputs, "ingress"):
            yield from _opening(one, rule)
    for one in declared.of_type("aws:ec2/securityGroupRule:SecurityGroupRule"):
        if text(one, "type") == "ingress":
            yield from _opening(one, one.inputs)
    for one in declared.of_type("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"):
        yield from _opening(one, one.inputs)


def _opening(one: Registration, rule: Inputs) -> Iterator[Opening]:
    """Yield the ports of a rule that lets everybody in; a rule for all protocols has no ports."""
    sources = {found for path, found in texts(rule) if path.partition(".")[0].startswith(("cidr", "ipv6Cidr"))}
    low, high = at(rule, "fromPort"), at(rule, "toPort")
    every = at(rule, "protocol") == "-1" or at(rule, "ipProtocol") == "-1"
    if ANYWHERE & sources and (every or (isinstance(low, int) and isinstance(high, int))):
        yield (one, 0, LAST_PORT) if every else (one, int(str(low)), int(str(high)))


def _linode_firewalls(declared: Declared) -> Iterator[Opening]:
    for one in declared.of_type(LINODE_FIREWALL):
        for rule in items(one.inputs, "inbounds"):
            sources = {str(found) for family in ("ipv4s", "ipv6s") for found in items(rule, family)}
            if at(rule, "action") == "ACCEPT" and ANYWHERE & sources and at(rule, "protocol") != "ICMP":
                # Without ports a rule is for all of them.
                ranges = PORTS.findall(str(at(rule, "ports") or f"0-{LAST_PORT}"))
                yield from ((one, int(low), int(high or low)) for low, high in ranges)


def _balancers(declared: Declared) -> Iterator[Opening]:
    """Yield the ports of NodeBalancers, which are always public."""
    for one in declared.of_type("linode:index/nodeBalancerConfig:NodeBalancerConfig"):
        port = number(one, "port")
        if port is not None:
            yield one, int(port), int(port)


RULES = (
    Rule(
        id="slow-name",
        protects="Clients follow a move of traffic within the budget.",
        remedy=f"set a TTL of {LEAST_TTL_SECONDS}-{LARGEST_TTL_SECONDS} s ({LINODE_TTL_SECONDS} s at Linode)",
        check=slow_name,
    ),
    Rule(
        id="switch-on-a-metric",
        protects="Traffic is flipped by Route 53's data plane, in seconds, without CloudWatch (law 2).",
        remedy="let an HTTPS_STR_MATCH check read the switch object of each control region",
        check=switch_on_a_metric,
    ),
    Rule(
        id="public-database",
        protects="Nobody outside tries passwords or exploits on a database.",
        remedy="open the port to the application's own addresses only",
        check=public_database,
    ),
    Rule(
        id="open-firewall",
        protects="Only what is meant to be reached is reached.",
        remedy="set inbound_policy and outbound_policy to DROP, keep it enabled, and accept named ports",
        check=open_firewall,
    ),
)
