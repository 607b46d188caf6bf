"""One machine, or one host under several, is never all that serves."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from evaluation import UNKNOWN, Registration
from policy.declared import INSTANCE, Declared, items, lacks
from policy.rule import Finding, Rule

# Pools without which a site serves nobody. Monitoring and the observer are one machine each: no request needs them.
SERVING = frozenset({"balancer", "web", "api", "postgresql", "mariadb"})
PLACEMENT_GROUP = "linode:index/placementGroup:PlacementGroup"
Pool = tuple[str, str]
"""Site and pool, by their tags."""


def pool_of_one(declared: Declared) -> Iterator[Finding]:
    """Find pools that one machine is all of."""
    for (_, pool), machines in _pools(declared).items():
        if pool in SERVING and len(machines) == 1:
            yield Finding(resource=machines[0], seen=f"is all of its site's pool {pool}")


def crowded_pool(declared: Declared) -> Iterator[Finding]:
    """Find machines of a pool that may stand on one host."""
    for machines in _pools(declared).values():
        for one in machines:
            if len(machines) > 1 and lacks(one.inputs, "placementGroup"):
                yield Finding(resource=one, seen="may share a host with others of its pool")
    for one in declared.of_type(PLACEMENT_GROUP):
        if one.inputs.get("placementGroupType") not in ("anti_affinity:local", UNKNOWN):
            yield Finding(resource=one, seen="does not keep its machines apart")


def _pools(declared: Declared) -> Mapping[Pool, list[Registration]]:
    found: dict[Pool, list[Registration]] = defaultdict(list)
    for one in declared.of_type(INSTANCE):
        tags = dict(str(tag).split(":", 1) for tag in items(one.inputs, "tags") if ":" in str(tag))
        if "pool" in tags:
            found[tags.get("site", ""), tags["pool"]].append(one)
    return found


RULES = (
    Rule(
        id="pool-of-one",
        protects="A site serves while any one of its machines is lost.",
        remedy="declare two machines or more",
        check=pool_of_one,
    ),
    Rule(
        id="crowded-pool",
        protects="A host that fails takes one machine of a pool along, not the pool.",
        remedy="put the pool's machines into a placement group of type anti_affinity:local",
        check=crowded_pool,
    ),
)
