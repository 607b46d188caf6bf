"""What tells people of the data regions: a topic in each, and the alarms of global tables."""

from collections.abc import Mapping

import pulumi

from infra.aws.table_alarms import TableAlarms, TableAlarmsArgs
from infra.aws.topic import Topic, TopicArgs
from stacks.control import ControlOutputs
from stacks.data import DataOutputs
from stacks.providers import Providers, within
from stacks.settings import Settings
from stacks.topology import topology_of

Alerts = Mapping[str, pulumi.Input[str]]
"""The topic that alarms of a data region tell, by region."""


def build_alerts(settings: Settings, providers: Providers, control: ControlOutputs) -> Alerts:
    """Return each data region's topic: a control region has one that a notifier reads, others get one of people."""
    return {region: _topic(region, settings, providers, control) for region in settings.data.regions}


def _topic(aws_region: str, settings: Settings, providers: Providers, control: ControlOutputs) -> pulumi.Input[str]:
    if aws_region in control.signals_topic_arns:
        return control.signals_topic_arns[aws_region]
    people = TopicArgs(
        topic_name=topology_of(settings).named("alerts"),
        emails=settings.alerting.emails,
        webhooks=settings.alerting.webhooks,
    )
    return Topic(f"alerts-aws-{aws_region}", people, within(providers.aws[aws_region])).arn


def build_table_alarms(settings: Settings, providers: Providers, data: DataOutputs, alerts: Alerts) -> None:
    """Declare the alarms of global tables in both regions; a replicator of ours has its own."""
    if settings.data.mode == "streams":
        return
    topology = topology_of(settings)
    for aws_region in settings.data.regions:
        late = topology.other_data_region(aws_region) if settings.data.mode == "mrec" else None
        for table in data.tables:
            args = TableAlarmsArgs(
                topology=topology,
                table=table,
                table_name=topology.named(table),
                receiving_region=late,
                alerts_arn=alerts[aws_region],
            )
            TableAlarms(f"{table}-alarms-aws-{aws_region}", args, within(providers.aws[aws_region]))
