"""Run time owns its values outright (law 8): Pulumi declares the container, never the value."""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping

from evaluation import Registration
from policy.declared import INSTANCE, Declared, at, items, text
from policy.rule import Finding, Rule
from policy.site_names import names_a_site

VALUES: Mapping[str, str] = {
    "aws:ssm/parameter:Parameter": "an SSM parameter's value",
    "aws:dynamodb/tableItem:TableItem": "an item: a tier's row or a canary",
    "aws:s3/bucketObject:BucketObject": "an object: a switch",
    "aws:s3/bucketObjectv2:BucketObjectv2": "an object: a switch",
    "aws:s3/objectCopy:ObjectCopy": "an object: a switch",
    "aws:secretsmanager/secretVersion:SecretVersion": "a secret's value",
    "linode:index/objectStorageObject:ObjectStorageObject": "an object: a switch",
}
ROUTE53_RECORD = "aws:route53/record:Record"
LINODE_RECORD = "linode:index/domainRecord:DomainRecord"
NODE = "linode:index/nodeBalancerNode:NodeBalancerNode"
ADDRESSES = ("A", "AAAA", "CNAME")
SITES = ("primary", "secondary")
ROUTED = re.compile(r"RoutingPolic(?:y|ies)$")
ROLE = re.compile(r"(?:^|[\s:=_-])(?:active|standby|writer|leader|replica)(?:$|[\s,_-])|\brole\b\s*[:=]", re.IGNORECASE)
# Linode reads these when it makes a machine, and never again: for a new one of them the engine would make another
# machine. Agents bring what is new (design 6), and run time changes none of these, so none is written back.
INSTANCE_IGNORES = ("authorizedKeys", "image", "metadatas", "rootPass")


def run_time_value(declared: Declared) -> Iterator[Finding]:
    """Find resources that hold what run time moves."""
    for one in declared.registrations:
        if one.type in VALUES:
            yield Finding(resource=one, seen=f"declares {VALUES[one.type]}")
    stays = _names_of_sites(declared)
    for one in declared.of_type(ROUTE53_RECORD):
        if text(one, "type") in ADDRESSES and not _routed(one) and text(one, "name") not in stays:
            yield Finding(resource=one, seen=f"declares where {text(one, 'name')} points to, with no routing policy")
    for one in declared.of_type(LINODE_RECORD):
        if text(one, "recordType") in ADDRESSES and not names_a_site(one):
            yield Finding(resource=one, seen=f"declares where {text(one, 'name') or 'the domain'} points to")
    for one in declared.of_type(NODE):
        if "mode" in one.inputs:
            yield Finding(resource=one, seen=f"declares mode {one.inputs['mode']!r}")
    for one in declared.of_type(INSTANCE):
        yield from _of_instance(one)


def ignored_change(declared: Declared) -> Iterator[Finding]:
    """Find properties whose changes are ignored although run time might have changed them."""
    for one in declared.registrations:
        allowed = INSTANCE_IGNORES if one.type == INSTANCE else ()
        for name in sorted(set(one.ignore_changes) - set(allowed)):
            yield Finding(resource=one, subject=name, seen=f"ignores changes of {name}")


def _routed(record: Registration) -> bool:
    return any(ROUTED.search(name) for name in record.inputs)


def _names_of_sites(declared: Declared) -> set[str]:
    """Return the names that lead to one site for ever, beside a name that moves."""
    moving = [text(one, "name") for one in declared.of_type(ROUTE53_RECORD) if _routed(one)]
    return {f"{site}.{name}" for site in SITES for name in moving}


def user_data(instance: Registration) -> str:
    """Return what a machine starts with, decoded; empty if it is not known."""
    encoded = str(at(instance.inputs, "metadatas", "userData") or "")
    try:
        return base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return encoded


def _of_instance(one: Registration) -> Iterator[Finding]:
    if "booted" in one.inputs:
        yield Finding(resource=one, subject="booted", seen=f"declares its power, booted={one.inputs['booted']}")
    for tag in [str(tag) for tag in items(one.inputs, "tags") if ROLE.search(str(tag))]:
        yield Finding(resource=one, subject="role", seen=f"declares a role, the tag {tag!r}")
    # The line itself is not told: a secret may stand in it.
    if lines := [str(number) for number, line in enumerate(user_data(one).splitlines(), 1) if ROLE.search(line)]:
        yield Finding(resource=one, subject="role", seen=f"declares a role in line {', '.join(lines)} of its user-data")


RULES = (
    Rule(
        id="run-time-value",
        protects="`pulumi up` after a failover changes nothing back.",
        remedy="declare only the container and its permissions; run time creates and reconciles the value",
        check=run_time_value,
    ),
    Rule(
        id="ignored-change",
        protects="No stale value is written back with the update of another property.",
        remedy="take the property out of the program: ignore_changes still sends the program's value with any update",
        check=ignored_change,
    ),
)
