"""What the application tier's data stands on at Linode outlives mistakes, and outsiders read none of it."""

from collections.abc import Iterator

from evaluation import UNKNOWN, Registration
from policy.data import expendable
from policy.declared import INSTANCE, Declared, needs
from policy.rule import Finding, Rule

BUCKET = "linode:index/objectStorageBucket:ObjectStorageBucket"
VOLUME = "linode:index/volume:Volume"
RESERVED = "linode:index/reservedIp:ReservedIp"


def unprotected_database_machine(declared: Declared) -> Iterator[Finding]:
    """Find machines that a volume hangs at and that one mistaken `up` or `destroy` would delete."""
    attached = {urn for volume in declared.of_type(VOLUME) for urn in needs(volume)}
    for one in declared.of_type(INSTANCE):
        if one.urn in attached:
            yield from _unkept(one)


def unprotected_address(declared: Declared) -> Iterator[Finding]:
    """Find reserved addresses that one mistaken `up` or `destroy` would give away."""
    for one in declared.of_type(RESERVED):
        yield from _unkept(one)


def unversioned_bucket(declared: Declared) -> Iterator[Finding]:
    """Find buckets in which a file that is overwritten or deleted is gone."""
    for one in declared.of_type(BUCKET):
        if one.inputs.get("versioning") not in (True, UNKNOWN):
            yield Finding(resource=one, seen="keeps no former versions")


def open_bucket(declared: Declared) -> Iterator[Finding]:
    """Find buckets that can be read without a key, or from any page."""
    for one in declared.of_type(BUCKET):
        if one.inputs.get("acl", "private") not in ("private", UNKNOWN):
            yield Finding(resource=one, subject="acl", seen=f"has the ACL {one.inputs['acl']}")
        # Unsaid, Linode lets every page ask: https://techdocs.akamai.com/linode-api/reference/post-object-storage-bucket.
        if one.inputs.get("corsEnabled", True) not in (False, UNKNOWN):
            yield Finding(resource=one, subject="cors", seen="lets every page's script ask")


def _unkept(one: Registration) -> Iterator[Finding]:
    if expendable(one):
        return
    if not one.protect:
        yield Finding(resource=one, subject="protect", seen="is not protected")
    if not one.retain_on_delete:
        yield Finding(resource=one, subject="retain", seen="is deleted when it leaves the program")


RULES = (
    Rule(
        id="unprotected-database-machine",
        protects="No mistake in the program, and no typing error, deletes the writer.",
        remedy="set protect and retain_on_delete on the machine",
        check=unprotected_database_machine,
    ),
    Rule(
        id="unprotected-address",
        protects="The addresses that firewalls and DNS name stay ours.",
        remedy="set protect and retain_on_delete",
        check=unprotected_address,
    ),
    Rule(
        id="unversioned-bucket",
        protects="A file that was overwritten or deleted by mistake, or by a copy the wrong way, can be had back.",
        remedy="set versioning",
        check=unversioned_bucket,
    ),
    Rule(
        id="open-bucket",
        protects="Nobody reads the application's files without its key.",
        remedy="set acl to private and cors_enabled to false",
        check=open_bucket,
    ),
)
