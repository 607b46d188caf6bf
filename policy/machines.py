"""Machines are made as the program says, behind a firewall, and never again for a new template, image or key."""

from collections.abc import Iterator

from policy.declared import INSTANCE, Declared, needs
from policy.rule import Finding, Rule
from policy.runtime_values import INSTANCE_IGNORES, user_data

# Linode's texts disagree, 65,535 bytes and about 16 kB encoded; this is the smaller
# (https://techdocs.akamai.com/cloud-computing/docs/overview-of-the-metadata-service).
LARGEST_USER_DATA_BYTES = 16_384
FIREWALL = "linode:index/firewall:Firewall"
FIREWALL_DEVICE = "linode:index/firewallDevice:FirewallDevice"
NODEBALANCER = "linode:index/nodeBalancer:NodeBalancer"
# What is the account's choice where the program makes none.
SAID: dict[str, tuple[object, ...]] = {
    "interfaceGeneration": ("legacy_config", "linode"),
    "networkHelper": (True, False),
    "diskEncryption": ("enabled",),
}


def replaceable_machine(declared: Declared) -> Iterator[Finding]:
    """Find instances that a change of user-data, image, password or key would replace."""
    for one in declared.of_type(INSTANCE):
        if missing := sorted(set(INSTANCE_IGNORES) - set(one.ignore_changes)):
            yield Finding(resource=one, seen=f"is replaced when {', '.join(missing)} changes")
        if "firewallId" in one.inputs:
            yield Finding(resource=one, subject="firewallId", seen="is replaced when it gets another firewall")


def large_user_data(declared: Declared) -> Iterator[Finding]:
    """Find user-data that is more than a stub."""
    for one in declared.of_type(INSTANCE):
        size = len(user_data(one).encode()) * 4 // 3
        if size > LARGEST_USER_DATA_BYTES:
            yield Finding(resource=one, seen=f"has {size} bytes of encoded user-data; {LARGEST_USER_DATA_BYTES} fit")


def unsaid_machine(declared: Declared) -> Iterator[Finding]:
    """Find instances that leave to the account how they are connected and whether their disks are encrypted."""
    for one in declared.of_type(INSTANCE):
        for name, values in SAID.items():
            if one.inputs.get(name) not in values:
                yield Finding(resource=one, subject=name, seen=f"has {name} {one.inputs.get(name)}")


def root_password(declared: Declared) -> Iterator[Finding]:
    """Find instances whose root password the program gives, and so the state keeps."""
    for one in declared.of_type(INSTANCE):
        if "rootPass" in one.inputs:
            yield Finding(resource=one, seen="is given a password of root")


def unguarded_machine(declared: Declared) -> Iterator[Finding]:
    """Find instances and NodeBalancers that no firewall is attached to."""
    guarded = {urn for one in declared.of_type(FIREWALL_DEVICE, FIREWALL) for urn in needs(one)}
    for one in declared.of_type(INSTANCE, NODEBALANCER):
        if one.urn not in guarded and "firewallId" not in one.inputs:
            yield Finding(resource=one, seen="is behind no firewall")


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
    Rule(
        id="unsaid-machine",
        protects="A machine is connected, and its disks encrypted, as the program says, not by an account's defaults.",
        remedy="set interface_generation, network_helper, and disk_encryption to enabled",
        check=unsaid_machine,
    ),
    Rule(
        id="root-password",
        protects="Whoever reads the state cannot log in to a machine.",
        remedy="give a public key instead; Linode takes an image with either",
        check=root_password,
    ),
    Rule(
        id="unguarded-machine",
        protects="No machine and no NodeBalancer is reached by what nobody thought of.",
        remedy="attach its role's firewall by a FirewallDevice",
        check=unguarded_machine,
    ),
)
