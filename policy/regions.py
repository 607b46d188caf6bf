"""Losing a region takes along only what is in it, and `--exclude` can find all of that by name."""

import re
from collections.abc import Iterator

from evaluation import Registration
from policy.declared import (
    ARN,
    AWS_REGION,
    FUNCTION,
    PROVIDER,
    TABLE,
    Declared,
    arns,
    at,
    environment,
    items,
    lacks,
    needs,
    place,
    texts,
)
from policy.rule import Finding, Rule
from policy.told import NAMES_OTHER_REGIONS, Told

NAMED = re.compile(r"(?<![a-z0-9])(aws|linode)-([a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+(?:-\d)?)(?![a-z0-9])")
HOST = re.compile(rf"\.({AWS_REGION.pattern})\.(?:amazonaws\.com|on\.aws)")
# What Linode keeps for the whole account; everything else of it is in one region, even if no input says so.
LINODE_GLOBAL = re.compile(
    r"linode:index/(?:accountSettings|domain|domainRecord|firewall|firewallDevice|firewallSettings|iamUser|image"
    r"|producerImageShareGroup|producerImageShareGroupMember|consumerImageShareGroupToken|lock|monitorAlertDefinition"
    r"|monitorLogsDestination|monitorLogsStream|objectStorageKey|rdns|sshKey|stackScript|token|user):"
)
WITH_ARN_OF_ANOTHER = frozenset({"replicas"})


def where(one: Registration) -> tuple[str, str] | None:
    """Return cloud and region of a resource, by what it is declared with or else by its name; None if it is global."""
    cloud = "linode" if one.type.startswith(("linode:", f"{PROVIDER}linode")) else "aws"
    if one.region:
        return cloud, one.region
    named = NAMED.search(one.name)
    return (named[1], named[2]) if named else None


def unnamed_region(declared: Declared) -> Iterator[Finding]:
    """Find names that do not say the one region in which the resource is."""
    for one in declared.registrations:
        named, expected = NAMED.findall(one.name), where(one)
        if expected and one.region and set(named) != {expected}:
            yield Finding(resource=one, seen=f"is in {'-'.join(expected)}, which its name does not say, or not alone")
        elif one.type.startswith("linode:") and not LINODE_GLOBAL.match(one.type) and len(set(named)) != 1:
            yield Finding(resource=one, seen="belongs to one Linode region, which its name does not say")


def dependency_out_of_a_region(declared: Declared) -> Iterator[Finding]:
    """Find what stays when a region is lost and needs something that is in it."""
    for one in declared.registrations:
        needed = (declared.by_urn[urn] for urn in sorted(needs(one)) if urn in declared.by_urn)
        for other in needed:
            place_of_other = where(other)
            if place_of_other and place_of_other != where(one):
                yield Finding(
                    resource=one,
                    subject=other.name,
                    seen=f"depends on {other.name} in {'-'.join(place_of_other)}, without which it cannot be changed",
                )


def foreign_arns(declared: Declared, one: Registration) -> set[str]:
    """Return the ARNs of other regions in a resource's inputs, but for those that it must name."""
    if not one.region:
        return set()
    told = Told(declared)
    own = {name: value for name, value in one.inputs.items() if name not in WITH_ARN_OF_ANOTHER}
    named = {(arn, one.region) for arn in arns(own)} | set(_arns_of_replicas(one))
    return {arn for arn, region in named if arn.split(":")[3] not in {"", region, *_shared(arn, told, declared)}}


def cross_region_arn(declared: Declared) -> Iterator[Finding]:
    """Find ARNs of other regions in policies, environments and anything else."""
    for one in declared.registrations:
        for arn in sorted(foreign_arns(declared, one)):
            yield Finding(resource=one, subject=arn, seen=f"is in {one.region} and names {arn}")
        for _, found in sorted(texts(dict(one.inputs))):
            hosts = {host for host in HOST.findall(found) if one.region and host != one.region}
            for host in sorted(hosts):
                yield Finding(resource=one, subject=found, seen=f"is in {one.region} and calls {host}")


def cross_region_variable(declared: Declared) -> Iterator[Finding]:
    """Find variables of a function that name another region without being meant to."""
    for one in declared.of_type(FUNCTION):
        for name, value in sorted(environment(one).items()):
            others = sorted(set(AWS_REGION.findall(ARN.sub("", value))) - {one.region})
            if others and name not in NAMES_OTHER_REGIONS:
                yield Finding(resource=one, subject=name, seen=f"{name} names {', '.join(others)}")


def default_provider(declared: Declared) -> Iterator[Finding]:
    """Find resources that nobody gave a provider, and the provider that the engine made up for them."""
    for one in declared.registrations:
        if one.type.startswith(PROVIDER) and one.name.startswith("default"):
            yield Finding(resource=one, seen="is a default provider: ambient region, account and endpoints")
        elif one.custom and not one.provider and one.type.startswith(("aws:", "linode:")):
            yield Finding(resource=one, seen="has no explicit provider")


def any_account(declared: Declared) -> Iterator[Finding]:
    """Find AWS providers that would deploy to whichever account the credentials are of."""
    for one in declared.of_type(f"{PROVIDER}aws"):
        # One that asks nobody which account it is in is a lost region's, in which nothing is changed.
        if lacks(one.inputs, "allowedAccountIds") and lacks(one.inputs, "skipRequestingAccountId"):
            yield Finding(resource=one, seen="takes any account")
        if not one.name.startswith("default") and one.name != f"aws-{one.inputs.get('region')}":
            yield Finding(resource=one, subject="name", seen=f"serves {one.inputs.get('region')} under another name")


def _arns_of_replicas(one: Registration) -> Iterator[tuple[str, str]]:
    for replica in items(one.inputs, "replicas"):
        yield from ((arn, str(at(replica, "regionName"))) for arn in arns(replica))


def _shared(arn: str, told: Told, declared: Declared) -> set[str]:
    """Return the regions in which a thing that is shared may be named: wherever it really is."""
    region, name = place(arn)
    if name in told.canaries and declared.has(TABLE, (region, name)):
        return {region}
    parameter = arn.partition(":parameter")[2]
    return set(told.control_regions) if parameter in told.parameters else set()


RULES = (
    Rule(
        id="unnamed-region",
        protects="`pulumi up --exclude '**aws-REGION**'` goes on without a lost region: it finds resources by name.",
        remedy="put aws-<region> or linode-<region> into the logical name, with `aliases` if it is live",
        check=unnamed_region,
    ),
    Rule(
        id="dependency-out-of-a-region",
        protects="The rest of the stack can be changed while a region is lost.",
        remedy="build the name or ARN from settings instead of taking another region's output",
        check=dependency_out_of_a_region,
    ),
    Rule(
        id="cross-region-arn",
        protects="What runs in a region goes on when another is lost.",
        remedy="name the twin in its own region; only the canary table and the active parameter are shared",
        check=cross_region_arn,
    ),
    Rule(
        id="cross-region-variable",
        protects="A function does not reach into a region that may be lost.",
        remedy="tell it its own region's thing, or give the variable and its reason to NAMES_OTHER_REGIONS",
        check=cross_region_variable,
    ),
    Rule(
        id="default-provider",
        protects="Nothing lands in an ambient region or account; a dead region fails only its own provider.",
        remedy="pass the region's provider from stacks/providers.py",
        check=default_provider,
    ),
    Rule(
        id="any-account",
        protects="Credentials of another environment cannot deploy this one, and providers can be found by region.",
        remedy="make it in stacks/providers.py, as aws-<region> with allowed_account_ids",
        check=any_account,
    ),
)
