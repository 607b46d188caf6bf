"""Machines are never replaced by a new template, image, password or key."""

from collections.abc import Iterator

from policy.declared import INSTANCE, Declared
from policy.rule import Finding, Rule
from policy.runtime_values import INSTANCE_IGNORES, user_data

# Linode's texts disagree, 65,535 bytes and about 16 kB encoded; this is the smaller
# (https://techdocs.akamai.com/cloud-computing/docs/overview-of-the-metadata-service).
LARGEST_USER_DATA_BYTES = 16_384


def replaceable_machine(declared: Declared) -> Iterator[Finding]:
    """Find instances that a change of user-data, image, password or key would replace."""
    for one in declared.of_type(INSTANCE):
        if missing := sorted(set(INSTANCE_IGNORES) - set(one.ignore_changes)):
            yield Finding(resource=one, seen=f"is replaced when {', '.join(missing)} changes")


def large_user_data(declared: Declared) -> Iterator[Finding]:
    """Find user-data that is more than a stub."""
    for one in declared.of_type(INSTANCE):
        size = len(user_data(one).encode()) * 4 // 3
        if size > LARGEST_USER_DATA_BYTES:
            yield Finding(resource=one, seen=f"has {size} bytes of encoded user-data; {LARGEST_USER_DATA_BYTES} fit")


RULES = (
    Rule(
        id="replaceable-machine",
        protects="A release or a new template replaces no machine, least of all the writer's.",
        remedy=f"set ignore_changes to {', '.join(INSTANCE_IGNORES)}; releases reach machines through the agent",
        check=replaceable_machine,
    ),
    Rule(
        id="large-user-data",
        protects="A machine that is made again during an incident boots.",
        remedy="keep user-data a stub (site, pool, artifact channel) and let the agent fetch the rest",
        check=large_user_data,
    ),
)
