"""A name moves by what the switches say and by nothing else, and outsiders read switches and nothing else."""

import re
from collections.abc import Iterator, Mapping

from evaluation import Registration
from policy.declared import Declared, at, items, lacks, number, text
from policy.documents import statements
from policy.permissions import is_public_switch
from policy.rule import Finding, Rule

RECORD = "aws:route53/record:Record"
CHECK = "aws:route53/healthCheck:HealthCheck"
BUCKET = "aws:s3/bucket:Bucket"
PUBLIC_ACCESS = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
SWITCHES = 3
MOST = 2
FEWEST_CHECKERS = 3
SWITCH_HOST = re.compile(r"[a-z0-9-]+\.s3\.[a-z0-9-]+\.amazonaws\.com")
# What a child is declared with; the string is failover/switch.py's.
CHILD: Mapping[str, object] = {
    "type": "HTTPS_STR_MATCH",
    "invertHealthcheck": True,
    "searchString": '"active":"secondary"',
    "requestInterval": 10,
    "failureThreshold": 1,
}
ACLS = ("blockPublicAcls", "ignorePublicAcls")
POLICIES = ("blockPublicPolicy", "restrictPublicBuckets")
SETS = ("weightedRoutingPolicies", "latencyRoutingPolicies")


def unswitched_name(declared: Declared) -> Iterator[Finding]:
    """Find names whose answer depends on anything but two of three switches."""
    for one in declared.of_type(RECORD):
        role = _role(one)
        if lacks(one.inputs, "healthCheckId"):
            if role == "primary":
                yield Finding(resource=one, seen="is the primary's and has no check, so it is never left")
        elif role == "secondary":
            yield Finding(
                resource=one, seen="is the secondary's and has a check: Route 53 may fall back to the primary"
            )
        else:
            for seen in _faults_of_check(_only(one, "healthCheckId", declared), declared):
                yield Finding(resource=one, seen=seen)


def public_bucket(declared: Declared) -> Iterator[Finding]:
    """Find buckets that outsiders might read, or come to read by a mistaken policy."""
    shows = [one.resource for one in statements(declared) if one.allows and is_public_switch(one)]
    for bucket in declared.of_type(BUCKET):
        barred = next((one.inputs for one in declared.of_type(PUBLIC_ACCESS) if _is_of(one, bucket)), {})
        wanted = ACLS if any(_is_of(one, bucket) for one in shows) else (*ACLS, *POLICIES)
        if missing := [setting for setting in wanted if lacks(barred, setting)]:
            yield Finding(resource=bucket, seen=f"is not barred from the public by {', '.join(missing)}")


def _is_of(one: Registration, bucket: Registration) -> bool:
    """Say whether something is set of a bucket, by its resource or by its name."""
    named = text(one, "bucket")
    return bucket.urn in one.property_dependencies.get("bucket", ()) or (
        named != "" and named == text(bucket, "bucket")
    )


def _role(record: Registration) -> str:
    failover = at(record.inputs, "failoverRoutingPolicies", "type")
    if isinstance(failover, str):
        return failover.lower()
    return text(record, "setIdentifier") if any(name in record.inputs for name in SETS) else ""


def _only(one: Registration, name: str, declared: Declared) -> Registration | None:
    """Return the resource that an input comes from, if it is declared here."""
    urns = [urn for urn in one.property_dependencies.get(name, ()) if urn in declared.by_urn]
    return declared.by_urn[urns[0]] if len(urns) == 1 else None


def _faults_of_check(check: Registration | None, declared: Declared) -> Iterator[str]:
    if check is None:
        yield "has a check that is not declared here"
        return
    if text(check, "type") != "CALCULATED":
        yield f"has a check of type {text(check, 'type')}, {check.name}: what one place sees is only a vote"
        return
    children = [declared.by_urn[urn] for urn in check.property_dependencies.get("childHealthchecks", ())]
    if len(items(check.inputs, "childHealthchecks")) != SWITCHES or len(children) != SWITCHES:
        yield f"has a check, {check.name}, of {len(children)} others, not of {SWITCHES} switches"
    if number(check, "childHealthThreshold") != MOST:
        yield f"has a check, {check.name}, that is not healthy with exactly {MOST} of {SWITCHES}"
    hosts = [text(child, "fqdn") for child in children]
    if len(set(hosts)) != len(hosts):
        yield f"has a check, {check.name}, that reads one switch twice"
    for child in children:
        yield from (f"depends on {child.name}, which {fault}" for fault in _faults_of_child(child, declared))


def _faults_of_child(child: Registration, declared: Declared) -> Iterator[str]:
    for name, value in CHILD.items():
        if child.inputs.get(name) != value:
            yield f"has {name} {child.inputs.get(name)!r}, not {value!r}"
    host, path = text(child, "fqdn"), text(child, "resourcePath")
    if not SWITCH_HOST.fullmatch(host) or not path.startswith("/switch/"):
        yield f"reads https://{host}{path}, which is no switch"
    checkers = {str(region) for region in items(child.inputs, "regions")}
    if len(checkers) < FEWEST_CHECKERS:
        yield f"is made from {len(checkers)} named regions, and takes {FEWEST_CHECKERS}"
    if lost := sorted(checkers & _regions(declared)):
        yield f"is made from {', '.join(lost)}, which may be lost with what it reads"


def _regions(declared: Declared) -> set[str]:
    """Return the regions that the stack has something in."""
    return {one.region for one in declared.registrations if one.region}


RULES = (
    Rule(
        id="unswitched-name",
        protects="A name moves when two of three control regions say so, and by nothing else (law 2).",
        remedy="give the primary's record SwitchChecks of infra/aws/switch_checks.py, and the secondary's none",
        check=unswitched_name,
    ),
    Rule(
        id="public-bucket",
        protects="Nobody outside reads anything but what the switches say.",
        remedy="block all four kinds of public access; a bucket that shows switch/* to everybody, only those by ACL",
        check=public_bucket,
    ),
)
