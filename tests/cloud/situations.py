"""What is wrong when somebody opens a runbook, and what happens by itself while its commands are given."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from failover import arming, tier
from failover.clock import SystemClock
from failover.enrolment.nodes_table import NodesTable
from failover.orders import OrderKind
from failover.sites import Site
from failover.tier import Kind, NewPlan, TierRow
from localcloud.caller import INTERNAL
from localcloud.faults import Fault
from tests.cloud.person import Person
from tests.cloud.stage import TIER, Stage
from tests.failover.enrolment.machines import Machine
from tests.waiting import eventually

MOVED_SECONDS = 20.0


@dataclass(frozen=True, kw_only=True)
class Situation:
    """``typed`` answers a command that holds its key; ``then`` happens after the first command that holds its key.

    In the end ``active`` serves, so many ``epochs`` after the one in which everything was well.
    """

    begun: Callable[[Stage, Person], AbstractContextManager[None]]
    active: Site
    epochs: int
    typed: Callable[[Stage], Mapping[str, str]] = lambda _stage: {}
    then: Mapping[str, Callable[[Stage], object]] = field(default_factory=dict)


@contextmanager
def nothing_wrong(_stage: Stage, _person: Person) -> Iterator[None]:
    yield


@contextmanager
def a_node_enrolled(stage: Stage, _person: Person) -> Iterator[None]:
    """One machine is a node; its key is nobody's."""
    client: Any = stage.cloud.client("dynamodb", "us-east-2", INTERNAL.access_key_id)
    nodes = NodesTable(stage.outputs["controlTable"], client, SystemClock())
    nodes.admit(nodes.read(7), Machine().enrolled())
    yield
    nodes.forget(7)


@contextmanager
def primary_lost(stage: Stage, person: Person) -> Iterator[None]:
    """Nothing moves by itself: somebody has disarmed the tier."""
    assert person.does("lifeboat disarm -s local --yes --reason 'network work'").code == 0
    stage.cloud.regions.darken(stage.primary, "reset")
    yield


@contextmanager
def served_by_the_secondary(stage: Stage, _person: Person) -> Iterator[None]:
    """The primary is well again, and the tier disarmed."""
    eventually(partial(_switched_over, stage), MOVED_SECONDS, "the secondary serves")
    arming.disarm(stage.control, TIER)
    yield


def _switched_over(stage: Stage) -> bool:
    answer = stage.order(stage.told(OrderKind.SWITCHOVER, stage.row()), stage.secondary)
    return bool(answer["outcome"] == "done")


@contextmanager
def planned_move_overdue(stage: Stage, _person: Person) -> Iterator[None]:
    """The owner of a switchover has been dead for as long as a plan may take; whoever takes it over holds it."""
    strand(stage, Kind.SWITCHOVER, "drain")
    yield


def strand(stage: Stage, kind: Kind = Kind.FAILOVER, step: str = "wait") -> TierRow:
    """Leave a plan to the secondary as an owner does that died right after its mark, a whole plan's time ago."""
    row, began = stage.reopen(), stage.now() - timedelta(seconds=stage.protocol.plan_total + 1)
    plan = NewPlan(
        plan_id=f"data-{row.epoch + 1}-stranded",
        kind=kind,
        target="secondary",
        owner="us-east-1/dead",
        at=began,
    )
    return stage.control.apply(TIER, tier.mark(row, plan, step))


@contextmanager
def both_sites_silent(stage: Stage, _person: Person) -> Iterator[None]:
    for region in (stage.primary, stage.secondary):
        silence_tables(stage, region)
    yield


def silence_tables(stage: Stage, region: str) -> None:
    """Let no table of data answer in a region; its control table does."""
    for table in (*stage.outputs["applicationTables"].values(), stage.outputs["canaryTable"]):
        stage.cloud.faults.add(Fault(effect="reset", region=region, service="dynamodb", table=table))


def secondary_alone_is_back(stage: Stage) -> None:
    """Nothing moves by itself: the tier was disarmed meanwhile."""
    arming.disarm(stage.control, TIER)
    stage.cloud.faults.clear()
    silence_tables(stage, stage.primary)


@contextmanager
def majority_lost(stage: Stage, _person: Person) -> Iterator[None]:
    for region in (stage.primary, "us-east-2"):
        stage.cloud.regions.darken(region, "reset")
    yield


@contextmanager
def webhooks_kept(stage: Stage, _person: Person) -> Iterator[None]:
    """Put the addresses back that the person has changed."""
    secret = {"SecretId": stage.outputs["slackWebhookSecret"]}
    clients = [stage.client("secretsmanager", region) for region in stage.control_regions]
    before = [client.get_secret_value(**secret)["SecretString"] for client in clients]
    yield
    for client, value in zip(clients, before, strict=True):
        client.put_secret_value(**secret, SecretString=value)


@contextmanager
def pulumi_away(_stage: Stage, person: Person) -> Iterator[None]:
    """Neither Pulumi nor a file tells the outputs; their copy was saved when the stack was armed."""
    assert person.does("lifeboat outputs -s local --save").code == 0
    person.forget_the_outputs()
    yield


SITUATIONS: Mapping[str, Situation] = {
    "both-regions-down": Situation(
        begun=both_sites_silent, active="secondary", epochs=1, then={"INCIDENT": secondary_alone_is_back}
    ),
    "certificate": Situation(begun=nothing_wrong, active="primary", epochs=0),
    "control-majority-lost": Situation(
        begun=majority_lost,
        active="secondary",
        epochs=1001,
        typed=lambda stage: {"--proof": stage.primary},
        then={"--proof": lambda stage: stage.cloud.regions.restore("us-east-2")},
    ),
    "drill": Situation(begun=nothing_wrong, active="primary", epochs=2),
    "failback": Situation(begun=served_by_the_secondary, active="primary", epochs=2),
    "failover-stuck": Situation(
        begun=planned_move_overdue,
        active="primary",
        epochs=7,
        then={"lifeboat switchover": strand, "lifeboat failover -s local --to": strand},
    ),
    "linode-api": Situation(
        begun=nothing_wrong,
        active="primary",
        epochs=0,
        typed=lambda _stage: {"secret set": "a-new-token"},
    ),
    "linode-region-lost": Situation(begun=nothing_wrong, active="primary", epochs=0),
    "region-lost": Situation(begun=primary_lost, active="secondary", epochs=1),
    "region-lost-during-up": Situation(begun=primary_lost, active="primary", epochs=0),
    "enrolment": Situation(begun=a_node_enrolled, active="primary", epochs=0),
    "authority-rotation": Situation(begun=nothing_wrong, active="primary", epochs=0),
    "replace-machine": Situation(begun=nothing_wrong, active="primary", epochs=0),
    "rotate-secret": Situation(
        begun=webhooks_kept,
        active="primary",
        epochs=0,
        typed=lambda stage: {"secret set": f"{stage.cloud.addresses.sink}/slack/us-east-2"},
    ),
    "state-backend-lost": Situation(begun=pulumi_away, active="primary", epochs=0),
}
