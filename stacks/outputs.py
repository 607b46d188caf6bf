"""What the stack tells people, other stacks, the command line and runbooks."""

import dataclasses
from dataclasses import dataclass

import pulumi

from stacks.app import AppOutputs
from stacks.control import ControlOutputs
from stacks.data import DataOutputs
from stacks.enrolment import EnrolmentOutputs
from stacks.inventory import inventory_of
from stacks.replication import ReplicationOutputs
from stacks.settings import Settings
from stacks.traffic import TrafficOutputs

SCHEMA = 1


@dataclass(frozen=True, kw_only=True)
class InTheObject:
    """What only the command line and runbooks read: no flat output has it."""

    replication: ReplicationOutputs
    app: AppOutputs
    traffic: TrafficOutputs
    enrolment: EnrolmentOutputs


@dataclass(frozen=True, kw_only=True)
class StackOutputs:
    """The flat outputs, by their exported names once in camelCase; recorded in tests/stacks/outputs.json."""

    stack: str
    account_id: str
    primary_region: str
    secondary_region: str
    control_regions: list[str]
    control_home_region: str
    data_mode: str
    witness_region: str
    control_table: str
    canary_table: str
    application_tables: dict[str, str]
    active_parameter: str
    signals_topic_arns: dict[str, str]
    alerts_topic_arns: dict[str, str]
    orchestrator_functions: dict[str, str]
    slack_webhook_secret: str
    health_check_item_key: str
    protocol: str
    inventory: str
    pipeline: dict[str, dict[str, str]]
    alone: InTheObject

    def flat(self) -> dict[str, object]:
        """Return the outputs that people and StackReferences read."""
        names = [one.name for one in dataclasses.fields(self) if one.name != "alone"]
        return {_camel_case(name): getattr(self, name) for name in names}

    def lifeboat(self) -> dict[str, object]:
        """Return the one object that the command line and runbooks read; some of it is in no flat output."""
        return {"schema": SCHEMA, **self.flat(), **vars(self.alone)}


def stack_outputs(
    settings: Settings,
    control: ControlOutputs,
    data: DataOutputs,
    pipeline: dict[str, dict[str, str]],
    alone: InTheObject,
) -> StackOutputs:
    """Gather the outputs of the parts."""
    return StackOutputs(
        stack=settings.stack,
        account_id=settings.account_id,
        primary_region=settings.data.primary_region,
        secondary_region=settings.data.secondary_region,
        control_regions=list(settings.control.regions),
        control_home_region=control.home_region,
        data_mode=settings.data.mode,
        witness_region=settings.data.witness_region or "",
        control_table=control.control_table,
        canary_table=data.canary_table,
        application_tables=data.application_tables,
        active_parameter=control.active_parameter,
        signals_topic_arns=control.signals_topic_arns,
        alerts_topic_arns=control.alerts_topic_arns,
        orchestrator_functions=control.orchestrator_functions,
        slack_webhook_secret=settings.alerting.slack_webhook_secret,
        health_check_item_key=settings.health_check.item_key,
        protocol=settings.protocol.to_json(),
        inventory=inventory_of(settings).to_json(),
        pipeline=pipeline,
        alone=alone,
    )


def export(outputs: StackOutputs) -> None:
    """Export the flat outputs and the object."""
    for name, value in {**outputs.flat(), "lifeboat": outputs.lifeboat()}.items():
        pulumi.export(name, value)


def _camel_case(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
