"""Programs in which one machine, or one host, is all that serves."""

from functools import partial

import pulumi_linode as linode

from tests.policy.cases.case import Case, at_linode


def pool(noun: str, count: int, *, apart: int | None = None, other_site: int = 0) -> None:
    """Declare a pool whose first machines, all unless said, are in a placement group."""
    here, grouped = at_linode(), count if apart is None else apart
    for number in range(count):
        linode.Instance(
            f"{noun}-{number}-linode-us-ord",
            type="g6-nanode-1",
            region="us-ord",
            tags=["site:primary", f"pool:{noun}"],
            placement_group=linode.InstancePlacementGroupArgs(id=3) if number < grouped else None,
            opts=here,
        )
    for number in range(other_site):
        linode.Instance(
            f"{noun}-{number}-linode-us-sea",
            type="g6-nanode-1",
            region="us-sea",
            tags=["site:secondary", f"pool:{noun}"],
            placement_group=linode.InstancePlacementGroupArgs(id=4),
            opts=here,
        )


def group(kind: str) -> None:
    linode.PlacementGroup(
        "web-linode-us-ord", label="web", region="us-ord", placement_group_type=kind, opts=at_linode()
    )


CASES = (
    Case(
        rule="pool-of-one",
        breaks=partial(pool, "web", 1, other_site=2),
        keeps=partial(pool, "web", 2, other_site=2),
        resource="web-0-linode-us-ord",
        says="is all of its site's pool web",
    ),
    Case(
        rule="pool-of-one",
        breaks=partial(pool, "mariadb", 1),
        keeps=partial(pool, "monitoring", 1),
        resource="mariadb-0-linode-us-ord",
        says="is all of its site's pool mariadb",
    ),
    Case(
        rule="crowded-pool",
        breaks=partial(pool, "api", 2, apart=1),
        keeps=partial(pool, "api", 2),
        resource="api-1-linode-us-ord",
        says="may share a host with others of its pool",
    ),
    Case(
        rule="crowded-pool",
        breaks=partial(group, "affinity:local"),
        keeps=partial(group, "anti_affinity:local"),
        resource="web-linode-us-ord",
        says="does not keep its machines apart",
    ),
)
