"""Programs whose data at Linode a mistake deletes, or outsiders read."""

from functools import partial

import pulumi
import pulumi_linode as linode

from tests.policy.cases.case import Case, also, at_linode

KEPT = {"protect": True, "retain_on_delete": True}


def member(*, protect: bool = True, retain: bool = True, attached: bool = True) -> None:
    here = at_linode()
    kept = also(here, protect=protect, retain_on_delete=retain)
    machine = linode.Instance("mariadb-1-linode-us-ord", type="g6-nanode-1", region="us-ord", opts=kept)
    linode.Volume(
        "data-linode-us-ord",
        label="data",
        region="us-ord",
        encryption="enabled",
        linode_id=machine.id.apply(int) if attached else None,
        opts=also(here, **KEPT),
    )


def address(*, protect: bool = True, retain: bool = True) -> None:
    kept = also(at_linode(), protect=protect, retain_on_delete=retain)
    linode.ReservedIp("mariadb-1-linode-us-ord", region="us-ord", opts=kept)


def bucket(*, versioning: bool | None = True, acl: str = "private", cors: bool | None = False) -> None:
    linode.ObjectStorageBucket(
        "files-linode-us-ord",
        label="files",
        region="us-ord",
        versioning=versioning,
        acl=acl,
        cors_enabled=cors,
        opts=also(at_linode(), **KEPT),
    )


def zone(*, protect: bool) -> None:
    linode.Domain(
        "zone",
        domain="example.com",
        type="master",
        opts=pulumi.ResourceOptions.merge(at_linode(), pulumi.ResourceOptions(protect=protect, retain_on_delete=True)),
    )


CASES = (
    Case(
        rule="unprotected-database-machine",
        breaks=partial(member, protect=False),
        keeps=partial(member, protect=False, attached=False),
        resource="mariadb-1-linode-us-ord",
        says="is not protected",
    ),
    Case(
        rule="unprotected-database-machine",
        breaks=partial(member, retain=False),
        keeps=member,
        resource="mariadb-1-linode-us-ord",
        says="is deleted when it leaves the program",
        shown_to_engines=False,
    ),
    Case(
        rule="unprotected-address",
        breaks=partial(address, protect=False),
        keeps=address,
        resource="mariadb-1-linode-us-ord",
        says="is not protected",
    ),
    Case(
        rule="unprotected-address",
        breaks=partial(address, retain=False),
        keeps=address,
        resource="mariadb-1-linode-us-ord",
        says="is deleted when it leaves the program",
        shown_to_engines=False,
    ),
    Case(
        rule="unprotected-data",
        breaks=partial(zone, protect=False),
        keeps=partial(zone, protect=True),
        resource="zone",
        says="is not protected",
    ),
    Case(
        rule="unversioned-bucket",
        breaks=partial(bucket, versioning=None),
        keeps=bucket,
        resource="files-linode-us-ord",
        says="keeps no former versions",
    ),
    Case(
        rule="open-bucket",
        breaks=partial(bucket, acl="public-read"),
        keeps=bucket,
        resource="files-linode-us-ord",
        says="has the ACL public-read",
    ),
    Case(
        rule="open-bucket",
        breaks=partial(bucket, cors=None),
        keeps=bucket,
        resource="files-linode-us-ord",
        says="lets every page's script ask",
    ),
)
