"""Which tier asks for a resource: the data tier, whose control plane watches both, or the application tier."""

from evaluation import Registration

# The components that are declared with the data tier alone; all others are the application tier's.
DATA_TIER = frozenset(
    f"lifeboat:aws:{name}"
    for name in (
        "ControlTable",
        "DeadRecords",
        "DivergenceAuditor",
        "LosersTable",
        "Notifier",
        "Observer",
        "Orchestrator",
        "PipelineRoles",
        "Readiness",
        "ReplicatedTable",
        "StreamReplicator",
        "TableAlarms",
        "Topic",
    )
)

INBOX = "lifeboat:aws:InboxTable"


def is_of_app_tier(one: Registration) -> bool:
    """Say whether a resource is there for the application tier, by the outermost component that it is a part of."""
    return outermost(one) not in DATA_TIER


def outermost(one: Registration) -> str:
    """Return the type of the outermost component that a resource is a part of, its own if it is in none."""
    return one.urn.split("::")[2].split("$")[0]
